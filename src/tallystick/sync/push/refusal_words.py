"""What Xero's refusal of a record says, in words and with a remedy, whatever the record is."""

from collections.abc import Sequence
from dataclasses import dataclass

from tallystick import xero
from tallystick.sync.engine.batches import Refused
from tallystick.sync.links.problems import ProblemCode
from tallystick.xero.catalogue.codes import RefusalCode


@dataclass(frozen=True, slots=True)
class RefusalWords:
    """Why a record was refused, told to a bookkeeper."""

    code: str
    message: str
    remedy: str


def words_of_refusal(head: str, errors: Sequence[str], *, noun: str) -> RefusalWords:
    """Return what Xero's errors about an element mean; `head` says to whom it happened, and what."""
    explanation = xero.explain(errors[0], noun=noun)
    message = f"{head} {explanation.words}"
    if explanation.code != RefusalCode.OTHER:
        message += f" (Xero: {' '.join(errors)})"
    return RefusalWords(explanation.code, message, explanation.remedy)


def words_of_whole_refusal(head: str, refused: Refused, *, noun: str, remedy: str) -> RefusalWords:
    """The same of a request with one element that was refused whole; `remedy` where it says nothing."""
    if refused.said:
        return words_of_refusal(head, refused.said, noun=noun)
    return RefusalWords(ProblemCode.REFUSED, f"{head} {refused}", remedy)
