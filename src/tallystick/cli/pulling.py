"""The command about what comes from Xero: how the first import stands, pausing it, where it begins."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

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


def pull(
    workspace: WorkspaceOption = "",
    person: PersonOption = "",
    pause: Annotated[bool, typer.Option("--pause", help="Let the first import rest.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it stopped.")] = False,
    start: Annotated[
        str,
        typer.Option(
            "--from", help="Leave out what is dated before, as 2026-01-31; `all` takes all."
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Show how reading from Xero stands; pause, resume or narrow the first import.

    A running worker does the reading, so all of this is quick and safe to repeat.
    """
    prepare()
    from tallystick.act_refused import ActRefused
    from tallystick.sync.acts.pausing import pause_import, resume_import, start_import_on
    from tallystick.sync.reports.sync_status import status_facts, sync_status

    if pause and resume:
        raise Stop("--pause and --resume at once mean nothing.", code=Exit.USAGE)
    day = _day(start) if start else None
    where = chosen_workspace(workspace)
    try:
        if pause:
            pause_import(workspace=where, actor=acting_person(where, person))
        if start:
            start_import_on(workspace=where, actor=acting_person(where, person), day=day)
        if resume:
            resume_import(workspace=where, actor=acting_person(where, person))
    except ActRefused as refused:
        raise Stop(str(refused), code=Exit.NEEDS_PERSON) from refused
    facts = status_facts(sync_status(where))
    if as_json:
        print(
            json.dumps(
                {name: facts[name] for name in ("first_import", "reading", "unread")}, indent=2
            )
        )
        return
    for label, text in reading_rows(facts):
        print(f"{label}: {text}")


def reading_rows(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield label and text of what is told of reading and of calls, for a terminal."""
    if of_import := facts["first_import"]:
        yield from _import_rows(of_import)
    for one in facts["reading"]:
        yield _label(one["kind"]), _reading_text(one)
    if facts["unread"]:
        yield "Not understood", f"{facts['unread']:,}, kept as they came"
    if calls := facts["calls_today"]:
        left = f", {calls['left']:,} left" if calls["left"] is not None else ""
        by = "; ".join(f"{name} {one['calls']:,}" for name, one in calls["by_purpose"].items())
        told = f"{calls['calls']:,} ({by or 'none'}), {calls['failed']:,} failed"
        yield "Calls today", f"{told}, about {calls['by_midnight']:,} by midnight{left}"


def _import_rows(of_import: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not of_import["open"]:
        return
    told = [f"{of_import['done']:,} of {of_import['found']:,} records"]
    if of_import["paused"]:
        told.append("paused")
    elif of_import["per_minute"]:
        told.append(f"{of_import['per_minute']:,} a minute")
    if of_import["minutes_left"]:
        told.append(f"about {of_import['minutes_left']:,} minutes left")
    if of_import["calls_left"] is not None:
        told.append(f"{of_import['calls_left']:,} calls left today")
    if of_import["starts_on"]:
        told.append(f"from {of_import['starts_on']} on")
    yield "First import", ", ".join(told)


def _reading_text(one: dict[str, Any]) -> str:
    told = [one["state"].replace("_", " ")]
    if one["last_at"]:
        told.append(f"last {one['last_at']} ({one['last_news']:,} news)")
    if one["next_at"]:
        told.append(f"next {one['next_at']}")
    if one["found"]:
        told.append(f"{one['done']:,} of {one['found']:,}")
    return ", ".join([*told, *filter(None, (one["off_reason"], one["alarm"]))])


def _label(kind: str) -> str:
    from tallystick.sync.models import PulledKind

    return str(PulledKind(kind).label)


def _day(text: str) -> Any:
    from datetime import date

    if text == "all":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Stop(f"{text!r} is no day. Write it like 2026-01-31.", code=Exit.USAGE) from None
