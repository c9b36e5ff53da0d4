"""The command `import`: a file of documents, payments or allocations into the books."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from tallystick.cli.chosen import JsonOption, WorkspaceOption, acting_person, chosen_workspace
from tallystick.cli.exits import Exit, Stop
from tallystick.cli.prepare import prepare

if TYPE_CHECKING:
    from tallystick.importing.report import ImportReport, Progress

_SHOWN_BAD_ROWS = 20


def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file, plain or packed with gzip.")],
    workspace: WorkspaceOption = "",
    format: Annotated[
        str, typer.Option(help="Name of a column mapping; left out, the header tells.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Import without a look first.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look.")] = False,
    submit: Annotated[bool, typer.Option("--submit", help="Submit the documents too.")] = False,
    bad_rows: Annotated[
        Path | None, typer.Option(help="Write all bad rows to this CSV file.")
    ] = None,
    person: Annotated[str, typer.Option("--as", help="E-mail of who imports; else nobody.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Import documents, payments or allocations from a file: a look first, then the question.

    Bad rows are listed with line, column, value and reason, and never stop good ones; the same
    file twice creates nothing twice. Ctrl-C leaves whole documents only, and the same command
    completes them. Formats that ship: tallystick, xero-sales-invoices, online-retail, chinook,
    payments, allocations. Exit code 3: some rows were bad, or it waits for your --yes.
    """
    prepare()
    from tallystick.importing.errors import ImportRefused
    from tallystick.importing.run import import_file
    from tallystick.workspaces.access import NotAllowed

    where = chosen_workspace(workspace)
    actor = acting_person(where, person) if person else None

    def run(*, dry_run: bool) -> "ImportReport":
        with _bad_rows_file(bad_rows) as listed, _shown(quiet=as_json) as tell:
            return import_file(
                workspace=where,
                actor=actor,
                source=file,
                format=format or None,
                dry_run=dry_run,
                submit=submit,
                on_progress=tell,
                bad_rows_to=listed,
            )

    try:
        report = run(dry_run=not yes or dry_run)
        _print(report, as_json=as_json)
        if not yes and not dry_run:
            _ask(report)
            report = run(dry_run=False)
            _print(report, as_json=as_json)
    except (ImportRefused, NotAllowed, OSError) as error:
        raise Stop(f"{file} was not imported. {error}") from error
    except KeyboardInterrupt:
        raise Stop(
            "Stopped. All that is imported so far is whole; the same command imports the rest.",
            code=Exit.INTERRUPTED,
        ) from None
    raise typer.Exit(Exit.NEEDS_PERSON if report.unreadable or report.conflicts else Exit.OK)


def _ask(report: "ImportReport") -> None:
    if not sys.stdin.isatty():
        raise Stop(
            "Nothing was imported yet. Run it again with --yes to import.", code=Exit.NEEDS_PERSON
        )
    if not report.documents or not typer.confirm(f"Import {report.documents:,} {report.noun}s?"):
        raise Stop("Nothing was imported.", code=Exit.OK)


def _print(report: "ImportReport", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.as_json(), indent=2))
        return
    would = "would be " if report.dry_run else ""
    print(f"{report.lines:,} lines, read as {report.format}, in {report.seconds:.1f} seconds")
    whats = f"{report.noun}s"
    for kind, count in sorted(report.created.items()):
        what = whats if kind == report.noun else f"{kind.replace('_', ' ')} documents"
        print(f"  {count:>9,} {what} {would}created")
    for currency, total in sorted(report.total.items()):
        print(f"            in all {currency} {total:,.2f}")
    for currency, total in sorted(report.credit_total.items()):
        print(f"            credited in all {currency} {total:,.2f}")
    for count, what in (
        (report.submitted, "submitted"),
        (report.rounded, "with up to 0.10 of rounding, as the file's totals say"),
        (report.new_parties, f"new customers {would}created"),
        (report.already_here, f"{whats} were here already"),
        (report.conflicts, "left alone: the number is taken by a document with other content"),
        (report.unreadable, "left out because of bad rows"),
    ):
        if count:
            print(f"  {count:>9,} {what}")
    for reason, count in sorted(report.left_out.items()):
        print(f"  {count:>9,} left out: {reason}")
    _print_bad_rows(report)


def _print_bad_rows(report: "ImportReport") -> None:
    for row in report.bad_rows[:_SHOWN_BAD_ROWS]:
        print(f"  line {row.line}, {row.column} {row.value!r}: {row.reason}")
    more = report.bad_row_count - min(len(report.bad_rows), _SHOWN_BAD_ROWS)
    if more > 0:
        print(f"  … and {more:,} more bad rows; --bad-rows FILE writes all of them")


@contextlib.contextmanager
def _bad_rows_file(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextlib.contextmanager
def _shown(*, quiet: bool) -> Iterator["Callable[[Progress], None]"]:
    """Give what shows progress on standard error while the block runs."""
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.TaskProgressColumn(),
        rich.TimeRemainingColumn(),
    )
    console = Console(stderr=True, quiet=quiet)
    with rich.Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("reading")

        def tell(progress: "Progress") -> None:
            bars.update(
                task, description=progress.stage, completed=progress.done, total=progress.total
            )

        yield tell
