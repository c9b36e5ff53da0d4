"""Idempotency-Key: answers remembered for six minutes, errors included (facts 3)."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from xero_sandbox.messages import Request, Response
from xero_sandbox.problems import Problem

MAX_LENGTH = 128


class InFlight:
    """Keys of requests that are being served now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[tuple[str, str]] = set()

    @contextmanager
    def only(self, scope: str, key: str) -> Iterator[None]:
        """Raise Problem if the same key is being served; what Xero does then is not known."""
        with self._lock:
            if (scope, key) in self._keys:
                text = f"Idempotency Key: {key} is used by a request that is in progress."
                raise Problem(409, "Conflict", text)
            self._keys.add((scope, key))
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard((scope, key))


def key_of(request: Request) -> str:
    """Return the key, or "" without one; raises Problem when it is too long."""
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > MAX_LENGTH:
        raise Problem(
            400, "Bad Request", f"Idempotency Key: must be at most {MAX_LENGTH} characters."
        )
    return key


def fingerprint(request: Request) -> str:
    """Tell requests apart: method, URL, organisation and body."""
    parts = (request.method, request.target, request.tenant_id)
    head = "\n".join(parts).encode("utf-8", errors="surrogateescape")
    return hashlib.sha256(head + b"\n" + request.body).hexdigest()


def remembered(
    db: sqlite3.Connection, *, scope: str, key: str, print_: str, now: float, lifetime: int
) -> Response | None:
    """Return the stored answer of the same request; raises Problem if it was another one.

    What is older than `lifetime` seconds is forgotten.
    """
    db.execute("DELETE FROM idempotency WHERE stored <= ?", (now - lifetime,))
    row = db.execute(
        "SELECT * FROM idempotency WHERE scope = ? AND key = ?", (scope, key)
    ).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != print_:
        raise Problem(
            400, "Bad Request", f"Idempotency Key: {key} is used with a different request."
        )
    return Response(row["status"], row["body"], row["content_type"])


def remember(
    db: sqlite3.Connection, response: Response, *, scope: str, key: str, print_: str, now: float
) -> None:
    """Store the answer in the transaction of its effect, so that both live or neither."""
    db.execute(
        "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?)",
        (scope, key, print_, response.status, response.content_type, response.body, now),
    )
