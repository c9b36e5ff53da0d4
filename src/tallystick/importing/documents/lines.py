"""Reads what a row says of its line: what, how many, at what price, for whom it counts."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple, cast

import msgspec

from tallystick.books.checking import tracking_problem
from tallystick.books.models import Charge, Line
from tallystick.importing.documents.heads import Opened
from tallystick.importing.documents.taxes import MOST_TAX_OF_NONE, NO_TAX, TaxCodes
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.meaning.precision import (
    Figures,
    Rounding,
    figures,
    of_amount,
    of_rounded_price,
    rounded,
)
from tallystick.importing.meaning.values import BadValue, number
from tallystick.money import Basis, line_tax

#: Characters of a charge or of tracking, blanks included, so that the caches stay small.
_LONGEST_CELL = 1_000
_LONGEST_NUMBER = 100
_WIDTHS = {
    field: cast(int, Line._meta.get_field(field).max_length)  # type: ignore[union-attr]
    for field in ("item_code", "description", "account_code")
}
_FIGURES = ("quantity", "unit_price", "discount", "discount_amount", "line_amount", "line_tax")
_OTHER: dict[Basis, Basis] = {"exclusive": "inclusive", "inclusive": "exclusive", "none": "none"}
_ONE = Decimal(1)
_CENT = Decimal("0.01")


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
    #: What the tax would be if prices stood to it the other way; None where nobody may ask.
    other_tax: str | None
    #: The tax that the file states, and whether it is taken over.
    stated_tax: str | None
    tax_is_stated: str
    #: A Rounding; empty where none was needed.
    rounding: str
    #: -1 or 1 where a cent less or more is as near.
    tie: int


class LineParser:
    """Reads the line cells of a row, in the order of LINE_FIELDS."""

    def __init__(self, mapping: Mapping, tax_codes: TaxCodes, *, has: set[str]) -> None:
        """`has` are the fields with a column or a text."""
        self._mark = mapping.decimal_mark
        self._tax_codes = tax_codes
        self._is_stated = mapping.tax_amounts == "stated"
        self._is_close = mapping.tax_amounts == "close"
        self._untaxed = mapping.untaxed_code or NO_TAX
        #: The code that the mapping gives to lines, not the file.
        self._fixed_tax = mapping.texts.get("tax_code", "")
        #: Whether the file alone says what tax there is on a line that names no code.
        self._must_state = self._is_stated and "line_tax" in has
        self._has_quantity = "quantity" in has
        self._has_price = "unit_price" in has
        self._price_is_rounded = mapping.price_is_rounded
        self._is_fraction = mapping.discount_as == "fraction"
        # Another basis is only thought of where the file has sums to hold it against.
        self._thinks_of_other = bool(has & {"line_tax", "tax_total", "total"})

    def parse(self, cells: Sequence[str], document: Opened) -> Contents:
        """Return what the cells say. Raises BadValue with its field."""
        (
            item_code,
            description,
            *figured,
            tax,
            account_code,
            charge,
            tracking,
            name_1,
            option_1,
            name_2,
            option_2,
        ) = cells
        item_code, account_code, tax = item_code.strip(), account_code.strip(), tax.strip()
        description = " ".join(description.split()) or item_code
        _check_texts(item_code, description, account_code)
        if name_1 or name_2:
            pairs = ((name_1, option_1), (name_2, option_2))
            tracking = "; ".join(f"{name}: {option}" for name, option in pairs if name or option)
        found, stated_tax = self._figures(figured, document.currency)
        if found and stated_tax is None and self._must_state and not _says_tax(document, tax):
            raise BadValue("Enter the tax of the line, 0 for none.", field="line_tax")
        return self.line(
            document,
            found,
            item_code=item_code,
            description=description,
            tax=tax,
            account_code=account_code,
            charge=_charge(charge) if charge else None,
            tracking=_tracking(tracking) if tracking else None,
            stated_tax=stated_tax,
        )

    def line(
        self,
        document: Opened,
        found: Figures | None,
        *,
        item_code: str = "",
        description: str,
        tax: str = "",
        account_code: str = "",
        charge: str | None = None,
        tracking: str | None = None,
        stated_tax: Decimal | None = None,
    ) -> Contents:
        """Return the line with its tax; no figures make a line of text alone."""
        code, rate, level = None, Decimal(0), None
        if named := tax or (document.order_tax if found else ""):
            code, rate = self._tax_codes.find(named)
        elif found:
            code, rate, level = self._tax_codes.of_others(document.template, item_code)
        amount = found.amount if found else Decimal(0)
        computed = line_tax(amount, rate, document.basis) if code else Decimal(0)
        # Where prices bear no tax, nobody asks for its code.
        if document.basis != "none" and self._is_untaxed(stated_tax, amount, computed, tax, code):
            # The file says that there is none: a code that bears tax would say otherwise.
            (code, rate), level, computed = self._tax_codes.find(self._untaxed), None, Decimal(0)
        is_stated = stated_tax is not None and (
            self._is_stated or (self._is_close and abs(stated_tax - computed) <= _CENT)
        )
        if is_stated and stated_tax:
            _check_stated(stated_tax, amount, rate)
        other = None
        if self._thinks_of_other and code:
            other = str(stated_tax if is_stated else line_tax(amount, rate, _OTHER[document.basis]))
        quantity, price, discount = _texts_of(found) if found else (None, None, None)
        return Contents(
            item_code,
            description,
            quantity,
            price,
            discount,
            code,
            level,
            account_code,
            charge,
            tracking,
            str(amount),
            str(stated_tax if is_stated else computed),
            other,
            None if stated_tax is None else str(stated_tax),
            "t" if is_stated else "f",
            found.rounding if found else Rounding.NONE,
            found.tie if found else 0,
        )

    def _is_untaxed(
        self,
        stated_tax: Decimal | None,
        amount: Decimal,
        computed: Decimal,
        tax: str,
        code: str | None,
    ) -> bool:
        """Return whether the file states no tax of the line and names none either, and what it
        would bear else does not fit that."""
        return (
            (self._is_stated or self._is_close)
            and stated_tax == 0
            and tax in ("", self._fixed_tax)
            and bool(amount)
            and (code is None or abs(computed) > MOST_TAX_OF_NONE)
        )

    def _figures(
        self, cells: Sequence[str], currency: str
    ) -> tuple[Figures | None, Decimal | None]:
        if max(map(len, cells)) > _LONGEST_NUMBER:
            longest = max(range(len(cells)), key=lambda place: len(cells[place]))
            raise BadValue("The number is too long.", field=_FIGURES[longest])
        return _figures_of(
            *cells,
            mark=self._mark,
            currency=currency,
            has_quantity=self._has_quantity,
            has_price=self._has_price,
            price_is_rounded=self._price_is_rounded,
            is_fraction=self._is_fraction,
        )


@lru_cache(maxsize=16_384)
def _texts_of(found: Figures) -> tuple[str, str, str | None]:
    """Return quantity, price and discount as COPY takes them."""
    discount = None if found.discount is None else f"{found.discount:f}"
    return f"{found.quantity:f}", f"{found.unit_price:f}", discount


@lru_cache(maxsize=16_384)
def _figures_of(
    quantity: str,
    unit_price: str,
    discount: str,
    discount_amount: str,
    line_amount: str,
    line_tax: str,
    *,
    mark: str,
    currency: str,
    has_quantity: bool,
    has_price: bool,
    price_is_rounded: bool,
    is_fraction: bool,
) -> tuple[Figures | None, Decimal | None]:
    """Return the figures, None for a line of text alone, and the tax that is stated."""

    def read(field: str, text: str) -> Decimal | None:
        if not text or text.isspace():
            return None
        try:
            return number(text, mark, currency)
        except BadValue as error:
            raise BadValue(str(error), field=field) from None

    count, price = read("quantity", quantity), read("unit_price", unit_price)
    percent = read("discount", discount.strip().rstrip("%"))
    if percent is not None and is_fraction and "%" not in discount:
        percent *= 100
    money_off, stated = read("discount_amount", discount_amount), read("line_amount", line_amount)
    tax = read("line_tax", line_tax)
    stated = None if stated is None else rounded(stated, 2)
    tax = None if tax is None else rounded(tax, 2)
    if count is None and not has_quantity and (price is not None or stated is not None):
        count = _ONE
    if price is None and stated is not None and (stated or count is not None):
        _check_once_off(stated, percent, money_off)
        return of_amount(_ONE if count is None else count, stated), tax
    if count is None and price is None:
        _check_bare(money_off)
        if stated is None and not (has_quantity or has_price):
            raise BadValue("Enter the amount of the line, 0 for none.", field="line_amount")
        return None, tax
    if count is None or price is None:
        field = "quantity" if count is None else "unit_price"
        raise BadValue("Enter quantity and price, or neither for a mere text.", field=field)
    off = _taken_off(money_off, count * price)
    if price_is_rounded and stated is not None and off is None:
        return of_rounded_price(count, price, percent, stated), tax
    return figures(count, price, percent, money_off=off, stated=stated), tax


def _check_once_off(stated: Decimal, percent: Decimal | None, money_off: Decimal | None) -> None:
    """Raise BadValue for a discount of which nothing says whether it is off the amount already."""
    if stated and (percent or money_off):
        raise BadValue(
            f"Enter the price too: without one nothing tells whether the {stated} is before or after "
            "the discount. If it is after, leave the column of the discount unused.",
            field="discount" if percent else "discount_amount",
        )


def _check_bare(money_off: Decimal | None) -> None:
    """Raise BadValue for money that is off a line which is a text alone."""
    if money_off:
        raise BadValue(
            "Enter quantity and price of what the money is off, or the discount as a line of its "
            "own below zero.",
            field="discount_amount",
        )


def _taken_off(money_off: Decimal | None, gross: Decimal) -> Decimal | None:
    """Return the money off with the sign of what it is off. Raises BadValue where it is more."""
    if money_off is None:
        return None
    if abs(money_off) > abs(gross):
        raise BadValue(
            f"More is taken off than the {rounded(gross, 2)} that quantity times price make. "
            "Look which of the three is wrong; a credit is a line of its own below zero.",
            field="discount_amount",
        )
    return -abs(money_off) if gross < 0 else abs(money_off)


def _says_tax(document: Opened, tax: str) -> bool:
    """Return whether the file says what tax a line bears that states no sum of its own."""
    return bool(tax or document.order_tax or (document.head and document.head.tax_total))


def _check_stated(tax: Decimal, amount: Decimal, rate: Decimal) -> None:
    """Raise BadValue for a stated tax that the line cannot bear."""
    if not rate:
        raise BadValue(
            f"The file states a tax of {tax}, but the line has no tax code that bears tax. Choose "
            "the column of the tax code, or a default tax code under Settings, Tax mapping.",
            field="line_tax",
        )
    if tax * amount < 0 or abs(tax) > abs(amount):
        raise BadValue(
            f"A tax of {tax} cannot be that of a line of {amount}. Look which column holds the tax "
            "of the line.",
            field="line_tax",
        )


def _check_texts(item_code: str, description: str, account_code: str) -> None:
    if not description:
        raise BadValue("Enter a description or an item code.", field="description")
    if len(item_code) > _WIDTHS["item_code"]:
        raise _too_long("item_code")
    if len(description) > _WIDTHS["description"]:
        raise _too_long("description")
    if len(account_code) > _WIDTHS["account_code"]:
        raise _too_long("account_code")


def _too_long(field: str) -> BadValue:
    return BadValue(f"Shorten it to {_WIDTHS[field]:,} characters.", field=field)


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
