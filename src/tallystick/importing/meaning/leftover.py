"""Columns that nobody knows and that sound as if they changed what a file means."""

import re
from collections.abc import Sequence

from tallystick.importing.meaning.mapping import Mapping, plain

#: Words of headers that state money, tax, a kind, a state or a day on which something is due.
#: Grown from the headers of ../formats and of exports that were taken for something else.
_WORDS = frozenset(
    [
        "total",
        "totals",
        "subtotal",
        "sum",
        "amount",
        "amounts",
        "net",
        "gross",
        "balance",
        "price",
        "prices",
        "qty",
        "quantity",
        "tax",
        "taxes",
        "vat",
        "gst",
        "hst",
        "pst",
        "qst",
        "mwst",
        "ust",
        "tva",
        "iva",
        "btw",
        "moms",
        "duty",
        "duties",
        "withheld",
        "status",
        "type",
        "kind",
        "currency",
        "rate",
        "due",
        "discount",
        "discounts",
        "rebate",
        "rebates",
        "coupon",
        "voucher",
        "shipping",
        "freight",
        "postage",
        "delivery",
        "fee",
        "fees",
        "tip",
        "tips",
        "gratuity",
        "surcharge",
        "handling",
        "refund",
        "refunds",
        "refunded",
        "void",
        "voided",
        "cancelled",
        "canceled",
        "deleted",
        "credit",
        "credits",
        "adjustment",
        "adjustments",
        "deposit",
        "reversed",
        "reversal",
    ]
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def sounds_like_meaning(header: str) -> bool:
    """Return whether a word of the header is one of those that change what a row means."""
    return any(part.casefold() in _WORDS for part in _PARTS.findall(header))


def leftover(mapping: Mapping, header: Sequence[str]) -> dict[int, str]:
    """Return place and name of the columns that the mapping leaves over and that sound so."""
    used = set(mapping.used())
    return {
        place: name
        for place, name in enumerate(header)
        if plain(name) not in used and sounds_like_meaning(name)
    }


def says_something(text: str) -> bool:
    """Return whether a cell holds more than a nothing of some form: blank, 0, 0.00, a dash."""
    return bool(text.strip(" 0.,-+%£$€'")) or any(mark.isalpha() for mark in text)
