"""Xero's own Python client writes and reads documents, payments and reports."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from example_calls import fresh
from python_bodies import (
    TODAY,
    UNKNOWN,
    advance,
    allocations,
    ann,
    bill,
    invoice,
    line,
    many,
    note,
    payment,
    refusal,
    sale,
)
from xero_python.accounting import models as m
from xero_python.exceptions import NotFoundException


def test_invoices_are_written_read_paged_and_changed(api):
    written = api.create_invoices(many(*(sale(reference="paged") for _ in range(3)))).invoices
    first = written[0]

    page = api.get_invoices(
        where='Reference=="paged"', order="InvoiceNumber", page=1, page_size=2, unitdp=4
    )
    since = api.get_invoices(
        if_modified_since=first.updated_date_utc - dt.timedelta(seconds=1),
        statuses=["AUTHORISED"],
        summary_only=True,
    )
    changed = api.update_invoice(first.invoice_id, many(m.Invoice(reference="changed"))).invoices[0]
    upserted = api.update_or_create_invoices(
        many(m.Invoice(invoice_number=first.invoice_number, type="ACCREC", url="https://a.example"))
    ).invoices[0]
    voided = api.update_invoice(first.invoice_id, many(m.Invoice(status="VOIDED")))
    read_back = api.get_invoice(first.invoice_id).invoices[0]

    assert (first.total, first.total_tax, first.date) == (12, 2, TODAY)
    assert [len(page.invoices), page.pagination.item_count, page.pagination.page_count] == [2, 3, 2]
    assert page.invoices[0].line_items[0].unit_amount == 10
    assert first.invoice_id in {one.invoice_id for one in since.invoices}
    assert (changed.reference, upserted.invoice_id) == ("changed", first.invoice_id)
    assert voided.invoices[0].status == read_back.status == "VOIDED"


def test_a_batch_of_invoices_keeps_the_good_and_tells_of_the_bad(api):
    good, bad = sale(), sale(invoice_number=invoice(api).invoice_number)

    answer = api.create_invoices(many(good, bad), summarize_errors=False).invoices

    assert [one.status_attribute_string for one in answer] == ["OK", "ERROR"]
    assert answer[1].has_errors
    assert [error.message for error in answer[1].validation_errors] == ["Invoice # must be unique."]
    assert refusal(api.create_invoices, many(bad)) == "Invoice # must be unique."


def test_what_an_invoice_shows_and_sends(api):
    person = m.Contact(name="Bo", email_address="bo@example.com")
    made = invoice(api, sale(contact=person))

    page = api.get_online_invoice(made.invoice_id).online_invoices[0]
    paper = Path(api.get_invoice_as_pdf(made.invoice_id))
    api.email_invoice(made.invoice_id, m.RequestEmpty())

    assert page.online_invoice_url.startswith("http")
    assert paper.read_bytes().startswith(b"%PDF")
    assert api.get_invoice(made.invoice_id).invoices[0].sent_to_contact is True
    assert "e-mail" in refusal(api.email_invoice, invoice(api).invoice_id, m.RequestEmpty())
    paper.unlink()


def test_credit_notes(api):
    made = api.create_credit_notes(many(note())).credit_notes[0]
    other = api.update_or_create_credit_notes(many(note())).credit_notes[0]
    paid = invoice(api)

    kept = api.create_credit_note_allocation(made.credit_note_id, allocations(paid)).allocations[0]
    allocated = api.get_credit_note(made.credit_note_id).credit_notes[0]
    api.delete_credit_note_allocations(made.credit_note_id, kept.allocation_id)
    voided = api.update_credit_note(
        other.credit_note_id, many(m.CreditNote(status="VOIDED"))
    ).credit_notes[0]
    page = api.get_credit_notes(order="Date", page=1, page_size=1)
    paper = Path(api.get_credit_note_as_pdf(made.credit_note_id))

    assert (allocated.remaining_credit, allocated.allocations[0].amount) == (10, 2)
    assert api.get_credit_note(made.credit_note_id).credit_notes[0].remaining_credit == 12
    assert voided.status == "VOIDED"
    assert (len(page.credit_notes), page.pagination.page_size) == (1, 1)
    assert paper.read_bytes().startswith(b"%PDF")
    paper.unlink()
    too_much = allocations(paid)
    too_much.allocations[0].amount = 13
    assert refusal(api.create_credit_note_allocation, made.credit_note_id, too_much)


def test_payments(api):
    made = api.create_payments(many(payment(invoice(api)), payment(invoice(api)))).payments
    alone = api.create_payment(payment(invoice(api), 5)).payments[0]
    gone = api.delete_payment(made[0].payment_id, m.PaymentDelete(status="DELETED")).payments[0]
    page = api.get_payments(where='Status=="AUTHORISED"', page=1, page_size=1)

    assert api.get_payment(alone.payment_id).payments[0].invoice.amount_due == 7
    assert gone.status == "DELETED"
    assert (len(page.payments), page.pagination.page) == (1, 1)
    assert refusal(api.create_payment, payment(invoice(api), 13)) == (
        "Payment amount exceeds the amount outstanding on this document"
    )


def test_batch_payments(api):
    def made():
        part = m.Payment(invoice=m.Invoice(invoice_id=invoice(api, bill()).invoice_id), amount=12)
        batch = m.BatchPayment(account=m.Account(code="090"), date=TODAY, payments=[part])
        return api.create_batch_payment(many(batch)).batch_payments[0]

    first, second = made(), made()
    gone = api.delete_batch_payment(
        m.BatchPaymentDelete(batch_payment_id=first.batch_payment_id, status="DELETED")
    )
    gone_too = api.delete_batch_payment_by_url_param(
        second.batch_payment_id, m.BatchPaymentDeleteByUrlParam(status="DELETED")
    )

    assert Decimal(first.total_amount) == 12
    assert gone.batch_payments[0].status == gone_too.batch_payments[0].status == "DELETED"
    assert api.get_batch_payment(first.batch_payment_id).batch_payments[0].status == "DELETED"
    assert len(api.get_batch_payments().batch_payments) >= 2
    assert refusal(api.create_batch_payment, many(m.BatchPayment(date=TODAY)))


def test_prepayments(api):
    kept = api.create_bank_transactions(many(advance("PREPAYMENT"))).bank_transactions[0]
    ident = kept.prepayment_id
    part = api.create_prepayment_allocations(ident, allocations(invoice(api))).allocations[0]
    allocated = api.get_prepayment(ident).prepayments[0]
    api.delete_prepayment_allocations(ident, part.allocation_id)
    api.update_bank_transaction(
        kept.bank_transaction_id,
        many(m.BankTransaction(status="DELETED", **_BARE)),
    )

    assert allocated.remaining_credit == 10
    assert api.get_prepayments(page=1).pagination.page == 1
    assert api.get_prepayment(ident).prepayments[0].status == "VOIDED"
    wrong = many(m.BankTransaction(type="RECEIVE-PREPAYMENT", **_NO_LINES))
    assert refusal(api.create_bank_transactions, wrong)


_NO_LINES = {"line_items": [], "bank_account": m.Account(code="090")}
_BARE = {"type": "RECEIVE-PREPAYMENT"} | _NO_LINES


def test_overpayments(api):
    kept = api.update_or_create_bank_transactions(many(advance("OVERPAYMENT"))).bank_transactions[0]
    ident = kept.overpayment_id
    part = api.create_overpayment_allocations(ident, allocations(invoice(api))).allocations[0]
    allocated = api.get_overpayment(ident).overpayments[0]
    api.delete_overpayment_allocations(ident, part.allocation_id)

    assert allocated.remaining_credit == 8
    assert api.get_overpayment(ident).overpayments[0].remaining_credit == 10
    assert api.get_overpayments(page=1).pagination.page == 1
    assert api.get_bank_transaction(kept.bank_transaction_id).bank_transactions[0].total == 10
    with pytest.raises(NotFoundException):
        api.get_overpayment(UNKNOWN)


def test_quotes(api):
    body = m.Quote(contact=ann(), date=TODAY, line_items=[line()], quote_number=fresh("PQ"))

    made = api.create_quotes(many(body)).quotes[0]
    body.title = "Tea"
    upserted = api.update_or_create_quotes(many(body)).quotes[0]
    sent = api.update_quote(
        made.quote_id, many(m.Quote(status=m.QuoteStatusCodes.SENT, contact=ann(), date=TODAY))
    ).quotes[0]
    found = api.get_quotes(quote_number=made.quote_number, page=1).quotes
    paper = Path(api.get_quote_as_pdf(made.quote_id))

    assert (upserted.quote_id, upserted.title) == (made.quote_id, "Tea")
    assert sent.status.value == "SENT"
    assert [one.total for one in found] == [api.get_quote(made.quote_id).quotes[0].total] == [12]
    assert refusal(api.create_quotes, many(body)) == "Quote number must be unique"
    paper.unlink()


def test_repeating_invoices(api):
    schedule = m.Schedule(
        period=1, unit="MONTHLY", due_date=10, due_date_type="OFFOLLOWINGMONTH", start_date=TODAY
    )
    body = m.RepeatingInvoice(
        type="ACCREC", contact=ann(), line_items=[line()], schedule=schedule, reference="Rent"
    )

    made = api.create_repeating_invoices(many(body)).repeating_invoices[0]
    api.update_or_create_repeating_invoices(many(body))
    gone = api.update_repeating_invoice(
        made.repeating_invoice_id,
        many(m.RepeatingInvoice(status="DELETED")),
    ).repeating_invoices[0]
    read_back = api.get_repeating_invoice(made.repeating_invoice_id).repeating_invoices[0]

    assert read_back.schedule.unit == "MONTHLY"
    assert gone.status == "DELETED"
    assert len(api.get_repeating_invoices(where='Reference=="Rent"').repeating_invoices) >= 1
    body.schedule = None
    assert refusal(api.create_repeating_invoices, many(body))


def test_linked_transactions(api):
    owed = invoice(api, bill())
    body = m.LinkedTransaction(
        source_transaction_id=owed.invoice_id,
        source_line_item_id=owed.line_items[0].line_item_id,
        contact_id=owed.contact.contact_id,
    )

    made = api.create_linked_transaction(body).linked_transactions[0]
    ident = made.linked_transaction_id
    api.update_linked_transaction(ident, many(body))
    found = api.get_linked_transactions(source_transaction_id=owed.invoice_id).linked_transactions
    read_back = api.get_linked_transaction(ident).linked_transactions[0]
    api.delete_linked_transaction(ident)

    assert [one.linked_transaction_id for one in found] == [read_back.linked_transaction_id]
    with pytest.raises(NotFoundException):
        api.get_linked_transaction(ident)
    body.source_line_item_id = UNKNOWN
    assert refusal(api.create_linked_transaction, body)


def test_reports(api):
    made, owed = invoice(api), invoice(api, bill())
    year = {"from_date": dt.date(2026, 1, 1), "to_date": dt.date(2026, 12, 31)}

    reports = [
        api.get_report_profit_and_loss(**year),
        api.get_report_balance_sheet(date=TODAY),
        api.get_report_trial_balance(date=TODAY),
        api.get_report_aged_receivables_by_contact(made.contact.contact_id),
        api.get_report_aged_payables_by_contact(owed.contact.contact_id),
    ]

    assert all(answer.reports[0].rows[0].row_type.value == "Header" for answer in reports)
    with pytest.raises(NotFoundException):
        api.get_report_aged_payables_by_contact(UNKNOWN)
