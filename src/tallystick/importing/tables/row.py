"""One row of a table."""

from typing import NamedTuple


class Row(NamedTuple):
    """One record of the file, or one row of the sheet."""

    line: int  #: The line of the file (row of the sheet) it begins on, counted from 1.
    #: Exactly as many as the header has, unless there is a problem.
    cells: list[str]
    #: Why the record cannot be read, in whole sentences; None where it can.
    problem: str | None
    #: Workbooks only: the places of the cells that are numbers there and not text.
    numeric: tuple[int, ...] = ()
    #: Why only the document can be told that it is of, in whole sentences.
    fault: str = ""
    #: Which of those packed into one record it is.
    item: int = 0


def is_blank(cells: list[str]) -> bool:
    """Whether the row holds nothing but blanks: spaces, tabs, no-break spaces."""
    return not any(cells) or not "".join(cells).strip()
