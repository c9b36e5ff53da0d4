"""Connections: which organisations a user let an app reach (facts 1.5)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from xero_sandbox.identity.apps import App
from xero_sandbox.identity.gate import identify
from xero_sandbox.messages import Response, json_response
from xero_sandbox.organisations.records import organisation_name
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call


def connect(call: Call, *, client_id: str, user_id: str, organisation: str, event: str) -> None:
    """Add the connection, or renew it: the same organisation keeps its connection id.

    That `created` and `updated` differ is how a client sees it was renewed (facts 1.5).
    """
    now = call.sandbox.clock.now_ms()
    call.db.execute(
        """
        INSERT INTO connection VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (client_id, user_id, organisation)
        DO UPDATE SET auth_event_id = excluded.auth_event_id, updated = excluded.updated
        """,
        (str(uuid.uuid4()), client_id, user_id, organisation, event, now, now),
    )


def room_for(call: Call, app: App, organisation: str) -> bool:
    """Whether one more uncertified app may be connected to the organisation (facts 1.5)."""
    most = call.sandbox.switches.uncertified_apps
    if app.certified or not most:
        return True
    others = call.db.execute(
        """
        SELECT count(DISTINCT connection.client_id) FROM connection
        JOIN app ON app.client_id = connection.client_id AND NOT certified
        WHERE organisation = ? AND connection.client_id != ?
        """,
        (organisation, app.client_id),
    ).fetchone()[0]
    return bool(others < most)


def disconnect_all(call: Call, *, client_id: str, user_id: str) -> None:
    call.db.execute(
        "DELETE FROM connection WHERE client_id = ? AND user_id = ?", (client_id, user_id)
    )


def list_all(call: Call) -> Response:
    caller = identify(call)
    sql = "SELECT * FROM connection WHERE client_id = ? AND user_id = ?"
    values = [caller.client_id, caller.user_id]
    if event := call.request.query.get("autheventid"):
        sql, values = f"{sql} AND auth_event_id = ?", [*values, event]
    rows = call.db.execute(f"{sql} ORDER BY created, id", values).fetchall()
    return json_response([_described(call, row) for row in rows])


def delete(call: Call) -> Response:
    caller = identify(call)
    gone = call.db.execute(
        "DELETE FROM connection WHERE id = ? AND client_id = ? AND user_id = ?",
        (call.params["id"].lower(), caller.client_id, caller.user_id),
    )
    if not gone.rowcount:
        raise NotFound
    return Response(204)


def _described(call: Call, row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "authEventId": row["auth_event_id"],
        "tenantId": row["organisation"],
        "tenantType": "ORGANISATION",
        "tenantName": organisation_name(call.db, row["organisation"]),
        "createdDateUtc": _seven_digits(row["created"]),
        "updatedDateUtc": _seven_digits(row["updated"]),
    }


def _seven_digits(milliseconds: int) -> str:
    """Fractions of a second as connections have them, and no time zone (facts 1.5)."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='microseconds')}0"
