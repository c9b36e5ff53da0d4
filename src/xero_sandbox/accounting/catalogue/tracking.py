"""Tracking categories and their options, all verbs (facts 6.12)."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.catalogue.unpaged import Field, Resource, choose, lone_element, one
from xero_sandbox.accounting.catalogue.usage import on_a_document
from xero_sandbox.accounting.listing import one_of
from xero_sandbox.accounting.sent import Sent, elements
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound, ValidationFailed
from xero_sandbox.routing import Call, Route
from xero_sandbox.store import fold

CATEGORIES, OPTIONS = "TrackingCategories", "Options"
MOST_ACTIVE, MOST = 2, 4  #: categories, and with the archived ones (facts 6.12)
LONGEST = 100
RESOURCE = Resource(
    table="tracking_category",
    type_name="TrackingCategory",
    fields={
        "TrackingCategoryID": Field("id", "guid"),
        "Name": Field("name", "text"),
        "Status": Field("status", "text"),
    },
    order="seq",
)


def list_all(call: Call) -> Response:
    archived = call.request.query.get("includearchived", "").lower() == "true"
    shown = one_of("status", ["ACTIVE", "ARCHIVED"] if archived else ["ACTIVE"])
    rows = choose(call, RESOURCE, extra=[shown])
    return envelope(call, CATEGORIES, [_category(call, row, archived=archived) for row in rows])


def read_one(call: Call) -> Response:
    return envelope(call, CATEGORIES, [_category(call, one(call, RESOURCE.table), archived=True)])


def create(call: Call) -> Response:
    """PUT: one category, without options, which are made by themselves."""
    return _write_category(call, None)


def update(call: Call) -> Response:
    """POST by id: rename, archive or bring back."""
    return _write_category(call, one(call, RESOURCE.table))


def delete(call: Call) -> Response:
    """The category and its options become DELETED, unless a document bears it."""
    row = one(call, RESOURCE.table)
    if on_a_document(call.db, call.organisation, row["id"]):
        _refuse(_category(call, row, archived=True))
    for table, column in (("tracking_category", "id"), ("tracking_option", "category")):
        sql = f"UPDATE {table} SET status = 'DELETED' WHERE {column} = ?"  # noqa: S608
        call.db.execute(sql, (row["id"],))
    return read_one(call)


def create_options(call: Call) -> Response:
    category = one(call, RESOURCE.table)
    sent = elements(call.request, OPTIONS)
    return write_batch(
        call,
        OPTIONS,
        sent,
        lambda element: _save_option(call, category["id"], None, element),
        flag="HasValidationErrors",
    )


def update_option(call: Call) -> Response:
    option = _option_row(call)
    return write_batch(
        call,
        OPTIONS,
        [lone_element(call, OPTIONS)],
        lambda element: _save_option(call, option["category"], option, element),
        flag="HasValidationErrors",
    )


def delete_option(call: Call) -> Response:
    row = _option_row(call)
    if on_a_document(call.db, call.organisation, row["id"]):
        _refuse(_option(row))
    call.db.execute("UPDATE tracking_option SET status = 'DELETED' WHERE id = ?", (row["id"],))
    return envelope(call, OPTIONS, [_option(one(call, "tracking_option", "option"))])


def _write_category(call: Call, row: sqlite3.Row | None) -> Response:
    return write_batch(
        call,
        CATEGORIES,
        [lone_element(call, CATEGORIES)],
        lambda sent: _save_category(call, row, sent),
        flag="HasValidationErrors",
    )


def _save_category(call: Call, row: sqlite3.Row | None, sent: Sent) -> Saved:
    ident = row["id"] if row else str(uuid.uuid4())
    rows = call.db.execute(
        "SELECT * FROM tracking_category WHERE organisation = ? AND id != ? "
        "AND status != 'DELETED'",
        (call.organisation, ident),
    ).fetchall()
    name, status, errors = _checked(row, sent, rows)
    others = [other["status"] for other in rows]
    if status == "ACTIVE" and others.count("ACTIVE") >= MOST_ACTIVE:
        errors.append(f"An organisation can have at most {MOST_ACTIVE} active tracking categories.")
    if len(others) >= MOST:
        errors.append(f"An organisation can have at most {MOST} tracking categories.")
    if errors:
        zero = {"TrackingCategoryID": ident if row else wire.ZERO_ID}
        raise Invalid(errors, sent.raw | zero)
    call.db.execute(
        "INSERT INTO tracking_category (id, organisation, name, status) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status",
        (ident, call.organisation, name, status),
    )
    call.params["id"] = ident
    return Saved(_category(call, one(call, RESOURCE.table), archived=True))


def _save_option(call: Call, category: str, row: sqlite3.Row | None, sent: Sent) -> Saved:
    ident = row["id"] if row else str(uuid.uuid4())
    others = call.db.execute(
        "SELECT * FROM tracking_option WHERE category = ? AND id != ? AND status != 'DELETED'",
        (category, ident),
    ).fetchall()
    name, status, errors = _checked(row, sent, others)
    if errors:
        raise Invalid(errors, sent.raw | {"TrackingOptionID": ident if row else wire.ZERO_ID})
    call.db.execute(
        "INSERT INTO tracking_option (id, organisation, category, name, status) "
        "VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status",
        (ident, call.organisation, category, name, status),
    )
    call.params["option"] = ident
    return Saved(_option(one(call, "tracking_option", "option")))


def _checked(
    row: sqlite3.Row | None, sent: Sent, others: list[sqlite3.Row]
) -> tuple[str, str, list[str]]:
    """Return name, status and what is wrong with them."""
    errors = []
    name = (sent.text("Name") or (row["name"] if row else "")).strip()
    status = (sent.text("Status") or (row["status"] if row else "ACTIVE")).upper()
    if not name or len(name) > LONGEST:
        errors.append(f"The Name must be from 1 to {LONGEST} characters.")
    if any(fold(other["name"]) == fold(name) for other in others):
        errors.append("Please enter a unique Name.")
    if status not in ("ACTIVE", "ARCHIVED") or (row and row["status"] == "DELETED"):
        errors.append(f"The Status {status[:50]} is not valid.")
    return name, status, errors


def _option_row(call: Call) -> sqlite3.Row:
    row = one(call, "tracking_option", "option")
    if row["category"] != one(call, RESOURCE.table)["id"]:
        raise NotFound
    return row


def _refuse(element: dict[str, Any]) -> None:
    message = "It is used on a document and cannot be deleted. It can be archived instead."
    raise ValidationFailed([element | {"ValidationErrors": [{"Message": message}]}])


def _category(call: Call, row: sqlite3.Row, *, archived: bool) -> dict[str, Any]:
    options = call.db.execute(
        "SELECT * FROM tracking_option WHERE category = ? AND status != 'DELETED' "
        "AND (? OR status = 'ACTIVE') ORDER BY seq",
        (row["id"], archived),
    )
    return {
        "Name": row["name"],
        "Status": row["status"],
        "TrackingCategoryID": row["id"],
        "Options": [_option(option) for option in options],
    }


def _option(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "TrackingOptionID": row["id"],
        "Name": row["name"],
        "Status": row["status"],
        "HasValidationErrors": False,
        "IsDeleted": row["status"] == "DELETED",
        "IsArchived": row["status"] == "ARCHIVED",
        "IsActive": row["status"] == "ACTIVE",
    }


_SCOPES = ("accounting.settings",)
_PATH = "/api.xro/2.0/TrackingCategories"
_ONE, _OPTIONS = f"{_PATH}/{{id}}", f"{_PATH}/{{id}}/Options"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", _ONE, read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", _ONE, update, "api", _SCOPES, writes=True),
    Route("DELETE", _ONE, delete, "api", _SCOPES, writes=True),
    Route("PUT", _OPTIONS, create_options, "api", _SCOPES, writes=True),
    Route("POST", f"{_OPTIONS}/{{option}}", update_option, "api", _SCOPES, writes=True),
    Route("DELETE", f"{_OPTIONS}/{{option}}", delete_option, "api", _SCOPES, writes=True),
)
