"""Names that stand in a sentence without quotation: what somebody is called tells nothing."""

import re

VERBS = (
    r"(?:is|are|was|were|has|have|had|must|cannot|can|could|may|might|should|shall|will|does|do|did|"
    r"not|no|already|exists?|exceeds?|needs?|requires?|contains?|matches|references)\b"
)
VERB = re.compile(rf"\b{VERBS}|\b(?:please|enter|specify|supply|provide|choose|select)\b")
_ON_LINE = r"(?:on|of|for|in|at) (?:the )?line"
#: What stands between a noun that names and the verb after it is somebody's name or code.
_NAMED = re.compile(
    rf"\b(\w*(?:name|code|number|called|named)) (?!{VERBS}|(?:and|or|field|value|of|in|on|for|with|to|"
    rf"from|at|by|length)\b)(?:(?!{VERBS}|{_ON_LINE})\S*[^\s.;:!?] )+(?={VERBS}|{_ON_LINE})",
    re.IGNORECASE,
)
#: The same after a code of digits.
_CODED = re.compile(
    rf"\b([Aa]ccounts?|(?<![Ll]ine )[Ii]tems?) [\w-]*\d[\w-]* (?:(?!{VERBS}|(?:on|of|for|in|at|with|and|or)\b(?! \w+ {VERBS}))"
    rf"\S*[^\s.;:!?] )*(?={VERBS}|{_ON_LINE})",
)
#: The same after a noun that bears fields, where capitals tell the name from the name of a field.
_TITLED = re.compile(
    r"\b([Aa]ccount|[Cc]ontact|[Cc]ustomer|[Ss]upplier|[Vv]endor|[Ii]tem|[Oo]ption|[Cc]ategory|[Tt]heme|"
    r"for|to|from) "
    rf"((?:[A-Z][\w&'./-]* )(?:(?:[A-Z0-9][\w&'./-]*|-|&|and|of|the) )*)(?={VERBS})"
)
#: The words of the names of fields.
_OF_FIELDS = frozenset(
    [
        "name",
        "number",
        "code",
        "id",
        "e-mail",
        "email",
        "mail",
        "phone",
        "address",
        "account",
        "details",
        "status",
        "type",
        "tax",
        "vat",
        "gst",
        "currency",
        "description",
        "quantity",
        "unit",
        "price",
        "discount",
        "tracking",
        "amount",
        "date",
        "due",
        "rate",
        "option",
        "category",
        "line",
        "item",
        "contact",
        "customer",
        "supplier",
        "invoice",
        "bill",
        "credit",
        "note",
        "payment",
        "document",
        "reference",
        "total",
        "bank",
        "url",
        "field",
        "default",
        "and",
        "or",
        "of",
        "the",
    ]
)
_COMPANY_WORD = (
    rf"(?!{VERBS}|(?:the|an?|for|of|to|from|by|with|that|contact|customer|supplier|name)\b)"
)
_COMPANY = re.compile(
    rf"\b(?:{_COMPANY_WORD}[\w&'.-]+ )+(?:ltd|limited(?! to)|inc|llc|llp|plc|pty|gmbh|corp)\b",
    re.IGNORECASE,
)


def without_names(text: str) -> str:
    """Return the sentence without what somebody or something in it is called."""
    told = _TITLED.sub(_without_name, text)
    return _COMPANY.sub(" ", _CODED.sub(r"\1 ", _NAMED.sub(r"\1 ", told)))


def _without_name(found: re.Match[str]) -> str:
    """Leave the names of fields behind the noun: "Contact Email Address", "Account Code 200"."""
    words = [word for word in found[2].split() if not re.search(r"\d", word)]
    parts = [part.lower() for word in words for part in re.findall(r"[A-Z]*[^A-Z]+|[A-Z]+", word)]
    kept = " ".join(words) if _OF_FIELDS.issuperset(parts) else ""
    return f"{found[1]} {kept} "
