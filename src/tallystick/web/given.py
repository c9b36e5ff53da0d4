"""Reads what a request gives, whatever it holds: keys, numbers, and the path to go on to."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest

#: Most digits of a key: those of PostgreSQL's bigint, less one.
_KEY_DIGITS = 18
#: One slash, then neither a slash nor a backslash, which browsers take for one: no other site. Only
#: what may stand in an address, so nothing that they drop from it either.
_PATH = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")
_LONGEST_PATH = 4000
#: A number has so many digits before the point at most, and after it: more than any column holds, and
#: few enough to multiply, round and show.
_MOST_DIGITS = 18
_LONGEST_NUMBER = 60


def key_in(text: str) -> int | None:
    """Return the primary key that the text is; None where it is none."""
    is_key = text.isascii() and text.isdigit() and len(text) <= _KEY_DIGITS
    return int(text) if is_key else None


def keys_in(texts: Iterable[str]) -> list[int]:
    """Return the primary keys among the texts; what is none is left out."""
    return [key for key in map(key_in, texts) if key is not None]


def number_in(text: str) -> Decimal | None:
    """Return the number that the text is; None for none, or for one such as 1e1000000 or NaN."""
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() >= _MOST_DIGITS:
        return None
    _, _, exponent = number.as_tuple()
    return number if isinstance(exponent, int) and exponent >= -_MOST_DIGITS else None


def path_in(text: str) -> str:
    """Return the text if it is a path of this very site, to be redirected to; else nothing."""
    return text if len(text) <= _LONGEST_PATH and _PATH.fullmatch(text) else ""


def holds_nul(request: HttpRequest) -> bool:
    """Tell whether a value or name given holds the one character that PostgreSQL does not store."""
    given = [*request.GET.lists(), *request.POST.lists()]
    texts = [text for name, values in given for text in (name, *values)]
    return any("\0" in text for text in [*texts, *request.COOKIES.values()])
