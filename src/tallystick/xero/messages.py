"""Xero's own sentences, and what a bookkeeper should read and do instead."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from tallystick.xero.catalogue import KNOWN, OF_ALL
from tallystick.xero.catalogue.codes import DROPPED, RefusalCode
from tallystick.xero.catalogue.fields import Field, fields_in, subject_of
from tallystick.xero.catalogue.inferred import meaning_of
from tallystick.xero.catalogue.mending import SETTLEMENTS, as_remedy
from tallystick.xero.catalogue.sayings import WORDS, Saying, saying_in
from tallystick.xero.catalogue.sentences import (
    as_written,
    cause_in,
    comparable,
    evidence_in,
    lines_in,
    statements_in,
)

_RANKS = {code: rank for rank, code in enumerate(RefusalCode)}
#: What is sent without lines of its own.
_LINELESS = SETTLEMENTS | {"contact"}
#: Of these, whatever of it is taken: it is there itself.
_TWICE = MappingProxyType({"payment": Field.PAYMENT, "allocation": Field.ALLOCATION})
_NOT_KNOWN = "Mend this here or in Xero, then press Retry."
_NOT_SO = re.compile(r"\b(?:not|invalid|must|cannot|only|wrong|rejected|malformed)\b")


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
    Where it states several faults, the first of them is told.
    """
    return next(_faults_in(xero_message, noun))


def explain_all(xero_messages: Iterable[str], noun: str) -> list[Explanation]:
    """Return what several messages about one record mean, each fault once, decisions first."""
    alike = {comparable(as_written(text)): text for text in xero_messages}
    explained = [one for text in alike.values() for one in _faults_in(text, noun)]
    return sorted(explained, key=lambda one: (_RANKS[one.code], one.line or 0))


class _Meaning(NamedTuple):
    """What a statement means, whichever line it is about; no words where none are sure."""

    code: RefusalCode
    words: str
    remedy: str
    field: str
    certainty: int  #: 0 of what is only named, 1 where "not" is said, 2 where it is told what, 3 of known ones.


def _faults_in(xero_message: str, noun: str) -> Iterator[Explanation]:
    """Yield what each statement of the message means, of those about the same field the surest."""
    said = as_written(xero_message)
    faults: dict[tuple[str, tuple[int, ...]], _Meaning] = {}
    for statement in statements_in(xero_message):
        lines = lines_in(said, statement) if noun not in _LINELESS else ()
        meaning = _meaning_of(statement, noun, bool(lines))
        others = [key for key in faults if key[0] == meaning.field]
        key = others[0] if others and not lines else (meaning.field, lines)
        if key not in faults or meaning.certainty > faults[key].certainty:
            faults[key] = meaning
    telling = [item for item in faults.items() if item[1].certainty] or [*faults.items()][:1]
    for (_, lines), meaning in telling:
        for line in lines or (None,):
            yield _explanation(meaning, said, line)


def _explanation(meaning: _Meaning, said: str, line: int | None) -> Explanation:
    words = meaning.words.replace("{line}", f"line {line}" if line else "a line")
    if line and words and f"line {line}" not in words:
        words = f"Line {line}: {words}"
    return Explanation(
        code=meaning.code,
        words=words[:1].upper() + words[1:] or f"Xero says: {said}",
        remedy=meaning.remedy,
        said=said,
        field=meaning.field,
        line=line,
    )


@lru_cache(maxsize=1_000)  # A document of many lines has the same fault on each.
def _meaning_of(statement: str, noun: str, on_line: bool) -> _Meaning:
    evidence = evidence_in(statement)
    compared = comparable(evidence)
    rows = OF_ALL if noun in _LINELESS else KNOWN
    known = next((one for one in rows if one.fits(compared)), None)
    cause = cause_in(evidence)
    saying = saying_in(cause)
    fields = fields_in(cause, noun)
    if saying == Saying.TAKEN and noun in _TWICE:
        fields = (_TWICE[noun],)
    subject = subject_of(fields or (Field.RECORD,), noun, on_line=on_line)
    if known:
        code, words, remedy, certainty = known.code, known.words, known.remedy, 3
    else:
        code, words, remedy = _inferred(fields, saying, subject, noun)
        is_told = code != RefusalCode.OTHER or bool(fields)
        certainty = is_told * (2 if saying else 1 if _NOT_SO.search(cause) else 0)
    return _Meaning(
        code,
        words.replace("{subject}", subject).replace("{noun}", noun),
        as_remedy(remedy, noun, subject),
        fields[0] if fields else "",
        certainty,
    )


def _inferred(
    fields: tuple[Field, ...], saying: Saying | None, subject: str, noun: str
) -> tuple[RefusalCode, str, str]:
    """Return code, words and remedy of what is so said of the fields, or of the record itself."""
    meanings = [meaning_of(field, saying, noun) for field in fields or (Field.RECORD,)]
    first = meanings[0]
    if first and all(each and each.code == first.code for each in meanings):
        # "The due date was used wrongly": what is taken is told only of what can be.
        told = None if saying == Saying.TAKEN and saying not in first.sayings else saying
        return first.code, first.words or WORDS[told], first.remedy
    return RefusalCode.OTHER, "", "{mend}" if fields else _NOT_KNOWN
