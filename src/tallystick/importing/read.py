"""Reads a CSV as a stream: gzip or plain, whatever delimiter, in constant memory.

What concerns the whole file raises NotATable. What concerns one row is handed on with that row,
so that it can be listed and the rest goes on.
"""

import csv
import gzip
import io
import itertools
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, cast

from tallystick.importing.errors import NotATable

#: A physical line longer than this is cut, and with it its row refused: memory stays bounded.
LONGEST_LINE = 1_000_000
_DELIMITERS = ",;\t"
_SAVE_AS_CSV = "Open it in your spreadsheet, choose Save as, CSV UTF-8, and import that file."
_KNOWN_BY_FIRST_BYTES = {
    b"PK\x03\x04": "an Excel workbook or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\xff\xfe": "a text in UTF-16",
    b"\xfe\xff": "a text in UTF-16",
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
                yield Row(line, cells[:width], None)
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
        twice = sorted({name for name in header if name and header.count(name) > 1})
        if twice:
            raise NotATable(
                f"The header has {', '.join(twice)} more than once, so it is unclear which column "
                "counts. Rename or remove one and import again."
            )
        return header

    def _unreadable(self, line: int, error: csv.Error) -> str:
        last = self._reader.line_num + self._blank_lines
        lines = f"Line {line}" if last <= line else f"Lines {line} to {last}"
        if "larger than field limit" in str(error) or "unexpected end" in str(error):
            cause = "a cell is too long; a quotation mark is probably opened and never closed"
        else:
            cause = "a quotation mark stands where a cell neither begins nor ends"
        return f"{lines} cannot be read: {cause}. Correct it and import again."


def _text_bytes(source: BinaryIO) -> BinaryIO:
    """Return the stream of the text itself; refuse what is surely none."""
    stream = source
    if _peek(source).startswith(b"\x1f\x8b"):
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=source))
    try:
        start = _peek(stream)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise NotATable(_BROKEN_OFF) from None
    for mark, name in _KNOWN_BY_FIRST_BYTES.items():
        if start.startswith(mark):
            raise NotATable(f"The file is {name}, not a CSV. {_SAVE_AS_CSV}")
    if start.count(0) > len(start) // 8:
        raise NotATable(f"The file is no text. {_SAVE_AS_CSV}")
    return stream


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
        while line := text.readline(LONGEST_LINE):
            yield line
            while len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                line = text.readline(LONGEST_LINE)
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
