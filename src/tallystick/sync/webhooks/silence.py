"""Notices that deliveries have fallen silent: a reading found a change of which none had told.

That nothing comes says nothing, for often nothing happens. So what the readings have brought is held
against what was told; it costs no call.
"""

from datetime import timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.sync.models import (
    LapseReason,
    WebhookCategory,
    WebhookEvent,
    WebhookLapse,
    WebhookWatch,
)
from tallystick.sync.pull.schedule import make_due
from tallystick.sync.webhooks.categories import TOLD_OF
from tallystick.sync.webhooks.registration import keys
from tallystick.sync.webhooks.watching import connected_after

logger = structlog.get_logger(__name__)

#: While it lasts, the kind is read as often as this, beside its schedule.
READ_AGAIN = timedelta(hours=1)
#: Organisations looked at in one go; the next go takes the next.
_AT_ONCE = 200

# A change is told within a minute or two; ten are given. Xero stamps an event when it tells it, which
# may be a moment before or after the record's own date.
_UNTOLD = """
    WITH looked_at AS (
        SELECT organisation_id, connected_at FROM connections_connection
        WHERE organisation_id = ANY(%(organisations)s) AND status = 'connected'
    ), since AS (
        SELECT greatest(min(at), now() - interval '6 hours') AS moment FROM sync_webhookdelivery
    ), changed AS (
        SELECT looked_at.organisation_id, lists.category, document.xero_id, document.updated_at
        FROM looked_at, since,
             unnest(%(endpoints)s::text[], %(categories)s::text[]) AS lists (endpoint, category),
             mirror_mirroreddocument document
        WHERE document.organisation_id = looked_at.organisation_id
          AND document.endpoint = lists.endpoint
          AND document.updated_at > greatest(since.moment, looked_at.connected_at)
          AND document.updated_at < now() - interval '10 minutes'
        UNION ALL
        SELECT looked_at.organisation_id, 'CONTACT', contact.xero_id, contact.updated_at
        FROM looked_at, since, mirror_mirroredcontact contact
        WHERE contact.organisation_id = looked_at.organisation_id
          AND contact.updated_at > greatest(since.moment, looked_at.connected_at)
          AND contact.updated_at < now() - interval '10 minutes'
    )
    SELECT organisation_id, category FROM changed
    WHERE NOT EXISTS (
        SELECT FROM sync_webhookevent event
        WHERE event.organisation_id = changed.organisation_id
          AND event.category = changed.category
          AND event.resource_id = changed.xero_id
          AND event.event_at > changed.updated_at - interval '2 minutes'
    )
    GROUP BY organisation_id, category
    HAVING max(updated_at) > coalesce(
        (SELECT max(event_at) FROM sync_webhookevent event
         WHERE event.organisation_id = changed.organisation_id
           AND event.category = changed.category), '-infinity')
"""


def look_for_silence() -> None:
    """Hold what the readings of some organisations brought against what was told; then of the next."""
    if not keys():
        return
    with transaction.atomic():
        watch = WebhookWatch.objects.select_for_update(skip_locked=True).filter(pk=1).first()
        if watch is None:
            return
        part = list(connected_after(watch.silence_to)[:_AT_ONCE])
        untold = _untold(part)
        _end(part)
        for organisation in part:
            for category in untold.get(organisation.pk, ()):
                _notice(organisation, category)
        watch.silence_to = part[-1].pk if len(part) == _AT_ONCE else 0
        watch.save(update_fields=["silence_to"])


def open_silences(organisation: Organisation) -> QuerySet[WebhookLapse]:
    """Return what the organisation's deliveries are silent about now."""
    return WebhookLapse.objects.filter(
        organisation=organisation, reason=LapseReason.SILENCE, ended_at=None
    )


def _untold(part: list[Organisation]) -> dict[int, list[WebhookCategory]]:
    """Return the categories in which a change was found that is newer than all that was told."""
    listed = {
        category: told.listed.endpoint
        for category, told in TOLD_OF.items()
        if category != WebhookCategory.CONTACT
    }
    given: dict[str, Any] = {
        "organisations": [organisation.pk for organisation in part],
        "endpoints": list(listed.values()),
        "categories": [category.value for category in listed],
    }
    found: dict[int, list[WebhookCategory]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_UNTOLD, given)
        for organisation_id, category in cursor.fetchall():
            found.setdefault(organisation_id, []).append(WebhookCategory(category))
    return found


def _notice(organisation: Organisation, category: WebhookCategory) -> None:
    silence = open_silences(organisation).filter(category=category)
    if silence.filter(swept_at__gt=Now() - READ_AGAIN).exists():
        return
    if not silence.update(swept_at=Now()):
        WebhookLapse.objects.create(
            organisation=organisation,
            reason=LapseReason.SILENCE,
            category=category,
            swept_at=Now(),
        )
        logger.warning("webhooks.silent", organisation=organisation.pk, category=category.value)
    kind = TOLD_OF[category].kind
    make_due(organisation, [kind], why="Xero's webhooks did not tell of a change.")


def _end(part: list[Organisation]) -> None:
    told = WebhookEvent.objects.filter(
        organisation=OuterRef("organisation"),
        category=OuterRef("category"),
        noticed_at__gt=OuterRef("noticed_at"),
    )
    lasting = WebhookLapse.objects.filter(
        organisation__in=part, reason=LapseReason.SILENCE, ended_at=None
    )
    lasting.filter(Exists(told)).update(ended_at=Now())
