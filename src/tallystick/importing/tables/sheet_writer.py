"""A process of its own: reads a workbook from standard input, writes one sheet to standard output.

Workbooks come from strangers and are unpacked whole, so memory, time and what is written have
limits that end this process and nothing else. A row is one record of CSV: the number of the row,
the places of its numbers, its cells; blank rows are left out. What else is to be said about the
sheet is one line of JSON, a SheetReport, on standard error.
"""

import csv
import errno
import io
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

import msgspec
import python_calamine as calamine

from tallystick.importing.tables.archives import ZIP, Refusal, Refused, check_archive
from tallystick.importing.tables.cell_formats import shown_beside, with_shown
from tallystick.importing.tables.cell_texts import is_beyond_digits, text_of
from tallystick.importing.tables.compound import is_encrypted
from tallystick.importing.tables.sheet_parts import Place, hidden_rows
from tallystick.importing.tables.without_value import cells_without_value

#: More than any cell that is imported may have, and less than the csv module reads.
_LONGEST_CELL = 100_000


class SheetRequest(msgspec.Struct, kw_only=True):
    """What to read, and the limits."""

    sheet: str  #: Its name; empty: the first with anything in it.
    memory: int  #: In bytes.
    seconds: int  #: Of processor time.
    most_unpacked: int  #: In bytes.
    most_written: int  #: In bytes.
    most_rows: int


class SheetReport(msgspec.Struct, kw_only=True):
    """What is to be said about the sheet that was written, or why none was."""

    refused: Refusal | None = None
    sheet: str = ""
    sheets: list[str] = []
    filled: list[str] = []  #: The visible sheets with anything in them.
    is_hidden: bool = False
    hidden_rows: int = 0
    #: Rows, counted and the first one named: with numbers that lost digits, with cells that have
    #: no value where there should be one.
    beyond_digits: int = 0
    first_beyond_digits: int = 0
    without_value: int = 0
    first_without_value: int = 0


def main() -> None:
    """Write the sheet that the argument asks for."""
    asked = msgspec.json.decode(sys.argv[1], type=SheetRequest)
    _limit(asked)
    try:
        told = _read(sys.stdin.buffer, asked)
    except Refused as refused:
        told = SheetReport(refused=refused.why)
    except calamine.PasswordError:
        told = SheetReport(refused=Refusal.PASSWORD)
    except (calamine.CalamineError, ValueError, ExpatError, ElementTree.ParseError):
        told = SheetReport(refused=Refusal.DAMAGED)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        told = SheetReport(refused=Refusal.DISK_FULL)
    sys.stderr.write(f"\n{msgspec.json.encode(told).decode()}")


def _limit(asked: SheetRequest) -> None:
    import resource

    limits = {
        resource.RLIMIT_AS: asked.memory,
        resource.RLIMIT_CPU: asked.seconds,
        resource.RLIMIT_FSIZE: asked.most_written,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        # A system may not know a limit; the others hold all the same.
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _read(file: BinaryIO, asked: SheetRequest) -> SheetReport:
    is_archive = file.read(len(ZIP)) == ZIP
    file.seek(0)
    data = file.read()
    content = io.BytesIO(data)
    if is_archive:
        check_archive(content, asked.most_unpacked)
    elif is_encrypted(data):
        raise Refused(Refusal.PASSWORD)
    content.seek(0)
    book = calamine.load_workbook(content)
    told, sheet = _chosen(book, asked)
    lacking = cells_without_value(content, told.sheet) if is_archive else {}
    told.hidden_rows = hidden_rows(content, told.sheet) if is_archive else 0
    shown = shown_beside(content, told.sheet) if is_archive else iter(())
    if sheet.end is not None and sheet.end[0] >= asked.most_rows:
        raise Refused(Refusal.TOO_MANY_ROWS)
    with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False) as out:
        csv.writer(out).writerows(_records(sheet, lacking, _ByRow(shown), told))
    return told


def _chosen(
    book: calamine.CalamineWorkbook, asked: SheetRequest
) -> tuple[SheetReport, calamine.CalamineSheet]:
    """Return the sheet that was asked for, else the first with anything in it, visible first."""
    kinds = [
        entry for entry in book.sheets_metadata if entry.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    visible = [entry.name for entry in kinds if entry.visible == calamine.SheetVisibleEnum.Visible]
    told = SheetReport(sheets=[entry.name for entry in kinds])
    found = None
    if asked.sheet and asked.sheet not in told.sheets:
        raise Refused(Refusal.NO_SUCH_SHEET)
    for name in sorted(told.sheets, key=lambda name: name not in visible):
        if asked.sheet and name != asked.sheet:
            continue
        if found is not None and name not in visible:
            break
        sheet = book.get_sheet_by_name(name)
        if sheet.height and name in visible:
            told.filled.append(name)
        if sheet.height and found is None:
            found, told.sheet, told.is_hidden = sheet, name, name not in visible
    if found is None:
        raise Refused(Refusal.EMPTY)
    return told, found


class _ByRow:
    """What is said of cells row after row, taken one row at a time."""

    def __init__(self, found: Iterator[tuple[Place, str]]) -> None:
        self._found = found
        self._next = next(found, None)

    def of(self, row: int) -> Iterator[tuple[int, str]]:
        """Give columns and texts of the row; rows are asked for in their order."""
        while self._next and self._next[0][0] <= row:
            (at, column), text = self._next
            if at == row:
                yield column, text
            self._next = next(self._found, None)


def _records(
    sheet: calamine.CalamineSheet, lacking: dict[Place, str], shown: _ByRow, told: SheetReport
) -> Iterator[list[object]]:
    first_column = (sheet.start or (0, 0))[1]
    lacking_in: dict[int, dict[int, str]] = {}
    for (row, column), text in lacking.items():
        lacking_in.setdefault(row, {})[column - first_column] = text
    for place, cells in enumerate(sheet.iter_rows()):
        numbers = {
            column: cell
            for column, cell in enumerate(cells)
            if type(cell) is float or type(cell) is int  # a bool is an int otherwise
        }
        texts = [cell[:_LONGEST_CELL] if type(cell) is str else text_of(cell) for cell in cells]
        for column, beside in shown.of(place):
            if (at := column - first_column) in numbers:
                texts[at] = with_shown(texts[at], beside)
        if place in lacking_in:
            told.without_value += 1
            told.first_without_value = told.first_without_value or place + 1
            _fill(texts, lacking_in[place])
        if any(map(is_beyond_digits, numbers.values())):
            told.beyond_digits += 1
            told.first_beyond_digits = told.first_beyond_digits or place + 1
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield [place + 1, " ".join(map(str, numbers)), *texts]


def _fill(texts: list[str], lacking: dict[int, str]) -> None:
    for column, text in lacking.items():
        texts.extend([""] * (column + 1 - len(texts)))
        # A cell left of all others would be an index from the end.
        if column >= 0:
            texts[column] = text


if __name__ == "__main__":
    main()
