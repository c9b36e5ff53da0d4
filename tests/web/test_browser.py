"""The main flows in a real Chromium, with script and without."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from factories import PASSWORD, make_document, make_item, make_party, make_tax_code, owner_of
from tallystick.books.models import Document, Status
from tallystick.sync.models import LinkState
from web.conftest import new_page, problem, signed_in_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_person_signs_in_by_the_form(script: bool, chromium, live_server, workspace) -> None:
    page = new_page(chromium, live_server, java_script_enabled=script)

    page.goto("/")
    page.get_by_label("E-mail address").fill(owner_of(workspace).email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(workspace.name)
    page.context.close()


def test_an_invoice_is_written_and_submitted(page: Page, workspace, organisation) -> None:
    make_party(workspace, "Harbour Cafe", number="C7")
    make_tax_code(workspace, "GST", "15")

    page.get_by_role("link", name="Invoices").click()
    page.get_by_role("link", name="New invoice").click()
    page.get_by_label("Customer").fill("Harbour Cafe")
    page.get_by_label("Description").first.fill("Beans")
    page.get_by_label("Quantity").first.fill("2")
    page.get_by_label("Price").first.fill("38")
    page.get_by_label("Tax").first.select_option("GST")
    expect(page.locator("#totals")).to_contain_text("87.40")
    page.get_by_role("button", name="Add a line").click()
    expect(page.get_by_label("Description")).to_have_count(4)
    expect(page.get_by_label("Description").first).to_have_value("Beans")
    page.get_by_role("button", name="Save and submit").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("INV-0001")
    expect(page.locator(".page-header .state")).to_have_text("Queued")
    assert Document.objects.get().status == Status.SUBMITTED


def test_ticked_invoices_are_submitted_from_the_list(page: Page, workspace, organisation) -> None:
    for number in ("INV-1", "INV-2", "INV-3"):
        make_document(workspace, number=number)
    page.goto(reverse("invoice-list", args=[workspace.slug]))
    expect(page.locator(".bulk")).to_be_hidden()

    page.get_by_label("Tick INV-1").check()
    page.get_by_label("Tick INV-3").check()
    page.get_by_role("button", name="Submit 2 invoices").click()

    expect(page.get_by_role("status").first).to_contain_text("2 invoices were submitted")
    assert Document.objects.get(number="INV-2").status == Status.DRAFT


def test_cancelling_asks_in_a_dialog_and_can_be_left(page: Page, workspace) -> None:
    document = make_document(workspace, number="INV-1")
    page.goto(reverse("invoice", args=[workspace.slug, document.pk]))

    page.get_by_role("button", name="Cancel invoice").click()
    expect(page.get_by_role("dialog")).to_contain_text("Cancel 1 invoice?")
    page.get_by_role("link", name="Keep them").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Cancel invoice").click()
    page.get_by_role("button", name="Cancel 1 invoice").click()

    expect(page.get_by_role("status").first).to_contain_text("1 invoice was cancelled")
    document.refresh_from_db()
    assert document.status == Status.CANCELLED


def test_the_list_narrows_as_one_types_and_keeps_it_in_the_address(page: Page, workspace) -> None:
    make_document(workspace, number="INV-1", party=make_party(workspace, "Harbour Cafe"))
    make_document(workspace, number="INV-2", party=make_party(workspace, "Bayside"))
    page.goto(reverse("invoice-list", args=[workspace.slug]))

    page.get_by_label("Search invoices").press_sequentially("bay")

    expect(page.get_by_role("link", name="INV-1")).to_have_count(0)
    expect(page.get_by_role("link", name="INV-2")).to_be_visible()
    expect(page).to_have_url(re.compile("q=bay"))


def test_slash_goes_to_search_and_escape_closes_a_menu(page: Page, workspace) -> None:
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()

    page.locator("body").click()
    page.locator("summary[aria-label^='You:']").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()


def test_a_failed_invoice_is_retried_from_needs_attention(
    page: Page, workspace, organisation, put
) -> None:
    document = make_document(workspace, number="INV-1043", submitted=True)
    link = put(document.pk, LinkState.FAILED, problem=problem("INV-1043 was not sent."))

    page.goto(f"/w/{workspace.slug}/")
    page.get_by_role("link", name="Needs attention").click()
    expect(page.get_by_text("INV-1043 was not sent.")).to_be_visible()
    page.get_by_role("button", name="Retry").click()

    expect(page.get_by_text("Nothing needs you")).to_be_visible()
    link.refresh_from_db()
    assert link.state == LinkState.QUEUED


def test_without_script_an_invoice_is_written_and_submitted(
    plain: Page, workspace, organisation
) -> None:
    make_party(workspace, "Harbour Cafe", number="C7")
    make_item(workspace, "WIDGET", tax_code=make_tax_code(workspace, "GST").code)

    plain.goto(reverse("invoice-new", args=[workspace.slug]))
    plain.get_by_label("Customer").fill("C7")
    plain.get_by_label("Item").first.fill("WIDGET")
    plain.get_by_label("Quantity").first.fill("3")
    plain.get_by_role("button", name="Add a line").click()
    expect(plain.get_by_label("Item")).to_have_count(4)
    plain.get_by_role("button", name="Save draft").last.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("INV-0001")
    plain.get_by_role("button", name="Submit to Xero").click()

    expect(plain.locator(".page-header .state")).to_have_text("Queued")


def test_without_script_ticked_invoices_are_cancelled_after_a_question(
    plain: Page, workspace
) -> None:
    make_document(workspace, number="INV-1")
    plain.goto(reverse("invoice-list", args=[workspace.slug]))

    plain.get_by_label("Tick INV-1").check()
    plain.get_by_role("button", name="Cancel").click()
    plain.get_by_role("button", name="Cancel 1 invoice").click()

    expect(plain.get_by_text("1 invoice was cancelled")).to_be_visible()


def test_without_script_the_menu_of_a_phone_opens(chromium, live_server, workspace) -> None:
    phone = signed_in_page(
        chromium,
        live_server,
        workspace,
        java_script_enabled=False,
        viewport={"width": 390, "height": 844},
    )
    expect(phone.get_by_role("link", name="Invoices")).to_be_hidden()

    phone.get_by_role("button", name="Menu").click()
    phone.get_by_role("link", name="Invoices").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("Invoices")
    phone.context.close()


@pytest.mark.parametrize(
    "name",
    [
        "workspace-home",
        "invoice-list",
        "invoice-new",
        "sync-log",
        "needs-attention",
        "tax-mapping",
        "party-list",
        "item-list",
    ],
)
def test_no_page_is_wider_than_a_phone(
    name: str, chromium, live_server, workspace, organisation
) -> None:
    party = make_party(workspace, "Southern Cross Freight and Warehousing Limited")
    make_document(workspace, party=party, number="INV-100000000000001", submitted=True)
    make_tax_code(workspace, "GST")
    phone = signed_in_page(chromium, live_server, workspace, viewport={"width": 360, "height": 740})

    phone.goto(reverse(name, args=[workspace.slug]))

    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.context.close()
