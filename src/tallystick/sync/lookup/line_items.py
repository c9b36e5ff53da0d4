"""Which items in Xero the lines of documents may name: those that are linked, or bear our code.

Only where items go to Xero or come from there at all. One that is not there is left out of the line,
which has text, price, account and tax of its own in any case; why is told with the line.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from tallystick.books.models import Document
from tallystick.connections.models import Organisation
from tallystick.mapping.known import LineItem
from tallystick.mapping.models import Direction
from tallystick.mirror.models import MirroredItem
from tallystick.sync.links.record_kinds import ITEM
from tallystick.sync.links.record_rules import is_on, record_policy_of
from tallystick.sync.models import Link, LinkState


def line_items_of(organisation: Organisation, documents: Iterable[Document]) -> dict[str, LineItem]:
    """Return what lines say of the items that the documents' lines name, by our code.

    Their lines must have been fetched.
    """
    if not is_on(record_policy_of(organisation, ITEM)):
        return {}
    codes = {line.item_code for document in documents for line in document.lines.all()} - {""}
    if not codes:
        return {}
    links = Link.objects.filter(
        organisation=organisation,
        item__code__in=codes,
        xero_id__isnull=False,
        state__in=[LinkState.SYNCED, LinkState.SENDING],
    )
    linked = {
        code: (UUID(str(key)), number)
        for code, key, number in links.values_list("item__code", "xero_id", "xero_number")
    }
    mirrored = MirroredItem.objects.filter(organisation=organisation)
    keys = [key for key, _ in linked.values()]
    by_id = {one.xero_id: one for one in mirrored.filter(xero_id__in=keys)}
    by_code = {one.code: one for one in mirrored.filter(code__in=codes, gone_at=None)}
    return {code: _line_item(code, linked.get(code), by_id, by_code) for code in codes}


def _line_item(
    code: str,
    linked: tuple[UUID, str] | None,
    by_id: Mapping[UUID, MirroredItem],
    by_code: Mapping[str, MirroredItem],
) -> LineItem:
    if linked is None:
        there = by_code.get(code)
        if there is None:
            return LineItem("", why_not=f"Xero has no item {code}.")
        return LineItem(there.code, _closed(there))
    key, number = linked
    there = by_id.get(key)
    if there is None:
        # Made just now, and not read since.
        return LineItem(number)
    if there.gone_at:
        return LineItem("", why_not=f"Item {code} is not in Xero any more.")
    return LineItem(there.code, _closed(there))


def _closed(item: MirroredItem) -> dict[Direction, str]:
    closed = {}
    if not item.is_sold:
        closed[Direction.SALES] = f"Item {item.code} is not marked as sold in Xero."
    if not item.is_purchased:
        closed[Direction.PURCHASES] = f"Item {item.code} is not marked as purchased in Xero."
    return closed
