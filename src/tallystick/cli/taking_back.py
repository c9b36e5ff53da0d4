"""The command `undo-import`: what a file brought in is taken back as a whole."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.chosen import PersonOption, WorkspaceOption, acting_person, chosen_workspace
from tallystick.cli.exits import Exit, Stop
from tallystick.cli.prepare import prepare

if TYPE_CHECKING:
    from tallystick.sync.acts.undoing_imports import ImportUndoing
    from tallystick.workspaces.models import Workspace

#: So many imports are listed.
_IMPORTS = 20


def undo_import(
    number: Annotated[
        int, typer.Argument(metavar="IMPORT", help="Its number; left out, the newest are listed.")
    ] = 0,
    yes: Annotated[bool, typer.Option("--yes", help="Undo it; without, only show.")] = False,
    workspace: WorkspaceOption = "",
    person: PersonOption = "",
) -> None:
    """Take back all that an import made, while nothing of it is in Xero.

    Drafts are removed and their numbers are free again, submitted documents cancelled, payments and
    allocations deleted. What is in Xero goes out of it by `tallystick undo` first. Exit code 3: it
    was only shown, or cannot be undone now.
    """
    prepare()
    from tallystick.books.lookups import find_record
    from tallystick.importing.imports import imports_of
    from tallystick.sync.acts.undoing_imports import NotUndone, import_preview
    from tallystick.sync.acts.undoing_imports import undo_import as take_back
    from tallystick.workspaces.access import NotAllowed

    where = chosen_workspace(workspace)
    if not number:
        print("\n".join(_imports(where)) or "Nothing was imported yet.")
        return
    kept = find_record(imports_of(where), number)
    if kept is None:
        listed = "List them with: tallystick undo-import"
        raise Stop(f"{where} has no import {number}. {listed}", code=Exit.USAGE)
    would = import_preview(kept)
    if not yes:
        print("\n".join(_would(would)))
        said = would.refusal or "Undo it with --yes."
        raise Stop(f"Nothing was changed. {said}", code=Exit.NEEDS_PERSON)
    try:
        done = take_back(workspace=where, actor=acting_person(where, person), import_id=number)
    except NotUndone as refused:
        ways = "".join(f"\n  tallystick undo {run.pk} --yes" for run in refused.runs)
        raise Stop(f"{refused}{ways}", code=Exit.NEEDS_PERSON) from refused
    except NotAllowed as error:
        raise Stop(str(error), code=Exit.NEEDS_PERSON) from error
    print(f"The import of {kept} was undone: {done.all}.")


def _would(would: "ImportUndoing") -> Iterator[str]:
    yield "Undoing it would do this:"
    for part, fate in (
        (would.removed, "drafts, removed; their numbers are free again"),
        (would.cancelled, "submitted, cancelled"),
        (would.settlements, "deleted"),
        (would.cancelled_before, "cancelled before; they stay so"),
    ):
        if part.count:
            yield f"{part}: {fate}"
    if would.changed:
        yield f"{would.changed:,} of these changed here since."
    if would.edited:
        yield f"{would.edited:,} that it edited stay as edited: what they were is not kept."
    if would.cancelled_by:
        yield f"{would.cancelled_by:,} that it cancelled stay cancelled; --answer cancelled=make makes them anew from a file."
    yield "Customers and items that it added stay."


def _imports(where: "Workspace") -> Iterator[str]:
    from tallystick.importing.imports import imports_of

    for kept in imports_of(where)[:_IMPORTS]:
        who = kept.actor or "the command line"
        stage = (
            "  undone" if kept.undone_at else "" if kept.ended_at else "  at work, or broken off"
        )
        yield f"{kept.pk:>6}  {kept.started_at:%Y-%m-%d %H:%M} UTC  {who}  {kept}{stage}"
