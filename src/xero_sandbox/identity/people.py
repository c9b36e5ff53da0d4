"""People who can give consent, and their roles in each organisation.

There is no sign-in: on the consent page one chooses as whom to continue. A fresh sandbox has one
person for every role, each with that role in every organisation.
"""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass

from xero_sandbox.identity.roles import ROLES

#: The adviser, on whose behalf apps are connected unless someone else is named.
USER_ID = "5a1d6c0e-7f38-4b2a-9c41-3e8f0d2b6a75"
_IDS = uuid.UUID("0d9cf1a2-3c6b-5f0e-8f57-9a4de2b1c360")
_SEED = {
    "adviser": ("Sam", "Adviser"),
    "standard": ("Stella", "Standard"),
    "standard_no_reports": ("Stan", "Noreports"),
    "invoice_only": ("Ivo", "Invoicer"),
    "invoice_only_draft": ("Dora", "Drafter"),
    "read_only": ("Rhea", "Reader"),
}


@dataclass(frozen=True)
class Person:
    id: str
    email: str
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Member:
    """A person in one organisation."""

    person: Person
    role: str  #: a key of ROLES
    subscriber: bool
    updated_ms: int

    @property
    def title(self) -> str:
        return ROLES[self.role].title

    @property
    def organisation_role(self) -> str:
        return ROLES[self.role].organisation_role


def seed(db: sqlite3.Connection) -> None:
    for role, (first, last) in _SEED.items():
        ident = USER_ID if role == "adviser" else str(uuid.uuid5(_IDS, role))
        save(db, Person(ident, f"{role.replace('_', '.')}@sandbox.example", first, last))


def join_seeded(db: sqlite3.Connection, organisation: str, *, now_ms: int) -> None:
    """Give every seeded person their role in a new organisation; the adviser subscribes."""
    for role in _SEED:
        ident = USER_ID if role == "adviser" else str(uuid.uuid5(_IDS, role))
        db.execute(
            "INSERT OR IGNORE INTO person_role VALUES (?, ?, ?, ?, ?)",
            (ident, organisation, role, role == "adviser", now_ms),
        )


def save(db: sqlite3.Connection, person: Person) -> None:
    db.execute(
        "INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?)",
        (person.id, person.email, person.first_name, person.last_name),
    )


def everyone(db: sqlite3.Connection) -> list[Person]:
    return [Person(*row) for row in db.execute("SELECT * FROM person ORDER BY rowid")]


def find(db: sqlite3.Connection, named: str) -> Person | None:
    """Return a person by id, by e-mail address, or, of the seeded ones, by role."""
    ident = USER_ID if named == "adviser" else str(uuid.uuid5(_IDS, named))
    row = db.execute(
        "SELECT * FROM person WHERE id IN (?, ?) OR email = ?", (named.lower(), ident, named)
    ).fetchone()
    return Person(*row) if row else None


def members(db: sqlite3.Connection, organisation: str) -> list[Member]:
    rows = db.execute(
        """
        SELECT person.*, role, subscriber, updated FROM person_role
        JOIN person ON person.id = person_role.person
        WHERE organisation = ? ORDER BY person.rowid
        """,
        (organisation,),
    )
    return [
        Member(Person(*row[:4]), row["role"], bool(row["subscriber"]), row["updated"])
        for row in rows
    ]


def set_role(
    db: sqlite3.Connection, person: str, organisation: str, role: str | None, *, now_ms: int
) -> None:
    """Change a person's role, or take them out of the organisation with None."""
    if role is None:
        db.execute(
            "DELETE FROM person_role WHERE person = ? AND organisation = ?", (person, organisation)
        )
        return
    db.execute(
        """
        INSERT INTO person_role VALUES (?, ?, ?, 0, ?) ON CONFLICT (person, organisation)
        DO UPDATE SET role = excluded.role, updated = excluded.updated
        """,
        (person, organisation, role, now_ms),
    )
