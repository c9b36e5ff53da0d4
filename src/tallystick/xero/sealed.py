"""Writes, built first and sent later: the same bytes however often, however late."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from tallystick.xero.drafts import (
    ID_KEYS,
    AllocationDraft,
    ContactChange,
    ContactDraft,
    CreditNoteDraft,
    Endpoint,
    InvoiceDraft,
    ItemDraft,
    PaymentDraft,
    to_body,
)

_JSON = "application/json"
#: An answer for each element, and prices with four decimals.
_DOCUMENTS = "summarizeErrors=false&unitdp=4"
_ELEMENTS = "summarizeErrors=false"
_ITEMS = _DOCUMENTS
#: All that Xero's description takes of a payment that goes: no list around it.
_DELETED = b'{"Status":"DELETED"}'
#: Signs that Xero takes in no file name (facts 6.12), and those that nobody can see.
_NOT_IN_FILE_NAMES = re.compile(r'[<>:"/\\|?*+\x00-\x1f\x7f]')
#: Characters of an encoded file name: it stands in an address.
_LONGEST_FILE_NAME = 250
#: Characters after the last dot that are still an ending.
_LONGEST_ENDING = 10


@dataclass(frozen=True, slots=True)
class Sealed:
    """A complete write, ready to be stored, restored and sent: five plain values.

    `path` is relative to Xero's Accounting API, encoded: "Invoices", "CreditNotes/<id>/Allocations";
    `query` is the encoded query string without "?".
    """

    method: str
    path: str
    query: str
    body: bytes
    content_type: str = _JSON

    @property
    def digest(self) -> str:
        """SHA-256 of all five values as 64 hex digits."""
        head = f"{self.method} {self.path}?{self.query} {self.content_type}\n".encode()
        return sha256(head + self.body).hexdigest()

    @property
    def endpoint(self) -> str:
        """The path without ids and file names, such as "CreditNotes/Allocations"."""
        return "/".join(self.path.split("/")[::2])


def seal_create_invoices(drafts: Sequence[InvoiceDraft]) -> Sealed:
    """Return the write that creates the invoices or bills; about 50 at once is what Xero advises.

    By PUT, for POST would overwrite a sales invoice that already bears the number.
    """
    return _created("Invoices", [draft.invoice_id for draft in drafts], drafts)


def seal_create_credit_notes(drafts: Sequence[CreditNoteDraft]) -> Sealed:
    """Return the write that creates the credit notes; the rest as for invoices."""
    return _created("CreditNotes", [draft.credit_note_id for draft in drafts], drafts)


def seal_update_invoices(drafts: Sequence[InvoiceDraft]) -> Sealed:
    """Return the write that gives the invoices or bills of these ids this content.

    Their lines are replaced by those of the drafts. An id that does not exist makes Xero refuse
    the whole request (NotFound).
    """
    return _updated("Invoices", [draft.invoice_id for draft in drafts], drafts)


def seal_update_credit_notes(drafts: Sequence[CreditNoteDraft]) -> Sealed:
    """Return the write that gives the credit notes of these ids this content, as for invoices."""
    return _updated("CreditNotes", [draft.credit_note_id for draft in drafts], drafts)


def seal_create_contacts(drafts: Sequence[ContactDraft]) -> Sealed:
    """Return the write that creates the contacts. By PUT, for POST would overwrite a namesake."""
    return Sealed("PUT", "Contacts", _ELEMENTS, to_body("Contacts", drafts))


def seal_update_contacts(changes: Sequence[ContactChange]) -> Sealed:
    """Return the write that changes the contacts of these ids; all that is not named stays.

    An id that does not exist makes Xero refuse the whole request (NotFound).
    """
    return Sealed("POST", "Contacts", _ELEMENTS, to_body("Contacts", changes))


def seal_create_items(drafts: Sequence[ItemDraft]) -> Sealed:
    """Return the write that creates the items. By PUT, for POST would overwrite one of the code."""
    if any(draft.item_id for draft in drafts):
        raise ValueError("What has an id is updated, not created: Items.")
    return Sealed("PUT", "Items", _ITEMS, to_body("Items", drafts))


def seal_update_items(drafts: Sequence[ItemDraft]) -> Sealed:
    """Return the write that changes the items of these ids, as for contacts."""
    if not all(draft.item_id for draft in drafts):
        raise ValueError("What has no id cannot be updated: Items.")
    return Sealed("POST", "Items", _ITEMS, to_body("Items", drafts))


def seal_status_changes(endpoint: Endpoint, changes: Sequence[tuple[str, str]]) -> Sealed:
    """Return the write that gives each document id its new status.

    "DELETED" ends drafts and submitted ones, "VOIDED" approved ones, "AUTHORISED" approves. An id
    that does not exist makes Xero refuse the whole request (NotFound).
    """
    key = ID_KEYS[endpoint]
    elements = [{key: record_id, "Status": status} for record_id, status in changes]
    return Sealed("POST", endpoint, _DOCUMENTS, to_body(endpoint, elements))


def seal_create_payments(drafts: Sequence[PaymentDraft]) -> Sealed:
    """Return the write that makes the payments and refunds."""
    body = to_body("Payments", [draft.as_written() for draft in drafts])
    return Sealed("PUT", "Payments", _ELEMENTS, body)


def seal_delete_payment(payment_id: str) -> Sealed:
    """Return the write that deletes one payment; Xero offers no batch.

    The body is the status alone, without an envelope (facts 12.2). A refusal comes as BadRequest,
    an id that does not exist as NotFound.
    """
    return Sealed("POST", f"Payments/{payment_id}", "", _DELETED)


def seal_create_allocation(credit_note_id: str, draft: AllocationDraft) -> Sealed:
    """Return the write that sets a part of the credit note against an invoice or bill."""
    body = to_body("Allocations", [draft.as_written()])
    return Sealed("PUT", f"CreditNotes/{credit_note_id}/Allocations", _ELEMENTS, body)


def seal_delete_allocation(credit_note_id: str, allocation_id: str) -> Sealed:
    """Return the write that removes an allocation; harmless to repeat, for then it is gone."""
    return Sealed("DELETE", f"CreditNotes/{credit_note_id}/Allocations/{allocation_id}", "", b"")


def seal_attachment(
    endpoint: Endpoint, record_id: str, filename: str, content: bytes, mime: str
) -> Sealed:
    """Return the write that puts a file on a document, in place of one of the same name.

    `filename` loses what Xero does not take. Raises ValueError for a file without content.
    """
    if not content:
        raise ValueError(f"{filename} is empty; Xero takes no empty files.")
    name = quote(_file_name(filename), safe="")
    return Sealed("PUT", f"{endpoint}/{record_id}/Attachments/{name}", "", content, mime)


def _created(endpoint: Endpoint, ids: Sequence[str | None], drafts: Sequence[object]) -> Sealed:
    if any(ids):
        raise ValueError(f"What has an id is updated, not created: {endpoint}.")
    return Sealed("PUT", endpoint, _DOCUMENTS, to_body(endpoint, drafts))


def _updated(endpoint: Endpoint, ids: Sequence[str | None], drafts: Sequence[object]) -> Sealed:
    if not all(ids):
        # By its number Xero would overwrite whatever bears it.
        raise ValueError(f"What has no id cannot be updated: {endpoint}.")
    return Sealed("POST", endpoint, _DOCUMENTS, to_body(endpoint, drafts))


def _file_name(name: str) -> str:
    """Return `name` as Xero takes it, cut before its ending where it is too long."""
    clean = _NOT_IN_FILE_NAMES.sub("-", name).strip(" .") or "attachment"
    stem, dot, ending = clean.rpartition(".")
    if not stem or len(ending) > _LONGEST_ENDING:
        stem, dot, ending = clean, "", ""
    while len(quote(stem + dot + ending, safe="")) > _LONGEST_FILE_NAME:
        stem = stem[:-1]
    return stem + dot + ending
