"""What trips readers of changes up: dates that move without a change, changes that move no date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.accounting.touching import (
    DATED_TABLES,
    last_change,
    spread_changes,
    touch_records,
)
from xero_sandbox.control.answers import Refused, body
from xero_sandbox.messages import Request, Response, json_response
from xero_sandbox.organisations.records import organisation_data
from xero_sandbox.problems import ApiError
from xero_sandbox.routes import ROUTES
from xero_sandbox.routing import Call, Route
from xero_sandbox.webhooks import outbox


def touch(call: Call) -> Response:
    """Give records of one resource a new UpdatedDateUTC, that of now or of `at`."""
    organisation, wanted = _organisation(call), body(call)
    resource, ids = _resource(wanted), wanted.get("ids")
    if not isinstance(ids, list) or not all(isinstance(ident, str) for ident in ids):
        raise Refused("ids is a list of ids.")
    at_ms = _instant(wanted["at"]) if "at" in wanted else call.sandbox.clock.now_ms()
    ids = list(map(str.lower, ids))
    with call.sandbox.store.write() as db:
        unknown = [one for one in ids if last_change(db, organisation, resource, one) is None]
        if unknown:
            raise Refused(f"{resource} has no record {', '.join(unknown[:10])[:1000]}.", 404)
        found = touch_records(db, organisation, resource, ids, at_ms=at_ms)
    return json_response({"touched": found})


def spread(call: Call) -> Response:
    """Give all records dates of change of their own, `from` a moment `to` another."""
    organisation, wanted = _organisation(call), body(call)
    first, last = _instant(wanted.get("from")), _instant(wanted.get("to"))
    if first > last:
        raise Refused("from is not after to.")
    with call.sandbox.store.write() as db:
        counts = spread_changes(db, organisation, first_ms=first, last_ms=last)
    return json_response({"spread": counts})


def change_quietly(call: Call) -> Response:
    """Change one record as a POST of its resource would, but for its date and the webhook."""
    organisation, wanted = _organisation(call), body(call)
    resource, element = _resource(wanted), wanted.get("element")
    if not isinstance(element, dict):
        raise Refused("element is the changed record, with its id.")
    ident = read_guid(str(element.get(DATED_TABLES[resource].ident)))
    with call.sandbox.store.write() as db:
        before = last_change(db, organisation, resource, ident or "")
        if ident is None or before is None:
            raise Refused(f"element names no record by {DATED_TABLES[resource].ident}.", 404)
        with outbox.silence(db):
            inner = replace(call, db=db, params={"id": ident}, organisation=organisation)
            answer = _post(inner, resource, ident, element)
            touch_records(db, organisation, resource, [ident], at_ms=before)
    return answer


def _post(call: Call, resource: str, ident: str, element: dict[str, Any]) -> Response:
    path = f"/api.xro/2.0/{resource}/{ident}"
    route = _ROUTES.get(resource)
    if route is None:
        raise Refused(f"{resource} cannot be changed by POST.")
    request = Request("POST", path, {}, wire.dumps(element).encode())
    try:
        return route.handler(replace(call, request=request))
    except ApiError as refusal:
        raise Refused(refusal.response().body.decode()) from None


def _organisation(call: Call) -> str:
    ident = call.params["id"].lower()
    if organisation_data(call.db, ident) is None:
        raise Refused("There is no such organisation.", 404)
    return ident


def _resource(wanted: dict[str, Any]) -> str:
    resource = wanted.get("resource")
    if resource not in DATED_TABLES:
        raise Refused(f"resource is one of {', '.join(DATED_TABLES)}.")
    return str(resource)


def _instant(text: Any) -> int:
    """Read a moment such as 2026-11-30T10:00:00, UTC; in milliseconds."""
    try:
        moment = datetime.fromisoformat(str(text))
        return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        words = f"A moment is written 2026-11-30T10:00:00, and not {str(text)[:50]!r}."
        raise Refused(words) from None


_ROUTES: dict[str, Route] = {
    route.pattern.split("/")[-2]: route
    for route in ROUTES
    if route.method == "POST" and route.pattern.count("/") == 4 and route.pattern.endswith("/{id}")
}
