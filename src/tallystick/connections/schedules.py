"""When a module goes one way by itself: every so many minutes, at hours of the day, or never."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db import transaction

from tallystick.act_refused import ActRefused
from tallystick.connections.models import ModuleSchedule, Organisation, Rhythm
from tallystick.connections.modules import ROWS, Module, switched
from tallystick.connections.signals import schedule_chosen
from tallystick.english import listed
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User

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
        or ModuleSchedule(
            organisation=organisation, module=module, way=way, minutes=ROWS[module].usual_minutes
        )
        for module in Module
        for way in ways_of(module)
    }


def chosen_schedules(
    organisation_id: int, modules: Collection[Module], way: Way = Way.PULL
) -> list[ModuleSchedule]:
    """Return what people have chosen of the modules that are on; one of the usual turn is not there."""
    is_on = switched(organisation_id)
    wanted = [module for module in modules if is_on[module]]
    found = ModuleSchedule.objects.filter(organisation=organisation_id, module__in=wanted, way=way)
    return list(found.select_related("organisation"))


@transaction.atomic
def choose_schedule(
    *,
    organisation: Organisation,
    modules: Collection[Module],
    rhythm: str,
    actor: User,
    way: Way = Way.PULL,
    minutes: int | None = None,
    hours: Sequence[time] = (),
) -> None:
    """Keep when the modules go that way by themselves. Raises ScheduleRefused and NotAllowed.

    Without `minutes` an interval is the usual one.
    """
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    _check(rhythm, minutes, hours)
    kept = sorted({f"{one:%H:%M}" for one in hours}) if rhythm == Rhythm.HOURS else []
    for module in modules:
        if way not in ways_of(module):
            message = f"{ROWS[module].words} have no schedule of their own that way."
            raise ScheduleRefused("module", message, remedy="Choose another module.")
        usual = ROWS[module].usual_minutes
        chosen = {"rhythm": rhythm, "minutes": minutes or usual, "hours": kept}
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
    schedule_chosen.send(
        sender=Organisation, organisation_id=organisation.pk, modules=list(modules), way=way
    )


def read_manually(*, organisation: Organisation, actor: User) -> None:
    """Let nothing be read from Xero by itself. Raises NotAllowed."""
    modules = [module for module in Module if Way.PULL in ways_of(module)]
    choose_schedule(organisation=organisation, modules=modules, rhythm=Rhythm.MANUAL, actor=actor)


@transaction.atomic
def read_as_usual(*, organisation: Organisation, actor: User) -> None:
    """Forget what was chosen of reading: everything is read in its usual turn. Raises NotAllowed."""
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    chosen = ModuleSchedule.objects.filter(organisation=organisation, way=Way.PULL)
    modules = [Module(one) for one in chosen.values_list("module", flat=True)]
    if not modules:
        return
    chosen.delete()
    audit.record(
        workspace=organisation.workspace,
        actor=actor,
        action="module.schedule",
        subject=organisation,
        message=f"Let {organisation.name} be read in the usual turn again.",
    )
    schedule_chosen.send(
        sender=Organisation, organisation_id=organisation.pk, modules=modules, way=Way.PULL
    )


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
    hours, rest = divmod(schedule.minutes, 60)
    if rest:
        return f"every {schedule.minutes:,} minutes"
    return "every hour" if hours == 1 else f"every {hours} hours"


def _check(rhythm: str, minutes: int | None, hours: Sequence[time]) -> None:
    if rhythm not in Rhythm.values:
        raise ScheduleRefused(
            "rhythm",
            f"{rhythm!r} is no rhythm.",
            remedy=f"Choose one of {listed(list(Rhythm.values))}.",
        )
    if minutes is not None and not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
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
