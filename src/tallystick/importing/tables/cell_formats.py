"""What a workbook shows beside the figures of a cell: a currency, or a percent sign.

A CSV of the same sheet would have them in its cells, and so has what is read of the workbook: 5
shown as €5.00 is no pound, 0.1 shown as 10% is no tenth of a percent. Sources: ECMA-376, part 1,
18.8.30 (number formats), 18.8.10 (the formats of cells); OpenDocument 1.3, part 3, 19.387. XLS and
XLSB are not looked into.
"""

import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO
from xml.etree import ElementTree

from tallystick.importing.meaning.currencies import SIGNS
from tallystick.importing.tables.open_document import cells_of, is_open_document
from tallystick.importing.tables.sheet_parts import Place, part_of, place_of, whole_rows

_PERCENT = "%"
_STYLES = "xl/styles.xml"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
#: Formats of these numbers are the same everywhere; the others below 164 show what is the currency
#: where the workbook is opened.
_BUILT_IN = {"9": _PERCENT, "10": _PERCENT}
_FIRST_OWN = 164
#: Of a format: `[$€-407]`, `"kr"`, `\£`, a sign or percent that stands there bare.
_SHOWN = re.compile(r'\[\$([^\]-]*)[^\]]*\]|"([^"]*)"|\\(.)|\[[^\]]*\]|([^\w\s#?.,;@*()+/:_-])')
_STYLED = re.compile(rb"<(?:\w+:)?c\s([^>]*)>")
_STYLE = re.compile(rb'\bs="([0-9]+)"')


def shown_beside(file: BinaryIO, sheet: str) -> Iterator[tuple[Place, str]]:
    """Give cells of the sheet whose figures are shown with something, row after row."""
    with zipfile.ZipFile(file) as archive:
        if is_open_document(archive):
            yield from _of_open_document(archive, sheet)
            return
        part = part_of(archive, sheet)
        if part not in archive.namelist() or not (styles := _styles(archive)):
            return
        with archive.open(part) as xml:
            for piece in whole_rows(xml):
                yield from _of_piece(piece, styles)


def with_shown(text: str, shown: str) -> str:
    """Return the text of a number with what is shown beside it."""
    if shown == _PERCENT:
        return f"{(Decimal(text) * 100).normalize():f}%"
    return f"{text} {shown}"


def _of_open_document(archive: zipfile.ZipFile, sheet: str) -> Iterator[tuple[Place, str]]:
    for place, attributes in cells_of(archive, sheet, ("currency", "percentage")):
        currency = attributes.get("office:currency", "")
        if attributes.get("office:value-type") == "percentage":
            yield place, _PERCENT
        elif currency in SIGNS:
            yield place, currency


def _of_piece(piece: bytes, styles: dict[bytes, str]) -> Iterator[tuple[Place, str]]:
    for cell in _STYLED.finditer(piece):
        style = _STYLE.search(cell[1])
        if style and (shown := styles.get(style[1])) and (place := place_of(cell[1])):
            yield place, shown


def _styles(archive: zipfile.ZipFile) -> dict[bytes, str]:
    """Return what cells of a style show beside their figures, for those that show something."""
    if _STYLES not in archive.namelist():
        return {}
    # Whatever the XML does, this process may take only so much memory and time.
    root = ElementTree.fromstring(archive.read(_STYLES))  # noqa: S314
    shown = dict(_BUILT_IN)
    for entry in root.iter(f"{_MAIN}numFmt"):
        key = entry.get("numFmtId", "")
        if key.isdecimal() and int(key) >= _FIRST_OWN:
            shown[key] = _shown_by(entry.get("formatCode", ""))
    formats = root.find(f"{_MAIN}cellXfs")
    found = {
        str(place).encode(): shown.get(entry.get("numFmtId", ""), "")
        for place, entry in enumerate(formats if formats is not None else ())
    }
    return {style: text for style, text in found.items() if text}


def _shown_by(code: str) -> str:
    """Return the currency or percent sign that a format shows beside positive numbers."""
    for match in _SHOWN.finditer(code.partition(";")[0]):
        text = next(filter(None, match.groups()), "").strip()
        if text in SIGNS or (text == _PERCENT and match[4]):
            return text
    return ""
