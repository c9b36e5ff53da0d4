"""Cells of an XLSX without the value that should be there: errors, formulas never calculated.

The library that reads workbooks gives both as empty, so an amount would be missing without a word.
Source: ECMA-376, part 1, 18.3.1.4 (cells), 18.3.1.40 (formulas). What a program other than a
spreadsheet wrote often has formulas without results.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO
from xml.etree import ElementTree

NOT_CALCULATED = "#NOT CALCULATED"
_BLOCK = 1 << 20
_ROW_END = b"row>"
_ERROR = re.compile(
    rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>(?:<(?:\w+:)?f[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?'
    rb"<(?:\w+:)?v>([^<]+)<"
)
_FORMULA_ALONE = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)><(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_TEXT_RESULT = b't="str"'  #: Such a formula may well result in nothing.
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

#: A row and a column, both counted from 0.
Place = tuple[int, int]


def cells_without_value(file: BinaryIO, sheet: str) -> dict[Place, str]:
    """Return what to write into those cells of the sheet; none of a workbook that is no XLSX."""
    with zipfile.ZipFile(file) as archive:
        part = _part_of(archive, sheet)
        if part not in archive.namelist():
            return {}
        with archive.open(part) as xml:
            return dict(found for piece in _whole_rows(xml) for found in _found(piece))


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
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


def _whole_rows(xml: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while block := xml.read(_BLOCK):
        rest += block
        end = rest.rfind(_ROW_END) + len(_ROW_END)
        if end >= len(_ROW_END):
            yield rest[:end]
            rest = rest[end:]


def _found(piece: bytes) -> Iterator[tuple[Place, str]]:
    for cell in _ERROR.finditer(piece) if b't="e"' in piece else ():
        if place := _place(cell[1]):
            yield place, cell[2].decode("utf-8", "replace")
    for cell in _FORMULA_ALONE.finditer(piece) if b"<f" in piece or b":f" in piece else ():
        if _TEXT_RESULT not in cell[1] and (place := _place(cell[1])):
            yield place, NOT_CALCULATED


def _place(attributes: bytes) -> Place | None:
    named = _PLACE.search(attributes)
    if named is None:
        return None
    column = 0
    for letter in named[1]:
        column = column * 26 + letter - ord("A") + 1
    return int(named[2]) - 1, column - 1
