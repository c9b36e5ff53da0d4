"""Turns the text of cells into numbers and days; says in words why it cannot.

Cached, because a table repeats few values many times; the caches are bounded.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from tallystick.books.checking import LIMIT

_PLAIN = {
    ".": re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.[0-9]*)?"),
    ",": re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]*)(?:,[0-9]*)?"),
}
_ISO_DAY = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[ T].*)?")
_LOCAL_DAY = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})(?:[ T].*)?")
#: Characters of a number or a day; longer texts are not kept in the caches either.
_LONGEST = 100
_YES = frozenset({"yes", "true", "y", "1"})
_NO = frozenset({"no", "false", "n", "0"})


class BadValue(ValueError):
    """The text cannot be used; the message is a whole sentence that says what to enter."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        #: Which of several values it is; empty where there is only one.
        self.field = field


@lru_cache(maxsize=16_384)
def number(text: str, decimal_mark: str, decimals: int = 4) -> Decimal:
    """Return the number, thousands marks allowed, with at most so many decimals.

    `decimal_mark` is "." or ","; the other one parts thousands. Raises BadValue.
    """
    if len(text) > _LONGEST:
        raise BadValue("The number is too long.")
    text = text.strip()
    if not _PLAIN[decimal_mark].fullmatch(text) or not any(map(str.isdigit, text)):
        example = f"1234{decimal_mark}50"
        raise BadValue(f"Write a plain number such as {example}, without currency or unit.")
    thousands = "," if decimal_mark == "." else "."
    value = Decimal(text.replace(thousands, "").replace(",", "."))
    if abs(value) >= LIMIT:
        raise BadValue("The number is too large.")
    if value != round(value, decimals):
        raise BadValue(f"Write at most {decimals} decimals.")
    return value


@lru_cache(maxsize=4_096)
def day(text: str, order: str) -> date:
    """Return the calendar day, whatever time of day stands after it.

    Years first are understood always; `order` is "dmy" or "mdy" for days and months first. Two
    digits are a year of this century. Raises BadValue.
    """
    if len(text) > _LONGEST:
        raise BadValue("Write the day like 2026-11-21, and nothing else into the cell.")
    text = text.strip()
    if match := _ISO_DAY.fullmatch(text):
        year, month, day_of_month = match.groups()
    elif match := _LOCAL_DAY.fullmatch(text):
        first, second, year = match.groups()
        day_of_month, month = (first, second) if order == "dmy" else (second, first)
        year = year if len(year) == 4 else f"20{year}"
    else:
        raise BadValue("Write the day like 2026-11-21 or 21/11/2026.")
    if not 1900 <= int(year) < 2200:
        raise BadValue("Write a year from 1900 to 2199.")
    try:
        return date(int(year), int(month), int(day_of_month))
    except ValueError:
        read_as = "day, month, year" if order == "dmy" else "month, day, year"
        raise BadValue(f"There is no such day (days are read as {read_as}).") from None


def truth(text: str) -> bool:
    """Return whether the text says yes. Raises BadValue."""
    word = text.strip().casefold()
    if word not in _YES | _NO:
        raise BadValue("Write yes or no.")
    return word in _YES
