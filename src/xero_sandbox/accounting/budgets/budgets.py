"""Budgets: list, read one. A person makes them, here by the control interface."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from xero_sandbox.accounting.answers import envelope
from xero_sandbox.accounting.budgets import records
from xero_sandbox.accounting.listing import guids
from xero_sandbox.accounting.reports.periods import day_asked, month_start
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import load_books
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

PLURAL = "Budgets"


def list_all(call: Call) -> Response:
    """Without lines, unless `IDs` names the budgets that are wanted."""
    wanted, keep = guids(call.request.query, "IDs"), _months(call)
    answer = AnswerKind.SINGLE if wanted else AnswerKind.LIST
    accounts = load_books(call.db, call.organisation).accounts_by_id
    found = records.all_of(call.db, call.organisation)
    items = [one.wire(accounts, answer, keep) for one in found if not wanted or one.id in wanted]
    return envelope(call, PLURAL, items)


def read_one(call: Call) -> Response:
    """With its lines, of the months from `DateFrom` to `DateTo`."""
    ident, keep = read_guid(call.params["id"]), _months(call)
    accounts = load_books(call.db, call.organisation).accounts_by_id
    for budget in records.all_of(call.db, call.organisation):
        if budget.id == ident:
            return envelope(call, PLURAL, [budget.wire(accounts, AnswerKind.SINGLE, keep)])
    raise NotFound


def _months(call: Call) -> Callable[[date], bool]:
    first, last = day_asked(call, "DateFrom"), day_asked(call, "DateTo")

    def keep(month: date) -> bool:
        return (not first or month_start(first) <= month) and (not last or month <= last)

    return keep


_SCOPES = ("accounting.budgets.read",)
_PATH = f"/api.xro/2.0/{PLURAL}"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
)
