"""Rows in which several lines are packed into one cell become as many rows.

Such a cell reads `name:Mug|quantity:1|total:16.67;name:Bowl|quantity:2|total:33.33`; a backslash
takes a mark its meaning. A numbered column (`line_item_2`) holds one line, in which a semicolon is
none. Of a cell that cannot be taken apart without doubt nothing is read.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from tallystick.importing.meaning.mapping import Mapping, Packed
from tallystick.importing.tables.table import Row, Table

_BETWEEN_LINES = re.compile(r"(?<!\\);")
_BETWEEN_FIELDS = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\(.)")
_SHOWN = 60


class Rows(Protocol):
    """A header and the rows beneath it, as often as they are asked for."""

    header: list[str]

    def rows(self) -> Iterator[Row]: ...


class _Faulty(ValueError):
    """The cell says something else than lines; the message says what, in a sentence."""


def unpacked(table: Table, mapping: Mapping) -> Rows:
    """Return the table with what is packed in it in rows and columns of its own."""
    packed = mapping.packed
    return _Unpacked(table, mapping, packed) if packed and packed.places(table.header) else table


class _Unpacked:
    def __init__(self, table: Table, mapping: Mapping, packed: Packed) -> None:
        self._table, self._packed = table, packed
        self._places = packed.places(table.header)
        self._numbered = {place for place in self._places if table.header[place][-1].isdigit()}
        self.header = mapping.unpacked(table.header)
        self._names = self.header[len(table.header) :]

    def rows(self) -> Iterator[Row]:
        for row in self._table.rows():
            if row.problem is not None:
                yield row
                continue
            try:
                lines = [self._cells(line) for line in self._lines(row.cells)]
            except _Faulty as fault:
                yield row._replace(cells=self._beside(row), fault=str(fault))
                continue
            for item, cells in enumerate(lines):
                yield row._replace(cells=[*row.cells, *cells], item=item)

    def _lines(self, cells: Sequence[str]) -> list[dict[str, str]]:
        found = []
        for place in self._places:
            parts = (
                [cells[place]] if place in self._numbered else _BETWEEN_LINES.split(cells[place])
            )
            found += [_line(part, self._packed) for part in parts if part.strip()]
        if not found:
            raise _Faulty("The row names nothing that was sold.")
        return found

    def _cells(self, line: dict[str, str]) -> list[str]:
        by_name = {self._packed.keys[key]: text for key, text in line.items()}
        return [by_name.get(name, "") for name in self._names]

    def _beside(self, row: Row) -> list[str]:
        return [*row.cells, *[""] * len(self._names)]


def _line(text: str, packed: Packed) -> dict[str, str]:
    """Return what is said of one line, by key. Raises _Faulty."""
    found: dict[str, str] = {}
    for field in _BETWEEN_FIELDS.split(text):
        key, colon, value = field.partition(":")
        key = key.strip().casefold()
        if not colon:
            raise _Faulty(
                f"“{field[:_SHOWN]}” is not of the form name:value, so that the lines packed into "
                "the cell cannot be told apart. Export the file with a row for each line."
            )
        if key in packed.keys:
            if key in found:
                raise _Faulty(f"A line packed into the cell says its {key} twice.")
            found[key] = _ESCAPED.sub(r"\1", value).strip()
    if missing := [key for key in packed.needed if not found.get(key)]:
        raise _Faulty(
            f"A line packed into the cell, “{text[:_SHOWN]}”, does not say its "
            f"{' and '.join(missing)}. Export the file with a row for each line."
        )
    return found
