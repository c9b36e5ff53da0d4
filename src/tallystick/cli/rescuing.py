"""Commands for looking before and after: the plan of a push, a check of Xero, undoing a run."""

import json
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, NoReturn

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
from tallystick.english import counted, plural

if TYPE_CHECKING:
    from tallystick.sync.acts.undoing_runs import UndoPreview
    from tallystick.sync.models import Check, Run
    from tallystick.sync.preview.planning import PushPlan
    from tallystick.sync.reports.attention_words import CauseTold
    from tallystick.sync.reports.run_standings import RunStanding
    from tallystick.workspaces.models import Workspace

_LOOK_SECONDS = 0.5
#: So many runs are listed.
_RUNS = 20


def check(
    workspace: WorkspaceOption = "",
    person: PersonOption = "",
    wait: Annotated[
        int, typer.Option(min=0, help="Seconds to wait for the report; 0: only ask for it.")
    ] = 120,
    as_json: JsonOption = False,
) -> None:
    """Have what Xero has changed compared with what was sent; print the report.

    Second, forgotten and withdrawn copies show, too.

    A running worker does the looking. What stands in Needs attention is listed, too. Exit code 3:
    something stands there, or was not as expected; 0 where nothing does and all was, and with --wait 0.
    """
    prepare()
    from tallystick.connections.bound import NotConnected, bound_organisation
    from tallystick.connections.modules import StepMissing
    from tallystick.sync.acts.check_now import check_now
    from tallystick.sync.reports.attention_words import causes_told
    from tallystick.sync.reports.check_reports import check_findings, last_check
    from tallystick.workspaces.access import NotAllowed

    where = chosen_workspace(workspace)
    try:
        organisation = bound_organisation(where)
        if organisation is None:
            raise NotConnected(where)
        before = last_check(organisation)
        check_now(workspace=where, actor=acting_person(where, person))
    except (NotConnected, NotAllowed, StepMissing) as error:
        raise Stop(str(error), code=Exit.NEEDS_PERSON) from error
    if not wait:
        planned = "The check is planned: a worker looks through Xero before it sends anything more."
        print(json.dumps({"planned": True}) if as_json else planned)
        return
    until = time.monotonic() + wait
    found = last_check(organisation)
    while found == before:
        if time.monotonic() > until:
            raise Stop(
                f"No report came within {wait} seconds. The check stays planned and runs as soon "
                "as a worker gets to it: see that `tallystick worker` is running."
            )
        time.sleep(_LOOK_SECONDS)
        found = last_check(organisation)
    if found is None:
        raise Stop("The report of the check is gone.")
    told, causes = check_findings(found), list(causes_told(organisation))
    if as_json:
        print(json.dumps(_report(found, told) | {"attention": _listed(causes)}, indent=2))
    else:
        print("\n".join([_in_words(found, told), *_attention(causes)]))
    raise typer.Exit(Exit.NEEDS_PERSON if told or causes else Exit.OK)


def undo(
    run: Annotated[int, typer.Argument(help="Its number; left out, the newest are listed.")] = 0,
    yes: Annotated[bool, typer.Option("--yes", help="Undo it; without, only show.")] = False,
    workspace: WorkspaceOption = "",
    person: PersonOption = "",
) -> None:
    """Take what one Sync now has sent out of Xero again; here it all stays submitted.

    Drafts are deleted, approved ones voided, paid ones refused with the reason. Exit code 3: it
    was only shown.
    """
    prepare()
    from tallystick.books.lookups import find_record
    from tallystick.sync.acts import undoing_runs
    from tallystick.sync.reports.run_figures import count_run
    from tallystick.sync.reports.run_standings import runs_of
    from tallystick.workspaces.access import NotAllowed

    where = chosen_workspace(workspace)
    if not run:
        print("\n".join(_runs(where)) or "Nobody has pressed Sync now yet.")
        return
    chosen = find_record(runs_of(where), run)
    if chosen is None:
        raise Stop(f"{where} has no run {run}. List them with: tallystick undo", code=Exit.USAGE)
    figures = count_run(chosen)
    print("\n".join(_became(figures.standing, chosen)))
    preview = figures.preview
    if not preview.count:
        _end_without_undoing(preview)
    print("\nUndoing it would do this:")
    for part, fate in (
        (preview.deleted, "deleted in Xero"),
        (preview.voided, "voided in Xero"),
        (preview.settlements, "deleted in Xero first"),
        (preview.refused, "refused by Xero while payments stand on them"),
        (
            preview.refused_as_paid,
            "refused by Xero before as paid, in whole or in part; asked again",
        ),
        (preview.again, "refused by Xero before, tried again"),
        (preview.gone, "removed in Xero by somebody already"),
        (preview.stopped, "left to wait for the next Sync now"),
        (preview.unsettled, "of these, with an edit, a question or a failure that ends with it"),
        (preview.arriving, "being sent just now; undo once more when that has arrived"),
    ):
        if part.count:
            print(f"{part}: {fate}")
    if not yes:
        raise Stop("Nothing was changed. Undo it with --yes.", code=Exit.NEEDS_PERSON)
    try:
        undoing_runs.undo_run(workspace=where, actor=acting_person(where, person), run_id=run)
    except NotAllowed as error:
        raise Stop(str(error), code=Exit.NEEDS_PERSON) from error
    print(
        f"The worker undoes run {run}; `tallystick log -f` shows each, and `tallystick undo {run}` "
        "what became of it."
    )


def _end_without_undoing(preview: "UndoPreview") -> NoReturn:
    if preview.arriving.count:
        raise Stop(f"{preview.arriving}: being sent just now. Undo it after that.")
    print("There is nothing to undo.")
    raise typer.Exit(Exit.OK)


def _became(standing: "RunStanding", run: "Run") -> Iterator[str]:
    """Yield what has become of the run, by what Xero is known to have."""
    from tallystick.sync.engine.lane_blocks import why_nothing_goes

    stage = standing.undoing(run)
    yield f"{run}{f': {stage.label.lower()}' if stage else ''}"
    for part, what in (
        (standing.in_xero, "in Xero"),
        (standing.leaving, "of these, on the way out of Xero"),
        *(
            (part, f"of these, to go and refused: {code}")
            for code, part in standing.refused.items()
        ),
        (standing.gone, "gone from Xero"),
        (standing.on_the_way, "on the way to Xero"),
        (standing.stopped, "failed or asked about, not in Xero"),
        (standing.waiting, "not sent"),
        (standing.withdrawn, "withdrawn before they were sent"),
    ):
        if part.count:
            yield f"{part}: {what}"
    if standing.refused:
        yield "What to do about each: tallystick check, or Needs attention on the pages"
    if (standing.leaving.count or standing.on_the_way.count) and (
        held_up := why_nothing_goes(run.organisation)
    ):
        yield f"Nothing goes just now: {held_up}"


def show_plan(where: "Workspace", *, as_json: bool) -> None:
    """Print what Sync now would do, with nothing sent; exit code 3 where something stops."""
    from tallystick.connections.bound import NotConnected, bound_organisation
    from tallystick.sync.preview.fates import Fate
    from tallystick.sync.preview.planning import plan_push

    organisation = bound_organisation(where)
    if organisation is None:
        raise Stop(str(NotConnected(where)), code=Exit.NEEDS_PERSON)
    told = plan_push(organisation)
    print(json.dumps(_facts(told), indent=2) if as_json else "\n".join(_lines(told)))
    raise typer.Exit(Exit.NEEDS_PERSON if Fate.STOPPED in told.parts else Exit.OK)


def _lines(told: "PushPlan") -> Iterator[str]:
    yield f"What Sync now would send to {told.organisation}; nothing was sent to work this out."
    if told.held_up:
        yield f"Nothing goes just now: {told.held_up}"
    if not told.count:
        yield "Nothing waits to be sent."
        return
    yield ""
    for fate, part in told.parts.items():
        yield f"{fate:<14} {part}"
    yield ""
    for one in told.calls:
        yield f"{one.count:>8,} {plural(one.count, 'call')} {one.bytes:>14,} bytes  {one.words}"
    about = " (PDFs estimated)" if told.is_estimate else ""
    yield f"{told.call_count:>8,} calls {told.byte_count:>14,} bytes  together{about}"
    if told.short_by:
        yield (
            f"{told.short_by:>8,} of these calls are more than today's limit leaves: they go when "
            "Xero's limit resets"
        )
    elif told.remaining_after is not None:
        yield f"{told.remaining_after:>8,} of today's calls left after that"
    reasons = [f"{record.message} {record.remedy}" for record in told.told if record.message]
    yield from ["", *reasons] if reasons else []
    if told.untold:
        yield f"... {told.untold:,} more records, counted above"


def _facts(told: "PushPlan") -> dict[str, object]:
    return {
        "organisation": told.organisation.name,
        "held_up": told.held_up,
        "calls": told.call_count,
        "bytes": told.byte_count,
        "bytes_are_estimate": told.is_estimate,
        "calls_left_today": told.day_remaining,
        "calls_left_after": told.remaining_after,
        "calls_beyond_today": told.short_by,
        "by_purpose": [
            {"name": one.name, "what": one.words, "calls": one.count, "bytes": one.bytes}
            for one in told.calls
        ],
        "records": {
            fate: {
                "count": part.count,
                "sorts": dict(part.kinds),
                "totals": {code: str(total) for code, total in part.totals.items() if code},
            }
            for fate, part in told.parts.items()
        },
        "listed": [
            {
                "record": str(one.link.record),
                "number": one.link.record.number,
                "fate": one.fate,
                "message": one.message,
                "remedy": one.remedy,
                "screen": one.screen,
            }
            for one in told.told
        ],
        "not_listed": told.untold,
    }


def _in_words(found: "Check", told: list[str]) -> str:
    from tallystick.sync.reports.check_reports import check_summary

    return "\n".join([*check_summary(found), *told])


def _attention(causes: "Sequence[CauseTold]") -> Iterator[str]:
    """Yield what stands in Needs attention: each cause with count, money and what to do."""
    if not causes:
        yield "Nothing needs you."
        return
    count = sum(one.part.count for one in causes)
    yield f"Needs attention: {counted(count, 'record')}"
    for one in causes:
        yield f"- {one.title}: {one.part}"
        yield from (f"  {text}" for text in dict.fromkeys(one.messages) if text)
        if one.untold:
            yield f"  and {one.untold:,} more: Needs attention on the pages shows all"
        if one.remedy:
            yield f"  {one.remedy}"


def _listed(causes: "Sequence[CauseTold]") -> list[dict[str, object]]:
    return [
        {
            "trouble": str(one.cause.trouble),
            "code": one.cause.code,
            "title": one.title,
            "count": one.part.count,
            "sorts": dict(one.part.kinds),
            "totals": {code: str(total) for code, total in one.part.totals.items()},
            "message": one.messages[0],
            "messages": one.messages,
            "remedy": one.remedy,
            "records": one.records,
        }
        for one in causes
    ]


def _report(found: "Check", told: list[str]) -> dict[str, object]:
    return {
        "at": found.at.isoformat(timespec="seconds"),
        "reason": found.reason,
        "looked_at": found.looked_at,
        "relinked": found.relinked,
        "orphans": found.orphans,
        "strays": found.strays,
        "unknown": found.unknown,
        "compared": found.compared,
        "differing": found.differing,
        "kept": found.kept,
        "gone": found.gone,
        "not_compared": found.uncompared,
        "findings": told,
    }


def _runs(where: "Workspace") -> Iterator[str]:
    from tallystick.sync.reports.run_standings import runs_of, standings_of

    runs = list(runs_of(where)[:_RUNS])
    standings = standings_of(runs)
    for run in runs:
        who = f"import of {run.of_import}" if run.of_import else run.started_by
        who = who or "somebody who left"
        yield f"{run.pk:>6}  {run.started_at:%Y-%m-%d %H:%M} UTC  {who}  {_short(standings[run.pk], run)}"


def _short(standing: "RunStanding", run: "Run") -> str:
    """Say in a line what a run has come to."""
    stage = standing.undoing(run)
    parts = (
        ("to go and refused", standing.all_refused),
        ("on the way out", standing.leaving),
        ("gone from Xero", standing.gone),
        ("on the way", standing.on_the_way),
        ("needs you", standing.stopped),
    )
    told = [f"in Xero: {standing.in_xero}"]
    told += [f"{what}: {part}" for what, part in parts if part.count]
    return "; ".join([*told, *([stage.label.lower()] if stage else [])])
