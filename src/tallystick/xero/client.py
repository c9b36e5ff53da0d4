"""The client of Xero's Accounting API. Thread-safe; keeps no state."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Protocol, TypeVar

import httpx2

from tallystick.xero.answers import (
    Answer,
    Element,
    Envelope,
    Read,
    read_list,
    read_removed,
    read_written,
)
from tallystick.xero.calls import OnCall, Outgoing, bearer, make_call
from tallystick.xero.changes import ChangedList, ChangedPage, Listed, page_reader
from tallystick.xero.documents import CreditNote, Document, Invoice, Payment
from tallystick.xero.drafts import ContactDraft, CreditNoteType, InvoiceDraft
from tallystick.xero.errors import AccessTokenExpired, UnexpectedAnswer
from tallystick.xero.hosts import Hosts
from tallystick.xero.queries import (
    as_xero_compares,
    between,
    chunk_for_query,
    contains_part_of,
    encode_query,
    equals_any,
    from_day_on,
    is_one_of,
    part_askable,
    queries_for,
)
from tallystick.xero.records import (
    Account,
    Contact,
    Currency,
    Item,
    Organisation,
    TaxRate,
    TrackingCategory,
)
from tallystick.xero.sealed import Sealed, seal_create_contacts, seal_create_invoices

T = TypeVar("T")
Found = TypeVar("Found", Contact, Invoice, CreditNote, Payment)

PAGE_SIZE = 1000  #: The most that Xero gives at once.
MAX_KEY = 128  #: The longest Idempotency-Key that Xero takes.

#: Without it Xero hides what would clash later.
_ARCHIVED = {"includeArchived": "true"}
_LONG_PRICES = {"unitdp": "4"}


class AccessTokens(Protocol):
    """Gives the client its access token; may refuse, by raising, what must not be sent."""

    def current(self) -> str:
        """Return the token to use; asked before each call."""
        ...

    def instead_of(self, rejected_token: str) -> str:
        """Return another token than the one that Xero has just rejected."""
        ...


class XeroClient:
    """Calls for one organisation.

    Each method is one call, except where a list of values or of results needs several, or where
    `access_token` gives another token than one that was rejected: such a call was not done, so it
    is made again, once, the same. None sleeps or retries otherwise. Every call is reported to
    `on_call`, failed ones too. All raise XeroError.
    """

    def __init__(
        self,
        http: httpx2.Client,
        hosts: Hosts,
        access_token: str | AccessTokens,
        tenant_id: str,
        on_call: OnCall | None = None,
    ) -> None:
        self._http = http
        self._base = f"{hosts.api}/api.xro/2.0"
        self._tokens = access_token
        self._tenant_id = tenant_id
        self._on_call = on_call

    def organisation(self) -> Organisation:
        """Return the organisation itself, with its base currency and lock dates."""
        found = self._list("Organisation", "", lambda envelope: envelope.organisations)
        return _only(found, "organisations", "GET Organisation")

    def accounts(self) -> list[Account]:
        """Return the whole chart of accounts, archived ones too; Xero never pages it."""
        return self._list("Accounts", "", lambda envelope: envelope.accounts)

    def tax_rates(self) -> list[TaxRate]:
        """Return all tax rates, deleted ones too; Xero never pages them."""
        return self._list("TaxRates", "", lambda envelope: envelope.tax_rates)

    def currencies(self) -> list[Currency]:
        """Return the currencies that the organisation keeps books in, its own among them."""
        return self._list("Currencies", "", lambda envelope: envelope.currencies)

    def tracking_categories(self) -> list[TrackingCategory]:
        """Return the tracking categories with their options, archived ones too."""
        query = encode_query({"includeArchived": "true"})
        return self._list("TrackingCategories", query, lambda one: one.tracking_categories)

    def contacts_by_number(self, numbers: Iterable[str]) -> list[Contact]:
        """Return the contacts with these ContactNumbers, archived ones too.

        Xero compares without regard to case: compare again what must be exact. About fifty
        numbers go into one call.
        """
        queries = queries_for("ContactNumber", numbers, plural=None)
        return self._find_contacts(queries)

    def contacts_by_name(self, name: str) -> list[Contact]:
        """Return the contacts that Xero takes for bearers of this name, archived ones too.

        Xero disregards case and accents; a name with a quote is searched for as part of any text.
        """
        return self._find_contacts(queries_for("Name", [name], plural=None))

    def contacts_by_id(self, contact_ids: Iterable[str]) -> list[Contact]:
        """Return the contacts with these ids, archived ones too; about fifty go into one call."""
        return self._find_contacts(
            {"IDs": ",".join(chunk)} for chunk in chunk_for_query(contact_ids)
        )

    def items_by_code(self, codes: Iterable[str]) -> list[Item]:
        """Return the items of these codes; about fifty go into one call.

        Xero may compare without regard to case: compare again what must be exact.
        """
        askable, odd = part_askable(codes)
        found = self._find_items(equals_any("Code", askable))
        wider = self._find_items(contains_part_of("Code", one) for one in odd)
        wanted = {as_xero_compares(code) for code in odd}
        return found + [item for item in wider if as_xero_compares(item.code) in wanted]

    def items_by_id(self, item_ids: Iterable[str]) -> list[Item]:
        """Return the items of these ids; about 25 go into one call."""
        return self._find_items(is_one_of("ItemID", item_ids))

    def invoices_by_number(self, numbers: Iterable[str]) -> list[Invoice]:
        """Return all invoices and bills with these numbers, voided ones too, with lines and Url.

        A bill's number need not be unique, so one number may find several. About 150 numbers go
        into one call.
        """
        queries = queries_for("InvoiceNumber", numbers, plural="InvoiceNumbers")
        return self._find_invoices(queries)

    def invoices_by_id(self, invoice_ids: Iterable[str]) -> list[Invoice]:
        """Return the invoices with these ids, with lines and Url; about fifty go into one call."""
        return self._find_invoices(
            {"IDs": ",".join(chunk)} for chunk in chunk_for_query(invoice_ids)
        )

    def credit_notes_by_number(self, numbers: Iterable[str]) -> list[CreditNote]:
        """Return all credit notes with these numbers, sales and supplier's, voided ones too.

        Xero compares without regard to case: compare again what must be exact. About 45 numbers
        go into one call.
        """
        askable, odd = part_askable(numbers)
        found = self._find_credit_notes(equals_any("CreditNoteNumber", askable))
        wider = self._find_credit_notes(contains_part_of("CreditNoteNumber", one) for one in odd)
        wanted = {as_xero_compares(number) for number in odd}
        return found + [note for note in wider if as_xero_compares(note.number or "") in wanted]

    def credit_notes_by_id(self, credit_note_ids: Iterable[str]) -> list[CreditNote]:
        """Return the credit notes with these ids, with lines; about 25 go into one call."""
        return self._find_credit_notes(is_one_of("CreditNoteID", credit_note_ids))

    def credit_notes_between(
        self, first: date, last: date, type: CreditNoteType | None = None
    ) -> list[CreditNote]:
        """Return all credit notes dated from `first` to `last`, both included, or those of a type.

        With lines, voided and deleted ones too; 1,000 come in one call.
        """
        where = between(first, last)
        if type:
            where = f'Type=="{type}" AND {where}'
        return self._find_credit_notes([{"where": where, "order": "CreditNoteID"}])

    def credit_note(self, credit_note_id: str) -> CreditNote:
        """Return one credit note with its lines and allocations. Raises NotFound."""
        found = self._list(
            f"CreditNotes/{credit_note_id}",
            "unitdp=4",
            lambda envelope: envelope.credit_notes,
            endpoint="CreditNotes",
        )
        return _only(found, "credit notes", "GET CreditNotes")

    def payments_by_id(self, payment_ids: Iterable[str]) -> list[Payment]:
        """Return the payments with these ids, deleted ones too; about 25 go into one call."""
        return self._find_payments(is_one_of("PaymentID", payment_ids))

    def payments_between(self, first: date, last: date) -> list[Payment]:
        """Return all payments and refunds dated from `first` to `last`, both included.

        Deleted ones too, with that status; 1,000 come in one call.
        """
        return self._find_payments([{"where": between(first, last), "order": "PaymentID"}])

    def changed(
        self,
        which: ChangedList[Listed],
        since: datetime | None = None,
        *,
        page: int = 1,
        from_day: date | None = None,
        newest_first: bool = True,
    ) -> ChangedPage[Listed]:
        """Return a page of what Xero has changed since, or of all that it has.

        Newest change first, so that what changes while pages are read moves to the front: nothing
        is ever pushed over the edge of a page that was read already. Books beyond 100,000 records
        may refuse that order; `newest_first=False` leaves it to Xero (facts 5.3). `from_day` leaves
        out what is dated before.
        """
        query = dict(which.asked)
        if which.is_paged:
            query |= {"page": str(page), "pageSize": str(PAGE_SIZE)}
        if newest_first:
            query["order"] = "UpdatedDateUTC DESC"
        if from_day and which.has_days:
            query["where"] = from_day_on(from_day)
        # In UTC without offset and to the second, as Xero takes it (facts 5.5).
        instant = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}" if since else ""
        return self._request(
            "GET",
            which.endpoint,
            encode_query(query),
            page_reader(which),
            modified_since=instant,
        )

    def slice_of(
        self, which: ChangedList[Listed], *, page: int, page_size: int = PAGE_SIZE
    ) -> ChangedPage[Listed]:
        """Return a page of all that Xero has, in an order that no change moves: by id."""
        query = dict(which.asked) | {"order": which.id_key}
        if which.is_paged:
            query |= {"page": str(page), "pageSize": str(page_size)}
        return self._request("GET", which.endpoint, encode_query(query), page_reader(which))

    def records(self, which: ChangedList[Listed], ids: Sequence[str]) -> ChangedPage[Listed]:
        """Return the records with these ids, at most `ids_a_call` of them, in one call."""
        if not 0 < len(ids) <= which.ids_a_call:
            raise ValueError(f"1 to {which.ids_a_call} ids go into a call, not {len(ids)}.")
        if which.takes_ids:
            asked = {"IDs": ",".join(ids)}
        else:
            [asked] = is_one_of(which.id_key, ids)
        query = dict(which.asked) | asked
        if which.is_paged:
            query |= {"page": "1", "pageSize": str(PAGE_SIZE)}
        return self._request("GET", which.endpoint, encode_query(query), page_reader(which))

    def create_contacts(self, drafts: Sequence[ContactDraft], key: str) -> list[Element[Contact]]:
        """Seal and send; for what must survive a crash, store the sealed write in between."""
        return list(self.send(seal_create_contacts(drafts), key).contacts)

    def create_invoices(self, drafts: Sequence[InvoiceDraft], key: str) -> list[Element[Document]]:
        """Seal and send; for what must survive a crash, store the sealed write in between."""
        return list(self.send(seal_create_invoices(drafts), key).documents)

    def send(self, sealed: Sealed, key: str) -> Answer:
        """Send a sealed write under an Idempotency-Key of up to 128 characters.

        Within six minutes of the first time, the same sealed write with the same key is answered
        again and not done again; a removal (DELETE) goes without key, for twice is as good as once.
        Good elements are done though others are refused: see `Element.ok`. Raises OutcomeUnknown if
        it may have been done; any other error says it was not.
        """
        if not 0 < len(key) <= MAX_KEY:
            raise ValueError(f"An Idempotency-Key has 1 to {MAX_KEY} characters, not {len(key)}.")
        removes = sealed.method == "DELETE"
        return self._request(
            sealed.method,
            sealed.path,
            sealed.query,
            read_removed if removes else read_written,
            endpoint=sealed.endpoint,
            body=sealed.body,
            content_type=sealed.content_type,
            key=None if removes else key,
        )

    def _find_contacts(self, queries: Iterable[dict[str, str]]) -> list[Contact]:
        return self._find("Contacts", queries, _ARCHIVED, lambda envelope: envelope.contacts)

    def _find_items(self, queries: Iterable[dict[str, str]]) -> list[Item]:
        found: dict[str, Item] = {}
        for query in queries:
            asked = encode_query(query | _LONG_PRICES)
            for item in self._list("Items", asked, lambda envelope: envelope.items):
                found[item.record_id] = item
        return list(found.values())

    def _find_invoices(self, queries: Iterable[dict[str, str]]) -> list[Invoice]:
        more = _ARCHIVED | _LONG_PRICES
        return self._find("Invoices", queries, more, lambda envelope: envelope.invoices)

    def _find_credit_notes(self, queries: Iterable[dict[str, str]]) -> list[CreditNote]:
        return self._find("CreditNotes", queries, _LONG_PRICES, lambda one: one.credit_notes)

    def _find_payments(self, queries: Iterable[dict[str, str]]) -> list[Payment]:
        return self._find("Payments", queries, {}, lambda envelope: envelope.payments)

    def _find(
        self,
        path: str,
        queries: Iterable[dict[str, str]],
        more: dict[str, str],
        pick: Callable[[Envelope], tuple[Found, ...] | None],
    ) -> list[Found]:
        """Return what the queries find, each record once."""
        found: dict[str, Found] = {}
        for query in queries:
            for record in self._pages(path, query | more, pick):
                found[record.record_id] = record
        return list(found.values())

    def _pages(
        self,
        path: str,
        query: dict[str, str],
        pick: Callable[[Envelope], tuple[T, ...] | None],
    ) -> Iterator[T]:
        """Yield all records of a paged list. Only paged lists hold lines and full details."""
        page = page_count = 1
        while page <= page_count:
            paged = query | {"page": str(page), "pageSize": str(PAGE_SIZE)}
            envelope = self._request("GET", path, encode_query(paged), read_list(pick))
            yield from pick(envelope) or ()
            page_count = envelope.pagination.page_count if envelope.pagination else 1
            page += 1

    def _list(
        self,
        path: str,
        query: str,
        pick: Callable[[Envelope], tuple[T, ...] | None],
        *,
        endpoint: str = "",
    ) -> list[T]:
        envelope = self._request("GET", path, query, read_list(pick), endpoint=endpoint)
        return list(pick(envelope) or ())

    def _request(
        self,
        method: str,
        path: str,
        query: str,
        read_answer: Read[T],
        *,
        endpoint: str = "",
        body: bytes = b"",
        content_type: str = "",
        key: str | None = None,
        modified_since: str = "",
    ) -> T:
        headers = {"xero-tenant-id": self._tenant_id}
        if modified_since:
            headers["If-Modified-Since"] = modified_since
        if body:
            headers["Content-Type"] = content_type
        if key:
            headers["Idempotency-Key"] = key
        outgoing = Outgoing(
            method=method,
            url=f"{self._base}/{path}?{query}" if query else f"{self._base}/{path}",
            endpoint=endpoint or path,
            headers=headers,
            body=body,
            writes=method != "GET",
            idempotency_key=key,
        )
        return self._authorised(outgoing, read_answer)

    def _authorised(self, outgoing: Outgoing, read_answer: Read[T]) -> T:
        def call(token: str) -> T:
            signed = replace(outgoing, headers=outgoing.headers | bearer(token))
            return make_call(self._http, signed, read_answer, self._on_call)

        if isinstance(self._tokens, str):
            return call(self._tokens)
        token = self._tokens.current()
        try:
            return call(token)
        except AccessTokenExpired:
            token = self._tokens.instead_of(token)
        return call(token)


def _only(found: list[T], what: str, request: str) -> T:
    if len(found) != 1:
        raise UnexpectedAnswer(f"Xero sent {len(found)} {what} instead of one.", request=request)
    return found[0]
