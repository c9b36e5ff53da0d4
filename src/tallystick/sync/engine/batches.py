"""Sealed requests: stored before they are sent, settled after, repeatable in between.

What Xero's answer means for each member is the business of the batch's purpose; this module only
keeps the order: seal and commit, check the lease, send, settle in one transaction.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias, cast

import structlog
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest, Least, Now

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.sync.engine.lane_lease import LaneLease, LeaseLost
from tallystick.sync.engine.reading_soon import read_soon
from tallystick.sync.engine.steps import calling, committing
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.contents import Content, note_sent
from tallystick.sync.links.transitions import (
    LinkVerdict,
    apply_verdicts,
    lock_links,
    mark_sending,
    revision_of,
)
from tallystick.sync.models import Batch, Link, LinkState

logger = structlog.get_logger(__name__)

#: Elements in one request, as Xero advises.
BATCH = 50
#: Xero's own advice for the size of a request of about fifty nodes.
MAX_BYTES = 3_500_000
#: Xero keeps an Idempotency-Key for six minutes; we trust it for a little less.
KEY_LIVES = timedelta(minutes=5, seconds=30)
#: A PDF goes beside a document that is in Xero, and so do changes of a party; all else is queued.
_SEALABLE = (LinkState.QUEUED, LinkState.SYNCED)

Refused: TypeAlias = xero.BadRequest | xero.NotFound
Build: TypeAlias = Callable[[Sequence[Link]], xero.Sealed]


@dataclass(frozen=True, slots=True)
class BatchPurpose:
    """What a kind of batch does, and how its outcome is read."""

    #: One of `steps.PURPOSES`.
    name: str
    #: The action that its attempts bear.
    action: AttemptAction
    #: From Xero's answer to a verdict for each member it speaks of.
    read: Callable[[Sequence[Link], xero.Answer], list[LinkVerdict]]
    #: What it means when Xero refuses the whole request and a lone member is all there is in it.
    refuse: Callable[[Link, Refused], LinkVerdict]
    #: For when the key is dead: look in Xero for each member, and say what is there.
    look: Callable[[xero.XeroClient, Sequence[Link]], list[LinkVerdict]]
    #: Members of one request at most.
    size: int = BATCH
    #: The round goes on while its outcome is unknown: nothing else is judged by what it did.
    others_go_on: bool = False
    #: It writes over copies that a person may have changed before it is repeated.
    writes_over: bool = False
    #: A look into Xero shows whether it was done.
    shows: bool = True


@dataclass(frozen=True, slots=True)
class PlannedWriting:
    """Links to be sent for one purpose, how requests are made of them, and what each says."""

    purpose: BatchPurpose
    links: Sequence[Link]
    #: Makes the request for some of the links.
    build: Build
    #: What each says, by its key; of those that write one.
    contents: Mapping[int, Content] | None = None


def send_all(lease: LaneLease, client: xero.XeroClient, writing: PlannedWriting) -> None:
    """Seal, send and settle what is to be written, in as few requests as may be."""
    for links in parts_of(writing):
        _send(lease, client, writing, links)


def parts_of(writing: PlannedWriting) -> Iterator[Sequence[Link]]:
    """Part what is to be written into requests, none larger than Xero takes."""
    for links in chunks_of(writing.links, writing.purpose.size):
        yield from _small_enough(links, writing.build)


def _small_enough(links: Sequence[Link], build: Build) -> Iterator[Sequence[Link]]:
    if len(links) == 1 or len(build(links).body) <= MAX_BYTES:
        yield links
        return
    half = len(links) // 2
    yield from _small_enough(links[:half], build)
    yield from _small_enough(links[half:], build)


def chunks_of(links: Sequence[Link], size: int) -> Iterator[Sequence[Link]]:
    """Part what is to be sent into requests, fresh ones first.

    What came back without a clear answer goes in ever smaller company, at last alone: then
    whatever Xero stumbles over is known, and the others have landed.
    """
    for tries in sorted({link.tries for link in links}):
        alike = [link for link in links if link.tries == tries]
        step = min(size, max(1, BATCH // 4**tries)) if tries else size
        for start in range(0, len(alike), step):
            yield alike[start : start + step]


def _send(
    lease: LaneLease, client: xero.XeroClient, writing: PlannedWriting, links: Sequence[Link]
) -> None:
    """Send one request; one refused whole is halved to find the culprit."""
    batch = seal_batch(lease, writing, links)
    refused = deliver_batch(lease, client, writing.purpose, batch) if batch else None
    if refused and len(links) > 1:
        half = len(links) // 2
        _send(lease, client, writing, links[:half])
        _send(lease, client, writing, links[half:])


def seal_batch(lease: LaneLease, writing: PlannedWriting, links: Sequence[Link]) -> Batch | None:
    """Store what is about to be sent of these links, where it still is to be; None if none is.

    The records are locked while this is decided, so that a cancellation or an edit comes before,
    and is seen here, or after.
    """
    purpose = writing.purpose
    with committing(f"{purpose.name}.seal"):
        lease.guard()
        now = lock_links(link.pk for link in links)
        still = [link for link in links if _is_as_it_was(link, now[link.pk])]
        if not still:
            return None
        sealed = writing.build(still)
        batch = Batch.objects.create(
            organisation=lease.organisation,
            purpose=purpose.name,
            method=sealed.method,
            path=sealed.path,
            query=sealed.query,
            content_type=sealed.content_type,
            body=zlib.compress(sealed.body, level=1),
            digest=bytes.fromhex(sealed.digest),
            fence=lease.fence,
        )
        mark_sending(still, batch, action=purpose.action)
        lease.plan_check()
        read_soon(lease.organisation.pk, purpose.name)
        if writing.contents:
            note_sent(still, writing.contents)
    return batch


def _is_as_it_was(link: Link, now: Link) -> bool:
    """Tell whether what was made ready for the link is still what is to be sent."""
    is_due = (now.state, now.intent) == (link.state, link.intent) and now.state in _SEALABLE
    return is_due and revision_of(link) == revision_of(now)


def deliver_batch(
    lease: LaneLease, client: xero.XeroClient, purpose: BatchPurpose, batch: Batch
) -> Refused | None:
    """Send a sealed batch and settle it; returns the refusal where Xero took nothing of it.

    Raises what leaves the outcome open (TryLater): the batch then stays open for the next round.
    """
    request, key, links = sealed_request(batch), str(batch.key), members_of(batch)
    lease.check()
    try:
        try:
            answer = calling(f"{purpose.name}.send", lambda: client.send(request, key))
        except (xero.BadRequest, xero.NotFound) as refused:
            verdicts = _on_refusal(purpose, links, refused)
            _settle(lease, batch, purpose, links, verdicts, refused.correlation_id)
            return refused
        verdicts = purpose.read(links, answer)
        _settle(lease, batch, purpose, links, verdicts, answer.correlation_id)
        return None
    except (LeaseLost, xero.OutcomeUnknown) as error:
        # If we were too late, another has settled it: it must be looked what our request has done.
        ended = isinstance(error, xero.ServerFailed)
        with committing("batch.unclear"):
            Batch.objects.filter(pk=batch.pk).update(
                settled_at=None, under_way=F("under_way") - int(ended)
            )
        raise


def sealed_request(batch: Batch) -> xero.Sealed:
    """Return the request exactly as it was sealed."""
    return xero.Sealed(
        method=cast(Literal["PUT", "POST", "DELETE"], batch.method),
        path=batch.path,
        query=batch.query,
        content_type=batch.content_type,
        body=zlib.decompress(batch.body),
    )


def is_repeatable(batch: Batch) -> bool:
    """Tell whether Xero still knows the key, so that repeating cannot do anything twice."""
    fresh = Batch.objects.filter(pk=batch.pk, sealed_at__gt=Now() - KEY_LIVES)
    return bool(batch.body) and fresh.exists()


def open_batches(organisation: Organisation) -> QuerySet[Batch]:
    """Return the batches to be settled now, oldest first."""
    awake = Q(rests_until=None) | Q(rests_until__lte=Now())
    return Batch.objects.filter(awake, organisation=organisation, settled_at=None).order_by("pk")


def postpone_batch(batch: Batch) -> None:
    """Leave the batch alone for as long again as it is old, about until its key is dead.

    For some time in any case: what was sent last may still be under way.
    """
    age = Greatest(Now() - F("sealed_at"), timedelta(seconds=5))
    dead_at = Greatest(F("sealed_at") + KEY_LIVES, Now() + timedelta(minutes=1))
    with committing("batch.rest"):
        Batch.objects.filter(pk=batch.pk).update(rests_until=Least(Now() + age, dead_at))


def note_repeat(batch: Batch) -> None:
    """Note, before it is sent again, that one more send of it is under way."""
    with committing("batch.repeat"):
        Batch.objects.filter(pk=batch.pk).update(under_way=F("under_way") + 1)


def members_of(batch: Batch) -> list[Link]:
    """Return the batch's links with document and party."""
    of_batch = Link.objects.filter(pk__in=batch.attempts.values("link"))
    return list(of_batch.with_records().order_by("pk"))


def close_batch(batch: Batch) -> None:
    """Mark the batch settled; its bytes are not needed any more."""
    Batch.objects.filter(pk=batch.pk).update(settled_at=Now(), body=b"")


def _on_refusal(
    purpose: BatchPurpose, links: Sequence[Link], refused: Refused
) -> list[LinkVerdict]:
    """A lone member is the cause itself; of several nobody knows which, so they go back."""
    if isinstance(refused, xero.IdempotencyKeyReused):
        message = "Xero took the request for another one; asking Xero, then sending it anew."
        return [LinkVerdict(link.pk, message) for link in links]
    if len(links) == 1:
        return [purpose.refuse(links[0], refused)]
    message = f"Sent again in smaller parts: {refused}"
    return [LinkVerdict(link.pk, message, is_try=False) for link in links]


def _settle(
    lease: LaneLease,
    batch: Batch,
    purpose: BatchPurpose,
    links: Sequence[Link],
    verdicts: Sequence[LinkVerdict],
    correlation_id: str | None,
) -> None:
    """Write down what became of every member: one verdict each, whatever Xero's answer names."""
    in_xero_last = sorted(verdicts, key=lambda verdict: verdict.copy is not None)
    each = {verdict.link_id: verdict for verdict in in_xero_last}
    missing = [link.pk for link in links if link.pk not in each]
    if missing:
        logger.error("batch.members_unmentioned", links=missing)
    message = "Xero's answer did not mention it; asking Xero again."
    each |= {pk: LinkVerdict(pk, message) for pk in missing}
    with committing(f"{purpose.name}.settle"):
        lease.guard()
        apply_verdicts(
            list(each.values()),
            action=purpose.action,
            batch=batch,
            correlation_id=correlation_id,
        )
        close_batch(batch)
        # Xero is at work: whatever fails next is not the next failure in a row.
        lease.unblock()
