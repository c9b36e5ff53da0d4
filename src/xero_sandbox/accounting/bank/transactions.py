"""Bank transactions: list, read one, create, create or update, delete (facts 6.12)."""

from __future__ import annotations

import uuid
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import contact_records, credit_records
from xero_sandbox.accounting.answers import Invalid, Save, Saved, envelope, write_batch
from xero_sandbox.accounting.bank import transaction_records as records
from xero_sandbox.accounting.bank.transaction_records import PLURAL, BankTransaction
from xero_sandbox.accounting.bank.transaction_rules import apply, credit_of
from xero_sandbox.accounting.bookings import book_bank_transaction, book_credit
from xero_sandbox.accounting.credit_records import Credit, Family
from xero_sandbox.accounting.desk import Desk, open_desk, unit_places
from xero_sandbox.accounting.listing import Resource, select
from xero_sandbox.accounting.papers import attachments, history
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.accounting.stock.moves import move_stock
from xero_sandbox.accounting.where_sql import Field
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

_CONTACT = "(SELECT {} FROM contact WHERE contact.id = contact_id)"
_ACCOUNT = "(SELECT {} FROM account WHERE account.id = bank_account_id)"


def _json(name: str, kind: str) -> Field:
    return Field(f"json_extract(head, '$.{name}')", kind)


def _cents(name: str) -> Field:
    return Field(f"CAST(round(json_extract(head, '$.{name}') * 100) AS INT)", "cents")


RESOURCE = Resource(
    table="bank_transaction",
    type_name="BankTransaction",
    fields={
        "BankTransactionID": Field("id", "guid"),
        "Type": Field("type", "text"),
        "Status": Field("status", "text"),
        "Date": Field("date", "day"),
        "Reference": Field("reference_key", "text", folded=True),
        "IsReconciled": Field("reconciled", "bool"),
        "Contact.ContactID": Field("contact_id", "guid"),
        "Contact.Name": Field(_CONTACT.format("name_key"), "text", folded=True),
        "Contact.ContactNumber": Field(_CONTACT.format("number_key"), "text", folded=True),
        "BankAccount.AccountID": Field("bank_account_id", "guid"),
        "BankAccount.Code": Field(_ACCOUNT.format("code"), "text"),
        "BankAccount.Name": Field(_ACCOUNT.format("name_key"), "text", folded=True),
        "Total": Field("total", "cents"),
        "SubTotal": _cents("SubTotal"),
        "TotalTax": _cents("TotalTax"),
        "CurrencyCode": Field("currency", "text"),
        "CurrencyRate": _json("CurrencyRate", "number"),
        "LineAmountTypes": _json("LineAmountTypes", "text"),
        "HasAttachments": _json("HasAttachments", "bool"),
        "Url": _json("Url", "text"),
        "PrepaymentID": _json("PrepaymentID", "guid"),
        "OverpaymentID": _json("OverpaymentID", "guid"),
        "UpdatedDateUTC": Field("updated", "instant"),
    },
    order="updated, id",
)


def list_all(call: Call) -> Response:
    """Without `page` no lines, as for invoices (facts 5.2)."""
    page = select(call, RESOURCE, columns=records.COLUMNS)
    answer = AnswerKind.PAGE if page.pagination else AnswerKind.LIST
    places = unit_places(call)
    items = [records.element(call.db, row, answer, unit_places=places) for row in page.rows]
    return envelope(call, PLURAL, items, **page.envelope())


def read_one(call: Call) -> Response:
    ident, places = _named(call).id, unit_places(call)
    files = attachments.of(call, PLURAL, ident)
    element = records.single(call.db, ident, AnswerKind.SINGLE, files, unit_places=places)
    return envelope(call, PLURAL, [element])


def create(call: Call) -> Response:
    """PUT: every element is a new transaction."""
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, _new(call, desk, sent)))


def create_or_update(call: Call) -> Response:
    """POST: matched by BankTransactionID, else created."""
    desk = open_desk(call)
    return _write(
        call, lambda sent: _save(desk, sent, _match(call, sent) or _new(call, desk, sent))
    )


def update(call: Call) -> Response:
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, _named(call)))


def _write(call: Call, save: Save) -> Response:
    return write_batch(call, PLURAL, elements(call.request, PLURAL), save, flag="")


def _named(call: Call) -> BankTransaction:
    ident = read_guid(call.params["id"])
    found = records.by_id(call.db, call.organisation, ident) if ident else None
    if found is None:
        raise NotFound
    return found


def _match(call: Call, sent: Sent) -> BankTransaction | None:
    ident = sent.guid("BankTransactionID")
    if not ident:
        return None
    found = records.by_id(call.db, call.organisation, ident)
    if found is None:  # one unknown id answers the whole request with 404 (facts 4.3)
        raise NotFound
    return found


def _new(call: Call, desk: Desk, sent: Sent) -> BankTransaction:
    return BankTransaction(
        id=str(uuid.uuid4()),
        organisation=desk.books.id,
        type=sent.text("Type") or "",
        client_id=call.client_id,
        issued_on=desk.today,
        currency=desk.books.base_currency,
        status="AUTHORISED",
    )


def _save(desk: Desk, sent: Sent, transaction: BankTransaction) -> Saved:
    desk.clear()
    before = None if transaction.seq is None else transaction.status
    answer = AnswerKind.CREATED if before is None else AnswerKind.UPDATED
    apply(desk, transaction, sent)
    if not desk.errors:
        move_stock(desk, transaction)
    if desk.errors:
        raise Invalid(list(dict.fromkeys(desk.errors)), _echo(transaction, sent))
    records.save(desk.db, transaction, now_ms=desk.now_ms)
    if transaction.family:
        _save_credit(desk, transaction, transaction.family)
    else:
        book_bank_transaction(desk, transaction)
    for changes in history.changes(before, transaction.status):
        details = transaction.in_words
        history.note(desk.db, desk.books.id, transaction.id, changes, details, now_ms=desk.now_ms)
    places = desk.unit_places
    element = records.single(desk.db, transaction.id, answer, unit_places=places)
    return Saved(element, desk.warnings)


def _save_credit(desk: Desk, transaction: BankTransaction, family: Family) -> None:
    """Bring the credit of a prepayment or overpayment in line: it has the transaction's id."""
    before = credit_of(desk, transaction)
    credit = Credit(
        id=transaction.id,
        organisation=transaction.organisation,
        family=family,
        type=transaction.type,
        client_id=transaction.client_id,
        issued_on=transaction.issued_on,
        currency=transaction.currency,
        contact=transaction.contact,
        reference=transaction.reference,
        status="VOIDED" if transaction.status == "DELETED" else "AUTHORISED",
        kind=transaction.kind,
        currency_rate=transaction.currency_rate,
        lines=transaction.lines,
        totals=transaction.totals,
        has_attachments=before.has_attachments if before else False,
        seq=before.seq if before else None,
        bank_account_id=transaction.bank_account_id,
    )
    assert credit.contact is not None  # noqa: S101 - the rules have seen to it
    contact_records.mark_trading(desk.db, credit.contact, sells_to=credit.sells)
    credit_records.save(desk.db, credit, now_ms=desk.now_ms)
    book_credit(desk, credit)


def _echo(transaction: BankTransaction, sent: Sent) -> dict[str, Any]:
    """What was sent, with what was made of it; one that was new has the zero id (facts 4.3)."""
    ident = wire.ZERO_ID if transaction.seq is None else transaction.id
    made = transaction.head() | {"LineItems": [line.wire() for line in transaction.lines]}
    made |= {name: ident for name in made if name.endswith("ID")}
    return sent.raw | made


_PATH, _SCOPES = f"/api.xro/2.0/{PLURAL}", ("accounting.banktransactions",)
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", _PATH, create_or_update, "api", _SCOPES, writes=True),
    Route("POST", f"{_PATH}/{{id}}", update, "api", _SCOPES, writes=True),
)
