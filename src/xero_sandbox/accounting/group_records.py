"""Groups of contacts in storage, and as a contact shows those that it is in."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from xero_sandbox.accounting.shapes import AnswerKind, FieldShape, shaped

#: After the examples of the interface description.
SHAPE = (
    FieldShape("ContactGroupID"),
    FieldShape("Name"),
    FieldShape("Status"),
    FieldShape("Contacts"),
    FieldShape("HasValidationErrors"),
)


def wire(
    row: sqlite3.Row, answer: AnswerKind, contacts: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    values = {
        "ContactGroupID": row["id"],
        "Name": row["name"],
        "Status": row["status"],
        "Contacts": list(contacts),
        "HasValidationErrors": False,
    }
    return shaped(SHAPE, values, answer)


def groups_of(db: sqlite3.Connection, contacts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the active groups of each of these contacts, by its id, as on the wire."""
    rows = db.execute(
        "SELECT DISTINCT member.contact_id AS contact, contact_group.* "  # noqa: S608 - only marks
        "FROM contact_group_member AS member "
        "JOIN contact_group ON contact_group.id = member.group_id "
        f"WHERE member.contact_id IN ({', '.join('?' * len(contacts))}) "
        "AND contact_group.status = 'ACTIVE' ORDER BY contact_group.seq",
        contacts,
    )
    found: dict[str, list[dict[str, Any]]] = {contact: [] for contact in contacts}
    for row in rows:
        found[row["contact"]].append(wire(row, AnswerKind.NESTED))
    return found


def members(db: sqlite3.Connection, group: str) -> list[sqlite3.Row]:
    """Return the rows of the contacts in a group, in the order in which they came."""
    return db.execute(
        "SELECT contact.* FROM contact WHERE id IN "
        "(SELECT contact_id FROM contact_group_member WHERE group_id = ?) ORDER BY "
        "(SELECT min(seq) FROM contact_group_member WHERE group_id = ? AND contact_id = contact.id)",
        (group, group),
    ).fetchall()


def join(db: sqlite3.Connection, organisation: str, group: str, contact: str) -> None:
    """Put a contact into a group; one that is in it stays."""
    db.execute(
        "INSERT INTO contact_group_member (organisation, group_id, contact_id) SELECT ?, ?, ? "
        "WHERE NOT EXISTS (SELECT 1 FROM contact_group_member "
        "WHERE group_id = ? AND contact_id = ?)",
        (organisation, group, contact, group, contact),
    )


def leave(db: sqlite3.Connection, group: str, contact: str) -> bool:
    """Take a contact out of a group; return whether it was in it."""
    sql = "DELETE FROM contact_group_member WHERE group_id = ? AND contact_id = ?"
    return db.execute(sql, (group, contact)).rowcount > 0


def empty(db: sqlite3.Connection, group: str) -> None:
    db.execute("DELETE FROM contact_group_member WHERE group_id = ?", (group,))
