"""What a file is by its first bytes; what is no table is refused, with what to do instead."""

from tallystick.importing.errors import NotATable
from tallystick.importing.tables.archives import ZIP
from tallystick.importing.tables.compound import COMPOUND
from tallystick.importing.tables.encodings import utf_16_without_mark
from tallystick.importing.tables.headers import SAVE_AS_CSV

_TURNED_INTO_CSV = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "a text document (RTF)",
    b"SQLite format 3\0": "a database",
}
_UNPACKED_FIRST = {
    b"\x1f\x8b": "twice",
    b"BZh": "with bzip2",
    b"\xfd7zXZ": "with xz",
    b"7z\xbc\xaf": "as a 7z archive",
    b"Rar!": "as a RAR archive",
    b"\x28\xb5\x2f\xfd": "with zstd",
}
_OPENED_FIRST = {
    (b"<!doctype html", b"<html", b"<head", b"<table"): "a web page, whatever its name ends in",
    (b"<?xml", b"<workbook"): "an XML document, whatever its name ends in",
    (b'{"', b'[{"'): "JSON",
}
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


def is_like_a_workbook(start: bytes) -> bool:
    """Whether the bytes may begin a workbook: an archive or a compound file."""
    return start.startswith((ZIP, COMPOUND))


def refuse_what_is_no_text(start: bytes) -> None:
    """Raise NotATable unless the bytes may begin a CSV."""
    for mark, name in _TURNED_INTO_CSV.items():
        if start.startswith(mark):
            raise NotATable(
                f"The file is {name}, not a table.",
                remedy="Export the table itself as CSV or as a workbook "
                "where it comes from, and import that file.",
            )
    for mark, how in _UNPACKED_FIRST.items():
        if start.startswith(mark):
            raise NotATable(
                f"The file is packed {how}.", remedy="Unpack it and import the CSV inside."
            )
    if is_like_a_workbook(start):
        raise NotATable(
            "The file is a packed workbook or archive.", remedy="Unpack it and import again."
        )
    words = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for marks, name in _OPENED_FIRST.items():
        if words.startswith(marks):
            raise NotATable(f"The file is {name}, not a CSV.", remedy=f"{SAVE_AS_CSV}")
    is_utf_16 = start.startswith(_BYTE_ORDER_MARKS) or utf_16_without_mark(start)
    if start.count(0) > len(start) // 8 and not is_utf_16:
        raise NotATable("The file is no text.", remedy=f"{SAVE_AS_CSV}")
