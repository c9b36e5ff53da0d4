"""The queue's jobs. A job only says "look at organisation X"; everything else is in our tables.

A job that is lost, doubled or late changes nothing: the lane admits one worker at a time, and a
sweep wakes whatever is due.
"""

import contextlib
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.connections.renewal import idle_organisations
from tallystick.connections.tokens import access_token
from tallystick.outages import log_failure, outage_of
from tallystick.sync.engine.scheduled_sending import due_schedules, send_scheduled
from tallystick.sync.engine.waking import DRAIN, PUSH_QUEUE, wake_lane
from tallystick.sync.models import Lane, Pulse
from tallystick.sync.rounds.push_round import drain_lane
from tallystick.sync.webhooks import waiting
from tallystick.sync.webhooks.watching import watch_deliveries

logger = structlog.get_logger(__name__)

#: A silence of the workers after which nobody can know what Xero has.
STANDSTILL = timedelta(minutes=10)
_BEAT = timedelta(seconds=30)


@app.task(queue=PUSH_QUEUE, name=DRAIN)
def drain(organisation_id: int) -> None:
    """Work one round of the organisation's push lane."""
    try:
        check_after_standstill()  # first: jobs come with an older database too, before any sweep
        drain_lane(organisation_id)
    except Exception as error:
        if outage_of(error) is None:
            raise
        log_failure(logger, "drain.broken_off", error)  # the sweep wakes the lane again


@app.task(queue=PUSH_QUEUE, name="connection.renew")
def renew(organisation_id: int) -> None:
    """Renew the access of an organisation of which nothing was sent or read for weeks."""
    organisation = Organisation.objects.get(pk=organisation_id)
    try:
        access_token(organisation)
    except (xero.NeedsPerson, xero.TryLater) as error:
        # In need of a person, the connection says so by now; else the sweep asks again.
        logger.warning("access.not_renewed", organisation=organisation_id, reason=str(error))


def sweep() -> None:
    """Do what must happen though every job were lost.

    What is scheduled is released, what is due is woken, access that nobody uses is kept alive, what
    webhooks did not tell is noticed.
    """
    check_after_standstill()
    with transaction.atomic():
        # Together, so that a worker which dies in between does not pass over the day.
        for policy in due_schedules():
            send_scheduled(policy)
    wake_due()
    for organisation_id in idle_organisations():
        with contextlib.suppress(AlreadyEnqueued):
            job = renew.configure(queueing_lock=f"renew:{organisation_id}")
            job.defer(organisation_id=organisation_id)
    watch_deliveries()  # last: whatever befalls it, work goes on


def check_after_standstill() -> None:
    """Give a sign of life; after a long silence, let every organisation be checked.

    The workers may have stood still, or the database may be an older one brought back: then Xero
    has what our links have forgotten, and must be looked through before anything else is sent.
    """
    if Pulse.objects.filter(at__gt=Now() - _BEAT).exists():
        return
    with transaction.atomic():
        Pulse.objects.get_or_create(pk=1)
        silent = Pulse.objects.select_for_update().filter(at__lte=Now() - _BEAT)
        pulse = silent.annotate(silence=Now() - F("at")).first()
        if pulse is None:
            return
        Pulse.objects.update(at=Now())
        if pulse.silence > STANDSTILL:
            reason = f"Nothing had run since {pulse.at:%d %b %Y %H:%M} UTC."
            Lane.objects.update(check_due_at=Now(), check_reason=reason, check_state=None)


def wake_due() -> None:
    """Wake every organisation with something due and its lane free."""
    for organisation_id in due_organisations():
        wake_lane(organisation_id)


_DUE = """
    WITH RECURSIVE busy AS (
        (SELECT organisation_id FROM sync_link
         WHERE state = 'queued' ORDER BY organisation_id LIMIT 1)
        UNION ALL
        SELECT (SELECT link.organisation_id FROM sync_link link
                WHERE link.state = 'queued'
                  AND link.organisation_id > busy.organisation_id
                ORDER BY link.organisation_id LIMIT 1)
        FROM busy WHERE busy.organisation_id IS NOT NULL
    ), told AS (
        (SELECT organisation_id FROM sync_webhookevent
         WHERE done_at IS NULL ORDER BY organisation_id LIMIT 1)
        UNION ALL
        SELECT (SELECT event.organisation_id FROM sync_webhookevent event
                WHERE event.done_at IS NULL
                  AND event.organisation_id > told.organisation_id
                ORDER BY event.organisation_id LIMIT 1)
        FROM told WHERE told.organisation_id IS NOT NULL
    ), due AS (
        SELECT organisation_id FROM busy
        WHERE EXISTS (SELECT 1 FROM sync_link link
                      WHERE link.organisation_id = busy.organisation_id
                        AND link.state = 'queued'
                        AND link.not_before <= now())
        UNION SELECT organisation_id FROM sync_batch
              WHERE settled_at IS NULL
                AND (rests_until IS NULL OR rests_until <= now())
        UNION SELECT organisation_id FROM sync_link
              WHERE wants_pdf AND state = 'synced'
        UNION SELECT organisation_id FROM sync_link
              WHERE wants_update AND state = 'synced' AND not_before <= now()
        UNION SELECT organisation_id FROM sync_lane WHERE check_due_at <= now()
        UNION SELECT organisation_id FROM sync_reading
              WHERE due_at <= now() AND off_at IS NULL AND NOT is_paused
        UNION SELECT organisation_id FROM sync_reading
              WHERE slice_due_at <= now() AND off_at IS NULL AND NOT is_paused
        UNION SELECT organisation_id FROM told
              WHERE EXISTS (SELECT 1 FROM sync_webhookevent event
                            WHERE event.organisation_id = told.organisation_id
                              AND event.done_at IS NULL
                              AND event.noticed_at <= now() - %(longest)s)
                 OR NOT EXISTS (SELECT 1 FROM sync_webhookevent event
                                WHERE event.organisation_id = told.organisation_id
                                  AND event.done_at IS NULL
                                  AND event.noticed_at > now() - %(quiet)s)
        UNION SELECT id FROM connections_organisation WHERE read_at IS NULL
    )
    SELECT due.organisation_id FROM due
    JOIN connections_connection connection
      ON connection.organisation_id = due.organisation_id
     AND connection.status = 'connected'
    LEFT JOIN sync_lane lane ON lane.organisation_id = due.organisation_id
    WHERE (lane.leased_until IS NULL OR lane.leased_until < now())
      AND (lane.blocked_until IS NULL OR lane.blocked_until <= now())
"""


def due_organisations() -> list[int]:
    """Return the connected organisations with work due and a lane nobody holds.

    Work is a link that is due, a request whose outcome is unknown, something to be read, or lists
    never read. Hops from
    one organisation to the next along the indexes, so that ten thousand idle ones cost nothing.
    """
    burst: dict[str, Any] = {"longest": waiting.LONGEST, "quiet": waiting.QUIET}
    with connection.cursor() as cursor:
        cursor.execute(_DUE, burst)
        return [row[0] for row in cursor.fetchall()]
