"""The hands that work a round for good: they call Xero, write to our tables and send."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models.functions import Now

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.sync.engine.batches import (
    BatchPurpose,
    PlannedWriting,
    deliver_batch,
    note_repeat,
    send_all,
)
from tallystick.sync.engine.due_work import DueWork
from tallystick.sync.engine.lane_lease import LaneLease
from tallystick.sync.engine.steps import calling, committing
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.queueing import put_aside
from tallystick.sync.links.sync_rules import in_order
from tallystick.sync.links.transitions import LinkVerdict, apply_verdicts
from tallystick.sync.models import DRAFTS, Batch, Intent, Link, LinkState

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WritingHands:
    """Works while the lease is ours; see `hands.RoundHands`."""

    lease: LaneLease
    client: xero.XeroClient
    shut: Collection[str] = ()

    @property
    def organisation(self) -> Organisation:
        return self.lease.organisation

    def due(self, work: DueWork, most: int) -> dict[int, str]:
        return dict(work.links(self.organisation, self.shut).values_list("pk", "number")[:most])

    def as_now(self, links: Iterable[Link]) -> list[Link]:
        return list(links)

    def paused(self, links: Collection[Link]) -> list[Link]:
        keys = [link.pk for link in links]
        return list(Link.objects.paused().filter(pk__in=keys)) if keys else []

    def customer_links(self, parties: Collection[int]) -> dict[int, Link]:
        links = Link.objects.filter(organisation=self.organisation, party__in=parties)
        found = links.order_by("pk").select_related("party")
        return {link.party_id: link for link in found if link.party_id}

    def add_customer_links(self, parties: Collection[int]) -> None:
        with committing("contacts.link"):
            self.lease.guard()
            Link.objects.bulk_create(
                [Link(organisation=self.organisation, party_id=pk) for pk in sorted(parties)],
                ignore_conflicts=True,
            )

    def ask(self, step: str, question: Callable[[], T]) -> T:
        return calling(step, question)

    def commit(self, step: str, act: Callable[[], object]) -> None:
        with committing(step):
            self.lease.guard()
            act()

    def settle(
        self,
        step: str,
        verdicts: Sequence[LinkVerdict],
        *,
        action: AttemptAction,
        again: Callable[[], Sequence[LinkVerdict]] | None = None,
        first: Callable[[], object] | None = None,
        approving: Sequence[int] = (),
    ) -> set[int]:
        if not verdicts and first is None:
            return set()
        with committing(step):
            self.lease.guard()
            if first:
                first()
            still = again() if again else verdicts
            _queue_approvals(approving)
            # Waiting for another record is no try: it gets no line in the log.
            put_aside({one.link_id: one.waits_for for one in still if _is_aside(one)})
            apply_verdicts([one for one in still if not _is_aside(one)], action=action)
        return {verdict.link_id for verdict in verdicts}

    def send(self, writing: PlannedWriting) -> None:
        send_all(self.lease, self.client, writing)

    def repeat(self, purpose: BatchPurpose, batch: Batch) -> None:
        note_repeat(batch)
        deliver_batch(self.lease, self.client, purpose, batch)


def _is_aside(verdict: LinkVerdict) -> bool:
    return bool(verdict.waits_for and not verdict.message)


def _queue_approvals(keys: Sequence[int]) -> None:
    """Queue the approval of drafts that settlements wait for, as the workspace's rule says."""
    if keys:
        unapproved = Link.objects.filter(
            pk__in=keys, state=LinkState.SYNCED, xero_status__in=DRAFTS
        )
        in_order(unapproved).update(
            state=LinkState.QUEUED, intent=Intent.APPROVE, queued_at=Now(), changed_at=Now()
        )
