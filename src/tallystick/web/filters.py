"""Which documents a list shows, read from its address and kept there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Generic, Self, TypeVar

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.dateparse import parse_date

from tallystick.books import search
from tallystick.books.lookups import AnyOf
from tallystick.books.models import Document, DocumentQuerySet, Kind, Party, Status
from tallystick.books.search import found_by
from tallystick.connections.models import Organisation
from tallystick.sync.models import Link, LinkState
from tallystick.sync.reading import in_state, links_in_state, shows
from tallystick.web.given import key_in, number_in
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
    def text(self) -> str:
        return text_in(self.q)

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
        return self.narrowed(workspace, kind, organisation, today=today).rows

    def narrowed(
        self, workspace: Workspace, kind: Kind, organisation: Organisation | None, *, today: date
    ) -> "Narrowed[DocumentQuerySet]":
        """Return the same, and how it is best gone through."""
        if self.state and self.status == Status.DRAFT:  # a draft shows none of the words
            return Narrowed(Document.objects.none())
        ours = Document.objects.in_workspace(workspace).of_kind(kind)
        stretches = [stretch(ours, condition) for condition in self._conditions(today)]
        if self.state and organisation is not None:
            links = links_in_state(organisation, self.state, [kind]).filter(document__isnull=False)
            keys = links.values_list("document_id", flat=True)
            stretches.append(Stretch(shows(self.state, organisation), keys))
        elif self.state:
            ours = in_state(ours, self.state, None)
        found = found_by(self.q, workspace, [kind]) if self.text else None
        if found is not None:
            return Narrowed(kept(ours.filter(AnyOf(F("pk"), found)), stretches, None))
        is_joint = bool(self.text) or len(stretches) > 1
        short = shortest(stretches) if is_joint else None
        rows = kept(ours, stretches, short)
        rows = rows.matching(self.text, workspace) if self.text else rows
        return Narrowed(rows, is_long=bool(self.text) and short is None)

    def _conditions(self, today: date) -> Iterator[Q]:
        """Yield each condition that an index of documents knows alone."""
        since, until = Days(self.period, self.since, self.until).bounds(today)
        if self.party:
            yield Q(party=self.party)
        if self.status:
            yield Q(status=self.status)
        if since or until:
            yield within("issued_on", since, until)
        amount = amount_in(self.q)
        if amount is not None:
            yield Q(total=amount)

    @property
    def asks_records(self) -> bool:
        """Whether more is asked for than the documents' links tell."""
        return bool(self.q or self.status or self.party)

    def links(
        self,
        workspace: Workspace,
        kind: Kind,
        organisation: Organisation | None,
        *,
        today: date,
        state: str = "",
    ) -> QuerySet[Link] | None:
        """Return the links of the same documents; None where no state is asked for.

        They bear what the list is ordered and counted by, so that a state that hardly any document
        is in is found as quickly as one that all are in. With more than state and days each link's
        document is looked at in its turn: a subquery of one value is what PostgreSQL does not make
        a join of all with all of. `state` is one of those that show the word; without it all of
        them are meant.
        """
        if organisation is None or not self.state:
            return None
        found = links_in_state(organisation, self.state, [kind], exactly=state)
        since, until = Days(self.period, self.since, self.until).bounds(today)
        found = found.filter(within("day", since, until), document__isnull=False)
        if not self.asks_records:
            return found
        documents = Document.objects.filter(pk=OuterRef("document"))
        given = {"party": self.party, "status": self.status}
        documents = documents.filter(**{name: value for name, value in given.items() if value})
        if self.text:
            documents = documents.matching(self.text, workspace)
        return found.filter(document=Subquery(documents.values("pk")[:1]))


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


def stretch(rows: QuerySet[Any], condition: Q) -> Stretch:
    return Stretch(condition, rows.filter(condition).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Narrowed(Generic[Found]):
    """What several conditions keep."""

    rows: Found
    #: Each of the conditions keeps many, so that a page of them is soon met by going through them
    #: in their order; else they are among few.
    is_long: bool = False
    #: The same in a form to be gone through in order, where it is another.
    walked: Found | None = None
    #: The names of `currency` and `total`, where they are others.
    money: Mapping[str, str] = field(default_factory=dict)

    @property
    def walk(self) -> Found:
        return self.rows if self.walked is None else self.walked


def shortest(stretches: Sequence[Stretch]) -> Stretch | None:
    """Return the one with the fewest keys; None where each has more than are read."""
    counts = [each.keys.order_by()[: search.MOST + 1].count() for each in stretches]
    fewest = min(counts, default=search.MOST + 1)
    return stretches[counts.index(fewest)] if fewest <= search.MOST else None


def kept(ours: Found, stretches: Sequence[Stretch], short: Stretch | None) -> Found:
    """Keep what stands in all of these; the short one is read, and else only its rows looked at.

    PostgreSQL would not know which it is: it takes conditions to be independent, as if the largest
    customer had as many bills.
    """
    for each in stretches:
        if each is not short:
            ours = ours.filter(each.condition)
    return ours.filter(AnyOf(F("pk"), list(short.keys.order_by()))) if short else ours


def amount_in(text: str) -> Decimal | None:
    """Return the amount that a text such as `1,234.50` is; None where it is none."""
    return number_in(text.replace(",", "").replace("$", "")) if "." in text else None


def text_in(given: str) -> str:
    """Return what is searched for as a text; empty where it is an amount."""
    return "" if amount_in(given) is not None else given


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
