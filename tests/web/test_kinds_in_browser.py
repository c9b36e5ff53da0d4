"""Bills, credit notes, payments and both sides of a difference in a real Chromium."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from factories import line, make_allocation, make_document, make_party, make_payment, make_tax_code
from tallystick.books.models import Allocation, Document, Kind, Payment, SettlementStatus
from tallystick.sync.models import Link, LinkState
from tallystick.web.kinds import PAGES
from web.conftest import problem, signed_in_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

_XERO_ID = "11111111-1111-4111-8111-111111111111"
_SIDE = {
    "number": "INV-1", "contact": "", "issued_on": "2026-11-02", "due_on": "2026-12-02",
    "reference": "", "currency": "NZD", "amounts": "Exclusive", "total": "210",
    "lines": [{"description": "Changed there", "quantity": "1", "unit_price": "210",
               "discount": "", "account": "200", "tax": "OUTPUT2", "tracking": ""}],
}  # fmt: skip


def document(workspace, kind: Kind = Kind.SALES_INVOICE, price: str = "100", **given) -> Document:
    return make_document(
        workspace, kind=kind, lines=[line(unit_price=price)], submitted=True, **given
    )


def open_page(page: Page, workspace, record: Document) -> None:
    page.goto(reverse(PAGES[record.kind].name, args=[workspace.slug, record.pk]))


@pytest.fixture
def drifted(workspace, organisation, put) -> Document:
    drifted = document(workspace, number="INV-1")
    told = problem(
        "Xero has INV-1 for 210.00 NZD, here it is 100.00 NZD.", code="differs", screen="document"
    )
    told["details"] = {"theirs": _SIDE, "status": "DRAFT"}
    put(drifted.pk, LinkState.HELD, problem=told, xero_id=_XERO_ID, xero_status="DRAFT")
    return drifted


def test_a_bill_with_freight_and_tracking_is_written_and_submitted(
    page: Page, workspace, organisation
) -> None:
    make_party(workspace, "Coastal Rope", number="S1")
    make_tax_code(workspace, "GST", "15")

    page.get_by_role("link", name="Bills").click()
    page.get_by_role("link", name="New bill").click()
    page.get_by_label("Supplier").fill("Coastal Rope")
    page.get_by_label("Number").fill("8841")
    page.get_by_label("Description").first.fill("Rope")
    page.get_by_label("Quantity").first.fill("100")
    page.get_by_label("Price").first.fill("1.2345")
    page.get_by_label("Tax", exact=True).first.select_option("GST")
    page.locator("tr.beside summary").first.click()
    page.get_by_label("Charge").first.select_option("freight")
    page.get_by_label("Tracking", exact=True).first.fill("Region: North")
    expect(page.locator("#totals")).to_contain_text("141.97")
    page.get_by_role("button", name="Save and submit").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("8841")
    expect(page.locator(".page-header .state")).to_have_text("Queued")
    expect(page.get_by_text("Region: North")).to_be_visible()


def test_a_payment_is_recorded_and_deleted_after_a_question(page: Page, workspace) -> None:
    invoice = document(workspace, number="INV-1")
    open_page(page, workspace, invoice)

    page.get_by_text("Record a payment").click()
    expect(page.get_by_label("Amount")).to_have_value("100.00")
    page.get_by_label("Amount").fill("30")
    page.get_by_role("button", name="Record payment").click()
    expect(page.locator("#payments")).to_contain_text("70.00")
    page.get_by_role("button", name="Delete Payment").click()
    expect(page.get_by_role("dialog")).to_contain_text("30.00 NZD")
    page.get_by_role("button", name="Delete 1 payment").click()

    expect(page.get_by_role("status").first).to_contain_text("1 payment was deleted")
    assert Payment.objects.get().status == SettlementStatus.DELETED


def test_a_credit_note_is_allocated_and_taken_back(page: Page, workspace) -> None:
    party = make_party(workspace, "Harbour Cafe")
    note = document(workspace, Kind.SALES_CREDIT_NOTE, "60", party=party, number="CN-1")
    document(workspace, party=party, number="INV-1")
    open_page(page, workspace, note)

    page.get_by_text("Set it against invoices").click()
    expect(page.get_by_label("Amount for INV-1")).to_have_value("60.00")
    page.get_by_label("Amount for INV-1").fill("45.5")
    page.get_by_role("button", name="Allocate INV-1").click()
    expect(page.locator("#payments")).to_contain_text("14.50")
    page.get_by_role("button", name="Remove To INV-1").click()

    expect(page.get_by_role("status").first).to_contain_text("The allocation was removed")
    assert Allocation.objects.get().status == SettlementStatus.DELETED


def test_ticked_payments_are_deleted_from_the_list(page: Page, workspace) -> None:
    payments = [make_payment(document(workspace), "30") for _ in range(3)]
    page.get_by_role("link", name="Payments").click()
    expect(page.locator(".bulk")).to_be_hidden()

    page.locator(f'input[name="id"][value="{payments[0].pk}"]').check()
    page.locator(f'input[name="id"][value="{payments[1].pk}"]').check()
    page.get_by_role("button", name="Delete 2 payments").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 2 payments").click()

    expect(page.get_by_role("status").first).to_contain_text("2 payments were deleted")
    assert list(Payment.objects.live()) == [payments[2]]


def test_both_sides_are_compared_and_ours_is_sent(page: Page, workspace, drifted) -> None:
    open_page(page, workspace, drifted)

    expect(page.locator("#problems tr.differs").first).to_be_visible()
    expect(page.locator("#problems")).to_contain_text("210.00")
    expect(page.locator("#problems")).to_contain_text("Changed there")
    page.get_by_role("button", name="Send ours").click()
    page.get_by_role("button", name="Send ours for 1 invoice").click()

    expect(page.get_by_role("status").first).to_contain_text(
        "1 invoice, 100.00 NZD, queued for Xero"
    )
    assert Link.objects.get(document=drifted).state == LinkState.QUEUED


def test_an_amended_document_opens_as_a_draft_to_be_changed(page: Page, workspace) -> None:
    invoice = document(workspace, number="INV-1")
    open_page(page, workspace, invoice)
    page.get_by_role("button", name="Cancel invoice").click()
    page.get_by_role("button", name="Cancel 1 invoice").click()

    page.get_by_role("button", name="Amend with a new number").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Edit INV-1-2")


def test_without_script_a_payment_and_an_allocation_are_made(plain: Page, workspace) -> None:
    party = make_party(workspace, "Coastal Rope")
    bill = document(workspace, Kind.BILL, party=party, number="8841")
    document(workspace, Kind.SUPPLIER_CREDIT_NOTE, "25", party=party, number="CR-1")
    open_page(plain, workspace, bill)

    plain.get_by_text("Record a payment").click()
    plain.get_by_label("Amount").first.fill("30")
    plain.get_by_role("button", name="Record payment").click()
    plain.get_by_text("Set a supplier credit against it").click()
    plain.get_by_role("button", name="Allocate CR-1").click()
    expect(plain.locator("#payments")).to_contain_text("45.00")
    plain.get_by_role("button", name="Delete Payment").click()
    plain.get_by_role("button", name="Delete 1 payment").click()

    expect(plain.get_by_text("1 payment was deleted")).to_be_visible()


def test_the_keyboard_opens_the_form_and_enter_records_the_payment(page: Page, workspace) -> None:
    invoice = document(workspace, number="INV-1")
    open_page(page, workspace, invoice)

    page.locator("#pay > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Amount")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").first).to_contain_text("100.00 NZD was recorded on INV-1")


@pytest.mark.parametrize("name", ["bill-list", "bill-new", "supplier-credit-new", "payment-list"])
def test_no_list_or_form_is_wider_than_a_phone(
    name: str, chromium, live_server, workspace, organisation
) -> None:
    party = make_party(workspace, "Southern Cross Freight and Warehousing Limited")
    bill = document(workspace, Kind.BILL, party=party, number="BILL-100000000000000000001")
    make_payment(bill, "30", method="international bank transfer", reference="R" * 60)
    assert width(chromium, live_server, workspace, reverse(name, args=[workspace.slug])) <= 360


def test_no_document_page_is_wider_than_a_phone(
    chromium, live_server, workspace, organisation, drifted, put
) -> None:
    party = drifted.party
    note = document(workspace, Kind.SALES_CREDIT_NOTE, party=party, number="CN-" + "1" * 30)
    make_allocation(note, drifted, "20")
    payment = make_payment(drifted, "30", reference="R" * 60)
    told = problem("Not sent: INV-1 is draft.", code="not_approved", screen="document")
    Link.objects.filter(payment=payment).update(state=LinkState.HELD, problem=told)

    for record in (drifted, note):
        address = reverse(PAGES[record.kind].name, args=[workspace.slug, record.pk])
        assert width(chromium, live_server, workspace, address) <= 360


def width(chromium, live_server, workspace, address: str) -> int:
    """Return how wide the page is on a phone of 360 pixels, with all that opens opened."""
    phone = signed_in_page(chromium, live_server, workspace, viewport={"width": 360, "height": 740})
    phone.goto(address)
    phone.evaluate("document.querySelectorAll('details.more').forEach(each => each.open = true)")
    found = int(phone.evaluate("document.documentElement.scrollWidth"))
    phone.context.close()
    return found
