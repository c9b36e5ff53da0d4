"""People and their roles by the control interface."""

from __future__ import annotations

import uuid
from dataclasses import asdict

from xero_sandbox.control.answers import Refused, body
from xero_sandbox.identity import people
from xero_sandbox.identity.people import Person
from xero_sandbox.identity.roles import ROLES
from xero_sandbox.messages import Response, json_response
from xero_sandbox.organisations.records import organisation_data
from xero_sandbox.routing import Call


def listed(call: Call) -> Response:
    """Return everybody with their roles by organisation, and what each role may do."""
    roles = call.db.execute("SELECT person, organisation, role FROM person_role").fetchall()
    everyone = [
        asdict(person)
        | {
            "roles": {
                row["organisation"]: row["role"] for row in roles if row["person"] == person.id
            }
        }
        for person in people.everyone(call.db)
    ]
    rights = {key: sorted(role.rights) for key, role in ROLES.items()}
    return json_response({"people": everyone, "roles": rights})


def add(call: Call) -> Response:
    wanted = body(call)
    texts = {name: str(wanted.get(name, "")) for name in ("email", "first_name", "last_name")}
    if "@" not in texts["email"] or people.find(call.db, texts["email"]):
        raise Refused("email must be an address that nobody has yet.")
    person = Person(str(uuid.uuid4()), **texts)
    with call.sandbox.store.write() as db:
        people.save(db, person)
    return json_response(asdict(person), 201)


def change_role(call: Call) -> Response:
    """Give a person a role in an organisation; null takes them out of it."""
    wanted, organisation = body(call), call.params["id"].lower()
    person, role = people.find(call.db, str(wanted.get("person", ""))), wanted.get("role")
    if organisation_data(call.db, organisation) is None or person is None:
        raise Refused("There is no such organisation or person.", 404)
    if role is not None and role not in ROLES:
        raise Refused(f"role is one of {', '.join(ROLES)}, or null.")
    now_ms = call.sandbox.clock.now_ms()
    with call.sandbox.store.write() as db:
        people.set_role(db, person.id, organisation, role, now_ms=now_ms)
    return Response(204)
