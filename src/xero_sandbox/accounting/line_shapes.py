"""Lines of documents and their tracking as the answers have them (facts 5.7, 6.12, 12.1)."""

from __future__ import annotations

from xero_sandbox.accounting.shapes import EVERY, LISTS, WRITES, FieldShape, Presence

#: Lists show `Options: []` where other answers have the option's id (facts 6.12).
TRACKING = (
    FieldShape("Name"),
    FieldShape("Option"),
    FieldShape("TrackingCategoryID"),
    FieldShape("TrackingOptionID", answers=EVERY - LISTS),
    FieldShape("Options", Presence.EMPTY, [], LISTS),
)
#: A line with a description only has no price, tax type or quantity (facts 5.7).
LINE = (
    FieldShape("Description", Presence.ABSENT),
    FieldShape("UnitAmount", Presence.ABSENT),
    FieldShape("ItemCode", Presence.ABSENT),
    FieldShape("Item", Presence.ABSENT),
    FieldShape("TaxType", Presence.ABSENT),
    FieldShape("TaxAmount"),
    FieldShape("LineAmount"),
    FieldShape("AccountCode", Presence.ABSENT),
    FieldShape("AccountID", Presence.ABSENT),
    FieldShape("Tracking", Presence.EMPTY, []),
    FieldShape("Quantity", Presence.ABSENT),
    FieldShape("DiscountRate", Presence.ABSENT),
    FieldShape("DiscountAmount", Presence.ABSENT),
    FieldShape("LineItemID"),
    FieldShape("ValidationErrors", Presence.EMPTY, [], WRITES),
)
