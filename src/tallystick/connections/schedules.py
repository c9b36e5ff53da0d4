"""When a module goes one way by itself: every so many minutes, at hours of the day, or never."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db import transaction

from tallystick.act_refused import ActRefused
from tallystick.connections.models import ModuleSchedule, Organisation, Rhythm
from tallystick.connections.modules import ROWS, Module, switched
from tallystick.english import listed
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User

#: Between two readings, unless a person has chosen otherwise.
USUAL_MINUTES = 15
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 24 * 60
#: Of one schedule.
MOST_HOURS = 24


class Way(StrEnum):
    """Which way a module goes."""

    PULL = "pull"
    PUSH = "push"


class ScheduleRefused(ActRefused):
    """The schedule cannot be kept; `field` is what is wrong with it."""

    code = "schedule_refused"

    def __init__(self, field: str, message: str, *, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.field = field


def ways_of(module: Module) -> list[Way]:
    """Return the ways that a schedule is chosen for; what goes by the sync rules has those."""
    row = ROWS[module]
    goes_alone = row.pushes and not row.goes_by_rules and not row.goes_with
    return [Way.PULL] * bool(row.pulls) + [Way.PUSH] * bool(goes_alone)


def schedules_of(organisation: Organisation) -> dict[tuple[Module, Way], ModuleSchedule]:
    """Return the schedule of every module and way; unsaved where nobody has chosen one."""
    saved = {
        (one.module, one.way): one
        for one in ModuleSchedule.objects.filter(organisation=organisation)
    }
    return {
        (module, way): saved.get((module.value, way.value))
        or ModuleSchedule(organisation=organisation, module=module, way=way, minutes=USUAL_MINUTES)
        for module in Module
        for way in ways_of(module)
    }


@transaction.atomic
def choose_schedule(
    *,
    organisation: Organisation,
    modules: Collection[Module],
    rhythm: str,
    actor: User,
    way: Way = Way.PULL,
    minutes: int = USUAL_MINUTES,
    hours: Sequence[time] = (),
) -> None:
    """Keep when the modules go that way by themselves. Raises ScheduleRefused and NotAllowed."""
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    _check(rhythm, minutes, hours)
    kept = sorted({f"{one:%H:%M}" for one in hours}) if rhythm == Rhythm.HOURS else []
    chosen = {
        "rhythm": rhythm,
        "minutes": minutes if rhythm == Rhythm.INTERVAL else USUAL_MINUTES,
        "hours": kept,
    }
    for module in modules:
        if way not in ways_of(module):
            message = f"{ROWS[module].words} have no schedule of their own that way."
            raise ScheduleRefused("module", message, remedy="Choose another module.")
        schedule, _ = ModuleSchedule.objects.update_or_create(
            organisation=organisation, module=module, way=way, defaults=chosen
        )
        from_or_to = "from" if way == Way.PULL else "to"
        audit.record(
            workspace=organisation.workspace,
            actor=actor,
            action="module.schedule",
            subject=organisation,
            message=f"Chose for {ROWS[module].noun} {from_or_to} {organisation.name}: "
            f"{schedule_words(schedule)}.",
        )


def next_due(
    organisation: Organisation, module: Module, after: datetime, *, way: Way = Way.PULL
) -> datetime | None:
    """Return when the module goes that way next by itself, later than `after`; None: not by itself.

    That is where it is switched off, and where its schedule is manual only.
    """
    if not switched(organisation)[module]:
        return None
    schedule = schedules_of(organisation).get((module, way))
    return next_after(schedule, after) if schedule else None


def next_after(schedule: ModuleSchedule, after: datetime) -> datetime | None:
    """Return the schedule's next time later than `after`; None where it is manual only."""
    if schedule.rhythm == Rhythm.MANUAL:
        return None
    if schedule.rhythm == Rhythm.INTERVAL:
        return after + timedelta(minutes=schedule.minutes)
    zone = ZoneInfo(schedule.organisation.timezone)
    today = after.astimezone(zone).date()
    moments = (
        datetime.combine(today + timedelta(days=days), hour, zone)
        for days in range(3)
        for hour in hours_of(schedule)
    )
    # Compared as moments: on the day that the clocks change, an hour may be none or two.
    return min((moment for moment in moments if moment > after), default=None)


def hours_of(schedule: ModuleSchedule) -> list[time]:
    """Return the schedule's hours of the day."""
    return [time.fromisoformat(text) for text in schedule.hours]


def schedule_words(schedule: ModuleSchedule) -> str:
    """Return such as `every 15 minutes`."""
    if schedule.rhythm == Rhythm.MANUAL:
        return "manual only"
    if schedule.rhythm == Rhythm.HOURS:
        return f"every day at {listed(schedule.hours)} ({schedule.organisation.timezone})"
    return f"every {schedule.minutes} minutes"


def _check(rhythm: str, minutes: int, hours: Sequence[time]) -> None:
    if rhythm not in Rhythm.values:
        raise ScheduleRefused(
            "rhythm",
            f"{rhythm!r} is no rhythm.",
            remedy=f"Choose one of {listed(list(Rhythm.values))}.",
        )
    if rhythm == Rhythm.INTERVAL and not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise ScheduleRefused(
            "minutes",
            f"{minutes:,} minutes cannot be kept.",
            remedy=f"Enter from {SHORTEST_MINUTES} to {LONGEST_MINUTES:,} minutes.",
        )
    if rhythm == Rhythm.HOURS and not 1 <= len(set(hours)) <= MOST_HOURS:
        raise ScheduleRefused(
            "hours",
            "No hour was given." if not hours else f"{len(set(hours)):,} hours are too many.",
            remedy=f"Enter one to {MOST_HOURS} hours, such as 09:00 and 17:30.",
        )
