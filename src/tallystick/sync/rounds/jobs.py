"""The queue's jobs. A job only says "look at organisation X"; everything else is in our tables.

A job that is lost, doubled or late changes nothing: the lane admits one worker at a time, and a
sweep wakes whatever is due.
"""

from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from procrastinate.contrib.django import app

from tallystick.outages import log_failure, outage_of
from tallystick.sync.engine.scheduled_sending import due_schedules, send_scheduled
from tallystick.sync.engine.waking import DRAIN, PUSH_QUEUE, wake_lane
from tallystick.sync.models import Lane, Pulse
from tallystick.sync.rounds.push_round import drain_lane

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


def sweep() -> None:
    """Do what must happen though every job were lost: release what is scheduled, wake what is due."""
    check_after_standstill()
    with transaction.atomic():
        # Together, so that a worker which dies in between does not pass over the day.
        for policy in due_schedules():
            send_scheduled(policy)
    wake_due()


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


def due_organisations() -> list[int]:
    """Return the connected organisations with work due and a lane nobody holds.

    Work is a link that is due, a request whose outcome is unknown, something to be read, or lists
    never read. Hops from
    one organisation to the next along the indexes, so that ten thousand idle ones cost nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE busy AS (
                (SELECT organisation_id FROM sync_link
                 WHERE state = 'queued' ORDER BY organisation_id LIMIT 1)
                UNION ALL
                SELECT (SELECT link.organisation_id FROM sync_link link
                        WHERE link.state = 'queued'
                          AND link.organisation_id > busy.organisation_id
                        ORDER BY link.organisation_id LIMIT 1)
                FROM busy WHERE busy.organisation_id IS NOT NULL
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
        )
        return [row[0] for row in cursor.fetchall()]
