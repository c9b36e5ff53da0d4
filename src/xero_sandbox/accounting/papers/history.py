"""History and notes: what happened to a document, newest first (facts 6.12).

The rules write entries with `note`; a client adds notes with PUT. Entries are never deleted.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from functools import partial
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.papers.owners import OWNERS, Owner, find
from xero_sandbox.accounting.sent import Sent, elements
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

PLURAL = "HistoryRecords"
SYSTEM = "System Generated"
LONGEST = 2500
NOT_FOUND = "The document with the supplied id was not found for this endpoint."


#: A status reached, and what history says of it.
_REACHED = {
    "SUBMITTED": "Submitted",
    "AUTHORISED": "Approved",
    "PAID": "Approved",
    "BILLED": "Billed",
    "VOIDED": "Voided",
    "DELETED": "Deleted",
}


def changes(before: str | None, after: str) -> list[str]:
    """Return what a save of a document in status `after` did; `before` None is a new one."""
    reached = [_REACHED[after]] if after in _REACHED and after != before else []
    if before is None:
        return ["Created", *reached]
    return reached or ["Edited"]


def note(
    db: sqlite3.Connection,
    organisation: str,
    owner: str,
    changes: str,
    details: str,
    *,
    now_ms: int,
    user: str = SYSTEM,
) -> None:
    """Write one entry. `owner` is the id of the document, `changes` such as "Approved"."""
    db.execute(
        "INSERT INTO history (organisation, owner, at, changes, user, details) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (organisation, owner, now_ms, changes, user, details),
    )


def read(owner: Owner, call: Call) -> Response:
    ident = find(call.db, call.organisation, owner, call.params["id"])
    if ident is None:
        raise NotFound
    rows = call.db.execute("SELECT * FROM history WHERE owner = ? ORDER BY seq DESC", (ident,))
    return envelope(call, PLURAL, [_entry(row) for row in rows])


def add(owner: Owner, call: Call) -> Response:
    """PUT: notes of a client; in Xero too they show "System Generated" as their user."""
    ident = find(call.db, call.organisation, owner, call.params["id"])
    sent = elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, partial(_save, call, ident), flag="HasErrors")


def _save(call: Call, owner: str | None, sent: Sent) -> Saved:
    now = call.sandbox.clock.now_ms()
    details = sent.text("Details") or ""
    element = {
        "DateUTCString": _text(now),
        "DateUTC": wire.bare_instant(now),
        "Details": details,
        "ValidationErrors": [],
    }
    if owner is None:
        raise Invalid([NOT_FOUND], element)
    if not details.strip():
        raise Invalid(["The Details of a history record must be specified."], element)
    if len(details) > LONGEST:
        raise Invalid([f"The Details must not be longer than {LONGEST} characters."], element)
    note(call.db, call.organisation, owner, "Note", details, now_ms=now)
    return Saved(element)


def _entry(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "Changes": row["changes"],
        "DateUTCString": _text(row["at"]),
        "DateUTC": wire.instant(row["at"]),
        "User": row["user"],
        "Details": row["details"],
    }


def _text(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def routes() -> tuple[Route, ...]:
    made = []
    for owner in OWNERS:
        path, scopes = f"/api.xro/2.0/{owner.plural}/{{id}}/History", (owner.scope,)
        made.append(Route("GET", path, partial(read, owner), "api", scopes))
        made.append(Route("PUT", path, partial(add, owner), "api", scopes, writes=True))
    return tuple(made)
