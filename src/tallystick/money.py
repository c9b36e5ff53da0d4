"""The one home of rounding: amounts, their currency, and the totals Xero will show.

Two rules live here. Money of ours is rounded half up to its currency's minor units. A document's
lines are rounded the way Xero does it, always to two places, so that the totals we compute before
sending equal those Xero computes after. Half up means away from zero for negative amounts too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal, NamedTuple

__all__ = [
    "Basis",
    "Money",
    "Totals",
    "document_totals",
    "line_amount",
    "line_tax",
    "minor_units",
    "round_discount",
    "round_money",
    "round_quantity",
    "round_unit_price",
    "totals_of_sums",
]

#: Whether line amounts stand without tax, with tax inside, or bear no tax at all.
Basis = Literal["exclusive", "inclusive", "none"]

# Wide enough that no product below is cut before it is rounded, whatever context a caller set.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
_FOUR_PLACES = Decimal("0.0001")

# ISO 4217 list one: the currencies whose minor unit is not two.
_NO_PLACES = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_PLACES = "BHD IQD JOD KWD LYD OMR TND"


def minor_units(currency: str) -> int:
    """Return the number of decimals `currency` (ISO 4217, such as "NZD") is counted in.

    Raises ValueError for what is not three capital letters.
    """
    if not (
        len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()
    ):
        raise ValueError(f"{currency!r} is not a currency code such as NZD or GBP.")
    if currency in _NO_PLACES:
        return 0
    return 3 if currency in _THREE_PLACES else 2


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the currency's minor units. Raises ValueError for NaN and infinities."""
    return _round(amount, Decimal(1).scaleb(-minor_units(currency)))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, always rounded to what that currency can be paid in."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", round_money(self.amount, self.currency))

    def __add__(self, other: "Money") -> "Money":
        return Money(_EXACT.add(self.amount, self._same_currency(other)), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(_EXACT.subtract(self.amount, self._same_currency(other)), self.currency)

    def __neg__(self) -> "Money":
        return Money(_EXACT.minus(self.amount), self.currency)

    def __str__(self) -> str:
        return f"{self.amount:,f} {self.currency}"

    def _same_currency(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"Cannot add or subtract {other.currency} and {self.currency}.")
        return other.amount


def round_unit_price(unit_price: Decimal) -> Decimal:
    """Round half up to the 4 decimals that Xero keeps of a unit price (with unitdp=4)."""
    return _round(unit_price, _FOUR_PLACES)


def round_quantity(quantity: Decimal) -> Decimal:
    """Round half up to the 4 decimals that Xero keeps of a quantity."""
    return _round(quantity, _FOUR_PLACES)


def round_discount(percent: Decimal) -> Decimal:
    """Round half up to the 2 decimals that Xero keeps of a discount rate."""
    return _round(percent, _CENT)


def line_amount(
    quantity: Decimal, unit_price: Decimal, discount_percent: Decimal | None = None
) -> Decimal:
    """Return quantity x unit price less the discount, half up to 2 places, as Xero does.

    Quantity and unit price count with 4 decimals, as Xero keeps them. `discount_percent` is 0
    to 100, such as 12.5. Raises ValueError for a discount outside that.
    """
    gross = _EXACT.multiply(round_quantity(quantity), round_unit_price(unit_price))
    if not discount_percent:
        return _round(gross, _CENT)
    if not 0 <= discount_percent <= 100:
        raise ValueError(f"A discount of {discount_percent}% is not between 0 and 100.")
    kept = _EXACT.divide(_EXACT.subtract(_HUNDRED, discount_percent), _HUNDRED)
    return _round(_EXACT.multiply(gross, kept), _CENT)


def line_tax(amount: Decimal, rate_percent: Decimal, basis: Basis) -> Decimal:
    """Return the tax on (exclusive) or inside (inclusive) a line's amount, half up to 2 places.

    `rate_percent` is 0 or more, such as 15. Raises ValueError for a negative one.
    """
    if rate_percent < 0:
        raise ValueError(f"A tax rate of {rate_percent}% is below 0.")
    if basis == "none":
        return _round(Decimal(0), _CENT)
    taxed = _EXACT.multiply(amount, rate_percent)
    whole = _HUNDRED if basis == "exclusive" else _EXACT.add(_HUNDRED, rate_percent)
    return _round(_EXACT.divide(taxed, whole), _CENT)


class Totals(NamedTuple):
    """A document's three sums; subtotal + tax == total, whatever the basis."""

    subtotal: Decimal
    tax: Decimal
    total: Decimal


def document_totals(lines: Iterable[tuple[Decimal, Decimal]], basis: Basis) -> Totals:
    """Return the sums of a document's `lines`, each (line amount, tax on it, rounded already).

    Tax is rounded on each line and then added up, never on the sum: at 15% the lines 25.06, 25.61
    and 25.63 bear 3.76 + 3.84 + 3.84 = 11.44. Source: Xero, "Rounding in Xero".
    """
    amounts = tax = _round(Decimal(0), _CENT)
    for amount, tax_on_it in lines:
        amounts = _EXACT.add(amounts, amount)
        tax = _EXACT.add(tax, tax_on_it)
    return totals_of_sums(amounts, tax, basis)


def totals_of_sums(amounts: Decimal, tax: Decimal, basis: Basis) -> Totals:
    """Return a document's sums from those of its line amounts and line taxes."""
    if basis == "inclusive":
        return Totals(subtotal=_EXACT.subtract(amounts, tax), tax=tax, total=amounts)
    return Totals(subtotal=amounts, tax=tax, total=_EXACT.add(amounts, tax))


def _round(amount: Decimal, step: Decimal) -> Decimal:
    if not isinstance(amount, Decimal):
        raise TypeError(f"Amounts are Decimal, not {type(amount).__name__}.")
    if not amount.is_finite():
        raise ValueError(f"{amount} is not an amount.")
    return _EXACT.quantize(amount, step)
