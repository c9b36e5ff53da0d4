"""Imports a file of documents: reads it whole first, then writes it chunk by chunk.

Killed at any moment, an import has written whole documents only, and the same file again completes
it: what is here already is left alone. A dry run goes the same way and stops short of writing.
"""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from tallystick.failpoints import failpoint
from tallystick.importing import staging
from tallystick.importing.judging import Accepted, Declined, judge
from tallystick.importing.mappings import Mapping, named, recognise
from tallystick.importing.models import known_mappings
from tallystick.importing.parties import Parties, number_of
from tallystick.importing.read import Table
from tallystick.importing.report import ImportReport, Progress
from tallystick.importing.rows import RowParser, StagedRow
from tallystick.importing.tally import Tally
from tallystick.importing.taxes import TaxCodes
from tallystick.importing.writing import write
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

OnProgress = Callable[[Progress], None]

_BATCH_ROWS = 5_000


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
    the machine. `submit` submits the sales invoices in the transactions that make them. Every bad
    row goes to `bad_rows_to` as CSV, the first ones stand in the report too. Raises ImportRefused
    for what concerns the whole file, NotAllowed and OSError; then nothing was written.
    """
    if actor is not None:
        require(actor, workspace, Permission.EDIT_BOOKS)
    opened = source.open("rb") if isinstance(source, Path) else nullcontext(source)
    with opened as stream, staging.tables():
        run = _Run(workspace, actor, dry_run, submit, on_progress or (lambda progress: None))
        return run.go(stream, format, bad_rows_to)


@dataclass(frozen=True, slots=True)
class _Run:
    workspace: Workspace
    actor: User | None
    dry_run: bool
    submit: bool
    tell: OnProgress

    def go(self, stream: BinaryIO, format: str | None, bad_rows_to: TextIO | None) -> ImportReport:
        started = time.monotonic()
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        table = Table(stream)
        mapping = self._mapping(format, table.header)
        tally = Tally(ImportReport(format=mapping.name, dry_run=self.dry_run), bad_rows_to)
        tax_codes = TaxCodes(self.workspace)
        parser = RowParser(
            mapping,
            table.header,
            tax_codes=tax_codes,
            currency=self.workspace.currency,
            report=tally.bad_row,
        )
        staged = self._staged(table, parser, tally)
        # In batches, for the connection does nothing else while it copies: not even tell.
        while staging.fill(islice(staged, _BATCH_ROWS)):
            self.tell(Progress("reading", table.position(), size))
        documents, chunks = staging.group(negative_is_credit=mapping.negative_is_credit)
        if not self.dry_run:
            tax_codes.save_new()
        for place in range(chunks):
            tally.judged += self._chunk(place, mapping, tally)
            self.tell(Progress("checking" if self.dry_run else "writing", tally.judged, documents))
        tally.report.seconds = round(time.monotonic() - started, 3)
        return tally.report

    def _mapping(self, format: str | None, header: list[str]) -> Mapping:
        known = known_mappings(self.workspace)
        return named(format, header, known) if format else recognise(header, known)

    def _staged(self, table: Table, parser: RowParser, tally: Tally) -> Iterator[StagedRow]:
        for count, row in enumerate(table.rows(), start=1):
            tally.report.lines = count
            staged = parser.parse(row)
            if staged is not None:
                yield staged

    def _chunk(self, place: int, mapping: Mapping, tally: Tally) -> int:
        """Judge the documents of a chunk, write the new ones, and return how many there are."""
        judged = [judge(each) for each in staging.chunk(self.workspace, place)]
        new = [each for each in judged if isinstance(each, Accepted)]
        parties = Parties(self.workspace, new, party_name=mapping.party_name)
        tally.report.new_parties += staging.note_parties(map(number_of, parties.missing()))
        if new and not self.dry_run:
            made, submitted = write(
                new, parties, workspace=self.workspace, actor=self.actor, submit=self.submit
            )
            tally.report.submitted += submitted
            tally.report.already_here += len(new) - len(made)
            new = made
            failpoint("import.chunk_done")
        tally.made(new)
        tally.not_made(each for each in judged if isinstance(each, Declined))
        return len(judged)
