"""Which documents a list shows, read from its address and kept there."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Self

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date

from tallystick.books.models import Document, DocumentQuerySet, Kind, Party, Status
from tallystick.connections.models import Organisation
from tallystick.sync.models import Link, LinkState
from tallystick.sync.reading import in_state, links_in_state
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
        found = Document.objects.in_workspace(workspace).of_kind(kind)
        if self.q:
            found = matching(found, self.q, workspace)
        if self.status:
            found = found.with_status(self.status)
        if self.party:
            found = found.filter(party=self.party)
        since, until = Days(self.period, self.since, self.until).bounds(today)
        if since:
            found = found.filter(issued_on__gte=since)
        if until:
            found = found.filter(issued_on__lte=until)
        return self._in_state(found, kind, organisation) if self.state else found

    def _in_state(
        self, found: DocumentQuerySet, kind: Kind, organisation: Organisation | None
    ) -> DocumentQuerySet:
        """Keep those of the state; where few are in it, they are what is gone through."""
        if organisation is not None:
            links = links_in_state(organisation, self.state, [kind])
            few = links.filter(document__isnull=False).order_by()[: COUNTED + 1]
            if few.values("kind").count() <= COUNTED:
                return found.filter(pk__in=few.values("document"))
        return in_state(found, self.state, organisation)

    def links(
        self, kind: Kind, organisation: Organisation | None, *, today: date
    ) -> QuerySet[Link] | None:
        """Return the links of the same documents, where state and days are all that is asked for.

        They bear what the list is ordered and counted by, so that a state that hardly any document
        is in is found as quickly as one that all are in. None where the documents must be asked.
        """
        others = (self.q, self.status, self.party)
        if organisation is None or not self.state or any(others):
            return None
        found = links_in_state(organisation, self.state, [kind]).filter(document__isnull=False)
        since, until = Days(self.period, self.since, self.until).bounds(today)
        if since:
            found = found.filter(day__gte=since)
        return found.filter(day__lte=until) if until else found


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
