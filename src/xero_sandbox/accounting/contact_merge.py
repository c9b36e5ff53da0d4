"""Merging contacts, which a person does in Xero and no app can (facts 6.6)."""

from __future__ import annotations

import sqlite3

from xero_sandbox.accounting import contact_records as records
from xero_sandbox.accounting.contact_records import Contact
from xero_sandbox.store import TABLES


def merge(db: sqlite3.Connection, loser: Contact, winner: Contact, *, now_ms: int) -> None:
    """Give everything of `loser` to `winner`; the loser is archived and names the winner.

    Documents count as unchanged: what Xero does with their UpdatedDateUTC is not known.
    """
    for table in TABLES:
        columns = {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}
        if "contact_id" in columns:
            db.execute(
                f"UPDATE {table} SET contact_id = ? WHERE organisation = ? AND contact_id = ?",  # noqa: S608
                (winner.id, loser.organisation, loser.id),
            )
    loser.status = "ARCHIVED"
    loser.data["MergedToContactID"] = winner.id
    records.save(db, loser, now_ms=now_ms)
    for sells_to, traded in ((True, loser.is_customer), (False, loser.is_supplier)):
        if traded:
            records.mark_trading(db, winner, sells_to=sells_to)
    records.save(db, winner, now_ms=now_ms)
