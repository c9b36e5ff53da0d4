"""Small workbooks, written byte by byte: XLSX, ODS, XLS, and what is none but looks like one."""

import datetime as dt
import io
import struct
import zipfile
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLES = """<styleSheet xmlns="{main}"><numFmts><numFmt numFmtId="164" formatCode={code}/></numFmts>
<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="164"/></cellXfs>
</styleSheet>"""
_EPOCH = dt.datetime(1899, 12, 30)


class Raw(str):
    """The XML of a cell, with {place} for where it is."""


def shown(value):
    """Return the XML of a number that is shown in the workbook's own format, its `code`."""
    return Raw(f'<c r="{{place}}" s="3"><v>{value}</v></c>')


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def xlsx(sheets, hidden=(), code="0.00"):
    """Return a workbook of the sheets, each a list of rows; rows of None are not there at all.

    `code` is the format of numbers that are `shown`.
    """
    listed, relations, parts = [], [], {}
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        state = ' state="hidden"' if name in hidden else ""
        listed.append(f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"{state}/>')
        relations.append(_relation(f"r{number}", "worksheet", f"worksheets/sheet{number}.xml"))
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(rows)
    relations.append(_relation("r0", "styles", "styles.xml"))
    return zipped(
        {
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}">'
            f"{_relation('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>",
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f"{''.join(listed)}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
            f"{''.join(relations)}</Relationships>",
            "xl/styles.xml": _STYLES.format(main=_MAIN, code=quoteattr(code)),
            **parts,
        }
    )


def _relation(key, kind, target):
    return f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _sheet(rows):
    written = [
        f'<row r="{line}">{"".join(_cell(cell, _place(line, n)) for n, cell in enumerate(row))}</row>'
        for line, row in enumerate(rows, start=1)
        if row is not None
    ]
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(written)}</sheetData></worksheet>'


def _place(line, column):
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{line}"


def _cell(value, place):
    if value is None:
        return ""
    if isinstance(value, Raw):
        return value.format(place=place)
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, dt.datetime):
        serial = (value - _EPOCH) / dt.timedelta(days=1)
        return f'<c r="{place}" s="2"><v>{serial!r}</v></c>'
    if isinstance(value, dt.date):
        return f'<c r="{place}" s="1"><v>{(value - _EPOCH.date()).days}</v></c>'
    if isinstance(value, str):
        text = escape(value)
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


def ods(table_rows, encryption=""):
    """Return an ODS of one sheet whose rows are given as XML."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped(
        {
            "mimetype": kind,
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">'
            f"{encryption}</manifest:file-entry></manifest:manifest>",
            "content.xml": f'<office:document-content xmlns:office="{names}:office:1.0" '
            f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0"><office:body>'
            f'<office:spreadsheet><table:table table:name="Sheet1">{table_rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        }
    )


def ods_row(*cells, repeated=1):
    written = "".join(
        f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
        if isinstance(cell, int | float)
        else f'<table:table-cell office:value-type="date" office:date-value="{cell}"/>'
        if isinstance(cell, dt.date)
        else f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{written}</table:table-row>'


def xls(rows, encrypted=False):
    """Return an XLS (BIFF8) with one sheet of texts and numbers."""
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    if encrypted:
        start += _record(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    bound = struct.pack("<BBBB", 0, 0, 4, 0) + b"Data"
    offset = len(start) + len(_record(0x85, bytes(4) + bound)) + 4
    globals_ = start + _record(0x85, struct.pack("<I", offset) + bound) + _record(0x0A, b"")
    cells = b"".join(
        _record(0x203, struct.pack("<HHHd", line, column, 0, cell))
        if isinstance(cell, float)
        else _record(0x204, struct.pack("<HHHHB", line, column, 0, len(cell), 0) + cell.encode())
        for line, row in enumerate(rows)
        for column, cell in enumerate(row)
    )
    begin = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    return compound("Workbook", globals_ + begin + cells + _record(0x0A, b""))


def _record(kind, body):
    return struct.pack("<HH", kind, len(body)) + body


def compound(name, stream):
    """Return a compound file (MS-CFB) of one stream; up to 60 kB."""
    stream = stream.ljust(4096, b"\0")  # smaller ones would lie in a stream of their own kind
    sectors = -(-len(stream) // 512)
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, 4096, end, 0, end, 0,
    ) + struct.pack("<109I", 0, *[free] * 108)  # fmt: skip
    chain = [0xFFFFFFFD, end, *range(3, 2 + sectors), end]
    table = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    directory = _entry("Root Entry", 5, 1, end, 0) + _entry(name, 2, free, 2, len(stream))
    return b"".join(
        [header, table, directory.ljust(512, b"\0"), stream.ljust(sectors * 512, b"\0")]
    )


def _entry(name, kind, child, first, size):
    coded = name.encode("utf-16-le")
    free = 0xFFFFFFFF
    return struct.pack(
        "<64sHBBIII36xIQ", coded, len(coded) + 2, kind, 1, free, free, child, first, size
    )
