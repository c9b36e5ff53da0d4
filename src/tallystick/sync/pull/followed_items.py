"""What Xero says of items, followed here where Xero owns them; part of the transaction of a page.

An item is known by its link, then by its code. The code of one that is here stays as it is: lines
name it. What its tax code is stays ours, too: Xero has tax types.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from tallystick import xero
from tallystick.books.models import Item
from tallystick.books.taking_over import add_items, take_over_items
from tallystick.connections.models import Organisation
from tallystick.sync.links.record_kinds import ITEM
from tallystick.sync.links.record_rules import comes_from_xero, record_policy_of
from tallystick.sync.models import Link, LinkState

_TOLD = "so it stands in Xero."
_CAME_IN = "it came in from Xero."


def follow_items(organisation: Organisation, items: Sequence[xero.Item]) -> None:
    """Bring here what these items say, where it is theirs to say.

    1. Linked items say what Xero's say.
    2. Others are linked to the item here that bears their code, or become one.
    """
    if not comes_from_xero(record_policy_of(organisation, ITEM)):
        return
    bring_in(organisation, items)


def bring_in(organisation: Organisation, items: Sequence[xero.Item]) -> int:
    """Bring these items here, whoever owns them; returns how many of them are new."""
    theirs = {UUID(one.item_id): one for one in items if one.code.strip()}
    links = Link.objects.filter(organisation=organisation, item__isnull=False)
    linked = {
        UUID(str(key)): pk
        for key, pk in links.filter(xero_id__in=theirs).values_list("xero_id", "item_id")
    }
    unlinked = {one.code: key for key, one in theirs.items() if key not in linked}
    here = dict(
        Item.objects.in_workspace(organisation.workspace)
        .filter(code__in=unlinked)
        .values_list("code", "pk")
    )
    busy = set(links.filter(item__in=here.values()).values_list("item_id", flat=True))
    found = {unlinked[code]: pk for code, pk in here.items() if pk not in busy}
    new = {code: theirs[key] for code, key in unlinked.items() if code not in here}
    made = add_items(
        organisation.workspace,
        {code: said_of(one) for code, one in new.items()},
        told=_CAME_IN,
    )
    _link_to(organisation, theirs, found | {unlinked[one.code]: one.pk for one in made})
    fill_items(organisation, {pk: theirs[key] for key, pk in (linked | found).items() if pk})
    return len(made)


def fill_items(organisation: Organisation, theirs: Mapping[int, xero.Item]) -> None:
    """Let the items, by primary key, say what Xero's say; their links count as sent."""
    values = {pk: said_of(one) for pk, one in theirs.items()}
    changed = take_over_items(organisation.workspace, values, told=_TOLD)
    for pk, revision in Item.objects.filter(pk__in=changed).values_list("pk", "revision"):
        Link.objects.filter(organisation=organisation, item=pk).update(
            sent_revision=revision, wants_update=False
        )


def said_of(item: xero.Item) -> dict[str, Any]:
    """Return what Xero's item says, by the names of our fields."""
    sales, purchase = item.sales or xero.ItemPrice(), item.purchase or xero.ItemPrice()
    return {
        "name": item.name or "",
        "description": item.description or "",
        "unit_price": sales.unit_price,
        "purchase_price": purchase.unit_price,
        "account_code": sales.account_code or "",
        "purchase_account_code": purchase.account_code or "",
    }


def _link_to(
    organisation: Organisation, theirs: Mapping[UUID, xero.Item], found: Mapping[UUID, int]
) -> None:
    Link.objects.bulk_create(
        [
            Link(
                organisation=organisation,
                item_id=pk,
                state=LinkState.SYNCED,
                xero_id=key,
                xero_number=theirs[key].code,
                xero_status="ACTIVE",
                sent_revision=1,
                synced_at=Now(),
            )
            for key, pk in found.items()
        ],
        ignore_conflicts=True,
    )
