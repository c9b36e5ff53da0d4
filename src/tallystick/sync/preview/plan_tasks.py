"""The plan as pages ask for it: worked out at once where little waits, else as a task."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tallystick.background.kinds import TellProgress
from tallystick.background.models import Task
from tallystick.background.queue import ask
from tallystick.connections.models import Organisation
from tallystick.sync.links.record_sums import RecordSum
from tallystick.sync.models import Link
from tallystick.sync.preview.fates import Fate
from tallystick.sync.preview.planning import (
    QUICK,
    CallSum,
    PlannedRecord,
    PushPlan,
    links_going,
    plan_push,
    words_of,
)
from tallystick.workspaces.models import User

PLAN = "plan"
#: A plan that was worked out is shown again for so long.
FRESH = timedelta(minutes=1)


def plan_or_task(organisation: Organisation, *, actor: User | None) -> PushPlan | Task:
    """Return the plan, or the task that works it out or has failed to. Raises TooMany."""
    if links_going(organisation)[: QUICK + 1].count() <= QUICK:
        return plan_push(organisation)
    task = ask(
        workspace=organisation.workspace,
        actor=actor,
        kind=PLAN,
        question={"organisation": organisation.pk},
        fresh=FRESH,
    )
    return task if task.result is None else from_json(task.result, organisation)


def work_out(task: Task, tell: TellProgress) -> dict[str, Any]:
    """Return the plan as JSON; the task's whole work."""
    organisation = Organisation.objects.get(pk=task.question["organisation"])
    total = links_going(organisation).count()
    return as_json(plan_push(organisation, on_record=lambda done: tell("planning", done, total)))


def as_json(told: PushPlan) -> dict[str, Any]:
    """Return the plan in JSON's types; amounts as text, records by their links' keys."""
    return {
        "calls": [[one.name, one.count, one.bytes] for one in told.calls],
        "parts": {
            fate: [part.count, {code: str(sum) for code, sum in part.totals.items()}, part.kinds]
            for fate, part in told.parts.items()
        },
        "told": [[one.link.pk, one.fate, one.message, one.remedy, one.screen] for one in told.told],
        "day_remaining": told.day_remaining,
        "held_up": told.held_up,
        "is_estimate": told.is_estimate,
        "made_at": told.made_at.isoformat(),
    }


def from_json(plain: dict[str, Any], organisation: Organisation) -> PushPlan:
    """Return what `as_json` made, as a plan again; records are shown as they are by now."""
    return PushPlan(
        organisation=organisation,
        calls=[CallSum(name, words_of(name), *figures) for name, *figures in plain["calls"]],
        parts={
            Fate(fate): RecordSum(
                count, {code: Decimal(sum) for code, sum in totals.items()}, kinds
            )
            for fate, (count, totals, kinds) in plain["parts"].items()
        },
        told=list(_told(plain["told"])),
        day_remaining=plain["day_remaining"],
        held_up=plain["held_up"],
        is_estimate=plain["is_estimate"],
        made_at=datetime.fromisoformat(plain["made_at"]),
    )


def _told(rows: list[list[Any]]) -> Iterable[PlannedRecord]:
    keys = [row[0] for row in rows]
    links = {link.pk: link for link in Link.objects.loaded_in_order(keys)}
    for key, fate, *words in rows:
        if key in links:
            yield PlannedRecord(links[key], Fate(fate), *words)
