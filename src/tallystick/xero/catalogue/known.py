"""The form of an entry of the catalogue."""

import re
from dataclasses import dataclass

from tallystick.xero.catalogue.codes import RefusalCode
from tallystick.xero.catalogue.sentences import comparable, evidence_in


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """A meaning and the sentences that have it.

    In `words` and `remedy` "{noun}" stands for what was sent, such as "bill", and "{line}" for the
    line that it is about: "line 3", or "a line" where Xero does not tell which. What else a remedy
    has in braces is said in `mending`.
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


#: "The e-mail address of the contact cannot be empty" is not about the contact.
_NO_OWNER = r"(?<!\bof )(?<!\bof the )(?<!\bfor this )(?<!\bfor the )"


def _pattern(sentence: str) -> re.Pattern[str]:
    """Return what finds the words as whole ones, whether "due date" or "DueDate"."""
    parts = (_words(part) for part in sentence.split("...") if part)
    return re.compile(_NO_OWNER + r"(?<!\w)" + r"\b[^.!?]*?\b".join(parts) + r"(?!\w)")


def _words(part: str) -> str:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part)
    return " ?".join(map(re.escape, comparable(evidence_in(apart)).split()))
