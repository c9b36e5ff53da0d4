"""The plan as pages ask for it: worked out at once where little waits, else as a task."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tallystick.background.kinds import Told as Tell
from tallystick.background.models import Task
from tallystick.background.queue import ask
from tallystick.connections.models import Organisation
from tallystick.sync.planning import QUICK, Calls, Plan, Told, going, plan, words_of
from tallystick.sync.push.foreseen import Fate, each
from tallystick.sync.sums import Part
from tallystick.workspaces.models import User

PLAN = "plan"
#: A plan that was worked out is shown again for so long.
FRESH = timedelta(minutes=1)


def plan_or_task(organisation: Organisation, *, actor: User | None) -> Plan | Task:
    """Return the plan, or the task that works it out or has failed to. Raises TooMany."""
    if going(organisation)[: QUICK + 1].count() <= QUICK:
        return plan(organisation)
    task = ask(
        workspace=organisation.workspace,
        actor=actor,
        kind=PLAN,
        question={"organisation": organisation.pk},
        fresh=FRESH,
    )
    return task if task.result is None else from_json(task.result, organisation)


def work_out(task: Task, tell: Tell) -> dict[str, Any]:
    """Return the plan as JSON; the task's whole work."""
    organisation = Organisation.objects.get(pk=task.question["organisation"])
    total = going(organisation).count()
    return as_json(plan(organisation, on_record=lambda done: tell("planning", done, total)))


def as_json(told: Plan) -> dict[str, Any]:
    """Return the plan in JSON's types; amounts as text, records by their links' keys."""
    return {
        "calls": [[one.name, one.count, one.bytes] for one in told.calls],
        "parts": {
            fate: [part.count, {code: str(sum) for code, sum in part.totals.items()}, part.sorts]
            for fate, part in told.parts.items()
        },
        "told": [[one.link.pk, one.fate, one.message, one.remedy, one.screen] for one in told.told],
        "day_remaining": told.day_remaining,
        "held_up": told.held_up,
        "is_estimate": told.is_estimate,
        "made_at": told.made_at.isoformat(),
    }


def from_json(plain: dict[str, Any], organisation: Organisation) -> Plan:
    """Return what `as_json` made, as a plan again; records are shown as they are by now."""
    return Plan(
        organisation=organisation,
        calls=[Calls(name, words_of(name), *figures) for name, *figures in plain["calls"]],
        parts={
            Fate(fate): Part(count, {code: Decimal(sum) for code, sum in totals.items()}, sorts)
            for fate, (count, totals, sorts) in plain["parts"].items()
        },
        told=list(_told(plain["told"])),
        day_remaining=plain["day_remaining"],
        held_up=plain["held_up"],
        is_estimate=plain["is_estimate"],
        made_at=datetime.fromisoformat(plain["made_at"]),
    )


def _told(rows: list[list[Any]]) -> Iterable[Told]:
    links = {link.pk: link for link in each([row[0] for row in rows])}
    for key, fate, *words in rows:
        if key in links:
            yield Told(links[key], Fate(fate), *words)
