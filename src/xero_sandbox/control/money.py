"""Day rates, money that a person reconciles, bills of Xero Expenses, and the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from xero_sandbox import wire
from xero_sandbox.accounting import ledger, payment_records
from xero_sandbox.accounting.bank import transaction_records
from xero_sandbox.accounting.invoice_rules import XERO_EXPENSES
from xero_sandbox.accounting.rates import tell_rate
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.control.answers import Refused, body
from xero_sandbox.messages import Response, json_response
from xero_sandbox.organisations.records import load_books, organisation_data
from xero_sandbox.routing import Call
from xero_sandbox.store import Store


def tell_rates(call: Call) -> Response:
    """`{"day": "2026-01-31", "per_dollar": {"EUR": "0.92"}}`: from that day on, for documents
    and payments that send no rate."""
    wanted = body(call)
    day, rates = wanted.get("day", "0001-01-01"), wanted.get("per_dollar")
    if not isinstance(rates, dict) or not all(_is_rate(*pair) for pair in rates.items()):
        raise Refused("per_dollar must be an object of three-letter codes and positive numbers.")
    try:
        first = date.fromisoformat(day)
    except (TypeError, ValueError):
        raise Refused("day must be YYYY-MM-DD.") from None
    with call.sandbox.store.write() as db:
        for code, rate in rates.items():
            tell_rate(db, code.upper(), first, Decimal(rate))
    return json_response({"status": "ok"})


def reconcile(call: Call) -> Response:
    """`{"reconciled": true}`: as if a person had matched it to a bank statement, or undone it."""
    told = _told(call)
    ident = read_guid(call.params["id"]) or ""
    now = call.sandbox.clock.now_ms()
    with call.sandbox.store.write() as db:
        row = db.execute("SELECT * FROM payment WHERE id = ?", (ident,)).fetchone()
        if row is None or row["status"] == "DELETED":
            raise Refused("There is no such payment.", 404)
        payment = payment_records.from_row(row)
        payment.reconciled = told
        payment_records.save(db, payment, now_ms=now)
    return json_response({"PaymentID": ident, "IsReconciled": told})


def reconcile_transaction(call: Call) -> Response:
    """The same of a bank transaction of any type."""
    told = _told(call)
    ident = read_guid(call.params["id"]) or ""
    with call.sandbox.store.write() as db:
        row = db.execute(
            "SELECT organisation FROM bank_transaction WHERE id = ? AND status != 'DELETED'",
            (ident,),
        ).fetchone()
        found = transaction_records.by_id(db, row["organisation"], ident) if row else None
        if found is None:
            raise Refused("There is no such bank transaction.", 404)
        found.reconciled = told
        transaction_records.save(db, found, now_ms=call.sandbox.clock.now_ms())
    return json_response({"BankTransactionID": ident, "IsReconciled": told})


def _told(call: Call) -> bool:
    told = body(call).get("reconciled")
    if not isinstance(told, bool):
        raise Refused("reconciled must be true or false.")
    return told


def give_to_expenses(call: Call) -> Response:
    """`{"made_by": "Xero Expenses"}`: as if it came from there, so that the API cannot change it."""
    if body(call) != {"made_by": "Xero Expenses"}:
        raise Refused('The body must be {"made_by": "Xero Expenses"}.')
    ident = read_guid(call.params["id"]) or ""
    with call.sandbox.store.write() as db:
        sql = "UPDATE invoice SET client_id = ? WHERE id = ?"
        if not db.execute(sql, (XERO_EXPENSES, ident)).rowcount:
            raise Refused("There is no such invoice or bill.", 404)
    return json_response({"InvoiceID": ident, "made_by": "Xero Expenses"})


def postings(call: Call) -> Response:
    """The ledger of an organisation, one posting a line, amounts as text."""
    organisation = call.request.query.get("organisation", "").lower()
    if organisation_data(call.db, organisation) is None:
        raise Refused("organisation must be the id of one: see /_sandbox/organisations.", 404)
    stream = _dump(call.sandbox.store, organisation)
    return Response(200, content_type="application/x-ndjson", stream=stream)


def _dump(store: Store, organisation: str) -> Iterator[bytes]:
    with store.read() as db:
        accounts = load_books(db, organisation).accounts_by_id
        for posting in ledger.postings(db, organisation, None, None):
            account = accounts[posting.account_id]
            entry = {
                "date": posting.day.isoformat(),
                "account": account.code,
                "account_name": account.name,
                "amount": f"{posting.amount:.2f}",
                "source": posting.source,
                "document_id": posting.document_id,
                "contact_id": posting.contact_id,
            }
            yield wire.dumps(entry).encode() + b"\n"


def _is_rate(code: object, rate: object) -> bool:
    if not (isinstance(code, str) and len(code) == 3 and code.isascii() and code.isalpha()):
        return False
    if isinstance(rate, bool) or not isinstance(rate, (int, str, Decimal)):
        return False
    try:
        number = Decimal(rate)
    except ArithmeticError:
        return False
    return number.is_finite() and Decimal("0.000001") <= number <= Decimal(10) ** 9
