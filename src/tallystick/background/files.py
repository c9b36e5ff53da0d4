"""Files that come of tasks: kept packed in the database, so that any web server can hand them out."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tallystick.background.models import FilePart, Task

#: Bytes of the file in one row of the database, before they are packed.
_PART = 1_000_000
#: A larger file is refused.
_MOST_BYTES = 1_000_000_000


class Refused(Exception):
    """Nothing can come of the task; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class File:
    """What came of a task where that is a file, given piece by piece."""

    name: str
    content: Iterable[bytes]


def store(task: Task, file: File) -> int:
    """Keep the file and return its bytes; call it in a transaction. Raises Refused if too large."""
    size = 0
    for number, part in enumerate(_parts(file.content)):
        size += len(part)
        if size > _MOST_BYTES:
            raise Refused(
                f"The file would be larger than {_MOST_BYTES // 1_000_000:,} MB. Choose a shorter "
                "period or narrow the list otherwise, and take it in several files."
            )
        FilePart.objects.create(task=task, number=number, content=zlib.compress(part, 1))
    return size


def content_of(task: Task) -> Iterator[bytes]:
    """Give the file piece by piece; one piece is in memory at a time."""
    for number in range(-(-task.file_bytes // _PART)):
        part = FilePart.objects.filter(task=task, number=number).first()
        if part is None:
            return  # removed since; the answer is shorter than it said, which every browser tells
        yield zlib.decompress(part.content)


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give the same bytes in pieces of equal size, the last one shorter."""
    gathered = bytearray()
    for piece in pieces:
        gathered += piece
        while len(gathered) >= _PART:
            yield bytes(gathered[:_PART])
            del gathered[:_PART]
    if gathered:
        yield bytes(gathered)
