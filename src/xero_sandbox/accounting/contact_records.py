"""Contacts in storage and on the wire."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass, field
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import group_records
from xero_sandbox.accounting.papers import history
from xero_sandbox.store import fold
from xero_sandbox.webhooks import outbox

#: Places that a contact shows, filled or empty (facts 6.6).
_ADDRESSES = ("STREET", "POBOX")
_PHONES = ("DDI", "DEFAULT", "FAX", "MOBILE")
#: Fields that only a single read, or a read of pages, carries (facts 5.2).
_DETAILS = [
    "ContactPersons",
    "PaymentTerms",
    "SalesDefaultAccountCode",
    "PurchasesDefaultAccountCode",
    "BankAccountDetails",
    "TaxNumber",
    "AccountsReceivableTaxType",
    "AccountsPayableTaxType",
    "MergedToContactID",
]


@dataclass
class Contact:
    id: str
    organisation: str
    status: str = "ACTIVE"
    is_customer: bool = False
    is_supplier: bool = False
    updated_ms: int = 0  #: 0 until it is stored
    data: dict[str, Any] = field(default_factory=dict)  #: fields as on the wire
    groups: list[dict[str, Any]] = field(default_factory=list)  #: as on the wire; see `with_groups`

    @property
    def name(self) -> str:
        return str(self.data.get("Name", ""))

    def wire(self) -> dict[str, Any]:
        """Everything, as a single read or a create answers."""
        return {
            "ContactID": self.id,
            "ContactStatus": self.status,
            "Name": self.name,
            "FirstName": "",
            "LastName": "",
            "EmailAddress": "",
            "BankAccountDetails": "",
            **self.data,
            "Addresses": _slots(self.data, "Addresses", "AddressType", _ADDRESSES),
            "Phones": _slots(self.data, "Phones", "PhoneType", _PHONES),
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "ContactGroups": self.groups,
            "IsSupplier": self.is_supplier,
            "IsCustomer": self.is_customer,
            "SalesTrackingCategories": [],
            "PurchasesTrackingCategories": [],
            "ContactPersons": self.data.get("ContactPersons", []),
            "HasAttachments": self.data.get("HasAttachments", False),
            "HasValidationErrors": False,
        }

    def wire_listed(self, *, lean: bool) -> dict[str, Any]:
        """One of a list; `lean` without a page asked for, or as a summary."""
        full = self.wire()
        if lean:
            return {name: value for name, value in full.items() if name not in _DETAILS}
        return full


def summary(ident: str, name: str) -> dict[str, Any]:
    """A contact inside a list of documents: id, name and empty lists (facts 5.2)."""
    return {
        "ContactID": ident,
        "Name": name,
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }


def from_row(row: sqlite3.Row) -> Contact:
    return Contact(
        id=row["id"],
        organisation=row["organisation"],
        status=row["status"],
        is_customer=bool(row["is_customer"]),
        is_supplier=bool(row["is_supplier"]),
        updated_ms=row["updated"],
        data=wire.loads(row["data"]),
    )


def with_groups(db: sqlite3.Connection, contacts: list[Contact]) -> list[Contact]:
    """Fill in which groups each of the contacts is in."""
    found = group_records.groups_of(db, [contact.id for contact in contacts])
    for contact in contacts:
        contact.groups = found[contact.id]
    return contacts


def new_contact(organisation: str) -> Contact:
    return Contact(id=str(uuid.uuid4()), organisation=organisation)


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> Contact | None:
    return _one(db, organisation, "id = ?", ident)


def by_number(db: sqlite3.Connection, organisation: str, number: str) -> Contact | None:
    return _one(db, organisation, "number_key = ?", fold(number))


def by_name(db: sqlite3.Connection, organisation: str, name: str) -> Contact | None:
    """Return the active contact of that name, else an archived one, else None."""
    return _one(db, organisation, "name_key = ?", fold(name))


def by_account_number(db: sqlite3.Connection, organisation: str, number: str) -> Contact | None:
    return _one(db, organisation, "account_number_key = ?", fold(number))


def save(db: sqlite3.Connection, contact: Contact, *, now_ms: int) -> None:
    """Insert or update; sets the contact's UpdatedDateUTC."""
    contact.updated_ms = now_ms
    data = contact.data
    values = (
        fold(contact.name),
        fold(data.get("ContactNumber")) or None,
        fold(data.get("AccountNumber")) or None,
        fold(data.get("EmailAddress")) or None,
        contact.status,
        now_ms,
        wire.dumps(data),
        contact.id,
    )
    changed = db.execute(
        """
        UPDATE contact SET name_key = ?, number_key = ?, account_number_key = ?, email_key = ?,
                           status = ?, updated = ?, data = ? WHERE id = ?
        """,
        values,
    )
    if not changed.rowcount:
        db.execute(
            """
            INSERT INTO contact (name_key, number_key, account_number_key, email_key, status,
                                 updated, data, id, organisation)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (*values, contact.organisation),
        )
    kind: outbox.Kind = "UPDATE" if changed.rowcount else "CREATE"
    outbox.note(db, contact.organisation, "CONTACT", contact.id, kind)
    changes = "Edited" if changed.rowcount else "Created"
    if contact.status == "ARCHIVED":
        changes = "Archived"
    history.note(db, contact.organisation, contact.id, changes, contact.name, now_ms=now_ms)


def mark_trading(db: sqlite3.Connection, contact: Contact, *, sells_to: bool) -> None:
    """Note that a sale (or a purchase) exists. This does not count as a change (facts 5.5)."""
    column = "is_customer" if sells_to else "is_supplier"
    if not getattr(contact, column):
        setattr(contact, column, True)
        db.execute(f"UPDATE contact SET {column} = 1 WHERE id = ?", (contact.id,))  # noqa: S608


def _one(db: sqlite3.Connection, organisation: str, test: str, value: Any) -> Contact | None:
    sql = f"SELECT * FROM contact WHERE organisation = ? AND {test} ORDER BY status, seq LIMIT 1"  # noqa: S608
    row = db.execute(sql, (organisation, value)).fetchone()
    return with_groups(db, [from_row(row)])[0] if row else None


def _slots(
    data: dict[str, Any], field_name: str, kind: str, kinds: tuple[str, ...]
) -> list[dict[str, Any]]:
    held = {entry[kind]: entry for entry in data.get(field_name, [])}
    empty = _EMPTY[field_name]
    extra = [entry for name, entry in held.items() if name not in kinds]
    return [{kind: name} | empty | held.get(name, {}) for name in kinds] + extra


_EMPTY = {
    "Addresses": {"City": "", "Region": "", "PostalCode": "", "Country": ""},
    "Phones": {"PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""},
}
