"""Webhooks as they are registered: one an app, with its categories and its signing key."""

from __future__ import annotations

import base64
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

CATEGORIES = ("CONTACT", "INVOICE", "CREDITNOTE", "PREPAYMENT", "OVERPAYMENT", "SUBSCRIPTION")
#: What a status means to the person who registered it.
STATUSES = {
    "INTENT": "Intent to receive required",
    "OK": "OK",
    "RETRYING": "Retrying",
    "DISABLED": "Disabled",
}


class BadWebhook(ValueError):
    """A webhook that cannot be registered; the text says why."""


@dataclass(frozen=True)
class Webhook:
    client_id: str
    url: str
    categories: tuple[str, ...]
    signing_key: str
    status: str  #: a key of STATUSES
    verified: bool  #: whether it ever passed intent to receive
    sequence: int  #: the number of the last event
    attempts: int  #: failed in a row
    failing_since: float | None  #: seconds since 1970 on the sandbox's clock
    next_attempt: float
    report: str  #: what came of the last probe or delivery that failed

    def described(self) -> dict[str, Any]:
        return {
            "client_id": self.client_id,
            "url": self.url,
            "categories": list(self.categories),
            "signing_key": self.signing_key,
            "status": self.status,
            "report": self.report,
            "sequence": self.sequence,
            "attempts": self.attempts,
            "next_attempt": self.next_attempt,
        }


def register(
    db: sqlite3.Connection, client_id: str, url: str, categories: list[str], signing_key: str = ""
) -> Webhook:
    """Register or change the app's webhook; it has to show its intent to receive again.

    The signing key stays unless another is given. Raises BadWebhook.
    """
    _check(url, categories)
    before = find(db, client_id)
    key = signing_key or (before.signing_key if before else new_signing_key())
    if before and before.url == url and key == before.signing_key:
        db.execute(
            "UPDATE webhook SET categories = ? WHERE client_id = ?",
            (" ".join(categories), client_id),
        )
    else:
        db.execute(
            """
            INSERT INTO webhook (client_id, url, categories, signing_key, status)
            VALUES (?, ?, ?, ?, 'INTENT') ON CONFLICT (client_id) DO UPDATE SET
            url = excluded.url, categories = excluded.categories, status = 'INTENT',
            signing_key = excluded.signing_key, attempts = 0, failing_since = NULL, report = ''
            """,
            (client_id, url, " ".join(categories), key),
        )
    found = find(db, client_id)
    assert found is not None  # noqa: S101 - just written
    return found


def new_signing_key() -> str:
    """Text that looks like base64 and is used as it stands (facts 8)."""
    return base64.b64encode(secrets.token_bytes(64)).decode()


def find(db: sqlite3.Connection, client_id: str) -> Webhook | None:
    row = db.execute("SELECT * FROM webhook WHERE client_id = ?", (client_id,)).fetchone()
    return _from_row(row) if row else None


def everything(db: sqlite3.Connection) -> list[Webhook]:
    return [_from_row(row) for row in db.execute("SELECT * FROM webhook ORDER BY client_id")]


def remove(db: sqlite3.Connection, client_id: str) -> None:
    db.execute("DELETE FROM webhook_event WHERE client_id = ?", (client_id,))
    db.execute("DELETE FROM webhook WHERE client_id = ?", (client_id,))


def _from_row(row: sqlite3.Row) -> Webhook:
    values = dict(row) | {"categories": tuple(row["categories"].split())}
    return Webhook(**values | {"verified": bool(row["verified"])})


def _check(url: str, categories: list[str]) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url or len(url) > 2000:
        raise BadWebhook("The delivery URL must be an absolute http or https address.")
    unknown = [name for name in categories if name not in CATEGORIES]
    if unknown or not categories:
        raise BadWebhook(f"Choose categories from {', '.join(CATEGORIES)}.")
