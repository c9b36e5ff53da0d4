"""The settings in a real Chromium, with script and without, by keyboard, on a phone."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from factories import make_tax_code
from tallystick.mapping.models import AccountChoice, MethodAccount, TaxMapping
from tallystick.sync.links.sync_rules import policy_of
from tallystick.sync.models import KindPolicy
from web.conftest import signed_in_page
from web.test_settings_pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_rate_is_chosen_and_what_waited_goes_out(
    page: Page, workspace, organisation, lists, stuck
) -> None:
    code = make_tax_code(workspace, "GST")
    stuck(f"tax:{code.pk}:sales", "8430.20")
    page.get_by_role("link", name="Tax mapping").click()
    row = page.get_by_role("row", name="GST")
    expect(row).to_contain_text("1 waiting")

    rate = page.get_by_role("combobox", name="GST on sales")
    rate.fill("revenue")
    rate.press("Enter")
    page.get_by_role("button", name="Save mapping").click()

    said = page.get_by_role("status").first
    expect(said).to_contain_text("1 document for 8,430.20 NZD goes out now.")
    expect(row).not_to_contain_text("waiting")
    assert TaxMapping.objects.get(direction="sales").tax_type == "OUTPUT2"


def test_an_account_is_chosen_by_keyboard_alone(page: Page, workspace, organisation, lists) -> None:
    page.get_by_role("link", name="Accounts").click()

    page.get_by_label("Default account on sales").focus()
    page.keyboard.type("200")
    for _ in range(11):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save accounts")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").first).to_contain_text("The accounts were saved.")
    assert AccountChoice.objects.get(direction="sales", charge="").code == "200"


def test_without_script_a_method_gets_its_account(
    plain: Page, workspace, organisation, lists, stuck_payment, address
) -> None:
    stuck_payment("method:card")
    plain.goto(address("payment-methods"))

    plain.get_by_label("Account of Card").select_option(label="Business account · NZD")
    plain.get_by_role("button", name="Save payment methods").click()

    expect(plain.get_by_text("1 payment for 40.00 NZD goes out now.")).to_be_visible()
    assert MethodAccount.objects.exclude(method="").get().method == "Card"


def test_a_rule_is_told_as_it_is_chosen_and_kept_when_saved(
    page: Page, workspace, organisation
) -> None:
    page.get_by_role("link", name="Sync rules").click()
    bills = page.get_by_role("region", name="Bills")
    expect(bills.get_by_label("At", exact=True)).to_be_hidden()

    bills.get_by_label("When").select_option("Every day at a fixed time")
    bills.get_by_label("At", exact=True).fill("18:00")
    bills.get_by_label("Goes to Xero as").select_option("Approved")

    expect(bills).to_contain_text(re.compile("approved every day at 18:00"))
    assert not KindPolicy.objects.exists()
    page.get_by_role("button", name="Save rules").click()
    expect(page.get_by_role("status").first).to_contain_text("The rules were saved.")
    assert policy_of(organisation, "bill").sent_as == "AUTHORISED"


def test_without_script_a_rule_that_lacks_its_time_says_so_at_the_field(
    plain: Page, workspace, organisation, address
) -> None:
    plain.goto(address("sync-rules"))
    bills = plain.get_by_role("region", name="Bills")

    bills.get_by_label("When").select_option("Every day at a fixed time")
    plain.get_by_role("button", name="Save rules").click()

    expect(bills.get_by_text("Enter the time of day at which to send.")).to_be_visible()
    expect(bills.get_by_label("At", exact=True)).to_have_attribute("aria-invalid", "true")


def test_a_template_is_added_in_two_steps(page: Page, workspace, address) -> None:
    make_tax_code(workspace, "VAT0", "0")
    page.get_by_role("link", name="Document templates").click()

    page.get_by_role("link", name="Add the first template").click()
    page.get_by_label("Name").fill("Exports")
    page.get_by_label("Tax code").select_option("VAT0")
    page.get_by_role("button", name="Save template").click()

    expect(page.get_by_role("row", name="Exports")).to_contain_text("VAT0")


@pytest.mark.parametrize("name", [*PAGES, "document-template-new", "integrations"])
def test_no_settings_page_is_wider_than_a_phone(
    name: str, chromium, live_server, workspace, organisation, lists, stuck_payment
) -> None:
    make_tax_code(workspace, "A-VERY-LONG-TAX-CODE-OF-A-SHOP-PLUGIN")
    stuck_payment("method:bank", method="Bank transfer (international)")
    size = {"width": 360, "height": 740}
    phone = signed_in_page(chromium, live_server, workspace, viewport=size)

    phone.goto(reverse(name, args=[workspace.slug]))

    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.context.close()
