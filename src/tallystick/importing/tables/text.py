"""A CSV, packed or not: what it is written in, and its records."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from tallystick.importing.errors import NotATable
from tallystick.importing.tables.delimiters import SAMPLED, Numbered, by_likelihood, parsed, said
from tallystick.importing.tables.encodings import Encoding, Found, as_chosen, find_encoding
from tallystick.importing.tables.headers import LONGEST_HEADER, IsHeader, names_of
from tallystick.importing.tables.kinds import refuse_what_is_no_text
from tallystick.importing.tables.layout import Layout
from tallystick.importing.tables.lines import Lines
from tallystick.importing.tables.packed import peek, unpacked
from tallystick.importing.tables.records import records
from tallystick.importing.tables.row import Row

_MOST_BLANK_LINES = 10_000
_SAMPLED_LINES = 500
_SAMPLED_CHARACTERS = 2_000_000


class Text:
    """The content of a CSV; the source is read anew each time its records are asked for."""

    sheet = ""

    def __init__(self, source: BinaryIO, layout: Layout, is_header: IsHeader) -> None:
        """Find out how the seekable `source` is written. Raises NotATable."""
        self._source = source
        self.sheets: list[str] = []
        stream = unpacked(source)
        start = peek(stream)
        refuse_what_is_no_text(start)
        if layout.encoding:
            found = Found(as_chosen(Encoding(layout.encoding), start))
        else:
            found = find_encoding(stream, start)
        self.encoding = str(found.encoding)
        self.notes = [found.note] if found.note else []
        blank, lines = self._sampled_lines()
        self.delimiter = layout.delimiter
        if not self.delimiter and (mark := said(lines[0])):
            self.delimiter = mark
            self.notes.append(f"The line “sep={mark}” says what parts the cells, and was obeyed.")
            blank, lines = blank + 1, lines[1:]
        elif not self.delimiter:
            self.delimiter = _delimiter(lines, is_header)
        #: The first records that are not blank.
        self.sample = list(islice(parsed(lines, self.delimiter, first=blank + 1), SAMPLED))

    def records(self, first_line: int) -> Iterator[Row]:
        """Give the records from that line on; whoever asks again begins anew."""
        self._lines = self._begin()
        return records(self._lines, self.delimiter, first_line)

    @property
    def ends_open(self) -> bool:
        """Whether the record given last ends the file without a line end."""
        return self._lines.ends_open

    def position(self) -> int:
        """Return how many bytes of the file, as it lies on disk, have been read."""
        return self._source.tell()

    def close(self) -> None:
        """Nothing is held but the source, which is the caller's."""

    def _begin(self) -> Lines:
        name = Encoding(self.encoding).label.partition(" (")[0]
        return Lines(unpacked(self._source), self.encoding, name)

    def _sampled_lines(self) -> tuple[int, list[str]]:
        """Return how many blank lines the text begins with, and the lines after them."""
        lines = self._begin()
        blank = 0
        for first in lines:
            if first.strip():
                break
            blank += 1
            if blank > _MOST_BLANK_LINES:
                raise NotATable(
                    f"The first {_MOST_BLANK_LINES:,} lines are blank.",
                    remedy="Remove them and import again.",
                )
        else:
            raise NotATable(
                "The file is empty.", remedy="Choose one with a header and at least one row."
            )
        if len(first) > LONGEST_HEADER:
            raise NotATable(
                f"The first line is longer than {LONGEST_HEADER:,} characters, so it is no header.",
                remedy="Line breaks are probably missing: save the file as CSV UTF-8 and import again.",
            )
        sampled, characters = [first], len(first)
        for line in islice(lines, _SAMPLED_LINES):
            sampled.append(line)
            characters += len(line)
            if characters > _SAMPLED_CHARACTERS:
                break
        return blank, sampled


def _delimiter(lines: Sequence[str], is_header: IsHeader) -> str:
    ranked = by_likelihood(lines)
    for mark in ranked:
        sample: Iterator[Numbered] = islice(parsed(lines, mark), SAMPLED)
        if any(is_header(names_of(cells)) for _, cells in sample):
            return mark
    return ranked[0]
