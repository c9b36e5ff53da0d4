"""A receiver of webhooks over real HTTP, as an app would have one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx2

APP = "sandbox-client"


class Receiver(ThreadingHTTPServer):
    """Answers good signatures with 200, bad ones with 401; `status` and `body` make it misbehave."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.signing_key = ""
        self.status: int | None = None
        self.body = b""
        self.cookie = False
        self.bodies: list[bytes] = []  #: with a good signature
        self.refused: list[bytes] = []
        self._arrived = threading.Condition()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hooks?from=sandbox"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for body in self.bodies for event in json.loads(body)["events"]]

    def took(self, body: bytes, signature: str) -> int:
        wanted = hmac.new(self.signing_key.encode(), body, hashlib.sha256).digest()
        good = hmac.compare_digest(base64.b64encode(wanted).decode(), signature)
        with self._arrived:
            (self.bodies if good else self.refused).append(body)
            self._arrived.notify_all()
        return self.status or (200 if good else 401)

    def wait_for(self, events: int, seconds: float = 10) -> list[dict[str, Any]]:
        """Wait until so many events have arrived; return all."""
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self.events) >= events, seconds)
        assert arrived, f"{len(self.events)} of {events} events arrived"
        return self.events

    def wait_for_bodies(self, count: int, seconds: float = 10) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.bodies) >= count, seconds)

    def forget(self) -> None:
        with self._arrived:
            self.bodies.clear()
            self.refused.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.took(body, self.headers["x-xero-signature"])
        self.send_response(status)
        if self.server.cookie:
            self.send_header("Set-Cookie", "a=b")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def register(http: httpx2.Client, receiver: Receiver, **wanted: Any) -> dict[str, Any]:
    """Register the receiver for the default app and probe it; return the webhook."""
    body = {"url": receiver.url, "probe": False} | wanted
    receiver.signing_key = http.post("/_sandbox/webhooks", json=body).json()["signing_key"]
    return http.post(f"/_sandbox/webhooks/{APP}/probe").json()
