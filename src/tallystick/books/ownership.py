"""Values of a party or item that are kept elsewhere, and are only to be read here.

The books do not know who owns them: they ask, and refuse in the owner's words, whoever changes them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tallystick.books.checking import Checker
from tallystick.books.models import Item, Party
from tallystick.books.signals import owner_asked


@dataclass(frozen=True, slots=True)
class Owned:
    """What of a record is kept elsewhere."""

    #: By their names in the input classes.
    fields: frozenset[str]
    #: Why, and where they are changed, in whole sentences.
    reason: str
    #: Of the record's page there; empty where it has none.
    address: str = ""


def owned_of(record: Party | Item) -> Owned | None:
    """Return what of the record is kept elsewhere; None where all of it is ours."""
    asked: list[tuple[Any, Any]] = owner_asked.send(sender=type(record), record=record)
    return next((found for _, found in asked if isinstance(found, Owned)), None)


def values_of(record: Party | Item, fields: Iterable[str]) -> dict[str, Any]:
    """Return the record's values of these fields, to be compared later."""
    return {name: getattr(record, name) for name in fields}


def refuse_owned(record: Party | Item, before: dict[str, Any], checker: Checker) -> None:
    """Refuse each value that differs from before and is not ours to change."""
    if record.pk is None:
        return
    owned = owned_of(record)
    for name in sorted(owned.fields & before.keys()) if owned else ():
        if owned and getattr(record, name) != before[name]:
            checker.refuse(name, None, owned.reason)
