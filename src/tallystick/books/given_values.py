"""Reads keys and numbers out of text that anybody may have given, whatever it holds."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

#: Most digits of a key: those of PostgreSQL's bigint, less one.
_KEY_DIGITS = 18
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


def amount_in(text: str) -> Decimal | None:
    """Return the amount that a text such as `1,234.50` is; None where it is none."""
    return number_in(text.replace(",", "").replace("$", "")) if "." in text else None
