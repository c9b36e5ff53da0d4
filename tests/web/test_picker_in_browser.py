"""The picker in a real Chromium: by keyboard alone among 300 accounts, on a phone, without script."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from factories import make_item, make_party
from tallystick.books.models import Document, Item
from tallystick.mapping.models import AccountChoice, MethodAccount
from tallystick.mirror.models import Account
from web.conftest import signed_in_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def chart(lists, account) -> None:
    """300 more accounts that lines may go to."""
    for code in range(400, 700):
        if code != 610:
            account(str(code), f"Income of branch {code}")
    account("712", "Café et thé")


@pytest.fixture
def default_sales(page: Page, chart, address) -> Locator:
    page.goto(address("accounts"))
    return page.get_by_role("combobox", name="Default account on sales")


def options(page: Page) -> Locator:
    return page.locator(".picker-panel:not([hidden]) [role=option]")


def save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Save accounts")).click()
    expect(page.get_by_role("status").first).to_contain_text("The accounts were saved.")


def chosen() -> str:
    return AccountChoice.objects.get(direction="sales", charge="").code


def test_an_account_is_found_by_its_code_and_saved_by_keyboard_alone(
    page: Page, default_sales: Locator
) -> None:
    default_sales.focus()
    page.keyboard.type("612")
    expect(default_sales).to_have_attribute("aria-expanded", "true")
    expect(options(page)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(default_sales).to_have_value("612 Income of branch 612")
    expect(default_sales).to_have_attribute("aria-expanded", "false")

    page.keyboard.press("Enter")

    expect(page.get_by_role("status").first).to_contain_text("The accounts were saved.")
    assert chosen() == "612"


def test_it_is_found_by_words_of_its_name_without_accents_and_case(
    page: Page, default_sales: Locator
) -> None:
    default_sales.focus()
    page.keyboard.type("the caf")

    expect(options(page)).to_have_text(["712 Café et thé"])


def test_the_code_comes_before_names_that_hold_it(page: Page, default_sales, account) -> None:
    account("399", "612 and others")
    page.reload()
    default_sales.focus()
    page.keyboard.type("612")

    expect(options(page).first).to_contain_text("Income of branch 612")
    expect(options(page)).to_have_count(2)


def test_arrows_go_through_the_list_and_round_its_ends(page: Page, default_sales: Locator) -> None:
    default_sales.focus()
    page.keyboard.press("ArrowDown")
    expect(options(page)).to_have_count(302)  # with "Choose an account" and 200 Sales
    expect(options(page).nth(1)).to_have_attribute("aria-selected", "true")  # what is proposed
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    last = options(page).last
    expect(last).to_have_attribute("aria-selected", "true")
    expect(last).to_be_in_viewport()
    assert default_sales.get_attribute("aria-activedescendant") == last.get_attribute("id")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("PageDown")
    expect(options(page).nth(10)).to_have_attribute("aria-selected", "true")
    expect(page.locator('[role=option][aria-selected="true"]')).to_have_count(1)


def test_escape_puts_back_what_stood_there_and_tab_takes_what_is_pointed_at(
    page: Page, default_sales: Locator
) -> None:
    stood = default_sales.input_value()
    default_sales.focus()
    page.keyboard.type("branch 5")
    page.keyboard.press("Escape")
    expect(default_sales).to_have_value(stood)
    expect(page.get_by_role("listbox")).to_have_count(0)

    page.keyboard.type("branch 555")
    page.keyboard.press("Tab")

    expect(default_sales).to_have_value("555 Income of branch 555")
    save(page)
    assert chosen() == "555"


def test_what_fits_nothing_is_said_and_nothing_is_chosen(page: Page, default_sales) -> None:
    stood = default_sales.input_value()
    default_sales.focus()
    page.keyboard.type("nonsense")
    expect(page.get_by_text("No account fits that.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Accounts")
    page.keyboard.press("Tab")

    expect(default_sales).to_have_value(stood)


def test_an_emptied_field_takes_the_choice_away(page: Page, organisation, chart, address) -> None:
    AccountChoice.objects.create(organisation=organisation, direction="sales", code="450")
    page.goto(address("accounts"))
    field = page.get_by_role("combobox", name="Default account on sales")
    field.fill("")
    page.keyboard.press("Tab")
    save(page)

    assert not AccountChoice.objects.filter(direction="sales", charge="").exists()


def test_what_is_archived_stands_there_by_its_name_and_is_not_offered(
    page: Page, organisation, chart, address
) -> None:
    AccountChoice.objects.create(organisation=organisation, direction="sales", code="450")
    Account.objects.filter(code="450").update(status="ARCHIVED")
    page.goto(address("accounts"))
    field = page.get_by_role("combobox", name="Default account on sales")

    expect(field).to_have_value("450 Income of branch 450 · archived in Xero")
    field.click()
    expect(options(page).filter(has_text="branch 451")).to_have_count(1)
    expect(options(page).filter(has_text="branch 450")).to_have_count(0)
    page.keyboard.press("Escape")
    save(page)
    assert chosen() == "450"


def test_those_chosen_last_come_first(page: Page, organisation, chart, address) -> None:
    for charge, code in (("freight", "650"), ("", "540")):
        AccountChoice.objects.create(
            organisation=organisation, direction="sales", charge=charge, code=code
        )
    page.goto(address("accounts"))

    page.get_by_role("combobox", name="Shipping on sales").click()

    recent = page.get_by_role("group", name="Recently used")
    expect(recent.get_by_role("option")).to_have_text(
        ["540 Income of branch 540", "650 Income of branch 650"]
    )


def test_a_finger_chooses_on_a_phone_and_nothing_is_wider_than_it(
    chromium, live_server, workspace, organisation, chart, address
) -> None:
    size = {"width": 390, "height": 780}
    phone = signed_in_page(chromium, live_server, workspace, viewport=size, has_touch=True)
    phone.goto(address("accounts"))
    field = phone.get_by_role("combobox", name="Rounding on purchases")

    field.tap()
    panel = phone.locator(".picker-panel:not([hidden])")
    expect(panel).to_be_in_viewport()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    options(phone).filter(has_text="branch 403").tap()

    expect(field).to_have_value("403 Income of branch 403")
    phone.context.close()


def test_without_script_it_is_a_select(plain: Page, chart, address) -> None:
    plain.goto(address("accounts"))

    plain.get_by_label("Default account on sales").select_option("612 Income of branch 612")
    save(plain)

    assert chosen() == "612"


def test_payments_lie_on_the_account_that_is_picked(
    page: Page, organisation, lists, stuck_payment, address
) -> None:
    stuck_payment("method:card")
    page.goto(address("payment-methods"))
    field = page.get_by_role("combobox", name="Account of Card")
    field.click()
    field.fill("business")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("^Save payment methods")).click()

    expect(page.get_by_role("status").first).to_contain_text("The payment methods were saved.")
    bank = Account.objects.get(name="Business account")
    assert MethodAccount.objects.get(method__iexact="card").account_id == bank.xero_id


def test_a_customer_beyond_those_on_the_page_is_found_by_e_mail(
    page: Page, workspace, organisation, address
) -> None:
    for n in range(60):
        make_party(workspace, f"Anchor {n:02}", number=f"A{n:02}")
    late = make_party(workspace, "Zenith Ltd", number="Z9")
    type(late).objects.filter(pk=late.pk).update(email="books@zenith.test")
    page.goto(address("invoice-new"))
    customer = page.get_by_role("combobox", name="Customer")

    customer.press_sequentially("books@zen")
    expect(options(page)).to_have_text(["Zenith Ltd Z9"])
    page.keyboard.press("Enter")
    expect(customer).to_have_value("Zenith Ltd (Z9)")
    page.get_by_label("Description").first.fill("Beans")
    page.get_by_label("Quantity").first.fill("1")
    page.get_by_label("Price").first.fill("5")
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("INV-")
    assert Document.objects.get().party == late


def test_an_item_gets_its_account_by_name(page: Page, workspace, chart, address) -> None:
    item = make_item(workspace, "BEANS")
    page.goto(reverse("item-edit", args=[workspace.slug, item.pk]))
    field = page.get_by_role("combobox", name="Account when sold")

    field.press_sequentially("branch 612")
    page.keyboard.press("Enter")
    expect(field).to_have_value("612")
    page.get_by_role("button", name="Save item").click()

    expect(page.get_by_role("status").first).to_contain_text("BEANS was saved.")
    assert Item.objects.get().account_code == "612"


def test_the_gallery_shows_every_state(page: Page) -> None:
    page.goto(reverse("gallery"))
    gone = page.get_by_role("combobox", name="Archived in Xero")

    expect(gone).to_have_value("900 Old sales · archived in Xero")
    expect(page.get_by_role("combobox", name="Not yours to change")).to_be_disabled()
