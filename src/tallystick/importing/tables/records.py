"""The records of a CSV, strictly: damage costs the record it is in and is told, with its lines.

What a quotation mark too many or too few joins to one cell is damage too, where it shows: the cell
then holds as many line ends and delimiters as the rows it swallowed.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from tallystick.importing.tables.lines import Lines
from tallystick.importing.tables.row import Row

_LINE_END = re.compile(r"\r\n|\r|\n")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def records(lines: Lines, delimiter: str, first_line: int) -> Iterator[Row]:
    """Give the records from `first_line` on, blank ones too; the first one tells the width.

    Raises NotATable as the lines do.
    """
    before = first_line - 1
    next(islice(lines, before, before), None)
    _flaws(lines, before)
    reader = csv.reader(lines.iterator, delimiter=delimiter, strict=True)
    line, width = first_line, 0
    while True:
        try:
            for cells in reader:
                last = before + reader.line_num
                width = width or len(cells)
                problem = None
                if lines.flaws or last > line:
                    said = _flaws(lines, last) or _swallowed(cells, width, delimiter)
                    if said:
                        problem = f"{_name(line, last)} {said}"
                        cells = without_what_is_no_text(cells)
                yield Row(line, cells, problem)
                line = last + 1
            return
        except csv.Error as error:
            last = before + reader.line_num
            said = _flaws(lines, last) or _unreadable(error)
            yield Row(line, [], f"{_name(line, last)} {said}")
            line = last + 1


def without_what_is_no_text(cells: Sequence[str]) -> list[str]:
    """Return the cells with a sign that says so for each that is none."""
    return [_NO_TEXT.sub("\ufffd", cell) for cell in cells]


def _name(first: int, last: int) -> str:
    return f"Line {first}" if last <= first else f"Lines {first} to {last}"


def _flaws(lines: Lines, last: int) -> str:
    """Return what is amiss with the lines up to `last`, and be done with them."""
    found = ""
    while lines.flaws and lines.flaws[0].line <= last:
        flaw = lines.flaws.popleft()
        found = found or flaw.what
    return found


def _unreadable(error: csv.Error) -> str:
    if "larger than field limit" in str(error) or "unexpected end" in str(error):
        cause = "a quotation mark is probably opened and never closed, or a cell is too long"
    else:
        cause = "a quotation mark stands where a cell neither begins nor ends"
    return f"cannot be read: {cause}. Correct it and import again."


def _swallowed(cells: Sequence[str], width: int, delimiter: str) -> str:
    if any(_holds_rows(cell, place, width, delimiter) for place, cell in enumerate(cells)):
        return (
            "cannot be read: one cell holds what looks like whole rows. A quotation mark probably "
            "stands there alone; correct it and import again."
        )
    return ""


def _holds_rows(cell: str, place: int, width: int, delimiter: str) -> bool:
    """Whether the cell in column `place` looks as if rows had been joined to make it."""
    first, *others = [part.count(delimiter) for part in _LINE_END.split(cell)]
    if not others or width < 2:
        return False
    # Joined where it stands: the end of one row, whole rows, and the beginning of another.
    *whole, last = others
    joined = first >= width - 1 - place and last >= place and all(n >= width - 1 for n in whole)
    return joined or max(others) >= width - 1
