"""Xero's own sentences, and what a bookkeeper should read and do instead.

Xero's messages are English prose that may change: they are compared without regard to case, dots
and blanks, by their telling parts only.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """`code` is ours and stable, `words` say what is wrong, `remedy` what to do now."""

    code: str
    words: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Known:
    parts: tuple[str, ...]  #: All of them occur in the message; lower case, without dots.
    explanation: Explanation


def _known(code: str, *parts: str, words: str, remedy: str) -> _Known:
    return _Known(parts, Explanation(code, words, remedy))


# The first that fits is taken, so the more exact stand before the more general.
_KNOWN = (
    _known(
        "number_taken",
        "invoice # must be unique",
        words="Xero already has a sales invoice with this number.",
        remedy="Give this invoice another number, or link it to the one in Xero.",
    ),
)


def explain(xero_message: str) -> Explanation:
    """Return what a message of Xero means; one that we do not know is passed on as Xero wrote it."""
    said = " ".join(xero_message.lower().replace(".", "").split())
    for known in _KNOWN:
        if all(part in said for part in known.parts):
            return known.explanation
    return Explanation(
        code="other",
        words=f"Xero says: {xero_message.strip()}",
        remedy="Mend this here or in Xero, then retry. Retrying is safe.",
    )
