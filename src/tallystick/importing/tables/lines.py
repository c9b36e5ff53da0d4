"""The lines of a text, handed on whole blocks at a time; a line is cut where memory would end.

What is amiss with a line is kept beside it, so that whoever reads the lines need look at none.
"""

import codecs
import io
from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, NamedTuple

from tallystick.importing.errors import NotATable

#: Bytes that are read at once.
BLOCK = 1 << 16
#: A line of the file longer than this is cut, and with it its row refused: memory stays bounded.
LONGEST_LINE = 1_000_000
#: A file is refused for a line so long, for it is not looked for the end of it any longer.
ENDLESS_LINE = 16 * LONGEST_LINE
#: In the lines of the file; a longer one is to be parted.
MOST_LINES = 10_000_000
_LINE_ENDS = ("\n", "\r")


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Put a lone surrogate, which no text has, where bytes cannot be decoded."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


codecs.register_error("tallystick.mark", _mark)


class Flaw(NamedTuple):
    """What is amiss with one line."""

    line: int
    what: str  #: What goes on after "Line 7", and the remedy, in whole sentences.


class Lines(Iterator[str]):
    """The lines of `stream` with their line ends, which are LF, CR LF or CR.

    Bytes that cannot be decoded come as lone surrogates. Raises NotATable where a line does not
    end or lines are too many.
    """

    def __init__(self, stream: BinaryIO, encoding: str, name: str) -> None:
        """Read `stream` in the encoding, of which `name` is what people call it."""
        self._stream = stream
        self._name = name
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        self._decoder = codecs.getincrementaldecoder(codec)("tallystick.mark")
        self._count = 0
        #: Of lines not further on than those handed out and their block, in order.
        self.flaws: deque[Flaw] = deque()
        #: Whether the line handed out last ends the file without a line end.
        self.ends_open = False
        #: Themselves, for whoever asks for very many: one call a line less.
        self.iterator = chain.from_iterable(self._blocks())

    def __next__(self) -> str:
        return next(self.iterator)

    def _blocks(self) -> Iterator[list[str]]:
        rest = ""
        while True:
            chunk = self._stream.read(BLOCK)
            text = rest + self._decoder.decode(chunk, final=not chunk)
            # A CR at the end of the block may have its LF in the next.
            end = max(text.rfind("\n"), text.rfind("\r", 0, None if not chunk else -1)) + 1
            if end:
                yield self._checked(text[:end])
            rest = text[end:]
            if not chunk:
                break
            if len(rest) > LONGEST_LINE:
                yield self._cut(rest[:LONGEST_LINE])
                rest = self._rest_of_line(len(rest))
        if rest:
            last = self._checked(rest)
            self.ends_open = True
            yield last

    def _checked(self, block: str) -> list[str]:
        # A StringIO parts at the line ends and nowhere else, as str.splitlines does not.
        lines = list(io.StringIO(block, newline=""))
        if "\0" in block or not (block.isascii() or _is_clean(block)):
            for line, text in enumerate(lines, start=self._count + 1):
                self._look_at(line, text)
        self._add(len(lines))
        return lines

    def _look_at(self, line: int, text: str) -> None:
        if "\0" in text:
            self.flaws.append(
                Flaw(line, "holds NUL characters, so it is damaged. Correct it and import again.")
            )
        elif not _is_clean(text):
            what = (
                f"holds bytes that are not {self._name}. Correct them and import "
                "again, or choose the encoding if the whole file is in another."
            )
            self.flaws.append(Flaw(line, what))

    def _cut(self, beginning: str) -> list[str]:
        self._add(1)
        what = (
            f"is too long: it does not end within {LONGEST_LINE:,} characters. A quotation mark or "
            "a line break is probably missing; correct it and import again."
        )
        self.flaws.append(Flaw(self._count, what))
        return [f"{beginning}\n"]

    def _rest_of_line(self, length: int) -> str:
        """Pass over the rest of a line that was cut; return what was read of the next."""
        while length <= ENDLESS_LINE:
            chunk = self._stream.read(BLOCK)
            text = self._decoder.decode(chunk, final=not chunk)
            if not chunk:
                return ""
            ends = [place for mark in _LINE_ENDS if (place := text.find(mark)) >= 0]
            if ends:
                end = min(ends)
                return text[end + (2 if text[end : end + 2] == "\r\n" else 1) :]
            length += len(text)
        raise NotATable(
            f"Line {self._count} does not end within {ENDLESS_LINE:,} characters, so the "
            "file is no table, or damaged there.",
            remedy="Save it as CSV UTF-8 and import again.",
        )

    def _add(self, count: int) -> None:
        self._count += count
        if self._count > MOST_LINES:
            raise NotATable(
                f"The file has more than {MOST_LINES:,} lines.",
                remedy="Part it, each part with the header, and import one after the other.",
            )


def _is_clean(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
