"""A table: its header, and its rows as often as they are asked for."""

import io
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

import msgspec

from tallystick.importing.errors import NotATable
from tallystick.importing.tables.delimiters import Numbered
from tallystick.importing.tables.headers import (
    MOST_COLUMNS,
    IsHeader,
    best_header,
    check_header,
    names_of,
)
from tallystick.importing.tables.kinds import is_like_a_workbook
from tallystick.importing.tables.layout import Layout
from tallystick.importing.tables.records import without_what_is_no_text
from tallystick.importing.tables.row import Row, is_blank
from tallystick.importing.tables.text import Text
from tallystick.importing.tables.workbooks import Workbook
from tallystick.spreadsheets import as_written

__all__ = ["Beginning", "Layout", "Row", "Table", "open_table"]

_SHOWN = 3  #: Lines before the header that are told word by word.
_SHOWN_CHARACTERS = 60
_MOST_RECORDS = 30  #: That are shown to choose the header from.
#: So many lines are remembered on which the header stands again.
_MOST_HEADERS = 100_000
_AS_FOUND = Layout()
_POINT = "."  #: Before the decimals of cells that are numbers.
_BESIDE = (
    "The row has cells to the right of the last column that the header names. Empty them, or give "
    "their columns a name."
)


def _accept_none(cells: object) -> bool:
    return False


class Beginning(msgspec.Struct, frozen=True):
    """How a file begins and how it was read, to choose another header, encoding or sheet."""

    #: The first ones that are not blank, each with its line; of long cells only the beginning.
    records: list[Numbered]
    #: What was found out, or chosen, as Layout has it.
    encoding: str
    delimiter: str
    sheet: str
    sheets: list[str]
    header_line: int


Look = Callable[[Beginning], None]


def _ignore(beginning: Beginning) -> None:
    pass


class Content(Protocol):
    """What a file holds, of whatever kind it is."""

    encoding: str
    delimiter: str
    sheet: str
    notes: list[str]
    sample: list[Numbered]  #: The first records that are not blank.

    sheets: list[str]

    @property
    def ends_open(self) -> bool: ...
    def records(self, first_line: int) -> Iterator[Row]: ...
    def position(self) -> int: ...
    def close(self) -> None: ...


class _Counted:
    """Lines of which the first is named and the others are counted."""

    def __init__(self) -> None:
        self.first = self.count = 0

    def add(self, line: int) -> None:
        self.first = self.first or line
        self.count += 1

    def __str__(self) -> str:
        more = f" and {self.count - 1:,} more" if self.count > 1 else ""
        return f"line {self.first}{more}"


class Table:
    """The header of a file and its rows."""

    def __init__(self, content: Content, size: int, header_line: int, held: ExitStack) -> None:
        """Read the header that begins on `header_line`. Raises NotATable."""
        self._content = content
        self._held = held
        self.size = size  #: In bytes, as the file lies on disk.
        self.header_line = header_line
        self.encoding, self.delimiter = content.encoding, content.delimiter
        self.sheet, self.sheets = content.sheet, content.sheets
        #: What the lines before the header say, joined by blanks.
        self.before = _texts_before(content.sample, header_line)
        self._opened_with = [*content.notes, *_passed_over(self.before)]
        self._raw_header = self._read_header()
        self.header = names_of(self._raw_header)
        check_header(self.header)
        self._padded = _width_of_most(content.sample, header_line, len(self.header))
        self._number_places: frozenset[int] = frozenset()
        self._mark = _POINT
        self._tell_anew()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file, if it was opened here, and of what was made of it."""
        self._held.close()

    @property
    def notes(self) -> list[str]:
        """What was assumed or passed over, in whole sentences; whole once the rows are through."""
        notes = list(self._opened_with)
        if self._repeated.count:
            notes.append(f"The header stands again in {self._repeated}; it is not read as a row.")
        if self._short.count:
            notes.append(
                f"Fewer cells than the header has in {self._short}; the missing ones are read as "
                "empty."
            )
        return notes

    def position(self) -> int:
        """Return how many bytes of the file, as it lies on disk, have been read."""
        return self._content.position()

    def write_numbers(self, places: Collection[int], mark: str) -> None:
        """Give cells that are numbers, not texts, with this decimal mark in these columns.

        What a workbook keeps as a number is exact, however its texts beside are written.
        """
        self._number_places, self._mark = frozenset(places), mark

    def rows(self) -> Iterator[Row]:
        """Give the rows after the header, blank ones left out; asked again, from the first one on.

        One walk at a time: asking anew ends the one before. Raises NotATable where the rest of
        the file turns out to be no table.
        """
        self._tell_anew()
        header, width = self._raw_header, len(self._raw_header)
        found = self._content.records(self.header_line)
        next(found)
        for row in map(self._in_mark, found) if self._mark != _POINT else found:
            cells = row[1]
            if row[2] is not None:
                yield row
            elif len(cells) != width:
                if not is_blank(cells):
                    yield self._fitted(row, width)
            elif not cells[0].strip() and is_blank(cells):
                continue
            elif cells == header:
                self._repeated.add(row[0])
                if self._repeated.count <= _MOST_HEADERS:
                    self.repeated_headers.append(row[0])
            elif "'" in "".join(cells):
                yield row._replace(cells=as_written(cells))
            else:
                yield row

    def _in_mark(self, row: Row) -> Row:
        places = self._number_places.intersection(row.numeric)
        if not places:
            return row
        cells = [
            cell.replace(_POINT, self._mark) if place in places else cell
            for place, cell in enumerate(row.cells)
        ]
        return row._replace(cells=cells)

    def _tell_anew(self) -> None:
        self._repeated, self._short = _Counted(), _Counted()
        #: Lines on which the header stands again, as far as the rows were read.
        self.repeated_headers: list[int] = []
        self._shortest = len(self._raw_header)

    def _read_header(self) -> list[str]:
        header = next(self._content.records(self.header_line), None)
        if (
            header is None
            or header.line != self.header_line
            or (not header.problem and is_blank(header.cells))
        ):
            raise NotATable(
                f"Line {self.header_line} is blank or not in the file.",
                remedy="Choose the line that names the columns.",
            )
        if header.problem:
            raise NotATable("The header cannot be read.", remedy=header.problem)
        return header.cells

    def _fitted(self, row: Row, width: int) -> Row:
        """Return the row with as many cells as the header, or with why it has not."""
        cells = row.cells
        if len(cells) > width:
            if len(cells) == self._padded and is_blank(cells[width:]):
                return row._replace(cells=as_written(cells[:width]))
            if not self.delimiter:
                return row._replace(problem=_BESIDE)
            return row._replace(problem=_wrong_width(len(cells), width))
        if self._content.ends_open and len(cells) < self._shortest:
            return row._replace(problem=_cut_off(row.line, len(cells), width))
        if '"' in "".join(cells):  # a record whose cell with line breaks lost a quotation mark
            return row._replace(problem=_wrong_width(len(cells), width))
        self._shortest = min(self._shortest, len(cells))
        self._short.add(row.line)
        return row._replace(cells=as_written(cells) + [""] * (width - len(cells)))


def open_table(
    source: Path | BinaryIO,
    layout: Layout = _AS_FOUND,
    *,
    is_header: IsHeader = _accept_none,
    look: Look = _ignore,
) -> Table:
    """Open a file, or a seekable stream, as a table; close it when done.

    `is_header` says of the names in a row whether they are known to be a header; the first of the
    first 50 records it accepts is the header, else the one most like names. A header line that was
    chosen is the header whatever it says. `look` is shown how the file begins as soon as it can be
    read at all, even if its header cannot. Raises NotATable, and OSError.
    """
    held = ExitStack()
    try:
        content, size = _open(source, layout, is_header, held)
        line = layout.header_line or _header_line(content.sample, is_header)
        look(_beginning(content, line))
        return Table(content, size, line, held)
    except BaseException:
        held.close()
        raise


def _open(
    source: Path | BinaryIO, layout: Layout, is_header: IsHeader, held: ExitStack
) -> tuple[Content, int]:
    layout.check()
    stream = held.enter_context(source.open("rb")) if isinstance(source, Path) else source
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    content: Content
    if is_like_a_workbook(stream.read(4)):
        content = Workbook(stream, size, layout)
    else:
        content = Text(stream, layout, is_header)
    held.callback(content.close)
    return content, size


def _header_line(sample: list[Numbered], is_header: IsHeader) -> int:
    if not sample:
        raise NotATable(
            "No line of the beginning can be read as a row, so there is no header.",
            remedy="A quotation "
            "mark is probably opened and never closed; correct it and import again.",
        )
    return sample[best_header([cells for _, cells in sample], is_header)][0]


def _beginning(content: Content, header_line: int) -> Beginning:
    shown = [
        (line, [cell[:_SHOWN_CHARACTERS] for cell in without_what_is_no_text(cells[:MOST_COLUMNS])])
        for line, cells in content.sample[:_MOST_RECORDS]
    ]
    return Beginning(
        shown, content.encoding, content.delimiter, content.sheet, content.sheets, header_line
    )


def _texts_before(sample: list[Numbered], header_line: int) -> list[str]:
    return [
        " ".join(filter(None, names_of(without_what_is_no_text(cells[:MOST_COLUMNS]))))
        for line, cells in sample
        if line < header_line
    ]


def _passed_over(before: list[str]) -> list[str]:
    """Say which records stand before the header."""
    if not before:
        return []
    shown = [text[:_SHOWN_CHARACTERS] for text in before[:_SHOWN]]
    said = "1 line" if len(before) == 1 else f"{len(before)} lines"
    more = ", …" if len(before) > _SHOWN else ""
    return [f"Not read before the header, {said}: {', '.join(f'“{text}”' for text in shown)}{more}"]


def _width_of_most(sample: list[Numbered], header_line: int, width: int) -> int:
    """Return how many cells most rows have: exports may end each with empty ones too many.

    Elsewhere an empty one at the end has come there by a delimiter too many before it.
    """
    widths = Counter(
        len(cells) if is_blank(cells[width:]) else 0 for line, cells in sample if line > header_line
    )
    most, count = next(iter(widths.most_common(1)), (0, 0))
    return most if count * 2 > widths.total() else 0


def _wrong_width(found: int, expected: int) -> str:
    return (
        f"The row has {found} cells where the header has {expected}. "
        "Look for a missing or stray delimiter or quotation mark."
    )


def _cut_off(line: int, found: int, expected: int) -> str:
    return (
        f"The file ends within line {line}, with {found} cells where the header has {expected}, "
        "so it was probably cut off there. Export it again and import that file."
    )
