"""Xero's own Python client keeps attachments and history."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from example_calls import claim, fresh, receipt
from interface import needs_description
from python_bodies import (
    TODAY,
    UNKNOWN,
    advance,
    ann,
    bill,
    invoice,
    kept,
    line,
    many,
    note,
    order,
    payment,
    recoded,
    refusal,
    spent,
    transfer,
)
from python_client import offered_calls
from xero_python.accounting import models as m
from xero_python.exceptions import NotFoundException

#: What has attachments: the word in the client's names, and how the id of one is found.
OWNERS = {
    "account": lambda api: api.get_accounts(where='Code=="200"').accounts[0].account_id,
    "bank_transaction": lambda api: (
        api.create_bank_transactions(many(spent())).bank_transactions[0].bank_transaction_id
    ),
    "bank_transfer": lambda api: (
        api.create_bank_transfer(many(transfer())).bank_transfers[0].bank_transfer_id
    ),
    "contact": lambda api: invoice(api).contact.contact_id,
    "credit_note": lambda api: api.create_credit_notes(many(note())).credit_notes[0].credit_note_id,
    "invoice": lambda api: invoice(api).invoice_id,
    "purchase_order": lambda api: (
        api.create_purchase_orders(many(order(api))).purchase_orders[0].purchase_order_id
    ),
    "manual_journal": lambda api: (
        api.create_manual_journals(many(recoded())).manual_journals[0].manual_journal_id
    ),
    "quote": lambda api: (
        api.create_quotes(many(m.Quote(contact=ann(), date=TODAY, line_items=[line()])))
        .quotes[0]
        .quote_id
    ),
    "receipt": lambda api: kept(api, receipt),
    "repeating_invoice": lambda api: (
        api.create_repeating_invoices(many(_monthly())).repeating_invoices[0].repeating_invoice_id
    ),
}
#: And what has a history only.
TOLD = {
    "batch_payment": lambda api: _paid_by_batch(api),
    "expense_claim": lambda api: kept(api, claim),
    "item": lambda api: api.get_items().items[0].item_id,
    "overpayment": lambda api: _advanced(api, "OVERPAYMENT").overpayment_id,
    "payment": lambda api: api.create_payment(payment(invoice(api))).payments[0].payment_id,
    "prepayment": lambda api: _advanced(api, "PREPAYMENT").prepayment_id,
}
HISTORIES = {word: find for word, find in (OWNERS | TOLD).items() if word != "account"}


def _monthly():
    schedule = m.Schedule(
        period=1, unit="MONTHLY", due_date=10, due_date_type="OFFOLLOWINGMONTH", start_date=TODAY
    )
    return m.RepeatingInvoice(type="ACCREC", contact=ann(), line_items=[line()], schedule=schedule)


def _paid_by_batch(api):
    part = m.Payment(invoice=m.Invoice(invoice_id=invoice(api, bill()).invoice_id), amount=12)
    batch = m.BatchPayment(account=m.Account(code="090"), date=TODAY, payments=[part])
    return api.create_batch_payment(many(batch)).batch_payments[0].batch_payment_id


def _advanced(api, kind):
    return api.create_bank_transactions(many(advance(kind))).bank_transactions[0]


def history_write(word):
    return f"create_{word}_history" + ("_record" if word in _HISTORY_RECORDS else "")


def history_read(word):
    plural = "s" if word in ("bank_transaction", "manual_journal") else ""
    return f"get_{word}{plural}_history"


#: What the client calls by a name of its own kind.
_HISTORY_RECORDS = ("bank_transaction", "bank_transfer", "batch_payment", "manual_journal")


def attachment_calls(word):
    return [
        f"create_{word}_attachment_by_file_name",
        f"update_{word}_attachment_by_file_name",
        f"get_{word}_attachments",
        f"get_{word}_attachment_by_file_name",
        f"get_{word}_attachment_by_id",
    ]


@pytest.mark.parametrize("word", OWNERS)
def test_attachments(api, word):
    ident, name = OWNERS[word](api), fresh("file") + ".txt"
    create, update, listed, by_name, by_id = (getattr(api, call) for call in attachment_calls(word))

    create(ident, name, b"first")
    made = update(ident, name, b"second").attachments[0]
    files = [
        Path(by_name(ident, name, "text/plain")),
        Path(by_id(ident, made.attachment_id, "text/plain")),
    ]

    assert name in [one.file_name for one in listed(ident).attachments]
    assert [file.read_bytes() for file in {*files}] == [b"second"] * len({*files})
    for file in {*files}:
        file.unlink()
    with pytest.raises(NotFoundException):
        listed(UNKNOWN)


@pytest.mark.parametrize("word", HISTORIES)
def test_history(api, word):
    ident, record = HISTORIES[word](api), m.HistoryRecord(details="Checked by Ann")
    write = getattr(api, history_write(word))

    write(ident, many(record))
    told = getattr(api, history_read(word))(ident).history_records

    assert told[0].details == "Checked by Ann"
    assert isinstance(told[0].date_utc, dt.datetime)
    assert refusal(write, ident, many(m.HistoryRecord(details="x" * 2501)))


@needs_description
def test_every_paper_is_called_for_by_the_client():
    called = {call for word in OWNERS for call in attachment_calls(word)}
    called |= {history_write(word) for word in HISTORIES}
    called |= {history_read(word) for word in HISTORIES}

    wanted = {name for name in offered_calls() if re.search("_attachment|_history", name)}

    assert wanted == called
