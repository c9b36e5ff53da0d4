"""The right to write to one organisation, held by lease with a fencing token.

One worker holds a lane at a time. The lease is renewed while its round runs; a worker that died
or was paused stops renewing, and another takes the lane over with a higher token (`fence`). The
paused one notices at its next check, before it writes. All times are the database's.
"""

import os
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.outages import log_failure
from tallystick.sync.engine.steps import committing
from tallystick.sync.models import Lane

logger = structlog.get_logger(__name__)

LEASE = timedelta(seconds=9)
#: From a write to the check that would show what went wrong with it.
CHECK_AFTER = timedelta(hours=1)
_LONGEST_BACKOFF_SECONDS = 300
#: Xero's longest limit is a day; whatever more an answer asks for is a mistake.
_LONGEST_BLOCK_SECONDS = 24 * 3600


class LeaseLost(Exception):
    """Another worker holds the lane now; whoever gets this stops at once and changes nothing."""


@dataclass(frozen=True, slots=True)
class LaneLease:
    """A lane that is ours for the moment."""

    lane_id: int
    organisation: Organisation
    fence: int

    def check(self) -> None:
        """Raise LeaseLost unless the lease is ours and alive; asked before every write to Xero."""
        if not self._mine().filter(leased_until__gt=Now()).exists():
            raise LeaseLost(f"The lane of {self.organisation} was taken over.")

    def guard(self) -> None:
        """Lock the lane for this transaction, or raise LeaseLost; asked first in every settling."""
        if not self._mine().select_for_update().exists():
            raise LeaseLost(f"The lane of {self.organisation} was taken over.")

    def block(self, *, seconds: int | None, reason: str) -> None:
        """Let nothing be sent for a while: as long as Xero asks, else growing with each failure."""
        lane = self._mine().first()
        if lane is None:
            return  # Another worker holds it now, and finds out by itself.
        wait = seconds if seconds is not None else _backoff_seconds(lane.failures)
        wait = min(wait, _LONGEST_BLOCK_SECONDS)
        with committing("lane.block"):
            self._mine().update(
                blocked_until=Now() + timedelta(seconds=wait),
                blocked_reason=reason,
                failures=F("failures") + 1,
            )

    def unblock(self) -> None:
        """Forget earlier failures after a round that went well."""
        self._mine().filter(~Q(failures=0) | ~Q(blocked_reason="")).update(
            blocked_until=None, blocked_reason="", failures=0
        )

    def plan_check(self) -> None:
        """Let what Xero has be held against our links an hour after the first unchecked write."""
        soon = Now() + CHECK_AFTER
        self._mine().filter(Q(check_due_at=None) | Q(check_due_at__gt=soon)).update(
            check_due_at=soon
        )

    def _mine(self) -> QuerySet[Lane]:
        return Lane.objects.filter(pk=self.lane_id, fence=self.fence)


@contextmanager
def holding_lane(organisation: Organisation) -> Iterator[LaneLease | None]:
    """Hold the organisation's lane for the block; None where another worker does, or it is blocked."""
    lease = _take(organisation)
    if lease is None:
        yield None
        return
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(lease, done), name="lane-lease", daemon=True)
    renewing.start()
    try:
        yield lease
    finally:
        done.set()
        renewing.join()
        with committing("lane.release"):
            lease._mine().update(leased_until=None, holder="")


def blocked_until(organisation: Organisation) -> datetime | None:
    """Return when sending resumes, where it is blocked now."""
    lane = Lane.objects.filter(organisation=organisation, blocked_until__gt=Now()).first()
    return lane.blocked_until if lane else None


def _take(organisation: Organisation) -> LaneLease | None:
    lease = _take_free(organisation)
    if lease is None and Lane.objects.get_or_create(organisation=organisation)[1]:
        return _take_free(organisation)
    return lease


def _take_free(organisation: Organisation) -> LaneLease | None:
    with committing("lane.take"):
        free = Q(leased_until=None) | Q(leased_until__lt=Now())
        ready = Q(blocked_until=None) | Q(blocked_until__lte=Now())
        lane = (
            Lane.objects.select_for_update(skip_locked=True)
            .filter(free, ready, organisation=organisation)
            .first()
        )
        if lane is None:
            return None
        fence = lane.fence + 1
        Lane.objects.filter(pk=lane.pk).update(
            fence=fence, leased_until=Now() + LEASE, holder=_me()
        )
    return LaneLease(lane_id=lane.pk, organisation=organisation, fence=fence)


def _renew(lease: LaneLease, done: threading.Event) -> None:
    """Push the lease's end forward until the round is done; short rounds never get here."""
    try:
        while not done.wait(LEASE.total_seconds() / 3):
            lease._mine().filter(leased_until__gt=Now()).update(leased_until=Now() + LEASE)
    except Exception as error:  # noqa: BLE001 - it is logged
        # The lease then runs out and the round stops at its next check: safe, but worth knowing.
        log_failure(logger, "lane.renewing_failed", error, organisation=lease.organisation.pk)
    finally:
        connection.close()


def _backoff_seconds(failures: int) -> int:
    longest = min(_LONGEST_BACKOFF_SECONDS, 2 ** min(failures + 1, 9))
    return max(1, round(longest * random.uniform(0.6, 1.0)))  # noqa: S311 - jitter, no secret


def _me() -> str:
    return f"{socket.gethostname()} {os.getpid()} {threading.current_thread().name}"[:200]
