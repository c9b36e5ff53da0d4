"""Trial balance: every account's debits and credits, of the month and of the year (facts 6.12).

Debits equal credits in both pairs of columns, because the postings of a document sum to zero.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from xero_sandbox.accounting.reports import periods, shape
from xero_sandbox.accounting.reports.chart import EARNING, ZERO, Balances, Chart, open_chart
from xero_sandbox.accounting.reports.shape import Row, Title, money
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import Account
from xero_sandbox.routing import Call, Route

TITLE = Title("TrialBalance", "Trial Balance", "Trial Balance")
_SECTIONS = {
    "Revenue": "REVENUE",
    "Expenses": "EXPENSE",
    "Assets": "ASSET",
    "Liabilities": "LIABILITY",
    "Equity": "EQUITY",
}


def trial_balance(call: Call) -> Response:
    chart = open_chart(call)
    day = periods.day_asked(call, "date") or chart.today
    month = chart.balances(periods.month_start(day), day, set())
    year = _of_the_year(chart, day)
    titles = [chart.name, f"As at {shape.long_day(day)}"]
    return shape.answer(call, TITLE, titles, _rows(chart, month, year), today=chart.today)


def _of_the_year(chart: Chart, day: date) -> Balances:
    """Earnings since the financial year began, all else since ever; earlier profit is retained."""
    month, last = chart.year_end
    start = periods.year_start(day, end_month=month, end_day=last)
    accounts = chart.books.accounts_by_id
    ever = chart.balances(None, day, set())
    found = {ident: sum_ for ident, sum_ in ever.items() if accounts[ident].klass not in EARNING}
    for ident, amount in chart.balances(start, day, set()).items():
        if accounts[ident].klass in EARNING:
            found[ident] = amount
    retained = chart.books.system_account("RETAINEDEARNINGS").id
    earlier = chart.profit(chart.balances(None, start - timedelta(days=1), set()))
    found[retained] = found.get(retained, ZERO) - earlier
    return found


def _rows(chart: Chart, month: Balances, year: Balances) -> list[Row]:
    rows = [shape.header(["Account", "Debit", "Credit", "YTD Debit", "YTD Credit"])]
    sums = [ZERO] * 4
    for title, klass in _SECTIONS.items():
        lines = []
        for account in chart.sorted(lambda a, klass=klass: a.klass == klass):  # type: ignore[misc]  # a default binds the loop's value
            moved, stands = month.get(account.id, ZERO), year.get(account.id, ZERO)
            if moved or stands:
                sides = [*_sides(moved), *_sides(stands)]
                sums = [before + side for before, side in zip(sums, sides, strict=True)]
                texts = [*_texts(account, moved), *_texts(account, stands)]
                name = f"{account.name} ({account.code})" if account.code else account.name
                lines.append(shape.row([name, *texts], account=account.id))
        if lines:
            rows.append(shape.section(title, lines))
    return [*rows, shape.section("", [shape.summary(["Total", *map(money, sums)])])]


def _sides(amount: Decimal) -> tuple[Decimal, Decimal]:
    return (amount, ZERO) if amount > 0 else (ZERO, -amount)


def _texts(account: Account, amount: Decimal) -> tuple[str, str]:
    """Debit and credit; the side that is not used is empty, a zero is on the account's own."""
    debit = amount > 0 or (not amount and account.klass in ("ASSET", "EXPENSE"))
    return (money(amount), "") if debit else ("", money(abs(amount)))


ROUTE = Route(
    "GET",
    "/api.xro/2.0/Reports/TrialBalance",
    trial_balance,
    "api",
    ("accounting.reports.trialbalance.read",),
)
