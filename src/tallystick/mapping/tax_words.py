"""What the names of tax rates and tax codes say: on which side they stand, and how they treat it."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from tallystick.books.models import TaxCode
from tallystick.mapping.models import Direction
from tallystick.mapping.taxes import NO_TAX
from tallystick.mirror.models import TaxRate

#: Treatments that a rate's percentage does not tell, by what names them. Two rates of one
#: percentage that differ in these are never taken for each other. The words are those of Xero's
#: system rates (Xero's list of system tax types) and their common short forms.
_TREATMENTS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        name: re.compile(words, re.IGNORECASE)
        for name, words in {
            "reverse charge": r"\breverse",
            "capital": r"\bcapital\b|\bcapex",
            "imports": r"\bimports?\b",
            "EC goods": r"\b(ec|eu) goods\b",
            "EC services": r"\b(ec|eu) services\b",
            "EC": r"\b(ec|eu)\b",
            "acquisitions": r"\bacquisition",
            "exports": r"\bexports?\b",
            "bad debt relief": r"\bbad debt",
            "input taxed": r"\binput[ -]taxed\b",
            "zero-rated": r"\bzero",
            "exempt": r"exempt",
            "free": r"\b(vat|gst|tax)?[ -]?free\b",
            "no tax": r"^none$|\bno ?(vat|gst|tax)\b|\bout(side)? (of|the) scope\b|\bbas excluded\b",
            "looked up": r"\bauto look ?up\b|\bdo not use\b",
        }.items()
    }
)
_SALES = re.compile(r"\b(income|sales|output|revenue)\b", re.IGNORECASE)
_PURCHASES = re.compile(r"\b(expenses?|purchases?|input|acquisitions?)\b", re.IGNORECASE)
#: Words that hold one of the above and speak of no side.
_NO_SIDE = re.compile(r"\bsales tax\b|\binput[ -]taxed\b", re.IGNORECASE)
#: Of tax types such as `RROUTPUT` and `CAPEXINPUT2`.
_TYPE_SIDES = (
    (re.compile(r"OUTPUT"), Direction.SALES),
    (re.compile(r"INPUT(?!TAXED)"), Direction.PURCHASES),
)
#: Words that most rates have, and that tell none from another.
_COMMON = frozenset(
    [
        "on",
        "of",
        "the",
        "and",
        "tax",
        "vat",
        "gst",
        "rate",
        "rated",
        "standard",
        "income",
        "expenses",
    ]
)
_WORD = re.compile(r"[^\W\d_]{2,}")
#: A rate whose tax something outside works out: nobody can choose it for a line.
LOOKED_UP = "looked up"


def treatments_of_code(code: TaxCode) -> frozenset[str]:
    return _treatments(code.code) | _treatments(code.name)


def fits_treatment(rate: TaxRate, code: TaxCode) -> bool:
    """Tell whether the rate treats a sale as the code does, by their names."""
    wanted = treatments_of_code(code)
    return wanted == treatments_of_rate(rate) or (
        rate.tax_type == NO_TAX and wanted == frozenset({"no tax"})
    )


def treatments_of_rate(rate: TaxRate) -> frozenset[str]:
    return _treatments(rate.name)


def side_of_rate(rate: TaxRate) -> Direction | None:
    """Return the side that name, else tax type, speak of; None where they speak of none."""
    for pattern, side in _TYPE_SIDES:
        if pattern.search(rate.tax_type) and side_of(rate.name) is None:
            return side
    return side_of(rate.name)


def side_of(*names: str) -> Direction | None:
    """Return the one side that the names speak of."""
    text = _NO_SIDE.sub("", " ".join(names))
    is_sales, is_purchases = bool(_SALES.search(text)), bool(_PURCHASES.search(text))
    if is_sales == is_purchases:
        return None
    return Direction.SALES if is_sales else Direction.PURCHASES


def words_of(*names: str) -> frozenset[str]:
    """Return the words that tell one rate from another."""
    return frozenset(_WORD.findall(" ".join(names).casefold())) - _COMMON


def plain(name: str) -> str:
    """Return the name as names are compared: without letter case and doubled blanks."""
    return " ".join(name.split()).casefold()


def _treatments(name: str) -> frozenset[str]:
    return frozenset(word for word, pattern in _TREATMENTS.items() if pattern.search(name))
