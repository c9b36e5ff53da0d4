"""Contacts in storage and on the wire."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass, field
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import group_records
from xero_sandbox.accounting.papers import history
from xero_sandbox.accounting.shapes import (
    EVERY,
    NESTS,
    WRITES,
    AnswerKind,
    FieldShape,
    Presence,
    shaped,
)
from xero_sandbox.store import fold
from xero_sandbox.webhooks import outbox

#: Places that a contact shows, filled or empty (facts 6.6).
_ADDRESSES = ("STREET", "POBOX")
_PHONES = ("DDI", "DEFAULT", "FAX", "MOBILE")
_ALONE = EVERY - NESTS  #: not where a list of documents names its contact (facts 5.2)
_IN_FULL = _ALONE - {AnswerKind.LIST, AnswerKind.SUMMARY}  #: reads of one or of pages, and writes
_READ_IN_FULL = _IN_FULL - WRITES
CONTACT = (
    FieldShape("ContactID"),
    FieldShape("MergedToContactID", Presence.ABSENT, answers=_IN_FULL),
    FieldShape("ContactNumber", Presence.ABSENT, answers=_ALONE),
    FieldShape("AccountNumber", Presence.ABSENT, answers=_ALONE),
    FieldShape("ContactStatus", answers=_ALONE),
    FieldShape("Name"),
    FieldShape("FirstName", Presence.ABSENT, answers=_ALONE),
    FieldShape("LastName", Presence.ABSENT, answers=_ALONE),
    FieldShape("CompanyNumber", Presence.ABSENT, answers=_ALONE),
    FieldShape("EmailAddress", Presence.ABSENT, answers=_ALONE),
    FieldShape("BankAccountDetails", Presence.EMPTY, "", _IN_FULL),
    FieldShape("TaxNumber", Presence.ABSENT, answers=_IN_FULL),
    FieldShape("AccountsReceivableTaxType", Presence.ABSENT, answers=_IN_FULL),
    FieldShape("AccountsPayableTaxType", Presence.ABSENT, answers=_IN_FULL),
    FieldShape("Addresses", answers=_ALONE),
    FieldShape("Phones", answers=_ALONE),
    FieldShape("Addresses", Presence.EMPTY, [], NESTS),
    FieldShape("Phones", Presence.EMPTY, [], NESTS),
    FieldShape("UpdatedDateUTC", answers=_ALONE),
    FieldShape("ContactGroups", Presence.EMPTY, []),
    FieldShape("IsSupplier", answers=_ALONE),
    FieldShape("IsCustomer", answers=_ALONE),
    FieldShape("DefaultCurrency", Presence.ABSENT, answers=_ALONE),
    # These two only a person enters.
    FieldShape("Discount", Presence.ABSENT, answers=_IN_FULL),
    FieldShape("Website", Presence.ABSENT, answers=_IN_FULL),
    FieldShape("SalesDefaultAccountCode", Presence.ABSENT, answers=_IN_FULL),
    FieldShape("PurchasesDefaultAccountCode", Presence.ABSENT, answers=_IN_FULL),
    FieldShape("SalesTrackingCategories", Presence.EMPTY, [], _IN_FULL),
    FieldShape("PurchasesTrackingCategories", Presence.EMPTY, [], _IN_FULL),
    FieldShape("Balances", Presence.ABSENT, answers=_READ_IN_FULL),
    FieldShape("PaymentTerms", Presence.ABSENT, answers=_IN_FULL),
    FieldShape("BatchPayments", Presence.ABSENT, answers=_IN_FULL),
    # Lists without a page show an empty list, whoever there is (facts 12.1).
    FieldShape("ContactPersons", Presence.EMPTY, []),
    FieldShape("HasAttachments", Presence.EMPTY, False, _ALONE),
    FieldShape("HasValidationErrors", Presence.EMPTY, False),
)
#: What an address and a phone have of their own where an app has made them (facts 6.6, 12.1).
ADDRESS = (
    FieldShape("AddressType"),
    *(FieldShape(f"AddressLine{number}", Presence.ABSENT) for number in (1, 2, 3, 4)),
    *(FieldShape(name, Presence.EMPTY, "") for name in ("City", "Region", "PostalCode", "Country")),
    FieldShape("AttentionTo", Presence.ABSENT),
)
PHONE = (
    FieldShape("PhoneType"),
    FieldShape("PhoneNumber", Presence.EMPTY, ""),
    FieldShape("PhoneAreaCode", Presence.EMPTY, ""),
    FieldShape("PhoneCountryCode", Presence.EMPTY, ""),
)


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
    balances: dict[str, Any] | None = None  #: as on the wire; see `contact_balances`

    @property
    def name(self) -> str:
        return str(self.data.get("Name", ""))

    def wire(self, answer: AnswerKind = AnswerKind.SINGLE) -> dict[str, Any]:
        """As this kind of answer has it; documents show everything too, but in lists."""
        values = {
            **self.data,
            "ContactID": self.id,
            "ContactStatus": self.status,
            "Name": self.name,
            "Addresses": _slots(self.data, "Addresses", _ADDRESSES, ADDRESS),
            "Phones": _slots(self.data, "Phones", _PHONES, PHONE),
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "ContactGroups": self.groups,
            "Balances": self.balances,
            "IsSupplier": self.is_supplier,
            "IsCustomer": self.is_customer,
        }
        if answer in (AnswerKind.LIST, AnswerKind.SUMMARY):
            values.pop("ContactPersons", None)
        return shaped(CONTACT, values, answer)


def summary(ident: str, name: str) -> dict[str, Any]:
    """A contact inside a list of documents: id, name and empty lists (facts 5.2)."""
    return shaped(CONTACT, {"ContactID": ident, "Name": name}, AnswerKind.NESTED)


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
    """A contact that an app makes: its slots are empty, not bare (facts 12.1)."""
    addresses = [{"AddressType": name} for name in _ADDRESSES]
    phones = [{"PhoneType": name} for name in _PHONES]
    data = {"Addresses": addresses, "Phones": phones}
    return Contact(id=str(uuid.uuid4()), organisation=organisation, data=data)


def mark_made_by_hand(db: sqlite3.Connection, organisation: str, name: str) -> None:
    """A contact that a person has just made has nothing in its slots (facts 12.1)."""
    db.execute(
        "UPDATE contact SET data = json_remove(data, '$.Addresses', '$.Phones') "
        "WHERE organisation = ? AND name_key = ?",
        (organisation, fold(name)),
    )


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
    data: dict[str, Any], name: str, kinds: tuple[str, ...], shape: tuple[FieldShape, ...]
) -> list[dict[str, Any]]:
    """Every place of `kinds`, bare where nothing was ever written to it, then others."""
    kind = shape[0].name
    held = {entry[kind]: shaped(shape, entry, AnswerKind.SINGLE) for entry in data.get(name, [])}
    extra = [entry for at, entry in held.items() if at not in kinds]
    return [held.get(at, {kind: at}) for at in kinds] + extra
