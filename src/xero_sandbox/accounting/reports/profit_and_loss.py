"""Profit and loss: what was earned and spent between two days (facts 6.12)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from xero_sandbox.accounting.reports import periods, shape
from xero_sandbox.accounting.reports.chart import (
    Balances,
    Chart,
    block,
    open_chart,
    options_asked,
)
from xero_sandbox.accounting.reports.shape import Row, Title, money
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.messages import Response
from xero_sandbox.organisations.catalogue import TrackingCategory
from xero_sandbox.problems import QueryParse
from xero_sandbox.routing import Call, Route

TITLE = Title("ProfitAndLoss", "Profit and Loss", "Profit & Loss")
LONGEST_SPAN = 365  #: days
Columns = list[tuple[str, Balances]]


def profit_and_loss(call: Call) -> Response:
    chart = open_chart(call)
    first, last = _span(call, chart.today)
    category = _category(call, chart)
    options = options_asked(call, "trackingOptionID", "trackingOptionID2")
    if category is not None and not call.request.query.get("trackingoptionid"):
        columns = _by_option(chart, category, first, last, options)
    else:
        columns = _by_period(chart, first, last, options)
    titles = [chart.name, f"{shape.long_day(first)} to {shape.long_day(last)}"]
    return shape.answer(call, TITLE, titles, _rows(chart, columns), today=chart.today)


def _span(call: Call, today: date) -> tuple[date, date]:
    first, last = periods.span_asked(call, today)
    if last < first or (last - first).days > LONGEST_SPAN:
        raise QueryParse(f"toDate must be from 0 to {LONGEST_SPAN} days after fromDate")
    return first, last


def _category(call: Call, chart: Chart) -> TrackingCategory | None:
    text = call.request.query.get("trackingcategoryid", "").strip()
    if not text:
        return None
    for category in chart.books.catalogue.tracking:
        if category.id == read_guid(text):
            return category
    raise QueryParse(f"trackingCategoryID '{text[:50]}' is not an active tracking category")


def _by_period(chart: Chart, first: date, last: date, options: set[str]) -> Columns:
    columns = []
    for months in periods.comparisons(chart.call):
        start, end = periods.months_back(first, months), periods.months_back(last, months)
        columns.append((shape.short_day(end), chart.balances(start, end, options)))
    return columns


def _by_option(
    chart: Chart, category: TrackingCategory, first: date, last: date, options: set[str]
) -> Columns:
    """One column for each option, what bears none of them, and the total."""
    total = chart.balances(first, last, options)
    columns = [
        (option.name, chart.balances(first, last, {option.id, *options}))
        for option in category.options
    ]
    rest = dict(total)
    for _, balances in columns:
        for ident, amount in balances.items():
            rest[ident] -= amount
    return [*columns, ("Unassigned", rest), ("Total", total)]


def _rows(chart: Chart, columns: Columns) -> list[Row]:
    balances = [column for _, column in columns]

    def part(title: str, total: str, kinds: tuple[str, ...], klass: str) -> _Part:
        accounts = chart.sorted(lambda a: a.type in kinds)
        return block(title, total, accounts, balances, -1 if klass == "REVENUE" else 1)

    income, earned = part("Income", "Total Income", ("REVENUE", "SALES"), "REVENUE")
    cost, sold = part("Less Cost of Sales", "Total Cost of Sales", ("DIRECTCOSTS",), "EXPENSE")
    other, _ = part("Plus Other Income", "Total Other Income", ("OTHERINCOME",), "REVENUE")
    spending, _ = part(
        "Less Operating Expenses",
        "Total Operating Expenses",
        ("EXPENSE", "OVERHEADS", "DEPRECIATN"),
        "EXPENSE",
    )
    gross = [a - b for a, b in zip(earned, sold, strict=True)]
    net = [chart.profit(column) for column in balances]
    return [
        shape.header(["", *(name for name, _ in columns)]),
        *income,
        *cost,
        shape.section("", [shape.row(["Gross Profit", *map(money, gross)])]),
        *other,
        *spending,
        shape.section("", [shape.row(["Net Profit", *map(money, net)])]),
    ]


_Part = tuple[list[Row], list[Decimal]]
ROUTE = Route(
    "GET",
    "/api.xro/2.0/Reports/ProfitAndLoss",
    profit_and_loss,
    "api",
    ("accounting.reports.profitandloss.read",),
)
