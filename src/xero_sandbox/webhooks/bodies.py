"""Bodies of webhooks, and their signature over the raw bytes (facts 8)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import sqlite3
import string
from datetime import UTC, datetime
from typing import Any

from xero_sandbox import wire

_PATHS = {
    "CONTACT": "api.xro/2.0/Contacts",
    "INVOICE": "api.xro/2.0/Invoices",
    "CREDITNOTE": "api.xro/2.0/CreditNotes",
    "PREPAYMENT": "api.xro/2.0/Prepayments",
    "OVERPAYMENT": "api.xro/2.0/Overpayments",
    "SUBSCRIPTION": "appstore/2.0/subscriptions",
}


def body_of(events: list[sqlite3.Row], *, host: str) -> bytes:
    """Return the body for rows of `webhook_event`; none for an intent-to-receive probe.

    The blanks after some colons are Xero's own (xero-node#563): who hashes JSON that was parsed
    and written again hashes something else. `host` is put before the resource's path.
    """
    entropy = "".join(secrets.choice(string.ascii_uppercase) for _ in range(20))
    numbers = [row["sequence"] for row in events] or [0]
    text = wire.dumps([_event(row, host) for row in events])
    return (
        f'{{"events":{text},"firstEventSequence": {min(numbers)},'
        f'"lastEventSequence": {max(numbers)}, "entropy": "{entropy}"}}'
    ).encode()


def signature(body: bytes, signing_key: str) -> str:
    """Return `x-xero-signature`; the key is its text, though it looks like base64."""
    digest = hmac.new(signing_key.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _event(row: sqlite3.Row, host: str) -> dict[str, Any]:
    moment = datetime.fromtimestamp(row["at"] / 1000, UTC).replace(tzinfo=None)
    event = {
        "resourceUrl": f"{host}/{_PATHS[row['category']]}/{row['resource_id']}",
        "resourceId": row["resource_id"],
        "tenantId": row["tenant"],
        "tenantType": "APPLICATION" if row["category"] == "SUBSCRIPTION" else "ORGANISATION",
        "eventCategory": row["category"],
        "eventType": row["kind"],
        "eventDateUtc": moment.isoformat(timespec="milliseconds"),
    }
    return event | ({"data": wire.loads(row["data"])} if row["data"] else {})
