"""What Xero says of a field: that it is missing, taken, too long and so on."""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Saying(StrEnum):
    """What may be said."""

    DROPPED = "dropped"
    ARCHIVED = "archived"
    TAKEN = "taken"
    TOO_FINE = "too_fine"
    TOO_LONG = "too_long"
    DIFFERS = "differs"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    FIXED = "fixed"
    MISSING = "missing"
    UNKNOWN = "unknown"
    NOT_ALLOWED = "not_allowed"


_CHANGED = (
    r"(?:chang|edit|modif|updat|alter|amend|delet|remov|void|replac|overwrit)\w*"  # and their forms
)
_GIVEN = r"(?:specified|supplied|provided|given|entered|present|included|filled|chosen|selected)"
#: In the order of what says most: "already exists, please enter another" is about what is taken.
_SAYINGS = tuple(
    (saying, re.compile(pattern))
    for saying, pattern in {
        Saying.DROPPED: r"\bremoved (?:as|because|from the (?:line|document|invoice))|\bignored\b"
        r"|\bleft out\b",
        Saying.ARCHIVED: r"\b(?:un-?)?archiv|\binactive\b|\bnot active\b|\b(?:been|is|was) deleted\b"
        r"|\bdeactivated\b|\bdisabled\b|\bno longer (?:active|available)\b",
        Saying.TAKEN: r"\balready (?:exist|in use|(?:been|being) (?:used|assigned|taken|created)|used"
        r"|taken|assigned|has|belongs)|\bbelongs to another\b|\b(?:been|is|was|being) (?:\w+ly )?(?:used|taken)\b(?! with)"
        r"|^(?!.*\bno\b).*\bexists\b|\bin use\b|\bthere is already\b|\bmust be (?:an? )?unique|\bnot (?:be )?unique\b|\bduplicate"
        r"|\b(?:another|different|unique) .*\bhas (?:this|the same)\b|\bassigned to another\b"
        r"|\benter an? (?:different|unique)\b",
        Saying.TOO_FINE: r"\bdecimal ?(?:places?|digits?|points?)\b|\bdecimals\b",
        Saying.TOO_LONG: r"\btoo long\b|\blonger than\b|\b(?:exceed|more than|greater than|at most"
        r"|max|limit|up to|over)\w*.{0,40}\b(?:character|char|length|letter)s?\b"
        r"|\b(?:characters|length)\b.{0,40}\b(?:exceed|too|max|limit)"
        r"|\bless than .{0,20}\bcharacters\b|\bcharacters (?:or (?:less|fewer)|at most)\b",
        Saying.DIFFERS: r"\bdo(?:es)? not (?:equal|match|agree|add up)|\bdiffers? from\b"
        r"|\bnot equal\b|\bmismatch|\bmust (?:match|equal)\b"
        r"|\bmust (?:be|have|be in|belong to) the same\b|\bwith the same\b",
        Saying.TOO_SMALL: r"\bnegative\b|\bbelow (?:zero|0)\b|\bless than (?:zero|0|one|1)\b"
        r"|\b(?:greater|more|higher|larger) than (?:or equal to )?(?:zero|0)\b|\babove (?:zero|0)\b"
        r"|\bpositive\b|\bat least (?:zero|one|0|1)\b(?! (?:of|line|item))|\btoo (?:small|low)\b|\bnot be (?:zero|0)\b",
        Saying.TOO_LARGE: r"\bexceed|\btoo (?:large|big|high|great)\b|\bmaximum\b|\bno more than\b"
        r"|\b(?:greater|more|higher|larger|bigger) than\b"
        r"(?! (?:or equal to )?(?:zero|0)\b| \w+ decimal)",
        Saying.FIXED: r"\b(?:cannot|may not|must not|can no longer|not allowed to|unable to|only)"
        rf" (?:be )?{_CHANGED}|\bread-?only\b(?! mode)|\bnot (?:editable|be {_CHANGED})",
        Saying.MISSING: rf"\bmust (?:also )?be (?:{_GIVEN}|set\b(?! to))|\bmandatory\b|(?<!not )\brequired\b"
        rf"|(?<!not )\bmissing\b|\b(?:is|are) (?:needed|empty|blank|null)\b"
        rf"|\b(?:is|are|was|were|has|have) not (?:been )?(?:{_GIVEN}|set\b(?! up))"
        rf"|^no \w+ {_GIVEN}|\bmust enter\b|\bmust contain\b"
        r"|\b(?:cannot|not) be (?:empty|blank|null|missing|omitted|left)\b|\bmust have an?\b"
        r"|\bplease (?:enter|specify|supply|provide|add|select|choose)\b(?!.*\bvalid)"
        rf"|\bno (?:\w+ ){{1,3}}(?:is|was|were|has been) {_GIVEN}|\b(?:needs?|requires?) (?:an?|the)\b"
        r"|\b(?:has|have) no\b|\bwithout\b|\bat least (?:one|1) (?:of|line|item)",
        Saying.UNKNOWN: r"\bnot exist|\b(?:can)?not (?:be |been )?found\b|\bno (?:such|\w+ exists|longer exists)\b|\bunknown\b"
        r"|\b(?:not |un)recogni[sz]ed\b|\b(?:cannot|could not) find\b|\b(?:been|was) merged\b",
        Saying.NOT_ALLOWED: rf"\bnot be (?:{_GIVEN})\b|\bmust be (?:empty|blank|null|zero)\b"
        r"|\bnot required\b|\bnot (?:be )?(?:allowed|permitted|supported|accepted|applied|used"
        r"|available|enabled)\b|\bcannot (?:be )?(?:us|appl|assign|allocat|hav|accept)|\bmay not\b"
        r"|\bonly (?:be|allowed|available|on|for)\b|\bunsupported\b",
    }.items()
)
#: How it is told; "{subject}" is such as "the account of line 3".
WORDS: Mapping[Saying | None, str] = MappingProxyType(
    {
        Saying.DROPPED: "Xero left out {subject}.",
        Saying.ARCHIVED: "{subject} cannot be used: archived or deleted in Xero.",
        Saying.TAKEN: "Xero has {subject} already.",
        Saying.TOO_FINE: "Xero does not take {subject} with so many decimals.",
        Saying.TOO_LONG: "Xero does not take {subject} this long.",
        Saying.DIFFERS: "To Xero {subject} does not agree with the rest.",
        Saying.TOO_SMALL: "Xero does not take {subject} this low.",
        Saying.TOO_LARGE: "Xero does not take {subject} this large.",
        Saying.FIXED: "Xero no longer lets {subject} be changed.",
        Saying.MISSING: "Xero was not given {subject}.",
        Saying.UNKNOWN: "Xero does not have {subject}.",
        Saying.NOT_ALLOWED: "Xero does not allow {subject} here.",
        None: "Xero does not take {subject}.",
    }
)
#: No two of these go together: what a sentence with both wants cannot be told.
_APART = frozenset({Saying.TOO_LONG, Saying.TOO_SMALL, Saying.TOO_LARGE, Saying.MISSING})


def saying_in(evidence: str) -> Saying | None:
    """Return what the sentence says; None where it only says "not so", or contradictory things."""
    said = [saying for saying, pattern in _SAYINGS if pattern.search(evidence)]
    if Saying.TOO_LONG in said:
        # Of characters too, more than so many are too many.
        said = [saying for saying in said if saying != Saying.TOO_LARGE]
    if len(_APART.intersection(said)) > 1:
        return None
    return next(iter(said), None)
