"""Quotes in storage and on the wire (facts 6.12)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import contact_records
from xero_sandbox.accounting.documents import Document, dump_lines, load_lines
from xero_sandbox.accounting.totals import Totals
from xero_sandbox.store import fold

_CONTACT = ("ContactID", "Name", "EmailAddress", "FirstName", "LastName")
TEXTS = {"Title": 100, "Summary": 3000, "Terms": 4000, "Reference": 4000}  #: longest each


@dataclass
class Quote(Document):
    expires_on: date | None = None
    title: str = ""
    summary: str = ""
    terms: str = ""

    @property
    def sells(self) -> bool:
        return True

    @property
    def settled(self) -> bool:
        return False

    def head(self) -> dict[str, Any]:
        values = {
            "QuoteID": self.id,
            "QuoteNumber": self.number,
            "Reference": self.reference or None,
            "Terms": self.terms,
            **_days("Date", self.issued_on),
            **_days("ExpiryDate", self.expires_on),
            "Status": self.status,
            "CurrencyRate": self.currency_rate,
            "CurrencyCode": self.currency,
            "SubTotal": self.totals.sub_total,
            "TotalTax": self.totals.total_tax,
            "Total": self.totals.total,
            "Title": self.title or None,
            "Summary": self.summary or None,
            "BrandingThemeID": self.branding_theme_id,
            "UpdatedDateUTC": wire.bare_instant(self.updated_ms),
            "LineAmountTypes": self.kind.upper(),
        }
        return {name: value for name, value in values.items() if value is not None}

    def wire(self) -> dict[str, Any]:
        """As on the wire: a short contact, and dates without an offset."""
        contact = self.sent_contact
        if self.contact:
            full = self.contact.wire()
            contact = {name: full.get(name, "") for name in _CONTACT}
        items = [line.wire() for line in self.lines]
        return self.head() | {"Contact": contact, "LineItems": items}


def load(db: sqlite3.Connection, row: sqlite3.Row) -> Quote:
    data = wire.loads(row["data"])
    return Quote(
        id=row["id"],
        organisation=row["organisation"],
        type="QUOTE",
        client_id=data["client_id"],
        issued_on=date.fromisoformat(row["date"]),
        expires_on=date.fromisoformat(row["expiry_date"]) if row["expiry_date"] else None,
        currency=data["currency"],
        currency_rate=Decimal(data["rate"]),
        contact=contact_records.by_id(db, row["organisation"], row["contact_id"]),
        number=data["number"],
        status=row["status"],
        kind=data["kind"],
        branding_theme_id=data["branding_theme_id"],
        lines=load_lines(data["lines"], data["overridden"]),
        totals=Totals(*map(Decimal, data["totals"])),
        has_attachments=data.get("HasAttachments", False),
        updated_ms=row["updated"],
        seq=row["seq"],
        **{name.lower(): data[name] for name in TEXTS},
    )


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> Quote | None:
    return _one(db, "organisation = ? AND id = ?", (organisation, ident))


def by_number(db: sqlite3.Connection, organisation: str, number: str) -> Quote | None:
    return _one(db, "organisation = ? AND number_key = ?", (organisation, fold(number)))


def save(db: sqlite3.Connection, quote: Quote, *, now_ms: int) -> None:
    """Insert or update; sets UpdatedDateUTC."""
    assert quote.contact is not None  # noqa: S101 - the rules see to it
    quote.updated_ms = now_ms
    lines, overridden = dump_lines(quote)
    totals = quote.totals
    data = {
        "client_id": quote.client_id,
        "number": quote.number,
        "currency": quote.currency,
        "rate": str(quote.currency_rate),
        "kind": quote.kind,
        "branding_theme_id": quote.branding_theme_id,
        "totals": [str(one) for one in (totals.sub_total, totals.total_tax, totals.total)],
        "HasAttachments": quote.has_attachments,
        "lines": lines,
        "overridden": overridden,
        **{name: getattr(quote, name.lower()) for name in TEXTS},
    }
    written = db.execute(
        "INSERT OR REPLACE INTO quote VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            quote.seq,
            quote.id,
            quote.organisation,
            fold(quote.number),
            quote.contact.id,
            quote.issued_on.isoformat(),
            quote.expires_on.isoformat() if quote.expires_on else None,
            quote.status,
            now_ms,
            wire.dumps(data),
        ),
    )
    quote.seq = quote.seq or written.lastrowid


def _one(db: sqlite3.Connection, test: str, values: tuple[Any, ...]) -> Quote | None:
    row = db.execute(f"SELECT * FROM quote WHERE {test}", values).fetchone()  # noqa: S608
    return load(db, row) if row else None


def _days(name: str, day: date | None) -> dict[str, Any]:
    if day is None:
        return {}
    bare = wire.day_instant(day).replace("+0000", "")
    return {name: bare, f"{name}String": wire.date_text(day)}
