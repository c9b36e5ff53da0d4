"""Who may call: token, scope, and the organisation the token is connected to (facts 7.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from xero_sandbox.identity import scopes
from xero_sandbox.identity.keys import BadToken
from xero_sandbox.problems import Problem
from xero_sandbox.routing import Call, Caller, Route

READING = ("GET", "HEAD")


def authorise(call: Call, route: Route) -> Caller:
    """Return the caller if the token holds and has the route's scope; else raise a 401,
    or a 403 as the switch `missing_scope` has it: sources disagree (facts 1.6)."""
    caller = identify(call)
    reading = route.method in READING
    if route.scopes and not any(
        scopes.allows(caller.scopes, needed, reading=reading) for needed in route.scopes
    ):
        if call.sandbox.switches.missing_scope == "403":
            raise Problem(403, "Forbidden", "AuthorizationUnsuccessful")
        raise _unauthorized("AuthorizationUnsuccessful")
    return caller


def require_scope(call: Call, needed: str) -> None:
    """Raise a 401 where the caller's token may not write what `needed` guards.

    Without a caller it is a person or the control interface, who need none.
    """
    if call.caller and not scopes.allows(call.caller.scopes, needed, reading=False):
        raise _unauthorized("AuthorizationUnsuccessful")


def identify(call: Call) -> Caller:
    """Return whose access token this is; raises a 401 Problem saying what is wrong with it."""
    claims = _claims(call)
    dead = call.db.execute("SELECT 1 FROM dead_token WHERE jti = ?", (claims["jti"],)).fetchone()
    now = call.sandbox.clock.now()
    if dead or claims["exp"] <= now:
        # One that was made to expire before its time is told to have done so just now.
        expired = min(claims["exp"], int(now) - 1)
        moment = datetime.fromtimestamp(expired, UTC).strftime("%m/%d/%Y %H:%M:%S")
        raise _unauthorized(f"TokenExpired: token expired at {moment}")
    return Caller(claims["client_id"], claims["xero_userid"], claims["scope"], claims["jti"])


def require_organisation(call: Call) -> None:
    """Raise a 403 unless the caller's user connected the app to the organisation named."""
    caller = call.caller
    connected = (
        caller
        and call.db.execute(
            "SELECT 1 FROM connection WHERE client_id = ? AND user_id = ? AND organisation = ?",
            (caller.client_id, caller.user_id, call.request.tenant_id),
        ).fetchone()
    )
    if not connected:
        raise Problem(403, "Forbidden", "AuthenticationUnsuccessful")


def expire(call: Call) -> None:
    """Make the request's access token count as expired from now on, if it is one of ours."""
    try:
        claims = _claims(call)
    except Problem:
        return
    call.db.execute("INSERT OR IGNORE INTO dead_token VALUES (?)", (claims["jti"],))


def _claims(call: Call) -> dict[str, Any]:
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _unauthorized("AuthenticationUnsuccessful")
    try:
        claims = call.sandbox.key.claims(token.strip())
    except BadToken:
        raise _unauthorized("TokenInvalidSignature") from None
    if "scope" not in claims:  # an id_token opens nothing
        raise _unauthorized("AuthenticationUnsuccessful")
    return claims


def _unauthorized(detail: str) -> Problem:
    return Problem(401, "Unauthorized", detail)
