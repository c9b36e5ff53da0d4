"""Day rates of currencies, standing in for XE.com's (facts 6.1, 6.10).

A rate is foreign currency for one unit of the base currency: base amount = foreign / rate.
"""

from __future__ import annotations

import sqlite3
from datetime import date
from decimal import Decimal

from xero_sandbox.accounting.totals import rounded

LARGEST = Decimal(10) ** 13  #: more is no amount in the base currency
SMALLEST_RATE = Decimal("0.000001")
#: Units for one US dollar until the control interface tells others for a day.
PER_DOLLAR = {
    "USD": "1",
    "CAD": "1.37",
    "EUR": "0.92",
    "GBP": "0.79",
    "AUD": "1.52",
    "NZD": "1.66",
}


def day_rate(db: sqlite3.Connection, base: str, currency: str, day: date) -> Decimal:
    """Return `currency` per unit of `base` on `day`, to 6 places; 1 for what is not known."""
    if currency == base:
        return Decimal(1)
    rate = rounded(_per_dollar(db, currency, day) / _per_dollar(db, base, day), 6)
    return max(rate, SMALLEST_RATE)


def tell_rate(db: sqlite3.Connection, currency: str, day: date, per_dollar: Decimal) -> None:
    """Let one US dollar be worth so many units of `currency` from `day` on."""
    values = (currency, day.isoformat(), str(per_dollar))
    db.execute("INSERT OR REPLACE INTO day_rate VALUES (?, ?, ?)", values)


def in_base(amount: Decimal, rate: Decimal) -> Decimal:
    return rounded(amount if rate == 1 else amount / rate)


def _per_dollar(db: sqlite3.Connection, currency: str, day: date) -> Decimal:
    row = db.execute(
        "SELECT per_dollar FROM day_rate WHERE currency = ? AND day <= ? ORDER BY day DESC LIMIT 1",
        (currency, day.isoformat()),
    ).fetchone()
    return Decimal(row["per_dollar"] if row else PER_DOLLAR.get(currency, "1"))
