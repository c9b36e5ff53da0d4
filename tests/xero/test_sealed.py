import json
from datetime import date
from decimal import Decimal
from urllib.parse import unquote

import pytest
from beside_sandbox import a_credit_note, an_invoice
from hypothesis import given
from hypothesis import strategies as st

from tallystick.xero import (
    Address,
    AllocationDraft,
    ContactDraft,
    ContactRef,
    CreditNoteDraft,
    InvoiceDraft,
    LineDraft,
    PaymentDraft,
    Sealed,
    TrackingRef,
    seal_attachment,
    seal_create_allocation,
    seal_create_contacts,
    seal_create_credit_notes,
    seal_create_invoices,
    seal_create_payments,
    seal_delete_allocation,
    seal_delete_payment,
    seal_status_changes,
    seal_update_credit_notes,
    seal_update_invoices,
)

DAY = date(2026, 9, 14)
CONTACT = ContactRef(contact_id="c-1")


def a_draft(*lines: LineDraft, **changes: object) -> InvoiceDraft:
    return an_invoice("INV-1", CONTACT, **({"line_items": lines} | changes))


def a_note(number: str | None = "CN-1", **changes: object) -> CreditNoteDraft:
    return a_credit_note(number, CONTACT, **({"line_items": []} | changes))


def body_of(sealed: Sealed) -> dict:
    return json.loads(sealed.body)


def test_invoices_are_sealed_as_one_put_with_errors_for_each():
    line = LineDraft(
        description="Tea £1",
        quantity=Decimal(2),
        unit_amount=Decimal("1.2500"),
        account_code="200",
        tax_type="OUTPUT2",
    )

    sealed = seal_create_invoices([a_draft(line)])

    assert sealed.method == "PUT"
    assert sealed.path == "Invoices"
    assert sealed.query == "summarizeErrors=false&unitdp=4"
    assert sealed.body.decode() == (
        '{"Invoices":[{"Type":"ACCREC","Status":"DRAFT","Contact":{"ContactID":"c-1"},'
        '"Date":"2026-09-14","CurrencyCode":"GBP","LineAmountTypes":"Exclusive","LineItems":[{"Description":"Tea £1",'
        '"Quantity":2,"UnitAmount":1.2500,"AccountCode":"200","TaxType":"OUTPUT2"}],'
        '"InvoiceNumber":"INV-1","Url":"https://books.test/documents/INV-1",'
        '"DueDate":"2026-10-20"}]}'
    )


def test_contacts_are_sealed_without_what_is_not_known():
    draft = ContactDraft(name="Ann", addresses=(Address(type="POBOX", city="Napier"),))

    sealed = seal_create_contacts([draft])

    assert (sealed.method, sealed.path) == ("PUT", "Contacts")
    assert json.loads(sealed.body) == {
        "Contacts": [
            {"Name": "Ann", "Addresses": [{"AddressType": "POBOX", "City": "Napier"}]},
        ]
    }


def test_status_changes_say_nothing_but_the_status():
    sealed = seal_status_changes("Invoices", [("i-1", "DELETED"), ("i-2", "VOIDED")])

    assert (sealed.method, sealed.path) == ("POST", "Invoices")
    assert json.loads(sealed.body) == {
        "Invoices": [
            {"InvoiceID": "i-1", "Status": "DELETED"},
            {"InvoiceID": "i-2", "Status": "VOIDED"},
        ]
    }


def test_the_same_drafts_give_the_same_bytes_and_a_stored_seal_is_the_same_again():
    first = seal_create_invoices([a_draft(LineDraft(description="Tea"))])
    second = seal_create_invoices([a_draft(LineDraft(description="Tea"))])
    body = bytes(memoryview(first.body))
    restored = Sealed(first.method, first.path, first.query, body, first.content_type)

    assert first == second == restored
    assert first.digest == restored.digest
    assert first.digest != seal_create_invoices([a_draft(LineDraft(description="tea"))]).digest


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=4), st.integers(0, 8))
def test_amounts_are_written_exactly_and_without_exponent(amount, scale):
    large = Decimal(amount.to_integral_value()).scaleb(scale)

    sealed = seal_create_invoices(
        [a_draft(LineDraft(description="x", quantity=amount, unit_amount=large))]
    )

    [invoice] = json.loads(sealed.body, parse_float=Decimal, parse_int=Decimal)["Invoices"]
    assert invoice["LineItems"][0]["Quantity"] == amount
    assert invoice["LineItems"][0]["UnitAmount"] == large
    numbers = sealed.body.partition(b'"Quantity":')[2]
    assert b"E" not in numbers


def test_decimals_that_are_zero_are_no_reason_to_refuse_an_amount():
    line = LineDraft(description="x", unit_amount=Decimal("1.50000000"))
    draft = a_draft(line, currency_rate=Decimal("1.2345670000"))

    assert b'"UnitAmount":1.5000}' in seal_create_invoices([draft]).body
    assert b'"CurrencyRate":1.234567,' in seal_create_invoices([draft]).body


@pytest.mark.parametrize("amount", ["0.00001", "NaN", "Infinity"])
def test_an_amount_that_xero_would_change_is_refused(amount):
    with pytest.raises(ValueError, match=amount):
        LineDraft(description="x", unit_amount=Decimal(amount))


def test_tracking_goes_out_by_name():
    line = LineDraft(description="x", tracking=(TrackingRef(name="Region", option="North"),))

    [invoice] = body_of(seal_create_invoices([a_draft(line)]))["Invoices"]

    assert invoice["LineItems"] == [
        {"Description": "x", "Tracking": [{"Name": "Region", "Option": "North"}]}
    ]


@pytest.mark.parametrize(("kind", "kept"), [("ACCREC", True), ("ACCPAY", False)])
def test_a_reference_goes_out_with_sales_only(kind, kept):
    invoice = a_draft(type=kind, reference="PO 7")
    note = a_note(type=f"{kind}CREDIT", reference="PO 7")

    [sent_invoice] = body_of(seal_create_invoices([invoice]))["Invoices"]
    [sent_note] = body_of(seal_create_credit_notes([note]))["CreditNotes"]

    assert ("Reference" in sent_invoice) is kept
    assert ("Reference" in sent_note) is kept


@pytest.mark.parametrize("status", ["SUBMITTED", "AUTHORISED"])
def test_more_than_a_draft_needs_a_due_date(status):
    with pytest.raises(ValueError, match=f"INV-1: {status} without due date"):
        a_draft(status=status, due_on=None)

    assert a_draft(due_on=None).due_on is None
    assert a_note(status=status).status == status


def test_an_update_names_the_document_by_its_id_and_no_line_by_its_own():
    change = a_draft(LineDraft(description="x"), invoice_id="i-1", invoice_number=None)

    sealed = seal_update_invoices([change])

    assert (sealed.method, sealed.path) == ("POST", "Invoices")
    assert sealed.query == "summarizeErrors=false&unitdp=4"
    [invoice] = body_of(sealed)["Invoices"]
    assert invoice["InvoiceID"] == "i-1"
    assert "InvoiceNumber" not in invoice
    assert invoice["LineItems"] == [{"Description": "x"}]


def test_credit_notes_are_sealed_as_invoices_are():
    created = seal_create_credit_notes([a_note()])
    updated = seal_update_credit_notes([a_note(credit_note_id="n-1", number=None)])

    assert (created.method, updated.method) == ("PUT", "POST")
    assert {created.path, updated.path} == {"CreditNotes"}
    assert {created.query, updated.query} == {"summarizeErrors=false&unitdp=4"}
    assert body_of(created)["CreditNotes"][0]["CreditNoteNumber"] == "CN-1"
    assert body_of(updated)["CreditNotes"][0]["CreditNoteID"] == "n-1"
    assert "CreditNoteNumber" not in body_of(updated)["CreditNotes"][0]


def test_nothing_is_overwritten_by_its_number_and_nothing_with_an_id_is_created():
    invoice, note = a_draft(invoice_id="i-1"), a_note(credit_note_id="n-1")

    for seal, draft in (
        (seal_update_invoices, a_draft()),
        (seal_update_credit_notes, a_note()),
        (seal_create_invoices, invoice),
        (seal_create_credit_notes, note),
    ):
        with pytest.raises(ValueError, match="updated"):
            seal([draft])


def test_credit_notes_change_their_status_under_their_own_key():
    sealed = seal_status_changes("CreditNotes", [("n-1", "VOIDED")])

    assert sealed.path == "CreditNotes"
    assert body_of(sealed) == {"CreditNotes": [{"CreditNoteID": "n-1", "Status": "VOIDED"}]}


def test_payments_and_refunds_are_sealed_as_one_put():
    drafts = [
        PaymentDraft(
            invoice_id="i-1",
            account_id="a-1",
            paid_on=DAY,
            amount=Decimal("1.5000"),
            reference="Card",
            currency_rate=Decimal("1.234567"),
        ),
        PaymentDraft(credit_note_id="n-1", account_code="090", paid_on=DAY, amount=Decimal(2)),
    ]

    sealed = seal_create_payments(drafts)

    assert (sealed.method, sealed.path, sealed.query) == (
        "PUT",
        "Payments",
        "summarizeErrors=false",
    )
    assert sealed.body.decode() == (
        '{"Payments":[{"Invoice":{"InvoiceID":"i-1"},"Account":{"AccountID":"a-1"},'
        '"Date":"2026-09-14","Amount":1.50,"Reference":"Card","CurrencyRate":1.234567},'
        '{"CreditNote":{"CreditNoteID":"n-1"},"Account":{"Code":"090"},"Date":"2026-09-14",'
        '"Amount":2}]}'
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"credit_note_id": "n-1"}, "one invoice or one credit note"),
        ({"invoice_id": None}, "one invoice or one credit note"),
        ({"account_id": "a-1"}, "one account"),
        ({"account_code": None}, "one account"),
        ({"amount": Decimal(0)}, "above zero"),
        ({"amount": Decimal(-1)}, "above zero"),
        ({"amount": Decimal("1.005")}, "2 decimals"),
        ({"currency_rate": Decimal("1.0000001")}, "6 decimals"),
    ],
)
def test_a_payment_that_xero_could_not_place_is_refused(changes, reason):
    values = {
        "invoice_id": "i-1",
        "account_code": "090",
        "paid_on": DAY,
        "amount": Decimal(1),
    }

    with pytest.raises(ValueError, match=reason):
        PaymentDraft(**(values | changes))


def test_a_payment_is_deleted_by_a_status_and_an_allocation_by_a_removal():
    payment = seal_delete_payment("p-1")
    allocation = seal_delete_allocation("n-1", "x-1")

    assert (payment.method, payment.path, payment.endpoint) == ("POST", "Payments/p-1", "Payments")
    assert body_of(payment) == {"Status": "DELETED"}
    assert (allocation.method, allocation.path) == ("DELETE", "CreditNotes/n-1/Allocations/x-1")
    assert (allocation.query, allocation.body) == ("", b"")
    assert allocation.endpoint == "CreditNotes/Allocations"


def test_an_allocation_is_put_under_its_credit_note():
    draft = AllocationDraft(invoice_id="i-1", amount=Decimal("4.50"), allocated_on=DAY)

    sealed = seal_create_allocation("n-1", draft)

    assert (sealed.method, sealed.path) == ("PUT", "CreditNotes/n-1/Allocations")
    assert body_of(sealed) == {
        "Allocations": [{"Invoice": {"InvoiceID": "i-1"}, "Amount": 4.5, "Date": "2026-09-14"}]
    }


@pytest.mark.parametrize(
    ("filename", "path"),
    [
        ("INV 1.pdf", "INV%201.pdf"),
        ("a/b.pdf", "a-b.pdf"),
        ("[1].pdf", "%5B1%5D.pdf"),
        (" ..pdf ", "pdf"),
        ("", "attachment"),
        ("x" * 400 + ".pdf", "x" * 246 + ".pdf"),
        ("a." + "x" * 400, "a." + "x" * 248),
    ],
)
def test_a_file_goes_out_as_it_is_under_a_name_that_xero_takes(filename, path):
    sealed = seal_attachment("Invoices", "i-1", filename, b"%PDF", "application/pdf")

    assert (sealed.method, sealed.path) == ("PUT", f"Invoices/i-1/Attachments/{path}")
    assert (sealed.body, sealed.content_type) == (b"%PDF", "application/pdf")
    assert sealed.endpoint == "Invoices/Attachments"


@given(st.text(max_size=300))
def test_no_file_name_makes_an_address_that_xero_or_our_records_cannot_hold(filename):
    sealed = seal_attachment("CreditNotes", "n" * 36, filename, b"x", "application/pdf")

    name = unquote(sealed.path.rpartition("/")[2])
    assert name
    assert not set(name) & set('<>:"/\\|?*+\0')
    assert sealed.path.isascii()
    assert len(sealed.path) <= 400
    assert sealed.path.count("/") == 3


def test_an_empty_file_is_not_sent():
    with pytest.raises(ValueError, match="empty"):
        seal_attachment("Invoices", "i-1", "a.pdf", b"", "application/pdf")


def test_the_same_bytes_of_another_kind_are_another_write():
    pdf = seal_attachment("Invoices", "i-1", "a", b"x", "application/pdf")
    text = seal_attachment("Invoices", "i-1", "a", b"x", "text/plain")

    assert pdf.digest != text.digest
