"""Writes, built first and sent later: the same bytes however often, however late."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, TypeVar

from tallystick.xero.drafts import ContactDraft, InvoiceDraft, StatusChange, to_body
from tallystick.xero.records import Contact, Invoice

T = TypeVar("T", Invoice, Contact)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A complete write, ready to be stored, restored and sent: four plain values.

    `path` is the endpoint ("Invoices"), `query` the encoded query string without "?".
    """

    method: str
    path: str
    query: str
    body: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of all four values as 64 hex digits."""
        head = f"{self.method} {self.path}?{self.query}\n".encode()
        return sha256(head + self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Element(Generic[T]):
    """What became of one element of a write.

    `record` is Xero's echo, of refused elements too (then without an id that exists). Match it by
    its own identity (number, url), not by its place. `errors` and `warnings` are Xero's own
    sentences, those about a line with "Line 2: " before them; `explain` puts them into our words.
    """

    record: T
    ok: bool
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The elements of a write's answer; of the two only that of the endpoint is filled."""

    invoices: tuple[Element[Invoice], ...]
    contacts: tuple[Element[Contact], ...]
    correlation_id: str | None


def seal_create_invoices(drafts: Sequence[InvoiceDraft]) -> Sealed:
    """Return the write that creates the invoices or bills; about 50 at once is what Xero advises.

    By PUT, for POST would overwrite a sales invoice that already bears the number.
    """
    body = to_body("Invoices", drafts)
    return Sealed("PUT", "Invoices", "summarizeErrors=false&unitdp=4", body)


def seal_create_contacts(drafts: Sequence[ContactDraft]) -> Sealed:
    """Return the write that creates the contacts. By PUT, for POST would overwrite a namesake."""
    return Sealed("PUT", "Contacts", "summarizeErrors=false", to_body("Contacts", drafts))


def seal_status_changes(changes: Sequence[tuple[str, str]]) -> Sealed:
    """Return the write that gives each invoice id its new status ("DELETED", "VOIDED", ...).

    An id that does not exist makes Xero refuse the whole request (NotFound).
    """
    elements = [
        StatusChange(invoice_id=invoice_id, status=status) for invoice_id, status in changes
    ]
    body = to_body("Invoices", elements)
    return Sealed("POST", "Invoices", "summarizeErrors=false&unitdp=4", body)


def element_of(record: T) -> Element[T]:
    """Return what Xero says about one element of a write."""
    errors = tuple(dict.fromkeys(_errors(record)))
    accepted = record.outcome in ("OK", "WARNING") or (record.outcome is None and not errors)
    ok = accepted and record.exists_in_xero
    if not ok and not errors:
        errors = ("Xero refused this without saying why.",)
    warnings = tuple(dict.fromkeys(remark.text for remark in record.warnings))
    return Element(record=record, ok=ok, errors=errors, warnings=warnings)


def _errors(record: Invoice | Contact) -> Iterator[str]:
    """Yield each error once, the more exact way: one about a line is not told again without it."""
    nested = list(_nested_errors(record)) if isinstance(record, Invoice) else []
    told = {text for _, text in nested}
    yield from (remark.text for remark in record.validation_errors if remark.text not in told)
    yield from (prefix + text for prefix, text in nested)


def _nested_errors(invoice: Invoice) -> Iterator[tuple[str, str]]:
    if invoice.contact:
        yield from (("", remark.text) for remark in invoice.contact.validation_errors)
    for position, line in enumerate(invoice.line_items, start=1):
        yield from ((f"Line {position}: ", remark.text) for remark in line.validation_errors)
