"""One page of a filtered list and the count of all of it, each by the shortest way to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from django.db.models import Model, QuerySet

from tallystick.books.counting import (
    COUNTED,
    COUNTED_IN_ORDER,
    COUNTED_IN_SEARCH,
    Counted,
    Gathered,
)
from tallystick.books.models import Document, Kind, Payment
from tallystick.books.paging import Page, keyset_page, order_by, read_in
from tallystick.connections.models import Organisation
from tallystick.sync.models import Link
from tallystick.sync.reports.document_filter import DocumentFilter
from tallystick.sync.reports.narrowing import NarrowedRows
from tallystick.sync.reports.payment_filter import PaymentFilter
from tallystick.sync.reports.state_filters import states_alike, with_states
from tallystick.workspaces.models import Workspace

Row = TypeVar("Row", bound=Model)
#: The fields of links by which they are ordered as their records are.
_OF_LINKS = {"issued_on": "day", "paid_on": "day", "number": "number"}


class ListFilter(Protocol):
    """What a list's filter tells of itself."""

    @property
    def q(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def is_narrowed(self) -> bool: ...
    @property
    def asks_records(self) -> bool:
        """Whether more is asked for than the records' links tell."""

    @property
    def sort_field(self) -> str: ...
    @property
    def is_descending(self) -> bool: ...


@dataclass
class ListedRecords(Generic[Row]):
    """What the address of a list asks for."""

    query: Mapping[str, str]
    shown: ListFilter
    #: All records, with what a row of the list shows.
    whole: QuerySet[Row]
    narrow: Callable[[], NarrowedRows[Any]]
    #: Returns the links of what is shown, of all states that show the word or of the one named;
    #: None where no state is asked for.
    links: Callable[[str], QuerySet[Link] | None]
    #: The key of the record in these.
    link_key: str

    @cached_property
    def page(self) -> Page[Row]:
        if self._links is not None and self._goes_by_links:
            return read_in(self._page_of(self._links), self.whole, key=self.link_key)
        field = self.shown.sort_field
        rows = self._narrowed.walk
        if isinstance(self.counted, Gathered):
            is_first = not {"before", "after"} & self.query.keys()
            rows = self.counted.in_order(rows, from_the_first=is_first)
        descending = self.shown.is_descending
        page = keyset_page(rows.only(field), self.query, field=field, descending=descending)
        return read_in(page, self.whole)

    @cached_property
    def counted(self) -> Counted:
        """Of few that are shown all are read for it; of many so many are counted."""
        exact = "exact" in self.query
        if self._links is not None and self._goes_by_links:
            how = Gathered if self.shown.asks_records else Counted
            return how(self._links, exact=exact, at_most=self._at_most)
        found = self._narrowed
        given: dict[str, Any] = {"exact": exact, "at_most": self._at_most, **found.money}
        if not self.shown.is_narrowed:
            return Counted(found.rows, **given)
        if found.is_long:
            order = order_by(self.shown.sort_field, descending=self.shown.is_descending)
            return Gathered(found.walk, order=order, **given)
        counts_first = not (self.shown.q or self.shown.state)
        return Gathered(found.rows, counts_first=counts_first, **given)

    @cached_property
    def _narrowed(self) -> NarrowedRows[Any]:
        return self.narrow()

    @property
    def _goes_by_links(self) -> bool:
        """Nothing else is asked for, or many are to be gone through."""
        return not self.shown.asks_records or self._narrowed.is_long

    @cached_property
    def _links(self) -> QuerySet[Link] | None:
        return self.links("")

    @property
    def _at_most(self) -> int:
        if not self.shown.asks_records:
            return COUNTED
        if self._narrowed.is_long:
            return COUNTED_IN_ORDER if self.shown.q else COUNTED_IN_SEARCH
        return COUNTED_IN_SEARCH if self.shown.q or self.shown.state else COUNTED

    def _page_of(self, links: QuerySet[Link]) -> Page[Link]:
        field = _OF_LINKS[self.shown.sort_field]
        parts = [self.links(state) for state in states_alike(self.shown.state)]
        if isinstance(self.counted, Gathered) and self.counted.is_few:
            links, parts = self.counted.in_order(), []
        return keyset_page(
            links.only(field, self.link_key),
            self.query,
            field=field,
            key=self.link_key,
            descending=self.shown.is_descending,
            parts=[part for part in parts if part is not None],
        )


def list_documents(
    query: Mapping[str, str],
    shown: DocumentFilter,
    workspace: Workspace,
    kind: Kind,
    organisation: Organisation | None,
    *,
    today: date,
) -> ListedRecords[Document]:
    """Return the documents of a kind that the address asks for; `shown` is its filter."""
    return ListedRecords(
        query,
        shown,
        Document.objects.select_related("party"),
        lambda: shown.narrowed(workspace, kind, organisation, today=today),
        lambda state: shown.links(workspace, kind, organisation, today=today, state=state),
        link_key="document_id",
    )


def list_payments(
    query: Mapping[str, str],
    shown: PaymentFilter,
    workspace: Workspace,
    organisation: Organisation | None,
    *,
    today: date,
) -> ListedRecords[Payment]:
    """Return the payments that the address asks for; `shown` is its filter."""
    return ListedRecords(
        query,
        shown,
        Payment.objects.select_related("document__party"),
        lambda: shown.narrowed(workspace, organisation, today=today),
        lambda state: shown.links(workspace, organisation, today=today, state=state),
        link_key="payment_id",
    )


def documents_in_order(
    shown: DocumentFilter,
    workspace: Workspace,
    kind: Kind,
    organisation: Organisation | None,
    *,
    today: date,
) -> QuerySet[Document]:
    """Return all documents that a list shows, in its order, each with its `sync_state`."""
    found = shown.documents(workspace, kind, organisation, today=today)
    order = f"{'-' if shown.is_descending else ''}{shown.sort_field}"
    return with_states(found.select_related("party").order_by(order, "-pk"), organisation)


def payments_in_order(
    shown: PaymentFilter, workspace: Workspace, organisation: Organisation | None, *, today: date
) -> QuerySet[Payment]:
    """Return all payments that a list shows, in its order, with their documents."""
    found = shown.payments(workspace, organisation, today=today)
    return found.select_related("document__party").order_by("-paid_on", "-pk")
