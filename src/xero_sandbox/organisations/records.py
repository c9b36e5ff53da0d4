"""Organisations and the reference data of one: accounts, tax rates, currencies."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.organisations.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    code: str
    name: str
    type: str
    klass: str
    tax_type: str
    status: str
    system_account: str
    currency: str | None  #: of a bank account
    enabled: int | None  #: EnablePaymentsToAccount, for accounts that are no bank

    @property
    def takes_payments(self) -> bool:
        return self.type == "BANK" or bool(self.enabled)


@dataclass(frozen=True, slots=True)
class TaxRate:
    tax_type: str
    status: str
    rate: Decimal  #: per cent
    applies_to: frozenset[str]  #: account classes


@dataclass(frozen=True)
class Books:
    """What a document is checked against, read once a request."""

    id: str
    base_currency: str
    currencies: tuple[str, ...]
    utc_offset_hours: float
    period_lock: date | None
    year_lock: date | None
    accounts: dict[str, Account]  #: by code
    accounts_by_id: dict[str, Account]
    tax_rates: dict[str, TaxRate]  #: by tax type
    catalogue: Catalogue  #: items and tracking, looked up when asked for

    def system_account(self, name: str) -> Account:
        """Return the account that Xero keeps for `name`, such as DEBTORS."""
        return next(a for a in self.accounts_by_id.values() if a.system_account == name)


def all_organisations(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return every organisation's data with its OrganisationID, in the order they were made."""
    rows = db.execute("SELECT id, data FROM organisation ORDER BY position").fetchall()
    return [{"OrganisationID": row["id"]} | wire.loads(row["data"]) for row in rows]


def organisation_data(db: sqlite3.Connection, ident: str) -> dict[str, Any] | None:
    row = db.execute("SELECT data FROM organisation WHERE id = ?", (ident,)).fetchone()
    return wire.loads(row["data"]) if row else None


def organisation_name(db: sqlite3.Connection, ident: str) -> str:
    return str((organisation_data(db, ident) or {}).get("Name", ""))


def change_organisation(
    db: sqlite3.Connection, ident: str, data: dict[str, Any], currencies: list[str] | None
) -> None:
    db.execute("UPDATE organisation SET data = ? WHERE id = ?", (wire.dumps(data), ident))
    if currencies is not None:
        text = wire.dumps(currencies)
        db.execute("UPDATE organisation SET currencies = ? WHERE id = ?", (text, ident))


def load_books(db: sqlite3.Connection, ident: str) -> Books:
    row = db.execute("SELECT * FROM organisation WHERE id = ?", (ident,)).fetchone()
    data = wire.loads(row["data"])
    accounts = [
        Account(*values)
        for values in db.execute(
            "SELECT id, code, name, type, class, tax_type, status, system_account, "
            "json_extract(data, '$.CurrencyCode'), "
            "json_extract(data, '$.EnablePaymentsToAccount') FROM account WHERE organisation = ?",
            (ident,),
        )
    ]
    return Books(
        id=ident,
        base_currency=data["BaseCurrency"],
        currencies=tuple(wire.loads(row["currencies"])),
        utc_offset_hours=row["utc_offset_hours"],
        period_lock=_day(data.get("PeriodLockDate")),
        year_lock=_day(data.get("EndOfYearLockDate")),
        accounts={account.code: account for account in accounts if account.code},
        accounts_by_id={account.id: account for account in accounts},
        tax_rates=_tax_rates(db, ident),
        catalogue=Catalogue(db, ident),
    )


def _tax_rates(db: sqlite3.Connection, ident: str) -> dict[str, TaxRate]:
    sql = "SELECT tax_type, status, rate, data FROM tax_rate WHERE organisation = ?"
    rates = {}
    for row in db.execute(sql, (ident,)):
        data = wire.loads(row["data"])
        classes = {"Assets": "ASSET", "Equity": "EQUITY", "Expenses": "EXPENSE"}
        classes |= {"Liabilities": "LIABILITY", "Revenue": "REVENUE"}
        fits = frozenset(name for key, name in classes.items() if data[f"CanApplyTo{key}"])
        rate = TaxRate(row["tax_type"], row["status"], Decimal(row["rate"]), fits)
        rates[rate.tax_type] = rate
    return rates


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
