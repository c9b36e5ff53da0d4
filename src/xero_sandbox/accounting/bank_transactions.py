"""Bank transactions, of which the sandbox has prepayments and overpayments only (facts 6.12)."""

from __future__ import annotations

import uuid
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import contact_records, credit_records
from xero_sandbox.accounting import document_rules as shared
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.bookings import book_credit
from xero_sandbox.accounting.credit_records import CREDIT_NOTES, OVERPAYMENTS, PREPAYMENTS, Credit
from xero_sandbox.accounting.desk import Desk, open_desk
from xero_sandbox.accounting.payment_rules import ACCOUNT_UNFIT
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.totals import ZERO
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import Account
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

PLURAL = "BankTransactions"
TYPES = {
    f"{way}-{family.singular.upper()}": family
    for way in ("RECEIVE", "SPEND")
    for family in (PREPAYMENTS, OVERPAYMENTS)
}
NOT_SERVED = (
    "The sandbox makes bank transactions of the types RECEIVE-PREPAYMENT, SPEND-PREPAYMENT, "
    "RECEIVE-OVERPAYMENT and SPEND-OVERPAYMENT only."
)


def create(call: Call) -> Response:
    desk = open_desk(call)
    sent = elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, lambda one: _create(call, desk, one), flag="")


def read_one(call: Call) -> Response:
    return envelope(call, PLURAL, [_wire(open_desk(call), _named(call))])


def delete(call: Call) -> Response:
    """POST with `Status` DELETED: the prepayment or overpayment is voided."""
    desk, credit = open_desk(call), _named(call)

    def save(one: Sent) -> Saved:
        if one.text("Status") != "DELETED":
            desk.errors.append("The sandbox can only delete a bank transaction.")
        if credit.settled:
            desk.errors.append(shared.SETTLED)
        desk.check_locks(credit.issued_on)
        if desk.errors:
            raise Invalid(desk.errors, one.raw | {"BankTransactionID": credit.id})
        credit.status = "VOIDED"
        credit_records.save(desk.db, credit, now_ms=desk.now_ms)
        book_credit(desk, credit)
        return Saved(_wire(desk, credit))

    return write_batch(call, PLURAL, elements(call.request, PLURAL)[:1], save, flag="")


def _create(call: Call, desk: Desk, sent: Sent) -> Saved:
    desk.clear()
    family = TYPES.get(sent.text("Type") or "")
    echo = sent.raw | {"BankTransactionID": wire.ZERO_ID}
    if family is None:
        raise Invalid([NOT_SERVED], echo)
    account = _bank_account(desk, sent)
    credit = Credit(
        id=str(uuid.uuid4()),
        organisation=desk.books.id,
        family=family,
        type=sent.text("Type") or "",
        client_id=call.client_id,
        issued_on=sent.day("Date") or desk.today,
        currency=(account.currency if account else None) or desk.books.base_currency,
        bank_account_id=account.id if account else None,
    )
    _read(desk, credit, sent)
    if desk.errors:
        raise Invalid(list(dict.fromkeys(desk.errors)), echo)
    assert credit.contact is not None  # noqa: S101 - the rules have seen to it
    contact_records.mark_trading(desk.db, credit.contact, sells_to=credit.sells)
    credit_records.save(desk.db, credit, now_ms=desk.now_ms)
    book_credit(desk, credit)
    return Saved(_wire(desk, credit), desk.warnings)


def _bank_account(desk: Desk, sent: Sent) -> Account | None:
    child = sent.child("BankAccount")
    code, ident = (child.text("Code"), child.guid("AccountID")) if child else (None, None)
    books = desk.books
    account = books.accounts_by_id.get(ident) if ident else books.accounts.get(code or "")
    if account is None or account.type != "BANK" or account.status != "ACTIVE":
        desk.errors.append(ACCOUNT_UNFIT)
        return None
    return account


def _read(desk: Desk, credit: Credit, sent: Sent) -> None:
    """The lines of an overpayment bear no tax, and their account is the control account."""
    credit.reference = desk.text(sent, "Reference", "", 255)
    shared.read_contact(desk, credit, sent)
    shared.read_currency(desk, credit, sent)
    if credit.family is OVERPAYMENTS:
        credit.kind = "NoTax"
        items = [
            {name: value for name, value in item.raw.items() if name.lower() not in _ACCOUNT}
            for item in sent.children("LineItems") or []
        ]
        shared.read_lines(desk, credit, Sent({"LineItems": items}, PLURAL), discounts=False)
        credit.status = "AUTHORISED"
    else:
        credit.status = "AUTHORISED"
        shared.read_kind(desk, credit, sent)
        shared.read_lines(desk, credit, sent, discounts=False)
    if credit.totals.total <= ZERO:
        desk.errors.append("The total of a prepayment or overpayment must be greater than zero.")
    shared.check_totals(desk, credit, sent)
    shared.check_days(desk, credit, credit.issued_on)


_ACCOUNT = ("accountcode", "accountid", "taxtype", "taxamount")


def _named(call: Call) -> Credit:
    ident = read_guid(call.params["id"])
    found = credit_records.by_id(call.db, call.organisation, ident) if ident else None
    if found is None or found.family is CREDIT_NOTES:
        raise NotFound
    return found


def _wire(desk: Desk, credit: Credit) -> dict[str, Any]:
    """As a bank transaction: it has the id of the prepayment or overpayment it made."""
    account = desk.books.accounts_by_id[credit.bank_account_id or ""]
    shown = credit.wire()
    return {
        "BankTransactionID": credit.id,
        f"{credit.family.singular}ID": credit.id,
        "BankAccount": {"AccountID": account.id, "Code": account.code, "Name": account.name},
        "Type": credit.type,
        "Reference": credit.reference,
        "IsReconciled": False,
        "HasAttachments": credit.has_attachments,
        **{name: shown[name] for name in _SHOWN},
        "Status": "DELETED" if credit.status == "VOIDED" else "AUTHORISED",
    }


_SHOWN = (
    "CurrencyRate",
    "Contact",
    "DateString",
    "Date",
    "LineAmountTypes",
    "LineItems",
    "SubTotal",
    "TotalTax",
    "Total",
    "UpdatedDateUTC",
    "CurrencyCode",
)

_SCOPES = ("accounting.banktransactions",)
ROUTES = (
    Route("GET", f"/api.xro/2.0/{PLURAL}/{{id}}", read_one, "api", _SCOPES),
    Route("PUT", f"/api.xro/2.0/{PLURAL}", create, "api", _SCOPES, writes=True),
    Route("POST", f"/api.xro/2.0/{PLURAL}", create, "api", _SCOPES, writes=True),
    Route("POST", f"/api.xro/2.0/{PLURAL}/{{id}}", delete, "api", _SCOPES, writes=True),
)
