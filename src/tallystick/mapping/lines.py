"""Text, quantity, price, discount and tracking of a line as Xero will take them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tallystick import xero
from tallystick.books.models import Kind
from tallystick.mapping.known import Known, Place
from tallystick.mapping.problems import XERO, MappingCode, Problem, Unresolved
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.money import line_amount, round_discount, round_unit_price

#: Characters of Xero's Description (facts 6.1).
_LONGEST_TEXT = 4000
_TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Priced:
    """A line's text, however long, and figures; Xero makes of them exactly our amount."""

    description: str
    quantity: Decimal
    unit_amount: Decimal
    discount_rate: Decimal | None = None


def description_of(place: Place) -> str:
    """Return the line's text, however long; Xero takes no empty one."""
    return place.line.description or place.line.item_code or "-"


def parts_of(text: str) -> Iterator[str]:
    """Yield the text in parts that Xero takes, parted between words where there are any."""
    text = text.strip()
    while len(text) > _LONGEST_TEXT:
        end = max(text.rfind(blank, 0, _LONGEST_TEXT + 1) for blank in " \n")
        end = end if end > 0 else _LONGEST_TEXT
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


def priced(place: Place, quantity: Decimal, unit_price: Decimal) -> Priced:
    """Return what the line is sold or bought at.

    Xero takes discounts on sales invoices alone, and keeps two decimals of them. Elsewhere, and
    where so short a discount does not make our amount, it goes into the price; where no price of
    four decimals makes our amount, the amount stands as the price of one.
    """
    line, text = place.line, description_of(place)
    if not line.discount:
        return Priced(text, quantity, unit_price)
    rate = round_discount(line.discount)
    if (
        place.document.kind == Kind.SALES_INVOICE
        and line_amount(quantity, unit_price, rate) == line.amount
    ):
        return Priced(text, quantity, unit_price, rate)
    price = round_unit_price(unit_price * (100 - line.discount) / 100)
    if line_amount(quantity, price) == line.amount:
        return Priced(text, quantity, price)
    sum_told = (
        f" ({_plain(quantity)} {_TIMES} {_plain(unit_price, 2)} less {_plain(line.discount)} %)"
    )
    return Priced(text + sum_told, Decimal(1), line.amount)


def tracking_of(known: Known, place: Place) -> tuple[xero.TrackingRef, ...]:
    """Return the line's tracking in Xero's own spelling. Raises Unresolved with all it would not take."""
    found: dict[str, xero.TrackingRef] = {}
    problems = []
    for name, option in place.line.tracking:
        category = known.tracking.get(name.casefold())
        options = category.options if category else []
        spelt = next((one for one in options if one.casefold() == option.casefold()), None)
        if category is None:
            why = f"the tracking category {name}, which is not active in {known.organisation}"
        elif spelt is None:
            why = f"{option} in {category}, which is no active option in {known.organisation}"
        elif category.name in found:
            why = f"the tracking category {category} twice"
        else:
            found[category.name] = xero.TrackingRef(name=category.name, option=spelt)
            continue
        problems.append(_not_tracked(place, why))
    if problems:
        raise Unresolved(problems)
    return tuple(found.values())


def _not_tracked(place: Place, why: str) -> Problem:
    return Problem(
        MappingCode.TRACKING,
        f"{place.head}{place.name} names {why}.",
        "Edit the document and correct the line's tracking; or add what is missing in Xero under "
        "Settings, Tracking categories, and press Retry.",
        XERO,
        wait_key(WaitSort.XERO_TRACKING),
    )


def _plain(number: Decimal, places: int = 0) -> str:
    """Write the number without needless zeros, with `places` decimals at least."""
    text = f"{number:f}"
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(places, "0")
    return f"{whole}.{decimals}" if decimals else whole
