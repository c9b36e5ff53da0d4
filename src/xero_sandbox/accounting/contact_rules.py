"""What a contact may be, and which contact a document means (facts 6.2, 6.6)."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from xero_sandbox.accounting import contact_records as records
from xero_sandbox.accounting import line_tracking
from xero_sandbox.accounting.answers import Invalid
from xero_sandbox.accounting.contact_records import Contact
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.organisations.catalogue import Catalogue
from xero_sandbox.store import fold

ARCHIVED_CONTACT = (
    "The specified contact details matched an archived contact. Archived contacts cannot "
    "currently be edited via the API."
)
ARCHIVED_FOR_DOCUMENT = (
    "The contact with the specified contact details has been archived. The contact must be "
    "un-archived before creating new invoices or credit notes."
)
NOT_IDENTIFIED = (
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber"
)
UNKNOWN_CONTACT = "The contact with the specified ContactID or ContactNumber could not be found."

_LENGTHS = {
    "Name": 255,
    "ContactNumber": 50,
    "AccountNumber": 50,
    "FirstName": 255,
    "LastName": 255,
    "EmailAddress": 255,
    "CompanyNumber": 50,
    "TaxNumber": 50,
    "BankAccountDetails": 255,
    "SalesDefaultAccountCode": 10,
    "PurchasesDefaultAccountCode": 10,
    "AccountsReceivableTaxType": 50,
    "AccountsPayableTaxType": 50,
    "DefaultCurrency": 3,
}
_ADDRESS = {
    **{f"AddressLine{number}": 500 for number in (1, 2, 3, 4)},
    "City": 255,
    "Region": 255,
    "AttentionTo": 255,
    "PostalCode": 50,
    "Country": 50,
}
_PHONE = {"PhoneNumber": 50, "PhoneAreaCode": 10, "PhoneCountryCode": 20}
_PERSON = {"FirstName": 255, "LastName": 255, "EmailAddress": 255}
#: Of the bank details for batch payments, after the interface description; Details in its words.
_BATCH = {
    "BankAccountNumber": 50,
    "BankAccountName": 255,
    "Details": 18,
    "Code": 12,
    "Reference": 12,
}
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")


def apply(db: sqlite3.Connection, contact: Contact, sent: Sent) -> list[str]:
    """Put the sent fields onto `contact`; return the messages of the rules they break."""
    errors: list[str] = []
    data = contact.data
    for name, most in _LENGTHS.items():
        value = sent.text(name)
        if value is not None:
            data[name] = value
            if len(value) > most:
                errors.append(f"The {name} must not be longer than {most} characters.")
    _apply_lists(data, sent, errors)
    _apply_tracking(db, contact, sent, errors)
    _check_name(db, contact, errors)
    if data.get("EmailAddress") and not _EMAIL.fullmatch(data["EmailAddress"]):
        errors.append("Email address must be valid.")
    _check_numbers(db, contact, errors)
    status = sent.text("ContactStatus")
    if status is not None:
        if status not in ("ACTIVE", "ARCHIVED"):
            errors.append(f"The ContactStatus {status[:50]} is not valid.")
        else:
            contact.status = status
    return errors


def contact_for_document(
    db: sqlite3.Connection, organisation: str, sent: Sent, *, now_ms: int
) -> Contact:
    """Return the contact that a document names, created or edited as the fields sent ask.

    By ContactID it must exist; by ContactNumber alone too; by Name the active one of that
    name, else a new one. Fields beside an identity edit the contact (facts 6.1). Raises
    Invalid.
    """
    ident, number, name = sent.guid("ContactID"), sent.text("ContactNumber"), sent.text("Name")
    if not (ident or number or name):
        raise Invalid([NOT_IDENTIFIED], sent.raw)
    found = identify(db, organisation, sent)
    if found is None and (ident or not name):
        raise Invalid([UNKNOWN_CONTACT], sent.raw)
    if found is not None and found.status == "ARCHIVED":
        raise Invalid([ARCHIVED_FOR_DOCUMENT], sent.raw)
    return _edited(db, found or records.new_contact(organisation), sent, now_ms=now_ms)


def identify(db: sqlite3.Connection, organisation: str, sent: Sent) -> Contact | None:
    """Return the stored contact meant: by ContactID, else by ContactNumber, else by Name.

    A namesake that bears another number is another contact; its name is then refused.
    """
    ident, number, name = sent.guid("ContactID"), sent.text("ContactNumber"), sent.text("Name")
    if ident:
        return records.by_id(db, organisation, ident)
    found = records.by_number(db, organisation, number) if number else None
    if found or not name:
        return found
    namesake = records.by_name(db, organisation, name)
    return None if number and namesake and namesake.data.get("ContactNumber") else namesake


def _edited(db: sqlite3.Connection, contact: Contact, sent: Sent, *, now_ms: int) -> Contact:
    is_new, name, status = contact.updated_ms == 0, contact.name, contact.status
    if not is_new and _only_names(contact, sent):
        return contact
    before = dict(contact.data)
    errors = apply(db, contact, sent)
    contact.status = status  # a document never archives its contact
    if fold(contact.name) == fold(name):
        contact.data["Name"] = name  # found by its name, whatever the case
    if errors:
        raise Invalid(errors, sent.raw)
    if is_new or contact.data != before:
        records.save(db, contact, now_ms=now_ms)
    return contact


def _only_names(contact: Contact, sent: Sent) -> bool:
    """Whether nothing was sent but what names the contact, as it is stored."""
    stored = {"contactid": contact.id, "contactnumber": contact.data.get("ContactNumber")}
    stored["name"] = contact.name
    return all(
        name.lower() in stored and value == stored[name.lower()] for name, value in sent.raw.items()
    )


def _apply_lists(data: dict[str, Any], sent: Sent, errors: list[str]) -> None:
    for name, kind, kinds, lengths in (
        ("Addresses", "AddressType", ("POBOX", "STREET", "DELIVERY"), _ADDRESS),
        ("Phones", "PhoneType", ("DEFAULT", "DDI", "MOBILE", "FAX", "OFFICE"), _PHONE),
    ):
        entries = sent.children(name)
        if entries is None:
            continue
        held = {entry[kind]: entry for entry in data.get(name, [])}
        for entry in entries:
            slot = (entry.text(kind) or kinds[0]).upper()
            if slot not in kinds:
                errors.append(f"The {kind} {slot[:50]} is not valid.")
                continue
            held[slot] = {kind: slot} | _texts(entry, lengths, errors)
        data[name] = list(held.values())
    people = sent.children("ContactPersons")
    if people:
        # Replaced as a set, while addresses and phones have a place each (facts 6.6). None at all
        # leaves those that are there (facts 12.2).
        data["ContactPersons"] = [_person(entry, errors) for entry in people]
        if len(people) > 5:
            errors.append("A contact can have at most 5 contact persons.")
    terms = sent.child("PaymentTerms")
    if terms is not None:
        data["PaymentTerms"] = terms.raw
    batch = sent.child("BatchPayments")
    if batch is not None and (details := _texts(batch, _BATCH, errors)):
        data["BatchPayments"] = data.get("BatchPayments", {}) | details


def _apply_tracking(
    db: sqlite3.Connection, contact: Contact, sent: Sent, errors: list[str]
) -> None:
    """Default tracking for sales and for purchases, by names; each list is replaced whole."""
    for name in ("SalesTrackingCategories", "PurchasesTrackingCategories"):
        entries = sent.children(name)
        if entries is None or [entry.raw for entry in entries] == contact.data.get(name):
            continue  # what comes back as it was may have been archived since
        known = Catalogue(db, contact.organisation).tracking
        contact.data[name] = line_tracking.read_defaults(entries, known, errors)


def _person(sent: Sent, errors: list[str]) -> dict[str, Any]:
    return _texts(sent, _PERSON, errors) | {
        "IncludeInEmails": sent.flag("IncludeInEmails") or False
    }


def _texts(sent: Sent, lengths: dict[str, int], errors: list[str]) -> dict[str, Any]:
    texts = {}
    for name, most in lengths.items():
        value = sent.text(name)
        if value is not None:
            texts[name] = value
            if len(value) > most:
                errors.append(f"The {name} must not be longer than {most} characters.")
    return texts


def _check_name(db: sqlite3.Connection, contact: Contact, errors: list[str]) -> None:
    name = contact.name
    if not name.strip():
        errors.append("Contact name cannot be empty.")
    elif "<" in name or ">" in name:
        errors.append("The contact name cannot contain < or >.")
    elif name != name.strip() or "  " in name:
        errors.append("The contact name cannot begin or end with a blank or hold two in a row.")
    elif contact.status == "ACTIVE":
        other = records.by_name(db, contact.organisation, name)
        if other and other.id != contact.id and other.status == "ACTIVE":
            errors.append(_name_taken(contact))


def _name_taken(contact: Contact) -> str:
    """Recorded for a contact that is created; the other sentence is that of several clients."""
    if contact.updated_ms:
        return "The contact name already exists. Please enter a different contact name"
    return (
        f"The contact name {contact.name} is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    )


def _check_numbers(db: sqlite3.Connection, contact: Contact, errors: list[str]) -> None:
    number = contact.data.get("ContactNumber")
    if number:
        other = records.by_number(db, contact.organisation, number)
        if other and other.id != contact.id:
            errors.append(
                "Another contact has this contact number. Please enter a different contact number."
            )
    account = contact.data.get("AccountNumber")
    if account:
        other = records.by_account_number(db, contact.organisation, account)
        if other and other.id != contact.id:
            errors.append(
                "The Account Number already exists. Please enter a different Account Number."
            )
