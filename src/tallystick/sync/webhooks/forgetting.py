"""Lets go of what deliveries have left behind: of none of it hangs more than a second fetch.

| what | is kept |
|---|---|
| events that were seen to, deliveries, refusals | three days: Xero repeats what failed for one day |
| the newest delivery of each verdict | until a newer one comes: the page tells when that was |
| events that wait, for books that nobody connects again | 31 days, as long as Xero keeps its own |
| deliveries that could not be read, lapses | 31 days: somebody may look into them |
"""

from datetime import timedelta

from django.db.models import Max, Model, Q, QuerySet
from django.db.models.functions import Now

from tallystick.sync.models import (
    DeliveryVerdict,
    WebhookDelivery,
    WebhookEvent,
    WebhookLapse,
    WebhookRefusal,
)

KEPT = timedelta(days=3)
KEPT_LONG = timedelta(days=31)
#: So many at a time, so that no statement is long; the next minute goes on.
_AT_ONCE = 10_000


def forget_old() -> None:
    """Delete what is older than it is kept, a part at a time."""
    old, very_old = Now() - KEPT, Now() - KEPT_LONG
    done = Q(done_at__isnull=False)
    unread = Q(verdict=DeliveryVerdict.UNREADABLE)
    newest = WebhookDelivery.objects.values("verdict").annotate(newest=Max("pk"))
    deliveries = WebhookDelivery.objects.exclude(pk__in=newest.values("newest"))
    _forget(
        WebhookEvent.objects.filter(Q(noticed_at__lt=very_old) | (Q(noticed_at__lt=old) & done))
    )
    _forget(deliveries.filter(Q(at__lt=very_old) | (Q(at__lt=old) & ~unread)))
    _forget(WebhookRefusal.objects.filter(minute__lt=old))
    _forget(WebhookLapse.objects.filter(noticed_at__lt=very_old))


def _forget(rows: QuerySet[Model]) -> None:
    rows.model._default_manager.filter(pk__in=rows.values("pk")[:_AT_ONCE]).delete()
