"""Xero's sentences without what does not matter: case, dots, quotation, names that were put in."""

import html
import re

from tallystick.xero.catalogue.names import VERBS, without_names

#: Marks that are the same to us: apostrophes, quotation marks, hyphens.
_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u00b4`\u02bc\u2032\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2013", "-"),
    }
)
_TAG = re.compile(r"</?[a-z]+ ?/?>", re.IGNORECASE)
_PREFIX = re.compile(r"^line (\d{1,6}): ", re.IGNORECASE)
_ITEMS = r"line(?:[ -]?items?)?s?"
#: A path to the fault, as of "LineItems[2].Quantity": counted from 0, or in XML from 1.
_PATHS = (
    (re.compile(r"\bline ?items\[(\d{1,6})\]", re.IGNORECASE), 1),
    (re.compile(r"/line ?item\[(\d{1,6})\]", re.IGNORECASE), 0),
    (re.compile(r"(?<!/)\bline ?item\[(0)\]", re.IGNORECASE), 1),
)
_COUNT = r"\d{1,3}(?:,\d{3})+|\d{1,6}"
#: The lines in words; those of addresses, statements and of what a machine reads are no lines.
_LINES = re.compile(
    rf"(?<!address )(?<!\w)(?:{_ITEMS}(?: ?number| no\.?| at position)?:? ?[#(]?|row #?|^item (?=\d+:))"
    rf"(?P<lines>(?:{_COUNT})(?:(?:, | and |, and | & )(?:{_COUNT}))*)\b"
    r"(?! ?(?:to|-) ?\d)(?!,? (?:position|column|character|of the (?:address|statement)))"
    rf"|\b(?P<nth>\d{{1,6}})(?:st|nd|rd|th) {_ITEMS}\b",
    re.IGNORECASE,
)
_READING = re.compile(r"\b(?:json|xml|character|token)\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]")
#: Somebody's words; a line in brackets is none.
_QUOTED = re.compile(
    r"(?<!\w)'.*?'(?!\w)|\".*?\"|\((?!(?:line|row) \d|\d+\)).*?\)|\[(?!\d+\]).*?\]", re.IGNORECASE
)
#: A word that stands in quotation for the name of a field and no name of anybody's.
_NAMED_FIELD = re.compile(
    r"((?:^|\b[Tt]he |: )(?:field|element|property) )['\"]([A-Za-z ]+)['\"]"
    r"|['\"]([A-Za-z ]+)['\"]( field\b)|^['\"]([A-Z][a-zA-Z]+)['\"](?= )",
    re.IGNORECASE,
)
#: Where a fault is told by its path: that is what the sentence is about.
_PATH = re.compile(r"\bPath ['\"](?:[\w\[\].]*\.)?(\w+)['\"]|\(((?:[A-Z][a-z]+){2,})\)")
_ENDED = re.compile(r";\s+|(?<=[^\s.][^\s.])[.!?]+ (?=[A-Z\"'])|,? (?=(?:[Pp]lease|if this)\b)")
_ADVICE = re.compile(
    r"(?:please|try|check|see|enter|choose|select|use|restore|remove|unreconcile|refresh|upgrade|"
    r"for more|to|if this|each|contact (?:your|the|us|support|xero|an?))\b",
    re.IGNORECASE,
)
_SENT = r"(?:creat|sav|approv|process|post|submit|authori[sz]|send|sent|updat|void|import|pay|paid)"
#: "It could not be saved because ...": what follows is what is wrong.
_LED = re.compile(
    rf"^(?:.*?\b(?:cannot|could not|unable to|may not|not)\b[^:]*?\b{_SENT}\w*\b"
    r"|.*?\b(?:failed|refused|rejected|error)\b)"
    r"[^:]*?(?::|\b(?:because|as(?! an? )|since)\b) (?=\S+ \S+)|^.*?,? but (?=\S+ \S+ \S+)"
)
_NAME_BEHIND = re.compile(rf"^(.*\b{VERBS}.*?): (?!.*\b{VERBS}).*$")
#: Words in which a noun is none: neither a date nor a number nor somebody's address.
_COMMON = re.compile(
    r"\b(?:(?:out of|up to|later|earlier|another) date|date ?time|a valid number|ip address|"
    r"(?:your|this) (?:country|region)|(?:http )?status(?: code)? \d{3}|to type|"
    r"awaiting (?:payment|approval)|payment (?:terms?|services?|gateways?)|line ?amount ?types?|"
    r"(?:trial|opening) balances?|(?:tax|accounting) (?=period)|contact groups?|daily e-?mail|"
    r"sent to contact|(?:character |token )?(?:on )?line \d+, (?:position|column) \d+|"
    r"(?:character|token) on line \d+|(?:please |or )*contact (?:your|the|us|support|xero)\b.*|"
    r"(?:supplier|customer|vendor|sales|purchase) (?=credit ?notes?\b|invoices?\b|bills?\b))"
)
#: So much of a sentence tells what it is about; what follows is what somebody has entered.
_TELLING = 1_000


def as_written(text: str) -> str:
    """Return the sentence as Xero means it to be read: entities resolved, single blanks."""
    return " ".join(_unescaped(text).split())


def _one_line(text: str) -> str:
    """Return the text with a semicolon where a new line begins a new sentence."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "".join(f"; {one}" if one[0].isupper() else f" {one}" for one in lines).lstrip("; ")


def _unescaped(text: str) -> str:
    return html.unescape(html.unescape(text))


def statements_in(text: str) -> list[str]:
    """Return what a message states, without names and quotations, each once, in its order.

    What it advises is no statement, where it states something besides.
    """
    told = _TAG.sub(" ", _one_line(_unescaped(text))).translate(_SAME)
    told = _PREFIX.sub("", " ".join(told.split()))[:_TELLING]
    told = re.sub(r"\b(?i:(invoice|bill|note|document) no)\. ", r"\1 number ", told)
    if path := _PATH.search(told):
        told = f"{path[1] or path[2]} {_PATH.sub(' ', told)}"
    told = _NAMED_FIELD.sub(r"\1\2\3\4\5", told.replace(" 'n' ", " n "))  # As in Fish 'n' Chips.
    told = re.sub(
        r"\b(?i:(ltd|inc|pty|corp|co))\.", r"\1", " ".join(_QUOTED.sub(" ", told).split())
    )
    parts = [part.strip() for part in _ENDED.split(without_names(told)) if part.strip()]
    return [part for part in parts if not _ADVICE.match(part)] or parts or [told]


def lines_in(message: str, statement: str) -> tuple[int, ...]:
    """Return the lines that a statement of the message is about, counted from 1; often none."""
    if found := _PREFIX.search(message):
        return tuple(filter(None, [int(found[1])]))
    for pattern, first in _PATHS:
        if found := pattern.search(message):
            return tuple(filter(None, [int(found[1]) + first]))
    found = _LINES.search(statement)
    if not found or _READING.search(statement):
        return ()
    counted = re.findall(_COUNT, found["lines"] or found["nth"])
    return tuple(filter(None, (int(count.replace(",", "")) for count in counted)))


def evidence_in(statement: str) -> str:
    """Return what of a statement tells what it is about, in lower case."""
    told = statement.lower().replace("can't", "cannot").replace("can not", "cannot")
    told = re.sub(r"n't\b", " not", told)
    told = re.sub(r"\be-mail", "email", _COMMON.sub(" ", told))
    return " ".join(_BRACKETS.sub(" ", told).split())


def cause_in(evidence: str) -> str:
    """Return what is wrong where a sentence says first that something failed; else all of it."""
    if found := _LED.search(evidence):
        return evidence[found.end() :]
    return _NAME_BEHIND.sub(r"\1", evidence)


def comparable(text: str) -> str:
    """Return the words, a blank between them, and where a sentence ends before another."""
    return " ".join(re.findall(r"[^\W_]+|#|(?<=\w)[.!?](?= )", text.lower()))
