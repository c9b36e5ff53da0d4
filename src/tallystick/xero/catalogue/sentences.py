"""Xero's sentences without what does not matter: case, dots, quotation, names that were put in."""

import html
import re

#: Marks that are the same to us: apostrophes, quotation marks, hyphens.
_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u00b4`\u02bc\u2032\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2013", "-"),
    }
)
_TAG = re.compile(r"</?[a-z]+ ?/?>", re.IGNORECASE)
#: Where the line is told: before the sentence as we put it, in words, or as a path from 0 or 1.
_LINES = (
    (re.compile(r"^line (\d{1,6}):", re.IGNORECASE), 0),
    (re.compile(r"\bline ?items\[(\d{1,6})\]", re.IGNORECASE), 1),
    (re.compile(r"\bline ?item\[(\d{1,6})\]", re.IGNORECASE), 0),
    (
        re.compile(
            r"(?<!address )\bline(?: ?item)?(?: number| no\.?)? #?(\d{1,6})\b", re.IGNORECASE
        ),
        0,
    ),
)
_PREFIX = re.compile(r"^line \d+: ", re.IGNORECASE)
#: A word that stands in quotation for the name of a field and no name of anybody's.
_NAMED_FIELD = re.compile(
    r"((?:^|\bthe |: )(?:field|element|property) )['\"]([a-z ]+)['\"]|['\"]([a-z ]+)['\"]( field\b)"
)
_QUOTED = re.compile(r"(?<!\w)'.*?'(?!\w)|\".*?\"|\(.*?\)|\[.*?\]")
_VERB = (
    r"(?:is|are|was|were|has|have|had|must|cannot|can|could|may|might|should|shall|will|does|do|did|"
    r"not|no|already|exceeds?|needs?|requires?|contains?|matches)\b"
)
VERB = re.compile(rf"\b{_VERB}|\b(?:please|enter|specify|supply|provide|choose|select)\b")
#: What stands between a noun that names and the verb after it is somebody's name or code.
_NAMED = re.compile(
    rf"\b(\w*(?:name|code|number|called|named)) (?!{_VERB}|(?:and|or|field|value|of|in|on|for|with|to|"
    rf"from|at|by|length)\b)(?:(?!{_VERB})\S*[^\s.;:!?] )+(?={_VERB})"
)
#: The same after a noun that bears fields, where capitals tell the name from the name of a field.
_TITLED = re.compile(
    r"\b([Cc]ontact|[Cc]ustomer|[Ss]upplier|[Ii]tem) (?!(?:Name|Number|Code|E-?[Mm]ail|Phone|Address|"
    r"Account|Details|ID|Status|Type|Tax|Currency|Description|Quantity|Unit|Price|Discount|Tracking))"
    rf"(?:[A-Z][\w&'-]* )+(?={_VERB})"
)
_COMPANY_WORD = (
    rf"(?!{_VERB}|(?:the|an?|for|of|to|from|by|with|that|contact|customer|supplier|name)\b)"
)
_COMPANY = re.compile(
    rf"\b(?:{_COMPANY_WORD}[\w&'.-]+ )+(?:ltd|limited(?! to)|inc|llc|llp|plc|pty|gmbh|corp)\b"
)
#: So much of a sentence tells what it is about; what follows is what somebody has entered.
_TELLING = 1_000
_NOT_COMPARED = re.compile(r"[^\w#]|_")


def as_written(text: str) -> str:
    """Return the sentence as Xero means it to be read: entities resolved, single blanks."""
    return " ".join(html.unescape(html.unescape(text)).split())


def line_in(text: str) -> int | None:
    """Return the line that the sentence is about, counted from 1; None where it tells none."""
    for pattern, first in _LINES:
        if found := pattern.search(text):
            return int(found[1]) + first or None
    return None


def without_line(text: str) -> str:
    """Return the sentence without the line that we have put before it."""
    return _PREFIX.sub("", text)


def evidence_in(text: str) -> str:
    """Return what of the sentence tells what it is about, in lower case.

    Quoted, bracketed and inserted parts are left out: they are names of somebody or something, and
    what a customer is called says nothing of what is wrong.
    """
    told = " ".join(_TAG.sub(" ", as_written(text)).translate(_SAME).split())[:_TELLING]
    told = _TITLED.sub(r"\1 ", told).lower()
    told = told.replace("can't", "cannot").replace("can not", "cannot").replace("n't ", " not ")
    told = told.replace(" 'n' ", " n ")  # As in Fish 'n' Chips.
    told = _NAMED_FIELD.sub(r"\1\2\3\4", told)
    told = " ".join(_QUOTED.sub(" ", told).split())
    told = re.sub(r"\b(ltd|inc|pty|corp|co)\.", r"\1", told)
    return _COMPANY.sub(" ", _NAMED.sub(r"\1 ", told))


def comparable(text: str) -> str:
    """Return letters, digits and number signs alone, so that neither dots nor blanks matter."""
    return _NOT_COMPARED.sub("", text.lower())
