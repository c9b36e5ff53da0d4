"""Giving records another UpdatedDateUTC, as changes do that a client cannot see the reason of.

For traps of readers (facts 13): a record that moves to the end of a list while it is paged, many of
one second, and, with `last_change` before and a touch behind, a change that moves no date.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from xero_sandbox import wire
from xero_sandbox.webhooks import outbox


@dataclass(frozen=True, slots=True)
class DatedTable:
    """Where the records of a resource are kept with their date of change."""

    name: str
    ident: str  #: the field of their id on the wire
    category: outbox.Category | None = None  #: of the webhook event that a change raises
    stored: str | None = None  #: column of an answer that holds the date, too


DATED_TABLES: Final[Mapping[str, DatedTable]] = MappingProxyType(
    {
        "Invoices": DatedTable("invoice", "InvoiceID", "INVOICE", "head"),
        "CreditNotes": DatedTable("credit", "CreditNoteID", "CREDITNOTE", "head"),
        "Prepayments": DatedTable("credit", "PrepaymentID", "PREPAYMENT", "head"),
        "Overpayments": DatedTable("credit", "OverpaymentID", "OVERPAYMENT", "head"),
        "Payments": DatedTable("payment", "PaymentID"),
        "BatchPayments": DatedTable("batch_payment", "BatchPaymentID"),
        "BankTransactions": DatedTable("bank_transaction", "BankTransactionID", stored="head"),
        "Contacts": DatedTable("contact", "ContactID", "CONTACT"),
        "Items": DatedTable("item", "ItemID"),
        "Accounts": DatedTable("account", "AccountID"),
    }
)


def touch_records(
    db: sqlite3.Connection, organisation: str, resource: str, ids: Sequence[str], *, at_ms: int
) -> int:
    """Set when the records changed last, and raise the webhook that a change raises.

    Returns how many there were; ids that the organisation does not have are passed over. Raises
    KeyError for a resource that keeps no such date.
    """
    table, found = DATED_TABLES[resource], 0
    for ident in ids:
        if not _date(db, table, organisation, ident, at_ms=at_ms):
            continue
        found += 1
        if table.category:
            outbox.note(db, organisation, table.category, ident, "UPDATE")
    return found


def spread_changes(
    db: sqlite3.Connection, organisation: str, *, first_ms: int, last_ms: int
) -> dict[str, int]:
    """Give every record an UpdatedDateUTC of its own, as books have that have grown over time.

    Those of a table, in the order in which they changed last, lie at equal distances from the
    first moment to the last. No webhook tells of it. Returns how many there are, by table.
    """
    counts = {}
    for table in {one.name: one for one in DATED_TABLES.values()}.values():
        sql = f"SELECT id FROM {table.name} WHERE organisation = ? ORDER BY updated, rowid"  # noqa: S608
        ids = [row["id"] for row in db.execute(sql, (organisation,)).fetchall()]
        for number, ident in enumerate(ids, 1):
            at_ms = first_ms + (last_ms - first_ms) * number // len(ids)
            _date(db, table, organisation, ident, at_ms=at_ms)
        counts[table.name] = len(ids)
    return counts


def _date(
    db: sqlite3.Connection, table: DatedTable, organisation: str, ident: str, *, at_ms: int
) -> bool:
    """Set the date wherever it is kept; False if there is no such record."""
    changed = db.execute(
        f"UPDATE {table.name} SET updated = ? WHERE organisation = ? AND id = ?",  # noqa: S608
        (at_ms, organisation, ident),
    )
    if changed.rowcount and table.stored:
        texts = {
            "UpdatedDateUTC": wire.instant(at_ms),
            "UpdatedDateUTCString": wire.iso_seconds(at_ms),
        }
        pairs = [part for name, text in texts.items() for part in (f"$.{name}", text)]
        db.execute(
            f"UPDATE {table.name} SET {table.stored} = json_replace({table.stored}, ?, ?, ?, ?)"  # noqa: S608
            " WHERE id = ?",
            (*pairs, ident),
        )
    return bool(changed.rowcount)


def last_change(db: sqlite3.Connection, organisation: str, resource: str, ident: str) -> int | None:
    """Return when the record changed last, in milliseconds; None if there is none."""
    row = db.execute(
        f"SELECT updated FROM {DATED_TABLES[resource].name} WHERE organisation = ? AND id = ?",  # noqa: S608
        (organisation, ident),
    ).fetchone()
    return row["updated"] if row else None
