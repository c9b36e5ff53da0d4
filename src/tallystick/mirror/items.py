"""Items have no status: what Xero lists no more is gone."""

from typing import Any

from django.db.models.functions import Now

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.mirror.models import MirroredItem


def mark_items_gone(organisation: Organisation, page: xero.ChangedPage[Any]) -> str:
    """Mark the items that the whole list does not hold any more; they come back with being listed.

    Returns why none was marked, where part of the list could not be read.
    """
    listed = [one.record.item_id for one in page.records]
    items = MirroredItem.objects.filter(organisation=organisation)
    items.filter(xero_id__in=listed).exclude(gone_at=None).update(gone_at=None)
    if page.unread:
        return (
            f"{len(page.unread):,} of Xero's items could not be read and are kept as they came, so "
            "none was taken for deleted."
        )
    items.filter(gone_at=None).exclude(xero_id__in=listed).update(gone_at=Now())
    return ""
