"""Batch payments: one amount on the bank account for several invoices, or for several bills."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import batch_records as records
from xero_sandbox.accounting import payment_records
from xero_sandbox.accounting import payment_rules as rules
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.batch_records import Batch
from xero_sandbox.accounting.desk import Desk, open_desk
from xero_sandbox.accounting.listing import Resource, select
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.totals import ZERO
from xero_sandbox.accounting.where_sql import Field
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import Account
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

PLURAL = "BatchPayments"
_LENGTHS = {"Reference": 255, "Particulars": 12, "Code": 12, "Details": 18, "Narrative": 18}
RESOURCE = Resource(
    table="batch_payment",
    type_name="BatchPayment",
    fields={
        "BatchPaymentID": Field("id", "guid"),
        "Type": Field("type", "text"),
        "Status": Field("status", "text"),
        "Date": Field("date", "day"),
        "TotalAmount": Field("total", "cents"),
        "Reference": Field("json_extract(data, '$.Reference')", "text"),
        "Account.AccountID": Field("account_id", "guid"),
        "UpdatedDateUTC": Field("updated", "instant"),
    },
    order="updated, id",
    paged=False,
)


def list_all(call: Call) -> Response:
    desk = open_desk(call)
    items = [_wire(desk, records.from_row(row)) for row in select(call, RESOURCE).rows]
    return envelope(call, PLURAL, items)


def read_one(call: Call) -> Response:
    return envelope(call, PLURAL, [_wire(open_desk(call), _named(call, call.params["id"]))])


def create(call: Call) -> Response:
    desk = open_desk(call)
    sent = elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, lambda one: _create(desk, one), flag="")


def delete(call: Call) -> Response:
    """POST with `Status` DELETED, to the collection with a BatchPaymentID or to the one itself."""
    desk = open_desk(call)

    def save(one: Sent) -> Saved:
        batch = _named(call, call.params.get("id") or one.guid("BatchPaymentID") or "")
        return _delete(desk, one, batch)

    return write_batch(call, PLURAL, elements(call.request, PLURAL), save, flag="")


def _create(desk: Desk, sent: Sent) -> Saved:
    desk.clear()
    account, day = rules.find_account(desk, sent), sent.day("Date")
    if day is None:
        desk.errors.append("The Date of a payment must be specified.")
    else:
        desk.check_locks(day)
    parts = sent.children("Payments") or []
    if not parts:
        desk.errors.append("One or more payments must be specified.")
    details = {name: desk.text(sent, name, "", most) for name, most in _LENGTHS.items()}
    batch = Batch(
        id=str(uuid.uuid4()),
        organisation=desk.books.id,
        type="",
        account_id=account.id if account else "",
        day=day or desk.today,
        total=ZERO,
        details={name: text for name, text in details.items() if text},
    )
    for part in parts:
        batch.total += _pay(desk, batch, part, account)
    if desk.errors:
        echo = sent.raw | {"BatchPaymentID": wire.ZERO_ID}
        raise Invalid(list(dict.fromkeys(desk.errors)), echo)
    records.save(desk.db, batch, now_ms=desk.now_ms)
    return Saved(_wire(desk, batch))


def _pay(desk: Desk, batch: Batch, sent: Sent, account: Account | None) -> Decimal:
    """Pay one invoice of the batch; all of them are of one type (facts 6.5).

    Nothing is paid where anything is wrong, be it without an account; only told.
    """
    child = sent.child("Invoice")
    if child is None:
        desk.errors.append(rules.NOT_APPLIED)
        return ZERO
    invoice = rules.find_invoice(desk, child)
    if invoice is None:
        return ZERO
    kind = "RECBATCH" if invoice.sells else "PAYBATCH"
    if batch.type not in ("", kind):
        desk.errors.append("All invoices of a batch payment must be of the same type.")
    batch.type = kind
    amount = rules.read_amount(desk, sent, invoice)
    if account is None:
        return ZERO
    payment = rules.read_payment(desk, sent, invoice, account, day=batch.day, amount=amount)
    payment.batch_id = batch.id
    if not desk.errors:
        rules.apply_payment(desk, payment, invoice)
    return payment.amount


def _delete(desk: Desk, sent: Sent, batch: Batch) -> Saved:
    desk.clear()
    if sent.text("Status") != "DELETED":
        desk.errors.append("A batch payment cannot be changed: its Status can become DELETED.")
    elif batch.status == "DELETED":
        desk.errors.append("The batch payment has been deleted already.")
    else:
        for payment in payment_records.of_batch(desk.db, batch.id):
            rules.delete_payment(desk, payment, with_batch=True)
    if desk.errors:
        raise Invalid(list(dict.fromkeys(desk.errors)), sent.raw | {"BatchPaymentID": batch.id})
    batch.status = "DELETED"
    records.save(desk.db, batch, now_ms=desk.now_ms)
    return Saved(_wire(desk, batch))


def _named(call: Call, name: str) -> Batch:
    found = records.by_id(call.db, call.organisation, read_guid(name) or "")
    if found is None:
        raise NotFound
    return found


def _wire(desk: Desk, batch: Batch) -> dict[str, Any]:
    account = desk.books.accounts_by_id[batch.account_id]
    payments = [
        (payment, payment_records.document_of(desk.db, payment).currency)
        for payment in payment_records.of_batch(desk.db, batch.id)
    ]
    return batch.wire(payments, account.currency or desk.books.base_currency)


_SCOPES = ("accounting.payments",)
ROUTES = (
    Route("GET", "/api.xro/2.0/BatchPayments", list_all, "api", _SCOPES),
    Route("GET", "/api.xro/2.0/BatchPayments/{id}", read_one, "api", _SCOPES),
    Route("PUT", "/api.xro/2.0/BatchPayments", create, "api", _SCOPES, writes=True),
    Route("POST", "/api.xro/2.0/BatchPayments", delete, "api", _SCOPES, writes=True),
    Route("POST", "/api.xro/2.0/BatchPayments/{id}", delete, "api", _SCOPES, writes=True),
)
