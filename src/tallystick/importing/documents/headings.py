"""Reports whose rows stand under headings: a row of a name alone, its rows, and what they come to.

Headings and totals are no rows of the table. Each row is given its heading as one more cell; each
total is compared with the rows above it, so that none is missing.
"""

from collections.abc import Iterator
from decimal import Decimal

from tallystick.importing.documents.unpacking import Rows
from tallystick.importing.errors import ImportRefused
from tallystick.importing.meaning.mapping import HEADING, Mapping
from tallystick.importing.meaning.parts import is_part
from tallystick.importing.meaning.values import BadValue, number
from tallystick.importing.tables.row import Row, is_blank

_MARKS = (".", ",")
_TOTAL, _TOTAL_FOR = "total", "total for "
_NOWHERE = "The row stands under no heading, so it cannot be told whose it is."
_ANEW = "Export the report again and import that file; nothing was imported."

#: By decimal mark, for which of them it is shows later; None where a figure cannot be read so.
_Sums = dict[str, Decimal | None]


def without_headings(content: Rows, mapping: Mapping) -> Rows:
    """Return the content with its headings as a column, if it has any; its rows raise
    ImportRefused where a total does not fit."""
    return Report(content, mapping) if mapping.has_headings else content


class Report:
    """The rows of a report, each with its heading as one more cell."""

    def __init__(self, content: Rows, mapping: Mapping) -> None:
        self._content = content
        self._amount = mapping.places(content.header)["line_amount"]
        self.header = [*content.header, HEADING]
        self._begin()

    def rows(self) -> Iterator[Row]:
        self._begin()
        for row in self._content.rows():
            lead = "" if row.problem else " ".join(row.cells[0].split())
            if row.problem:
                yield row
            elif not lead:
                yield self._under_heading(row)
            elif lead.casefold() == _TOTAL or lead.casefold().startswith(_TOTAL_FOR):
                self._close(row, lead)
            elif not is_blank(row.cells[1:]):
                yield row._replace(problem=_NOWHERE)
            elif not self._is_over:
                self._open.append((lead, dict.fromkeys(_MARKS, Decimal(0))))
        if not self._is_over and not is_part(self._content.header):
            raise ImportRefused("The report ends without its last row, TOTAL.", remedy=f"{_ANEW}")

    @property
    def heading(self) -> str:
        """What the row stands under that was given last; empty where it stands under none."""
        return self._open[-1][0] if self._open else ""

    def _begin(self) -> None:
        #: The headings that are not closed by their total, each with what it comes to so far.
        self._open: list[tuple[str, _Sums]] = []
        self._all: _Sums = dict.fromkeys(_MARKS, Decimal(0))
        self._is_over = False

    def _under_heading(self, row: Row) -> Row:
        if not self._open:
            return row._replace(problem=_NOWHERE)
        heading, sums = self._open[-1]
        _add(sums, _read(row.cells[self._amount]))
        return row._replace(cells=[*row.cells, heading])

    def _close(self, row: Row, lead: str) -> None:
        """Compare what a total says with the rows it is of."""
        if lead.casefold() == _TOTAL:
            name, sums, self._is_over = "", self._all, True
        else:
            name, sums = self._open.pop() if self._open else ("", {})
        stated = _read(row.cells[self._amount])
        is_of_it = lead[len(_TOTAL_FOR) :].startswith(name) if name else self._is_over
        is_same = any(sums.get(mark) is not None and sums[mark] == stated[mark] for mark in _MARKS)
        if not is_of_it or not is_same or (self._is_over and self._open):
            raise ImportRefused(
                f"Line {row.line}, {lead[:80]}: {row.cells[self._amount].strip() or 'nothing'} is "
                f"not what the rows above it come to. Rows are missing or were changed.",
                remedy=f"{_ANEW}",
            )
        if name:
            _add(self._open[-1][1] if self._open else self._all, sums)


def _read(text: str) -> _Sums:
    read: _Sums = {}
    for mark in _MARKS:
        try:
            read[mark] = number(text, mark) if text.strip() else Decimal(0)
        except BadValue:
            read[mark] = None
    return read


def _add(sums: _Sums, more: _Sums) -> None:
    for mark in _MARKS:
        one, other = sums[mark], more[mark]
        sums[mark] = None if one is None or other is None else one + other
