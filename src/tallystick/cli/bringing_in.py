"""The command `import`: a file of documents, payments or allocations into the books."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TextIO

import typer

from tallystick.cli.chosen import JsonOption, WorkspaceOption, acting_person, chosen_workspace
from tallystick.cli.exits import Exit, Stop
from tallystick.cli.prepare import prepare
from tallystick.english import counted, plural

if TYPE_CHECKING:
    from tallystick.importing.report import ImportReport, Progress
    from tallystick.importing.tables.layout import Layout
    from tallystick.workspaces.models import User, Workspace

_SHOWN = 20
_WHOLE = "All that is imported so far is whole; the same command imports the rest."


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="A CSV file, packed with gzip or not, or a workbook: XLSX, XLSB, XLS, ODS."
        ),
    ],
    workspace: WorkspaceOption = "",
    format: Annotated[
        str, typer.Option(help="Name of a column mapping; left out, the header tells.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Import without a look first.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look.")] = False,
    submit: Annotated[bool, typer.Option("--submit", help="Submit the documents too.")] = False,
    answer: Annotated[
        list[str] | None,
        typer.Option(help="What the file leaves open, as KEY=VALUE; may be given several times."),
    ] = None,
    bad_rows: Annotated[
        Path | None, typer.Option(help="Write all bad values to this CSV file.")
    ] = None,
    left_out: Annotated[
        Path | None,
        typer.Option(help="Write the rows of all that is left out to this CSV file."),
    ] = None,
    sheet: Annotated[str, typer.Option(help="The sheet of a workbook; else found out.")] = "",
    encoding: Annotated[str, typer.Option(help="Such as cp1252; else found out.")] = "",
    delimiter: Annotated[
        str, typer.Option(help="What parts the columns, such as a semicolon; else found out.")
    ] = "",
    header_line: Annotated[
        int, typer.Option(help="The line that names the columns, from 1; else found out.")
    ] = 0,
    person: Annotated[str, typer.Option("--as", help="E-mail of who imports; else nobody.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Import documents, payments or allocations from a file: a look first, then the question.

    What is left out is named with its reason and never stops the rest; the same file twice
    creates nothing twice. What a file leaves open is asked, and answered by --answer. Ctrl-C leaves
    whole documents only, and the same command completes them. Exit code 3: something was left out,
    or a question is open, or it waits for your --yes.
    """
    # Also where the path cannot be one at all, such as a name that is too long.
    if not os.path.isfile(file):
        raise Stop(f"There is no file {file}. Nothing was imported.")
    _refuse_overwriting(file, bad_rows, left_out)
    prepare()
    from tallystick.importing.tables.layout import Layout

    where = chosen_workspace(workspace)
    _bring_in(
        _Given(
            where=where,
            actor=acting_person(where, person) if person else None,
            file=file,
            format=format or None,
            submit=submit,
            layout=Layout(
                encoding=encoding, delimiter=delimiter, sheet=sheet, header_line=header_line
            ),
            answers=_answers(answer or []),
            bad_rows=bad_rows,
            left_out=left_out,
            as_json=as_json,
        ),
        yes=yes,
        dry_run=dry_run,
    )


def _refuse_overwriting(file: Path, *lists: Path | None) -> None:
    """Raise Stop where a list would be written over the file that is read, or over the other list."""
    given = [path.resolve() for path in (file, *lists) if path]
    if len(set(given)) < len(given):
        raise Stop(
            "The file and the lists that are written must have different names. Nothing was imported.",
            code=Exit.USAGE,
        )


class _Given(NamedTuple):
    """What the command was given, as the import takes it."""

    where: "Workspace"
    actor: "User | None"
    file: Path
    format: str | None
    submit: bool
    layout: "Layout"
    answers: dict[str, str]
    bad_rows: Path | None
    left_out: Path | None
    as_json: bool

    def run(self, *, dry_run: bool, as_looked: str = "") -> "ImportReport":
        """Import the file and print what was done, or would be."""
        from tallystick.importing.run import Lists, import_file

        with (
            _written(self.bad_rows) as listed,
            _written(self.left_out) as failed,
            _shown(quiet=self.as_json) as tell,
        ):
            report = import_file(
                workspace=self.where,
                actor=self.actor,
                source=self.file,
                format=self.format,
                layout=self.layout,
                dry_run=dry_run,
                submit=self.submit,
                on_progress=tell,
                answers=self.answers,
                lists=Lists(listed, failed),
                as_looked=as_looked,
            )
        _print(report, as_json=self.as_json)
        return report


def _bring_in(given: _Given, *, yes: bool, dry_run: bool) -> None:
    """Look first unless told to go on, ask, import; ends with the exit code that tells how it went."""
    from tallystick.importing.errors import ImportRefused
    from tallystick.workspaces.access import NotAllowed

    try:
        report = given.run(dry_run=not yes or dry_run)
        if not yes and not dry_run and not report.is_blocked:
            _ask(report)
            report = given.run(dry_run=False, as_looked=report.reading)
            if report.dry_run:
                raise Stop("Nothing was imported. Run it again.", code=Exit.NEEDS_PERSON)
    except OSError as error:
        raise Stop(
            f"{error.filename or given.file}: {error.strerror or error}. {_WHOLE}"
        ) from error
    except (ImportRefused, NotAllowed) as error:
        raise Stop(f"{given.file} was not imported. {error}") from error
    except KeyboardInterrupt:
        raise Stop(f"Stopped. {_WHOLE}", code=Exit.INTERRUPTED) from None
    raise typer.Exit(Exit.NEEDS_PERSON if report.needs_person else Exit.OK)


def _answers(given: list[str]) -> dict[str, str]:
    pairs = [each.rpartition("=") for each in given]
    if wrong := next((each for each, pair in zip(given, pairs, strict=True) if not pair[0]), None):
        raise Stop(
            f"--answer {wrong} says nothing. Write it like --answer day_order=mdy.",
            code=Exit.USAGE,
        )
    return {key: value for key, _, value in pairs}


def _ask(report: "ImportReport") -> None:
    if not sys.stdin.isatty():
        raise Stop(
            "Nothing was imported yet. Run it again with --yes to import.", code=Exit.NEEDS_PERSON
        )
    if not report.acts or not typer.confirm(f"{report.doing}?"):
        raise Stop("Nothing was imported.", code=Exit.OK)


def _print(report: "ImportReport", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.as_json(), indent=2))
        return
    would = "would be " if report.dry_run else ""
    print(
        f"{counted(report.lines, 'line')}, read as {report.format}, in {report.seconds:.1f} seconds"
    )
    for kind, count in sorted(report.created.items()):
        print(f"  {count:>9,} {plural(count, kind.replace('_', ' '))} {would}created")
    for currency, total in sorted(report.total.items()):
        print(f"            in all {currency} {total:,.2f}")
    for currency, total in sorted(report.credit_total.items()):
        print(f"            credited in all {currency} {total:,.2f}")
    for count, what in (
        (report.submitted, "submitted"),
        (report.rounded, "with up to 0.10 of rounding, as the file's totals say"),
        (report.rounded_lines, "lines with figures rounded to four decimals, their amounts kept"),
        (report.one_piece_lines, "lines made one piece at their amount, to keep it"),
        (report.of_nothing, "of them come to nothing"),
        (report.cancelled, f"{would}cancelled here, as the file says"),
        (report.anew, f"of them {would}made in place of documents that are cancelled here"),
        (report.edited, f"here {would}changed to what the file says"),
        (report.corrected.get("amend", 0), f"here {would}cancelled and made anew, as it says"),
        (report.corrected.get("credit", 0), f"here {would}credited and made anew, as it says"),
        (report.new_parties, f"{plural(report.new_parties, 'new customer')} {would}created"),
        (report.already_here, f"{plural(report.already_here, report.noun)} here already"),
    ):
        if count:
            print(f"  {count:>9,} {what}")
    for currency, change in sorted(report.change.items()):
        print(f"            those changed come to {currency} {change:+,.2f} in all")
    for currency, change in sorted(report.exchange.items()):
        print(f"            those made anew come to {currency} {change:+,.2f} in all")
    for currency, total in sorted(report.cancelled_total.items()):
        print(f"            those cancelled come to {currency} {total:,.2f}")
    for _, answer in report.answered:
        print(f"  as was said: {answer}")
    for said in report.told:
        print(f"  {said}")
    for one in report.corrections[:_SHOWN]:
        made = f" Made: {', '.join(one.made)}." if one.made else ""
        print(f"  {one.document} (line {one.line}): {one.changes}{made}")
    _print_left_out(report)
    _print_bad_rows(report)
    _print_questions(report)


def _print_left_out(report: "ImportReport") -> None:
    from tallystick.importing.report import CAUSES

    for cause, left_out in report.left_out.items():
        sums = ", ".join(f"{code} {amount:,.2f}" for code, amount in left_out.total.items())
        print(f"  {left_out.count:>9,} left out: {CAUSES[cause]}{f' ({sums})' if sums else ''}")
    for each in report.not_made[:_SHOWN]:
        amount = f", {each.currency} {each.amount}" if each.amount else ""
        print(f"  {each.document} (line {each.line}{amount}): {each.reason}")
    more = report.not_made_count - min(len(report.not_made), _SHOWN)
    if report.not_made and more > 0:
        print(f"  … and {more:,} more; --left-out FILE writes the rows of all of them")


def _print_questions(report: "ImportReport") -> None:
    for question in report.questions:
        print(f"\n{question.text}")
        for sample in question.samples:
            readings = ", ".join(
                f"{choice.label}: {reading}"
                for choice, reading in zip(question.choices, sample.readings, strict=True)
            )
            print(f"  line {sample.line}, {sample.text}: {readings}")
        for choice in question.choices:
            print(f'  --answer "{question.key}={choice.value}"  {choice.label}')
    if report.is_blocked:
        print("\nNothing is imported before this is answered.")


def _print_bad_rows(report: "ImportReport") -> None:
    for row in report.bad_rows[:_SHOWN]:
        print(f"  line {row.line}, {row.column} {row.value!r}: {row.reason}")
    more = report.bad_row_count - min(len(report.bad_rows), _SHOWN)
    if report.bad_rows and more > 0:
        print(f"  … and {more:,} more bad rows; --bad-rows FILE writes all of them")


@contextlib.contextmanager
def _written(path: Path | None) -> Iterator[TextIO | None]:
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
