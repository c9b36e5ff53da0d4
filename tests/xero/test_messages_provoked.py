"""What the stand-in Xero refuses of a push, provoked over real HTTP, is explained and never "other"."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from beside_sandbox import (
    BANK,
    DAY,
    UK,
    a_bill,
    a_credit_note,
    a_line,
    a_payment,
    a_purchase,
    an_invoice,
)

from plain_http import plain_http
from tallystick.xero import (
    AllocationDraft,
    BadRequest,
    ContactDraft,
    ContactRef,
    LineDraft,
    Sealed,
    TrackingRef,
    XeroClient,
    explain,
    seal_attachment,
    seal_create_allocation,
    seal_create_contacts,
    seal_create_credit_notes,
    seal_create_invoices,
    seal_create_payments,
    seal_delete_payment,
    seal_status_changes,
    seal_update_invoices,
)

APPROVED: dict[str, Any] = {"status": "AUTHORISED"}


class Provoker:
    """Sends what Xero refuses and tells what we make of the refusals."""

    def __init__(self, client: XeroClient, contact: ContactRef, url: str, token: str) -> None:
        self.client, self.contact, self.url, self.token = client, contact, url, token

    def send(self, sealed: Sealed) -> list[str]:
        """Return the codes of Xero's errors and warnings."""
        try:
            answer = self.client.send(sealed, str(uuid4()))
        except BadRequest as refused:
            said = [text for element in refused.elements for text in element]
        else:
            lists = (answer.documents, answer.contacts, answer.payments, answer.allocations)
            elements = [element for elements in lists for element in elements]
            said = [text for one in elements for text in (*one.errors, *one.warnings)]
        assert said
        return [explain(text).code for text in said]

    def make(self, kind: str = "invoice", **changes: Any) -> str:
        """Make a document and return its id."""
        draft, seal = {
            "invoice": (an_invoice, seal_create_invoices),
            "bill": (a_bill, seal_create_invoices),
            "credit note": (a_credit_note, seal_create_credit_notes),
        }[kind]
        contact = changes.pop("contact", self.contact)
        sealed = seal([draft(str(uuid4()), contact, **changes)])
        [element] = self.client.send(sealed, str(uuid4())).documents
        assert element.errors == ()
        return element.record.record_id

    def invoice(self, **changes: Any) -> list[str]:
        contact = changes.pop("contact", self.contact)
        number = changes.pop("invoice_number", None)
        return self.send(seal_create_invoices([an_invoice(number, contact, **changes)]))

    def line(self, **changes: Any) -> list[str]:
        return self.invoice(**APPROVED, line_items=[a_line(**changes)])

    def paid_invoice(self) -> str:
        invoice_id = self.make(**APPROVED)
        self.pay("6", invoice_id=invoice_id)
        return invoice_id

    def pay(self, amount: str, **changes: Any) -> str:
        sealed = seal_create_payments([a_payment(amount, **changes)])
        [element] = self.client.send(sealed, str(uuid4())).payments
        assert element.errors == ()
        return element.record.payment_id

    def payment(self, amount: str = "1", **changes: Any) -> list[str]:
        return self.send(seal_create_payments([a_payment(amount, **changes)]))

    def raw(self, path: str, body: str) -> list[str]:
        listed = f'{{"{path}":[{body}]}}'
        return self.send(Sealed("PUT", path, "summarizeErrors=false", listed.encode()))

    def as_somebody(self, method: str, path: str, body: Any, token: str = "") -> None:
        """Write to the books as another program would."""
        headers = {"xero-tenant-id": UK, "Authorization": f"Bearer {token or self.token}"}
        address = f"{self.url}/api.xro/2.0/{path}"
        headers["Accept"] = "application/json"
        plain_http.request(method, address, json=body, headers=headers).raise_for_status()

    def control(self, path: str, **body: Any) -> Any:
        """Use the stand-in's control interface."""
        answer = plain_http.post(f"{self.url}/_sandbox/{path}", json=body)
        return answer.raise_for_status().json()

    def allocate(self, invoice_id: str, amount: str = "1", note_id: str = "", **note: Any):
        note_id = note_id or self.make("credit note", **(APPROVED | note))
        draft = AllocationDraft(invoice_id=invoice_id, amount=Decimal(amount), allocated_on=DAY)
        return self.send(seal_create_allocation(note_id, draft))

    def new_contact(self, **fields: Any) -> ContactRef:
        draft = ContactDraft(name=f"Contact {uuid4()}", **fields)
        [element] = self.client.create_contacts([draft], str(uuid4()))
        return ContactRef(contact_id=element.record.contact_id)

    def archived(self) -> ContactRef:
        contact = self.new_contact()
        body = {"ContactID": contact.contact_id, "ContactStatus": "ARCHIVED"}
        self.as_somebody("POST", "Contacts", body)
        return contact

    def locked(self, sealed: Sealed, lock: str) -> list[str]:
        """Send while all of September 2026 is locked."""
        self.control(f"organisations/{UK}", **{lock: "2026-09-30"})
        try:
            return self.send(sealed)
        finally:
            self.control(f"organisations/{UK}", **{lock: None})


@pytest.fixture
def provoke(client, contact, sandbox, access_token) -> Provoker:
    return Provoker(client, contact, sandbox.url, access_token)


def test_numbers_that_are_taken(provoke):
    invoice, note = an_invoice("T-1", provoke.contact), a_credit_note("T-1", provoke.contact)

    for sealed in (seal_create_invoices([invoice] * 2), seal_create_credit_notes([note] * 2)):
        assert provoke.send(sealed) == ["number_taken"]


@pytest.mark.odd_requests("a name is too long")
def test_contacts(provoke):
    provoke.client.create_contacts(
        [ContactDraft(name="Bob", contact_number="B", account_number="A")], "bob"
    )

    def contact(**fields: Any) -> list[str]:
        return provoke.send(seal_create_contacts([ContactDraft(**({"name": "Eve"} | fields))]))

    assert contact(name="BOB") == ["contact_name_taken"]
    assert contact(contact_number="B") == ["contact_number_taken"]
    assert contact(account_number="A") == ["contact_account_number_taken"]
    assert contact(email_address="eve") == ["email_invalid"]
    assert contact(name="E < e") == ["contact_name_invalid"]
    assert contact(name="  ") == ["contact_name_invalid"]
    assert contact(name="E" * 300) == ["text_too_long"]


def test_contacts_of_documents(provoke):
    archived = provoke.archived()
    missing = '{"Type":"ACCREC","LineItems":[{"Description":"x"}]%s}'

    assert provoke.invoice(contact=archived) == ["contact_archived"]
    assert provoke.invoice(contact=ContactRef(contact_id=str(uuid4()))) == ["contact_not_in_xero"]
    assert provoke.raw("Invoices", missing % "") == ["contact_missing"]
    assert provoke.raw("Invoices", missing % ',"Contact":{}') == ["contact_missing"]
    again = f'{{"Contacts":[{{"ContactID":"{archived.contact_id}","ContactStatus":"ARCHIVED"}}]}}'
    assert provoke.send(Sealed("POST", "Contacts", "", again.encode())) == ["contact_archived"]


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ({"account_code": "nope"}, ["account_unknown"]),
        ({"tax_type": "NOPE"}, ["tax_unknown"]),
        ({"tax_type": "INPUT2"}, ["tax_not_with_account"]),
        ({"item_code": "nope"}, ["item_unknown"]),
        ({"discount_rate": Decimal(101)}, ["discount_invalid"]),
        ({"line_amount": Decimal(1)}, ["total_differs"]),
        ({"quantity": Decimal(10**9), "unit_amount": Decimal(10**9)}, ["amount_too_large"]),
        ({"description": "x" * 4001}, ["text_too_long"]),
        ({"quantity": Decimal(-1)}, ["total_negative"]),
        ({"tracking": (TrackingRef(name="Region", option="Mars"),)}, ["tracking_unknown"]),
        ({"tracking": (TrackingRef(name="Region", option="North"),) * 2}, ["tracking_too_many"]),
    ],
)
def test_lines(provoke, line, codes):
    found = provoke.line(**line)

    assert "other" not in found
    assert set(found) >= set(codes)


def test_lines_that_are_incomplete_or_missing(provoke):
    assert provoke.invoice(line_items=[]) == ["lines_missing"]
    bare = provoke.invoice(
        **APPROVED, line_items=[LineDraft(description="words", quantity=Decimal(1))]
    )
    assert set(bare) == {"line_incomplete"}
    assert "line_incomplete" in provoke.line(description="")


def test_what_is_dropped_from_drafts(provoke):
    line = a_line(account_code="nope", tracking=(TrackingRef(name="Region", option="Mars"),))

    assert provoke.invoice(line_items=[line]) == ["account_dropped", "tracking_dropped"]


def test_an_archived_account(provoke):
    account = next(one for one in provoke.client.accounts() if one.code == "260")
    tokens = provoke.control("tokens", organisation=UK, scope="openid accounting.settings")
    body = {"AccountID": account.account_id, "Status": "ARCHIVED"}
    provoke.as_somebody("POST", f"Accounts/{account.account_id}", body, tokens["access_token"])

    assert provoke.line(account_code="260") == ["account_archived"]


def test_discounts_where_xero_takes_none(provoke):
    note = a_credit_note(None, provoke.contact, line_items=[a_line(discount_rate=Decimal(5))])
    bill = a_bill(None, provoke.contact, line_items=[a_purchase(discount_rate=Decimal(5))])

    assert provoke.send(seal_create_credit_notes([note])) == ["discount_not_taken"]
    assert provoke.send(seal_create_invoices([bill])) == ["discount_not_taken"]


@pytest.mark.odd_requests("types that there are not, a number that is too long")
def test_heads_of_documents(provoke):
    body = '{"Type":"%s","Status":"%s","Contact":{"Name":"x"},"LineItems":[{"Description":"x"}]}'

    assert provoke.invoice(currency_code="JPY") == ["currency_missing"]
    assert provoke.invoice(currency_code="EUR", currency_rate=Decimal(0)) == ["rate_invalid"]
    assert provoke.invoice(url="https://xero.books.test/1") == ["address_refused"]
    assert provoke.invoice(url="books") == ["address_refused"]
    assert provoke.invoice(invoice_number="x" * 256) == ["text_too_long"]
    assert provoke.raw("Invoices", body % ("ODD", "DRAFT")) == ["type_invalid"]
    assert provoke.raw("CreditNotes", body % ("ODD", "DRAFT")) == ["type_invalid"]
    assert provoke.raw("Invoices", body % ("ACCREC", "VOIDED")) == ["status_fixed"]
    assert "due_date_missing" in provoke.raw("Invoices", body % ("ACCPAY", "SUBMITTED"))
    invoice_id = provoke.make()
    other = a_bill(None, provoke.contact, invoice_id=invoice_id)
    assert "type_invalid" in provoke.send(seal_update_invoices([other]))


def test_lock_dates(provoke):
    invoice_id = provoke.make(**APPROVED)
    payment_id = provoke.pay("1", invoice_id=invoice_id)
    writes = [
        seal_create_invoices([an_invoice(None, provoke.contact)]),
        seal_create_credit_notes([a_credit_note(None, provoke.contact)]),
        seal_status_changes("Invoices", [(provoke.make(), "DELETED")]),
        seal_create_payments([a_payment("1", invoice_id=invoice_id)]),
        seal_delete_payment(payment_id),
    ]

    for sealed in writes:
        for lock in ("PeriodLockDate", "EndOfYearLockDate"):
            assert provoke.locked(sealed, lock) == ["period_locked"]


def test_what_is_paid_keeps_its_content_and_its_status(provoke):
    paid, part = provoke.paid_invoice(), provoke.make(**APPROVED)
    provoke.pay("1", invoice_id=part)

    def change(invoice_id: str, **fields: Any) -> list[str]:
        draft = an_invoice(None, provoke.contact, invoice_id=invoice_id, **(APPROVED | fields))
        return provoke.send(seal_update_invoices([draft]))

    assert set(change(part)) == {"has_payments"}
    assert set(change(paid)) == {"has_payments"}
    voided = seal_status_changes("Invoices", [(part, "VOIDED")])
    assert provoke.send(voided) == ["has_payments"]
    note_id = provoke.make("credit note", **APPROVED)
    provoke.pay("1", credit_note_id=note_id)
    assert provoke.send(seal_status_changes("CreditNotes", [(note_id, "VOIDED")])) == [
        "has_payments"
    ]


def test_what_is_approved_or_ended_takes_no_other_status(provoke):
    approved, ended = provoke.make(**APPROVED), provoke.make()
    provoke.client.send(seal_status_changes("Invoices", [(ended, "DELETED")]), "ended")

    for change in ((approved, "DELETED"), (ended, "AUTHORISED")):
        assert provoke.send(seal_status_changes("Invoices", [change])) == ["status_fixed"]


def test_a_credit_note_that_is_not_in_xero(provoke):
    change = seal_status_changes("CreditNotes", [(str(uuid4()), "VOIDED")])

    assert provoke.send(change) == ["not_in_xero"]


def test_payments(provoke):
    invoice_id, draft_id, paid_id = provoke.make(**APPROVED), provoke.make(), provoke.paid_invoice()
    euros = provoke.make(**APPROVED, currency_code="EUR", currency_rate=Decimal("1.2"))

    assert provoke.payment(invoice_id=draft_id) == ["payment_not_authorised"]
    assert provoke.payment("7", invoice_id=invoice_id) == ["payment_too_large"]
    assert provoke.payment(invoice_id=paid_id) == ["payment_not_authorised", "payment_too_large"]
    assert provoke.payment(invoice_id=str(uuid4())) == ["not_in_xero"]
    assert provoke.payment(invoice_id=invoice_id, account_code="nope") == ["account_unknown"]
    assert provoke.payment(invoice_id=invoice_id, account_code="200") == ["payment_account_invalid"]
    zero_rate = {"invoice_id": euros, "currency_rate": Decimal(0)}
    assert provoke.payment(**zero_rate) == ["rate_invalid"]
    ids = f'"Invoice":{{"InvoiceID":"{invoice_id}"}}'
    rest = '"Account":{"Code":"090"},"Date":"2026-09-14"'
    assert provoke.raw("Payments", f'{{"Amount":1,{rest}}}') == ["payment_unapplied"]
    both = f'{ids},"CreditNote":{{"CreditNoteID":"{uuid4()}"}}'
    assert provoke.raw("Payments", f'{{{both},"Amount":1,{rest}}}') == ["payment_applied_twice"]
    assert provoke.raw("Payments", f'{{{ids},"Amount":0,{rest}}}') == ["amount_not_positive"]


def test_payments_that_cannot_be_deleted(provoke):
    invoice_id = provoke.make(**APPROVED)
    deleted, matched = (provoke.pay("1", invoice_id=invoice_id) for _ in range(2))
    provoke.client.send(seal_delete_payment(deleted), "deleted")
    provoke.control(f"payments/{matched}", reconciled=True)
    part = {"Invoice": {"InvoiceID": invoice_id}, "Amount": 1}
    batch = {"Account": {"Code": BANK}, "Date": str(DAY), "Payments": [part]}
    provoke.as_somebody("PUT", "BatchPayments", batch)
    [in_batch] = [
        payment.payment_id
        for payment in provoke.client.payments_between(DAY, DAY)
        if payment.batch_payment_id
    ]

    assert provoke.send(seal_delete_payment(deleted)) == ["payment_gone"]
    assert provoke.send(seal_delete_payment(matched)) == ["payment_reconciled"]
    assert provoke.send(seal_delete_payment(in_batch)) == ["payment_in_batch"]


def test_allocations(provoke):
    invoice_id, bill_id = provoke.make(**APPROVED), provoke.make("bill", **APPROVED)
    draft_note = provoke.make("credit note")
    stranger = provoke.new_contact()
    euros = {"currency_code": "EUR", "currency_rate": Decimal("1.2")}

    assert provoke.allocate(invoice_id, "7") == ["allocation_too_large"]
    assert provoke.allocate(provoke.make()) == ["allocation_not_authorised"]
    assert provoke.allocate(invoice_id, note_id=draft_note) == ["allocation_not_authorised"]
    assert "allocation_document_paid" in provoke.allocate(provoke.paid_invoice())
    assert provoke.allocate(bill_id) == ["allocation_wrong_kind"]
    assert provoke.allocate(invoice_id, contact=stranger) == ["allocation_other_contact"]
    assert provoke.allocate(invoice_id, **euros) == ["allocation_other_currency"]
    assert provoke.allocate(str(uuid4())) == ["not_in_xero"]


@pytest.mark.odd_requests("a file is empty")
def test_files(provoke):
    invoice_id = provoke.make()

    def attach(name: str) -> Sealed:
        return seal_attachment("Invoices", invoice_id, name, b"x", "application/pdf")

    for number in range(10):
        provoke.client.send(attach(f"{number}.pdf"), f"{invoice_id} {number}")

    assert provoke.send(attach("11.pdf")) == ["too_many_files"]
    path = f"Invoices/{invoice_id}/Attachments/"
    assert provoke.send(Sealed("PUT", f"{path}0.pdf", "", b"")) == ["file_refused"]
    assert "file_refused" in provoke.send(Sealed("PUT", f"{path}a%2Bb.pdf", "", b"x"))


def test_questions_too_wide_for_very_large_books(provoke):
    drafts = [ContactDraft(name=f"Many {n}", contact_number=f"M-{n}") for n in range(3)]
    provoke.client.create_contacts(drafts, "many")
    provoke.control("switches", high_volume_records=2)
    try:
        with pytest.raises(BadRequest) as refused:
            provoke.client.contacts_by_number(draft.contact_number for draft in drafts)
    finally:
        provoke.control("switches", high_volume_records=100_000)

    assert explain(str(refused.value)).code == "too_many_records"
