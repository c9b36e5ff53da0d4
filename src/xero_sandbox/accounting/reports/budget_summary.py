"""Budget summary: the overall budget, by account and period."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from xero_sandbox.accounting.budgets import records
from xero_sandbox.accounting.budgets.records import Budget
from xero_sandbox.accounting.reports import periods, shape
from xero_sandbox.accounting.reports.chart import ZERO, Balances, Chart, open_chart
from xero_sandbox.accounting.reports.shape import Row, Title, money
from xero_sandbox.messages import Response
from xero_sandbox.problems import QueryParse
from xero_sandbox.routing import Call, Route

_NAME = "Budget Summary"
_TIMEFRAMES = ("1", "3", "12")  #: months of a period


def budget_summary(call: Call) -> Response:
    """From the month of `date` on, `periods` columns of `timeframe` months each."""
    chart = open_chart(call)
    first = periods.month_start(periods.day_asked(call, "date") or chart.today)
    length, count = _asked(call)
    budget = records.overall(call.db, call.organisation)
    ends = [periods.months_back(first, 1 - length * (at + 1)) for at in range(count)]
    columns = [_column(budget, periods.months_back(end, length - 1), end) for end in ends]
    title = Title("BudgetSummary", _NAME, budget.description if budget else "Overall Budget")
    titles = [_NAME, chart.name, f"{first:%B %Y} to {ends[-1]:%B %Y}"]
    header = shape.header(["Account", *(f"{end:%b-%y}" for end in ends)])
    rows = [header, *_rows(chart, columns)]
    return shape.answer(call, title, titles, rows, today=chart.today)


def _asked(call: Call) -> tuple[int, int]:
    """Months of a period, and how many periods; by default twelve months one by one."""
    asked = call.request.query
    frame = asked.get("timeframe", "").strip() or "1"
    count = asked.get("periods", "").strip() or str(periods.MOST_PERIODS)
    if frame not in _TIMEFRAMES:
        raise QueryParse(f"timeframe is one of {', '.join(_TIMEFRAMES)}, not '{frame[:50]}'")
    if count not in map(str, range(1, periods.MOST_PERIODS + 1)):
        raise QueryParse(f"periods must be from 1 to {periods.MOST_PERIODS}, not '{count[:50]}'")
    return int(frame), int(count)


def _column(budget: Budget | None, first: date, last: date) -> Balances:
    """Account id to what is planned from month `first` to `last`."""
    if budget is None:
        return {}
    return {
        ident: sum((one.amount for one in balances if first <= one.month <= last), ZERO)
        for ident, balances in budget.lines.items()
    }


def _rows(chart: Chart, columns: list[Balances]) -> list[Row]:
    income, earned = _part(chart, "Income", ("REVENUE", "SALES"), columns)
    cost, sold = _part(chart, "Less Cost of Sales", ("DIRECTCOSTS",), columns)
    other, more = _part(chart, "Plus Other Income", ("OTHERINCOME",), columns)
    kinds = ("EXPENSE", "OVERHEADS", "DEPRECIATN")
    spending, spent = _part(chart, "Less Operating Expenses", kinds, columns)
    gross = [a - b for a, b in zip(earned, sold, strict=True)]
    net = [a + b - c for a, b, c in zip(gross, more, spent, strict=True)]
    return [
        *income,
        *cost,
        _sum("Gross Profit", gross),
        *other,
        *spending,
        _sum("Total Expenses", spent),
        _sum("Net Profit", net),
    ]


def _part(
    chart: Chart, title: str, kinds: tuple[str, ...], columns: list[Balances]
) -> tuple[list[Row], list[Decimal]]:
    """A section with a line for every account that is planned for, and the sums of its columns."""
    rows, sums = [], [ZERO] * len(columns)
    for account in chart.sorted(lambda a: a.type in kinds):
        amounts = [column.get(account.id, ZERO) for column in columns]
        if any(amounts):
            rows.append(shape.row([account.name, *map(money, amounts)], account=account.id))
            sums = [before + amount for before, amount in zip(sums, amounts, strict=True)]
    return ([shape.section(title, rows)] if rows else []), sums


def _sum(name: str, amounts: list[Decimal]) -> Row:
    return shape.section("", [shape.summary([name, *map(money, amounts)])])


ROUTE = Route(
    "GET",
    "/api.xro/2.0/Reports/BudgetSummary",
    budget_summary,
    "api",
    ("accounting.reports.budgetsummary.read",),
)
