"""A cycle: all that Xero changed since the cursor, page by page, and then the cursor moves.

Pages come with the newest change first. What changes meanwhile moves to the front, so nothing is
ever pushed over the edge of a page that was read already, and a cycle goes on at its page whatever
broke it off. What moved is read by the next cycle, which asks from Xero's time of the first answer
on. At the end as many must be here as Xero counts (facts 13).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Now

from tallystick import xero
from tallystick.connections.clock import database_time
from tallystick.mirror.items import mark_items_gone
from tallystick.mirror.models import UnreadElement
from tallystick.mirror.upserts import KeptPage, count_since
from tallystick.sync.models import PulledKind, Reading
from tallystick.sync.pull.pulled_kinds import PULLED
from tallystick.sync.pull.schedule import next_due, next_slice_due

#: Read again each time, for lists lag and equal seconds are told in part (facts 13).
OVERLAP = timedelta(seconds=120)
#: The same, where the beginning is a time of ours: clocks differ.
CLOCKS = timedelta(minutes=10)
#: So often all is read again to find what Xero counts and is not here; then it is told.
_ROUNDS = 1
#: From so many on, less than half of them is an alarm.
_MANY = 20

#: What a cycle changes of its reading; the rest is people's.
_FIELDS = (
    *("since", "whole_at", "begun_at", "is_whole", "asked_since", "page", "until", "newest"),
    *("found", "handled", "news", "is_ordered", "short_since", "short_of", "rounds", "quiet"),
    *("last_at", "last_handled", "last_news", "alarm", "slice_page", "slice_due_at", "failures"),
)


def begin_cycle(reading: Reading, *, since_ours: datetime | None = None) -> None:
    """Begin a cycle, where none is under way; nothing is saved yet.

    `since_ours` is where a check begins that wants no more than what was changed since, by our
    clock, of a kind that was never read.
    """
    if reading.is_under_way:
        return
    which = PULLED[PulledKind(reading.kind)].which
    asked = reading.since - OVERLAP if reading.since else None
    if reading.rounds:
        asked = reading.short_since
    elif since_ours and reading.since is None:
        asked = since_ours - CLOCKS
    elif reading.whole_at is None and not since_ours:
        asked = None
    if not which.is_paged:
        asked = None
    reading.begun_at = database_time()
    reading.asked_since = asked.replace(microsecond=0) if asked else None
    reading.is_whole = asked is None
    reading.page, reading.until, reading.newest = 1, None, None
    reading.found = reading.handled = reading.news = 0


@dataclass(frozen=True, slots=True)
class CycleQuestion:
    """What the next page of a cycle is asked by."""

    client: xero.XeroClient
    reading: Reading

    def __call__(self) -> xero.ChangedPage[Any]:
        reading = self.reading
        return self.client.changed(
            PULLED[PulledKind(reading.kind)].which,
            reading.asked_since,
            page=reading.page,
            from_day=_first_day(reading),
            newest_first=reading.is_ordered,
        )


def take_page(reading: Reading, page: xero.ChangedPage[Any], kept: KeptPage) -> None:
    """Note what came of the page, in its transaction; after the last one the cycle ends."""
    reading.until = reading.until or page.asked_at
    for one in page.records:
        at = one.record.updated_at
        if at and (reading.newest is None or at > reading.newest):
            reading.newest = at
    reading.found = page.item_count
    reading.handled += len(page.records) + len(page.unread)
    reading.news += len(kept.news)
    reading.failures = 0
    if reading.page < page.page_count:
        reading.page += 1
    else:
        _end_cycle(reading, page)
    save_cycle(reading)


def take_slice(reading: Reading, page: xero.ChangedPage[Any]) -> None:
    """Note that a part of everything was read once more; and whether all that Xero counts is here."""
    which = PULLED[PulledKind(reading.kind)].which
    here = count_since(which, reading.organisation, None) + _unread(reading)
    reading.alarm = ""
    if too_few(page.item_count, here):
        reading.alarm = _too_few(reading, page.item_count, here)
    elif here < page.item_count and reading.starts_on is None:
        # Read all once more: something was passed over, for whatever reason.
        reading.short_since, reading.short_of, reading.rounds = None, page.item_count, 1
        Reading.objects.filter(pk=reading.pk).update(due_at=Now())
    at_end = reading.slice_page >= page.page_count
    reading.slice_page = 1 if at_end else reading.slice_page + 1
    reading.slice_due_at = next_slice_due(reading, database_time())
    save_cycle(reading)


def save_cycle(reading: Reading) -> None:
    """Save what a cycle changes; what people ask for meanwhile stays."""
    reading.save(update_fields=_FIELDS)


def _end_cycle(reading: Reading, page: xero.ChangedPage[Any]) -> None:
    """End the cycle.

    1. Far fewer than stand here is an alarm, not a success: the cursor stays.
    2. The cursor moves to the newest change seen, but never past the time of the first answer.
    3. What Xero counts and is not here is looked for: in the next cycle, then among all, then told.
    4. The next turn is planned, unless somebody has asked for one meanwhile.
    """
    here = _here(reading, reading.asked_since)
    if reading.is_whole and too_few(reading.found, here):
        reading.alarm = _too_few(reading, reading.found, here)
    else:
        reading.alarm = mark_items_gone(reading.organisation, page) if _is_items(reading) else ""
        _move_cursor(reading)
        _seek_short(reading, here)
        if reading.is_whole and reading.short_of is None and reading.whole_at is None:
            reading.whole_at = database_time()
            reading.slice_due_at = next_slice_due(reading, reading.whole_at)
    reading.quiet = 0 if reading.news else reading.quiet + 1
    reading.last_at, reading.last_handled, reading.last_news = (
        database_time(),
        reading.handled,
        reading.news,
    )
    reading.begun_at = None
    _plan(reading)


def _move_cursor(reading: Reading) -> None:
    if reading.newest is None or reading.until is None:
        return  # a record without a date never moves it
    reached = min(reading.newest, reading.until).replace(microsecond=0)
    if reading.since is None or reached > reading.since:
        reading.since = reached


def _seek_short(reading: Reading, here: int) -> None:
    """See whether as many are here as Xero counts."""
    if reading.short_of is None:
        if here < reading.found:
            reading.short_since, reading.short_of = reading.asked_since, reading.found
            reading.rounds = 0
        return
    expected, found = reading.short_of, _here(reading, reading.short_since)
    if found >= expected:
        reading.short_since, reading.short_of, reading.rounds = None, None, 0
    elif reading.rounds < _ROUNDS:
        reading.rounds += 1
    else:
        reading.short_since, reading.short_of, reading.rounds = None, None, 0
        reading.alarm = (
            f"Xero counts {expected:,} and {found:,} are here, though all was read again. Nothing "
            "that was read is lost; every night a part is read once more."
        )


def _plan(reading: Reading) -> None:
    """Plan the next turn; one that somebody has asked for since the cycle began goes before it."""
    at = database_time() if reading.short_of is not None else next_due(reading, database_time())
    as_planned = Reading.objects.filter(pk=reading.pk, due_at=reading.due_at)
    if as_planned.update(due_at=at, due_why=""):
        reading.due_at = at


def too_few(found: int, here: int) -> bool:
    """Tell whether Xero lists so many less than stand here that it is rather a fault than a change."""
    return here >= _MANY and found * 2 < here


def _too_few(reading: Reading, found: int, here: int) -> str:
    what = str(reading.get_kind_display()).lower()
    return (
        f"Xero listed {found:,} {what} where {here:,} stand here. That is taken for a fault: "
        "nothing was changed here, and it is asked again at the next turn."
    )


def _here(reading: Reading, since: datetime | None) -> int:
    which = PULLED[PulledKind(reading.kind)].which
    more: dict[str, Any] = {}
    if since is None and (first := _first_day(reading)):
        more["paid_on__gte" if which is xero.PAYMENTS else "issued_on__gte"] = first
    if _is_items(reading):
        more["gone_at"] = None
    return count_since(which, reading.organisation, since, **more) + _unread(reading)


def _unread(reading: Reading) -> int:
    which = PULLED[PulledKind(reading.kind)].which
    found = UnreadElement.objects.filter(
        organisation=reading.organisation_id, endpoint=which.endpoint
    )
    return found.count()


def _first_day(reading: Reading) -> Any:
    """Return from which day on records are wanted; only of what was never asked for before."""
    which = PULLED[PulledKind(reading.kind)].which
    return reading.starts_on if reading.is_whole and which.has_days else None


def _is_items(reading: Reading) -> bool:
    return reading.kind == PulledKind.ITEMS
