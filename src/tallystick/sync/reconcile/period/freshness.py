"""How much of Xero's side has been read, and until when: what a comparison can speak of."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tallystick.connections.models import Organisation
from tallystick.mirror.models import UnreadElement
from tallystick.sync.models import Reading
from tallystick.sync.reconcile.period.words import ComparedKind


@dataclass(frozen=True, slots=True)
class Freshness:
    """How one kind stands in the mirror."""

    #: What Xero changed up to here is here, by Xero's clock; None: nothing was read yet.
    since: datetime | None
    #: When it was last read to the end, by ours.
    read_at: datetime | None
    #: All that Xero had was read once, to the end.
    is_whole: bool
    #: What is dated before was left out by the first import.
    starts_on: date | None
    #: Why not all that Xero has is seen, in sentences; empty where all is.
    gaps: tuple[str, ...]

    def is_whole_from(self, day: date) -> bool:
        """Tell whether all that Xero has from the day on was read."""
        return self.is_whole and (self.starts_on is None or self.starts_on <= day)

    def to_json(self) -> dict[str, Any]:
        return {
            "since": self.since.isoformat() if self.since else None,
            "read_at": self.read_at.isoformat() if self.read_at else None,
            "is_whole": self.is_whole,
            "gaps": list(self.gaps),
        }


def freshness_of(organisation: Organisation, kind: ComparedKind, first: date) -> Freshness:
    """Return how fresh Xero's side is for a period that begins on the day."""
    reading = Reading.objects.filter(organisation=organisation, kind=kind.pulled).first()
    unread = UnreadElement.objects.filter(organisation=organisation, endpoint=kind.endpoint).count()
    if reading is None:
        gap = f"{kind.pulled.label} have never been read from Xero."
        return Freshness(None, None, is_whole=False, starts_on=None, gaps=(gap,))
    return Freshness(
        since=reading.since,
        read_at=reading.last_at,
        is_whole=reading.whole_at is not None,
        starts_on=reading.starts_on,
        gaps=tuple(_gaps(reading, kind, first, unread)),
    )


def _gaps(reading: Reading, kind: ComparedKind, first: date, unread: int) -> list[str]:
    what = kind.pulled.label
    gaps = []
    if reading.off_at:
        gaps.append(f"{what} are not read any more: {reading.off_reason.rstrip('.')}.")
    if reading.whole_at is None:
        done = f", {reading.handled:,} of {reading.found:,} so far" if reading.found else ""
        gaps.append(f"{what} have not been read from Xero to the end yet{done}.")
    if reading.is_paused:
        gaps.append(f"Reading {what.lower()} is paused.")
    if reading.starts_on and first < reading.starts_on:
        gaps.append(f"What is dated before {reading.starts_on:%d %b %Y} is not read from Xero.")
    if reading.alarm:
        gaps.append(reading.alarm)
    if unread:
        noun = "record" if unread == 1 else "records"
        gaps.append(f"{unread:,} {noun} of Xero's could not be read as they came, of any day.")
    return gaps
