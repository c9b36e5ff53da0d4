"""Gzip, unpacked on the way; a file that is made to burst is refused once it shows."""

import gzip
import zlib
from typing import BinaryIO, cast

from tallystick.importing.errors import NotATable

#: A packed file may be this large unpacked, and so many times as large as it is packed. Tables
#: shrink to a tenth or a twentieth; what is made to burst, to a thousandth.
MOST_UNPACKED = 8_000_000_000
MOST_TIMES = 250
_TIMES_COUNT_FROM = 50_000_000
_GZIP = b"\x1f\x8b"
_PEEKED = 4096


def unpacked(source: BinaryIO) -> BinaryIO:
    """Return a stream of what `source` holds, from its beginning: itself unless it is packed."""
    source.seek(0)
    is_packed = source.read(2) == _GZIP
    source.seek(0)
    return cast(BinaryIO, _Unpacked(source)) if is_packed else source


def peek(stream: BinaryIO) -> bytes:
    """Return the first bytes and go back to them. Raises NotATable where a packed file is broken."""
    start = stream.read(_PEEKED)
    stream.seek(0)
    return start


class _Unpacked(gzip.GzipFile):
    """The stream; reading raises NotATable where it breaks off or grows beyond all measure."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__(fileobj=source)
        self._source = source

    def read(self, size: int | None = -1) -> bytes:
        try:
            found = super().read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise NotATable(
                "The compressed file breaks off or is damaged; nothing was imported.",
                remedy="Copy it here again.",
            ) from None
        unpacked, packed = self.tell(), self._source.tell()
        if unpacked > MOST_UNPACKED or (
            unpacked > _TIMES_COUNT_FROM and unpacked > MOST_TIMES * packed
        ):
            raise NotATable(
                f"The packed file grows beyond {unpacked // 1_000_000:,} MB when it is unpacked, "
                "which no table does; it was not read further and nothing was imported.",
                remedy="If it is in earnest, unpack it, part it, and import the parts.",
            )
        return found
