"""How each module and each scope stands: on or off, what it lacks, its last reading and its next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tallystick.books.counting import count_text
from tallystick.connections.cooldowns import SCOPES, Scope, pressed_at, seconds_left
from tallystick.connections.models import ModuleSchedule, Organisation
from tallystick.connections.modules import (
    ROWS,
    Module,
    ModuleRow,
    StepMissing,
    modules_shut,
    needed_by,
    needing,
    refusal_of,
    switched,
)
from tallystick.connections.schedules import Way, schedule_words, schedules_of
from tallystick.english import counted
from tallystick.sync.links.queueing import waiting_for_a_press
from tallystick.sync.models import Reading, Run
from tallystick.sync.pull.open_kinds import kinds_of
from tallystick.sync.reports.state_filters import on_the_way


@dataclass(frozen=True, slots=True)
class ReadingState:
    """How the kinds of some modules stand, taken together."""

    #: The oldest of their last readings; None while one of them was never read to the end.
    last_at: datetime | None
    #: The next of them by itself.
    next_at: datetime | None
    is_under_way: bool
    #: What the last readings brought, or why there is none; in a sentence.
    result: str
    has_trouble: bool


@dataclass(frozen=True, slots=True)
class ModuleState:
    """One module."""

    module: Module
    row: ModuleRow
    is_on: bool
    #: What is switched on with it, and what keeps it from being switched off.
    brings: list[Module]
    kept_by: list[Module]
    #: Why it cannot go on although it is on; None where it can.
    missing: StepMissing | None
    reading: ReadingState
    schedules: dict[Way, ModuleSchedule]

    @property
    def schedule_words(self) -> str:
        pull = self.schedules.get(Way.PULL)
        return schedule_words(pull) if pull else ""


@dataclass(frozen=True, slots=True)
class ScopeState:
    """One scope, with its button."""

    scope: Scope
    words: str
    label: str
    seconds_left: int
    last_at: datetime | None
    result: str
    is_under_way: bool
    has_trouble: bool
    #: Why its button would be refused; None where it would not.
    missing: StepMissing | None


def module_states(organisation: Organisation) -> list[ModuleState]:
    """Return how every module stands, in their order."""
    is_on, schedules = switched(organisation), schedules_of(organisation)
    readings = _readings(organisation)
    return [
        ModuleState(
            module,
            ROWS[module],
            is_on[module],
            [one for one in needed_by(module) if not is_on[one]],
            [one for one in needing(module) if is_on[one]],
            refusal_of(organisation, module) if is_on[module] else None,
            _reading_state(readings, [module]),
            {way: schedules[module, way] for way in Way if (module, way) in schedules},
        )
        for module in Module
    ]


def scope_states(organisation: Organisation) -> list[ScopeState]:
    """Return how every scope stands, in their order."""
    readings, left = _readings(organisation), seconds_left(organisation)
    pressed = pressed_at(organisation)
    found = []
    for scope, row in SCOPES.items():
        refusals = {module: refusal_of(organisation, module) for module in row.modules}
        able = [module for module in row.modules if refusals[module] is None]
        missing = None if able else refusals[row.modules[0]]
        if scope == Scope.INVOICE_PUSH:
            state = _push_state(organisation, pressed.get(scope))
            missing = None if _any_sent(organisation) else missing
        else:
            state = _reading_state(readings, able or row.modules)
        found.append(
            ScopeState(
                scope,
                row.words,
                row.label,
                left.get(scope, 0),
                state.last_at,
                state.result,
                state.is_under_way,
                state.has_trouble,
                missing,
            )
        )
    return found


def _any_sent(organisation: Organisation) -> bool:
    return not modules_shut(organisation).issuperset(SCOPES[Scope.INVOICE_PUSH].modules)


def _readings(organisation: Organisation) -> dict[str, Reading]:
    return {one.kind: one for one in Reading.objects.filter(organisation=organisation)}


def _reading_state(readings: dict[str, Reading], modules: Sequence[Module]) -> ReadingState:
    kinds = kinds_of(modules)
    known = [readings[kind] for kind in kinds if kind in readings]
    lasts = [one.last_at for one in known if one.last_at]
    nexts = [one.due_at for one in known if one.due_at and not one.off_reason]
    is_complete = len(lasts) == len(kinds)
    troubles = [one.off_reason or one.alarm for one in known if one.off_reason or one.alarm]
    is_under_way = any(one.is_under_way or one.due_why for one in known)
    news = sum(one.last_news for one in known)
    if troubles:
        result = troubles[0]
    elif is_under_way:
        result = "Being read."
    elif not is_complete:
        result = "Not read yet."
    else:
        result = f"{counted(news, 'change')} came in." if news else "Nothing had changed."
    return ReadingState(
        min(lasts) if is_complete and lasts else None,
        min(nexts, default=None),
        is_under_way,
        result,
        bool(troubles),
    )


def _push_state(organisation: Organisation, pressed: datetime | None) -> ReadingState:
    newest = Run.objects.filter(organisation=organisation).order_by("-pk").first()
    times = [at for at in (pressed, newest.started_at if newest else None) if at]
    going = count_text(on_the_way(organisation))
    waiting = count_text(waiting_for_a_press(organisation))
    result = "Nothing waits."
    if going:
        result = f"{going} record{'' if going == '1' else 's'} on the way."
    elif waiting:
        result = f"{waiting} record{' waits' if waiting == '1' else 's wait'} to be sent."
    return ReadingState(max(times, default=None), None, bool(going), result, has_trouble=False)
