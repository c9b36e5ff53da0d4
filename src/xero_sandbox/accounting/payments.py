"""Payments: list, read one, create, delete."""

from __future__ import annotations

import sqlite3
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import batch_records, contact_records
from xero_sandbox.accounting import payment_records as records
from xero_sandbox.accounting import payment_rules as rules
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.credit_records import Credit
from xero_sandbox.accounting.desk import Desk, open_desk
from xero_sandbox.accounting.invoice_records import Invoice
from xero_sandbox.accounting.listing import Resource, select
from xero_sandbox.accounting.payment_records import Payment
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.accounting.where_sql import Field
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import Account
from xero_sandbox.problems import NotFound, PostDataInvalid
from xero_sandbox.routing import Call, Route

PLURAL = "Payments"


def _of_document(column: str) -> str:
    """SQL for something of the invoice that is paid, or of the credit that is refunded."""
    return (
        f"coalesce((SELECT {column} FROM invoice WHERE invoice.id = payment.document_id), "  # noqa: S608 - our own names
        f"(SELECT {column} FROM credit WHERE credit.id = payment.document_id))"
    )


_CONTACT = f"(SELECT {{}} FROM contact WHERE contact.id = {_of_document('contact_id')})"  # noqa: S608 - our own names
_ACCOUNT = "(SELECT code FROM account WHERE account.id = payment.account_id)"
_COLUMNS = ", ".join(
    f"{sql} AS {name}"
    for name, sql in {
        "document_type": _of_document("type"),
        "document_head": _of_document("head"),
        "currency": _of_document("currency"),
        "contact_id": _of_document("contact_id"),
        "contact_name": _CONTACT.format("json_extract(data, '$.Name')"),
        "account_code": _ACCOUNT,
    }.items()
)
RESOURCE = Resource(
    table="payment",
    type_name="Payment",
    fields={
        "PaymentID": Field("id", "guid"),
        "BatchPaymentID": Field("batch_id", "guid"),
        "PaymentType": Field("type", "text"),
        "Status": Field("status", "text"),
        "Date": Field("date", "day"),
        "Amount": Field("amount", "cents"),
        "BankAmount": Field("bank_amount", "cents"),
        "CurrencyRate": Field("CAST(rate AS REAL)", "number"),
        "Reference": Field("json_extract(data, '$.Reference')", "text"),
        "IsReconciled": Field("reconciled", "bool"),
        "UpdatedDateUTC": Field("updated", "instant"),
        "Account.AccountID": Field("account_id", "guid"),
        "Account.Code": Field(_ACCOUNT, "text"),
        "Invoice.InvoiceID": Field("document_id", "guid"),
        "Invoice.InvoiceNumber": Field(_of_document("number_key"), "text", folded=True),
        "Invoice.Type": Field(_of_document("type"), "text"),
        "Invoice.CurrencyCode": Field(_of_document("currency"), "text"),
        "Invoice.Contact.ContactID": Field(_of_document("contact_id"), "guid"),
        "Invoice.Contact.Name": Field(_CONTACT.format("name_key"), "text", folded=True),
    },
    order="updated, id",
)


def list_all(call: Call) -> Response:
    page = select(call, RESOURCE, columns=f"*, {_COLUMNS}")
    items = [_listed(call.db, row) for row in page.rows]
    return envelope(call, PLURAL, items, **page.envelope())


def read_one(call: Call) -> Response:
    return envelope(call, PLURAL, [_shown(open_desk(call), _named(call), AnswerKind.SINGLE)])


def create(call: Call) -> Response:
    """PUT: one payment or many."""
    desk = open_desk(call)
    sent = elements(call.request, PLURAL)
    return write_batch(
        call, PLURAL, sent, lambda one: _save(call, desk, one), flag="HasValidationErrors"
    )


def create_one(call: Call) -> Response:
    """POST: one payment, where invoices and contacts take many (facts 4.4)."""
    if len(elements(call.request, PLURAL)) > 1:
        raise PostDataInvalid("POST takes one payment; send several with PUT")
    return create(call)


def delete(call: Call) -> Response:
    """POST to a payment: its status can become DELETED, and nothing else of it can change."""
    desk, payment = open_desk(call), _named(call)
    sent = elements(call.request, PLURAL)[:1]

    def save(one: Sent) -> Saved:
        if one.text("Status") != "DELETED":
            desk.errors.append("A payment cannot be changed: the only Status it takes is DELETED.")
        else:
            rules.delete_payment(desk, payment)
        if desk.errors:
            raise Invalid(desk.errors, one.raw | _shown(desk, payment, AnswerKind.UPDATED))
        return Saved(_shown(desk, payment, AnswerKind.UPDATED))

    return write_batch(call, PLURAL, sent, save, flag="HasValidationErrors")


def _save(call: Call, desk: Desk, sent: Sent) -> Saved:
    desk.clear()
    document, account = rules.find_target(desk, sent), rules.find_account(desk, sent)
    day = sent.day("Date")
    if day is None:
        desk.errors.append("The Date of a payment must be specified.")
    if document is None or account is None or day is None:
        raise Invalid(desk.errors, sent.raw | {"PaymentID": wire.ZERO_ID})
    payment = rules.read_payment(desk, sent, document, account, day)
    if desk.errors:
        shown = _with(payment, account, document, None, AnswerKind.CREATED)
        raise Invalid(desk.errors, sent.raw | shown | {"PaymentID": wire.ZERO_ID})
    rules.apply_payment(desk, payment, document)
    return Saved(_shown(desk, payment, AnswerKind.CREATED))


def _named(call: Call) -> Payment:
    ident = read_guid(call.params["id"])
    found = records.by_id(call.db, call.organisation, ident) if ident else None
    if found is None:
        raise NotFound
    return found


def _shown(desk: Desk, payment: Payment, answer: AnswerKind) -> dict[str, Any]:
    account = desk.books.accounts_by_id[payment.account_id]
    document = records.document_of(desk.db, payment)
    return _with(payment, account, document, _batch(desk.db, payment), answer)


def _with(
    payment: Payment,
    account: Account,
    document: Invoice | Credit,
    batch: dict[str, Any] | None,
    answer: AnswerKind,
) -> dict[str, Any]:
    whole = records.whole_invoice(document, answer)
    return records.shown(payment, records.account_of(account), whole, batch, answer)


def _listed(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    payment, head = records.from_row(row), wire.loads(row["document_head"])
    number = head.get("InvoiceNumber", head.get("CreditNoteNumber", ""))
    account = {"AccountID": payment.account_id, "Code": row["account_code"] or None}
    document = records.short_invoice(
        row["document_type"],
        payment.document_id,
        number,
        row["currency"],
        contact_records.summary(row["contact_id"], row["contact_name"]),
    )
    return records.shown(payment, account, document, _batch(db, payment), AnswerKind.LIST)


def _batch(db: sqlite3.Connection, payment: Payment) -> dict[str, Any] | None:
    batch = batch_records.by_id(db, payment.organisation, payment.batch_id or "")
    return batch.within_payment() if batch else None


_SCOPES = ("accounting.payments",)
ROUTES = (
    Route("GET", "/api.xro/2.0/Payments", list_all, "api", _SCOPES),
    Route("GET", "/api.xro/2.0/Payments/{id}", read_one, "api", _SCOPES),
    Route("PUT", "/api.xro/2.0/Payments", create, "api", _SCOPES, writes=True),
    Route("POST", "/api.xro/2.0/Payments", create_one, "api", _SCOPES, writes=True),
    Route("POST", "/api.xro/2.0/Payments/{id}", delete, "api", _SCOPES, writes=True),
)
