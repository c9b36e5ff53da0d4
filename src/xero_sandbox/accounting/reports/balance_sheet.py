"""Balance sheet: what is owned and owed when a day ends (facts 6.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xero_sandbox import wire
from xero_sandbox.accounting.reports import periods, shape
from xero_sandbox.accounting.reports.chart import (
    ZERO,
    Balances,
    Chart,
    block,
    open_chart,
    options_asked,
)
from xero_sandbox.accounting.reports.shape import Row, Title, money
from xero_sandbox.messages import Response
from xero_sandbox.routing import Call, Route

TITLE = Title("BalanceSheet", "Balance Sheet", "Balance Sheet")
_ASSETS = (
    ("Bank", ("BANK",)),
    ("Current Assets", ("CURRENT", "INVENTORY", "PREPAYMENT")),
    ("Fixed Assets", ("FIXED",)),
    ("Non-current Assets", ("NONCURRENT",)),
)
_LIABILITIES = (
    ("Current Liabilities", ("CURRLIAB", "PAYG")),
    ("Non-Current Liabilities", ("LIABILITY", "TERMLIAB")),
)


@dataclass(frozen=True)
class Column:
    day: date
    year_start: date
    balances: Balances  #: of everything up to the day
    this_year: Decimal  #: profit of the financial year up to the day
    earlier: Decimal  #: profit of the years before


def balance_sheet(call: Call) -> Response:
    chart = open_chart(call)
    day = periods.day_asked(call, "date") or periods.month_end(chart.today)
    options = options_asked(call, "trackingOptionID1", "trackingOptionID2")
    columns = [
        _column(chart, periods.months_back(day, months), options)
        for months in periods.comparisons(call)
    ]
    titles = [chart.name, f"As at {shape.long_day(day)}"]
    return shape.answer(call, TITLE, titles, _rows(chart, columns), today=chart.today)


def _column(chart: Chart, day: date, options: set[str]) -> Column:
    month, last = chart.year_end
    start = periods.year_start(day, end_month=month, end_day=last)
    earlier = chart.balances(None, start - timedelta(days=1), options)
    balances = chart.balances(None, day, options)
    before = chart.profit(earlier)
    return Column(day, start, balances, chart.profit(balances) - before, before)


def _rows(chart: Chart, columns: list[Column]) -> list[Row]:
    balances = [column.balances for column in columns]
    assets, owned = _side(chart, _ASSETS, balances, 1)
    liabilities, owed = _side(chart, _LIABILITIES, balances, -1)
    net = [a - b for a, b in zip(owned, owed, strict=True)]
    return [
        shape.header(["", *(shape.short_day(column.day) for column in columns)]),
        shape.section("Assets", []),
        *assets,
        shape.section("", [shape.summary(["Total Assets", *map(money, owned)])]),
        shape.section("Liabilities", []),
        *liabilities,
        shape.section("", [shape.summary(["Total Liabilities", *map(money, owed)])]),
        shape.section("", [shape.row(["Net Assets", *map(money, net)])]),
        _equity(chart, columns),
    ]


def _side(
    chart: Chart,
    groups: tuple[tuple[str, tuple[str, ...]], ...],
    balances: list[Balances],
    sign: int,
) -> tuple[list[Row], list[Decimal]]:
    rows, total = [], [ZERO] * len(balances)
    for title, kinds in groups:
        accounts = chart.sorted(lambda a, kinds=kinds: a.type in kinds)  # type: ignore[misc]  # a default binds the loop's value
        part, sums = block(title, f"Total {title}", accounts, balances, sign)
        rows += part
        total = [before + amount for before, amount in zip(total, sums, strict=True)]
    return rows, total


def _equity(chart: Chart, columns: list[Column]) -> Row:
    """Equity accounts, this year's earnings, and earlier ones on the retained earnings."""
    retained = chart.books.system_account("RETAINEDEARNINGS")
    lines = [("Current Year Earnings", wire.ZERO_ID, [column.this_year for column in columns])]
    for account in chart.sorted(lambda a: a.klass == "EQUITY"):
        amounts = [-column.balances.get(account.id, ZERO) for column in columns]
        if account.id == retained.id:
            pairs = zip(amounts, columns, strict=True)
            amounts = [amount + column.earlier for amount, column in pairs]
        lines.append((account.name, account.id, amounts))
    totals = [sum(amounts, ZERO) for amounts in zip(*(line[2] for line in lines), strict=True)]
    rows = [
        shape.row([name, *map(money, amounts)], account=ident)
        for name, ident, amounts in lines
        if any(amounts)
    ]
    return shape.section("Equity", [*rows, shape.summary(["Total Equity", *map(money, totals)])])


ROUTE = Route(
    "GET",
    "/api.xro/2.0/Reports/BalanceSheet",
    balance_sheet,
    "api",
    ("accounting.reports.balancesheet.read",),
)
