"""Health, clock, limits, switches, reset, apps, organisations and ready-made tokens."""

from __future__ import annotations

import math
import uuid
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from xero_sandbox import settings
from xero_sandbox.control.answers import Refused, body, changed_settings
from xero_sandbox.identity import apps, people, scopes
from xero_sandbox.identity.connections import connect
from xero_sandbox.identity.tokens import Grant, issue
from xero_sandbox.messages import Response, json_response
from xero_sandbox.organisations.records import (
    all_organisations,
    change_organisation,
    load_books,
    organisation_data,
)
from xero_sandbox.routing import Call

DEFAULT_SCOPES = (
    "openid profile email offline_access accounting.invoices accounting.payments "
    "accounting.contacts accounting.settings accounting.attachments"
)


def health(call: Call) -> Response:
    return json_response({"status": "ok"})


def reset(call: Call) -> Response:
    call.sandbox.reset()
    return json_response({"status": "ok"})


def read_clock(call: Call) -> Response:
    clock = call.sandbox.clock
    now = datetime.fromtimestamp(clock.now(), UTC).isoformat()
    return json_response({"now": now, "offset_seconds": clock.offset_seconds})


def move_clock(call: Call) -> Response:
    seconds = body(call).get("advance_seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, Decimal)):
        raise Refused("advance_seconds must be a number of seconds.")
    if not (math.isfinite(seconds) and 0 <= seconds <= 10 * 366 * 86_400):
        raise Refused("advance_seconds must be from 0 to ten years.")
    clock = call.sandbox.clock
    with call.sandbox.store.write() as db:
        clock.advance(float(seconds))
        settings.save(db, "clock_offset", clock.offset_seconds)
    return read_clock(call)


def read_limits(call: Call) -> Response:
    return json_response(asdict(call.sandbox.meter.limits))


def set_limits(call: Call) -> Response:
    """Change the limits named and open fresh windows."""
    meter = call.sandbox.meter
    meter.limits = changed_settings(call, "limits", meter.limits)
    meter.forget()
    return read_limits(call)


def read_switches(call: Call) -> Response:
    return json_response(asdict(call.sandbox.switches))


def set_switches(call: Call) -> Response:
    call.sandbox.switches = changed_settings(call, "switches", call.sandbox.switches)
    return read_switches(call)


def add_app(call: Call) -> Response:
    """Register an app, or change one. Without `client_secret` it is a PKCE app."""
    wanted = body(call)
    client_id, secret = wanted.get("client_id"), wanted.get("client_secret")
    uris = wanted.get("redirect_uris", [])
    if not isinstance(client_id, str) or not client_id:
        raise Refused("client_id must be text.")
    if secret is not None and (not isinstance(secret, str) or not secret):
        raise Refused("client_secret must be text, or absent for a PKCE app.")
    if not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
        raise Refused("redirect_uris must be a list of addresses.")
    name, certified = str(wanted.get("name", client_id)), wanted.get("certified") is True
    app = apps.App(client_id, secret, name, tuple(uris), certified)
    with call.sandbox.store.write() as db:
        apps.save(db, app)
    return json_response({"client_id": client_id, "redirect_uris": uris}, 201)


def organisations(call: Call) -> Response:
    return json_response({"organisations": [described(call, o) for o in _all(call)]})


def change(call: Call) -> Response:
    """Change an organisation: lock dates, currencies, name."""
    ident, wanted = call.params["id"].lower(), body(call)
    with call.sandbox.store.write() as db:
        data = organisation_data(db, ident)
        if data is None:
            raise Refused("There is no such organisation.", 404)
        for name in wanted:
            if name not in ("Name", "PeriodLockDate", "EndOfYearLockDate", "Currencies"):
                raise Refused(f"{name!r} cannot be changed here.")
        currencies = wanted.pop("Currencies", None)
        if currencies is not None:
            currencies = list(dict.fromkeys([data["BaseCurrency"], *_codes(currencies)]))
        change_organisation(db, ident, data | _checked(wanted), currencies)
    with call.sandbox.store.read() as db:
        call.db = db
        return json_response(described(call, {"OrganisationID": ident} | data | wanted))


def tokens(call: Call) -> Response:
    """Connect an organisation and return a token set, without the consent page."""
    wanted = body(call)
    options = call.sandbox.options
    client_id = str(wanted.get("client_id", options.client_id))
    granted = str(wanted.get("scope", DEFAULT_SCOPES)).split()
    chosen = str(wanted.get("organisation", ""))
    known = {o["OrganisationID"]: o["Name"] for o in _all(call)}
    if chosen not in known:
        raise Refused("organisation must be the id of one: see /_sandbox/organisations.")
    unknown = scopes.unknown(granted, call.sandbox.switches)
    if unknown or apps.find(call.db, client_id) is None:
        raise Refused(f"Unknown scopes or client_id: {' '.join(unknown) or client_id}")
    person = people.find(call.db, str(wanted.get("person", people.USER_ID)))
    if person is None:
        raise Refused("There is no such person: see /_sandbox/people.")
    event = str(uuid.uuid4())
    with call.sandbox.store.write() as db:
        inner = Call(call.sandbox, call.request, db)
        who = {"client_id": client_id, "user_id": person.id}
        connect(inner, organisation=chosen, event=event, **who)
        return json_response(issue(inner, Grant(client_id, person.id, granted, event)))


def _all(call: Call) -> list[dict[str, Any]]:
    return all_organisations(call.db)


def described(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    """An organisation as the control interface shows it."""
    counts = {
        table: call.db.execute(
            f"SELECT count(*) FROM {table} WHERE organisation = ?",  # noqa: S608
            (data["OrganisationID"],),
        ).fetchone()[0]
        for table in ("contact", "invoice", "credit", "allocation", "payment")
    }
    return {
        "id": data["OrganisationID"],
        "name": data["Name"],
        "version": data["Version"],
        "base_currency": data["BaseCurrency"],
        "currencies": load_books(call.db, data["OrganisationID"]).currencies,
        "period_lock_date": data["PeriodLockDate"],
        "end_of_year_lock_date": data["EndOfYearLockDate"],
        "contacts": counts["contact"],
        "invoices": counts["invoice"],
        "credits": counts["credit"],
        "allocations": counts["allocation"],
        "payments": counts["payment"],
    }


def _codes(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(
        isinstance(code, str) and len(code) == 3 and code.isalpha() for code in value
    ):
        raise Refused("Currencies must be a list of three-letter codes.")
    return [code.upper() for code in value]


def _checked(wanted: dict[str, Any]) -> dict[str, Any]:
    for name in ("PeriodLockDate", "EndOfYearLockDate"):
        if wanted.get(name) is not None:
            try:
                date.fromisoformat(wanted[name])
            except (TypeError, ValueError):
                raise Refused(f"{name} must be YYYY-MM-DD or null.") from None
    if "Name" in wanted and not (isinstance(wanted["Name"], str) and wanted["Name"].strip()):
        raise Refused("Name must be text.")
    return wanted
