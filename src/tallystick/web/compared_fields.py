"""Days and amounts of a comparison in the way in which all pages show them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format

from tallystick.sync.links.differences import TAXED
from tallystick.sync.lookup.three_sides import ComparedField
from tallystick.web.templatetags.tallystick import money_text

_DAYS = ("Date", "Due date")


def shown(side: ComparedField, currency: str) -> ComparedField:
    """Return the side as people read it: 2 Nov 2026, 1,234.50."""
    if side.label in _DAYS:
        return _each(side, lambda text: date_format(date.fromisoformat(text), "j M Y"))
    if side.label in ("Total", "Tax total"):
        return _each(side, lambda text: money_text(Decimal(text), currency))
    if side.label == "Amounts":
        return _each(side, lambda text: TAXED.get(text, text).capitalize())
    return side


def _each(side: ComparedField, word: Callable[[str], str]) -> ComparedField:
    texts = (word(text) if text else "" for text in (side.sent, side.theirs, side.ours))
    sent, theirs, ours = texts
    return replace(side, sent=sent, theirs=theirs, ours=ours)
