"""Bodies sent in chunks, by clients that do not know their length (RFC 9112, 7.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedIOBase

_PIECE = 1 << 16  #: bytes read at once
_LINE = 4096  #: most bytes of a chunk's size, or of a field behind the last chunk
_FIELDS = 100  #: most of them
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")


class BadChunks(ValueError):
    """What came is not in chunks, or ended before the last one."""


def read_chunks(file: BufferedIOBase) -> Iterator[bytes]:
    """Give the body piece by piece; the fields behind the last chunk are read and forgotten.

    Raises BadChunks.
    """
    while size := _size(file):
        while size:
            piece = file.read(min(size, _PIECE))
            if not piece:
                raise BadChunks("The body ends within a chunk.")
            size -= len(piece)
            yield piece
        if _line(file).strip(b"\r\n"):
            raise BadChunks("A chunk is longer than its size.")
    for _ in range(_FIELDS):
        if not _line(file).strip(b"\r\n"):
            return
    raise BadChunks("There are too many fields behind the last chunk.")


def _size(file: BufferedIOBase) -> int:
    found = _SIZE.fullmatch(_line(file))
    if not found:
        raise BadChunks("A chunk has no size.")
    return int(found[1], 16)


def _line(file: BufferedIOBase) -> bytes:
    line = file.readline(_LINE)
    if not line.endswith(b"\n"):
        raise BadChunks("A line does not end.")
    return line
