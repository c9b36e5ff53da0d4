"""Commands about what goes to Xero: sync, status, log."""

import json
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

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
from tallystick.cli.pulling import reading_rows
from tallystick.cli.rescuing import show_plan

if TYPE_CHECKING:
    from tallystick.sync.models import Attempt
    from tallystick.sync.reports.sync_summary import SyncSummary
    from tallystick.workspaces.models import Workspace

_LOOK_SECONDS = 0.5
_FOLLOW_SECONDS = 1.0
_FOLLOW_ROWS = 2000  #: Attempts looked at again, for those that finish out of order.
_PATIENCE_SECONDS = 5.0


def sync(
    workspace: WorkspaceOption = "",
    person: PersonOption = "",
    wait: Annotated[bool, typer.Option("--wait", help="Stay until nothing is on its way.")] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only show what would be sent, call by call.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Send what waits: the same as pressing Sync now. Safe to repeat.

    A running worker does the sending, so Ctrl-C during --wait loses nothing. With --plan nothing is
    sent and nobody is asked. Exit code 3: something waits for a person, or would.
    """
    prepare()
    if plan:
        show_plan(chosen_workspace(workspace), as_json=as_json)
    from tallystick.connections.bound import NotConnected
    from tallystick.connections.cooldowns import CoolingDown
    from tallystick.connections.modules import StepMissing
    from tallystick.sync.acts.sync_now import sync_now
    from tallystick.sync.reports.outlook import what_stays, why_not_now
    from tallystick.sync.reports.sync_summary import sync_summary
    from tallystick.workspaces.access import NotAllowed

    where = chosen_workspace(workspace)
    try:
        queued = sync_now(workspace=where, actor=acting_person(where, person))
    except (NotConnected, NotAllowed, StepMissing) as error:
        raise Stop(str(error), code=Exit.NEEDS_PERSON) from error
    except CoolingDown as error:
        raise Stop(str(error)) from error
    if not as_json:
        said = f"Put on the way: {queued}." if queued.count else "Nothing waited for Sync now."
        print(f"{said}{why_not_now(where)}{what_stays(where)}")
    if wait:
        _wait(where)
    now = sync_summary(where)
    if as_json:
        print(json.dumps({"queued": queued.count, **_facts(where, now)}, indent=2))
    elif now.attention_count:
        print(f"{now.attention_count:,} records need a person: open Needs attention.")
    raise typer.Exit(Exit.NEEDS_PERSON if now.attention_count else Exit.OK)


def status(workspace: WorkspaceOption = "", as_json: JsonOption = False) -> None:
    """Show how a workspace stands with Xero; needs no running process but the database.

    Exit code 3: the connection, or some documents or payments, need a person.
    """
    prepare()
    from tallystick.sync.reports.sync_status import status_facts, sync_status

    where = chosen_workspace(workspace)
    now = sync_status(where)
    facts = _facts(where, now.summary) | status_facts(now)
    if as_json:
        print(json.dumps(facts, indent=2))
    else:
        _print_facts(facts)
    stopped = [
        facts[records][state]
        for records in ("documents", "entries")
        for state in ("failed", "held")
    ]
    needed = facts["connection"] == "error" or any(stopped)
    raise typer.Exit(Exit.NEEDS_PERSON if needed else Exit.OK)


def log(
    workspace: WorkspaceOption = "",
    outcome: Annotated[str, typer.Option(help="Only: open, done, failed, held, unknown.")] = "",
    action: Annotated[str, typer.Option(help="Only: resolve, ask, create, retract, retry …")] = "",
    search: Annotated[str, typer.Option(help="Only with this in number, name or message.")] = "",
    limit: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="How many of the newest to begin with.")
    ] = 30,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as they happen.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the Sync log, oldest first: every attempt with its outcome and message.

    With --json one object a line.
    """
    prepare()
    from tallystick.connections.bound import bound_organisation
    from tallystick.sync.reports.attempt_log import attempt_log
    from tallystick.sync.reports.log_search import search_log
    from tallystick.sync.reports.standing_counts import ended_attempts

    where = chosen_workspace(workspace)
    organisation = bound_organisation(where)
    if organisation is None:
        raise Stop(f"{where} is not connected to Xero, so it has no log.", code=Exit.NEEDS_PERSON)
    found = search_log(organisation, search, outcome=outcome, action=action) if search else None
    for told in found.left_out if found else ():
        print(told, file=sys.stderr)
    among = found.keys if found else None
    matching = attempt_log(organisation, outcome=outcome, action=action, among=among)
    finished = ended_attempts(organisation)
    seen = set(finished[:_FOLLOW_ROWS])
    _print_attempts(reversed(matching[:limit]), where, as_json=as_json)
    while follow:
        time.sleep(_FOLLOW_SECONDS)
        recent = set(finished[:_FOLLOW_ROWS])
        fresh = recent - seen
        if search and fresh:
            fresh &= set(search_log(organisation, search, outcome=outcome, action=action).keys)
        fresh_rows = attempt_log(organisation, outcome=outcome, action=action, among=sorted(fresh))
        _print_attempts(reversed(fresh_rows), where, as_json=as_json)
        seen = recent


def _wait(where: "Workspace") -> None:
    """Show progress until nothing is on its way; Ctrl-C leaves the work to the worker."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from tallystick.background.models import workers_alive
    from tallystick.sync.reports.sync_summary import sync_summary

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    began = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        now = sync_summary(where)
        task = progress.add_task("Sending", total=now.on_the_way)
        total = now.on_the_way
        while now.is_running:
            note = now.blocked_reason
            if not note and time.monotonic() - began > _PATIENCE_SECONDS and not workers_alive():
                note = "No worker is running: start one with `tallystick worker`."
            total = max(total, now.on_the_way)
            progress.update(
                task, total=total, completed=total - now.on_the_way, description=note or "Sending"
            )
            time.sleep(_LOOK_SECONDS)
            now = sync_summary(where)
    if now.paused_count:
        print(
            f"{now.paused_count:,} records are tried again within the hour: Xero breaks off each time.",
            file=sys.stderr,
        )


def _facts(where: "Workspace", now: "SyncSummary") -> dict[str, Any]:
    """Return what `status` tells, ready for JSON: amounts and times as text."""
    from tallystick.background.models import workers_alive
    from tallystick.sync.reports.standing_counts import records_in_xero, synced_records

    connection, organisation = now.connection, now.organisation
    synced, there = synced_records(organisation), records_in_xero(where, organisation)
    return {
        "workspace": where.slug,
        "connection": connection.status if connection else "disconnected",
        "problem": connection.problem if connection else "",
        "organisation": organisation.name if organisation else None,
        "documents": _counted(now.counts) | {"synced": synced.documents},
        # Payments and allocations.
        "entries": _counted(now.settlement_counts) | {"synced": synced.settlements},
        # What stands there, whatever is wished for it here.
        "in_xero": {"documents": there.documents, "entries": there.settlements},
        "waiting_totals": {code: str(total) for code, total in now.waiting_totals.items()},
        "blocked_until": _iso(now.blocked_until),
        "blocked_reason": now.blocked_reason,
        "oldest_queued_at": _iso(now.oldest_queued_at),
        "last_success_at": _iso(connection.last_success_at if connection else None),
        "workers": workers_alive(),
    }


def _counted(counts: Mapping[str, int]) -> dict[str, int]:
    from tallystick.sync.models import LinkState

    return {state: counts.get(state, 0) for state in LinkState.values}


def _print_facts(facts: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from tallystick.sync.models import LinkState

    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row("Workspace", facts["workspace"])
    table.add_row("Xero", f"{facts['organisation'] or 'no organisation'} ({facts['connection']})")
    for label, name in (("Problem", "problem"), ("Paused", "blocked_reason")):
        if facts[name]:
            table.add_row(label, facts[name])
    for state in LinkState:
        if facts["documents"][state]:
            table.add_row(state.label, f"{facts['documents'][state]:,}")
    for state in LinkState:
        if facts["entries"][state]:
            name = f"Payments, allocations: {state.label.lower()}"
            table.add_row(name, f"{facts['entries'][state]:,}")
    table.add_row("Standing in Xero", f"{facts['in_xero']['documents']:,}")
    for label, name in (("Oldest queued", "oldest_queued_at"), ("Last success", "last_success_at")):
        table.add_row(label, facts[name] or "none")
    table.add_row("Workers", str(facts["workers"]))
    for label, text in reading_rows(facts):
        table.add_row(label, text)
    Console().print(table)


def _print_attempts(rows: Iterable["Attempt"], where: "Workspace", *, as_json: bool) -> None:
    zone = ZoneInfo(where.timezone)
    for row in rows:
        record = row.link.record
        facts = {
            "id": row.pk,
            "started_at": _iso(row.started_at),
            "finished_at": _iso(row.finished_at),
            "action": row.action,
            "outcome": row.outcome,
            "record": str(record),
            "message": row.message,
            "actor": row.actor.email if row.actor else None,
            "correlation_id": row.correlation_id,
        }
        local = row.started_at.astimezone(zone)
        text = (
            f"{local:%Y-%m-%d %H:%M:%S}  {row.outcome:<8} {row.action:<8} {record}  {row.message}"
        )
        print(json.dumps(facts) if as_json else text.rstrip(), flush=True)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
