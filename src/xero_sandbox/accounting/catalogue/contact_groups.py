"""Contact groups, and the contacts in them."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

from xero_sandbox.accounting import contact_records, group_records
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.catalogue.unpaged import Field, Resource, choose, one
from xero_sandbox.accounting.contact_rules import UNKNOWN_CONTACT
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route
from xero_sandbox.store import fold
from xero_sandbox.wire import ZERO_ID

PLURAL, CONTACTS = "ContactGroups", "Contacts"
MOST = 100
TOO_MANY = f"You've reached the limit of {MOST} contact groups."
_LONGEST = 255
_FLAG = "HasValidationErrors"
_ACTIVE = ("status = 'ACTIVE'", ())
RESOURCE = Resource(
    table="contact_group",
    type_name="ContactGroup",
    fields={
        "ContactGroupID": Field("id", "guid"),
        "Name": Field("name", "text"),
        "Status": Field("status", "text"),
    },
    order="seq",
)


def list_all(call: Call) -> Response:
    """Active groups, without their contacts."""
    rows = choose(call, RESOURCE, extra=[_ACTIVE])
    return envelope(call, PLURAL, [group_records.wire(row, AnswerKind.LIST) for row in rows])


def read_one(call: Call) -> Response:
    """With id and name of each contact in it."""
    group = _named(call)
    contacts = [
        contact_records.from_row(row) for row in group_records.members(call.db, group["id"])
    ]
    inside = [contact_records.summary(contact.id, contact.name) for contact in contacts]
    return envelope(call, PLURAL, [group_records.wire(group, AnswerKind.SINGLE, inside)])


def create(call: Call) -> Response:
    sent = elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, lambda element: _save(call, None, element), flag=_FLAG)


def update(call: Call) -> Response:
    """Rename, or delete by `Status`."""
    group, sent = _named(call), elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, lambda element: _save(call, group, element), flag=_FLAG)


def add_contacts(call: Call) -> Response:
    """PUT: contacts by their ContactID; the answer names them by nothing else."""
    group, sent = _named(call)["id"], elements(call.request, CONTACTS)
    return write_batch(call, CONTACTS, sent, lambda element: _add(call, group, element), flag=_FLAG)


def remove_all(call: Call) -> Response:
    group_records.empty(call.db, _named(call)["id"])
    return Response(204)


def remove_one(call: Call) -> Response:
    contact = read_guid(call.params["contact"])
    if contact is None or not group_records.leave(call.db, _named(call)["id"], contact):
        raise NotFound
    return Response(204)


def _named(call: Call) -> sqlite3.Row:
    """Return the group of the path; one that was deleted is not found."""
    group = one(call, RESOURCE.table)
    if group["status"] != "ACTIVE":
        raise NotFound
    return group


def _save(call: Call, group: sqlite3.Row | None, sent: Sent) -> Saved:
    ident = group["id"] if group else str(uuid.uuid4())
    name = (sent.text("Name") or (group["name"] if group else "")).strip()
    status = (sent.text("Status") or "ACTIVE").upper()
    if errors := _errors(call, ident, name, status, is_new=group is None):
        shown: dict[str, Any] = {"ContactGroupID": ident if group else ZERO_ID}
        raise Invalid(errors, shown | {"Name": name, "Contacts": []})
    row = call.db.execute(
        "INSERT INTO contact_group (id, organisation, name, status) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status RETURNING *",
        (ident, call.organisation, name, status),
    ).fetchone()
    return Saved(group_records.wire(row, AnswerKind.UPDATED if group else AnswerKind.CREATED))


def _errors(call: Call, ident: str, name: str, status: str, *, is_new: bool) -> list[str]:
    others = call.db.execute(
        "SELECT name FROM contact_group WHERE organisation = ? AND id != ? AND status = 'ACTIVE'",
        (call.organisation, ident),
    ).fetchall()
    errors = []
    if not name or len(name) > _LONGEST:
        errors.append(f"The Name must be from 1 to {_LONGEST} characters.")
    if any(fold(other["name"]) == fold(name) for other in others):
        errors.append("Please enter a unique Name.")
    if status not in (("ACTIVE",) if is_new else ("ACTIVE", "DELETED")):
        errors.append(f"The Status {status[:50]} is not valid.")
    if is_new and len(others) >= MOST:
        errors.append(TOO_MANY)
    return errors


def _add(call: Call, group: str, sent: Sent) -> Saved:
    ident = sent.guid("ContactID")
    found = contact_records.by_id(call.db, call.organisation, ident) if ident else None
    echo: dict[str, Any] = contact_records.summary(ident or ZERO_ID, "")
    del echo["Name"]
    if found is None:
        raise Invalid([UNKNOWN_CONTACT], echo)
    group_records.join(call.db, call.organisation, group, found.id)
    return Saved(echo | {"ValidationErrors": []})


_SCOPES = ("accounting.contacts",)
_PATH = f"/api.xro/2.0/{PLURAL}"
_ONE = f"{_PATH}/{{id}}"
_INSIDE = f"{_ONE}/{CONTACTS}"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", _ONE, read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", _ONE, update, "api", _SCOPES, writes=True),
    Route("PUT", _INSIDE, add_contacts, "api", _SCOPES, writes=True),
    Route("DELETE", _INSIDE, remove_all, "api", _SCOPES, writes=True, gives_bytes=True),
    Route("DELETE", f"{_INSIDE}/{{contact}}", remove_one, "api", _SCOPES, writes=True),
)
