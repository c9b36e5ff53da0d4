"""What Xero finds fault with, by the nouns that name it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from tallystick.xero.catalogue.names import VERB


class Field(StrEnum):
    """What a sentence may be about, as people call it."""

    DUE_DATE = "due date"
    DATE = "date"
    NUMBER = "number"
    REFERENCE = "reference"
    STATUS = "status"
    TYPE = "kind"
    CURRENCY = "currency"
    RATE = "exchange rate"
    TOTAL = "total"
    AMOUNT = "amount"
    URL = "web address"
    ACCOUNT = "account"
    TAX = "tax rate"
    TAX_AMOUNT = "tax amount"
    ITEM_CODE = "item code"
    DESCRIPTION = "description"
    QUANTITY = "quantity"
    PRICE = "price"
    DISCOUNT = "discount"
    LINE_AMOUNT = "line amount"
    TRACKING = "tracking"
    CONTACT_NAME = "name"
    CONTACT_NUMBER = "contact number"
    ACCOUNT_NUMBER = "account number"
    TAX_NUMBER = "tax number"
    EMAIL = "e-mail address"
    PHONE = "phone number"
    POSTAL = "address"
    PAYMENT_ACCOUNT = "account for payments"
    ITEM = "item"
    CONTACT = "customer or supplier"
    PAYMENT = "payment"
    ALLOCATION = "allocation"
    CREDIT_NOTE = "credit note"
    FILE = "file"
    LINE = "line"
    RECORD = "record"  #: Itself, where the sentence names nothing of it.


@dataclass(frozen=True, slots=True)
class _Noun:
    field: Field
    pattern: re.Pattern[str]


_PAPER = r"(?:document|invoice|bill|credit ?note|transaction)"
_DOCUMENT = rf"(?:{_PAPER}|payment|allocation)"
_PARTY = r"(?:contact|customer|supplier|vendor|client)"
#: Of these, what begins first in a sentence and reaches farthest counts: "tax type" is no type.
_NOUNS = tuple(
    _Noun(field, re.compile(pattern))
    for field, pattern in {
        Field.DUE_DATE: r"(?:payment )?\bdue ?(?:by ?)?(?:dates?|datestring)\b|\bdate ?due\b"
        r"|\bdate by which .{0,20}\bdue\b",
        Field.DATE: rf"\b(?:{_DOCUMENT} ?)?dates?\b|\bdated\b|\bdatestring\b",
        Field.NUMBER: rf"\b(?:{_DOCUMENT} ?)?number\b(?! of)|\b{_DOCUMENT} ?#|\bnumbered\b"
        rf"|\bduplicate {_PAPER}s?\b",
        Field.REFERENCE: rf"\b(?:{_DOCUMENT} ?)?references?\b(?! (?:an?|the|account|item|tax)\b)",
        Field.STATUS: rf"\b(?:{_DOCUMENT} ?)?status(?:es)?\b",
        Field.TYPE: rf"\b(?:{_DOCUMENT} ?)?type\b",
        Field.CURRENCY: r"\b(?:multi-?|(?:bank )?account )?currenc(?:y|ies)(?: ?code)?\b",
        Field.RATE: r"\b(?:currency|exchange|conversion|fx) ?rates?\b|\brate of exchange\b",
        Field.TOTAL: rf"\b(?:{_DOCUMENT} ?)?(?:sub ?)?totals?\b",
        Field.AMOUNT: rf"\b(?:{_DOCUMENT} ?)?amounts?\b",
        Field.URL: r"\burl\b|\bweb address\b",
        Field.ACCOUNT: r"\b(?:line ?(?:item )?)?(?:\w*accounts?)"
        r"(?: ?(?:codes?|id|name|type)(?: or (?:id|name|code))?)?\b"
        r"|\bnominal codes?\b",
        Field.TAX: r"\b(?:tax|vat|gst) ?(?:types?|rates?|codes?)?(?: code)?\b",
        Field.TAX_AMOUNT: r"\b(?:line ?)?(?:tax|vat|gst) ?(?:amounts?|totals?)\b|\btotal ?(?:tax|vat|gst)\b",
        Field.ITEM_CODE: r"\b(?:inventory |price list )?item ?codes?\b",
        Field.DESCRIPTION: r"\b(?:line ?(?:item )?)?(?:descriptions?|narration)\b",
        Field.QUANTITY: r"\b(?:line ?(?:item )?)?(?:quantit(?:y|ies)|qty)\b",
        Field.PRICE: r"\bunit ?(?:amounts?|prices?|costs?)\b|\bprices?\b(?! list)",
        Field.DISCOUNT: r"\bdiscounts?(?: ?(?:rate|amount|percentage))?\b",
        Field.LINE_AMOUNT: r"\bline ?(?:item )?(?:amounts?|totals?)\b",
        Field.TRACKING: r"\btracking(?: ?(?:categor(?:y|ies)|options?))*(?: ?(?:name|id))?\b",
        Field.CONTACT_NAME: rf"\b(?:{_PARTY}|paid to|first|last|company)? ?names?\b",
        Field.CONTACT_NUMBER: rf"\b{_PARTY} ?(?:number|code)\b",
        Field.ACCOUNT_NUMBER: r"\baccount ?number\b",
        Field.TAX_NUMBER: r"\b(?:tax|vat|gst|company|business)(?: registration)? ?(?:id ?)?number\b"
        r"|\b(?:tax|vat|gst) ?id\b|\babn\b",
        Field.EMAIL: r"\be-?mails?(?: ?address(?:es)?)?\b",
        Field.PHONE: r"\b(?:tele)?phones?(?: ?(?:area|country) ?code)?(?: ?number)?\b|\b(?:mobile|fax)(?: ?number)?\b",
        Field.POSTAL: r"\b(?:(?:postal|street) ?)?address(?:es|line ?\d)?\b|\b(?:post(?:al)?|zip) ?code\b"
        r"|\bcity\b|\bregion\b|\bcountry\b|\bprovince\b|^state\b",
        Field.PAYMENT_ACCOUNT: r"\b(?:bank|payment) ?account(?: ?(?:code|number|id|details))?\b",
        Field.ITEM: r"\b(?:inventory|price list|stock) items?\b|(?<!line )\bitems?\b|\bproducts?\b",
        Field.CONTACT: rf"\b(?:{_PARTY}s?|payee)(?: ?id)?\b",
        Field.PAYMENT: r"\b(?:batch )?(?:(?:pre|over)?payments?|refunds?)\b",
        Field.ALLOCATION: r"\ballocat\w+",
        Field.CREDIT_NOTE: r"\bcredit ?notes?\b",
        Field.FILE: r"\b(?:attachments?|files?)(?: ?(?:name|type|size))?\b",
        Field.LINE: r"\bline ?items?(?: ?id)?\b|\blines?\b",
    }.items()
)
_OF_LINES = frozenset(
    {
        *(
            Field.ACCOUNT,
            Field.TAX,
            Field.TAX_AMOUNT,
            Field.ITEM_CODE,
            Field.ITEM,
            Field.DESCRIPTION,
            Field.QUANTITY,
        ),
        *(Field.PRICE, Field.DISCOUNT, Field.LINE_AMOUNT, Field.TRACKING),
    }
)
_OF_PARTIES = frozenset(
    {
        *(Field.CONTACT_NAME, Field.CONTACT_NUMBER, Field.ACCOUNT_NUMBER, Field.TAX_NUMBER),
        *(Field.EMAIL, Field.PHONE, Field.POSTAL),
    }
)
_OF_ITSELF = frozenset(
    {
        *(Field.CONTACT, Field.PAYMENT, Field.PAYMENT_ACCOUNT, Field.ALLOCATION),
        *(Field.CREDIT_NOTE, Field.FILE),
    }
)
#: What bears fields of its own: it is what the sentence is about only where no field of it is named.
_BEARERS = frozenset({*_OF_ITSELF, Field.ITEM, Field.LINE} - {Field.PAYMENT_ACCOUNT})
#: What was sent is named for itself, and is no field of itself.
_ITSELF = MappingProxyType(
    {"credit note": Field.CREDIT_NOTE, "supplier credit note": Field.CREDIT_NOTE}
)
#: "A contact must have a name": what follows such a verb is what the sentence is about.
_HAVING = re.compile(
    r"\b(?:has|have|must have|contains?|must contain|needs?|requires?|is missing) "
    r"(?:an?|no|this|the same)\b|\b(?:references|uses)\b"
)
_JOINT = re.compile(r" ?(?:[,/&]|\band\b|\bor\b)(?: (?:and|or))?(?: (?:an?|the))? ?")


@dataclass(frozen=True, slots=True)
class _Mention:
    field: Field
    start: int
    end: int
    words: str


def fields_in(evidence: str, noun: str) -> tuple[Field, ...]:
    """Return the field that the sentence is about; several where it names them in one breath.

    Empty where it names none. `noun` is what was sent: its own name is no field of it.
    """
    found = [one for one in _mentions(evidence) if one.field != _ITSELF.get(noun)]
    subject = _subject(found, evidence)
    if subject is None:
        return ()
    named, last = [subject.field], subject
    for one in found:
        is_joined = one.start > last.start and _JOINT.fullmatch(evidence[last.end : one.start])
        if is_joined and one.field not in _BEARERS and last.field not in _BEARERS:
            named.append(one.field)
            last = one
    if noun == "payment":
        named = [Field.PAYMENT_ACCOUNT if one == Field.ACCOUNT else one for one in named]
    return tuple(dict.fromkeys(named))


def _mentions(evidence: str) -> list[_Mention]:
    """Return what is named, in its order, where nothing is a part of something longer."""
    every = [
        _Mention(noun.field, found.start(), found.end(), found[0])
        for noun in _NOUNS
        for found in noun.pattern.finditer(evidence)
    ]
    mentions: list[_Mention] = []
    for one in sorted(every, key=lambda each: (each.start, -each.end)):
        if not mentions or one.start >= mentions[-1].end:
            mentions.append(one)
    return mentions


def _subject(mentions: list[_Mention], evidence: str) -> _Mention | None:
    """Return what stands before the verb, or follows one of having; else whatever comes first."""
    verb = VERB.search(evidence)
    start = verb.start() if verb else len(evidence)
    before = [one for one in mentions if one.start < start]
    after = [one for one in mentions if one.start >= start]
    owned = after if _HAVING.search(evidence) else []
    for part in (before, owned):
        if fields := [one for one in part if one.field not in _BEARERS]:
            return fields[0]
    fields = [one for one in after if one.field not in _BEARERS]
    return next(iter(before or fields or after), None)


def subject_of(fields: Sequence[Field], noun: str, *, on_line: bool) -> str:
    """Return the fields with whose they are, such as "the account of {line}".

    `on_line`: Xero tells of which line it speaks, so that what a document has too is the line's.
    """
    if Field.RECORD in fields:
        return f"the {noun}"
    if Field.LINE in fields:
        return "{line}"
    named: dict[str, list[str]] = {}
    for field in fields:
        named.setdefault(_whose(field, noun, on_line), []).append(field)
    return " and ".join(f"the {' and '.join(each)}{whose}" for whose, each in named.items())


def _whose(field: Field, noun: str, on_line: bool) -> str:
    if field in _OF_ITSELF:
        return ""
    if field in _OF_PARTIES:
        return " of the customer or supplier"
    return " of {line}" if on_line or field in _OF_LINES else f" of the {noun}"
