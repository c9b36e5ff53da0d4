"""Commands about modules: what is on, switching them, and reading from Xero now."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.chosen import (
    JsonOption,
    PersonOption,
    WorkspaceOption,
    acting_person,
    chosen_workspace,
)
from tallystick.cli.exits import Exit, Stop
from tallystick.cli.prepare import prepare

if TYPE_CHECKING:
    from tallystick.connections.models import Organisation
    from tallystick.sync.reports.module_states import ModuleState
    from tallystick.workspaces.models import Workspace


def modules(
    act: Annotated[str, typer.Argument(help="list, on or off.")] = "list",
    module: Annotated[str, typer.Argument(help="Which one, to switch it.")] = "",
    workspace: WorkspaceOption = "",
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show what is synced with Xero, or switch a module on or off: on brings what it needs.

    Exit code 3: it cannot be switched off, for others need it, or nothing is connected.
    """
    prepare()
    from tallystick.connections.module_switching import StillNeeded, switch_module, switched_words
    from tallystick.sync.reports.module_states import module_states
    from tallystick.workspaces.access import NotAllowed

    if act not in ("list", "on", "off"):
        raise Stop(f"{act!r} is none of list, on and off.", code=Exit.USAGE)
    where = chosen_workspace(workspace)
    organisation = _bound(where)
    said = ""
    if act != "list":
        chosen, is_on = _module(module), act == "on"
        try:
            changed = switch_module(
                organisation=organisation,
                module=chosen,
                is_on=is_on,
                actor=acting_person(where, person),
            )
        except (StillNeeded, NotAllowed) as refused:
            raise Stop(str(refused), code=Exit.NEEDS_PERSON) from refused
        said = switched_words(chosen, changed, is_on=is_on)
    states = module_states(organisation)
    if as_json:
        print(json.dumps({"modules": [_facts(one) for one in states]}, indent=2))
    elif said:
        print(said)
    else:
        print("\n".join(map(_line, states)))


def refresh(
    scope: Annotated[
        str,
        typer.Argument(
            help="contacts, items, tax_rates, invoice_push (the same as sync) or invoice_pull; or a "
            "module alone, such as bills."
        ),
    ],
    workspace: WorkspaceOption = "",
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Have a scope read from Xero next, or sent there: the same as pressing its button.

    A running worker does it. Exit code 1: pressed a moment ago, the seconds left are told; 3: a step
    before it is missing, or nothing is connected.
    """
    prepare()
    from tallystick.connections.bound import NotConnected
    from tallystick.connections.cooldowns import CoolingDown
    from tallystick.connections.modules import StepMissing
    from tallystick.sync.acts import refreshing
    from tallystick.sync.reports.outlook import what_stays, why_not_now
    from tallystick.workspaces.access import NotAllowed

    where = chosen_workspace(workspace)
    chosen, only = _scope(scope)
    try:
        done = refreshing.refresh(
            workspace=where, actor=acting_person(where, person), scope=chosen, only=only
        )
    except (NotConnected, NotAllowed, StepMissing) as refused:
        raise Stop(str(refused), code=Exit.NEEDS_PERSON) from refused
    except CoolingDown as refused:
        if as_json:
            print(json.dumps({"scope": chosen.value, "seconds_left": refused.seconds}))
        raise Stop(str(refused)) from refused
    if as_json:
        facts: dict[str, Any] = {"scope": chosen.value, "modules": list(done.modules)}
        print(json.dumps(facts | {"queued": done.queued.count if done.queued else 0}, indent=2))
        return
    stays = what_stays(where) if done.queued is not None else ""
    print(f"{done.message}{why_not_now(where)}{stays}")


def _bound(where: "Workspace") -> "Organisation":
    from tallystick.connections.bound import NotConnected, bound_organisation

    organisation = bound_organisation(where)
    if organisation is None:
        raise Stop(str(NotConnected(where)), code=Exit.NEEDS_PERSON)
    return organisation


def _module(name: str) -> Any:
    from tallystick.connections.modules import Module

    found = next((one for one in Module if one == name), None)
    if found is None:
        known = ", ".join(Module)
        raise Stop(f"There is no module {name!r}. Name one of: {known}.", code=Exit.USAGE)
    return found


def _scope(name: str) -> Any:
    """Return the scope, and the module that is named alone."""
    from tallystick.connections.cooldowns import Scope
    from tallystick.connections.modules import Module
    from tallystick.sync.acts.refreshing import scope_of

    if scope := next((one for one in Scope if one == name), None):
        return scope, None
    if module := next((one for one in Module if one == name), None):
        return scope_of(module), module
    known = ", ".join([*Scope, *(one for one in Module if one.value not in set(Scope))])
    raise Stop(f"There is no scope {name!r}. Name one of: {known}.", code=Exit.USAGE)


def _facts(state: "ModuleState") -> dict[str, Any]:
    last, due = state.reading.last_at, state.reading.next_at
    return {
        "module": state.module.value,
        "on": state.is_on,
        "needs": [one.value for one in state.row.needs],
        "needed_by": [one.value for one in state.kept_by],
        "missing": str(state.missing) if state.missing else "",
        "schedule": state.schedule_words,
        "last_at": last.isoformat(timespec="seconds") if last else None,
        "next_at": due.isoformat(timespec="seconds") if due else None,
        "result": state.reading.result,
    }


def _line(state: "ModuleState") -> str:
    how = "off" if not state.is_on else str(state.missing or state.reading.result)
    return f"{state.row.words:<14} {'on ' if state.is_on else 'off'}  {state.schedule_words}; {how}"
