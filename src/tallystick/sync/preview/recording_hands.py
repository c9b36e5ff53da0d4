"""The hands that only record: a round is worked with them as with those that write, and nothing is done.

Xero is taken to have the rest as it last said, to have nothing new of ours, and to take what it is
sent. What a press of Sync now would set going is worked together with what is queued.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Party
from tallystick.connections.models import Organisation
from tallystick.mapping.wait_keys import WaitSort, record_of, waiting_on_sort
from tallystick.sync.engine.batches import BatchPurpose, PlannedWriting, parts_of, sealed_request
from tallystick.sync.engine.due_work import ALLOCATIONS, APPROVALS, PAYMENTS, PDFS, DueWork
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.pushed_records import PushedSettlement
from tallystick.sync.links.queueing import waiting_for_a_press
from tallystick.sync.links.switched_off import kinds_off, stays
from tallystick.sync.links.sync_rules import policies_of
from tallystick.sync.links.transitions import LinkVerdict
from tallystick.sync.models import DRAFTS, Batch, Intent, Link, LinkState
from tallystick.sync.preview.fates import Fate, RecordFate
from tallystick.sync.preview.remembered_xero import RememberedXero

T = TypeVar("T")

#: So many PDFs are made to know their size; the others are taken to be like them.
PDFS_MADE = 20
_APPROVED = "AUTHORISED"
#: What becomes of a record by what is written of it; other writings are no fate of their own.
_FATES = {
    AttemptAction.CREATE: Fate.CREATED,
    AttemptAction.UPDATE: Fate.WRITTEN_ANEW,
    AttemptAction.APPROVE: Fate.APPROVED,
    AttemptAction.RETRACT: Fate.REMOVED,
}


@dataclass(slots=True)
class StepCost:
    """Calls of one kind, and the bytes of their bodies."""

    calls: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class LinkForecast:
    """How a link would stand by what was recorded of it."""

    state: LinkState
    intent: Intent = Intent.PUSH
    xero_id: UUID | None = None
    xero_status: str = ""
    problem: dict[str, object] | None = None


class RecordingHands:
    """Notes what a push would cost and bring; see `hands.RoundHands`."""

    def __init__(self, organisation: Organisation, *, pdfs_made: int = PDFS_MADE) -> None:
        self.organisation = organisation
        self.client = xero.silent_client(self._called, of=RememberedXero)
        self.shut = list(kinds_off(organisation))
        #: By the engine's names for its calls and purposes.
        self.costs: defaultdict[str, StepCost] = defaultdict(StepCost)
        #: Some bytes are an estimate: those of PDFs that were not made.
        self.is_estimate = False
        #: Grows with whatever is settled or sent.
        self.progress = 0
        self._step = ""
        self._fates: list[RecordFate] = []
        self._policies = policies_of(organisation)
        self._pressed = set(waiting_for_a_press(organisation).values_list("pk", flat=True))
        self._queues: dict[str, deque[tuple[int, str]]] = {}
        self._forecasts: dict[int, LinkForecast] = {}
        #: The links that the round has read, by their keys.
        self._at_hand: dict[int, Link] = {}
        self._new_customers: dict[int, Link] = {}
        #: Settlements that wait for a document, by its key; and which of them were on their way.
        self._aside = self._waiting()
        self._left: set[int] = set()
        #: Documents that nothing is paid on any more, and those whose PDF is there.
        self._unpaid: set[int] = set()
        self._attached: set[int] = set()
        self._pdf_sizes: list[int] = []
        self._pdfs_made = pdfs_made

    def take_fates(self) -> list[RecordFate]:
        """Return what was foreseen since this was asked last, and let go what that was read of."""
        found, self._fates = self._fates, []
        self._at_hand, self.client.links = {}, {}
        return found

    def left(self) -> list[int]:
        """Return the keys of what waits for a document that does not get there."""
        return sorted(self._left)

    # What there is to do.

    def due(self, work: DueWork, most: int) -> dict[int, str]:
        queue = self._queue(work)
        while queue and not self._is_due(queue[0][0], work):
            queue.popleft()
        found: dict[int, str] = {}
        for pk, number in queue:
            if len(found) == most:
                break
            if self._is_due(pk, work):
                found[pk] = number
        return found

    def as_now(self, links: Iterable[Link]) -> list[Link]:
        links = list(links)
        for link in links:
            if link.pk in self._pressed:
                link.state, link.tries = LinkState.QUEUED, 0
            if forecast := self._forecasts.get(link.pk):
                link.state, link.intent = forecast.state, forecast.intent
                link.xero_id, link.xero_status = forecast.xero_id, forecast.xero_status
                link.problem = link.problem or forecast.problem
            if link.document_id in self._unpaid and link.xero_status == "PAID":
                link.xero_status = _APPROVED
            self._at_hand[link.pk] = link
            if link.xero_id and link.document_id:
                self.client.links[str(link.xero_id).lower()] = link
        return links

    def paused(self, links: Collection[Link]) -> list[Link]:
        """None: what is put off goes later, and is foreseen with the rest."""
        return []

    def customer_links(self, parties: Collection[int]) -> dict[int, Link]:
        links = Link.objects.filter(organisation=self.organisation, party__in=parties)
        new = [self._new_customers[pk] for pk in parties if pk in self._new_customers]
        found = self.as_now([*links.order_by("pk").select_related("party"), *new])
        return {link.party_id: link for link in found if link.party_id}

    def add_customer_links(self, parties: Collection[int]) -> None:
        for pk, party in Party.objects.in_bulk(list(parties)).items():
            self._new_customers[pk] = Link(pk=-pk, organisation=self.organisation, party=party)

    def _queue(self, work: DueWork) -> deque[tuple[int, str]]:
        if work.name not in self._queues:
            self._queues[work.name] = deque(self._going(work))
        return self._queues[work.name]

    def _going(self, work: DueWork) -> Iterator[tuple[int, str]]:
        """Yield what is queued, for now or for later, then what a press would queue."""
        links = Link.objects.filter(work.which, organisation=self.organisation)
        if work.is_beside:
            return iter(links.order_by("pk").values_list("pk", "number"))
        going = ~stays(self.shut)
        queued = links.filter(going, state=LinkState.QUEUED).order_by("not_before", "pk")
        pressed = waiting_for_a_press(self.organisation).filter(going, work.which).order_by("pk")
        found = (queued, pressed) if work.is_push else (queued,)
        return chain(*(rows.values_list("pk", "number") for rows in found))

    def _is_due(self, pk: int, work: DueWork) -> bool:
        if work.name == PDFS.name:
            return pk not in self._attached
        forecast = self._forecasts.get(pk)
        if forecast is None:
            return True
        is_approval = forecast.intent == Intent.APPROVE
        return forecast.state == LinkState.QUEUED and is_approval == (work.name == APPROVALS.name)

    def _waiting(self) -> defaultdict[int, list[int]]:
        waiting = Link.objects.filter(
            waiting_on_sort(WaitSort.DOCUMENT),
            organisation=self.organisation,
            state=LinkState.WAITING,
        )
        aside: defaultdict[int, list[int]] = defaultdict(list)
        for pk, key in waiting.order_by("pk").values_list("pk", "waits_for"):
            aside[record_of(key, WaitSort.DOCUMENT) or 0].append(pk)
        return aside

    # What would be done.

    def ask(self, step: str, question: Callable[[], T]) -> T:
        self._step = step
        return question()

    def commit(self, step: str, act: Callable[[], object]) -> None:
        """Nothing is written."""

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
        for pk in approving:
            self._queue_approval(self._at_hand[pk])
        for verdict in verdicts:
            self._settle(self._at_hand[verdict.link_id], verdict, action)
        return {verdict.link_id for verdict in verdicts}

    def send(self, writing: PlannedWriting) -> None:
        purpose = writing.purpose
        for links in parts_of(writing):
            self.costs[purpose.name].calls += 1
            self.costs[purpose.name].bytes += self._size(writing, links)
            for link in links:
                self._reach(link, purpose.action)

    def repeat(self, purpose: BatchPurpose, batch: Batch) -> None:
        self.costs["batch.ask"].calls += 1
        self.costs["batch.ask"].bytes += len(sealed_request(batch).body)

    def _called(self, call: xero.Call) -> None:
        self.costs[self._step].calls += 1

    def _size(self, writing: PlannedWriting, links: Sequence[Link]) -> int:
        """Return the bytes of the request; of a PDF that is not made, those of the others."""
        if writing.purpose.action != AttemptAction.ATTACH:
            return len(writing.build(links).body)
        if len(self._pdf_sizes) < self._pdfs_made:
            self._pdf_sizes.append(len(writing.build(links).body))
            return self._pdf_sizes[-1]
        self.is_estimate = True
        return sum(self._pdf_sizes) // len(self._pdf_sizes) if self._pdf_sizes else 0

    def _settle(self, link: Link, verdict: LinkVerdict, action: AttemptAction) -> None:
        copy = verdict.copy
        if action == AttemptAction.REMOVE_DUPLICATE:
            return
        if verdict.waits_for:
            self._aside[record_of(verdict.waits_for, WaitSort.DOCUMENT) or 0].append(link.pk)
            self._left.add(link.pk)
            self._forecast(link, LinkState.WAITING)
        elif verdict.problem:
            self._stop(link, verdict)
        elif copy is None:
            self._forecast(link, LinkState.RETRACTED)
        elif copy.is_gone:
            self._forecast(link, LinkState.RETRACTED, xero_status=copy.status)
            self._foresee(link, Fate.REMOVED)
        else:
            self._arrive(link, copy.status, copy.xero_id)
            self._foresee(link, _FATES.get(action, Fate.KNOWN))

    def _stop(self, link: Link, verdict: LinkVerdict) -> None:
        self._forecast(link, LinkState.HELD)
        if link.party_id is None:
            self._fates.append(RecordFate(link, Fate.STOPPED, verdict))
        elif verdict.problem:
            # Its documents tell it; what is known of it already is told, not what might be asked.
            problem = link.problem or verdict.problem.to_json()
            self._forecasts[link.pk] = LinkForecast(LinkState.HELD, problem=problem)

    def _reach(self, link: Link, action: AttemptAction) -> None:
        """Note what the writing brings about for a link."""
        if action == AttemptAction.ATTACH:
            self._attached.add(link.pk)
            self.progress += 1
        elif action == AttemptAction.RETRACT:
            if link.document_id is None:
                self._unpaid |= {one.pk for one in PushedSettlement.of(link).documents}
            self._forecast(link, LinkState.RETRACTED, xero_status="DELETED")
        elif action != AttemptAction.REMOVE_DUPLICATE:
            self._arrive(link, self._status_by(link, action))
        if action in _FATES:
            self._foresee(link, _FATES[action])

    def _status_by(self, link: Link, action: AttemptAction) -> str:
        if link.document is None or action == AttemptAction.APPROVE:
            return _APPROVED
        policy = self._policies[link.document.kind]
        if policy.attach_pdf:
            self._queue(PDFS).append((link.pk, link.number))
        return link.xero_status if action == AttemptAction.UPDATE else policy.sent_as

    def _arrive(self, link: Link, status: str, xero_id: UUID | None = None) -> None:
        """Note that it is there by now, and let go what waited for it."""
        # What would be made gets some id of its own.
        known = xero_id or link.xero_id or UUID(int=abs(link.pk))
        self._forecast(link, LinkState.SYNCED, xero_id=known, xero_status=status)
        if link.document_id:
            behind = self._aside.pop(link.document_id, [])
            payments = Link.objects.filter(pk__in=behind, payment__isnull=False)
            of_payments = set(payments.values_list("pk", flat=True)) if behind else set()
            for pk in sorted(behind):
                self._left.discard(pk)
                self._forecasts.pop(pk, None)
                self._pressed.add(pk)
                work = PAYMENTS if pk in of_payments else ALLOCATIONS
                self._queue(work).append((pk, ""))

    def _queue_approval(self, link: Link) -> None:
        if link.state == LinkState.SYNCED and link.xero_status in DRAFTS:
            queue = self._queue(APPROVALS)
            self._forecasts[link.pk] = LinkForecast(
                LinkState.QUEUED, Intent.APPROVE, link.xero_id, link.xero_status
            )
            queue.append((link.pk, ""))

    def _forecast(
        self,
        link: Link,
        state: LinkState,
        *,
        xero_id: UUID | None = None,
        xero_status: str | None = None,
    ) -> None:
        self.progress += 1
        status = link.xero_status if xero_status is None else xero_status
        found = LinkForecast(state, xero_id=xero_id or link.xero_id, xero_status=status)
        self._forecasts[link.pk] = found

    def _foresee(self, link: Link, fate: Fate) -> None:
        if link.party_id is None:
            self._fates.append(RecordFate(link, fate))
