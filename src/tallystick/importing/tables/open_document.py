"""What OpenDocument says of the cells of a sheet besides their values.

Source: OpenDocument 1.3, part 3, 9.1 (tables) and 19.385 (kinds of values); LibreOffice says in
`calcext:value-type` which cells are errors. Names stand with the prefixes that all programs write.
"""

import zipfile
from collections.abc import Collection, Iterator
from xml.parsers import expat

from tallystick.importing.tables.sheet_parts import Place

_CONTENT = "content.xml"
_BLOCK = 1 << 16
_CELLS = frozenset({"table:table-cell", "table:covered-table-cell"})
_KINDS = ("office:value-type", "calcext:value-type")
#: A cell is not repeated more often than a sheet has columns.
_MOST_COLUMNS = 16_384

Attributes = dict[str, str]


def is_open_document(archive: zipfile.ZipFile) -> bool:
    return "mimetype" in archive.namelist() and _CONTENT in archive.namelist()


def cells_of(
    archive: zipfile.ZipFile, sheet: str, kinds: Collection[str]
) -> Iterator[tuple[Place, Attributes]]:
    """Give the cells of the sheet whose values are of these kinds, row after row."""
    if not _holds(archive, [f'"{kind}"'.encode() for kind in kinds]):
        return
    reader = _Reader(sheet, kinds)
    with archive.open(_CONTENT) as xml:
        while block := xml.read(_BLOCK):
            reader.feed(block)
            yield from reader.found()


def _holds(archive: zipfile.ZipFile, texts: Collection[bytes]) -> bool:
    rest, longest = b"", max(map(len, texts))
    with archive.open(_CONTENT) as xml:
        while block := xml.read(_BLOCK):
            rest = rest[-longest:] + block
            if any(text in rest for text in texts):
                return True
    return False


class _Reader:
    """Counts rows and cells of one sheet, with those that stand for several."""

    def __init__(self, sheet: str, kinds: Collection[str]) -> None:
        self._sheet, self._kinds = sheet, kinds
        self._is_inside = False
        self._row = self._column = self._repeated = 0
        self._of_row: list[tuple[int, int, Attributes]] = []
        self._rows: list[tuple[int, int, list[tuple[int, int, Attributes]]]] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end

    def feed(self, block: bytes) -> None:
        # What is broken is refused by whoever reads the values.
        self._parser.Parse(block)

    def found(self) -> Iterator[tuple[Place, Attributes]]:
        """Give what was found since the last time."""
        for first, repeated, cells in self._rows:
            for row in range(first, first + repeated):
                for column, wide, attributes in cells:
                    for place in range(column, column + wide):
                        yield (row, place), attributes
        self._rows.clear()

    def _begin(self, name: str, attributes: Attributes) -> None:
        if name == "table:table":
            self._is_inside = attributes.get("table:name") == self._sheet
        elif not self._is_inside:
            return
        elif name == "table:table-row":
            self._repeated = _count(attributes, "table:number-rows-repeated")
            self._column = 0
        elif name in _CELLS:
            wide = _count(attributes, "table:number-columns-repeated")
            if any(attributes.get(kind) in self._kinds for kind in _KINDS):
                self._of_row.append((self._column, min(wide, _MOST_COLUMNS), attributes))
            self._column += wide

    def _end(self, name: str) -> None:
        if name == "table:table":
            self._is_inside = False
        elif self._is_inside and name == "table:table-row":
            if self._of_row:
                self._rows.append((self._row, self._repeated, self._of_row))
                self._of_row = []
            self._row += self._repeated


def _count(attributes: Attributes, name: str) -> int:
    said = attributes.get(name, "1")
    return int(said) if said.isdecimal() else 1
