"""Finds the encoding a text is in, for the whole file and never for a row.

A byte order mark decides. Without one, zero bytes at every second place are UTF-16; else the file
is read through: what is strict UTF-8 is UTF-8, and so is what has signs of several bytes that are
(a byte amiss elsewhere is damage, and costs its row). Only what has none of these is Windows-1252.
"""

import codecs
import re
from enum import StrEnum
from typing import BinaryIO, NamedTuple

from tallystick.importing.errors import NotATable
from tallystick.importing.tables.lines import BLOCK, ENDLESS_LINE, LONGEST_LINE


class Encoding(StrEnum):
    """The encodings that are read, by the names Python has for them."""

    UTF_8 = "utf-8"
    WINDOWS_1252 = "cp1252"
    UTF_16 = "utf-16"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    WINDOWS_1250 = "cp1250"
    WINDOWS_1251 = "cp1251"
    WINDOWS_1253 = "cp1253"
    WINDOWS_1254 = "cp1254"
    WINDOWS_1255 = "cp1255"
    WINDOWS_1256 = "cp1256"
    WINDOWS_1257 = "cp1257"
    LATIN_1 = "iso8859-1"
    LATIN_9 = "iso8859-15"
    MAC_ROMAN = "mac-roman"
    DOS_437 = "cp437"
    DOS_850 = "cp850"
    JAPANESE = "cp932"
    CHINESE = "gb18030"
    TAIWANESE = "big5"
    KOREAN = "cp949"

    @property
    def label(self) -> str:
        """Return what a person chooses it by."""
        return _LABELS[self]


_LABELS = {
    Encoding.UTF_8: "UTF-8",
    Encoding.WINDOWS_1252: "Windows-1252 (Western Europe, “CSV” of Excel)",
    Encoding.UTF_16: "UTF-16 (“Unicode text” of Excel)",
    Encoding.UTF_16_LE: "UTF-16, little-endian",
    Encoding.UTF_16_BE: "UTF-16, big-endian",
    Encoding.WINDOWS_1250: "Windows-1250 (Central Europe)",
    Encoding.WINDOWS_1251: "Windows-1251 (Cyrillic)",
    Encoding.WINDOWS_1253: "Windows-1253 (Greek)",
    Encoding.WINDOWS_1254: "Windows-1254 (Turkish)",
    Encoding.WINDOWS_1255: "Windows-1255 (Hebrew)",
    Encoding.WINDOWS_1256: "Windows-1256 (Arabic)",
    Encoding.WINDOWS_1257: "Windows-1257 (Baltic)",
    Encoding.LATIN_1: "ISO 8859-1 (Latin 1)",
    Encoding.LATIN_9: "ISO 8859-15 (Latin 9, with €)",
    Encoding.MAC_ROMAN: "Mac Roman (“CSV (Macintosh)” of Excel)",
    Encoding.DOS_437: "DOS 437 (United States)",
    Encoding.DOS_850: "DOS 850 (Western Europe, “CSV (MS-DOS)” of Excel)",
    Encoding.JAPANESE: "Shift JIS (Japanese)",
    Encoding.CHINESE: "GB 18030 (Chinese)",
    Encoding.TAIWANESE: "Big5 (Traditional Chinese)",
    Encoding.KOREAN: "Korean (Windows-949)",
}
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: Encoding.UTF_8,
    codecs.BOM_UTF16_LE: Encoding.UTF_16,
    codecs.BOM_UTF16_BE: Encoding.UTF_16,
}
#: Of the pairs of bytes at the beginning, so many must have one zero for a text in UTF-16.
_ZEROS_OF_UTF_16 = 0.3
#: Bytes that no sign of Windows-1252 has.
_NOT_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_SEVERAL_BYTES = re.compile("[^\x00-\x7f\udc80-\udcff]")
_ODD = re.compile("[\udc80-\udcff]")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_NO_WORD = re.compile(rb"[^\w\x80-\xff]")
_SHOWN = 20  #: Bytes of a word, before and after.
#: With these the usual signs of several bytes begin; at the very end they are half of one.
_BEGINNINGS = b"\xc2\xc3\xc4\xc5\xe2\xf0"


class Found(NamedTuple):
    """The encoding, and a whole sentence where it was assumed."""

    encoding: Encoding
    note: str = ""


def utf_16_without_mark(start: bytes) -> Encoding | None:
    """Return which UTF-16 a text without a byte order mark is in, if in any."""
    pairs = len(start) // 2
    first, second = start[0 : 2 * pairs : 2].count(0), start[1 : 2 * pairs : 2].count(0)
    if second > pairs * _ZEROS_OF_UTF_16 and second > 10 * first:
        return Encoding.UTF_16_LE
    if first > pairs * _ZEROS_OF_UTF_16 and first > 10 * second:
        return Encoding.UTF_16_BE
    return None


def find_encoding(stream: BinaryIO, start: bytes) -> Found:
    """Say what encoding the text is in that begins with `start`. Raises NotATable where in none."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return Found(encoding)
    if without_mark := utf_16_without_mark(start):
        return Found(without_mark, "Read as UTF-16, for every second byte is zero.")
    stream.seek(0)
    try:
        return _read_through(stream)
    finally:
        stream.seek(0)


def as_chosen(encoding: Encoding, start: bytes) -> Encoding:
    """Return the encoding that a person chose; UTF-16 without a mark needs an order of bytes."""
    if encoding is Encoding.UTF_16 and not start.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        return utf_16_without_mark(start) or Encoding.UTF_16_LE
    return encoding


def _read_through(stream: BinaryIO) -> Found:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    read, before, lines, since_line_end = b"", 0, 0, 0
    fits_1252, shown = True, ""
    while chunk := stream.read(BLOCK):
        waiting = decoder.getstate()[0]
        if waiting or not chunk.isascii():
            text = decoder.decode(chunk)
            if _SEVERAL_BYTES.search(text):
                return Found(Encoding.UTF_8)
            fits_1252 = fits_1252 and not _NOT_1252.search(chunk)
            if not shown and (odd := _ODD.search(text)):
                # No sign before it has several bytes: its place is the same among the bytes.
                shown = _word(waiting + chunk, odd.start(), lines)
        read, before = chunk, lines
        lines += max(chunk.count(b"\n"), chunk.count(b"\r"))
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        since_line_end = since_line_end + len(chunk) if last < 0 else len(chunk) - last - 1
        if since_line_end > (ENDLESS_LINE if lines else LONGEST_LINE):
            break  # whoever reads the lines refuses it
    waiting = decoder.getstate()[0]
    if waiting and not shown and waiting[0] not in _BEGINNINGS:
        shown = _word(read, len(read) - len(waiting), before)
    return _judged(shown, fits_1252=fits_1252)


def _judged(shown: str, *, fits_1252: bool) -> Found:
    """Say the encoding of a text without a sign of several bytes, `shown` if not UTF-8 at all."""
    if not shown:
        return Found(Encoding.UTF_8)
    if not fits_1252:
        raise NotATable(
            "The file is neither in UTF-8 nor in Windows-1252.",
            remedy="Choose the encoding it was saved in, or save it as CSV UTF-8 and import that.",
        )
    note = (
        f"Read as Windows-1252, for it is not UTF-8: {shown}. If a sign in that is wrong, choose "
        "the encoding."
    )
    return Found(Encoding.WINDOWS_1252, note)


def _word(chunk: bytes, place: int, lines_before: int) -> str:
    """Show the word that has the byte at `place`, as Windows-1252 has it."""
    line = lines_before + len(_LINE_END.findall(chunk, 0, place)) + 1
    before = _NO_WORD.split(chunk[max(0, place - _SHOWN) : place])[-1]
    after = _NO_WORD.split(chunk[place : place + _SHOWN])[0]
    return f"“{(before + after).decode('cp1252', 'replace')}” in line {line}"
