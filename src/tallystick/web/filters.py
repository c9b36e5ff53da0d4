"""Which documents a list shows, read from its address and kept there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Self, TypeVar

from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date

from tallystick.books.lookups import AnyOf
from tallystick.books.models import Document, DocumentQuerySet, Kind, Party, Status
from tallystick.connections.models import Organisation
from tallystick.sync.models import Link, LinkState
from tallystick.sync.reading import in_state, links_in_state, shows
from tallystick.web.given import key_in, number_in
from tallystick.web.lists import COUNTED, COUNTED_IN_SEARCH
from tallystick.workspaces.models import Workspace

#: The seven words in the order of the chips.
STATES = (
    LinkState.WAITING,
    LinkState.QUEUED,
    LinkState.SENDING,
    LinkState.SYNCED,
    LinkState.HELD,
    LinkState.FAILED,
    LinkState.EXCLUDED,
)
PERIODS = {
    "": "Any time",
    "this-month": "This month",
    "last-month": "Last month",
    "this-year": "This year",
    "last-year": "Last year",
}
#: A stretch of an index no longer than this is read whole.
_READ = 20_000
Found = TypeVar("Found", bound=QuerySet[Any])
#: Orders that an index carries: a column of the list to a field.
SORTS = {"issued": "issued_on", "number": "number"}


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """One list's filter; whatever cannot be read counts as not given."""

    q: str = ""
    state: str = ""
    status: str = ""
    period: str = ""
    since: date | None = None
    until: date | None = None
    party: Party | None = None
    sort: str = "-issued"

    @classmethod
    def of(cls, query: QueryDict, workspace: Workspace) -> Self:
        sort = query.get("sort", "")
        return cls(
            q=query.get("q", "").strip()[:100],
            state=one_of(query.get("state", ""), STATES),
            status=one_of(query.get("status", ""), Status.values),
            period=one_of(query.get("period", ""), PERIODS),
            since=day_in(query.get("since", "")),
            until=day_in(query.get("until", "")),
            party=_party(query.get("party", ""), workspace),
            sort=sort if sort.removeprefix("-") in SORTS else "-issued",
        )

    @property
    def is_narrowed(self) -> bool:
        given = (self.q, self.state, self.status, self.period, self.since, self.until, self.party)
        return any(given)

    @property
    def sort_field(self) -> str:
        return SORTS[self.sort.removeprefix("-")]

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def period_words(self) -> str:
        """What the chip of the period says."""
        return Days(self.period, self.since, self.until).words

    def documents(
        self, workspace: Workspace, kind: Kind, organisation: Organisation | None, *, today: date
    ) -> DocumentQuerySet:
        """Return what the list holds, in no order; `today` is a day of the workspace's zone."""
        ours = Document.objects.in_workspace(workspace).of_kind(kind)
        stretches = [
            Stretch(condition, ours.filter(condition).values_list("pk", flat=True))
            for condition in self._conditions(today)
        ]
        if self.state and organisation is not None:
            links = links_in_state(organisation, self.state, [kind]).filter(document__isnull=False)
            keys = links.values_list("document_id", flat=True)
            stretches.append(Stretch(shows(self.state, organisation), keys))
        elif self.state:
            ours = in_state(ours, self.state, None)
        found = narrowed(ours, stretches, further=bool(self.q))
        return matching(found, self.q, workspace) if self.q else found

    def _conditions(self, today: date) -> Iterator[Q]:
        """Yield each condition that an index of documents knows alone."""
        since, until = Days(self.period, self.since, self.until).bounds(today)
        if self.party:
            yield Q(party=self.party)
        if self.status:
            yield Q(status=self.status)
        if since or until:
            yield within("issued_on", since, until)

    def links(
        self,
        kind: Kind,
        organisation: Organisation | None,
        *,
        today: date,
        state: str = "",
    ) -> QuerySet[Link] | None:
        """Return the links of the same documents, where state and days are all that is asked for.

        They bear what the list is ordered and counted by, so that a state that hardly any document
        is in is found as quickly as one that all are in. None where the documents must be asked.
        `state` is one of those that show the word; without it all of them are meant.
        """
        others = (self.q, self.status, self.party)
        if organisation is None or not self.state or any(others):
            return None
        found = links_in_state(organisation, self.state, [kind], exactly=state)
        found = found.filter(document__isnull=False)
        since, until = Days(self.period, self.since, self.until).bounds(today)
        return found.filter(within("day", since, until))


@dataclass(frozen=True, slots=True)
class Days:
    """A span of days: named, or with its first and last."""

    period: str
    since: date | None
    until: date | None

    @property
    def words(self) -> str:
        if self.since or self.until:
            since = f"{self.since:%d %b %Y}" if self.since else "the beginning"
            return f"{since} to {self.until:%d %b %Y}" if self.until else f"since {since}"
        return PERIODS[self.period]

    def bounds(self, today: date) -> tuple[date | None, date | None]:
        """Return its first and last day; None for an open end."""
        if self.since or self.until or not self.period:
            return self.since, self.until
        month, year = today.replace(day=1), today.replace(month=1, day=1)
        last_month_ends, last_year_ends = month - timedelta(days=1), year - timedelta(days=1)
        return {
            "this-month": (month, None),
            "last-month": (last_month_ends.replace(day=1), last_month_ends),
            "this-year": (year, None),
            "last-year": (last_year_ends.replace(month=1, day=1), last_year_ends),
        }[self.period]


def within(field: str, since: date | None, until: date | None) -> Q:
    """Return the condition that the field's day is among these; None is an open end."""
    ends = {f"{field}__gte": since, f"{field}__lte": until}
    return Q(**{end: day for end, day in ends.items() if day})


@dataclass(frozen=True, slots=True)
class Stretch:
    """One condition, and the keys of what it keeps, as they stand together in one index."""

    condition: Q
    keys: QuerySet[Any, int]


def narrowed(ours: Found, stretches: Sequence[Stretch], *, further: bool) -> Found:
    """Keep what stands in all of these; `further` conditions are still to come.

    The shortest is read, and all else is looked at in its rows alone. PostgreSQL would not know
    which: it takes conditions to be independent, as if the largest customer had as many bills.
    """
    place = None
    if further or len(stretches) > 1:
        counts = [each.keys.order_by()[: _READ + 1].count() for each in stretches]
        shortest = min(counts, default=_READ + 1)
        place = counts.index(shortest) if shortest <= _READ else None
    for each in stretches:
        if place is None or each is not stretches[place]:
            ours = ours.filter(each.condition)
    if place is None:
        return ours
    return ours.filter(AnyOf(F("pk"), list(stretches[place].keys.order_by())))


def amount_in(text: str) -> Decimal | None:
    """Return the amount that a text such as `1,234.50` is; None where it is none."""
    return number_in(text.replace(",", "").replace("$", "")) if "." in text else None


def matching(documents: DocumentQuerySet, text: str, workspace: Workspace) -> DocumentQuerySet:
    """Keep those that hold the text; an amount such as `1,234.50` finds the totals equal to it."""
    amount = amount_in(text)
    return documents.matching(text, workspace) if amount is None else documents.filter(total=amount)


def at_most(text: str) -> int:
    """Return how far is counted what a list with this text in its search field shows."""
    return COUNTED_IN_SEARCH if text else COUNTED


def one_of(value: str, allowed: object) -> str:
    return value if value in allowed else ""  # type: ignore[operator] # any container of words


def day_in(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # well formed, but no day: 31 February
        return None


def _party(key: str, workspace: Workspace) -> Party | None:
    pk = key_in(key)
    return None if pk is None else Party.objects.in_workspace(workspace).filter(pk=pk).first()
