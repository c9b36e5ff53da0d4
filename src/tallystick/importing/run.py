"""Imports a file of documents, payments or allocations.

1. The table is opened and its columns are recognised.
2. It is looked through once: what holds for the whole file is decided, or asked.
3. Its rows are staged, brought together and judged; a dry run stops short of writing.

Killed at any moment, an import has written whole documents only, and the same file again completes
it: what is here already is left alone.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Answers
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

import msgspec

from tallystick.failpoints import failpoint
from tallystick.importing import questions
from tallystick.importing.documents import staging
from tallystick.importing.documents.headings import without_headings
from tallystick.importing.documents.intake import DocumentIntake
from tallystick.importing.documents.unpacking import unpacked
from tallystick.importing.errors import UnknownFormat
from tallystick.importing.failed import MOST as MOST_FAILED
from tallystick.importing.failed import write_failed
from tallystick.importing.home import home_of
from tallystick.importing.imports import begin, end
from tallystick.importing.intake import Intake, Order
from tallystick.importing.meaning.currencies import named_in
from tallystick.importing.meaning.fields import Holds
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.meaning.parts import as_decided
from tallystick.importing.meaning.recognising import fits_one, named, recognise
from tallystick.importing.models import Import, Upload, known_mappings, remembered
from tallystick.importing.report import ImportReport, Progress
from tallystick.importing.settlements import AllocationIntake, PaymentIntake
from tallystick.importing.survey import Surveyed, survey
from tallystick.importing.tables.table import Layout, Look, Row, Table, open_table
from tallystick.importing.tally import Tally
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

OnProgress = Callable[[Progress], None]

_BATCH_ROWS = 5_000
_READ_OTHERWISE = "How files of this format are read was changed since you looked. This is what it would make now."
_INTAKES: dict[Holds, Callable[[Order, Surveyed, Tally, Sequence[str]], Intake]] = {
    "documents": DocumentIntake,
    "payments": PaymentIntake,
    "allocations": AllocationIntake,
}


class Lists(NamedTuple):
    """Where the lists beside the report go."""

    #: Every bad value as CSV.
    bad_rows: TextIO | None = None
    #: The rows of all that was left out, as the file has them, each with the reason.
    failed: TextIO | None = None


def import_file(
    *,
    workspace: Workspace,
    actor: User | None,
    source: BinaryIO | Path,
    file_name: str = "",
    upload: Upload | None = None,
    format: str | None = None,
    tried: Mapping | None = None,
    layout: Layout | None = None,
    answers: Answers[str, str] | None = None,
    dry_run: bool,
    submit: bool = False,
    on_progress: OnProgress | None = None,
    lists: Lists | None = None,
    look: Look | None = None,
    as_looked: str = "",
) -> ImportReport:
    """Import the file and say what was done; a dry run says what would be.

    It is remembered by its `file_name` (left out, that of the path), and by its `upload`.
    `format` names a mapping; None recognises it by the header; `tried` is one that is not kept.
    `layout` says where and how the table lies where that is not to be found out; `look` is shown
    how the file begins. `answers` are what the file leaves open; while a
    question is open that blocks, nothing is made. No `actor` means the operator of the machine.
    `as_looked` is the reading that a person has looked at (`reading` of that report): where it is
    another by now, this is a dry run once more. `submit` submits the documents in the transactions
    that make them. Raises ImportRefused for what concerns the whole file, NotAllowed and OSError;
    then nothing was written.
    """
    if actor is not None:
        require(actor, workspace, Permission.EDIT_BOOKS)
    order = Order(workspace, actor, dry_run, submit, answers or {})
    questions.check(order.answers)
    known = known_mappings(workspace)
    if tried:
        format = tried.name
        known = [tried, *(each for each in known if each.name != format)]
    is_header = partial(fits_one, known=known)
    with (
        open_table(
            source, layout or Layout(), is_header=is_header, look=look or (lambda beginning: None)
        ) as table,
        staging.tables(),
    ):
        mapping = _recognised(table, format, known)
        said = remembered(workspace, mapping.name)
        if tried:
            said = questions.beyond(tried, said)
        order = order._replace(answers=said | dict(order.answers))
        run = _Run(order, table, mapping, lists or Lists(), on_progress or (lambda progress: None))
        name = file_name or (source.name if isinstance(source, Path) else "a file")
        return run.go(named=name, upload=upload, as_looked=as_looked)


def _recognised(table: Table, format: str | None, known: Sequence[Mapping]) -> Mapping:
    try:
        return named(format, table.header, known) if format else recognise(table.header, known)
    except UnknownFormat as unknown:
        if len(table.sheets) < 2:
            raise
        raise UnknownFormat(
            unknown.message,
            remedy=f"{unknown.remedy} Of {len(table.sheets):,} sheets “{table.sheet}” was read: if the "
            "rows stand in another, choose that one, or save it as CSV UTF-8 and import that file.",
            header=unknown.header,
            missing=unknown.missing,
        ) from unknown


class _Run:
    """One file on its way."""

    def __init__(
        self, order: Order, table: Table, mapping: Mapping, lists: Lists, tell: OnProgress
    ) -> None:
        self._order = order
        self._table = table
        if words := mapping.currency_before:
            currency = named_in(table.before, words) or mapping.currency
            mapping = msgspec.structs.replace(mapping, currency=currency)
        self._mapping = questions.answered(as_decided(mapping, table.header), order.answers)
        self._content = without_headings(unpacked(table, mapping), mapping)
        self._lists, self._tell = lists, tell
        noun = mapping.holds.removesuffix("s")
        self._report = ImportReport(
            format=mapping.name,
            dry_run=order.dry_run,
            noun=noun,
            header=table.header,
            said=dict(order.answers),
        )

    def go(self, *, named: str, upload: Upload | None, as_looked: str) -> ImportReport:
        started = time.monotonic()
        report, table = self._report, self._table
        surveyed = survey(
            self._content,
            self._mapping,
            home_of(self._order.workspace),
            on_read=lambda: self._tell(Progress("looking", table.position(), table.size)),
        )
        report.questions = list(surveyed.questions)
        report.told = [*table.notes, *surveyed.told]
        report.lines = surveyed.rows
        report.reading = self._reading(surveyed)
        if not report.dry_run and as_looked not in ("", report.reading):
            report.dry_run, self._order = True, self._order._replace(dry_run=True)
            report.told.append(_READ_OTHERWISE)
        is_real = not (self._order.dry_run or report.is_blocked)
        kept = self._begun(named, upload) if is_real else None
        if not report.is_blocked:
            self._take_in(surveyed, self._order._replace(kept=kept))
        report.seconds = round(time.monotonic() - started, 3)
        if kept is not None:
            end(kept, report)
        return report

    def _reading(self, surveyed: Surveyed) -> str:
        """Return what tells this reading of the file from any other of it."""
        mapping = surveyed.mapping
        mapping = msgspec.structs.replace(mapping, unused=tuple(sorted(set(mapping.unused))))
        read = [mapping, dict(self._order.answers), list(surveyed.home), self._table.header]
        return sha256(msgspec.json.encode(read, order="deterministic")).hexdigest()

    def _begun(self, named: str, upload: Upload | None) -> Import:
        return begin(
            workspace=self._order.workspace,
            actor=self._order.actor,
            file_name=named,
            format=self._report.format,
            submit=self._order.submit,
            upload=upload,
        )

    def _take_in(self, surveyed: Surveyed, order: Order) -> None:
        report, table = self._report, self._table
        table.write_numbers(surveyed.number_places, surveyed.mapping.decimal_mark)
        tally = Tally(report, self._lists.bad_rows)
        intake = _INTAKES[surveyed.mapping.holds](order, surveyed, tally, self._content.header)
        report.lines, lines = 0, -1
        rows = self._counted()
        # In batches, for the connection does nothing else while it copies: not even tell.
        while report.lines > lines:
            lines = report.lines
            intake.stage(islice(rows, _BATCH_ROWS))
            failpoint("import.batch_read")
            self._tell(Progress("reading", table.position(), table.size))
        records, chunks = intake.group(table.repeated_headers)
        failpoint("import.grouped")
        done = 0
        for place in range(chunks):
            done += intake.chunk(place)
            stage = "checking" if order.dry_run else "writing"
            self._tell(Progress(stage, done, records))
        tally.close()
        if not report.lines:
            report.told.append(
                "No row stands below the header. If there should be some, save the file again where "
                "it comes from, or choose another row as the header."
            )
        if self._lists.failed and write_failed(
            table, self._content, surveyed.mapping, self._lists.failed
        ):
            report.told.append(f"The list of rows left out ends after {MOST_FAILED:,} of them.")

    def _counted(self) -> Iterator[Row]:
        for row in self._content.rows():
            self._report.lines += 1
            yield row
