"""Reads a CSV as a stream: gzip or plain, whatever delimiter, in constant memory.

Whatever a file holds, the time is in proportion to its bytes, and where it cannot be a table it is
refused after the first of them.

What concerns the whole file raises NotATable. What concerns one row is handed on with that row,
so that it can be listed and the rest goes on.
"""

import csv
import gzip
import io
import itertools
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, cast

from tallystick.importing.errors import NotATable
from tallystick.spreadsheets import as_written

#: A physical line longer than this is cut, and with it its row refused: memory stays bounded.
LONGEST_LINE = 1_000_000
#: A file is refused for a line so long, for it is not looked for the end of it any longer.
ENDLESS_LINE = 16 * LONGEST_LINE
#: Of the header, in characters; and its cells.
LONGEST_HEADER = 200_000
MOST_COLUMNS = 500
_LONGEST_NAME = 200
#: In the lines of the file; a longer one is to be parted.
MOST_LINES = 10_000_000
_MOST_BLANK_LINES = 10_000
#: A packed file may be this large unpacked, and so many times as large as it is packed. Tables
#: shrink to a tenth or a twentieth; what is made to burst, to a thousandth.
MOST_UNPACKED = 8_000_000_000
MOST_TIMES = 250
_TIMES_COUNT_FROM = 50_000_000
_DELIMITERS = ",;\t"
_SAVE_AS_CSV = "Open it in your spreadsheet, choose Save as, CSV UTF-8, and import that file."
_KNOWN_BY_FIRST_BYTES = {
    b"PK\x03\x04": "an Excel workbook or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\xff\xfe": "a text in UTF-16",
    b"\xfe\xff": "a text in UTF-16",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_PACKED = {
    b"\x1f\x8b": "twice",
    b"BZh": "with bzip2",
    b"\xfd7zXZ": "with xz",
    b"7z\xbc\xaf": "as a 7z archive",
    b"Rar!": "as a RAR archive",
    b"\x28\xb5\x2f\xfd": "with zstd",
}


class Row(NamedTuple):
    """One record of the table."""

    line: int  #: The line of the file it begins on, counted from 1.
    cells: list[str]  #: As many as the header has, unless there is a problem.
    #: Why the record cannot be read, in whole sentences; None where it can.
    problem: str | None


class Table:
    """The header and, once through, the rows of a file.

    Bytes that are not UTF-8 come as lone surrogates, for whoever checks the cells to refuse.
    """

    def __init__(self, source: BinaryIO) -> None:
        """Read the header of the seekable `source`. Raises NotATable."""
        self._source = source
        lines = _lines(_text_bytes(source))
        first, self._blank_lines = _first_filled(lines)
        if len(first) > LONGEST_HEADER:
            raise NotATable(
                f"The first line is longer than {LONGEST_HEADER:,} characters, so it is no header. "
                "Line breaks are probably missing: save the file as CSV UTF-8 and import again."
            )
        self.delimiter = max(_DELIMITERS, key=lambda mark: _width(first, mark))
        self._reader = csv.reader(
            itertools.chain([first], lines), delimiter=self.delimiter, strict=True
        )
        self.header = self._read_header()

    def rows(self) -> Iterator[Row]:
        """Give the records after the header, blank ones left out.

        Raises NotATable where a compressed file breaks off.
        """
        reader, width = self._reader, len(self.header)
        while True:
            line = reader.line_num + self._blank_lines + 1
            if line > MOST_LINES:
                raise NotATable(
                    f"The file has more than {MOST_LINES:,} lines. Part it, each part with the "
                    "header, and import one after the other."
                )
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, [], self._unreadable(line, error))
                continue
            if not any(cells):
                continue
            if len(cells) == width or (len(cells) > width and not any(cells[width:])):
                yield Row(line, as_written(cells[:width]), None)
            else:
                yield Row(line, cells, _wrong_width(len(cells), width))

    def position(self) -> int:
        """Return how many bytes of the file, as it lies on disk, have been read."""
        return self._source.tell()

    def _read_header(self) -> list[str]:
        try:
            header = [name.strip() for name in next(self._reader)]
        except csv.Error as error:
            raise NotATable(f"The header cannot be read. {self._unreadable(1, error)}") from None
        _check_header(header)
        return header

    def _unreadable(self, line: int, error: csv.Error) -> str:
        last = self._reader.line_num + self._blank_lines
        lines = f"Line {line}" if last <= line else f"Lines {line} to {last}"
        if "larger than field limit" in str(error) or "unexpected end" in str(error):
            cause = "a cell is too long; a quotation mark is probably opened and never closed"
        else:
            cause = "a quotation mark stands where a cell neither begins nor ends"
        return f"{lines} cannot be read: {cause}. Correct it and import again."


def _check_header(header: list[str]) -> None:
    """Raise NotATable for what cannot be the names of columns."""
    if len(header) > MOST_COLUMNS:
        raise NotATable(
            f"The header has {len(header):,} columns; at most {MOST_COLUMNS} can be read. Remove "
            "those that are not needed and import again."
        )
    for place, name in enumerate(header, start=1):
        if len(name) > _LONGEST_NAME:
            raise NotATable(
                f"The name of column {place} is longer than {_LONGEST_NAME} characters. The first "
                "row must name the columns; shorten it, or put a header above and import again."
            )
        if "\0" in name:
            raise NotATable(
                f"The name of column {place} holds NUL characters, so the file is damaged or no "
                f"text. {_SAVE_AS_CSV}"
            )
        try:
            name.encode()
        except UnicodeEncodeError:
            raise NotATable(f"The name of column {place} is not in UTF-8. {_SAVE_AS_CSV}") from None
    twice = sorted(name for name, count in Counter(header).items() if name and count > 1)
    if twice:
        raise NotATable(
            f"The header has {', '.join(twice)[:300]} more than once, so it is unclear which "
            "column counts. Rename or remove one and import again."
        )


def _text_bytes(source: BinaryIO) -> BinaryIO:
    """Return the stream of the text itself; refuse what is surely none."""
    stream = source
    if _peek(source).startswith(b"\x1f\x8b"):
        stream = cast(BinaryIO, _Unpacked(source))
    try:
        start = _peek(stream)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise NotATable(_BROKEN_OFF) from None
    for mark, name in _KNOWN_BY_FIRST_BYTES.items():
        if start.startswith(mark):
            raise NotATable(f"The file is {name}, not a CSV. {_SAVE_AS_CSV}")
    for mark, name in _PACKED.items():
        if start.startswith(mark):
            raise NotATable(f"The file is packed {name}. Unpack it and import the CSV inside.")
    if start.count(0) > len(start) // 8:
        raise NotATable(f"The file is no text. {_SAVE_AS_CSV}")
    return stream


class _Unpacked(gzip.GzipFile):
    """A packed file that is refused once it turns out to be one made to burst."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__(fileobj=source)
        self._source = source

    def read1(self, size: int | None = -1) -> bytes:
        found = super().read1(-1 if size is None else size)
        self._check()
        return found

    def _check(self) -> None:
        unpacked, packed = self.tell(), self._source.tell()
        if unpacked > MOST_UNPACKED or (
            unpacked > _TIMES_COUNT_FROM and unpacked > MOST_TIMES * packed
        ):
            raise NotATable(
                f"The packed file grows beyond {unpacked // 1_000_000:,} MB when it is unpacked, "
                "which no table does; it was not read further and nothing was imported. If it is "
                "in earnest, unpack it, part it, and import the parts."
            )


_BROKEN_OFF = (
    "The compressed file breaks off or is damaged; nothing was imported. Copy it here again."
)


def _peek(stream: BinaryIO) -> bytes:
    start = stream.read(4096)
    stream.seek(0)
    return start


def _lines(stream: BinaryIO) -> Iterator[str]:
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    try:
        for place in itertools.count(1):
            if not (line := text.readline(LONGEST_LINE)):
                return
            yield line
            length = len(line)
            while len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                line = text.readline(LONGEST_LINE)
                length += len(line)
                if length > ENDLESS_LINE:
                    raise NotATable(
                        f"Line {place} does not end within {ENDLESS_LINE:,} characters, so the "
                        "file is no table, or damaged there. Save it as CSV UTF-8 and import again."
                    )
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise NotATable(_BROKEN_OFF) from None
    finally:
        # The stream is the caller's: without this the wrapper would close it when it goes.
        if not stream.closed:
            text.detach()


def _first_filled(lines: Iterator[str]) -> tuple[str, int]:
    """Return the first line that is not blank, and how many blank ones stood before it."""
    for blank, line in enumerate(lines):
        if line.strip():
            return line, blank
        if blank >= _MOST_BLANK_LINES:
            raise NotATable(
                f"The first {_MOST_BLANK_LINES:,} lines are blank. Put the header into the first "
                "line and import again."
            )
    raise NotATable("The file is empty. Choose one with a header and at least one row.")


def _width(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter)))
    except csv.Error:
        return line.count(delimiter)


def _wrong_width(found: int, expected: int) -> str:
    return (
        f"The row has {found} cells where the header has {expected}. "
        "Look for a missing or stray delimiter or quotation mark."
    )
