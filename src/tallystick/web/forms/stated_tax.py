"""Tax that a line's source states: carried through the form, and kept while its figures stay.

The form carries it as the value of a box that is ticked, as `9.82|1|58.95||VAT20|inclusive`: the tax, then what it was
stated for (quantity, price, discount, tax code, how amounts stand to tax).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tallystick.books.given_values import number_in
from tallystick.books.models import Line

_NUMBERS = ("quantity", "unit_price", "discount")


def carried(line: Line, basis: str) -> str:
    """Return what the form carries of a line; empty where its tax is computed."""
    if not line.tax_is_stated:
        return ""
    figures = {name: getattr(line, name) for name in _NUMBERS}
    code = line.tax_code.code if line.tax_code else ""
    return f"{line.tax:f}|{_figures({**figures, 'tax_code': code}, basis)}"


def tax_in(text: str) -> Decimal | None:
    """Return the tax that is carried, whatever became of the figures; None for none."""
    return number_in(text.partition("|")[0])


def kept_tax(text: str, entered: Mapping[str, Any], basis: str) -> Decimal | None:
    """Return the tax that is carried where the figures entered are those it was stated for."""
    return tax_in(text) if text.partition("|")[2] == _figures(entered, basis) else None


def dropped(lines: Iterable[tuple[int, Mapping[str, Any]]]) -> list[str]:
    """Say of which lines, by position, the tax is computed now; each with what was entered."""
    return [
        f"The tax of line {position} is computed now: it is not the {stated} any more that its "
        "source states."
        for position, entered in lines
        if (stated := tax_in(entered["stated"])) is not None and entered["tax"] is None
    ]


def _figures(entered: Mapping[str, Any], basis: str) -> str:
    numbers = [entered.get(name) for name in _NUMBERS]
    texts = [f"{number.normalize():f}" if number else "" for number in numbers]
    return "|".join([*texts, str(entered.get("tax_code", "")), basis])
