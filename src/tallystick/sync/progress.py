"""How far the run under way has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Min, Q
from django.utils import timezone

from tallystick.books.models import Kind
from tallystick.connections.models import Organisation
from tallystick.sync.models import OPEN_STATES, Link, LinkState


@dataclass(frozen=True, slots=True)
class Run:
    """All documents queued since the oldest one that is still on its way."""

    started_at: datetime
    found: int
    sent: int
    #: Taken out of Xero, or withdrawn before they were sent.
    removed: int
    failed: int
    open: int

    @property
    def done(self) -> int:
        return self.found - self.open

    @property
    def per_minute(self) -> int | None:
        """Documents sent or removed a minute so far; None before the first."""
        minutes = (timezone.now() - self.started_at).total_seconds() / 60
        moved = self.sent + self.removed
        return round(moved / minutes) if moved and minutes > 0 else None

    @property
    def minutes_left(self) -> int | None:
        """At the speed so far, at least 1; None while that is unknown."""
        return max(1, round(self.open / self.per_minute)) if self.per_minute else None


def run_of(organisation: Organisation) -> Run | None:
    """Return the run under way; None while nothing is."""
    links = Link.objects.filter(organisation=organisation, kind__in=Kind.values)
    # As an expression, so that it is found among those that are open and not along the index on
    # the time, where years of others lie before them.
    queued_at = F("queued_at") + timedelta(0)
    oldest = links.filter(state__in=OPEN_STATES).aggregate(at=Min(queued_at))["at"]
    if oldest is None:
        return None
    counts = links.filter(queued_at__gte=oldest).aggregate(
        found=Count("pk", filter=~Q(state=LinkState.WAITING)),
        sent=Count("pk", filter=Q(state=LinkState.SYNCED)),
        removed=Count("pk", filter=Q(state=LinkState.RETRACTED)),
        failed=Count("pk", filter=Q(state__in=[LinkState.FAILED, LinkState.HELD])),
        open=Count("pk", filter=Q(state__in=OPEN_STATES)),
    )
    return Run(started_at=oldest, **counts)
