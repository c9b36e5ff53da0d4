"""Fetches what deliveries told of: a burst of one organisation in as few calls as Xero allows.

Works in the organisation's lane, after what was to be sent. What is read goes the way of every page
that is pulled, and the events are done in the transaction that keeps it: a worker that dies in between
leaves them waiting.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db.models.functions import Now

from tallystick import xero
from tallystick.mirror.models import MirroredContact, MirroredDocument
from tallystick.mirror.upserts import KeptPage
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.models import EventEnd, PulledKind, Reading, WebhookCategory, WebhookEvent
from tallystick.sync.pull.budget import OF_TURNS, calls_left
from tallystick.sync.pull.changes import take_records
from tallystick.sync.pull.open_kinds import refusals_to_read
from tallystick.sync.pull.schedule import make_due
from tallystick.sync.webhooks.categories import TOLD_OF, ToldOf
from tallystick.sync.webhooks.waiting import is_burst_over, waiting_events

logger = structlog.get_logger(__name__)

#: Records fetched in one round, some ten calls, so that what is to be sent has its turn in between.
MOST_A_ROUND = 400
#: Events looked at for that: of one record there may be many.
_LOOKED_AT = 10_000
#: Read so long after the event, by Xero's clock, and the record shows it for certain.
_CERTAIN = timedelta(seconds=2)
#: Documents that payments stand on.
_PAID = (PulledKind.INVOICES, PulledKind.CREDIT_NOTES)
_PAYMENTS_WHY = "A webhook told of a document that may have been paid."
_WHY = "Xero would not give by its id what a webhook told of."


@dataclass(frozen=True, slots=True)
class _Told:
    """One record that events told of."""

    record_id: UUID
    #: The newest of its events.
    event_at: datetime
    events: Sequence[int]


def fetch_told(hands: RoundHands) -> None:
    """Fetch what waits, once its burst is over.

    1. What was read since it changed is done: nothing is asked for.
    2. The rest is asked for by id, as many in a call as Xero takes, and kept as any page is.
    3. What Xero does not give by id is left to a reading of its kind, which is due then.
    """
    if not is_burst_over(hands.organisation):
        return
    waiting = list(waiting_events(hands.organisation)[:_LOOKED_AT])
    room = MOST_A_ROUND
    for category, told in _by_category(waiting).items():
        news = _drop_known(hands, category, told)[:room]
        _fetch(hands, TOLD_OF[category], news)
        room -= len(news)


def _by_category(events: Sequence[WebhookEvent]) -> dict[WebhookCategory, list[_Told]]:
    grouped: dict[tuple[WebhookCategory, UUID], list[WebhookEvent]] = defaultdict(list)
    for event in events:
        grouped[WebhookCategory(event.category), event.resource_id].append(event)
    found: dict[WebhookCategory, list[_Told]] = defaultdict(list)
    for (category, record_id), of_record in grouped.items():
        newest = max(event.event_at for event in of_record)
        found[category].append(_Told(record_id, newest, [event.pk for event in of_record]))
    return found


def _drop_known(hands: RoundHands, category: WebhookCategory, told: Sequence[_Told]) -> list[_Told]:
    """Return what is newer than the mirror; of the rest the events are done."""
    known = _known(hands, category, [one.record_id for one in told])
    old = [one for one in told if _is_known(one, known)]
    if old:
        hands.commit("webhooks.skip", partial(_end, old, EventEnd.NOT_NEWER))
    return [one for one in told if not _is_known(one, known)]


def _known(
    hands: RoundHands, category: WebhookCategory, ids: Collection[UUID]
) -> Mapping[UUID, tuple[datetime | None, datetime]]:
    """Return when those that are mirrored were changed last, and read last, both by Xero's clock."""
    mirrored: type[MirroredContact | MirroredDocument] = MirroredDocument
    if category == WebhookCategory.CONTACT:
        mirrored = MirroredContact
    rows = mirrored.objects.filter(organisation=hands.organisation, xero_id__in=ids)
    return {pk: (at, read) for pk, at, read in rows.values_list("xero_id", "updated_at", "read_at")}


def _is_known(told: _Told, known: Mapping[UUID, tuple[datetime | None, datetime]]) -> bool:
    if told.record_id not in known:
        return False
    updated_at, read_at = known[told.record_id]
    is_there = updated_at is not None and updated_at >= told.event_at
    return is_there or read_at >= told.event_at + _CERTAIN


def _fetch(hands: RoundHands, of: ToldOf, told: Sequence[_Told]) -> None:
    if told and _is_left_to_reading(hands, of):
        _leave_to_reading(hands, of, told)
        return
    for part in _parts(told, of.listed.ids_a_call):
        ids = [str(one.record_id) for one in part]
        question = partial(hands.client.records, of.listed, ids)
        try:
            take_records(hands, of.kind, question, partial(_mark, hands, of, part))
        except (xero.NotAllowed, xero.ScopeMissing):
            _leave_to_reading(hands, of, part)  # which is switched off then, with the reason
        except (xero.RateLimited, xero.NeedsPerson):
            raise
        except xero.XeroError as error:
            # The reading asks again, ever less often; what is to be sent need not wait for that.
            logger.warning("webhooks.not_fetched", kind=of.kind.value, reason=str(error))
            _leave_to_reading(hands, of, part)


def _parts(told: Sequence[_Told], most: int) -> Iterator[Sequence[_Told]]:
    return iter([told[at : at + most] for at in range(0, len(told), most)])


def _is_left_to_reading(hands: RoundHands, of: ToldOf) -> bool:
    """Tell whether the kind is not to be read, or the day's calls are kept for people's own work."""
    if refusals_to_read(hands.organisation, of.kind):
        return True
    off = Reading.objects.filter(organisation=hands.organisation, kind=of.kind).exclude(off_at=None)
    left = calls_left(hands.organisation.pk)
    return off.exists() or (left is not None and left < OF_TURNS)


def _leave_to_reading(hands: RoundHands, of: ToldOf, told: Sequence[_Told]) -> None:
    hands.commit("webhooks.leave", partial(_let_read, hands, of, told))


def _let_read(hands: RoundHands, of: ToldOf, told: Sequence[_Told]) -> None:
    make_due(hands.organisation, [of.kind], why=_WHY)
    _end(told, EventEnd.LEFT_TO_READING)


def _mark(
    hands: RoundHands,
    of: ToldOf,
    part: Sequence[_Told],
    page: xero.ChangedPage[Any],
    kept: KeptPage,
) -> None:
    """Note what became of the events, in the transaction that keeps the page.

    Payments have no events: where their documents say something else, they are read, too.
    """
    if kept.news and of.kind in _PAID:
        make_due(hands.organisation, [PulledKind.PAYMENTS], why=_PAYMENTS_WHY)
    came = {one.record.record_id.lower() for one in page.records}
    came |= {one.xero_id.lower() for one in page.unread}
    there = [one for one in part if str(one.record_id) in came]
    _end(there, EventEnd.FETCHED)
    _end([one for one in part if one not in there], EventEnd.MISSING)


def _end(told: Sequence[_Told], end: EventEnd) -> None:
    keys = [key for one in told for key in one.events]
    if keys:
        WebhookEvent.objects.filter(pk__in=keys).update(done_at=Now(), end=end)
