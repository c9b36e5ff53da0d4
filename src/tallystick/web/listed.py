"""One page of a filtered list and the count of all of it, each by the shortest way to them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

from tallystick.sync.models import Link
from tallystick.sync.reading import alike
from tallystick.web.filters import Narrowed
from tallystick.web.lists import (
    COUNTED,
    COUNTED_IN_ORDER,
    COUNTED_IN_SEARCH,
    Counted,
    Gathered,
    Page,
    keyset_page,
    order_by,
    read_in,
)

Row = TypeVar("Row", bound=Model)
#: The fields of links by which they are ordered as their records are.
_OF_LINKS = {"issued_on": "day", "paid_on": "day", "number": "number"}


class Shown(Protocol):
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
class Listed(Generic[Row]):
    """What the address of a list asks for."""

    query: QueryDict
    shown: Shown
    #: All records, with what a row of the list shows.
    whole: QuerySet[Row]
    narrow: Callable[[], Narrowed[Any]]
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
    def _narrowed(self) -> Narrowed[Any]:
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
        parts = [self.links(state) for state in alike(self.shown.state)]
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
