"""What a person sees of a file while saying what its columns mean."""

from pathlib import Path
from typing import NamedTuple

import msgspec

from tallystick.importing.meaning.mapping import Mapping, inserted, places_of, plain
from tallystick.importing.models import Upload
from tallystick.importing.tables.kinds import is_like_a_workbook
from tallystick.importing.tables.table import Beginning

_SAMPLES = 3
#: Different values of a column that are offered to say something of each.
_MOST_VALUES = 40


class Glimpse(NamedTuple):
    """The names of a file's columns, and its first rows."""

    header: list[str]
    rows: list[list[str]]

    def values(self, column: str, at_most: int = _MOST_VALUES) -> list[str]:
        """Return the first different texts of the column, blank ones left out."""
        place = places_of(self.header).get(plain(column))
        if place is None:
            return []
        texts = (" ".join(row[place].split()) for row in self.rows if place < len(row))
        return list(dict.fromkeys(filter(None, texts)))[:at_most]

    def samples(self, column: str) -> list[str]:
        return self.values(column, _SAMPLES)


def beginning_of(upload: Upload) -> Beginning | None:
    """Return how the file begins; None where it could not be read at all."""
    return msgspec.convert(upload.beginning, Beginning) if upload.beginning else None


def glimpse_of_file(upload: Upload) -> Glimpse:
    beginning = beginning_of(upload)
    records = beginning.records if beginning else []
    first = beginning.header_line if beginning else 0
    return Glimpse(upload.header, [cells for line, cells in records if line > first])


def glimpse_of_mapping(mapping: Mapping) -> Glimpse:
    """Return the columns that the mapping names, where no file is at hand."""
    names = [
        *mapping.columns.values(),
        *mapping.unused,
        *(each.column for each in mapping.order_columns),
        *(each.tax_column for each in mapping.order_columns),
        *(name for text in mapping.texts.values() for name in inserted(text)),
    ]
    by_name = {plain(name): name for name in reversed(names) if name}
    return Glimpse(list(by_name.values())[::-1], [])


def may_be_text(path: Path) -> bool:
    """Return whether another encoding may help: not for a workbook, which has none to choose."""
    with path.open("rb") as file:
        return not is_like_a_workbook(file.read(4))
