"""Cells of a workbook without the value that should be there: errors, formulas never calculated.

The library that reads workbooks gives both as empty, so an amount would be missing without a word.
Source: ECMA-376, part 1, 18.3.1.4 (cells), 18.3.1.40 (formulas). What a program other than a
spreadsheet wrote often has formulas without results. XLS and XLSB are not looked into.
"""

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from tallystick.importing.tables.open_document import cells_of, is_open_document
from tallystick.importing.tables.sheet_parts import Place, part_of, place_of, whole_rows

NOT_CALCULATED = "#NOT CALCULATED"
ERROR = "#ERROR"
_ERROR = re.compile(
    rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>(?:<(?:\w+:)?f[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?'
    rb"<(?:\w+:)?v>([^<]+)<"
)
_FORMULA_ALONE = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)><(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_TEXT_RESULT = b't="str"'  #: Such a formula may well result in nothing.


def cells_without_value(file: BinaryIO, sheet: str) -> dict[Place, str]:
    """Return what to write into those cells of the sheet."""
    with zipfile.ZipFile(file) as archive:
        if is_open_document(archive):
            return {place: ERROR for place, _ in cells_of(archive, sheet, ("error",))}
        part = part_of(archive, sheet)
        if part not in archive.namelist():
            return {}
        with archive.open(part) as xml:
            return dict(found for piece in whole_rows(xml) for found in _found(piece))


def _found(piece: bytes) -> Iterator[tuple[Place, str]]:
    for cell in _ERROR.finditer(piece) if b't="e"' in piece else ():
        if place := place_of(cell[1]):
            yield place, cell[2].decode("utf-8", "replace")
    for cell in _FORMULA_ALONE.finditer(piece) if b"<f" in piece or b":f" in piece else ():
        if _TEXT_RESULT not in cell[1] and (place := place_of(cell[1])):
            yield place, NOT_CALCULATED
