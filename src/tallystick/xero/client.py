"""The client of Xero's Accounting API and of its list of connections. Thread-safe; keeps no state."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

import httpx2
from msgspec.json import Decoder

from tallystick.xero.calls import OnCall, Outgoing, correlation_id_of, make_call
from tallystick.xero.drafts import ContactDraft, InvoiceDraft
from tallystick.xero.errors import AccessTokenExpired, UnexpectedAnswer
from tallystick.xero.hosts import Hosts
from tallystick.xero.queries import chunk_for_query, encode_query, queries_for
from tallystick.xero.records import (
    Account,
    Contact,
    Envelope,
    Invoice,
    Organisation,
    TaxRate,
    XeroConnection,
)
from tallystick.xero.refusals import error_for, unreadable
from tallystick.xero.sealed import (
    Answer,
    Element,
    Sealed,
    element_of,
    seal_create_contacts,
    seal_create_invoices,
)

T = TypeVar("T")

PAGE_SIZE = 1000  #: The most that Xero gives at once.
MAX_KEY = 128  #: The longest Idempotency-Key that Xero takes.

_envelopes = Decoder(Envelope)
_connection_lists = Decoder(list[XeroConnection])


def connections(
    http: httpx2.Client,
    hosts: Hosts,
    access_token: str,
    *,
    auth_event_id: str | None = None,
    on_call: OnCall | None = None,
) -> list[XeroConnection]:
    """Return what the token may act for; with `auth_event_id` only what that one consent added."""
    query = "?" + encode_query({"authEventId": auth_event_id}) if auth_event_id else ""
    outgoing = Outgoing(
        method="GET",
        url=f"{hosts.api}/connections{query}",
        endpoint="connections",
        headers=_bearer(access_token),
    )
    return make_call(http, outgoing, _reader(_connection_lists), on_call)


def delete_connection(
    http: httpx2.Client,
    hosts: Hosts,
    access_token: str,
    connection_id: str,
    *,
    on_call: OnCall | None = None,
) -> None:
    """Disconnect one organisation; the token stays good for others. Raises NotFound if it is gone."""
    outgoing = Outgoing(
        method="DELETE",
        url=f"{hosts.api}/connections/{connection_id}",
        endpoint="connections",
        headers=_bearer(access_token),
        writes=True,
    )
    make_call(http, outgoing, _read_nothing, on_call)


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
        if len(found) != 1:
            raise UnexpectedAnswer(
                f"Xero described {len(found)} organisations instead of one.",
                request="GET Organisation",
            )
        return found[0]

    def accounts(self) -> list[Account]:
        """Return the whole chart of accounts, archived ones too; Xero never pages it."""
        return self._list("Accounts", "", lambda envelope: envelope.accounts)

    def tax_rates(self) -> list[TaxRate]:
        """Return all tax rates, deleted ones too; Xero never pages them."""
        return self._list("TaxRates", "", lambda envelope: envelope.tax_rates)

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

    def create_contacts(self, drafts: Sequence[ContactDraft], key: str) -> list[Element[Contact]]:
        """Seal and send; for what must survive a crash, store the sealed write in between."""
        return list(self.send(seal_create_contacts(drafts), key).contacts)

    def create_invoices(self, drafts: Sequence[InvoiceDraft], key: str) -> list[Element[Invoice]]:
        """Seal and send; for what must survive a crash, store the sealed write in between."""
        return list(self.send(seal_create_invoices(drafts), key).invoices)

    def send(self, sealed: Sealed, key: str) -> Answer:
        """Send a sealed write under an Idempotency-Key of up to 128 characters.

        Within six minutes of the first time, the same sealed write with the same key is answered
        again and not done again. Good elements are done though others are refused: see
        `Element.ok`. Raises OutcomeUnknown if it may have been done; any other error says it was not.
        """
        if not 0 < len(key) <= MAX_KEY:
            raise ValueError(f"An Idempotency-Key has 1 to {MAX_KEY} characters, not {len(key)}.")
        return self._request(
            sealed.method, sealed.path, sealed.query, _read_answer, body=sealed.body, key=key
        )

    def _find_contacts(self, queries: Iterable[dict[str, str]]) -> list[Contact]:
        found: dict[str, Contact] = {}
        for query in queries:
            for contact in self._pages("Contacts", query, lambda envelope: envelope.contacts):
                found[contact.contact_id] = contact
        return list(found.values())

    def _find_invoices(self, queries: Iterable[dict[str, str]]) -> list[Invoice]:
        found: dict[str, Invoice] = {}
        for query in queries:
            query = {**query, "unitdp": "4"}
            for invoice in self._pages("Invoices", query, lambda envelope: envelope.invoices):
                found[invoice.invoice_id] = invoice
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
            # Without includeArchived Xero hides what would clash later.
            paged = query | {
                "includeArchived": "true",
                "page": str(page),
                "pageSize": str(PAGE_SIZE),
            }
            envelope = self._request("GET", path, encode_query(paged), _reader(_envelopes, pick))
            yield from pick(envelope) or ()
            page_count = envelope.pagination.page_count if envelope.pagination else 1
            page += 1

    def _list(
        self, path: str, query: str, pick: Callable[[Envelope], tuple[T, ...] | None]
    ) -> list[T]:
        return list(pick(self._request("GET", path, query, _reader(_envelopes, pick))) or ())

    def _request(
        self,
        method: str,
        path: str,
        query: str,
        read_answer: Callable[[Outgoing, httpx2.Response], T],
        *,
        body: bytes = b"",
        key: str | None = None,
    ) -> T:
        headers = {"xero-tenant-id": self._tenant_id}
        if body:
            headers["Content-Type"] = "application/json"
        if key:
            headers["Idempotency-Key"] = key
        outgoing = Outgoing(
            method=method,
            url=f"{self._base}/{path}?{query}" if query else f"{self._base}/{path}",
            endpoint=path,
            headers=headers,
            body=body,
            writes=method != "GET",
            idempotency_key=key,
        )
        return self._authorised(outgoing, read_answer)

    def _authorised(
        self, outgoing: Outgoing, read_answer: Callable[[Outgoing, httpx2.Response], T]
    ) -> T:
        def call(token: str) -> T:
            signed = replace(outgoing, headers=outgoing.headers | _bearer(token))
            return make_call(self._http, signed, read_answer, self._on_call)

        if isinstance(self._tokens, str):
            return call(self._tokens)
        token = self._tokens.current()
        try:
            return call(token)
        except AccessTokenExpired:
            token = self._tokens.instead_of(token)
        return call(token)


def _bearer(access_token: str) -> dict[str, str]:
    return {"Accept": "application/json", "Authorization": f"Bearer {access_token}"}


def _reader(
    decoder: Decoder[T], required: Callable[[T], object | None] = lambda answer: answer
) -> Callable[[Outgoing, httpx2.Response], T]:
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


def _read_answer(outgoing: Outgoing, response: httpx2.Response) -> Answer:
    def required(envelope: Envelope) -> object | None:
        return envelope.invoices if outgoing.endpoint == "Invoices" else envelope.contacts

    envelope = _reader(_envelopes, required)(outgoing, response)
    return Answer(
        invoices=tuple(element_of(invoice) for invoice in envelope.invoices or ()),
        contacts=tuple(element_of(contact) for contact in envelope.contacts or ()),
        correlation_id=correlation_id_of(response),
    )


def _read_nothing(outgoing: Outgoing, response: httpx2.Response) -> None:
    if response.status_code not in (200, 204):
        raise error_for(outgoing, response)
