"""Our copies of what Xero holds, each row with its organisation; states, never missing rows."""

from tallystick.mirror.models.contacts import MirroredContact, MirroredItem
from tallystick.mirror.models.documents import (
    MirroredAllocation,
    MirroredDocument,
    MirroredLine,
    MirroredPayment,
    UnreadElement,
)
from tallystick.mirror.models.lists import Account, Currency, TaxRate, TrackingCategory
from tallystick.mirror.models.mirrored import Mirrored
from tallystick.mirror.models.readers import SqlReader

__all__ = [
    "Account",
    "Currency",
    "Mirrored",
    "MirroredAllocation",
    "MirroredContact",
    "MirroredDocument",
    "MirroredItem",
    "MirroredLine",
    "MirroredPayment",
    "SqlReader",
    "TaxRate",
    "TrackingCategory",
    "UnreadElement",
]
