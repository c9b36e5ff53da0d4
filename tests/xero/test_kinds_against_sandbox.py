"""Every kind of document, payments, allocations and files at the stand-in Xero over real HTTP."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import httpx2
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
    fault,
)

from tallystick.xero import (
    CREDIT_NOTES,
    INVOICES,
    PAYMENTS,
    AllocationDraft,
    BadRequest,
    CreditNote,
    Element,
    Invoice,
    NotFound,
    OutcomeUnknown,
    Payment,
    PaymentDraft,
    TrackingRef,
    XeroClient,
    seal_attachment,
    seal_create_allocation,
    seal_create_credit_notes,
    seal_create_invoices,
    seal_create_payments,
    seal_delete_allocation,
    seal_delete_payment,
    seal_status_changes,
    seal_update_credit_notes,
    seal_update_invoices,
)

APPROVED = {"status": "AUTHORISED"}


@pytest.fixture
def make_invoice(client: XeroClient, contact):
    """Make one invoice or bill and return it as Xero has it."""

    def make(number: str, **changes) -> Invoice:
        return made(client, seal_create_invoices([an_invoice(number, contact, **changes)]))

    return make


@pytest.fixture
def make_credit_note(client: XeroClient, contact):
    """Make one credit note and return it as Xero has it."""

    def make(number: str, **changes) -> CreditNote:
        return made(client, seal_create_credit_notes([a_credit_note(number, contact, **changes)]))

    return make


def made(client: XeroClient, sealed):
    [element] = client.send(sealed, str(uuid4())).documents
    assert element.errors == ()
    return element.record


def paid(client: XeroClient, *drafts: PaymentDraft) -> tuple[Element[Payment], ...]:
    return client.send(seal_create_payments(drafts), str(uuid4())).payments


def allocated(client: XeroClient, note: CreditNote, invoice: Invoice, amount: str):
    draft = AllocationDraft(invoice_id=invoice.invoice_id, amount=Decimal(amount), allocated_on=DAY)
    sealed = seal_create_allocation(note.credit_note_id, draft)
    [element] = client.send(sealed, str(uuid4())).allocations
    return element


def test_bills_of_one_number_are_both_made_and_bear_their_markers_and_no_reference(client, contact):
    drafts = [
        a_bill("0815", contact, reference="PO 7", url=f"https://books.test/{n}", **APPROVED)
        for n in (1, 2)
    ]

    elements = client.create_invoices(drafts, "bills")

    assert [element.errors for element in elements] == [(), ()]
    found = client.invoices_by_number(["0815"])
    assert {bill.url for bill in found} == {"https://books.test/1", "https://books.test/2"}
    assert {(bill.type, bill.status, bill.total) for bill in found} == {
        ("ACCPAY", "AUTHORISED", Decimal(12))
    }
    assert [bill.reference for bill in found] == ["", ""]


def test_both_kinds_of_credit_note_are_made_though_one_is_refused(client, contact):
    lines = [a_purchase(tracking=(TrackingRef(name="Region", option="North"),))]
    drafts = [
        a_credit_note("CN-1", contact, reference="Broken"),
        a_credit_note("CN-2", contact, line_items=[a_line(tax_type="NOPE")], **APPROVED),
        a_credit_note("SUP-1", contact, type="ACCPAYCREDIT", reference="x", line_items=lines),
    ]

    answer = client.send(seal_create_credit_notes(drafts), "notes")

    assert [element.ok for element in answer.documents] == [True, False, True]
    assert "TaxType code NOPE" in answer.documents[1].errors[0]
    assert (answer.contacts, answer.payments) == ((), ())
    found = {note.number: note for note in client.credit_notes_by_number(["CN-1", "cn-2", "sup-1"])}
    assert set(found) == {"CN-1", "SUP-1"}
    sales, supplier = found["CN-1"], found["SUP-1"]
    assert (sales.type, sales.reference, sales.issued_on) == ("ACCRECCREDIT", "Broken", DAY)
    assert sales.total == sales.outstanding == Decimal(6)
    assert sales.line_items[0].unit_amount == Decimal("1.6667")
    [tracking] = supplier.line_items[0].tracking
    assert (tracking.name, tracking.option) == ("Region", "North")
    assert not supplier.reference


def test_a_copy_is_overwritten_by_its_id_with_all_its_lines(client, contact, make_invoice):
    invoice = make_invoice("U-1", line_items=[a_line(), a_line(description="Milk")])
    lines = [a_line(description="Cake", unit_amount=Decimal(2), discount_rate=Decimal(50))]
    change = an_invoice(None, contact, invoice_id=invoice.invoice_id, line_items=lines)

    changed = made(client, seal_update_invoices([change]))

    assert (changed.invoice_id, changed.number) == (invoice.invoice_id, "U-1")
    [found] = client.invoices_by_id([invoice.invoice_id])
    assert [line.description for line in found.line_items] == ["Cake"]
    assert found.total == Decimal("3.60")


def test_a_credit_note_is_overwritten_and_renumbered_by_its_id(client, contact, make_credit_note):
    note = make_credit_note("CU-1")
    change = a_credit_note("CU-2", contact, credit_note_id=note.credit_note_id, **APPROVED)

    made(client, seal_update_credit_notes([change]))

    found = client.credit_note(note.credit_note_id)
    assert (found.number, found.status) == ("CU-2", "AUTHORISED")


def test_a_copy_that_is_not_there_cannot_be_overwritten(client, contact):
    change = an_invoice("X", contact, invoice_id=str(uuid4()))

    with pytest.raises(NotFound):
        client.send(seal_update_invoices([change]), "nobody")
    with pytest.raises(NotFound):
        client.credit_note(str(uuid4()))


def test_drafts_are_approved_ended_and_voided_by_endpoint(client, make_credit_note):
    note = make_credit_note("S-1")

    for status in ("AUTHORISED", "VOIDED"):
        change = seal_status_changes("CreditNotes", [(note.credit_note_id, status)])
        [element] = client.send(change, f"S-1 {status}").documents
        assert (element.errors, element.record.status) == ((), status)


def test_the_rate_of_a_document_in_another_currency_is_ours(client, contact):
    rate = {"currency_code": "EUR", "currency_rate": Decimal("1.156789")}

    note = made(client, seal_create_credit_notes([a_credit_note("EUR-1", contact, **rate)]))
    bill = made(client, seal_create_invoices([a_bill("EUR-2", contact, **rate)]))

    for document in (note, bill):
        assert (document.currency_code, document.currency_rate) == ("EUR", Decimal("1.156789"))


def test_payments_in_part_and_in_full_are_told_of_by_their_documents(client, make_invoice):
    invoice = make_invoice("P-1", **APPROVED)
    bill = make_invoice("P-2", type="ACCPAY", line_items=[a_purchase()], **APPROVED)
    draft = make_invoice("P-3")

    part, full, refused = paid(
        client,
        a_payment("2.00", invoice_id=invoice.invoice_id, reference="Card 7"),
        a_payment("12.00", invoice_id=bill.invoice_id),
        a_payment("1.00", invoice_id=draft.invoice_id),
    )

    assert (part.ok, full.ok, refused.ok) == (True, True, False)
    assert refused.errors == ("Payments can only be made against Authorised documents",)
    assert not refused.record.exists_in_xero
    assert refused.record.document_id == draft.invoice_id
    assert part.record.invoice is not None
    assert part.record.invoice.amount_due == Decimal(4)
    found = {one.number: one for one in client.invoices_by_number(["P-1", "P-2"])}
    assert (found["P-1"].status, found["P-1"].outstanding) == ("AUTHORISED", Decimal(4))
    assert (found["P-2"].status, found["P-2"].applied) == ("PAID", Decimal(12))
    [shown] = found["P-1"].payments
    assert (shown.payment_id, shown.paid_on, shown.amount, shown.reference) == (
        part.record.payment_id,
        DAY,
        Decimal(2),
        "Card 7",
    )


def test_a_refund_names_its_credit_note_and_its_account_by_id(client, make_credit_note):
    note = make_credit_note("REF-1", **APPROVED)
    bank = next(account for account in client.accounts() if account.code == BANK)

    [element] = paid(
        client,
        a_payment(
            "6",
            credit_note_id=note.credit_note_id,
            account_id=bank.account_id,
            account_code=None,
        ),
    )

    assert element.errors == ()
    assert element.record.document_id == note.credit_note_id
    found = client.credit_note(note.credit_note_id)
    assert (found.status, found.outstanding, found.applied) == ("PAID", Decimal(0), Decimal(6))
    assert [payment.amount for payment in found.payments] == [Decimal(6)]


def test_a_deleted_payment_leaves_its_document_open_and_is_still_told_of(client, make_invoice):
    invoice = make_invoice("DP-1", **APPROVED)
    [element] = paid(client, a_payment("6.00", invoice_id=invoice.invoice_id))
    payment_id = element.record.payment_id

    [deleted] = client.send(seal_delete_payment(payment_id), "gone").payments

    assert (deleted.ok, deleted.record.status) == (True, "DELETED")
    [found] = client.invoices_by_id([invoice.invoice_id])
    assert (found.status, found.payments) == ("AUTHORISED", ())
    [told] = client.payments_by_id([payment_id])
    assert told.status == "DELETED"
    with pytest.raises(BadRequest, match="deleted already"):
        client.send(seal_delete_payment(payment_id), "again")
    with pytest.raises(NotFound):
        client.send(seal_delete_payment(str(uuid4())), "no such payment")


def test_payments_of_a_span_of_days_are_all_found_over_several_pages(
    client, make_invoice, monkeypatch
):
    monkeypatch.setattr("tallystick.xero.client.PAGE_SIZE", 2)
    invoice = make_invoice("SPAN-1", **APPROVED)
    first, last = date(2026, 11, 1), date(2026, 11, 3)
    days = [first + timedelta(days=n) for n in (-1, 0, 1, 2, 2, 2, 3)]
    elements = paid(
        client,
        *(a_payment("0.50", invoice_id=invoice.invoice_id, paid_on=day) for day in days),
    )
    client.send(seal_delete_payment(elements[3].record.payment_id), "one of them")

    found = client.payments_between(first, last)

    assert {payment.payment_id for payment in found} == {
        element.record.payment_id for element in elements[1:-1]
    }
    assert sorted(payment.status for payment in found) == ["AUTHORISED"] * 4 + ["DELETED"]
    assert {payment.document_id for payment in found} == {invoice.invoice_id}
    assert {payment.account.code for payment in found if payment.account} == {BANK}


def test_what_has_changed_since_an_instant_is_read_page_by_page(
    sandbox, client, make_invoice, make_credit_note, monkeypatch
):
    monkeypatch.setattr("tallystick.xero.client.PAGE_SIZE", 1)
    make_invoice("OLD-1")
    httpx2.post(f"{sandbox.url}/_sandbox/clock", json={"advance_seconds": 60}).raise_for_status()
    now = httpx2.get(f"{sandbox.url}/_sandbox/clock").json()["now"]
    since = datetime.fromisoformat(now) - timedelta(seconds=30)
    invoices = [make_invoice(f"NEW-{n}", **APPROVED) for n in (1, 2)]
    note = make_credit_note("NEW-C")
    [payment] = paid(client, a_payment("1", invoice_id=invoices[1].invoice_id))
    client.send(seal_delete_payment(payment.record.payment_id), str(uuid4()))

    pages = [client.changed(INVOICES, since, page=page) for page in (1, 2)]

    numbers = [[one.record.number for one in page.records] for page in pages]
    assert numbers == [["NEW-2"], ["NEW-1"]], "the newest change first"
    assert [(page.item_count, page.page_count, page.unread) for page in pages] == [(2, 2, ())] * 2
    assert all(timedelta(0) <= page.asked_at - since < timedelta(minutes=2) for page in pages)
    [changed_note] = client.changed(CREDIT_NOTES, since).records
    assert changed_note.record.record_id == note.record_id
    [deleted] = client.changed(PAYMENTS, since).records
    assert (deleted.record.payment_id, deleted.record.status) == (
        payment.record.payment_id,
        "DELETED",
    )


def test_a_credit_note_is_allocated_in_parts_and_freed_again(
    client, make_invoice, make_credit_note
):
    first, second = (make_invoice(f"AL-{n}", **APPROVED) for n in (1, 2))
    note = make_credit_note("ALC-1", **APPROVED)

    made_first = allocated(client, note, first, "4.00")
    made_second = allocated(client, note, second, "2.00")

    assert made_first.ok
    assert made_second.ok
    found = client.credit_note(note.credit_note_id)
    assert (found.status, found.applied, found.outstanding) == ("PAID", Decimal(6), Decimal(0))
    assert {
        (one.allocation_id, one.amount, one.allocated_on, one.invoice.invoice_id)
        for one in found.allocations
        if one.invoice
    } == {
        (made_first.record.allocation_id, Decimal(4), DAY, first.invoice_id),
        (made_second.record.allocation_id, Decimal(2), DAY, second.invoice_id),
    }
    [credited] = client.invoices_by_id([first.invoice_id])
    assert (credited.applied, credited.outstanding) == (Decimal(4), Decimal(2))
    [shown] = credited.credit_notes
    assert (shown.credit_note_id, shown.credit_note_number, shown.applied_amount) == (
        note.credit_note_id,
        "ALC-1",
        Decimal(4),
    )

    sealed = seal_delete_allocation(note.credit_note_id, made_first.record.allocation_id)
    for _ in range(2):
        [removed] = client.send(sealed, "free").allocations
        assert (removed.ok, removed.record.is_deleted) == (True, True)
        assert removed.record.allocation_id == made_first.record.allocation_id
    assert client.credit_note(note.credit_note_id).outstanding == Decimal(4)


def test_an_allocation_that_xero_refuses_says_why(client, make_invoice, make_credit_note):
    note = make_credit_note("ALC-2", **APPROVED)

    refused = allocated(client, note, make_invoice("AL-3", **APPROVED), "6.01")
    unknown = allocated(client, note, Invoice(invoice_id=str(uuid4())), "1")

    assert not refused.ok
    assert "greater than amount outstanding" in refused.errors[0]
    assert not unknown.ok
    assert "could not be found" in unknown.errors[0]


def test_a_removal_whose_answer_is_lost_is_done_once_however_often_it_is_repeated(
    sandbox, client, make_invoice, make_credit_note
):
    note = make_credit_note("ALC-3", **APPROVED)
    made_one = allocated(client, note, make_invoice("AL-4", **APPROVED), "1")
    sealed = seal_delete_allocation(note.credit_note_id, made_one.record.allocation_id)

    for action in ("cut_after", "garbage"):
        path = f"/api.xro/2.0/{sealed.path}"
        with fault(sandbox, action, path), pytest.raises(OutcomeUnknown):
            client.send(sealed, "lost")
        if action == "cut_after":
            made_one = allocated(client, note, make_invoice("AL-5", **APPROVED), "1")
            sealed = seal_delete_allocation(note.credit_note_id, made_one.record.allocation_id)

    [removed] = client.send(sealed, "lost").allocations
    assert removed.ok
    assert client.credit_note(note.credit_note_id).allocations == ()


def test_credit_notes_are_found_by_number_whatever_is_in_it(client, contact):
    numbers = ['7" disc', "a\\b", "R&D + 50%, 1", "Ünïcode é", '"', "plain", '7" DISC 2']
    drafts = [a_credit_note(number, contact) for number in numbers]
    elements = client.send(seal_create_credit_notes(drafts), "odd numbers").documents
    assert [element.errors for element in elements] == [()] * len(numbers)

    for number in numbers:
        found = [note.number for note in client.credit_notes_by_number([number.upper()])]
        assert found == [number]


def test_more_credit_notes_than_one_query_holds_are_found_by_number_id_and_day(client, contact):
    day = date(2026, 12, 24)
    drafts = [a_credit_note(f"MANY-{n}", contact, issued_on=day) for n in range(120)]
    elements = client.send(seal_create_credit_notes(drafts), "many").documents
    expected = {element.record.record_id for element in elements}
    other = a_credit_note("MANY-S", contact, type="ACCPAYCREDIT", issued_on=day)
    supplier = made(client, seal_create_credit_notes([other]))

    by_number = client.credit_notes_by_number(f"MANY-{n}" for n in range(130))
    by_id = client.credit_notes_by_id(expected)
    by_day = client.credit_notes_between(day, day, "ACCRECCREDIT")
    of_any_type = client.credit_notes_between(day - timedelta(days=1), day)

    for found in (by_number, by_id, by_day):
        assert {note.record_id for note in found} == expected
        assert all(note.line_items[0].unit_amount == Decimal("1.6667") for note in found)
    assert {note.record_id for note in of_any_type} == expected | {supplier.record_id}
    assert client.credit_notes_between(day + timedelta(days=1), day + timedelta(days=9)) == []


def test_currencies_and_tracking_categories_are_read(client):
    currencies = {currency.code: currency.description for currency in client.currencies()}
    [region] = client.tracking_categories()

    assert set(currencies) == {"GBP", "EUR", "USD"}
    assert "Euro" in currencies["EUR"]
    assert (region.name, region.status) == ("Region", "ACTIVE")
    assert region.active_options == ("Eastside", "North", "South", "West Coast")


def test_what_is_dropped_from_a_draft_is_warned_of(client, contact):
    lines = [a_line(tracking=(TrackingRef(name="Region", option="Atlantis"),))]

    [element] = client.create_invoices([an_invoice("W-1", contact, line_items=lines)], "warned")

    assert element.ok
    assert "Atlantis" in element.warnings[0]


@pytest.mark.parametrize(
    ("filename", "name_in_xero"),
    [
        ("INV-1.pdf", "INV-1.pdf"),
        ('Réchnung 1/2: "Tea" [a+b] 100%?.pdf', "Réchnung 1-2- -Tea- [a-b] 100%-.pdf"),
    ],
)
def test_a_file_is_put_on_a_document_under_a_name_that_xero_takes(
    http: httpx2.Client, hosts, access_token, client, make_invoice, filename, name_in_xero
):
    invoice = make_invoice(None)
    content = b"%PDF-1.7 \x00\xff and the rest"
    sealed = seal_attachment("Invoices", invoice.invoice_id, filename, content, "application/pdf")

    for _ in range(2):
        [attachment] = client.send(sealed, f"file {invoice.invoice_id}").attachments
        assert attachment.file_name == name_in_xero

    [found] = client.invoices_by_id([invoice.invoice_id])
    assert found.has_attachments
    headers = {"xero-tenant-id": UK, "Authorization": f"Bearer {access_token}"}
    stored = http.get(f"{hosts.api}/api.xro/2.0/{sealed.path}", headers=headers)
    assert (stored.content, stored.headers["Content-Type"]) == (content, "application/pdf")


def test_a_file_is_put_on_a_credit_note_and_not_on_what_is_not_there(client, make_credit_note):
    note = make_credit_note("FILE-1")
    [attachment] = client.send(
        seal_attachment("CreditNotes", note.credit_note_id, "a.pdf", b"x", "application/pdf"), "f"
    ).attachments

    assert attachment.file_name == "a.pdf"
    missing = seal_attachment("CreditNotes", str(uuid4()), "a.pdf", b"x", "application/pdf")
    with pytest.raises(NotFound):
        client.send(missing, "g")
