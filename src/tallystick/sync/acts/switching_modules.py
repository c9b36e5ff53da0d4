"""What a switched module, a step that is done and a chosen schedule set aside, or set going.

All of it is rows of ours in the transaction of the act that causes it.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.dispatch import receiver

from tallystick.connections.models import ModuleSchedule, Organisation, Rhythm
from tallystick.connections.modules import Module, switched
from tallystick.connections.schedules import Way, schedules_of
from tallystick.connections.signals import modules_freed, modules_switched, schedule_chosen
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.switched_off import set_aside, set_going
from tallystick.sync.models import PulledKind, Reading
from tallystick.sync.pull.open_kinds import kinds_of, modules_wanting, refusals_to_read
from tallystick.sync.pull.schedule import make_due, read_by_hand


@receiver(modules_switched)
def follow_switch(
    sender: type[Organisation],
    organisation_id: int,
    modules: Sequence[Module],
    is_on: bool,
    **_: Any,
) -> None:
    """Let what belongs to the modules wait while they are off, and go on once they are on again."""
    organisation = Organisation.objects.get(pk=organisation_id)
    if not is_on:
        set_aside(organisation)
        return
    set_going(organisation, modules)
    if ModuleSchedule.objects.filter(organisation=organisation).exists():
        read_by_hand(organisation, kinds_of(modules), by_hand=_manual(organisation, modules))
    _read(organisation, modules, why="It was switched on.")


@receiver(modules_freed)
def follow_step(
    sender: type[Organisation], organisation_id: int, modules: Sequence[Module], **_: Any
) -> None:
    """Read what could not be read before the step was done."""
    organisation = Organisation.objects.get(pk=organisation_id)
    _read(organisation, modules, why="The tax mapping is complete.")


@receiver(schedule_chosen)
def follow_schedule(
    sender: type[Organisation],
    organisation_id: int,
    modules: Sequence[Module],
    way: Way,
    **_: Any,
) -> None:
    """Plan the next reading by the schedule that was chosen; none where it is manual only."""
    if way == Way.PULL:
        organisation = Organisation.objects.get(pk=organisation_id)
        read_by_hand(organisation, kinds_of(modules), by_hand=_manual(organisation, modules))


def _manual(organisation: Organisation, modules: Collection[Module]) -> list[PulledKind]:
    """Return the kinds that nobody of those who want them has read by itself."""
    schedules, is_on = schedules_of(organisation), switched(organisation)
    manual = {
        module
        for (module, way), one in schedules.items()
        if way == Way.PULL and (one.rhythm == Rhythm.MANUAL or not is_on[module])
    }
    return [kind for kind in kinds_of(modules) if manual.issuperset(modules_wanting(kind))]


def _read(organisation: Organisation, modules: Collection[Module], *, why: str) -> None:
    """Read what can be read of the modules, save what is read by hand only."""
    manual = Reading.objects.filter(organisation=organisation, is_by_hand=True)
    by_hand = set(manual.values_list("kind", flat=True))
    kinds = [
        kind
        for kind in kinds_of(modules)
        if kind not in by_hand and not refusals_to_read(organisation, kind)
    ]
    make_due(organisation, kinds, why=why)
    wake_lane(organisation.pk)
