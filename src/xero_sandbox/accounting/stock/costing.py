"""Average cost: what a move of stock makes of the quantity on hand and its cost (facts 6.7).

Purchases add what they cost. What is sold leaves at the average, and what a customer returns
comes back at it. What goes back to a supplier leaves at the average too: the difference to what
the supplier credits is cost of goods sold. With nothing on hand nothing is left in the cost.

Sold beyond what is on hand (backorders), units leave at the last cost known. The purchase that
covers them leaves in the cost only what is then on hand, at its own price.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xero_sandbox.accounting.totals import ZERO, rounded


@dataclass(frozen=True)
class Stock:
    on_hand: Decimal  #: units; negative for those sold before they were bought
    cost_pool: Decimal  #: what they have cost, in base currency
    unit_cost: Decimal  #: of one, not rounded; the last one known if there is none


EMPTY = Stock(Decimal("0.0"), Decimal("0.0"), Decimal(0))


def moved(before: Stock, quantity: Decimal, bought: Decimal | None) -> Stock:
    """Return the stock after `quantity` units came (positive) or left (negative).

    `bought` is what a purchase posts to the inventory account for them, negative for what goes
    back to the supplier, and None for sales and their returns.
    """
    on_hand = before.on_hand + quantity
    purchased = bought is not None and quantity > 0
    unit = bought / quantity if bought is not None and quantity > 0 else before.unit_cost
    if not on_hand:
        pool = ZERO
    elif purchased and before.on_hand < 0:
        pool = rounded(on_hand * (unit if on_hand > 0 else before.unit_cost))
    elif purchased:
        pool = before.cost_pool + (bought or ZERO)
    else:
        pool = before.cost_pool + rounded(quantity * before.unit_cost)
    return Stock(on_hand, pool, pool / on_hand if on_hand > 0 else unit)


def adjusted(before: Stock, after: Stock, bought: Decimal | None) -> Decimal:
    """Return what a move adds to the inventory account from cost of goods sold."""
    return after.cost_pool - before.cost_pool - (bought or ZERO)
