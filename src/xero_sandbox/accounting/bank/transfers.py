"""Transfers between bank accounts: list, read one, create, delete."""

from __future__ import annotations

from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.bank import transfer_records as records
from xero_sandbox.accounting.bank import transfer_rules as rules
from xero_sandbox.accounting.bank.transfer_records import PLURAL, Transfer
from xero_sandbox.accounting.desk import Desk, open_desk
from xero_sandbox.accounting.listing import Resource, select
from xero_sandbox.accounting.papers import attachments
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.accounting.where_sql import Field
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

_RECONCILED = "(SELECT reconciled FROM bank_transaction WHERE bank_transaction.id = {})"
_CODE = "(SELECT code FROM account WHERE account.id = {})"


def _of_side(side: str, name: str) -> dict[str, Field]:
    return {
        f"{name}BankAccount.AccountID": Field(f"{side}_account_id", "guid"),
        f"{name}BankAccount.Code": Field(_CODE.format(f"{side}_account_id"), "text"),
        f"{name}BankTransactionID": Field(f"{side}_transaction_id", "guid"),
        f"{name}IsReconciled": Field(_RECONCILED.format(f"{side}_transaction_id"), "bool"),
    }


RESOURCE = Resource(
    table="bank_transfer",
    type_name="BankTransfer",
    fields={
        "BankTransferID": Field("id", "guid"),
        "Status": Field("status", "text"),
        "Date": Field("date", "day"),
        "Amount": Field("amount", "cents"),
        "Reference": Field("reference_key", "text", folded=True),
        "CurrencyRate": Field("json_extract(data, '$.CurrencyRate')", "number"),
        "HasAttachments": Field("json_extract(data, '$.HasAttachments')", "bool"),
        "CreatedDateUTC": Field("created", "instant"),
        **_of_side("from", "From"),
        **_of_side("to", "To"),
    },
    order="updated, id",
    paged=False,
)


def list_all(call: Call) -> Response:
    """Deleted ones only with `includeDeleted=true`."""
    deleted = call.request.query.get("includedeleted", "").lower() == "true"
    extra = [] if deleted else [("status != 'DELETED'", ())]
    page = select(call, RESOURCE, extra=extra, columns=records.COLUMNS)
    items = [records.element(row, AnswerKind.LIST) for row in page.rows]
    return envelope(call, PLURAL, items)


def read_one(call: Call) -> Response:
    ident = _named(call).id
    files = attachments.of(call, PLURAL, ident)
    element = records.single(call.db, ident, AnswerKind.SINGLE, files)
    return envelope(call, PLURAL, [element])


def create(call: Call) -> Response:
    desk = open_desk(call)
    sent = elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, lambda one: _create(call, desk, one), flag="")


def delete(call: Call) -> Response:
    """POST: one transfer or several, each by its BankTransferID."""
    desk = open_desk(call)

    def save(one: Sent) -> Saved:
        return _delete(desk, _found(call, one.guid("BankTransferID")), one)

    return write_batch(call, PLURAL, elements(call.request, PLURAL), save, flag="")


def delete_one(call: Call) -> Response:
    desk, transfer = open_desk(call), _named(call)
    sent = elements(call.request, PLURAL)[:1]
    return write_batch(call, PLURAL, sent, lambda one: _delete(desk, transfer, one), flag="")


def _create(call: Call, desk: Desk, sent: Sent) -> Saved:
    desk.clear()
    transfer = rules.read_transfer(desk, sent, call.client_id)
    if transfer is None or desk.errors:
        echo = sent.raw | {"BankTransferID": wire.ZERO_ID}
        raise Invalid(list(dict.fromkeys(desk.errors)), echo)
    rules.apply_transfer(desk, transfer)
    return Saved(records.single(desk.db, transfer.id, AnswerKind.CREATED))


def _delete(desk: Desk, transfer: Transfer, sent: Sent) -> Saved:
    desk.clear()
    rules.delete_transfer(desk, transfer, sent)
    element: dict[str, Any] = records.single(desk.db, transfer.id, AnswerKind.UPDATED)
    if desk.errors:
        raise Invalid(desk.errors, element | sent.raw)
    return Saved(element)


def _named(call: Call) -> Transfer:
    return _found(call, read_guid(call.params["id"]))


def _found(call: Call, ident: str | None) -> Transfer:
    found = records.by_id(call.db, call.organisation, ident) if ident else None
    if found is None:
        raise NotFound
    return found


_PATH, _SCOPES = f"/api.xro/2.0/{PLURAL}", ("accounting.banktransactions",)
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", _PATH, delete, "api", _SCOPES, writes=True),
    Route("POST", f"{_PATH}/{{id}}", delete_one, "api", _SCOPES, writes=True),
)
