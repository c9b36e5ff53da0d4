"""When what is read next: spread over the organisations, slower where nothing changes.

Turns lie on a grid of their own for each organisation and kind, so that thousands of organisations
never tick together, and no two kinds of one organisation either.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from tallystick.connections.clock import database_time
from tallystick.connections.models import Connection, ModuleSchedule, Organisation, Rhythm
from tallystick.connections.schedules import chosen_schedules, next_after
from tallystick.sync.models import (
    DeliveryVerdict,
    LapseReason,
    PulledKind,
    Reading,
    WebhookDelivery,
    WebhookLapse,
    WebhookRefusal,
)
from tallystick.sync.pull.open_kinds import modules_wanting
from tallystick.sync.pull.pulled_kinds import WHOLE_LISTS

#: The usual turn.
INTERVAL = timedelta(minutes=15)
#: Where nothing changes, a turn becomes twice as long each time, up to this.
SLOWEST = timedelta(hours=1)
#: The same where Xero's webhooks tell of changes. Items have no events, and wait as long for their turn.
SLOWEST_TOLD = timedelta(days=1)
#: Lists that hardly ever change: a push that needs them reads them anew in any case.
OF_LISTS = timedelta(days=1)
#: Either lets bank transactions be read.
_OF_EXPENSES = {"accounting.banktransactions.read", "accounting.banktransactions"}
_NIGHT = timedelta(days=1)
_EPOCH = datetime.fromisoformat("2000-01-01T00:00+00:00")


def start_readings(organisation: Organisation, kinds: Iterable[PulledKind] = PulledKind) -> None:
    """Give the organisation a reading of each kind, due now; those that there are stay as they are."""
    _give_readings(organisation, kinds, due_at=Now())


def readable_kinds(organisation: Organisation) -> list[PulledKind]:
    """Return the kinds that the consent covers: bank transactions only where they were asked for."""
    connection = Connection.objects.without_tokens().filter(organisation=organisation).first()
    scopes = set(connection.scopes) if connection else set()
    granted = _OF_EXPENSES & scopes
    return [kind for kind in PulledKind if granted or kind != PulledKind.BANK_TRANSACTIONS]


def make_due(organisation: Organisation, kinds: Collection[PulledKind], *, why: str) -> None:
    """Let these kinds be read next, out of turn; safe to repeat. What is off stays off.

    `why` is told with the reading until it is done.
    """
    _give_readings(organisation, kinds, due_at=None)
    planned = Reading.objects.filter(organisation=organisation, kind__in=kinds)
    # What is due for a reason keeps it.
    planned.filter(~Q(due_at__lte=Now()) | Q(due_why="")).update(due_at=Now(), due_why=why[:200])


def read_by_hand(
    organisation: Organisation, kinds: Collection[PulledKind], *, by_hand: Collection[PulledKind]
) -> None:
    """Plan the kinds anew by their schedules; those among them that are read by hand only are not.

    What somebody has asked for is read all the same.
    """
    start_readings(organisation, kinds)
    readings = Reading.objects.filter(organisation=organisation, kind__in=kinds)
    now = database_time()
    for reading in readings.select_related("organisation").select_for_update(of=("self",)):
        reading.is_by_hand = reading.kind in by_hand
        if reading.due_why or reading.is_under_way:
            reading.save(update_fields=["is_by_hand"])
            continue
        reading.due_at = next_due(reading, now)
        if reading.whole_at is None and not reading.is_by_hand:
            reading.due_at = now
        reading.slice_due_at = next_slice_due(reading, now) if reading.whole_at else None
        reading.save(update_fields=["is_by_hand", "due_at", "slice_due_at"])


def _give_readings(organisation: Organisation, kinds: Iterable[PulledKind], *, due_at: Any) -> None:
    Reading.objects.bulk_create(
        [Reading(organisation=organisation, kind=kind, due_at=due_at) for kind in kinds],
        ignore_conflicts=True,
    )


def allow_again(organisation: Organisation) -> None:
    """Forget what Xero did not let us read: somebody has connected anew."""
    Reading.objects.filter(organisation=organisation).exclude(off_at=None).update(
        off_at=None, off_reason="", due_at=Now(), failures=0
    )


def next_due(reading: Reading, now: datetime) -> datetime | None:
    """Return when the reading's next turn is; None where nobody wants one."""
    if reading.is_by_hand:
        return None
    chosen = [_next_chosen(reading, one, now) for one in _schedules(reading)]
    if chosen:
        return min(filter(None, chosen), default=None)
    if reading.kind in WHOLE_LISTS:
        return _next_on_grid(reading, now, OF_LISTS)
    return _next_on_grid(reading, now, _slower(reading, INTERVAL))


def _schedules(reading: Reading) -> list[ModuleSchedule]:
    """Return what people have chosen for the modules that want it; the usual turn is none."""
    return chosen_schedules(reading.organisation_id, modules_wanting(PulledKind(reading.kind)))


def _next_chosen(reading: Reading, schedule: ModuleSchedule, now: datetime) -> datetime | None:
    """Return the next turn by the schedule; intervals lie on the grid, and grow where all is quiet."""
    if schedule.rhythm == Rhythm.INTERVAL:
        turn = timedelta(minutes=schedule.minutes)
        return _next_on_grid(reading, now, _slower(reading, turn))
    return next_after(schedule, now)


def _slower(reading: Reading, turn: timedelta) -> timedelta:
    slowest = SLOWEST_TOLD if _webhooks_work(reading.organisation_id) else SLOWEST
    return min(turn * 2 ** min(reading.quiet, 8), max(turn, slowest))


def next_slice_due(reading: Reading, now: datetime) -> datetime | None:
    """Return when the next part of everything is read, in one of the coming nights."""
    if reading.is_by_hand or reading.kind in WHOLE_LISTS:
        return None
    return _next_on_grid(reading, now, _NIGHT, first=timedelta(hours=13))


def _webhooks_work(organisation_id: int) -> bool:
    """Tell whether Xero tells of changes: deliveries have come, and none was refused or amiss."""
    good = [DeliveryVerdict.TAKEN, DeliveryVerdict.PROBE]
    refused = WebhookRefusal.objects.filter(minute__gt=Now() - timedelta(days=1))
    silent = WebhookLapse.objects.filter(
        organisation=organisation_id, reason=LapseReason.SILENCE, ended_at=None
    )
    came = WebhookDelivery.objects.filter(verdict__in=good)
    return came.exists() and not refused.exists() and not silent.exists()


def _next_on_grid(
    reading: Reading, now: datetime, turn: timedelta, first: timedelta = timedelta(0)
) -> datetime:
    """Return the next point of the grid of this organisation and kind, half a turn away at least."""
    place = list(PulledKind).index(PulledKind(reading.kind)) / len(PulledKind)
    # The golden ratio spreads keys that follow one another as evenly as can be.
    offset = (reading.organisation_id * 0.6180339887498949 + place) % 1.0
    begin = _EPOCH + first + turn * offset
    turns = (now + turn / 2 - begin) // turn + 1
    return begin + turn * turns


def keep_in_turn(organisation: Organisation, kinds: Collection[PulledKind], now: datetime) -> None:
    """Plan the next turn of kinds that were just read for another reason."""
    for reading in Reading.objects.filter(organisation=organisation, kind__in=kinds):
        Reading.objects.filter(pk=reading.pk).update(
            due_at=next_due(reading, now), due_why="", last_at=Now(), failures=0
        )
