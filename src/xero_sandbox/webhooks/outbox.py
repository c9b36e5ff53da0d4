"""The outbox: what webhooks have to tell, written in the transaction of the change itself.

Every write of a document or contact calls `note`; a thread delivers later. A crash in between
loses nothing, and a change that is rolled back is never told.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from xero_sandbox import settings, wire
from xero_sandbox.clock import Clock

Category = Literal["CONTACT", "INVOICE", "CREDITNOTE", "PREPAYMENT", "OVERPAYMENT", "SUBSCRIPTION"]
Kind = Literal["CREATE", "UPDATE"]  #: archiving, voiding, deleting, paying: UPDATE (facts 8)


def note(
    db: sqlite3.Connection,
    organisation: str,
    category: Category,
    resource_id: str,
    kind: Kind,
    *,
    data: dict[str, str] | None = None,
) -> None:
    """Queue one event for every app that is connected to `organisation` and asked for `category`.

    `data` is what CREDITNOTE events carry besides: `{"Type": ..., "Status": ...}`.
    """
    hooks = db.execute(
        """
        SELECT client_id, categories FROM webhook WHERE verified AND EXISTS (
            SELECT 1 FROM connection WHERE connection.client_id = webhook.client_id
            AND organisation = ?)
        """,
        (organisation,),
    ).fetchall()
    for hook in hooks:
        if category in hook["categories"].split():
            queue(db, hook["client_id"], organisation, category, resource_id, kind, data)


def queue(
    db: sqlite3.Connection,
    client_id: str,
    tenant: str,
    category: str,
    resource_id: str,
    kind: str,
    data: dict[str, str] | None,
) -> None:
    """Queue one event for one app, whatever it asked for."""
    now_ms = Clock(float(settings.load(db, "clock_offset") or 0)).now_ms()
    [sequence] = db.execute(
        "UPDATE webhook SET sequence = sequence + 1 WHERE client_id = ? RETURNING sequence",
        (client_id,),
    ).fetchone()
    db.execute(
        "INSERT INTO webhook_event VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, 'WAITING')",
        (
            client_id,
            sequence,
            tenant,
            category,
            kind,
            resource_id,
            now_ms,
            wire.dumps(data) if data else None,
        ),
    )


def last(db: sqlite3.Connection) -> int:
    """Return the id of the newest event."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM webhook_event").fetchone()[0])


def drop_after(db: sqlite3.Connection, ident: int) -> None:
    """Lose what was noted after `ident`; its sequence numbers stay used up."""
    db.execute("UPDATE webhook_event SET state = 'LOST' WHERE id > ?", (ident,))


@contextmanager
def silence(db: sqlite3.Connection) -> Iterator[None]:
    """Tell nobody of what is written inside, and use up no sequence numbers."""
    newest = last(db)
    before = db.execute("SELECT sequence, client_id FROM webhook").fetchall()
    yield
    db.execute("DELETE FROM webhook_event WHERE id > ?", (newest,))
    db.executemany("UPDATE webhook SET sequence = ? WHERE client_id = ?", map(tuple, before))
