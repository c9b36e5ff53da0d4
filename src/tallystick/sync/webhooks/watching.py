"""Notices what deliveries have not told, and has it read: the readings are the guarantee.

Xero numbers its events in one row over all organisations. A number that does not come says that
something happened somewhere, so readings of every connected organisation become due; they are made
so a part at a time, and not again for a while, however many numbers are missing.
"""

from collections.abc import Iterator
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.forms import model_to_dict

from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.sync.models import (
    DeliveryVerdict,
    LapseReason,
    WebhookDelivery,
    WebhookLapse,
    WebhookWatch,
)
from tallystick.sync.pull.schedule import make_due
from tallystick.sync.webhooks.bodies import LeftOut
from tallystick.sync.webhooks.categories import TOLD_KINDS
from tallystick.sync.webhooks.registration import keys

logger = structlog.get_logger(__name__)

#: Deliveries come out of their order; what has not come by then is missing.
GRACE = timedelta(seconds=20)
#: However much goes missing, readings are made due no more often: each costs calls of the day.
SWEEPS_APART = timedelta(minutes=5)
#: Organisations whose readings are made due at once.
_AT_ONCE = 100
_WHY = "Xero's webhooks did not tell of everything."


def watch_deliveries() -> None:
    """Look through what has come since the last look; many may call it, one at a time does it.

    1. What could not be read, or not whole, is noted, and whether Xero's numbers began anew.
    2. The numbers are counted on; what is missing among them is noted.
    3. Where anything was noted, readings of every connected organisation become due.
    """
    if not keys():
        return
    with transaction.atomic():
        watch = _watch()
        if watch is None:
            return
        before = model_to_dict(watch)
        _look_at_each(watch)
        _count_on(watch)
        _sweep(watch)
        if model_to_dict(watch) != before:  # asked every two seconds, and mostly nothing has come
            watch.save()


def _watch() -> WebhookWatch | None:
    """Return the one row, locked; None where somebody else has it or nothing was ever delivered."""
    locked = WebhookWatch.objects.select_for_update(skip_locked=True)
    found = locked.filter(pk=1).first()
    if found is None and WebhookDelivery.objects.exists():
        WebhookWatch.objects.get_or_create(pk=1)
        found = locked.filter(pk=1).first()
    return found


def _look_at_each(watch: WebhookWatch) -> None:
    """Note what single deliveries show, once all that came about the same time is here."""
    settled = WebhookDelivery.objects.filter(at__lte=Now() - GRACE).exclude(
        verdict=DeliveryVerdict.PROBE
    )
    if watch.looked_at:
        settled = settled.filter(at__gt=watch.looked_at)
    for delivery in settled.defer("raw").order_by("at", "pk").iterator():
        watch.looked_at = delivery.at
        if (
            delivery.verdict == DeliveryVerdict.UNREADABLE
            or LeftOut.UNREADABLE in delivery.left_out
        ):
            _note(LapseReason.UNREAD, delivery.first_sequence, delivery.last_sequence)
        if _began_anew(watch, delivery):
            _note(LapseReason.ANEW, delivery.first_sequence, delivery.last_sequence)
            watch.counted_from, watch.counted_to = delivery.pk, None
        elif _is_short(delivery):
            _note(LapseReason.SHORT, delivery.first_sequence, delivery.last_sequence)


def _is_short(delivery: WebhookDelivery) -> bool:
    """Tell whether it numbers more events than it holds; one that came before counted already."""
    first, last = delivery.first_sequence, delivery.last_sequence
    if first is None or last is None or _is_doubled(delivery):
        return False
    return delivery.event_count < last - first + 1


def _is_doubled(delivery: WebhookDelivery) -> bool:
    return not delivery.new_count and LeftOut.DOUBLED in delivery.left_out


def _began_anew(watch: WebhookWatch, delivery: WebhookDelivery) -> bool:
    """Tell whether it bears numbers that are used up, with news, and is no late one.

    A late one fills a gap that was noted. Xero begins anew where the webhook was made anew there.
    """
    last = delivery.last_sequence
    if last is None or watch.counted_to is None or last >= watch.counted_to:
        return False
    if delivery.pk < watch.counted_from or not delivery.new_count or delivery.left_out:
        return False
    before = WebhookDelivery.objects.filter(
        pk__gte=watch.counted_from,
        pk__lt=delivery.pk,
        at__lt=delivery.at - GRACE,
        last_sequence__gt=last,
    )
    is_late = WebhookLapse.objects.filter(
        reason__in=[LapseReason.GAP, LapseReason.SHORT],
        first_sequence__lte=last,
        last_sequence__gte=delivery.first_sequence,
    )
    return before.exists() and not is_late.exists()


def _count_on(watch: WebhookWatch) -> None:
    """Move on over the numbers that are here; over a hole only once it is certain."""
    for delivery, is_settled in _ahead(watch):
        first, last = delivery.first_sequence, delivery.last_sequence
        if first is None or last is None:
            continue
        if watch.counted_to is None:
            watch.counted_to = first - 1
        if first > watch.counted_to + 1:
            if not is_settled:
                return
            _note(LapseReason.GAP, watch.counted_to + 1, first - 1)
        watch.counted_to = max(watch.counted_to, last)


def _ahead(watch: WebhookWatch) -> Iterator[tuple[WebhookDelivery, bool]]:
    """Yield deliveries of numbers that were not counted yet, and whether what is before is late."""
    ahead = WebhookDelivery.objects.filter(
        verdict=DeliveryVerdict.TAKEN,
        pk__gte=watch.counted_from,
        last_sequence__gt=watch.counted_to if watch.counted_to is not None else -1,
    )
    rows = ahead.annotate(is_settled=Q(at__lte=Now() - GRACE)).defer("raw")
    for row in rows.order_by("first_sequence", "pk").iterator():
        yield row, row.is_settled


def _note(reason: LapseReason, first: int | None, last: int | None) -> None:
    WebhookLapse.objects.create(reason=reason, first_sequence=first, last_sequence=last)
    logger.warning("webhooks.lapse", reason=reason.label, first=first, last=last)


def _sweep(watch: WebhookWatch) -> None:
    """Begin where something was noted and the last one is long enough ago; go on where one is under way."""
    if watch.sweep_to is None:
        noted = WebhookLapse.objects.filter(organisation=None, swept_at=None)
        resting = WebhookWatch.objects.filter(pk=watch.pk, sweep_began_at__gt=Now() - SWEEPS_APART)
        if not noted.exists() or resting.exists():
            return
        noted.update(swept_at=Now())
        WebhookWatch.objects.filter(pk=watch.pk).update(sweep_began_at=Now())
        watch.refresh_from_db(fields=["sweep_began_at"])
        watch.sweep_to = 0
    part = list(connected_after(watch.sweep_to)[:_AT_ONCE])
    for organisation in part:
        make_due(organisation, TOLD_KINDS, why=_WHY)
    watch.sweep_to = part[-1].pk if len(part) == _AT_ONCE else None


def connected_after(organisation_id: int) -> QuerySet[Organisation]:
    """Return the connected organisations with a higher key, in order."""
    return Organisation.objects.filter(
        pk__gt=organisation_id,
        pk__in=Connection.objects.filter(status=ConnectionStatus.CONNECTED).values("organisation"),
    ).order_by("pk")
