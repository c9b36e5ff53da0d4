"""Bank summary: what came in and went out of each bank account between two days.

Rows, cells and attributes as in the interface description. Amounts are in base currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from xero_sandbox.accounting import ledger
from xero_sandbox.accounting.reports import periods, shape
from xero_sandbox.accounting.reports.chart import ZERO, Chart, open_chart
from xero_sandbox.accounting.reports.shape import Row, Title, money
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import Account
from xero_sandbox.problems import QueryParse
from xero_sandbox.routing import Call, Route

TITLE = Title("BankSummary", "Bank Summary", "Bank Summary")
_HEADINGS = ("Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance")


def bank_summary(call: Call) -> Response:
    chart = open_chart(call)
    first, last = periods.span_asked(call, chart.today)
    if last < first:
        raise QueryParse("toDate must not be before fromDate")
    span = f"From {shape.long_day(first)} to {shape.long_day(last)}"
    return shape.answer(
        call, TITLE, [chart.name, span], _rows(chart, first, last), today=chart.today
    )


def _rows(chart: Chart, first: date, last: date) -> list[Row]:
    """A row for every active bank account, and for others that held or moved money."""
    opening = chart.balances(None, first - timedelta(days=1), set())
    moves = _moves(chart, first, last)
    rows, sums = [], [ZERO] * 4
    for account in chart.sorted(lambda a: a.type == "BANK"):
        opened, (received, spent) = opening.get(account.id, ZERO), moves[account.id]
        amounts = [opened, received, spent, opened + received - spent]
        if account.status == "ACTIVE" or any(amounts):
            rows.append(_row(account, amounts))
            sums = [before + amount for before, amount in zip(sums, amounts, strict=True)]
    total = shape.summary(["Total", *map(money, sums)])
    return [shape.header(_HEADINGS), shape.section("", [*rows, total])]


def _moves(chart: Chart, first: date, last: date) -> dict[str, tuple[Decimal, Decimal]]:
    """Account id to what its postings of these days bring in and take out."""
    moves: dict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for posting in ledger.postings(chart.call.db, chart.call.organisation, first, last):
        received, spent = moves[posting.account_id]
        if posting.amount > 0:
            moves[posting.account_id] = received + posting.amount, spent
        else:
            moves[posting.account_id] = received, spent - posting.amount
    return moves


def _row(account: Account, amounts: Sequence[Decimal]) -> Row:
    """The name bears the account as `accountID`, the two that moved as `account`."""
    cells: list[Row] = [{"Value": text} for text in (account.name, *map(money, amounts))]
    for at, name in ((0, "accountID"), (2, "account"), (3, "account")):
        cells[at]["Attributes"] = [{"Value": account.id, "Id": name}]
    return {"RowType": "Row", "Cells": cells}


ROUTE = Route(
    "GET",
    "/api.xro/2.0/Reports/BankSummary",
    bank_summary,
    "api",
    ("accounting.reports.banksummary.read",),
)
