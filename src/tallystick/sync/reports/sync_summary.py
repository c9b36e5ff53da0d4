"""How a workspace stands with Xero as a whole: its connection, counts, sums, what is on the way."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Now
from django.utils import timezone

from tallystick.books.models import Kind
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Connection, Organisation
from tallystick.sync.links.record_kinds import settlement_kinds
from tallystick.sync.models import OF_DOCUMENTS, Lane, Link, LinkQuerySet, LinkState
from tallystick.sync.reports.attention import count_of
from tallystick.workspaces.models import Workspace


class SyncSummary:
    """How a workspace stands with Xero; each is asked for once, and only where it is told."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @cached_property
    def connection(self) -> Connection | None:
        return Connection.objects.without_tokens().filter(workspace=self._workspace).first()

    @cached_property
    def organisation(self) -> Organisation | None:
        return bound_organisation(self._workspace)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Documents by state, for the states that are not an end; one without any is absent."""
        return _unfinished(self._documents)

    @cached_property
    def settlement_counts(self) -> Mapping[str, int]:
        """The same for payments and allocations together."""
        return _unfinished(self._links.filter(kind__in=settlement_kinds()))

    @cached_property
    def waiting_totals(self) -> Mapping[str, Decimal]:
        """Submitted and not yet asked to be sent, by currency."""
        waiting = self._documents.filter(state=LinkState.WAITING).values("currency")
        sums = waiting.annotate(sum=Sum("total")).order_by()
        return {row["currency"]: row["sum"] for row in sums}

    @property
    def blocked_until(self) -> datetime | None:
        """Nothing is sent before, and `blocked_reason` says why; None where sending is free to go."""
        return self._block.blocked_until if self._block else None

    @property
    def blocked_reason(self) -> str:
        return self._block.blocked_reason if self._block else ""

    @cached_property
    def oldest_queued_at(self) -> datetime | None:
        # What is put off is no sign that nobody works.
        due = self._documents.filter(state=LinkState.QUEUED, not_before__lte=Now())
        return due.order_by("not_before", "pk").values_list("queued_at", flat=True).first()

    @cached_property
    def paused_count(self) -> int:
        """Documents, payments and allocations whose next try is put off."""
        return self._links.filter(OF_DOCUMENTS).paused().count()

    @cached_property
    def attention_count(self) -> int:
        """Records of every kind that wait for a person; see `attention`."""
        return count_of(self.organisation) if self.organisation else 0

    @property
    def open_count(self) -> int:
        """Documents on their way just now."""
        return self.counts.get(LinkState.QUEUED, 0) + self.counts.get(LinkState.SENDING, 0)

    @property
    def open_settlements(self) -> int:
        """Payments and allocations on their way just now."""
        counts = self.settlement_counts
        return counts.get(LinkState.QUEUED, 0) + counts.get(LinkState.SENDING, 0)

    @property
    def on_the_way(self) -> int:
        """Records of every kind on their way just now."""
        return self.open_count + self.open_settlements

    @property
    def is_running(self) -> bool:
        """Something is on its way that need not wait for long."""
        return self.on_the_way > self.paused_count

    @property
    def _links(self) -> LinkQuerySet:
        links: LinkQuerySet = Link.objects.filter(organisation=self.organisation)
        return links if self.organisation else links.none()

    @property
    def _documents(self) -> LinkQuerySet:
        return self._links.filter(kind__in=Kind.values)

    @cached_property
    def _block(self) -> Lane | None:
        lanes = Lane.objects.filter(organisation=self.organisation)
        return lanes.filter(blocked_until__gt=timezone.now()).first()


def sync_summary(workspace: Workspace) -> SyncSummary:
    """Return how the workspace stands with Xero now."""
    return SyncSummary(workspace)


def _unfinished(links: QuerySet[Link]) -> dict[str, int]:
    """Return how many links are in each state that is not an end."""
    # Named one by one, so that the index on the state is used: nearly all are at an end.
    states = set(LinkState) - {LinkState.SYNCED, LinkState.RETRACTED}
    by_state = links.filter(state__in=states).values("state").annotate(count=Count("*"))
    return {row["state"]: row["count"] for row in by_state.order_by()}
