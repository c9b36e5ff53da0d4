"""Texts of a mapping: fixed ones, and those that are put together from several columns."""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Names

from tallystick.importing.meaning.fields import HEAD_FIELDS, LINE_FIELDS
from tallystick.importing.meaning.mapping import Mapping, inserted, places_of, plain

_NUMBER = HEAD_FIELDS.index("number")
_KIND = HEAD_FIELDS.index("kind")
_TAX_CODE = LINE_FIELDS.index("tax_code")
#: What tells one document from another is put together anew in every row, and its day, which may be
#: another there.
_NAMING = [HEAD_FIELDS.index(field) for field in ("party_number", "party_name", "issued_on")]

#: Puts a text together from the cells of a row.
Filler = Callable[[Sequence[str]], str]


class Texts:
    """The texts of one file's mapping, with the columns in braces filled in from the row."""

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        found = places_of(header)
        self._of_head, self._of_line = (
            {
                fields.index(field): filler(text, found)
                for field, text in mapping.texts.items()
                if field in fields
            }
            for fields in (HEAD_FIELDS, LINE_FIELDS)
        )
        number = mapping.texts.get("number", "")
        self._number = filler(number, found, needs_all=True)
        self._of_kinds = {
            kind: filler(text, found, needs_all=True) for kind, text in mapping.numbers.items()
        }
        self._tax_words = mapping.tax_words
        self._naming = [place for place in _NAMING if place in self._of_head]
        self._for_document: dict[int, str] = {}
        self.names_documents = bool(number or mapping.numbers or self._naming)

    def begin(self) -> None:
        """Forget what was put in for the document before."""
        self._for_document = {}

    def naming(self, head_cells: tuple[str, ...], row: Sequence[str]) -> tuple[str, ...]:
        """Return the head's cells with what tells the document from others put together."""
        cells = list(head_cells)
        cells[_NUMBER] = self._number_of(cells[_KIND], cells[_NUMBER], row)
        for place in self._naming:
            cells[place] = cells[place].strip() or self._of_head[place](row)
        return tuple(cells)

    def for_head(self, cells: Sequence[str], row: Sequence[str]) -> Sequence[str]:
        """Return the head's cells with texts in empty ones; the same in all rows of a document."""
        if not self._of_head:
            return cells
        for place, filled in self._of_head.items():
            self._for_document.setdefault(place, filled(row))
        return _put_in(self._for_document, cells)

    def for_line(self, cells: Sequence[str], row: Sequence[str]) -> Sequence[str]:
        """Return the line's cells with texts in empty ones.

        What stands there instead of a tax is said first: "yes" names none.
        """
        if self._tax_words:
            word = cells[_TAX_CODE].strip().casefold()
            tax = self._tax_words.get(word, cells[_TAX_CODE])
            cells = [*cells[:_TAX_CODE], tax, *cells[_TAX_CODE + 1 :]]
        if not self._of_line:
            return cells
        return _put_in({place: filled(row) for place, filled in self._of_line.items()}, cells)

    def _number_of(self, kind: str, said: str, row: Sequence[str]) -> str:
        """Return the number by the kind, else what is said, else the text for all kinds."""
        kind = " ".join(kind.split()).casefold()
        if self._of_kinds and not kind:
            # It hangs on the kind, so that a row without one belongs to nobody knows which.
            return ""
        if of_kind := self._of_kinds.get(kind):
            return of_kind(row)
        return said.strip() or self._number(row)


def filler(text: str, found: Names[str, int], *, needs_all: bool = False) -> Filler:
    """Return what fills columns in braces from a row; `found` are the places of the headers.

    It gives nothing where all of the columns are empty (`needs_all`: where one is that the file
    has), for then the text says nothing.
    """
    places = [(f"{{{name}}}", found.get(plain(name))) for name in inserted(text)]
    enough = all if needs_all else any

    def fill(row: Sequence[str]) -> str:
        values = {name: row[place].strip() for name, place in places if place is not None}
        if places and not (values and enough(values.values())):
            return ""
        filled = text
        for name, _ in places:
            filled = filled.replace(name, values.get(name, ""))
        # Percentages stand in columns with their sign and without.
        return filled.replace("%%", "%")

    return fill


def _put_in(texts: Names[int, str], cells: Sequence[str]) -> Sequence[str]:
    filled = list(cells)
    for place, text in texts.items():
        if not filled[place].strip():
            filled[place] = text
    return filled
