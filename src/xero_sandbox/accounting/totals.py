"""Xero's arithmetic: every line rounded half up to the cent, then added (facts 6.13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_WIDE = Context(prec=60)  #: absurd amounts get a validation error, not an arithmetic one
_STEPS = [Decimal(1).scaleb(-places) for places in range(10)]
Amounts = Literal["Exclusive", "Inclusive", "NoTax"]


def rounded(number: Decimal, places: int = 2) -> Decimal:
    """Half up, that is away from zero for negative amounts too (2.165 to 2.17)."""
    return number.quantize(_STEPS[places], ROUND_HALF_UP, _WIDE)


def line_amount(
    quantity: Decimal,
    unit_amount: Decimal,
    *,
    discount_rate: Decimal | None = None,
    discount_amount: Decimal | None = None,
) -> Decimal:
    """`unit_amount` is rounded already, to 2 places or to 4 with `unitdp=4`."""
    amount = quantity * unit_amount
    if discount_rate:
        amount = amount * (100 - discount_rate) / 100
    elif discount_amount:
        amount -= discount_amount
    return rounded(amount)


def line_tax(amount: Decimal, rate: Decimal, kind: Amounts) -> Decimal:
    """`rate` in per cent. Inclusive takes the tax out of the amount: 541.25 at 15 is 70.60."""
    if kind == "NoTax" or not rate:
        return ZERO
    if kind == "Inclusive":
        return rounded(amount - amount * 100 / (100 + rate))
    return rounded(amount * rate / 100)


@dataclass(frozen=True)
class Totals:
    sub_total: Decimal
    total_tax: Decimal
    total: Decimal


NO_TOTALS = Totals(ZERO, ZERO, ZERO)


def document_totals(lines: Iterable[tuple[Decimal, Decimal]], kind: Amounts) -> Totals:
    """`lines` are (line amount, tax) pairs."""
    amount = tax = ZERO
    for one_amount, one_tax in lines:
        amount += one_amount
        tax += one_tax
    if kind == "Inclusive":
        return Totals(amount - tax, tax, amount)
    return Totals(amount, tax, amount + tax)
