"""What a document would change to, in words."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher

from tallystick.books.filling import fill_document
from tallystick.books.inputs import DocumentInput
from tallystick.books.models import Document, Kind, Line, TaxBasis

#: So many changes are told, and how many more there are.
_MOST_TOLD = 8
_NOTHING = "none"


def difference(document: Document, given: DocumentInput) -> list[str]:
    """Return what the values and lines would change, each as `total 10.00 becomes 11.00`.

    Sums, day and customer first, then line by line; empty where nothing would change. Nothing is
    saved. Raises InvalidRecord for values that cannot be kept.
    """
    new = Document(workspace=document.workspace, kind=document.kind, number=document.number)
    new_lines = fill_document(new, given)
    lines = list(document.lines.select_related("tax_code").order_by("position"))
    told = [*_of_header(document, new), *_of_lines(lines, new_lines)]
    more = len(told) - _MOST_TOLD
    return told if more <= 0 else [*told[:_MOST_TOLD], f"and {more:,} more changes"]


def in_words(changes: Sequence[str]) -> str:
    """Return the changes as one sentence."""
    told = "; ".join(changes)
    return f"{told[:1].upper()}{told[1:]}."


def _of_header(old: Document, new: Document) -> Iterator[str]:
    party = "supplier" if Kind(old.kind).is_purchase else "customer"
    for what, before, after in (
        ("total", old.total, new.total),
        ("tax", old.tax, new.tax),
        ("currency", old.currency, new.currency),
        ("exchange rate", old.currency_rate, new.currency_rate),
        (party, old.party.name, new.party.name),
        (f"number of the {party}", old.party.number, new.party.number),
        ("day", old.issued_on, new.issued_on),
        ("due", old.due_on, new.due_on),
        ("reference", old.reference, new.reference),
        ("amounts", _basis(old), _basis(new)),
        ("rounding", old.rounding, new.rounding),
        ("template", str(old.template or ""), str(new.template or "")),
        ("kept out of other books", _yes(old.do_not_sync), _yes(new.do_not_sync)),
    ):
        yield from _change(what, before, after)


def _of_lines(old: Sequence[Line], new: Sequence[Line]) -> Iterator[str]:
    """Yield what becomes of the lines; what only moves up or down is not told as changed."""
    matcher = SequenceMatcher(a=[*map(_key, old)], b=[*map(_key, new)], autojunk=False)
    for same, i, end, j, new_end in matcher.get_opcodes():
        if same == "equal":
            continue
        both = min(end - i, new_end - j)
        for before, after in zip(old[i : i + both], new[j : j + both], strict=True):
            yield from _of_line(before, after)
        for gone in old[i + both : end]:
            yield f"line {gone.position} goes: {_shown(gone)}"
        for added in new[j + both : new_end]:
            yield f"line {added.position} is new: {_shown(added)}"


def _of_line(old: Line, new: Line) -> Iterator[str]:
    for what, before, after in zip(_NAMES, _key(old), _key(new), strict=True):
        yield from _change(f"line {new.position} {what}", before, after)


_NAMES = (
    *("item", "text", "quantity", "price", "discount", "tax code", "tax", "account"),
    *("charge", "tracking"),
)


def _key(line: Line) -> tuple[object, ...]:
    """Return what makes a line what it is, by `_NAMES`."""
    return (
        *(line.item_code, line.description, line.quantity, line.unit_price, line.discount or None),
        *(line.tax_code.code if line.tax_code else "", line.tax, line.account_code),
        *(line.get_charge_display() if line.charge else "", _tracked(line)),
    )


def _change(what: str, before: object, after: object) -> Iterator[str]:
    if before != after:
        yield f"{what} {_text(before)} becomes {_text(after)}"


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        places = max(2, -int(value.normalize().as_tuple().exponent))
        return f"{value:,.{places}f}"
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return _NOTHING if value in (None, "") else f"{value}"


def _shown(line: Line) -> str:
    if line.quantity is None or line.unit_price is None:
        return line.description
    quantity = f"{line.quantity.normalize():f}"
    return f"{line.description}, {quantity} at {_text(line.unit_price)}"


def _basis(document: Document) -> str:
    return TaxBasis(document.tax_basis).label.lower()


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _tracked(line: Line) -> str:
    return "; ".join(": ".join(pair) for pair in line.tracking)
