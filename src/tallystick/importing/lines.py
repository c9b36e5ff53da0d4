"""Reads what a row says of its line: what, how many, at what price, for whom it counts."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import msgspec

from tallystick.books.checking import LIMIT, tracking_problem
from tallystick.books.models import Charge
from tallystick.importing.taxes import TaxCodes
from tallystick.importing.values import BadValue, number
from tallystick.money import Basis, line_amount, line_tax

LINE_FIELDS = (
    "item_code",
    "description",
    "quantity",
    "unit_price",
    "discount",
    "tax_code",
    "account_code",
    "charge",
    "tracking",
)


#: Characters of a charge or of tracking, blanks included, so that the caches stay small.
_LONGEST_CELL = 1_000


class Contents(NamedTuple):
    """The values of a line; figures and the JSON of tracking are text, as COPY takes them."""

    item_code: str
    description: str
    quantity: str | None
    unit_price: str | None
    discount: str | None
    tax_code: str | None
    #: Who named the tax code; None for the line itself.
    tax_level: str | None
    account_code: str
    charge: str | None
    tracking: str | None
    amount: str
    tax: str


class _Figures(NamedTuple):
    quantity: str | None
    unit_price: str | None
    discount: str | None
    amount: Decimal


def contents(
    cells: Sequence[str], *, decimal_mark: str, tax_codes: TaxCodes, basis: Basis, template: str
) -> Contents:
    """Return what the cells, in the order of LINE_FIELDS, say. Raises BadValue with its field.

    `template` names the document's, whose tax code lines without one of their own bear.
    """
    item_code, description, quantity, unit_price, discount, tax, account_code, charge, tracking = (
        cells
    )
    item_code, account_code, tax = item_code.strip(), account_code.strip(), tax.strip()
    description = " ".join(description.split()) or item_code
    _check_texts(item_code, description, account_code)
    for field, text in (("quantity", quantity), ("unit_price", unit_price), ("discount", discount)):
        if len(text) > 100:
            raise BadValue("The number is too long.", field=field)
    figures = _figures(quantity, unit_price, discount, decimal_mark)
    tax_code, rate, level = None, Decimal(0), None
    if tax:
        tax_code, rate = tax_codes.find(tax)
    elif figures.quantity is not None:
        tax_code, rate, level = tax_codes.of_others(template, item_code)
    return Contents(
        item_code,
        description,
        figures.quantity,
        figures.unit_price,
        figures.discount,
        tax_code,
        level,
        account_code,
        _charge(charge) if charge else None,
        _tracking(tracking) if tracking else None,
        str(figures.amount),
        str(line_tax(figures.amount, rate, basis)) if tax_code else "0",
    )


@lru_cache(maxsize=16_384)
def _figures(quantity: str, unit_price: str, discount: str, decimal_mark: str) -> _Figures:
    """Return the figures and the line's amount, all nothing for a line of text alone."""
    parsed = {
        "quantity": _optional_number("quantity", quantity, decimal_mark),
        "unit_price": _optional_number("unit_price", unit_price, decimal_mark),
        "discount": _optional_number("discount", discount.strip().rstrip("%"), decimal_mark),
    }
    count, price, percent = parsed.values()
    if count is None and price is None:
        return _Figures(None, None, None, Decimal(0))
    if count is None or price is None:
        field = "quantity" if count is None else "unit_price"
        raise BadValue("Enter quantity and price, or neither for a mere text.", field=field)
    if percent is not None and not 0 <= percent <= 100:
        raise BadValue("Enter a percentage from 0 to 100.", field="discount")
    amount = line_amount(count, price, percent)
    if abs(amount) >= LIMIT:
        raise BadValue("Quantity times price is too large.", field="quantity")
    return _Figures(_text(count), _text(price), _text(percent), amount)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _optional_number(field: str, text: str, decimal_mark: str) -> Decimal | None:
    if not text or text.isspace():
        return None
    try:
        return number(text, decimal_mark)
    except BadValue as error:
        raise BadValue(str(error), field=field) from None


def _check_texts(item_code: str, description: str, account_code: str) -> None:
    if not description:
        raise BadValue("Enter a description or an item code.", field="description")
    if len(item_code) > 30:
        raise BadValue("Shorten it to 30 characters, as Xero allows.", field="item_code")
    if len(description) > 4000:
        raise BadValue("Shorten it to 4,000 characters, as Xero allows.", field="description")
    if len(account_code) > 10:
        raise BadValue("Shorten it to 10 characters, as Xero allows.", field="account_code")


@lru_cache(maxsize=16)
def _charge(text: str) -> str:
    charge = text.strip().casefold()
    if charge not in Charge.values or len(text) > _LONGEST_CELL:
        names = ", ".join(filter(None, Charge.values))
        raise BadValue(f"Write one of {names}, or nothing for goods and work.", field="charge")
    return charge


@lru_cache(maxsize=4_096)
def _tracking(text: str) -> str:
    """Return the pairs of "Region: North; Cost centre: Shop" as JSON."""
    if len(text) > _LONGEST_CELL:
        raise BadValue(f"Shorten it to {_LONGEST_CELL} characters.", field="tracking")
    pairs = []
    for part in filter(str.strip, text.split(";")):
        category, colon, option = part.partition(":")
        if not colon:
            raise BadValue("Write it like Region: North; Cost centre: Shop.", field="tracking")
        pairs.append((category.strip(), option.strip()))
    if problem := tracking_problem(pairs):
        raise BadValue(problem, field="tracking")
    return msgspec.json.encode(pairs).decode()
