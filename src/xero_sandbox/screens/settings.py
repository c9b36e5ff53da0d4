"""Settings of an organisation: people and their roles, connected apps, lock dates."""

from __future__ import annotations

from xero_sandbox.identity import people
from xero_sandbox.identity.roles import ROLES
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import change_organisation, organisation_data
from xero_sandbox.routing import Call, Route
from xero_sandbox.screens.frame import back, day_of, entered, show

_LOCKS = {"period": "PeriodLockDate", "year": "EndOfYearLockDate"}
_APPS = """
    SELECT connection.client_id, app.name, app.certified, min(created) AS since,
           group_concat(first_name || ' ' || last_name, ', ') AS people
    FROM connection JOIN app ON app.client_id = connection.client_id
    LEFT JOIN person ON person.id = connection.user_id
    WHERE organisation = ? GROUP BY connection.client_id ORDER BY since
"""


def settings(call: Call, message: str | None = None) -> Response:
    call = entered(call)
    here = {member.person.id: member for member in people.members(call.db, call.organisation)}
    return show(
        call,
        "settings.html",
        "settings",
        people=[(person, here.get(person.id)) for person in people.everyone(call.db)],
        roles=ROLES,
        apps=call.db.execute(_APPS, (call.organisation,)).fetchall(),
        data=organisation_data(call.db, call.organisation),
        message=message,
    )


def change_locks(call: Call) -> Response:
    call = entered(call)
    data = organisation_data(call.db, call.organisation) or {}
    for name, field in _LOCKS.items():
        text = call.request.form.get(name, "").strip()
        if text and day_of(text) is None:
            return settings(call, f"{text[:20]} is no date: write it as 2026-03-31.")
        data[field] = day_of(text)
    change_organisation(call.db, call.organisation, data, None)
    return back(call, "settings")


def change_role(call: Call) -> Response:
    call = entered(call)
    form = call.request.form
    person, role = people.find(call.db, form.get("person", "")), form.get("role") or None
    if person is None or (role is not None and role not in ROLES):
        return settings(call, "There is no such person or role.")
    now_ms = call.sandbox.clock.now_ms()
    people.set_role(call.db, person.id, call.organisation, role, now_ms=now_ms)
    return back(call, "settings")


def disconnect(call: Call) -> Response:
    """Remove an app: all its connections to this organisation, whoever made them."""
    call = entered(call)
    call.db.execute(
        "DELETE FROM connection WHERE client_id = ? AND organisation = ?",
        (call.request.form.get("app", ""), call.organisation),
    )
    return back(call, "settings")


ROUTES = (
    Route("GET", "/org/{org}/settings", settings, "screen"),
    Route("POST", "/org/{org}/settings/locks", change_locks, "screen", writes=True),
    Route("POST", "/org/{org}/settings/people", change_role, "screen", writes=True),
    Route("POST", "/org/{org}/settings/apps", disconnect, "screen", writes=True),
)
