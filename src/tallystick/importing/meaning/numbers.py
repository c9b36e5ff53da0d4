"""Turns the text of a cell into an exact number.

Read is what has one meaning once the file's decimal mark is known. Decided here:

- A minus may be any of the signs that are one (U+2212 and the like); an en dash only in front, for
  behind a number it also stands for "no cents".
- Full-width figures and signs are the same ones in another width and are read; figures of other
  scripts are not, for their marks differ.
- `CR` and `DR` say plus or minus by whose account it is: not read.
- A leading zero is never followed by thousands marks: `0,500` under a decimal point is none.
"""

import re
from decimal import Decimal
from functools import lru_cache

from tallystick.books.checking import LIMIT
from tallystick.importing.meaning.bad_value import BadValue
from tallystick.importing.meaning.currencies import SIGNS

#: Characters of a number.
_LONGEST = 100
_NAMES = {".": "a point", ",": "a comma"}
#: What stands for what: minus signs, blanks, apostrophes, full-width figures and signs.
_SAME = str.maketrans(
    dict.fromkeys("\u2212\u2010\u2011\ufe63", "-")
    | dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000\t", " ")
    | dict.fromkeys("\u2018\u2019\u02bc", "'")
    | {"\uffe1": "£", "\uffe5": "¥"}
    | {chr(0xFF00 + low): chr(0x20 + low) for low in range(1, 95)}
)
_EN_DASH = "\u2013"
#: What most cells hold is read without looking further.
_PLAIN = {mark: re.compile(rf"-?[0-9]{{1,13}}(?:{re.escape(mark)}[0-9]{{1,20}})?") for mark in ".,"}
_BEFORE_FIGURES = re.compile(r"[^0-9]*")
#: A sign, a bracket or a currency; the longest first, so that `Rs.5` is not half a rupee.
_TOKEN = re.compile(" *([-+()]|" + "|".join(map(re.escape, sorted(SIGNS, key=len)[::-1])) + ")")
_FIGURES = re.compile(r" *(?=[.,]?[0-9])([0-9.,' ]*[0-9.,])(?:[eE]([+-]?[0-9]{1,2})(?![0-9]))?")
_WHOLE = {
    # Thousands everywhere, then lakhs and crores as in India.
    ".": re.compile(
        r"[0-9]*|[1-9][0-9]{0,2}([,' ])[0-9]{3}(?:\1[0-9]{3})*|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
    ),
    ",": re.compile(r"[0-9]*|[1-9][0-9]{0,2}([.' ])[0-9]{3}(?:\1[0-9]{3})*"),
}
_CREDIT_OR_DEBIT = re.compile(r"[0-9)] *(?:CR|DR)\.?", re.IGNORECASE)


def number(text: str, decimal_mark: str, currency: str = "") -> Decimal:
    """Return the exact number that is written, with all its decimals; smaller than LIMIT.

    `decimal_mark` is "." or ",", as the file has it; the other one parts thousands. A sign or
    code of a currency may stand beside the number, only `currency` (ISO 4217) where that is
    given. Raises BadValue.
    """
    if len(text) > _LONGEST:
        raise BadValue(f"Write a number of at most {_LONGEST} characters.")
    return _number(text, decimal_mark, currency)


@lru_cache(maxsize=16_384)
def _number(text: str, mark: str, currency: str) -> Decimal:
    text = text.strip()
    if _PLAIN[mark].fullmatch(text):
        return _within_limits(Decimal(text.replace(",", ".")))
    text = text.translate(_SAME).strip()
    text = _BEFORE_FIGURES.sub(lambda lead: lead[0].replace(_EN_DASH, "-"), text, count=1)
    # Spreadsheets guard a text with an apostrophe in front.
    before, start = _tokens(text, 1 if text.startswith("'") else 0)
    figures = _FIGURES.match(text, start)
    if not figures:
        raise BadValue(_fault(text, mark))
    after, end = _tokens(text, figures.end())
    if end < len(text):
        raise BadValue(_fault(text, mark))
    _check_currency([token for token in before + after if token in SIGNS], currency)
    value = _unsigned(figures[1], figures[2], mark)
    if figures[1].endswith((".", ",")) and "-" in after:
        # Minus five, or five and no cents (as in Switzerland)?
        raise BadValue(f"Write a minus in front, such as -{_example(mark)}, or none.")
    return _within_limits(value.copy_negate() if _is_negative(before, after, mark) else value)


def _tokens(text: str, start: int) -> tuple[list[str], int]:
    """Return the signs, brackets and currencies from there on, and where they end."""
    found = []
    while token := _TOKEN.match(text, start):
        found.append(token[1])
        start = token.end()
    return found, start


def _unsigned(figures: str, exponent: str | None, mark: str) -> Decimal:
    whole, _, fraction = figures.partition(mark)
    plain = whole.isdigit() or not whole
    if (
        not _WHOLE[mark].fullmatch(whole)
        or not (fraction.isdigit() or not fraction)
        or (exponent and not plain)
    ):
        raise BadValue(
            f"Write a number such as {_example(mark)}: with {_NAMES[mark]} as the decimal mark, "
            f"the marks in {figures} do not stand where thousands and decimals are parted."
        )
    value = Decimal(f"{re.sub('[^0-9]', '', whole)}.{fraction}e{exponent or 0}")
    return Decimal(f"{value:f}")


def _is_negative(before: list[str], after: list[str], mark: str) -> bool:
    brackets = before.count("("), after.count(")")
    if brackets[0] != brackets[1] or ")" in before or "(" in after:
        raise BadValue(f"Write both brackets, such as ({_example(mark)}), or a minus in front.")
    minus = (before + after).count("-") + brackets[0]
    if minus + (before + after).count("+") > 1:
        raise BadValue(
            f"Write one minus in front, such as -{_example(mark)}: the number bears several signs."
        )
    return minus == 1


def _check_currency(signs: list[str], currency: str) -> None:
    """Raise BadValue if a sign is of another currency, or two signs are of two."""
    for sign in signs:
        if currency and currency not in SIGNS[sign]:
            raise BadValue(
                f"Write the amount in {currency}, or correct the currency: the cell says {sign}, "
                f"which is not {currency}."
            )
    if signs and not frozenset.intersection(*(SIGNS[sign] for sign in signs)):
        raise BadValue(f"Write one currency: the cell says {' and '.join(signs)}.")


def _within_limits(value: Decimal) -> Decimal:
    # copy_abs, because abs() rounds to the context's digits.
    if value.copy_abs() >= LIMIT:
        raise BadValue(f"Write a number below {LIMIT:,f}.")
    return value if value else value.copy_abs()


def _fault(text: str, mark: str) -> str:
    """Say what keeps the text from being a number."""
    example = _example(mark)
    if not any(char in "0123456789" for char in text):
        return f"Write a number such as {example}, in the figures 0 to 9."
    if "%" in text:
        return f"Write a number such as {example}, without a percent sign."
    if _CREDIT_OR_DEBIT.search(text):
        return (
            f"Write {example} or -{example}: whether CR and DR add or take away depends on "
            "whose account it is."
        )
    return f"Write one number such as {example}, and no words or unit beside it."


def _example(mark: str) -> str:
    return f"1234{mark}50"
