"""The XML of one sheet of an XLSX, in whole rows, and where its cells stand."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO
from xml.etree import ElementTree

_BLOCK = 1 << 20
_ROW_END = b"row>"
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_HIDDEN = re.compile(rb'<(?:\w+:)?row\s[^>]*\bhidden="(?:1|true)"')
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

#: A row and a column, both counted from 0.
Place = tuple[int, int]


def part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part that holds the sheet, or nothing."""
    if not {_WORKBOOK, _RELATIONS} <= set(archive.namelist()):
        return ""
    # Whatever the XML does, this process may take only so much memory and time.
    sheets = ElementTree.fromstring(archive.read(_WORKBOOK))  # noqa: S314
    relations = ElementTree.fromstring(archive.read(_RELATIONS))  # noqa: S314
    wanted = {entry.get(_RELATION) for entry in sheets.iter() if entry.get("name") == sheet}
    for relation in relations:
        if relation.get("Id") in wanted:
            return posixpath.join("/xl", relation.get("Target", "")).lstrip("/")
    return ""


def whole_rows(xml: IO[bytes]) -> Iterator[bytes]:
    """Give the XML in pieces that end with a row."""
    rest = b""
    while block := xml.read(_BLOCK):
        rest += block
        end = rest.rfind(_ROW_END) + len(_ROW_END)
        if end >= len(_ROW_END):
            yield rest[:end]
            rest = rest[end:]


def place_of(attributes: bytes) -> Place | None:
    """Return where a cell of these attributes stands, if it says so."""
    named = _PLACE.search(attributes)
    if named is None:
        return None
    column = 0
    for letter in named[1]:
        column = column * 26 + letter - ord("A") + 1
    return int(named[2]) - 1, column - 1


def hidden_rows(file: BinaryIO, sheet: str) -> int:
    """Return how many rows of the sheet are hidden, by a filter or by hand."""
    with zipfile.ZipFile(file) as archive:
        part = part_of(archive, sheet)
        if part not in archive.namelist():
            return 0
        with archive.open(part) as xml:
            return sum(len(_HIDDEN.findall(piece)) for piece in whole_rows(xml))
