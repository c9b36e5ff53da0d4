"""What a record on its way can wait for: each sort of key is made, parsed and matched here alone.

A key names what would release the record by itself, such as `tax:7:sales`: the mapping of tax code
7 for sales. It stands in `waits_for` of problems and links, and in what is announced as mended.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from django.db.models import Q

#: Between the parts of a key. A key that ends with `*` stands for all that begin so.
_BETWEEN, _ANY = ":", "*"
#: A number of so many digits is none of the database's.
_DIGITS = 19


class WaitSort(StrEnum):
    """What is waited for; the values begin the keys."""

    TAX_MAPPING = "tax"
    DEFAULT_TAX_CODE = "tax-default"
    ACCOUNT = "account"
    PAYMENT_METHOD = "method"
    ROUNDING = "rounding"
    #: Mended in Xero, and seen when its lists are read again.
    XERO_ACCOUNT = "xero:account"
    XERO_CURRENCY = "xero:currency"
    XERO_LOCK = "xero:lock"
    XERO_TRACKING = "xero:tracking"
    #: Another record of ours that must be in Xero first.
    PARTY = "party"
    DOCUMENT = "document"
    #: A module that is switched off, and what becomes of the record once it is on.
    MODULE = "module"
    #: Nothing releases these by itself; they say why a link stands as it does.
    OTHER_BOOKS = "elsewhere"
    MARKED_DONE = "marked-done"
    LEFT_AS_PAID = "left-as-paid"
    VOIDED_THERE = "voided-there"


#: What the parts of each sort's keys are.
PARTS: Mapping[WaitSort, tuple[str, ...]] = MappingProxyType(
    {
        WaitSort.TAX_MAPPING: ("tax code", "direction"),
        WaitSort.DEFAULT_TAX_CODE: (),
        WaitSort.ACCOUNT: ("direction", "charge"),
        WaitSort.PAYMENT_METHOD: ("method",),
        WaitSort.ROUNDING: (),
        WaitSort.XERO_ACCOUNT: ("account code",),
        WaitSort.XERO_CURRENCY: ("currency",),
        WaitSort.XERO_LOCK: (),
        WaitSort.XERO_TRACKING: (),
        WaitSort.PARTY: ("party",),
        WaitSort.DOCUMENT: ("document",),
        WaitSort.MODULE: ("module", "then"),
        WaitSort.OTHER_BOOKS: (),
        WaitSort.MARKED_DONE: (),
        WaitSort.LEFT_AS_PAID: (),
        WaitSort.VOIDED_THERE: (),
    }
)
#: What is mended in Xero, whichever it is.
MENDED_IN_XERO = tuple(sort for sort in WaitSort if sort.startswith("xero:"))


def wait_key(sort: WaitSort, *parts: object) -> str:
    """Return the key. Raises ValueError where the parts are not those of the sort."""
    if len(parts) != len(PARTS[sort]):
        raise ValueError(f"A key of {sort} has {PARTS[sort]} and not {parts}.")
    return _BETWEEN.join((sort.value, *map(str, parts)))


def any_of(sort: WaitSort, *parts: object) -> str:
    """Return what stands for all keys of the sort that begin with these parts."""
    return _BETWEEN.join((sort.value, *map(str, parts), _ANY))


def sort_of(key: str) -> WaitSort | None:
    """Return the key's sort; None of an empty key, and of one that an older version wrote."""
    for sort in WaitSort:
        if key == sort.value or (PARTS[sort] and key.startswith(sort.value + _BETWEEN)):
            return sort
    return None


def record_of(key: str, sort: WaitSort) -> int | None:
    """Return the primary key of the party or document that is waited for; None of other keys."""
    head, _, number = key.partition(_BETWEEN)
    is_number = number.isascii() and number.isdigit() and len(number) < _DIGITS
    return int(number) if head == sort.value and is_number else None


def module_of_key(key: str) -> str:
    """Return the name of the module that is waited for; empty of other keys."""
    return key.split(_BETWEEN)[1] if sort_of(key) == WaitSort.MODULE else ""


def waiting_on_any(keys: Iterable[str]) -> Q:
    """Return the condition on `waits_for` that it is one of the keys."""
    keys = list(keys)
    condition = Q(waits_for__in=[key for key in keys if not key.endswith(_ANY)])
    for key in keys:
        if key.endswith(_ANY):
            condition |= Q(waits_for__startswith=key.removesuffix(_ANY))
    return condition


def waiting_on_sort(*sorts: WaitSort) -> Q:
    """Return the condition on `waits_for` that its key is of one of the sorts."""
    return waiting_on_any(any_of(sort) if PARTS[sort] else wait_key(sort) for sort in sorts)
