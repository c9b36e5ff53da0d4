"""The form of an entry of the catalogue."""

import re
from dataclasses import dataclass

from tallystick.xero.catalogue.codes import RefusalCode
from tallystick.xero.catalogue.sentences import comparable, evidence_in


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """A meaning and the sentences that have it.

    In `words` and `remedy` "{noun}" stands for what was sent, such as "bill", and "{line}" for the
    line that it is about: "line 3", or "a line" where Xero does not tell which.
    """

    code: RefusalCode
    words: str
    remedy: str
    seen: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]  #: Of their telling parts, comparable.

    def fits(self, said: str) -> bool:
        """Tell whether `said`, a comparable sentence, is one of those."""
        return any(pattern.search(said) for pattern in self.patterns)


def known(code: RefusalCode, words: str, remedy: str, *seen: str) -> KnownMessage:
    """`seen` are Xero's sentences, shortened; "..." stands for a part that changes."""
    return KnownMessage(code, words, remedy, seen, tuple(map(_pattern, seen)))


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = (re.escape(comparable(evidence_in(part))) for part in sentence.split("..."))
    return re.compile(".*".join(parts))
