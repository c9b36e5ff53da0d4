"""The one reader of what Xero changed; a page feeds the mirror, the check and the cursor at once.

Works in the organisation's lane, a page at a time and kinds in turn, and gives way to what is to be
sent: a first import of a hundred pages keeps nobody waiting for longer than one of them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db.models import Min, Q
from django.db.models.functions import Now

from tallystick import xero
from tallystick.mirror.upserts import KeptPage, keep_page
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.engine.lane_lease import CHECK_AFTER
from tallystick.sync.models import (
    Batch,
    Lane,
    Link,
    PulledKind,
    Reading,
    is_due,
    is_slice_due,
)
from tallystick.sync.pull.budget import calls_short
from tallystick.sync.pull.cycles import CycleQuestion, begin_cycle, take_page, take_slice
from tallystick.sync.pull.merged_contacts import merged_among
from tallystick.sync.pull.open_kinds import refused_among, rest_until_open
from tallystick.sync.pull.pulled_kinds import JUDGED, PULLED, WHOLE_LISTS
from tallystick.sync.pull.whole_lists import read_whole_list
from tallystick.sync.reconcile.check_tally import CheckTally
from tallystick.xero.catalogue.codes import RefusalCode

logger = structlog.get_logger(__name__)

#: Without a cause of its own, a check comes a day after the one before.
TURN = timedelta(days=1)
#: So many pages are read before others get their turn.
_PAGES_A_ROUND = 6
_LONGEST_PAUSE = timedelta(hours=1)


def pull_if_due(hands: RoundHands) -> None:
    """Read what is due, page by page.

    1. A check that is due wants the kinds that we write, to their end, before anything is sent.
    2. Otherwise kinds have a page each in turn, for as long as nothing is to be sent.
    3. Where a check is through, its report is kept.
    """
    lane = Lane.objects.filter(organisation=hands.organisation).first()
    check = _Check.due(hands, lane)
    turns = [_Turn(hands, reading, check) for reading in _due_readings(hands, check)]
    pages = 0
    while turns:
        for turn in list(turns):
            if turn.read():
                turns.remove(turn)
            pages += 1
            if not check.is_due and (pages >= _PAGES_A_ROUND or _is_anything_queued(hands)):
                turns = []
                break
    check.close()


def take_records(
    hands: RoundHands,
    kind: PulledKind,
    question: Callable[[], xero.ChangedPage[Any]],
    then: Callable[[xero.ChangedPage[Any], KeptPage], object],
) -> xero.ChangedPage[Any]:
    """Ask for records of the kind and keep them; `then` is done in the transaction that keeps them.

    1. The page is asked for, and contacts that it names in place of those we know.
    2. In one transaction: it is mirrored, held against our links, and `then` is done.
    """
    pulled = PULLED[kind]

    def ask() -> tuple[xero.ChangedPage[Any], dict[str, str]]:
        page = question()
        records = [one.record for one in page.records]
        return page, merged_among(hands, records) if pulled.checked_by else {}

    page, merged = hands.ask("pull.read", ask)
    hands.commit("pull.page", partial(_keep, hands, kind, page, merged, then))
    return page


def _keep(
    hands: RoundHands,
    kind: PulledKind,
    page: xero.ChangedPage[Any],
    merged: dict[str, str],
    then: Callable[[xero.ChangedPage[Any], KeptPage], object],
) -> None:
    pulled = PULLED[kind]
    kept = keep_page(pulled.which, hands.organisation, page)
    if pulled.checked_by and page.records:
        tally = CheckTally.of(hands.organisation)
        tally.saw(len(page.records), len(kept.news))
        pulled.checked_by(hands, [one.record for one in page.records], tally, merged)
        tally.keep(hands.organisation)
    if pulled.followed_by and kept.news:
        # What came late is older than what was followed already.
        news = [one.record for one in page.records if UUID(one.record.record_id) in kept.news]
        pulled.followed_by(hands.organisation, news)
    then(page, kept)


class _Turn:
    """A reading's turn: one page after the other."""

    def __init__(self, hands: RoundHands, reading: Reading, check: "_Check") -> None:
        self._hands, self._reading, self._check = hands, reading, check
        self._kind = PulledKind(reading.kind)

    def read(self) -> bool:
        """Read a page; tell whether the turn is over.

        What Xero does not let us read is switched off with its reason; what it could not answer is
        tried again later. Neither keeps anything else from being read or sent, save in a check.
        """
        # A check comes before anything is sent, and would be told as done: it is never put off.
        if not self._check.wants(self._kind) and (short := calls_short(self._reading)):
            self._rest(**short)
            return True
        try:
            return self._read()
        except (xero.NotAllowed, xero.ScopeMissing) as error:
            self._hands.commit("pull.off", partial(self._switch_off, error))
        except (xero.RateLimited, xero.NeedsPerson):
            raise
        except xero.XeroError as error:
            if self._refuses_order(error):
                return False
            if self._check.wants(self._kind):
                raise
            logger.warning("pull.failed", kind=self._kind, reason=str(error), detail=error.detail)
            self._rest(_pause(self._reading.failures), f"{error} It is tried again by itself.")
        return True

    def _read(self) -> bool:
        if self._kind in WHOLE_LISTS:
            read_whole_list(self._hands, self._reading)
            return True
        if not _is_cycle_due(self._reading, self._check):
            return self._read_slice()
        begin_cycle(self._reading, since_ours=self._check.since_for(self._reading))
        asked = self._reading.page
        page = take_records(
            self._hands,
            self._kind,
            CycleQuestion(self._hands.client, self._reading),
            partial(take_page, self._reading),
        )
        return asked >= page.page_count

    def _read_slice(self) -> bool:
        which, page = PULLED[self._kind].which, self._reading.slice_page
        take_records(
            self._hands,
            self._kind,
            partial(self._hands.client.slice_of, which, page=page),
            lambda page, _: take_slice(self._reading, page),
        )
        return True

    def _refuses_order(self, error: xero.XeroError) -> bool:
        """Leave the order to Xero from now on, where very large books refuse ours; then the count tells."""
        code = xero.explain(str(error)).code
        if code != RefusalCode.TOO_MANY_RECORDS or not self._reading.is_ordered:
            return False
        self._reading.is_ordered = False
        return True

    def _switch_off(self, error: xero.XeroError) -> None:
        Reading.objects.filter(pk=self._reading.pk).update(
            off_reason=str(error), off_at=Now(), begun_at=None
        )

    def _rest(self, wait: timedelta, why: str) -> None:
        self._hands.commit("pull.rest", partial(self._put_off, wait, why))

    def _put_off(self, wait: timedelta, why: str) -> None:
        of_slice = not _is_cycle_due(self._reading, self._check)
        when = {"slice_due_at" if of_slice else "due_at": Now() + wait}
        Reading.objects.filter(pk=self._reading.pk).update(
            **when, alarm=why, failures=self._reading.failures + 1
        )


class _Check:
    """The look through what Xero has from us, as far as one is due."""

    def __init__(self, hands: RoundHands, lane: Lane | None, *, is_due: bool) -> None:
        self._hands, self._lane, self.is_due = hands, lane, is_due
        self._first = _first_link(hands) if is_due else None

    @classmethod
    def due(cls, hands: RoundHands, lane: Lane | None) -> "_Check":
        """Return the check, with what it wants made due; none before anything was linked."""
        planned = Lane.objects.filter(organisation=hands.organisation, check_due_at__lte=Now())
        return cls(hands, lane, is_due=planned.exists())

    @property
    def begins(self) -> bool:
        return self.is_due and self._first is not None

    def wants(self, kind: PulledKind) -> bool:
        return self.begins and kind in JUDGED

    def since_for(self, reading: Reading) -> datetime | None:
        """Return from when on it wants a kind that is not read on a schedule."""
        unread = reading.is_by_hand or reading.is_paused
        return self._first if unread and self.wants(PulledKind(reading.kind)) else None

    def close(self) -> None:
        """Keep the report, once nothing that it wants is left to be read."""
        if self._lane is None:
            return
        tally = CheckTally.of(self._hands.organisation)
        open_cycles = Reading.objects.filter(
            organisation=self._hands.organisation, kind__in=JUDGED, begun_at__isnull=False
        )
        if (self.is_due or tally.has_begun) and not open_cycles.exists():
            self._hands.commit("check.done", partial(self._end, self._lane, tally))

    def _end(self, lane: Lane, tally: CheckTally) -> None:
        if self.is_due or tally.news:
            tally.report(lane).save()
        changed: dict[str, Any] = {"check_state": None}
        if self.is_due:
            changed |= {"check_due_at": _next_check(lane), "check_reason": ""}
        Lane.objects.filter(pk=lane.pk).update(**changed)


def _due_readings(hands: RoundHands, check: _Check) -> Sequence[Reading]:
    of_it = Reading.objects.filter(organisation=hands.organisation)
    if check.begins:
        hands.commit("check.begin", partial(_give_readings, hands))
    wanted = is_due() | is_slice_due()
    if check.begins:
        wanted |= Q(kind__in=JUDGED, off_at=None)
    found = list(of_it.filter(wanted).select_related("organisation"))
    checked = JUDGED if check.begins else ()
    if refused := refused_among(hands.organisation, found, checked=checked):
        hands.commit("pull.shut", partial(rest_until_open, hands.organisation, refused))
        found = [one for one in found if one.kind not in refused]
    return sorted(found, key=lambda one: list(PulledKind).index(PulledKind(one.kind)))


def _give_readings(hands: RoundHands) -> None:
    """See that there is a reading of each kind that a check wants, though none is read on a schedule."""
    Reading.objects.bulk_create(
        [Reading(organisation=hands.organisation, kind=kind, is_by_hand=True) for kind in JUDGED],
        ignore_conflicts=True,
    )


def _is_cycle_due(reading: Reading, check: _Check) -> bool:
    if reading.is_under_way or check.wants(PulledKind(reading.kind)):
        return True
    return Reading.objects.filter(is_due(), pk=reading.pk).exists()


def _first_link(hands: RoundHands) -> datetime | None:
    """Return since when anything is linked."""
    links = Link.objects.filter(organisation=hands.organisation)
    first: datetime | None = links.aggregate(at=Min("changed_at"))["at"]
    return first


def _is_anything_queued(hands: RoundHands) -> bool:
    return Link.objects.due(hands.organisation.pk).exists()


def _next_check(lane: Lane) -> Any:
    """Return when the next check is due; none where the schedule reads in any case."""
    if Batch.objects.filter(organisation=lane.organisation_id, settled_at=None).exists():
        # What rests may be settled otherwise than it looks: seen to in an hour, as after a write.
        return Now() + CHECK_AFTER
    scheduled = Reading.objects.filter(
        organisation=lane.organisation_id, kind__in=JUDGED, is_by_hand=False, off_at=None
    )
    return None if scheduled.count() == len(JUDGED) else Now() + TURN


def _pause(failures: int) -> timedelta:
    return min(timedelta(seconds=30) * 2 ** min(failures, 8), _LONGEST_PAUSE)
