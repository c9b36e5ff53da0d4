"""Executive summary: a month in twenty figures beside the month before.

The figures and how they are worked out follow the example of the description: days and returns
are its own to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xero_sandbox.accounting import ledger
from xero_sandbox.accounting.rates import in_base
from xero_sandbox.accounting.reports import periods, shape
from xero_sandbox.accounting.reports.chart import ZERO, Chart, open_chart
from xero_sandbox.accounting.reports.shape import Row, Title, money
from xero_sandbox.accounting.totals import rounded
from xero_sandbox.messages import Response
from xero_sandbox.routing import Call, Route

TITLE = Title("ExecutiveSummary", "Executive Summary", "Executive Summary")
_CURRENT_ASSETS = ("BANK", "CURRENT", "INVENTORY", "PREPAYMENT")
_TERM_ASSETS = ("FIXED", "NONCURRENT")
_CURRENT_LIABILITIES = ("CURRLIAB", "PAYG")
_TERM_LIABILITIES = ("LIABILITY", "TERMLIAB")


@dataclass(frozen=True)
class Month:
    """What the figures are worked out from; None where there is nothing to divide by."""

    days: int
    received: Decimal
    spent: Decimal
    bank: Decimal
    income: Decimal
    direct_costs: Decimal
    other_income: Decimal
    expenses: Decimal
    debtors: Decimal
    creditors: Decimal
    net_assets: Decimal
    invoices: int
    invoiced: Decimal
    current: Decimal | None  #: current assets for one of current liabilities
    term: Decimal | None

    @property
    def gross(self) -> Decimal:
        return self.income - self.direct_costs

    @property
    def profit(self) -> Decimal:
        return self.gross + self.other_income - self.expenses


Figure = Callable[[Month], Decimal | None]


def executive_summary(call: Call) -> Response:
    chart = open_chart(call)
    last = periods.month_end(periods.day_asked(call, "date") or chart.today)
    ends = (last, periods.months_back(last, 1))
    months = [_month(chart, periods.month_start(end), end) for end in ends]
    header = shape.header(["", *(f"{end:%b %Y}" for end in ends), "Variance"])
    rows = [header, *(_section(title, *months) for title in _SECTIONS)]
    titles = [chart.name, f"For the month of {last:%B %Y}"]
    return shape.answer(call, TITLE, titles, rows, today=chart.today)


def _month(chart: Chart, first: date, last: date) -> Month:
    moved, stands = chart.balances(first, last, set()), chart.balances(None, last, set())
    accounts = chart.books.accounts_by_id

    def total(balances: dict[str, Decimal], *kinds: str) -> Decimal:
        found = (sum_ for ident, sum_ in balances.items() if accounts[ident].type in kinds)
        return sum(found, ZERO)

    def control(name: str) -> Decimal:
        return stands.get(chart.books.system_account(name).id, ZERO)

    received, spent = _cash(chart, first, last)
    invoices = _invoices(chart, first, last)
    classes = (sum_ for i, sum_ in stands.items() if accounts[i].klass in ("ASSET", "LIABILITY"))
    return Month(
        days=(last - first).days + 1,
        received=received,
        spent=spent,
        bank=total(stands, "BANK"),
        income=-total(moved, "REVENUE", "SALES"),
        direct_costs=total(moved, "DIRECTCOSTS"),
        other_income=-total(moved, "OTHERINCOME"),
        expenses=total(moved, "EXPENSE", "OVERHEADS", "DEPRECIATN"),
        debtors=control("DEBTORS"),
        creditors=-control("CREDITORS"),
        net_assets=sum(classes, ZERO),
        invoices=len(invoices),
        invoiced=sum(invoices, ZERO),
        current=_ratio(total(stands, *_CURRENT_ASSETS), -total(stands, *_CURRENT_LIABILITIES)),
        term=_ratio(total(stands, *_TERM_ASSETS), -total(stands, *_TERM_LIABILITIES)),
    )


def _cash(chart: Chart, first: date, last: date) -> tuple[Decimal, Decimal]:
    """What came into bank accounts and went out; a transfer between them is neither."""
    accounts = chart.books.accounts_by_id
    moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for posting in ledger.postings(chart.call.db, chart.books.id, first, last):
        if accounts[posting.account_id].type == "BANK":
            moved[posting.document_id] += posting.amount
    received = sum((amount for amount in moved.values() if amount > 0), ZERO)
    return received, received - sum(moved.values(), ZERO)


def _invoices(chart: Chart, first: date, last: date) -> list[Decimal]:
    """The totals of approved sales invoices, in base currency."""
    rows = chart.call.db.execute(
        """
        SELECT total, json_extract(head, '$.CurrencyRate') AS rate FROM invoice
        WHERE organisation = ? AND type = 'ACCREC' AND status IN ('AUTHORISED', 'PAID')
          AND date BETWEEN ? AND ?
        """,
        (chart.books.id, first.isoformat(), last.isoformat()),
    )
    return [in_base(Decimal(row["total"]).scaleb(-2), Decimal(str(row["rate"]))) for row in rows]


def _ratio(part: Decimal, whole: Decimal, times: int = 1) -> Decimal | None:
    return part * times / whole if whole else None


def _amount(value: Decimal | None) -> str:
    return money(value or ZERO)


def _whole(value: Decimal | None) -> str:
    return f"{value or 0:.0f}"


def _number(value: Decimal | None) -> str:
    """As long as it comes out, and "0" where there is nothing to divide by."""
    return str(value) if value else "0"


def _number_or_nothing(value: Decimal | None) -> str:
    return "" if value is None else str(value)


def _share(value: Decimal | None) -> str:
    return "" if value is None else f"{value + 0:.1f}%"


def _return(value: Decimal | None) -> str:
    return _share(value or ZERO)


Line = tuple[str, Figure, Callable[[Decimal | None], str]]
_SECTIONS: dict[str, tuple[Line, ...]] = {
    "Cash": (
        ("Cash received", lambda m: m.received, _amount),
        ("Cash spent", lambda m: m.spent, _amount),
        ("Cash surplus (deficit)", lambda m: m.received - m.spent, _amount),
        ("Closing bank balance", lambda m: m.bank, _amount),
    ),
    "Profitability": (
        ("Income", lambda m: m.income, _amount),
        ("Direct costs", lambda m: m.direct_costs, _amount),
        ("Gross profit (loss)", lambda m: m.gross, _amount),
        ("Other Income", lambda m: m.other_income, _amount),
        ("Expenses", lambda m: m.expenses, _amount),
        ("Profit (loss)", lambda m: m.profit, _amount),
    ),
    "Balance Sheet": (
        ("Debtors", lambda m: m.debtors, _amount),
        ("Creditors", lambda m: m.creditors, _amount),
        ("Net assets", lambda m: m.net_assets, _amount),
    ),
    "Income": (
        ("Number of invoices issued", lambda m: Decimal(m.invoices), _whole),
        ("Average value of invoices", lambda m: _average(m.invoiced, m.invoices), _amount),
    ),
    "Performance": (
        ("Gross profit margin", lambda m: _ratio(m.gross, m.income, 100), _share),
        ("Net profit margin", lambda m: _ratio(m.profit, m.income, 100), _share),
        ("Return on investment (p.a.)", lambda m: _ratio(m.profit, m.net_assets, 1200), _return),
    ),
    "Position": (
        ("Average debtors days", lambda m: _ratio(m.debtors, m.income, m.days), _number),
        (
            "Average creditors days",
            lambda m: _ratio(m.creditors, m.direct_costs + m.expenses, m.days),
            _number,
        ),
        ("Short term cash forecast", lambda m: m.debtors - m.creditors, _amount),
        ("Current assets to liabilities", lambda m: m.current, _number_or_nothing),
        ("Term assets to liabilities", lambda m: m.term, _number_or_nothing),
    ),
}


def _average(total: Decimal, count: int) -> Decimal | None:
    return rounded(total / count) if count else None


def _section(title: str, now: Month, before: Month) -> Row:
    rows = [
        shape.row([name, show(figure(now)), show(figure(before)), _variance(figure, now, before)])
        for name, figure, show in _SECTIONS[title]
    ]
    return shape.section(title, rows)


def _variance(figure: Figure, now: Month, before: Month) -> str:
    """How much per cent more than before; 0 where there was nothing before."""
    this, last = figure(now), figure(before)
    change = (this or ZERO) - last if last else ZERO
    return _share(change * 100 / abs(last) if last else ZERO)


ROUTE = Route(
    "GET",
    "/api.xro/2.0/Reports/ExecutiveSummary",
    executive_summary,
    "api",
    ("accounting.reports.executivesummary.read",),
)
