"""What a ZIP holds, before anybody unpacks it: a workbook or not, and how much.

The sizes that a ZIP declares may lie, so what it unpacks to is counted.
"""

import struct
import zipfile
import zlib
from enum import StrEnum
from typing import BinaryIO

ZIP = b"PK\x03\x04"  #: What a ZIP begins with.
_ENCRYPTED = 0x1  #: Bit of the flags of an entry; PKWARE, APPNOTE 4.4.4.
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = "META-INF/manifest.xml"  #: OpenDocument 1.3, part 2, 4.8: it says what is encrypted.
_NAME_SIZES = struct.Struct("<26xHH")  #: At the end of a local header; APPNOTE 4.3.7.
_BLOCK = 1 << 20


class Refusal(StrEnum):
    """Why a workbook is not read."""

    PASSWORD = "password"  # noqa: S105 - the name of a reason
    NUMBERS = "numbers"
    DOCUMENT = "document"
    ARCHIVE = "archive"
    TOO_LARGE = "too large"
    TOO_MANY_ROWS = "too many rows"
    NO_SUCH_SHEET = "no such sheet"
    EMPTY = "empty"
    DAMAGED = "damaged"
    DISK_FULL = "disk full"


class Refused(Exception):
    """The file is not read; the argument is the Refusal."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


def check_archive(file: BinaryIO, most: int) -> None:
    """Raise Refused unless the ZIP is a workbook of at most `most` bytes unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_kind(archive)
        _check_size(file, entries, most)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError):
        raise Refused(Refusal.DAMAGED) from None


def _check_kind(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if any(entry.flag_bits & _ENCRYPTED for entry in archive.infolist()):
        raise Refused(Refusal.PASSWORD)
    if any(name.endswith(".iwa") for name in names):
        raise Refused(Refusal.NUMBERS)
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise Refused(Refusal.DOCUMENT)
    if _MANIFEST in names:
        with archive.open(_MANIFEST) as entry:
            if b"encryption-data" in entry.read(_BLOCK):
                raise Refused(Refusal.PASSWORD)
    if "mimetype" in names:
        with archive.open("mimetype") as entry:
            if entry.read(99).startswith(_OPEN_DOCUMENT):
                return
        raise Refused(Refusal.DOCUMENT)
    if not any(name.startswith("xl/") for name in names):
        raise Refused(Refusal.ARCHIVE)


def _check_size(file: BinaryIO, entries: list[zipfile.ZipInfo], most: int) -> None:
    left = most
    for entry in entries:
        left -= _unpacked_size(file, entry, left)
        if left < 0:
            raise Refused(Refusal.TOO_LARGE)


def _unpacked_size(file: BinaryIO, entry: zipfile.ZipInfo, most: int) -> int:
    """Return how many bytes the entry makes, counted until there are more than `most`."""
    if entry.compress_type == zipfile.ZIP_STORED:
        return entry.compress_size
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise Refused(Refusal.DAMAGED)  # no spreadsheet writes another
    file.seek(entry.header_offset)
    name, extra = _NAME_SIZES.unpack(file.read(_NAME_SIZES.size))
    file.seek(name + extra, 1)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    while not inflate.eof and size <= most:
        packed = inflate.unconsumed_tail or file.read(_BLOCK)
        if not packed:
            raise EOFError
        size += len(inflate.decompress(packed, _BLOCK))
    return size
