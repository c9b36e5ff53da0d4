"""The command that holds both sides of a period against each other."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.chosen import JsonOption, WorkspaceOption, chosen_workspace
from tallystick.cli.exits import Exit, Stop
from tallystick.cli.prepare import prepare

if TYPE_CHECKING:
    from tallystick.sync.reconcile.period.comparison import ComparedPart, Comparison


def compare(
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")],
    kind: Annotated[
        list[str],
        typer.Option(help="Only: sales_invoice, bill, payment …; may be given several times."),
    ] = [],  # noqa: B006 - typer copies it
    workspace: WorkspaceOption = "",
    as_json: JsonOption = False,
) -> None:
    """Compare what is here with what Xero has, record by record, for a period.

    Xero is not asked: it is as it was last read, and how fresh that is, is told. Exit code 3:
    something does not agree, or not all of Xero's side was seen; 0 where both sides are equal.
    """
    prepare()
    from tallystick.connections.bound import NotConnected, bound_organisation
    from tallystick.sync.reconcile.period.comparison import compare_period
    from tallystick.sync.reconcile.period.words import COMPARED
    from tallystick.sync.reports.compared_json import comparison_json

    where = chosen_workspace(workspace)
    if unknown := [one for one in kind if one not in COMPARED]:
        raise Stop(
            f"There is no kind {unknown[0]!r}. Choose among: {', '.join(COMPARED)}", code=Exit.USAGE
        )
    days = first.date(), last.date()
    if days[0] > days[1]:
        raise Stop("The period ends before it begins. Change --from or --to.", code=Exit.USAGE)
    organisation = bound_organisation(where)
    if organisation is None:
        raise Stop(str(NotConnected(where)), code=Exit.NEEDS_PERSON)
    kinds = kind or list(COMPARED)
    if as_json:
        told = comparison_json(organisation, *days, kinds)
        print(json.dumps(told, indent=2))
        is_equal = bool(told["is_equal"])
    else:
        found = compare_period(organisation, *days, kinds)
        print("\n".join(_in_words(found)))
        is_equal = found.is_equal
    raise typer.Exit(Exit.OK if is_equal else Exit.NEEDS_PERSON)


def _in_words(found: "Comparison") -> Iterator[str]:
    yield f"{found.organisation.name}, {_day(found.first)} to {_day(found.last)}"
    for part in found.parts:
        if part.sums or part.fresh.gaps:
            yield from _of_kind(part)
    yield ""
    yield (
        "Both sides agree, to the cent."
        if found.is_equal
        else "Not all agrees, or not all was seen: open Compare for each record, or use --json."
    )


def _of_kind(part: "ComparedPart") -> Iterator[str]:
    read = part.fresh.read_at
    fresh = f"read {read:%Y-%m-%d %H:%M} UTC" if read else "never read to the end"
    yield f"\n{part.kind.title} (Xero's side {fresh})"
    for gap in part.fresh.gaps:
        yield f"  ! {gap}"
    for one in part.sums:
        yield (
            f"  {one.verdict.label:<14}{one.count:>10,}"
            f"   here {_money(one.here)}   in Xero {_money(one.there)}"
        )


def _money(totals: dict[str, Any]) -> str:
    return " and ".join(f"{total:,} {code}" for code, total in sorted(totals.items())) or "nothing"


def _day(day: date) -> str:
    return f"{day:%d %b %Y}"
