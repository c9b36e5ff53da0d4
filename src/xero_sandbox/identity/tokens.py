"""The token endpoint: code exchange, rotation of refresh tokens, revocation (facts 1.3, 1.4)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from xero_sandbox.identity import people
from xero_sandbox.identity.apps import App, OAuthError, authenticate
from xero_sandbox.identity.connections import disconnect_all
from xero_sandbox.messages import Response, json_response
from xero_sandbox.routing import Call

ACCESS_SECONDS = 1800
ID_SECONDS = 300
REFRESH_SECONDS = 60 * 86_400
GRACE_SECONDS = 1800  #: a refresh token lives this long after it was replaced
ISSUER = "https://identity.xero.com"


@dataclass(frozen=True)
class Grant:
    """What a token set stands for."""

    client_id: str
    user_id: str
    scopes: list[str]
    auth_event_id: str
    nonce: str | None = None


def exchange(call: Call) -> Response:
    content_type = call.request.headers.get("content-type", "")
    try:
        if "application/x-www-form-urlencoded" not in content_type.lower():
            raise OAuthError("invalid_request")
        app = authenticate(call.db, call.request)
        grant_type = call.request.form.get("grant_type")
        if grant_type == "authorization_code":
            return json_response(issue(call, _redeem_code(call, app)))
        if grant_type == "refresh_token":
            return json_response(issue(call, _rotate(call, app)))
        if grant_type == "client_credentials":
            raise OAuthError("unauthorized_client")
        raise OAuthError("unsupported_grant_type" if grant_type else "invalid_request")
    except OAuthError as error:
        return json_response({"error": str(error)}, 400)


def revoke(call: Call) -> Response:
    """Kill the refresh token, the consent and all the user's connections to the app (facts 1.5)."""
    try:
        app = authenticate(call.db, call.request)
    except OAuthError as error:
        return json_response({"error": str(error)}, 400)
    token = call.request.form.get("token", "")
    row = call.db.execute(
        "SELECT user_id FROM refresh_token WHERE token = ? AND client_id = ?",
        (_digest(token), app.client_id),
    ).fetchone()
    if row:
        who = (app.client_id, row["user_id"])
        for table in ("refresh_token", "consent", "code"):
            call.db.execute(
                f"DELETE FROM {table} WHERE client_id = ? AND user_id = ?",  # noqa: S608
                who,
            )
        disconnect_all(call, client_id=app.client_id, user_id=row["user_id"])
    return Response(200)


def issue(call: Call, grant: Grant) -> dict[str, Any]:
    """Return a fresh token set; the refresh token only with `offline_access`."""
    now = call.sandbox.clock.now()
    claims = _access_claims(grant, now)
    access = call.sandbox.key.sign(claims)
    tokens: dict[str, Any] = {}
    if "openid" in grant.scopes:
        about = _id_claims(call, grant, now) | {"at_hash": _half_hash(access)}
        tokens["id_token"] = call.sandbox.key.sign(about)
    tokens |= {"access_token": access, "expires_in": ACCESS_SECONDS, "token_type": "Bearer"}
    if "offline_access" in grant.scopes:
        tokens["refresh_token"] = _new_refresh_token(call, grant, now, claims["jti"])
    return tokens | {"scope": " ".join(grant.scopes)}


def _redeem_code(call: Call, app: App) -> Grant:
    form = call.request.form
    row = call.db.execute("SELECT * FROM code WHERE code = ?", (form.get("code"),)).fetchone()
    if row is None or row["client_id"] != app.client_id or row["used"]:
        raise OAuthError("invalid_grant")
    if row["expires"] <= call.sandbox.clock.now():
        raise OAuthError("invalid_grant")
    if form.get("redirect_uri") != row["redirect_uri"]:
        raise OAuthError("invalid_grant")
    if not _verifier_fits(form.get("code_verifier"), row["challenge"]):
        raise OAuthError("invalid_grant")
    call.db.execute("UPDATE code SET used = 1 WHERE code = ?", (row["code"],))
    scopes, event = row["scopes"].split(), row["auth_event_id"]
    return Grant(app.client_id, row["user_id"], scopes, event, row["nonce"])


def _verifier_fits(verifier: str | None, challenge: str | None) -> bool:
    if challenge is None:
        return verifier is None
    if verifier is None or not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    return secrets.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)


def _rotate(call: Call, app: App) -> Grant:
    """Replace the token. The replaced one may be repeated for 30 minutes: the answer that
    carried its successor may have been lost."""
    now = call.sandbox.clock.now()
    token = _digest(call.request.form.get("refresh_token", ""))
    row = call.db.execute("SELECT * FROM refresh_token WHERE token = ?", (token,)).fetchone()
    if row is None or row["client_id"] != app.client_id or row["expires"] <= now:
        raise OAuthError("invalid_grant")
    if row["replaced"] is not None and row["replaced"] + GRACE_SECONDS <= now:
        raise OAuthError("invalid_grant")
    if row["replaced"] is None:
        call.db.execute("UPDATE refresh_token SET replaced = ? WHERE token = ?", (now, token))
    if call.sandbox.switches.refresh_ends_access:
        call.db.execute("INSERT OR IGNORE INTO dead_token VALUES (?)", (row["access_jti"],))
    scopes = row["scopes"].split()
    return Grant(app.client_id, row["user_id"], scopes, row["auth_event_id"])


def _new_refresh_token(call: Call, grant: Grant, now: float, jti: str) -> str:
    token = secrets.token_urlsafe(32)
    call.db.execute(
        "INSERT INTO refresh_token VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
        (
            _digest(token),
            grant.client_id,
            grant.user_id,
            " ".join(grant.scopes),
            grant.auth_event_id,
            now + REFRESH_SECONDS,
            jti,
        ),
    )
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", errors="replace")).hexdigest()


def _access_claims(grant: Grant, now: float) -> dict[str, Any]:
    return {
        "nbf": int(now),
        "exp": int(now) + ACCESS_SECONDS,
        "iss": ISSUER,
        "aud": f"{ISSUER}/resources",
        "client_id": grant.client_id,
        "sub": uuid.uuid5(uuid.NAMESPACE_URL, grant.user_id).hex,
        "auth_time": int(now),
        "xero_userid": grant.user_id,
        "global_session_id": uuid.uuid4().hex,
        "jti": uuid.uuid4().hex.upper(),
        "authentication_event_id": grant.auth_event_id,
        "scope": grant.scopes,
        "amr": ["pwd"],
    }


def _id_claims(call: Call, grant: Grant, now: float) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "nbf": int(now),
        "exp": int(now) + ID_SECONDS,
        "iss": call.request.base_url,
        "aud": grant.client_id,
        "iat": int(now),
        "sid": uuid.uuid4().hex,
        "sub": uuid.uuid5(uuid.NAMESPACE_URL, grant.user_id).hex,
        "auth_time": int(now),
        "xero_userid": grant.user_id,
    }
    if grant.nonce:
        claims["nonce"] = grant.nonce
    person = people.find(call.db, grant.user_id)
    if person and "email" in grant.scopes:
        claims["email"] = person.email
    if person and "profile" in grant.scopes:
        claims |= {"preferred_username": person.email, "name": person.name}
        claims |= {"given_name": person.first_name, "family_name": person.last_name}
    return claims


def _half_hash(token: str) -> str:
    """`at_hash` of OpenID Connect: the left half of the token's SHA-256, base64url."""
    half = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()
