"""Imports a file of documents, payments or allocations: reads it whole, then writes it in chunks.

Killed at any moment, an import has written whole documents only, and the same file again completes
it: what is here already is left alone. A dry run goes the same way and stops short of writing.
"""

import io
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from tallystick.failpoints import failpoint
from tallystick.importing import staging
from tallystick.importing.documents import DocumentIntake
from tallystick.importing.entries import AllocationIntake, PaymentIntake
from tallystick.importing.intake import Intake, Order
from tallystick.importing.mappings import Holds, Mapping, named, recognise
from tallystick.importing.models import known_mappings
from tallystick.importing.read import Row, Table
from tallystick.importing.report import ImportReport, Progress
from tallystick.importing.tally import Tally
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

OnProgress = Callable[[Progress], None]

_BATCH_ROWS = 5_000
_INTAKES: dict[Holds, Callable[[Order, Mapping, Tally, Sequence[str]], Intake]] = {
    "documents": DocumentIntake,
    "payments": PaymentIntake,
    "allocations": AllocationIntake,
}


def import_file(
    *,
    workspace: Workspace,
    actor: User | None,
    source: BinaryIO | Path,
    format: str | None = None,
    dry_run: bool,
    submit: bool = False,
    on_progress: OnProgress | None = None,
    bad_rows_to: TextIO | None = None,
) -> ImportReport:
    """Import the CSV (plain or gzip) and say what was done; a dry run says what would be.

    `format` names a mapping; None recognises it by the header. No `actor` means the operator of
    the machine. `submit` submits the documents in the transactions that make them. Every bad row
    goes to `bad_rows_to` as CSV, the first ones stand in the report too. Raises ImportRefused for
    what concerns the whole file, NotAllowed and OSError; then nothing was written.
    """
    if actor is not None:
        require(actor, workspace, Permission.EDIT_BOOKS)
    opened = source.open("rb") if isinstance(source, Path) else nullcontext(source)
    with opened as stream, staging.tables():
        order = Order(workspace, actor, dry_run, submit)
        return _go(order, stream, format, bad_rows_to, on_progress or (lambda progress: None))


def _go(
    order: Order,
    stream: BinaryIO,
    format: str | None,
    bad_rows_to: TextIO | None,
    tell: OnProgress,
) -> ImportReport:
    started = time.monotonic()
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    table = Table(stream)
    mapping = _mapping(order.workspace, format, table.header)
    noun = mapping.holds.removesuffix("s")
    report = ImportReport(format=mapping.name, dry_run=order.dry_run, noun=noun)
    tally = Tally(report, bad_rows_to)
    intake = _INTAKES[mapping.holds](order, mapping, tally, table.header)
    rows = _counted(table, report)
    lines = -1
    # In batches, for the connection does nothing else while it copies: not even tell.
    while report.lines > lines:
        lines = report.lines
        intake.stage(islice(rows, _BATCH_ROWS))
        failpoint("import.batch_read")
        tell(Progress("reading", table.position(), size))
    records, chunks = intake.group()
    failpoint("import.grouped")
    done = 0
    for place in range(chunks):
        done += intake.chunk(place)
        tell(Progress("checking" if order.dry_run else "writing", done, records))
    report.seconds = round(time.monotonic() - started, 3)
    return report


def _counted(table: Table, report: ImportReport) -> Iterator[Row]:
    for row in table.rows():
        report.lines += 1
        yield row


def _mapping(workspace: Workspace, format: str | None, header: list[str]) -> Mapping:
    known = known_mappings(workspace)
    return named(format, header, known) if format else recognise(header, known)
