"""How reading from Xero stands: of each kind, and of the first import as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Count
from django.db.models.functions import Now
from django.utils import timezone

from tallystick.connections.models import ApiCall, CallPurpose, Organisation
from tallystick.mirror.models import UnreadElement
from tallystick.sync.acts.pausing import DATED
from tallystick.sync.models import PulledKind, Reading
from tallystick.sync.pull.budget import calls_left
from tallystick.sync.pull.pulled_kinds import PULLED

#: The pages of so long tell how quick it goes; of longer, a pause would be among it.
_PACE = timedelta(minutes=2)
#: Minutes after the first of them, before which nothing is told.
_LEAST = 0.05


class ReadingState(StrEnum):
    """How a kind stands; the value is the word on the page."""

    OFF = "Off"
    PAUSED = "Paused"
    IMPORTING = "First import"
    WAITING = "Waits for its turn"
    BY_HAND = "By hand"
    READING = "Reading now"
    ALARMED = "Not as it should be"
    HERE = "Read"


@dataclass(frozen=True, slots=True)
class KindStatus:
    """One kind of records: what is here of it, and when it was and will be read."""

    reading: Reading
    state: ReadingState
    unread: int

    @property
    def kind(self) -> PulledKind:
        return PulledKind(self.reading.kind)

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def is_import(self) -> bool:
        """Its first import is not done, and is to be done by itself."""
        is_wanted = not self.reading.is_by_hand or self.reading.is_under_way
        is_paged = self.kind in PULLED
        return is_paged and is_wanted and not self.reading.whole_at and not self.reading.off_at

    @property
    def found(self) -> int | None:
        """How many Xero counts in the cycle under way; None before its first page."""
        return self.reading.found if self.reading.page > 1 or self.reading.found else None

    @property
    def done(self) -> int:
        return min(self.reading.handled, self.reading.found)


@dataclass(frozen=True, slots=True)
class FirstImport:
    """The first import of all that is read: how far it has come, and how quick it goes."""

    is_open: bool
    is_paused: bool
    #: What Xero counts of the kinds whose first page came; of the others nobody knows yet.
    found: int
    done: int
    uncounted: Sequence[PulledKind]
    #: Records a minute, by the pages of the last two minutes; None while too few came.
    per_minute: int | None
    starts_on: date | None
    #: A day to begin on may still be chosen.
    may_start_on: bool
    #: How many more calls Xero allows today; None where nobody knows.
    calls_left: int | None

    @property
    def minutes_left(self) -> int | None:
        """At the speed of now, at least 1; None while that or how many there are is unknown."""
        if not self.per_minute or self.uncounted or self.is_paused:
            return None
        return max(1, -(-(self.found - self.done) // self.per_minute))


def kind_statuses(organisation: Organisation) -> list[KindStatus]:
    """Return how each kind stands that is read from the organisation, in the order of reading."""
    unread = _unread(organisation)
    readings = {
        PulledKind(one.kind): one for one in Reading.objects.filter(organisation=organisation)
    }
    return [
        KindStatus(
            readings[kind],
            _state(readings[kind]),
            unread.get(PULLED[kind].which.endpoint, 0) if kind in PULLED else 0,
        )
        for kind in PulledKind
        if kind in readings
    ]


def first_import(organisation: Organisation, kinds: Sequence[KindStatus]) -> FirstImport:
    """Return how far the first import has come."""
    of_it = [one for one in kinds if one.is_import]
    counted = [one for one in of_it if one.found is not None]
    undated = [one.reading for one in kinds if one.kind in DATED]
    return FirstImport(
        is_open=bool(of_it),
        is_paused=bool(of_it) and all(one.reading.is_paused for one in of_it),
        found=sum(one.reading.found for one in counted),
        done=sum(one.done for one in counted),
        uncounted=[one.kind for one in of_it if one.found is None],
        per_minute=_per_minute(organisation, counted),
        starts_on=next((one.starts_on for one in undated if one.starts_on), None),
        may_start_on=any(one.whole_at is None for one in undated),
        calls_left=calls_left(organisation.pk),
    )


def _state(reading: Reading) -> ReadingState:
    if reading.off_at:
        return ReadingState.OFF
    if reading.is_paused:
        return ReadingState.PAUSED
    if reading.is_under_way:
        return ReadingState.READING if reading.whole_at else ReadingState.IMPORTING
    if reading.alarm:
        return ReadingState.ALARMED
    if reading.is_by_hand:
        return ReadingState.BY_HAND
    return ReadingState.HERE if reading.whole_at else ReadingState.WAITING


def _unread(organisation: Organisation) -> Mapping[str, int]:
    """Return how many elements of each of Xero's lists could not be read."""
    found = UnreadElement.objects.filter(organisation=organisation).values("endpoint")
    counted = found.annotate(count=Count("*")).order_by()
    return {row["endpoint"]: row["count"] for row in counted}


def _per_minute(organisation: Organisation, counted: Sequence[KindStatus]) -> int | None:
    """Return the speed: pages of the last minutes, times what a page of this import brought so far."""
    pages = sum(max(one.reading.page - 1, 0) for one in counted)
    handled = sum(one.reading.handled for one in counted)
    lately = ApiCall.objects.filter(
        organisation=organisation,
        at__gt=Now() - _PACE,
        purpose=CallPurpose.READING,
        endpoint__in=[PULLED[one.kind].which.endpoint for one in counted],
        error="",
    ).order_by("pk")
    at = list(lately.values_list("at", flat=True))
    if not pages or len(at) < 2:
        return None
    minutes = (timezone.now() - at[0]) / timedelta(minutes=1)
    return round(len(at) * (handled / pages) / minutes) or None if minutes > _LEAST else None
