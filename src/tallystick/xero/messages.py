"""Xero's own sentences, and what a bookkeeper should read and do instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from tallystick.xero.catalogue import KNOWN
from tallystick.xero.catalogue.codes import DROPPED, RefusalCode
from tallystick.xero.catalogue.fields import Field, fields_in, subject_of
from tallystick.xero.catalogue.inferred import meaning_of
from tallystick.xero.catalogue.sayings import WORDS, Saying, saying_in
from tallystick.xero.catalogue.sentences import (
    as_written,
    comparable,
    evidence_in,
    line_in,
    without_line,
)

_RANKS = {code: rank for rank, code in enumerate(RefusalCode)}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is wrong and what to do, for a person, and a name for it that programs may compare."""

    code: RefusalCode  #: Ours and stable, such as "number_taken"; "other": it means nothing to us.
    words: str  #: What is wrong.
    remedy: str  #: What to do now.
    said: str  #: What Xero wrote.
    field: str = ""  #: What it is about, such as "due date"; empty where nothing is named.
    line: int | None = None  #: Which line, counted from 1; None where Xero does not tell.

    @property
    def safe(self) -> str:
        """What cannot go wrong, whatever is done now."""
        if self.code in DROPPED:
            return ""
        return "Nothing is doubled." if "Retry" in self.remedy else "Nothing was changed in Xero."


def explain(xero_message: str, noun: str = "document") -> Explanation:
    """Return what a message of Xero means; one that means nothing to us is passed on as written.

    `noun` is what people call that which was sent: "bill", "credit note", "payment". Names in the
    message (an account code, a tax type) are not repeated in the words: show `said` beside them.
    """
    said = as_written(xero_message)
    line = line_in(said)
    meaning = _meaning_of(without_line(said), noun, line is not None)
    words = meaning.words.replace("{line}", f"line {line}" if line else "a line")
    if line and words and f"line {line}" not in words:
        words = f"Line {line}: {words}"
    return Explanation(
        code=meaning.code,
        words=words[:1].upper() + words[1:] or f"Xero says: {said}",
        remedy=meaning.remedy.replace("{line}", "the line"),
        said=said,
        field=meaning.field,
        line=line,
    )


def explain_all(xero_messages: Iterable[str], noun: str) -> list[Explanation]:
    """Return what several messages about one record mean, each once, decisions before the rest."""
    alike = {comparable(as_written(text)): text for text in xero_messages}
    explained = [explain(text, noun) for text in alike.values()]
    return sorted(explained, key=lambda one: (_RANKS[one.code], one.line or 0))


class _Meaning(NamedTuple):
    """What a sentence means, whichever line it is about; no words where none are sure."""

    code: RefusalCode
    words: str
    remedy: str
    field: str


@lru_cache(maxsize=1_000)  # A document of many lines has the same fault on each.
def _meaning_of(said: str, noun: str, on_line: bool) -> _Meaning:
    evidence = evidence_in(said)
    fields = fields_in(evidence, noun)
    compared = comparable(evidence)
    known = next((one for one in KNOWN if one.fits(compared)), None)
    if known:
        code, words, remedy = known.code, known.words, known.remedy
    else:
        subject = subject_of(fields or (Field.RECORD,), noun, on_line=on_line)
        code, words, remedy = _inferred(fields, saying_in(evidence), subject)
    field = fields[0] if fields else ""
    return _Meaning(code, words.replace("{noun}", noun), remedy.replace("{noun}", noun), field)


def _inferred(
    fields: tuple[Field, ...], saying: Saying | None, subject: str
) -> tuple[RefusalCode, str, str]:
    """Return code, words and remedy of what is so said of the fields, or of the record itself."""
    meanings = [meaning_of(field, saying) for field in fields or (Field.RECORD,)]
    first = meanings[0]
    if first and all(each and each.code == first.code for each in meanings):
        words = (first.words or WORDS[saying]).replace("{subject}", subject)
        return first.code, words, first.remedy.replace("{subject}", subject)
    what = subject if fields else "this here or in Xero"
    return RefusalCode.OTHER, "", f"Mend {what}, then press Retry."
