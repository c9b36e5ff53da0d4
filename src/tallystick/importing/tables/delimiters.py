"""Finds the mark that parts the cells: the one by which most records have equally many.

Never by the header alone: one name with commas in it would have a file of semicolons misread.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tallystick.importing.tables.row import is_blank

#: In the order in which they are preferred where all else is equal.
DELIMITERS = ",;\t|^"
#: Records that are looked at; so many lines are enough for them, unless nearly all are blank.
SAMPLED = 50
_SAID = re.compile(r'"?sep=(?P<mark>[^"\w\s]|\t)"?\s*', re.IGNORECASE)

#: A record and the line it begins on.
Numbered = tuple[int, list[str]]


def said(line: str) -> str:
    """Return the delimiter that a first line such as `sep=;` says there is, or nothing."""
    found = _SAID.fullmatch(line)
    return found["mark"] if found else ""


def parsed(lines: Sequence[str], delimiter: str, *, first: int = 1) -> Iterator[Numbered]:
    """Give the records of the sampled lines that are not blank; leniently, for it is a look only."""
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        line = first + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue
        if not is_blank(cells):
            yield line, cells


def by_likelihood(lines: Sequence[str]) -> list[str]:
    """Return the delimiters, first the one by which most cells stand in records of the usual width."""
    return sorted(DELIMITERS, key=lambda mark: _equal_cells(lines, mark), reverse=True)


def _equal_cells(lines: Sequence[str], delimiter: str) -> int:
    widths = Counter(len(cells) for _, cells in parsed(lines, delimiter) if len(cells) > 1)
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
    return (width - 1) * count
