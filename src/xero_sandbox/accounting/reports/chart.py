"""Accounts as reports group them, and the balances they ask the ledger for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xero_sandbox.accounting import ledger
from xero_sandbox.accounting.reports.shape import Row, money, row, section, summary
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.organisations.records import (
    Account,
    Books,
    load_books,
    organisation_data,
)
from xero_sandbox.problems import QueryParse
from xero_sandbox.routing import Call

ZERO = Decimal("0.00")
Balances = dict[str, Decimal]  #: account id to net amount, debits positive
EARNING = ("REVENUE", "EXPENSE")  #: classes that make up profit


@dataclass(frozen=True)
class Chart:
    """An organisation as its reports see it."""

    call: Call
    books: Books
    name: str
    year_end: tuple[int, int]  #: month and day
    today: date

    def sorted(self, keep: Callable[[Account], bool]) -> list[Account]:
        accounts = self.books.accounts_by_id.values()
        return sorted(filter(keep, accounts), key=lambda a: (a.name.lower(), a.code))

    def balances(self, first: date | None, last: date, options: set[str]) -> Balances:
        """Net by account; with `options` only what bears all of these tracking options."""
        db, organisation = self.call.db, self.call.organisation
        if not options:
            return ledger.balances(db, organisation, first, last)
        found: Balances = {}
        for posting in ledger.postings(db, organisation, first, last):
            if options <= set(posting.tracking):
                found[posting.account_id] = found.get(posting.account_id, ZERO) + posting.amount
        return found

    def profit(self, balances: Balances) -> Decimal:
        """What revenue exceeds expenses by; a loss is negative."""
        accounts = self.books.accounts_by_id
        return -sum(
            (sum_ for ident, sum_ in balances.items() if accounts[ident].klass in EARNING), ZERO
        )


def open_chart(call: Call) -> Chart:
    books = load_books(call.db, call.organisation)
    data = organisation_data(call.db, call.organisation) or {}
    if call.request.query.get("paymentsonly", "").lower() == "true":
        raise QueryParse("The sandbox has no cash-basis reports: leave paymentsOnly out.")
    return Chart(
        call,
        books,
        data["Name"],
        (data["FinancialYearEndMonth"], data["FinancialYearEndDay"]),
        call.sandbox.clock.today(books.utc_offset_hours),
    )


def options_asked(call: Call, *names: str) -> set[str]:
    """Return the ids of tracking options in the parameters of these names."""
    asked = [call.request.query.get(name.lower(), "") for name in names]
    found = {read_guid(text) for text in asked if text.strip()}
    if None in found:
        raise QueryParse(f"{' and '.join(names)} must be ids of tracking options")
    return {ident for ident in found if ident}


def block(
    title: str, total: str, accounts: Iterable[Account], columns: list[Balances], sign: int
) -> tuple[list[Row], list[Decimal]]:
    """One section with a line for every account that moved, and its total; empty if none did."""
    rows, sums = [], [ZERO] * len(columns)
    for account in accounts:
        amounts = [sign * column.get(account.id, ZERO) for column in columns]
        if any(amounts):
            rows.append(row([account.name, *map(money, amounts)], account=account.id))
            sums = [before + amount for before, amount in zip(sums, amounts, strict=True)]
    if not rows:
        return [], sums
    return [section(title, [*rows, summary([total, *map(money, sums)])])], sums
