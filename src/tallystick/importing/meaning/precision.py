"""Brings figures to the decimals that are kept, with the amount of the line in view.

Quantities, prices and discounts are kept with four decimals, as Xero keeps them; a file may give
more. Rounded they stay as they are where the line still comes to the same cent; else the line is
one piece at that amount.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from typing import NamedTuple

from tallystick.books.checking import LIMIT
from tallystick.importing.meaning.values import BadValue
from tallystick.money import line_amount

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
_KEPT = 4
_STEP = Decimal("0.0001")
#: Of a cent; floating point leaves less than a half.
_NEARLY_HALF = Decimal("0.004999")


class Rounding(StrEnum):
    """What was done to the figures of a line."""

    NONE = ""
    #: Rounded to four decimals.
    ROUNDED = "rounded"
    #: Made one piece at the amount of the line.
    ONE_PIECE = "one_piece"


class Figures(NamedTuple):
    """The figures of a line as they are kept, and what they come to."""

    quantity: Decimal
    unit_price: Decimal
    #: Percent off.
    discount: Decimal | None
    amount: Decimal
    rounding: Rounding
    #: -1 or 1 where the cent was as good as tossed: one less or more is as near to what it is.
    tie: int = 0


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Round half up."""
    return _EXACT.quantize(value, Decimal(1).scaleb(-decimals))


def figures(
    quantity: Decimal,
    unit_price: Decimal,
    discount: Decimal | None = None,
    *,
    money_off: Decimal | None = None,
    stated: Decimal | None = None,
) -> Figures:
    """Return the figures with what the line comes to: what is `stated`, else quantity times price
    less discount (in percent) and `money_off`, half up to the cent.

    Raises BadValue where what is stated is more than a rounding away from that.
    """
    if discount is not None and not 0 <= discount <= 100:
        raise BadValue("Enter a percentage from 0 to 100.", field="discount")
    exact = _EXACT.multiply(quantity, unit_price)
    if discount:
        exact = _EXACT.divide(_EXACT.multiply(exact, _HUNDRED - discount), _HUNDRED)
    if money_off:
        exact = _EXACT.subtract(exact, money_off)
    amount = rounded(exact, 2)
    if abs(amount) >= LIMIT:
        raise BadValue("Quantity times price is too large.", field="quantity")
    if stated is not None and stated != amount:
        # Half a cent rounded the other way is the same line; anything more is not.
        if abs(exact - stated) > _CENT / 2:
            raise BadValue(
                f"The file says the line comes to {stated}, but quantity times price make "
                f"{amount}. Look which of them is wrong, or leave the column out.",
                field="line_amount",
            )
        return _kept(quantity, unit_price, discount, money_off, stated)
    tie = _tie(exact, amount) if stated is None else 0
    return _kept(quantity, unit_price, discount, money_off, amount)._replace(tie=tie)


def of_rounded_price(
    quantity: Decimal, unit_price: Decimal, discount: Decimal | None, stated: Decimal
) -> Figures:
    """Return the figures of a line whose price is shown with fewer decimals than it has, two at
    least: the amount counts, for so many at whatever price that makes.

    Raises BadValue where they differ by more than the price can be off.
    """
    half_a_digit = Decimal(5).scaleb(-max(_decimals(unit_price), 2) - 1)
    exact = _EXACT.multiply(quantity, unit_price)
    if discount is not None:
        exact = _EXACT.divide(_EXACT.multiply(exact, _HUNDRED - discount), _HUNDRED)
    off = _EXACT.subtract(exact, stated).copy_abs()
    if _CENT / 2 < off <= _EXACT.multiply(quantity.copy_abs(), half_a_digit) + _CENT / 2:
        return of_amount(quantity, stated)
    return figures(quantity, unit_price, discount, stated=stated)


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def of_amount(quantity: Decimal, amount: Decimal) -> Figures:
    """Return the figures of a line of which only the amount and how many is known.

    The price is above zero: one that is given back is less one at its price.
    """
    if amount < 0 < quantity:
        quantity = -quantity
    price = rounded(_EXACT.divide(amount, quantity), _KEPT) if quantity else Decimal(0)
    is_kept = bool(quantity) and rounded(quantity, _KEPT) == quantity
    if is_kept and line_amount(quantity, price) == amount:
        return Figures(quantity, _short(price), None, amount, Rounding.NONE)
    return _one_piece(amount)


def other_cent(line: Figures) -> Figures:
    """Return the line at the other cent of a tie."""
    amount = line.amount + line.tie * _CENT
    for step in (_STEP, -_STEP):
        if line_amount(line.quantity + step, line.unit_price, line.discount) == amount:
            return line._replace(quantity=_short(line.quantity + step), amount=amount, tie=0)
    return _one_piece(amount)


def _tie(exact: Decimal, amount: Decimal) -> int:
    off = _EXACT.subtract(exact, amount)
    if abs(off) < _NEARLY_HALF:
        return 0
    return 1 if off > 0 else -1


def _kept(
    quantity: Decimal,
    unit_price: Decimal,
    discount: Decimal | None,
    money_off: Decimal | None,
    amount: Decimal,
) -> Figures:
    kept = rounded(quantity, _KEPT), rounded(unit_price, _KEPT)
    percent = discount if discount is None else rounded(discount, _KEPT)
    if money_off:
        percent = _percent_for(*kept, amount)
    is_same = kept == (quantity, unit_price) and (bool(money_off) or percent == discount)
    valid = percent is None or 0 <= percent <= 100
    if valid and line_amount(*kept, percent) == amount:
        how = Rounding.NONE if is_same else Rounding.ROUNDED
        # Texts of figures that fit stay as the file has them: 5 and not 5.0000.
        if is_same:
            return Figures(quantity, unit_price, percent, amount, how)
        short = None if percent is None else _short(percent)
        return Figures(_short(kept[0]), _short(kept[1]), short, amount, how)
    return _one_piece(amount)


def _percent_for(quantity: Decimal, unit_price: Decimal, amount: Decimal) -> Decimal | None:
    """Return the percentage off, with four decimals, by which the line comes to the amount."""
    gross = _EXACT.multiply(quantity, unit_price)
    if not gross:
        return None
    return _short(rounded(_EXACT.divide((gross - amount) * _HUNDRED, gross), _KEPT))


def _one_piece(amount: Decimal) -> Figures:
    sign = -1 if amount < 0 else 1
    return Figures(Decimal(sign), abs(amount), None, amount, Rounding.ONE_PIECE)


def _short(value: Decimal) -> Decimal:
    return Decimal(f"{value.normalize():f}")
