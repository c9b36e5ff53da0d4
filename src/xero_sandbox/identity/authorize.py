"""The consent page: which app, which scopes in plain words, which organisation (facts 1.2).

There is no sign-in. The page is a plain form posting to its own address with `person` (the
adviser unless someone else is named), `organisation` and `decision` (`allow` or `deny`), so that
a program can press the button.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from xero_sandbox.identity import apps, people, scopes
from xero_sandbox.identity.connections import connect, room_for
from xero_sandbox.identity.people import USER_ID, Person
from xero_sandbox.identity.rights import role_of
from xero_sandbox.messages import Response, redirect
from xero_sandbox.organisations.records import all_organisations
from xero_sandbox.pages import page
from xero_sandbox.routing import Call


class Refusal(Exception):
    """Shown on the authorize page itself: (title, text) for a person."""


@dataclass(frozen=True)
class Asked:
    app: apps.App
    redirect_uri: str
    scopes: list[str]
    state: str | None
    challenge: str | None
    nonce: str | None


def show(call: Call) -> Response:
    try:
        asked = _read(call)
    except Refusal as refusal:
        return _refused(refusal)
    return _consent_page(call, asked)


def decide(call: Call) -> Response:
    try:
        asked = _read(call)
    except Refusal as refusal:
        return _refused(refusal)
    form = call.request.form
    if form.get("decision") == "deny":
        return _back(asked, {"error": "access_denied"})
    organisation = form.get("organisation", "")
    person = people.find(call.db, form.get("person") or USER_ID)
    error = _hindrance(call, asked, person, organisation)
    if error or person is None:
        return _consent_page(call, asked, error=error)
    return _back(asked, {"code": grant(call, asked, person, organisation)})


def _hindrance(call: Call, asked: Asked, person: Person | None, organisation: str) -> str | None:
    if person is None:
        return "Choose a person to continue as."
    known = {entry["OrganisationID"] for entry in all_organisations(call.db)}
    if call.request.form.get("decision") != "allow" or organisation not in known:
        return "Choose an organisation, then Allow or Deny."
    if role_of(call, person.id, organisation) is None:
        return f"{person.name} is not in this organisation. Choose another person or organisation."
    if not room_for(call, asked.app, organisation):
        return (
            "This organisation is connected to as many uncertified apps as it may be. "
            "Disconnect one of them first."
        )
    return None


def grant(call: Call, asked: Asked, person: Person, organisation: str) -> str:
    """Connect the organisation and return a code. Scopes add to those given before (facts 1.3)."""
    client_id = asked.app.client_id
    event = str(uuid.uuid4())
    connect(call, client_id=client_id, user_id=person.id, organisation=organisation, event=event)
    granted = _widen_consent(call.db, client_id, person.id, asked.scopes)
    code = secrets.token_urlsafe(32)
    expires = call.sandbox.clock.now() + call.sandbox.switches.code_seconds
    call.db.execute(
        "INSERT INTO code VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (
            code,
            client_id,
            person.id,
            asked.redirect_uri,
            asked.challenge,
            " ".join(granted),
            asked.nonce,
            event,
            expires,
        ),
    )
    return code


def _widen_consent(
    db: sqlite3.Connection, client_id: str, user_id: str, wanted: list[str]
) -> list[str]:
    row = db.execute(
        "SELECT scopes FROM consent WHERE client_id = ? AND user_id = ?", (client_id, user_id)
    ).fetchone()
    before = row["scopes"].split() if row else []
    granted = list(dict.fromkeys([*before, *wanted]))
    db.execute(
        "INSERT OR REPLACE INTO consent VALUES (?, ?, ?)", (client_id, user_id, " ".join(granted))
    )
    return granted


def _read(call: Call) -> Asked:
    """Check the query. Nothing is sent to a redirect address that is not the app's own.

    Other mistakes, too, are shown on Xero's page instead of being sent back (facts 1.2).
    """
    query = call.request.query
    app = apps.find(call.db, query.get("client_id", ""))
    if app is None:
        raise Refusal("unauthorized_client", "There is no app with this client_id.")
    uri = query.get("redirect_uri", "")
    if not app.takes_redirect(uri, loopback=call.sandbox.switches.loopback_redirects):
        raise Refusal("unauthorized_client", f"Invalid redirect_uri: {uri or '(none)'}")
    if query.get("response_type") != "code":
        raise Refusal("unsupported_response_type", "response_type must be code.")
    wanted = query.get("scope", "").split()
    unknown = scopes.unknown(wanted, call.sandbox.switches)
    if unknown or not wanted:
        raise Refusal("invalid_scope", f"Invalid scope for client: {' '.join(unknown) or '(none)'}")
    challenge = query.get("code_challenge")
    _check_pkce(app, challenge, query.get("code_challenge_method"))
    return Asked(app, uri, wanted, query.get("state"), challenge, query.get("nonce"))


def _check_pkce(app: apps.App, challenge: str | None, method: str | None) -> None:
    if challenge is None:
        if app.client_secret is None:
            raise Refusal("invalid_request", "This app must use PKCE: code_challenge is missing.")
    elif method != "S256" or not re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge):
        raise Refusal("invalid_request", "code_challenge must be S256: 43 characters of base64url.")


def _consent_page(call: Call, asked: Asked, error: str | None = None) -> Response:
    return page(
        "consent.html",
        status=400 if error else 200,
        app=asked.app.name,
        scopes=[scopes.words_for(scope) for scope in asked.scopes],
        organisations=all_organisations(call.db),
        people=people.everyone(call.db),
        chosen=call.request.form,
        action=f"{call.request.path}?{call.request.query_string}",
        error=error,
    )


def _refused(refusal: Refusal) -> Response:
    code, text = refusal.args
    return page("refused.html", status=400, code=code, text=text)


def _back(asked: Asked, result: dict[str, str]) -> Response:
    """Return to the app with the result, keeping the query its address already has."""
    if "code" in result:
        result |= {"scope": " ".join(asked.scopes), "session_state": secrets.token_urlsafe(16)}
    if asked.state is not None:
        result["state"] = asked.state
    parts = urlsplit(asked.redirect_uri)
    query = "&".join(part for part in (parts.query, urlencode(result)) if part)
    return redirect(urlunsplit(parts._replace(query=query)))
