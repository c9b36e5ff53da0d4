"""The form of an entry of the catalogue."""

from dataclasses import dataclass

from tallystick.xero.catalogue.codes import RefusalCode


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """A meaning and the sentences that have it.

    In `words` and `remedy` "{noun}" stands for what was sent, such as "bill".
    """

    code: RefusalCode
    words: str
    remedy: str
    seen: tuple[tuple[str, ...], ...]  #: For each sentence its telling parts, comparable.

    def fits(self, said: str) -> bool:
        """Tell whether `said`, a comparable sentence, is one of those."""
        return any(all(part in said for part in parts) for parts in self.seen)


def known(code: RefusalCode, words: str, remedy: str, *seen: str) -> KnownMessage:
    """`seen` are Xero's sentences, shortened; "..." stands for a part that changes."""
    parts = tuple(tuple(map(comparable, sentence.split("..."))) for sentence in seen)
    return KnownMessage(code, words, remedy, parts)


def comparable(text: str) -> str:
    """Return the sentence without regard to case, dots and blanks."""
    return " ".join(text.lower().replace(".", "").split())
