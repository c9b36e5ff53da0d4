"""Mirrored records as Xero told them, for those who want all of what it said."""

from collections.abc import Iterator
from typing import Any

from msgspec.json import Decoder

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.mirror.models import Mirrored, MirroredContact, MirroredItem

#: So many are read at once.
_PART = 1000

_contacts, _items = Decoder(xero.Contact), Decoder(xero.Item)


def contact_of(mirrored: MirroredContact) -> xero.Contact:
    """Return the contact as Xero last told it."""
    return _contacts.decode(mirrored.json())


def item_of(mirrored: MirroredItem) -> xero.Item:
    """Return the item as Xero last told it."""
    return _items.decode(mirrored.json())


def contacts_of(organisation: Organisation) -> Iterator[list[xero.Contact]]:
    """Yield all contacts that are mirrored, in parts."""
    for rows in _parts(MirroredContact, organisation):
        yield [contact_of(row) for row in rows]


def items_of(organisation: Organisation) -> Iterator[list[xero.Item]]:
    """Yield all items that are mirrored and that Xero still lists, in parts."""
    for rows in _parts(MirroredItem, organisation, gone_at=None):
        yield [item_of(row) for row in rows]


def _parts(model: type[Mirrored], organisation: Organisation, **which: Any) -> Iterator[list[Any]]:
    rows = model._default_manager.filter(organisation=organisation, **which).order_by("pk")
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), _PART):
        yield list(rows.filter(pk__in=keys[start : start + _PART]))
