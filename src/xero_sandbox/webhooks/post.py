"""One POST to a receiver: at most five seconds, and what Xero makes of the answer (facts 8)."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

LIMIT_SECONDS = 5


@dataclass(frozen=True)
class Outcome:
    status: int  #: 0 without an answer
    body: bool = False
    cookies: bool = False
    trouble: str = ""  #: why there is no answer
    milliseconds: float = 0.0

    def verdict(self) -> str:
        """Return "" when the answer is as Xero wants it, else the portal's words."""
        if self.trouble:
            return self.trouble
        if self.status != 200:
            return "Response not 200"
        if self.body:
            return "Response contains a body"
        return "Response contains cookies" if self.cookies else ""


def post(url: str, body: bytes, signature: str, *, limit: float = LIMIT_SECONDS) -> Outcome:
    """Deliver once; every failure to is an Outcome with `trouble`."""
    started = time.monotonic()
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=limit)
    watch = threading.Timer(limit, _cut, (connection,))
    watch.daemon = True
    watch.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/json", "x-xero-signature": signature}
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        outcome = Outcome(answer.status, bool(answer.read(1)), "set-cookie" in answer.headers)
    except (OSError, http.client.HTTPException, ValueError) as error:
        outcome = Outcome(0, trouble=f"No response: {error or type(error).__name__}")
    finally:
        watch.cancel()
        connection.close()
    took = time.monotonic() - started
    if took >= limit:
        outcome = Outcome(0, trouble="Response not within 5 seconds")
    return Outcome(
        outcome.status, outcome.body, outcome.cookies, outcome.trouble, round(took * 1000, 3)
    )


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a call that drips: a socket's own time limit is for each read only."""
    if connection.sock:
        with suppress(OSError):  # it has just ended by itself
            connection.sock.shutdown(socket.SHUT_RDWR)
