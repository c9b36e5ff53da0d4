"""Receipts, expense claims and employees: read; writing is not implemented any more (facts 6.12).

What an organisation has of them stems from before. The control interface loads it, as it is given.
"""

from __future__ import annotations

import sqlite3
import uuid
from functools import partial
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.catalogue.unpaged import Field, Resource, choose, one
from xero_sandbox.accounting.closed.closed_shapes import CLOSED, ClosedResource
from xero_sandbox.accounting.sent import Sent, elements
from xero_sandbox.accounting.shapes import AnswerKind, shaped
from xero_sandbox.messages import Response
from xero_sandbox.routing import Call, Route


def list_all(closed: ClosedResource, call: Call) -> Response:
    """Without lines, as the description's example has it."""
    rows = choose(call, _listing(closed), dated=True)
    return envelope(call, closed.plural, [_wire(closed, row, AnswerKind.LIST) for row in rows])


def read_one(closed: ClosedResource, call: Call) -> Response:
    row = one(call, closed.table)
    return envelope(call, closed.plural, [_wire(closed, row, AnswerKind.SINGLE)])


def load(closed: ClosedResource, call: Call) -> Response:
    """For the control interface alone: keep the elements of the body as they are."""
    sent = elements(call.request, closed.plural)
    return write_batch(call, closed.plural, sent, lambda element: _keep(closed, call, element))


def _listing(closed: ClosedResource) -> Resource:
    return Resource(
        table=closed.table,
        type_name=closed.type_name,
        fields={
            closed.id_name: Field("id", "guid"),
            "Status": Field("status", "text"),
            "UpdatedDateUTC": Field("updated", "instant"),
        },
        order="updated, id",
    )


def _keep(closed: ClosedResource, call: Call, sent: Sent) -> Saved:
    known = {field.name for field in closed.shape}
    errors = [f"{closed.type_name} has no {name[:50]}." for name in sent.raw if name not in known]
    ident = sent.guid(closed.id_name) or str(uuid.uuid4())
    if call.db.execute("SELECT 1 FROM closed_record WHERE id = ?", (ident,)).fetchone():
        errors.append(f"The {closed.id_name} {ident} is taken.")
    if errors:
        raise Invalid(errors, sent.raw)
    data = {name: value for name, value in sent.raw.items() if value is not None}
    data |= {name: sent.number(name) for name in closed.amounts if name in sent}
    for name in closed.days:
        if day := sent.day(name):
            data[name] = wire.day_instant(day)
    values = (ident, call.organisation, closed.plural)
    status = (sent.text("Status") or closed.first_status).upper()
    row = call.db.execute(
        "INSERT INTO closed_record (id, organisation, resource, status, updated, data) "
        "VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
        (*values, status, call.sandbox.clock.now_ms(), wire.dumps(data)),
    ).fetchone()
    return Saved(_wire(closed, row, AnswerKind.CREATED))


def _wire(closed: ClosedResource, row: sqlite3.Row, answer: AnswerKind) -> dict[str, Any]:
    values = wire.loads(row["data"]) | {
        closed.id_name: row["id"],
        "Status": row["status"],
        "UpdatedDateUTC": wire.instant(row["updated"]),
    }
    if answer is AnswerKind.LIST:
        values.pop("LineItems", None)
    return shaped(closed.shape, values, answer)


def _reading(closed: ClosedResource) -> tuple[Route, ...]:
    path, scopes = f"/api.xro/2.0/{closed.plural}", (closed.scope,)
    return (
        Route("GET", path, partial(list_all, closed), "api", scopes),
        Route("GET", f"{path}/{{id}}", partial(read_one, closed), "api", scopes),
    )


ROUTES = tuple(route for closed in CLOSED for route in _reading(closed))
#: No routes of the API: what the control interface loads by.
LOADS = tuple(
    Route("PUT", f"/api.xro/2.0/{closed.plural}", partial(load, closed), "control", writes=True)
    for closed in CLOSED
)
