"""Fixed texts of a mapping: put in where the file says nothing."""

from collections.abc import Mapping as Names
from collections.abc import Sequence

from tallystick.importing.meaning.fields import HEAD_FIELDS, LINE_FIELDS
from tallystick.importing.meaning.mapping import Mapping, inserted, places_of, plain

_NUMBER = HEAD_FIELDS.index("number")


class Texts:
    """The texts of one file's mapping, with the columns in braces filled in from the row."""

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        found = places_of(header)
        self._of_head, self._of_line = (
            {fields.index(field): text for field, text in mapping.texts.items() if field in fields}
            for fields in (HEAD_FIELDS, LINE_FIELDS)
        )
        self._inserted = {
            text: [(name, found.get(plain(name))) for name in inserted(text)]
            for text in mapping.texts.values()
        }
        self._for_document: dict[int, str] = {}
        self.has_number = _NUMBER in self._of_head

    def begin(self) -> None:
        """Forget what was put in for the document before."""
        self._for_document = {}

    def with_number(self, head_cells: tuple[str, ...], row: Sequence[str]) -> tuple[str, ...]:
        """Return the head's cells with the document's number, if it is made of a text."""
        if head_cells[_NUMBER].strip():
            return head_cells
        number = self._filled(self._of_head[_NUMBER], row)
        return (*head_cells[:_NUMBER], number, *head_cells[_NUMBER + 1 :])

    def for_head(self, cells: Sequence[str], row: Sequence[str]) -> Sequence[str]:
        """Return the head's cells with texts in empty ones; the same in all rows of a document."""
        if not self._of_head:
            return cells
        for place, text in self._of_head.items():
            self._for_document.setdefault(place, self._filled(text, row))
        return _put_in(self._for_document, cells)

    def for_line(self, cells: Sequence[str], row: Sequence[str]) -> Sequence[str]:
        """Return the line's cells with texts in empty ones."""
        if not self._of_line:
            return cells
        filled = {place: self._filled(text, row) for place, text in self._of_line.items()}
        return _put_in(filled, cells)

    def _filled(self, text: str, row: Sequence[str]) -> str:
        """Return the text with columns filled in; empty where all of them are, for it says nothing."""
        names = self._inserted[text]
        values = {name: "" if place is None else row[place].strip() for name, place in names}
        if names and not any(values.values()):
            return ""
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text


def _put_in(texts: Names[int, str], cells: Sequence[str]) -> Sequence[str]:
    filled = list(cells)
    for place, text in texts.items():
        if not filled[place].strip():
            filled[place] = text
    return filled
