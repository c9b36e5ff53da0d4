"""What Xero's refusal of a record says, in words and with a remedy, whatever the record is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tallystick import xero
from tallystick.english import listed, plural
from tallystick.sync.engine.batches import Refused
from tallystick.sync.links.problems import ProblemCode
from tallystick.xero.catalogue.codes import DROPPED, RefusalCode

#: Faults told in one text at most; a document may have a thousand lines.
_TOLD = 10
#: Retry at the end of a remedy or amid it; not what is done beside it, as "next month".
_RETRY = re.compile(r",? (?:then|and) press Retry(?=[.,;])|\. Then press Retry(?=\.)")
_LINE = re.compile(r"(?<=[Ll]ine )\d+")


@dataclass(frozen=True, slots=True)
class RefusalWords:
    """Why a record was refused, told to a bookkeeper."""

    code: str
    message: str
    remedy: str


def words_of_refusal(head: str, errors: Sequence[str], *, noun: str) -> RefusalWords:
    """Return what Xero's errors about an element mean; `head` says to whom it happened, and what."""
    return words_of_told(head, xero.explain_all(errors, noun))


def words_of_told(head: str, told: Sequence[xero.Explanation]) -> RefusalWords:
    """The same of what is explained: each told once, in its order, Xero's own words behind ours."""
    ours = [one for one in told if one.code != RefusalCode.OTHER]
    theirs = list(dict.fromkeys(one.words for one in told if one.code == RefusalCode.OTHER))
    parts = [head, *_in_words(ours)]
    if ours:
        parts.append(f"(Xero: {_as_said(ours)})")
    return RefusalWords(told[0].code, " ".join([*parts, *theirs[:_TOLD]]), _what_to_do(told))


def words_of_whole_refusal(head: str, refused: Refused, *, noun: str, remedy: str) -> RefusalWords:
    """The same of a request with one element that was refused whole; `remedy` where it says nothing."""
    if refused.said:
        return words_of_refusal(head, refused.said, noun=noun)
    return RefusalWords(ProblemCode.REFUSED, f"{head} {refused}", remedy)


def _in_words(told: Sequence[xero.Explanation]) -> list[str]:
    """Return what is wrong, one sentence a fault; what is wrong with several lines once."""
    faults: dict[str, list[xero.Explanation]] = {}
    for one in told:
        faults.setdefault(_LINE.sub("", one.words), []).append(one)
    return [sentence for alike in faults.values() for sentence in _of_fault(alike)]


def _of_fault(alike: Sequence[xero.Explanation]) -> Iterator[str]:
    on_lines = {one.line: one for one in alike if one.line}
    first, *others = on_lines or [None]
    yield (on_lines[first] if first else alike[0]).words
    if others:
        lines = [str(line) for line in others[:_TOLD]]
        if len(others) > _TOLD:
            lines.append(f"{len(others) - _TOLD:,} more")
        yield f"The same goes for {plural(len(others), 'line')} {listed(lines)}."


def _as_said(told: Sequence[xero.Explanation]) -> str:
    every = list(dict.fromkeys(one.said for one in told))
    said = every[:_TOLD]
    if len(every) > _TOLD:
        said.append(f"And {len(every) - _TOLD:,} more.")
    ended = [text if text.endswith((".", "!", "?")) else f"{text}." for text in said[:-1]]
    return " ".join([*ended, said[-1]])


def _what_to_do(told: Sequence[xero.Explanation]) -> str:
    """Return what to do, in its order, Retry once and last, and what is safe meanwhile.

    Where a refusal asks for something else than Retry, that alone; what Xero left out of a record
    that it took is only to be mended where it took it.
    """
    refused = [one for one in told if one.code not in DROPPED] or told
    first = next((one for one in refused if "Retry" not in one.remedy), refused[0])
    remedies = list(dict.fromkeys(one.remedy for one in refused))
    if "Retry" not in first.remedy and first.code not in DROPPED:
        remedies = [first.remedy]
    elif len(remedies) > 1 and any("Retry" in remedy for remedy in remedies):
        remedies = [
            *(f"{_RETRY.sub('', one).removesuffix('.')}." for one in remedies),
            "Then press Retry.",
        ]
    return " ".join(filter(None, [*remedies, first.safe]))
