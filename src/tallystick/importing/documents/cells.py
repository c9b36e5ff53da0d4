"""The cells of a row by field, and what is refused of them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TypeVar

from tallystick.importing.meaning import mapping as mappings
from tallystick.importing.meaning.values import BadValue
from tallystick.importing.tables.table import Row

Value = TypeVar("Value")
#: Is told line, field, value and reason of whatever is bad.
Refuse = Callable[[int, str, str, str], None]

#: What a spreadsheet makes of 202611020001: its last figures are lost, and many codes are one.
_SHORTENED = re.compile(r"(?<![\w.,])[0-9](?:[.,][0-9]+)?E\+[0-9]{2}(?!\w)")


class Columns:
    """Where in the rows of a file each field stands."""

    def __init__(self, mapping: mappings.Mapping, header: Sequence[str]) -> None:
        self._places = mapping.places(header)
        self._header = header

    def pick(self, fields: Sequence[str]) -> Callable[[Sequence[str]], tuple[str, ...]]:
        """Return what takes the cells of two or more fields out of a row.

        A field without a column reads the empty cell that stands behind the others.
        """
        absent = len(self._header)
        return itemgetter(*(self._places.get(field, absent) for field in fields))

    def has(self) -> set[str]:
        """Return the fields that have a column."""
        return set(self._places)

    def name(self, field: str) -> str:
        """Return the column's header; the field's name where it has no column."""
        place = self._places.get(field)
        return field if place is None else self._header[place]


class Cells:
    """The texts of some fields of one row, and which of them were refused."""

    def __init__(self, line: int, texts: dict[str, str], refuse: Refuse) -> None:
        self.line = line
        self.texts = texts
        self.refused: set[str] = set()
        self._refuse = refuse

    def bad(self, field: str, reason: str) -> None:
        self.refused.add(field)
        self._refuse(self.line, field, self.texts[field], reason)

    def fit(self, widths: Mapping[str, int]) -> None:
        """Refuse what is longer than its column takes, in characters."""
        for field, width in widths.items():
            if len(self.texts[field]) > width:
                self.bad(field, f"Shorten it to {width} characters.")

    def refuse_shortened(self, fields: Iterable[str]) -> None:
        """Refuse what names a document or a customer and has lost figures in a spreadsheet."""
        for field in fields:
            if _SHORTENED.search(self.texts[field]):
                self.bad(
                    field,
                    "A spreadsheet has shortened this number, so that its last figures are lost. "
                    "Export the file anew, and do not save it in a spreadsheet unless that column "
                    "is formatted as text.",
                )

    def read(self, field: str, parse: Callable[[str], Value]) -> Value | None:
        """Return what the text says; None where there is none or it was refused."""
        text = self.texts[field]
        if not text:
            return None
        try:
            return parse(text)
        except BadValue as error:
            self.bad(field, str(error))
            return None

    def need(self, field: str, parse: Callable[[str], Value], remedy: str) -> Value | None:
        """Return what the text says; None where it was refused, `remedy` says what to enter."""
        if not self.texts[field]:
            self.bad(field, remedy)
        return self.read(field, parse)


def unusable(row: Row) -> str | None:
    """Say why nothing of the row can be used, if so."""
    if row.problem is not None:
        return row.problem
    text = "".join(row.cells)
    # Whatever is printable can be stored; the rest may be mere line breaks.
    if text.isprintable():
        return None
    if "\0" in text:
        return "The row holds NUL characters. Export the file anew; this one is damaged."
    try:
        text.encode()
    except UnicodeEncodeError:
        return "The row is not in UTF-8. Save the file as CSV UTF-8 and import again."
    return None


def readable(value: str) -> str:
    """Return the value as it can be shown in a list, whatever it holds."""
    return " ".join(value.encode(errors="replace").decode().replace("\0", "").split())[:200]
