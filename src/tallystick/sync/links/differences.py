"""What differs between two contents, field by field and in a bookkeeper's words.

The one place that knows which fields there are to compare. A content is what `links.contents` makes
of a record, be it as we send it or as Xero has it. `there` is what Xero has now; `here` is what we
left there, or what would be sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any

from tallystick.money import Money

#: The fields of a document's and of a payment's head, in the order in which they are told.
HEAD: Mapping[str, str] = MappingProxyType(
    {
        "number": "Number",
        "contact": "Contact",
        "issued_on": "Date",
        "due_on": "Due date",
        "paid_on": "Date",
        "account": "Account",
        "reference": "Reference",
        "currency": "Currency",
        "rate": "Exchange rate",
        "amounts": "Amounts",
        "amount": "Amount",
        "tax_total": "Tax total",
        "total": "Total",
    }
)
#: The fields of a line.
LINE: Mapping[str, str] = MappingProxyType(
    {
        "description": "description",
        "quantity": "quantity",
        "unit_price": "price",
        "discount": "discount",
        "account": "account",
        "tax": "tax",
        "tracking": "tracking",
        "amount": "amount",
        "tax_amount": "tax amount",
    }
)
#: What Xero works out of the rest of a line; we do not send it.
WORKED_OUT = frozenset({"amount", "tax_amount"})
TAXED: Mapping[str, str] = MappingProxyType(
    {"Exclusive": "tax exclusive", "Inclusive": "tax inclusive", "NoTax": "without tax"}
)
_DAYS = frozenset({"issued_on", "due_on", "paid_on"})
_MONEY = frozenset({"tax_total", "total", "amount"})
#: What is held against each other by its id and told by its name.
_NAMED = frozenset({"contact", "account"})
#: What Xero fills in by itself where nothing is said.
_FILLED_IN = frozenset({"number", "due_on", "currency", "rate", "amounts"})
_FILLED_IN_ON_LINES = frozenset({"quantity", "unit_price", "account", "tax"})
#: By these what is worked out of a line is told already.
_MAKE_THE_AMOUNT = frozenset({"quantity", "unit_price", "discount"})
_MAKE_THE_TAX = _MAKE_THE_AMOUNT | {"tax"}
#: So many are told in one sentence; a document may have a thousand lines.
_TOLD = 6


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field that two contents do not agree in; on a line, with the line's place in Xero."""

    field: str
    there: str
    here: str
    line: int | None = None

    def to_json(self) -> list[Any]:
        return [self.line, self.field, self.there, self.here]


def differences_between(there: Mapping[str, Any], here: Mapping[str, Any]) -> list[FieldDifference]:
    """Return every field that both know of and do not agree in.

    What Xero fills in where nothing was said is none, nor are lines that one side does not show.
    """
    of_head = list(_of_head(there, here))
    is_taxed_alike = all(one.field != "amounts" for one in of_head)
    return [*of_head, *_of_lines(there, here, is_taxed_alike=is_taxed_alike)]


def in_words(found: Sequence[FieldDifference], *, was: str = "here", most: int = _TOLD) -> str:
    """Return the differences in one clause: "the total is 120.00 GBP there and 100.00 GBP here"."""
    told = [_in_words(one, was) for one in found[:most]]
    if len(found) > most:
        told.append(f"and {len(found) - most:,} more")
    return "; ".join(told)


def _of_head(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[FieldDifference]:
    for name in HEAD:
        theirs, ours = there.get(name), here.get(name)
        if theirs is None or ours is None or theirs == ours:
            continue
        if ours or name not in _FILLED_IN:
            yield _of_field(name, there, here)


def _of_field(name: str, there: Mapping[str, Any], here: Mapping[str, Any]) -> FieldDifference:
    # Of a payment Xero names no currency: both are in that of its document.
    currency = str(there.get("currency") or here.get("currency") or "")
    said, left = (_shown(name, one[name], one, currency) for one in (there, here))
    if said == left and name in _NAMED:
        said = f"another {name} called {said}"
    return FieldDifference(name, said, left)


def _of_lines(
    there: Mapping[str, Any], here: Mapping[str, Any], *, is_taxed_alike: bool
) -> Iterator[FieldDifference]:
    theirs, ours = there.get("lines"), here.get("lines")
    if not theirs or not ours:
        return
    # What was only sent knows nothing of what Xero adds to it.
    fields = [name for name in LINE if name in ours[0] and name in theirs[0]]
    if not is_taxed_alike:
        fields = [name for name in fields if name != "tax_amount"]
    keys = [_keys(lines, fields) for lines in (theirs, ours)]
    if keys[0] != keys[1] and sorted(keys[0]) == sorted(keys[1]):
        yield FieldDifference("order", "another", "ours")
        return
    found = SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes()
    for tag, start, end, begin, stop in found:
        if tag != "equal":
            yield from _of_stretch(
                (theirs[start:end], ours[begin:stop]),
                (start + 1, begin + 1),
                fields,
                is_sent="why" in here,
            )


def _of_stretch(
    lines: tuple[Sequence[Mapping[str, str]], Sequence[Mapping[str, str]]],
    places: tuple[int, int],
    fields: Sequence[str],
    *,
    is_sent: bool,
) -> Iterator[FieldDifference]:
    """Yield what differs where the lines of both sides do, from these places of theirs on."""
    theirs, ours = lines
    paired = min(len(theirs), len(ours))
    for at, pair in enumerate(zip(theirs, ours, strict=False)):
        yield from _of_line(places[0] + at, *pair, fields, is_sent=is_sent)
    for at, line in enumerate(theirs[paired:], start=places[0] + paired):
        yield FieldDifference("added", _summary(line), "", at)
    for at, line in enumerate(ours[paired:], start=places[1] + paired):
        yield FieldDifference("removed", "", _summary(line), at)


def _of_line(
    place: int,
    theirs: Mapping[str, str],
    ours: Mapping[str, str],
    fields: Sequence[str],
    *,
    is_sent: bool,
) -> Iterator[FieldDifference]:
    differing = {name for name in fields if _text(theirs.get(name)) != _text(ours[name])}
    if is_sent:
        differing -= {name for name in _FILLED_IN_ON_LINES if not ours.get(name)}
    if _MAKE_THE_AMOUNT & differing:
        differing.discard("amount")
    if _MAKE_THE_TAX & differing:
        differing.discard("tax_amount")
    for name in fields:
        if name in differing:
            yield FieldDifference(name, theirs.get(name, ""), ours[name], place)


def _keys(lines: Sequence[Mapping[str, str]], fields: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(_text(line.get(name)) for name in fields) for line in lines]


def _text(value: str | None) -> str:
    """Return the text with its lines ended alike."""
    return (value or "").replace("\r\n", "\n")


def _summary(line: Mapping[str, str]) -> str:
    text = f"“{line['description']}”" if line["description"] else "a line without text"
    if not line["quantity"]:
        return text
    return f"{text}, {line['quantity']} at {line['unit_price'] or '0'}"


def _shown(name: str, value: str, content: Mapping[str, Any], currency: str) -> str:
    """Return a field of the head as people read it; empty where there is nothing."""
    if name in _NAMED:
        return content.get(f"{name}_name") or (f"another {name}" if value else "")
    if not value:
        return ""
    if name in _DAYS:
        return f"{date.fromisoformat(value):%d %b %Y}"
    if name in _MONEY:
        code = content.get("currency") or currency
        return str(Money(Decimal(value), code)) if code else value
    return TAXED.get(value, value) if name == "amounts" else value


def _in_words(one: FieldDifference, was: str) -> str:
    if one.field == "order":
        return "its lines stand in another order there"
    if one.field == "added":
        return f"line {one.line} was added there: {one.there}"
    if one.field == "removed":
        return f"line {one.line} is missing there: {one.here}"
    if one.line is not None:
        there, here = (_quoted(one.field, text) for text in (one.there, one.here))
        return f"line {one.line}: {LINE[one.field]} {there} instead of {here}"
    verb = "are" if one.field == "amounts" else "is"
    there, here = one.there or "empty", one.here or "empty"
    return f"the {HEAD[one.field].lower()} {verb} {there} there and {here} {was}"


def _quoted(name: str, text: str) -> str:
    if not text:
        return "none"
    return f"“{text}”" if name == "description" else text
