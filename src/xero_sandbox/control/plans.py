"""What a person plans or publishes in Xero: budgets and reports."""

from __future__ import annotations

import uuid
from datetime import date

from xero_sandbox.accounting import line_tracking
from xero_sandbox.accounting.budgets import records
from xero_sandbox.accounting.budgets.records import Balance, Budget
from xero_sandbox.accounting.rates import LARGEST
from xero_sandbox.accounting.reports import published
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.accounting.totals import rounded
from xero_sandbox.control.answers import Refused, body
from xero_sandbox.messages import Response, json_response
from xero_sandbox.organisations.records import Books, load_books, organisation_data
from xero_sandbox.problems import PostDataInvalid
from xero_sandbox.routing import Call


def make_budget(call: Call) -> Response:
    """Make a budget as the API shows one; that of type OVERALL replaces the one there is.

    Lines name their account by `AccountCode`, months are `2026-08`, tracking goes by names or ids.
    """
    organisation, wanted = _organisation(call), body(call)
    now_ms = call.sandbox.clock.now_ms()
    with call.sandbox.store.write() as db:
        books = load_books(db, organisation)
        try:
            budget = _budget(books, Sent(wanted, "Budget"))
        except PostDataInvalid as error:
            raise Refused(str(error)) from None
        before = records.overall(db, organisation) if budget.type == "OVERALL" else None
        if before:
            budget.id, budget.seq = before.id, before.seq
        records.save(db, budget, now_ms=now_ms)
    return json_response(budget.wire(books.accounts_by_id, AnswerKind.SINGLE), 201)


def publish_report(call: Call) -> Response:
    """Keep a report, such as a tax return, that `GET /Reports` lists: any of its fields."""
    organisation, wanted = _organisation(call), body(call)
    unknown = wanted.keys() - published.FIELDS
    if unknown or not isinstance(wanted.get("ReportName"), str):
        raise Refused(f"A report has a ReportName and may have {', '.join(published.FIELDS)}.")
    with call.sandbox.store.write() as db:
        report = published.add(db, organisation, wanted, now_ms=call.sandbox.clock.now_ms())
    return json_response(report, 201)


def _organisation(call: Call) -> str:
    ident = call.params["id"].lower()
    if organisation_data(call.db, ident) is None:
        raise Refused("There is no such organisation.", 404)
    return ident


def _budget(books: Books, sent: Sent) -> Budget:
    kind = sent.text("Type") or "OVERALL"
    if kind not in ("OVERALL", "TRACKING"):
        raise Refused("Type is OVERALL or TRACKING.")
    errors: list[str] = []
    tracking = line_tracking.read(
        sent.children("Tracking") or [],
        books.catalogue.tracking,
        complete=True,
        errors=errors,
        warnings=[],
    )
    if errors:
        raise Refused(errors[0])
    if bool(tracking) != (kind == "TRACKING"):
        raise Refused("A budget of type TRACKING has Tracking, and only that.")
    description = sent.text("Description") or "Overall Budget"
    if len(description) > 255:
        raise Refused("The Description must not be longer than 255 characters.")
    lines = {
        _account(books, line): [_balance(one) for one in line.children("BudgetBalances") or []]
        for line in sent.children("BudgetLines") or []
    }
    return Budget(
        id=str(uuid.uuid4()),
        organisation=books.id,
        type="TRACKING" if tracking else "OVERALL",
        description=description,
        tracking=tracking,
        lines=lines,
    )


def _account(books: Books, line: Sent) -> str:
    code = line.text("AccountCode") or ""
    account = books.accounts.get(code)
    if account is None:
        raise Refused(f"There is no account with the code {code[:50]!r}.")
    return account.id


def _balance(sent: Sent) -> Balance:
    period, amount = sent.text("Period") or "", sent.number("Amount")
    try:
        month = date.fromisoformat(f"{period}-01")
    except ValueError:
        raise Refused(f"Period is a month such as 2026-08, not {period[:50]!r}.") from None
    if amount is None or abs(amount) > LARGEST:
        raise Refused("Amount is a number.")
    return Balance(month, rounded(amount), sent.text("Notes") or "")
