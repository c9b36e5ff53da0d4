"""What the filters of all lists share: spans of days, words of choice, amounts, short conditions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import F, Q, QuerySet
from django.utils.dateparse import parse_date

from tallystick.books import search
from tallystick.books.counting import count_upto
from tallystick.books.given_values import amount_in
from tallystick.books.lookups import AnyOf
from tallystick.sync.models import LinkState

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


@dataclass(frozen=True, slots=True)
class DaySpan:
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


def days_within(field: str, since: date | None, until: date | None) -> Q:
    """Return the condition that the field's day is among these; None is an open end."""
    ends = {f"{field}__gte": since, f"{field}__lte": until}
    return Q(**{end: day for end, day in ends.items() if day})


@dataclass(frozen=True, slots=True)
class IndexStretch:
    """One condition, and the keys of what it keeps, as they stand together in one index."""

    condition: Q
    keys: QuerySet[Any, int]


def stretch_of(rows: QuerySet[Any], condition: Q) -> IndexStretch:
    return IndexStretch(condition, rows.filter(condition).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class NarrowedRows(Generic[Found]):
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


def shortest_of(stretches: Sequence[IndexStretch]) -> IndexStretch | None:
    """Return the one with the fewest keys; None where each has more than are read."""
    counts = [count_upto(each.keys, search.MOST) for each in stretches]
    fewest = min(counts, default=search.MOST + 1)
    return stretches[counts.index(fewest)] if fewest <= search.MOST else None


def kept_by_all(
    ours: Found, stretches: Sequence[IndexStretch], short: IndexStretch | None
) -> Found:
    """Keep what stands in all of these; the short one is read, and else only its rows looked at.

    PostgreSQL would not know which it is: it takes conditions to be independent, as if the largest
    customer had as many bills.
    """
    for each in stretches:
        if each is not short:
            ours = ours.filter(each.condition)
    return ours.filter(AnyOf(F("pk"), list(short.keys.order_by()))) if short else ours


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
