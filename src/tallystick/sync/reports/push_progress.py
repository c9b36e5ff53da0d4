"""How far the run under way has come."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone

from tallystick.books.models import Kind
from tallystick.connections.models import Organisation
from tallystick.sync.models import OPEN_STATES, STOPPED_STATES, Link, LinkState

#: So many documents of a run are counted.
COUNTED = 50_000


@dataclass(frozen=True, slots=True)
class PushProgress:
    """All documents queued since the oldest one that is still on its way."""

    started_at: datetime
    found: int
    sent: int
    #: Taken out of Xero, or withdrawn before they were sent.
    removed: int
    failed: int
    open: int
    #: There are more: counting stopped, so the numbers are of any COUNTED of them.
    is_capped: bool = False

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


def progress_of(organisation: Organisation) -> PushProgress | None:
    """Return the run under way; None while nothing is."""
    links = Link.objects.filter(organisation=organisation, kind__in=Kind.values)
    under_way = links.filter(state__in=OPEN_STATES, queued_at__isnull=False).order_by("queued_at")
    oldest = under_way.values_list("queued_at", flat=True).first()
    if oldest is None:
        return None
    counts = links.filter(queued_at__gte=oldest)[: COUNTED + 1].aggregate(
        all=Count("*"),
        found=Count("state", filter=~Q(state=LinkState.WAITING)),
        sent=Count("state", filter=Q(state=LinkState.SYNCED)),
        removed=Count("state", filter=Q(state=LinkState.RETRACTED)),
        failed=Count("state", filter=Q(state__in=STOPPED_STATES)),
        open=Count("state", filter=Q(state__in=OPEN_STATES)),
    )
    return PushProgress(oldest, is_capped=counts.pop("all") > COUNTED, **counts)
