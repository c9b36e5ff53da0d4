"""From the bytes of an answer to records, and what became of each element of a write."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx2
from msgspec import Struct, field
from msgspec.json import Decoder

from tallystick.xero.calls import Outgoing, correlation_id_of
from tallystick.xero.documents import (
    Allocation,
    Attachment,
    CreditNote,
    Document,
    Invoice,
    Payment,
)
from tallystick.xero.records import (
    Account,
    Contact,
    Currency,
    Item,
    Organisation,
    Record,
    Remarked,
    TaxRate,
    TrackingCategory,
    Written,
)
from tallystick.xero.refusals import error_for, unreadable
from tallystick.xero.remarks import Pick, remarks_on

T = TypeVar("T")
W = TypeVar("W", bound=Document | Contact | Payment | Allocation | Item)
W_co = TypeVar("W_co", bound=Document | Contact | Payment | Allocation | Item, covariant=True)
Read = Callable[[Outgoing, httpx2.Response], T]


class Pagination(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a page stands among its like."""

    page: int = 1
    page_size: int = 100
    page_count: int = 1
    item_count: int = 0


class Envelope(Record, frozen=True, kw_only=True):
    """The wrapping of every answer; None where the answer holds no such list."""

    organisations: tuple[Organisation, ...] | None = None
    accounts: tuple[Account, ...] | None = None
    tax_rates: tuple[TaxRate, ...] | None = None
    currencies: tuple[Currency, ...] | None = None
    tracking_categories: tuple[TrackingCategory, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    items: tuple[Item, ...] | None = None
    invoices: tuple[Invoice, ...] | None = None
    credit_notes: tuple[CreditNote, ...] | None = None
    payments: tuple[Payment, ...] | None = None
    allocations: tuple[Allocation, ...] | None = None
    attachments: tuple[Attachment, ...] | None = None
    pagination: Pagination | None = field(default=None, name="pagination")


@dataclass(frozen=True, slots=True)
class Element(Generic[W_co]):
    """What became of one element of a write.

    `record` is Xero's echo, of refused elements too (then without an id that exists). Match it by
    its own identity (number, url), not by its place. `errors` and `warnings` are Xero's own
    sentences, those about a line with "Line 2: " before them; `explain` puts them into our words.
    """

    record: W_co
    ok: bool
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The elements of a write's answer; only the list of what was written is filled.

    What deletes a payment answers with that payment, what removes an allocation with an allocation
    that `is_deleted`.
    """

    documents: tuple[Element[Document], ...] = ()  #: Invoices or CreditNotes.
    contacts: tuple[Element[Contact], ...] = ()
    items: tuple[Element[Item], ...] = ()
    payments: tuple[Element[Payment], ...] = ()
    allocations: tuple[Element[Allocation], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    correlation_id: str | None = None


def reader(
    decoder: Decoder[T], required: Callable[[T], object | None] = lambda answer: answer
) -> Read[T]:
    """Return a reader of successes. A list that is absent is an error, never an empty list."""

    def read(outgoing: Outgoing, response: httpx2.Response) -> T:
        if response.status_code != 200:
            raise error_for(outgoing, response)
        try:
            answer = decoder.decode(response.content)
            reason = "" if required(answer) is not None else "the list asked for is missing"
        except (ValueError, RecursionError) as exc:
            reason = str(exc)
        if reason:
            raise unreadable(outgoing, response, reason)
        return answer

    return read


def read_list(pick: Callable[[Envelope], object | None]) -> Read[Envelope]:
    """Return a reader of answers that must hold the list which `pick` takes out."""
    return reader(_envelopes, pick)


def read_written(outgoing: Outgoing, response: httpx2.Response) -> Answer:
    """Read the answer to a write, whatever it wrote."""
    resource = outgoing.endpoint.rpartition("/")[2]
    envelope = read_list(_WRITTEN[resource])(outgoing, response)
    documents: tuple[Document, ...] = envelope.invoices or envelope.credit_notes or ()
    return Answer(
        documents=tuple(map(element_of, documents)),
        contacts=tuple(map(element_of, envelope.contacts or ())),
        items=tuple(map(element_of, envelope.items or ())),
        payments=tuple(map(element_of, envelope.payments or ())),
        allocations=tuple(map(element_of, envelope.allocations or ())),
        attachments=envelope.attachments or (),
        correlation_id=correlation_id_of(response),
    )


def read_removed(outgoing: Outgoing, response: httpx2.Response) -> Answer:
    """Read the answer to the removal of an allocation; one that is not there (404) is removed."""
    if response.status_code not in (204, 404):
        reader(_removals, lambda removal: removal.is_deleted or None)(outgoing, response)
    allocation_id = outgoing.url.rpartition("/")[2]
    gone = Allocation(allocation_id=allocation_id, is_deleted=True)
    return Answer(allocations=(Element(gone, ok=True),), correlation_id=correlation_id_of(response))


def read_nothing(outgoing: Outgoing, response: httpx2.Response) -> None:
    """Read an answer whose body does not matter."""
    if response.status_code not in (200, 204):
        raise error_for(outgoing, response)


def element_of(record: W) -> Element[W]:
    """Return what Xero says about one element of a write."""
    errors = tuple(_told(record, lambda one: one.validation_errors))
    flagged = record.has_errors or record.has_validation_errors
    accepted = record.outcome in ("OK", "WARNING") or (
        record.outcome is None and not errors and not flagged
    )
    ok = accepted and record.exists_in_xero
    if not ok and not errors:
        errors = ("Xero refused this without saying why.",)
    warnings = tuple(_told(record, lambda one: one.warnings))
    return Element(record=record, ok=ok, errors=errors, warnings=warnings)


class _Removal(Record, frozen=True, kw_only=True):
    is_deleted: bool = False


_envelopes = Decoder(Envelope)
_removals = Decoder(_Removal)
_WRITTEN: dict[str, Callable[[Envelope], object | None]] = {
    "Contacts": lambda envelope: envelope.contacts,
    "Items": lambda envelope: envelope.items,
    "Invoices": lambda envelope: envelope.invoices,
    "CreditNotes": lambda envelope: envelope.credit_notes,
    "Payments": lambda envelope: envelope.payments,
    "Allocations": lambda envelope: envelope.allocations,
    "Attachments": lambda envelope: envelope.attachments,
}


def _told(record: Written, pick: Pick) -> Iterator[str]:
    lines = record.line_items if isinstance(record, Document) else ()
    return remarks_on(record, lines, _parts(record), pick)


def _parts(record: Written) -> tuple[Remarked | None, ...]:
    """Return whatever else of an element Xero may find fault with, beside its lines."""
    if isinstance(record, Document):
        return (record.contact,)
    if isinstance(record, Payment):
        return (record.invoice, record.credit_note, record.account)
    if isinstance(record, Allocation):
        return (record.invoice, record.credit_note)
    return ()
