"""Consent and tokens: the address to send a person to, and the three posts that follow.

Source: Xero's OAuth 2.0 pages (authorization code with PKCE, token types, revocation).
"""

from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlencode

import httpx2
import msgspec
from msgspec import Struct

from tallystick.xero.calls import OnCall, Outgoing, correlation_id_of, make_call
from tallystick.xero.errors import (
    AppRefused,
    BadRequest,
    ConsentNotCompleted,
    ConsentRevoked,
    UnexpectedAnswer,
    XeroError,
)
from tallystick.xero.hosts import Hosts
from tallystick.xero.refusals import rate_limited, server_error, unreadable


@dataclass(frozen=True, slots=True)
class App:
    """Who we are to Xero. An app made for PKCE only has no secret."""

    client_id: str
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Pkce:
    """A secret of one consent: keep the verifier, show the challenge."""

    verifier: str = field(repr=False)
    challenge: str


@dataclass(frozen=True, slots=True)
class TokenSet:
    """What Xero gives for a consent and for each renewal; a new one replaces the old entirely.

    The refresh token lives 60 days unused. After a renewal the one before it can still be used for
    30 minutes, which mends an answer that was lost.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime  #: Of the access token; aware, UTC; about 30 minutes on.
    scopes: frozenset[str]
    authentication_event_id: str | None  #: Names this consent, for `connections`.


class _Grant(Struct):
    access_token: str
    expires_in: int
    refresh_token: str | None = None
    scope: str | None = None


class _Claims(Struct):
    authentication_event_id: str | None = None
    scope: list[str] | str | None = None


class _TokenError(Struct):
    error: str = ""


def make_pkce() -> Pkce:
    """Return a fresh pair: 64 random characters and their SHA-256 (method S256)."""
    verifier = token_urlsafe(48)
    digest = sha256(verifier.encode()).digest()
    return Pkce(verifier=verifier, challenge=urlsafe_b64encode(digest).rstrip(b"=").decode())


def authorize_url(
    hosts: Hosts,
    *,
    client_id: str,
    redirect_uri: str,
    scopes: Iterable[str],
    state: str,
    code_challenge: str,
) -> str:
    """Return the address of Xero's consent page for a person's browser."""
    query = urlencode(
        {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(scopes),
            "state": state,
            "code_challenge": code_challenge,
            "code_challenge_method": "S256",
        }
    )
    return f"{hosts.login}/identity/connect/authorize?{query}"


def exchange_code(
    http: httpx2.Client,
    hosts: Hosts,
    app: App,
    *,
    code: str,
    redirect_uri: str,
    code_verifier: str,
    on_call: OnCall | None = None,
) -> TokenSet:
    """Turn the code of a consent into tokens; at once, for a code lives minutes and serves once.

    Raises ConsentNotCompleted, AppRefused or a TryLater.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": code_verifier,
    }
    return _ask_tokens(http, hosts, app, form, on_call)


def refresh(
    http: httpx2.Client,
    hosts: Hosts,
    app: App,
    refresh_token: str,
    *,
    on_call: OnCall | None = None,
) -> TokenSet:
    """Renew the tokens; the caller sees to it that nobody else does so at the same time.

    Save the new set before using it. Raises ConsentRevoked, AppRefused or a TryLater; after
    OutcomeUnknown the same refresh token can be used again for 30 minutes.
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _ask_tokens(http, hosts, app, form, on_call)


def revoke(
    http: httpx2.Client,
    hosts: Hosts,
    app: App,
    refresh_token: str,
    *,
    on_call: OnCall | None = None,
) -> None:
    """End the consent: the refresh token and all its organisations' connections are gone."""
    outgoing = _post(hosts, app, "revocation", {"token": refresh_token})
    make_call(http, outgoing, _read_revocation, on_call)


def _ask_tokens(
    http: httpx2.Client, hosts: Hosts, app: App, form: dict[str, str], on_call: OnCall | None
) -> TokenSet:
    # Taken before asking: the token then seems to end a little early, never late.
    asked_at = datetime.now(UTC)
    renewing = form["grant_type"] == "refresh_token"

    def read(outgoing: Outgoing, response: httpx2.Response) -> TokenSet:
        if response.status_code != 200:
            raise _token_error(outgoing, response, renewing=renewing)
        return _token_set(outgoing, response, asked_at)

    return make_call(http, _post(hosts, app, "token", form), read, on_call)


def _post(hosts: Hosts, app: App, name: str, form: dict[str, str]) -> Outgoing:
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    if app.client_secret is None:
        form = {**form, "client_id": app.client_id}
    else:
        credentials = f"{app.client_id}:{app.client_secret}".encode()
        headers["Authorization"] = f"Basic {b64encode(credentials).decode()}"
    return Outgoing(
        method="POST",
        url=f"{hosts.identity}/connect/{name}",
        endpoint=f"connect/{name}",
        headers=headers,
        body=urlencode(form).encode(),
        writes=True,
        lost_answer="No clear answer came from Xero. The connection is kept; it is tried again later.",
    )


def _token_set(outgoing: Outgoing, response: httpx2.Response, asked_at: datetime) -> TokenSet:
    try:
        grant = msgspec.json.decode(response.content, type=_Grant)
    except ValueError:
        grant = None
    if grant is None:
        raise unreadable(outgoing, response, "not the tokens that were asked for")
    if grant.refresh_token is None:
        raise UnexpectedAnswer(
            "Xero gave no refresh token: the consent was asked for without offline_access.",
            request=outgoing.name,
            correlation_id=correlation_id_of(response),
        )
    claims = _claims(grant.access_token)
    scope = grant.scope if grant.scope is not None else claims.scope or ""
    return TokenSet(
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        expires_at=asked_at + timedelta(seconds=grant.expires_in),
        scopes=frozenset(scope.split() if isinstance(scope, str) else scope),
        authentication_event_id=claims.authentication_event_id,
    )


def _claims(access_token: str) -> _Claims:
    """Read the token's payload without verifying its signature.

    That is safe here: it has just come from the token endpoint over TLS, so nobody else can have
    written it, and it serves only to ask that same Xero about this consent's organisations.
    """
    payload = access_token.split(".")[1] if access_token.count(".") == 2 else ""
    try:
        text = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return msgspec.json.decode(text, type=_Claims)
    except ValueError:
        return _Claims()


def _read_revocation(outgoing: Outgoing, response: httpx2.Response) -> None:
    if response.status_code != 200:
        raise _token_error(outgoing, response, renewing=True)


def _token_error(outgoing: Outgoing, response: httpx2.Response, *, renewing: bool) -> XeroError:
    status, request = response.status_code, outgoing.name
    if status >= 500 or status == 408:
        return server_error(outgoing, response)
    if status == 429:
        return rate_limited(outgoing, response)
    correlation_id = correlation_id_of(response)
    try:
        code = msgspec.json.decode(response.content, type=_TokenError).error
    except ValueError:
        code = ""
    if code == "invalid_grant" and renewing:
        return ConsentRevoked(
            "Xero no longer lets Tallystick act for this organisation. Connect it again under "
            "Settings, Integrations. What waits is kept and goes on after that.",
            request=request,
            correlation_id=correlation_id,
        )
    if code == "invalid_grant":
        return ConsentNotCompleted(
            "Xero did not accept the consent, perhaps because it was completed too late or twice. "
            "Press Connect Xero again; nothing was changed.",
            request=request,
            correlation_id=correlation_id,
        )
    if code in ("invalid_client", "unauthorized_client"):
        return AppRefused(
            f"Xero does not accept this installation ({code}). Whoever runs it should compare "
            "XERO_CLIENT_ID and XERO_CLIENT_SECRET with the app's page at developer.xero.com.",
            request=request,
            correlation_id=correlation_id,
        )
    return BadRequest(
        f"Xero refused to give tokens (status {status}).",
        request=request,
        kind=code if code.isidentifier() else "",
        correlation_id=correlation_id,
    )
