"""Apps known to the sandbox, and how one proves at the token endpoint who it is."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import sqlite3
from dataclasses import dataclass
from urllib.parse import unquote_plus, urlsplit

from xero_sandbox import wire
from xero_sandbox.messages import Request


@dataclass(frozen=True)
class App:
    client_id: str
    client_secret: str | None  #: None for a PKCE app, which has no secret
    name: str
    redirect_uris: tuple[str, ...]  #: matched exactly; none means any on this machine
    certified: bool = False  #: Xero lets only so many others into one organisation

    def takes_redirect(self, uri: str, *, loopback: bool) -> bool:
        """Xero takes plain http for `localhost` only; `loopback` adds 127.0.0.1 and its like."""
        if not loopback and _is_local(uri) and urlsplit(uri).hostname != "localhost":
            return False
        if self.redirect_uris:
            return uri in self.redirect_uris
        return _is_local(uri)


class OAuthError(Exception):
    """A refusal of the token endpoint; the text is Xero's error code (facts 1.3)."""


def find(db: sqlite3.Connection, client_id: str) -> App | None:
    row = db.execute("SELECT * FROM app WHERE client_id = ?", (client_id,)).fetchone()
    if row is None:
        return None
    uris = tuple(wire.loads(row["redirect_uris"]))
    return App(row["client_id"], row["client_secret"], row["name"], uris, bool(row["certified"]))


def save(db: sqlite3.Connection, app: App) -> None:
    uris = wire.dumps(list(app.redirect_uris))
    db.execute(
        "INSERT OR REPLACE INTO app VALUES (?, ?, ?, ?, ?)",
        (app.client_id, app.client_secret, app.name, uris, app.certified),
    )


def authenticate(db: sqlite3.Connection, request: Request) -> App:
    """Return the app that sends this form.

    It shows its secret by Basic or, as xero-python and the RefreshToken schema of the identity
    interface do, in the form; a PKCE app has none and sends its client_id alone.
    """
    header, form = request.headers.get("authorization", ""), request.form
    if header:
        client_id, secret = _basic(header)
    else:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    app = find(db, client_id) if client_id else None
    if not header and not secret:
        if app is None or app.client_secret is not None:
            raise OAuthError("invalid_request")
        return app
    if not client_id:
        raise OAuthError("invalid_request")
    held = (app.client_secret or "") if app else ""
    if app is None or not held or not hmac.compare_digest(held.encode(), secret.encode()):
        raise OAuthError("invalid_client")
    return app


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        raise OAuthError("invalid_request")
    try:
        text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise OAuthError("invalid_request") from None
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _is_local(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or parts.fragment:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
