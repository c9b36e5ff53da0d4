"""The lists that tell what has changed: which they are, and how a page of one is read.

Nothing is dropped: an element that cannot be read comes back raw, with the reason, and those beside
it are read. A page bears Xero's own time, for cursors are never moved by our clock (facts 13).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar

import httpx2
import msgspec
from msgspec import Struct, field
from msgspec.json import Decoder

from tallystick.xero.advances import BankTransaction, Overpayment, Prepayment
from tallystick.xero.answers import Pagination
from tallystick.xero.calls import Outgoing
from tallystick.xero.dates import parse_instant
from tallystick.xero.documents import CreditNote, Document, Invoice, Payment
from tallystick.xero.records import Contact, Item
from tallystick.xero.refusals import error_for, unreadable

Listed = TypeVar("Listed", bound=Document | Payment | Contact | Item)
Listed_co = TypeVar("Listed_co", bound=Document | Payment | Contact | Item, covariant=True)

_LONG_PRICES = {"unitdp": "4"}
#: Identifiers that one question may name: Xero takes 52 in a list (facts 5.3), fewer in a filter.
_LISTED_IDS, _FILTERED_IDS = 40, 25


@dataclass(frozen=True, slots=True)
class ChangedList(Generic[Listed_co]):
    """A list that Xero gives whole or since an instant, archived and deleted records among it."""

    endpoint: str
    #: Key of a record's id.
    id_key: str
    record: type[Listed_co]
    #: Asked for always: what would hide records, or round prices, otherwise.
    asked: tuple[tuple[str, str], ...] = ()
    #: Without pages the whole list comes at once, whatever page is asked for (facts 5.2).
    is_paged: bool = True
    #: Takes `IDs`; else ids are asked for by a filter.
    takes_ids: bool = False
    #: Bears a day of its own, by which a beginning can be set.
    has_days: bool = True

    @property
    def ids_a_call(self) -> int:
        """So many records are asked for by id in one call."""
        return _LISTED_IDS if self.takes_ids else _FILTERED_IDS


CONTACTS = ChangedList(
    "Contacts",
    "ContactID",
    Contact,
    # Without it archived and merged ones are never seen (facts 13).
    asked=(("includeArchived", "true"),),
    takes_ids=True,
    has_days=False,
)
ITEMS = ChangedList(
    "Items",
    "ItemID",
    Item,
    asked=tuple(_LONG_PRICES.items()),
    is_paged=False,
    has_days=False,
)
INVOICES = ChangedList(
    "Invoices",
    "InvoiceID",
    Invoice,
    asked=(("includeArchived", "true"), *_LONG_PRICES.items()),
    takes_ids=True,
)
CREDIT_NOTES = ChangedList(
    "CreditNotes", "CreditNoteID", CreditNote, asked=tuple(_LONG_PRICES.items())
)
PAYMENTS = ChangedList("Payments", "PaymentID", Payment)
OVERPAYMENTS = ChangedList(
    "Overpayments", "OverpaymentID", Overpayment, asked=tuple(_LONG_PRICES.items())
)
PREPAYMENTS = ChangedList(
    "Prepayments", "PrepaymentID", Prepayment, asked=tuple(_LONG_PRICES.items())
)
BANK_TRANSACTIONS = ChangedList(
    "BankTransactions", "BankTransactionID", BankTransaction, asked=tuple(_LONG_PRICES.items())
)


@dataclass(frozen=True, slots=True)
class ChangedRecord(Generic[Listed_co]):
    """A record as it was read, and the very bytes of it."""

    record: Listed_co
    raw: bytes


@dataclass(frozen=True, slots=True)
class UnreadRecord:
    """An element that could not be read: its id, where even that can be told, its bytes, and why."""

    xero_id: str
    raw: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class ChangedPage(Generic[Listed_co]):
    """A page of a list.

    `item_count` and `page_count` are Xero's own, of the whole list; of a list without pages they
    are what came. `asked_at` is Xero's time of the answer, aware, UTC.
    """

    records: tuple[ChangedRecord[Listed_co], ...]
    unread: tuple[UnreadRecord, ...]
    item_count: int
    page_count: int
    asked_at: datetime


class _Pages(Struct, rename="pascal"):
    """The wrapping, with its elements left as they are."""

    answered_text: str | None = field(default=None, name="DateTimeUTC")
    pagination: Pagination | None = field(default=None, name="pagination")
    contacts: tuple[msgspec.Raw, ...] | None = None
    items: tuple[msgspec.Raw, ...] | None = None
    invoices: tuple[msgspec.Raw, ...] | None = None
    credit_notes: tuple[msgspec.Raw, ...] | None = None
    payments: tuple[msgspec.Raw, ...] | None = None
    overpayments: tuple[msgspec.Raw, ...] | None = None
    prepayments: tuple[msgspec.Raw, ...] | None = None
    bank_transactions: tuple[msgspec.Raw, ...] | None = None


_pages = Decoder(_Pages)
_FIELDS = {one.encode_name: one.name for one in msgspec.structs.fields(_Pages)}
_decoders: dict[type, Decoder[Any]] = {}


def page_reader(
    which: ChangedList[Listed],
) -> Callable[[Outgoing, httpx2.Response], ChangedPage[Listed]]:
    """Return a reader of answers that hold a page of the list; raises XeroError for all else."""

    def read(outgoing: Outgoing, response: httpx2.Response) -> ChangedPage[Listed]:
        if response.status_code != 200:
            raise error_for(outgoing, response)
        try:
            pages = _pages.decode(response.content)
            asked_at = _answered_at(pages.answered_text, response)
        except (ValueError, RecursionError) as exc:
            raise unreadable(outgoing, response, str(exc)) from exc
        elements: tuple[msgspec.Raw, ...] | None = getattr(pages, _FIELDS[which.endpoint])
        if elements is None or asked_at is None:
            what = "the list asked for" if elements is None else "the time of the answer"
            raise unreadable(outgoing, response, f"{what} is missing")
        read = [_element(which, bytes(element)) for element in elements]
        records = tuple(one for one in read if isinstance(one, ChangedRecord))
        unread = tuple(one for one in read if isinstance(one, UnreadRecord))
        told = pages.pagination
        return ChangedPage(
            records=records,
            unread=unread,
            item_count=told.item_count if told else len(read),
            page_count=told.page_count if told else 1,
            asked_at=asked_at,
        )

    return read


def _element(which: ChangedList[Listed], raw: bytes) -> ChangedRecord[Listed] | UnreadRecord:
    decoder = _decoders.setdefault(which.record, Decoder(which.record))
    try:
        record = decoder.decode(raw)
        _ = (
            record.updated_at
        )  # a date that cannot be read makes the record unreadable, not the page
        if not record.exists_in_xero:
            raise ValueError(f"{which.id_key} is missing")
    except (ValueError, RecursionError, OverflowError) as exc:
        return UnreadRecord(_id_in(which, raw), raw, str(exc))
    return ChangedRecord(record, raw)


def _id_in(which: ChangedList[Listed], raw: bytes) -> str:
    try:
        element = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return ""
    found = element.get(which.id_key) if isinstance(element, dict) else None
    return found if isinstance(found, str) else ""


def _answered_at(text: str | None, response: httpx2.Response) -> datetime | None:
    """Return Xero's time of the answer: of the wrapping, else of the HTTP answer itself."""
    if text:
        return parse_instant(text)
    stamp = response.headers.get("Date")
    return parsedate_to_datetime(stamp).astimezone(UTC) if stamp else None
