"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS): one sheet, read in a process with limits.

That process writes the sheet as a text, into a file without a name that goes when it is closed.
From there the rows are read as a stream, as often as they are asked for.
"""

import csv
import errno
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO

import msgspec

from tallystick.importing.errors import NotATable
from tallystick.importing.tables.archives import Refusal
from tallystick.importing.tables.cell_texts import DIGITS
from tallystick.importing.tables.delimiters import SAMPLED, Numbered
from tallystick.importing.tables.headers import SAVE_AS_CSV
from tallystick.importing.tables.layout import Layout
from tallystick.importing.tables.row import Row, is_blank
from tallystick.importing.tables.sheet_writer import SheetReport, SheetRequest

MOST_UNPACKED = 200_000_000
MOST_ROWS = 1_048_576  #: As many as Excel has.
MEMORY = 1_500_000_000  #: Bytes of the process.
SECONDS = 120  #: Of processor time.
_MOST_WRITTEN = 2_000_000_000
_LONGEST_WAIT = 300  #: Seconds, of which the process may be kept from running.
_SHOWN = 10  #: Names of sheets.
#: What the process needs of the environment; it reads what strangers made, so no secrets.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR", "LANG")

_WORDS = {
    Refusal.PASSWORD: "The workbook is protected by a password. Open it, remove the password, save "
    "it and import that file.",
    Refusal.NUMBERS: "The file is a document of Apple Numbers. Open it, choose File, Export to, "
    "CSV or Excel, and import that file.",
    Refusal.DOCUMENT: "The file is a document or presentation, not a workbook. Copy the table into "
    "a workbook, or save it as CSV, and import that file.",
    Refusal.ARCHIVE: "The file is a ZIP archive, not a workbook. Unpack it and import the files "
    "inside, one after the other.",
    Refusal.TOO_LARGE: f"The workbook is larger than {MOST_UNPACKED // 1_000_000:,} MB when it is "
    "unpacked. Save the sheet as CSV UTF-8, or part it, and import that.",
    Refusal.TOO_MANY_ROWS: f"The sheet has more than {MOST_ROWS:,} rows. Part it, each part with "
    "the header, and import one after the other.",
    Refusal.NO_SUCH_SHEET: "The workbook has no sheet of that name. Choose another sheet.",
    Refusal.EMPTY: "The workbook is empty. Choose one with a header and at least one row.",
    Refusal.DAMAGED: f"The workbook is damaged, or of a kind that cannot be read. {SAVE_AS_CSV}",
}
_ENDED = (
    "Reading the workbook took more memory or time than a table needs, or it is damaged; it was "
    f"not read further and nothing was imported. {SAVE_AS_CSV}"
)


class Workbook:
    """The content of one sheet."""

    encoding = delimiter = ""
    ends_open = False  #: A workbook that was cut off cannot be opened at all.

    def __init__(self, source: BinaryIO, size: int, layout: Layout) -> None:
        """Have the sheet written. Raises NotATable, and OSError where the disk is full."""
        if size > MOST_UNPACKED:
            raise NotATable.of_text(_WORDS[Refusal.TOO_LARGE])
        # Through one file for both: it is written by the other process and read by this one.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as this is
        self._text = io.TextIOWrapper(self._file, encoding="utf-8", newline="")
        try:
            told = _write(source, self._file.fileno(), layout.sheet)
            self._written = os.fstat(self._file.fileno()).st_size
            self._size = size
            self.sheet, self.sheets, self.notes = told.sheet, told.sheets, _notes(told)
            self.sample: list[Numbered] = [
                (row.line, row.cells)
                for row in islice(self._rows(), SAMPLED)
                if not is_blank(row.cells)
            ]
        except BaseException:
            self._text.close()
            raise

    def records(self, first_line: int) -> Iterator[Row]:
        """Give the rows of the sheet from `first_line` on, filled up to the first of them."""
        width = 0
        for row in self._rows():
            if row.line < first_line:
                continue
            width = width or len(row.cells)
            lacking = width - len(row.cells)
            if lacking > 0:
                row = row._replace(cells=row.cells + [""] * lacking)
            yield row

    def position(self) -> int:
        """Return how far the rows are, as a part of the file as it lies on disk."""
        return self._size * self._file.tell() // max(1, self._written)

    def close(self) -> None:
        """Remove what was written."""
        self._text.close()

    def _rows(self) -> Iterator[Row]:
        self._text.seek(0)
        places: dict[str, tuple[int, ...]] = {"": ()}
        for line, numbers, *cells in csv.reader(self._text):
            if numbers not in places:
                places[numbers] = tuple(map(int, numbers.split()))
            problem = None
            if "\0" in "".join(cells):
                problem = f"Row {line} holds NUL characters, so it is damaged. Correct it."
            yield Row(int(line), cells, problem, places[numbers])


def _write(source: BinaryIO, out: int, sheet: str) -> SheetReport:
    asked = SheetRequest(
        sheet=sheet,
        memory=MEMORY,
        seconds=SECONDS,
        most_unpacked=MOST_UNPACKED,
        most_written=_MOST_WRITTEN,
        most_rows=MOST_ROWS,
    )
    command = [sys.executable, "-P", "-m", "tallystick.importing.tables.sheet_writer"]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    with (
        _on_disk(source) as file,
        subprocess.Popen(  # noqa: S603 - our own program
            [*command, msgspec.json.encode(asked).decode()],
            stdin=file,
            stdout=out,
            stderr=subprocess.PIPE,
            env=environment,
        ) as process,
    ):
        try:
            _, said = process.communicate(timeout=_LONGEST_WAIT)
        except subprocess.TimeoutExpired:
            raise NotATable.of_text(_ENDED) from None
        finally:
            process.kill()
    if process.returncode:
        raise NotATable.of_text(_ENDED)
    told = msgspec.json.decode(said.rpartition(b"\n")[2], type=SheetReport)
    if told.refused is Refusal.DISK_FULL:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if told.refused:
        raise NotATable.of_text(_WORDS[told.refused])
    return told


@contextmanager
def _on_disk(source: BinaryIO) -> Iterator[int]:
    """Give a file, at its beginning, that another process can read."""
    try:
        file = source.fileno()
    except OSError:  # it lies in memory
        with tempfile.TemporaryFile() as copy:
            source.seek(0)
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.lseek(copy.fileno(), 0, os.SEEK_SET)
            yield copy.fileno()
    else:
        os.lseek(file, 0, os.SEEK_SET)
        yield file


def _notes(told: SheetReport) -> list[str]:
    notes = []
    if told.is_hidden:
        notes.append(f"The sheet “{told.sheet}”, which is read, is hidden in the workbook.")
    if told.hidden_rows:
        notes.append(
            f"Rows that are hidden in the sheet, by a filter or by hand: {told.hidden_rows:,}. They "
            "are read like the others; delete them in the workbook if they should not be."
        )
    if len(told.filled) > 1:
        names = ", ".join(f"“{name}”" for name in told.filled[:_SHOWN])
        more = ", …" if len(told.filled) > _SHOWN else ""
        notes.append(
            f"Several sheets are not empty: {names}{more}. “{told.sheet}” is read; choose another "
            "if that is not the one."
        )
    if told.without_value:
        notes.append(
            f"{_rows(told.without_value, told.first_without_value)} cells with an error, or with a "
            "formula whose result is not in the file. Open the workbook in your spreadsheet, look "
            "at them, save it and import it again."
        )
    if told.beyond_digits:
        notes.append(
            f"{_rows(told.beyond_digits, told.first_beyond_digits)} numbers of more than {DIGITS} "
            f"digits. A workbook keeps {DIGITS}, so the last ones may be wrong; where such a number "
            "is an identifier, import it from a CSV."
        )
    return notes


def _rows(count: int, first: int) -> str:
    return f"Row {first} has" if count == 1 else f"{count:,} rows, the first of them {first}, have"
