"""Takes a delivery of Xero's: verified, kept by one statement, answered; nothing else is done.

Xero waits five seconds and wants 200 or 401, with no body. Whatever else a delivery leads to is
done by workers, who look every two seconds anyway: docs/decisions/0023-deliveries-wake-nobody.md.
"""

import json
import zlib
from enum import Enum
from typing import Any

import structlog
from django.db import Error, connection

from tallystick.outages import log_failure
from tallystick.sync.models import DeliveryVerdict, RefusalReason
from tallystick.sync.webhooks.bodies import DeliveryBody, LeftOut, Unreadable, read_body
from tallystick.sync.webhooks.registration import keys
from tallystick.sync.webhooks.signatures import is_signed

logger = structlog.get_logger(__name__)

#: Some 14,000 events; whatever is larger is no delivery of Xero's.
MOST_BYTES = 5_000_000


class Receipt(Enum):
    """What a delivery is answered with; the value is the HTTP status."""

    TAKEN = 200
    REFUSED = 401
    TOO_LARGE = 413


def receive(raw: bytes | None, signature: str) -> Receipt:
    """Keep a delivery if it is Xero's. `raw` is its bytes as they came; None: larger than MOST_BYTES.

    What is rightly signed and cannot be read is kept as well, and taken: Xero would only send the
    same again.
    """
    if raw is None:
        return _refuse(RefusalReason.TOO_LARGE)
    live = keys()
    if not live:
        return _refuse(RefusalReason.NO_KEYS)
    if not signature:
        return _refuse(RefusalReason.NO_SIGNATURE)
    if not is_signed(raw, signature, live):
        return _refuse(RefusalReason.WRONG_SIGNATURE)
    try:
        body = read_body(raw)
    except Unreadable as unreadable:
        logger.warning("webhooks.unreadable", reason=str(unreadable), bytes=len(raw))
        _keep_unread(raw, str(unreadable))
    else:
        _keep(body)
    return Receipt.TAKEN


# The events go in by the order of their key, so that two deliveries of the same ones at once wait
# for each other in one direction only.
_KEEP = """
    WITH told AS (
        SELECT * FROM unnest(%(tenants)s::uuid[], %(categories)s::text[], %(resources)s::uuid[],
                             %(moments)s::timestamptz[])
               AS told (tenant_id, category, resource_id, event_at)
    ), known AS (
        SELECT connection.organisation_id, told.category, told.resource_id, told.event_at
        FROM told JOIN connections_connection connection
          ON connection.tenant_id = told.tenant_id
         AND connection.organisation_id IS NOT NULL
         AND connection.status <> 'disconnected'
    ), new AS (
        INSERT INTO sync_webhookevent (organisation_id, category, resource_id, event_at, "end")
        SELECT DISTINCT organisation_id, category, resource_id, event_at, '' FROM known
        ORDER BY organisation_id, category, resource_id, event_at
        ON CONFLICT DO NOTHING
        RETURNING 1
    ), counted AS (
        SELECT (SELECT count(*) FROM told) AS told, (SELECT count(*) FROM known) AS known,
               (SELECT count(*) FROM new) AS new
    )
    INSERT INTO sync_webhookdelivery
        (verdict, first_sequence, last_sequence, event_count, new_count, left_out, problem)
    SELECT %(verdict)s, %(first)s, %(last)s, %(count)s, new,
           %(left_out)s::jsonb || jsonb_strip_nulls(jsonb_build_object(
               %(doubled)s::text, nullif(known - new, 0),
               %(unknown_organisation)s::text, nullif(told - known, 0))),
           ''
    FROM counted
"""


def _keep(body: DeliveryBody) -> None:
    told = body.changes
    verdict = DeliveryVerdict.TAKEN if body.event_count else DeliveryVerdict.PROBE
    given: dict[str, Any] = {
        "tenants": [one.tenant_id for one in told],
        "categories": [one.category.value for one in told],
        "resources": [one.resource_id for one in told],
        "moments": [one.event_at for one in told],
        "verdict": verdict.value,
        "first": body.first_sequence,
        "last": body.last_sequence,
        "count": body.event_count,
        "left_out": json.dumps(body.left_out),
        "doubled": LeftOut.DOUBLED.value,
        "unknown_organisation": LeftOut.UNKNOWN_ORGANISATION.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, given)


def _keep_unread(raw: bytes, problem: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO sync_webhookdelivery
                (verdict, event_count, new_count, left_out, problem, raw)
            VALUES (%s, 0, 0, '{}', %s, %s)
            """,
            [DeliveryVerdict.UNREADABLE.value, problem, zlib.compress(raw)],
        )


def _refuse(reason: RefusalReason) -> Receipt:
    """Refuse it, whether or not it could be counted."""
    try:
        count = _count_refusal(reason)
    except Error as error:
        log_failure(logger, "webhooks.refusal_not_counted", error)
    else:
        if count == 1:  # once a minute, or strangers would fill the log
            logger.warning("webhooks.refused", reason=reason.label)
    return Receipt.TOO_LARGE if reason == RefusalReason.TOO_LARGE else Receipt.REFUSED


def _count_refusal(reason: RefusalReason) -> int:
    """Count it with those of its minute; return how many there are.

    Strangers may send any number, so nothing grows by them but a number a minute, and nobody waits
    for the disk over it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO sync_webhookrefusal AS refused (minute, reason, count)
            SELECT date_trunc('minute', now()), %s, 1
            WHERE set_config('synchronous_commit', 'off', true) = 'off'
            ON CONFLICT (minute, reason) DO UPDATE SET count = refused.count + 1
            RETURNING count
            """,
            [reason.value],
        )
        [count] = cursor.fetchone() or [0]
    return int(count)
