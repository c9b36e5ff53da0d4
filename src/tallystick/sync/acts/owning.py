"""Who owns what of a party or item: what Xero owns is only read here, and the books refuse changes."""

from typing import Any

from django.dispatch import receiver

from tallystick.books.models import Item, Party
from tallystick.books.ownership import Owned
from tallystick.books.signals import owner_asked
from tallystick.connections.bound import bound_organisation
from tallystick.sync.links.record_rules import (
    comes_from_xero,
    kind_of_record,
    record_policy_of,
    shared_fields,
)
from tallystick.sync.links.xero_pages import xero_url
from tallystick.sync.models import Link


@receiver(owner_asked, sender=Party)
@receiver(owner_asked, sender=Item)
def owned_by_xero(sender: type[Party | Item], record: Party | Item, **_: Any) -> Owned | None:
    """Say what of a linked record is Xero's; of one that is not there yet all is ours."""
    organisation = bound_organisation(record.workspace)
    if organisation is None:
        return None
    kind = kind_of_record(record)
    policy = record_policy_of(organisation, kind)
    if not comes_from_xero(policy):
        return None
    links = Link.objects.filter(**{kind: record}, organisation=organisation)
    link = links.exclude(xero_id=None).select_related("organisation").first()
    if link is None:
        return None
    reason = f"{organisation} owns it, by the sync rules: change it in Xero, and it follows here."
    return Owned(shared_fields(policy), reason, xero_url(link))
