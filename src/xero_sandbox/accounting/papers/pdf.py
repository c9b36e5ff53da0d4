"""A small real PDF of plain lines of text: Helvetica, A4, as many pages as it takes.

Written by hand after ISO 32000-1 (objects, cross-reference table, trailer). Letters outside
Latin-1 become question marks, because the built-in fonts have no others.
"""

from __future__ import annotations

LINES_A_PAGE = 50
_TOP, _LEFT, _LEADING, _SIZE = 790, 50, 15, 10


def pdf(lines: list[str]) -> bytes:
    """Return the document; each string is one line, `\\t` parts columns 120 points wide."""
    pages = [lines[at : at + LINES_A_PAGE] for at in range(0, max(len(lines), 1), LINES_A_PAGE)]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * number)
        )
        content = _content(page)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _file(objects)


def _content(lines: list[str]) -> bytes:
    parts = []
    for row, line in enumerate(lines):
        for column, text in enumerate(line.split("\t")):
            at = f"{_LEFT + 120 * column} {_TOP - _LEADING * row}"
            parts.append(f"BT /F1 {_SIZE} Tf {at} Td ({_escaped(text)}) Tj ET")
    return "\n".join(parts).encode("latin-1", errors="replace")


def _escaped(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return plain.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % table)
