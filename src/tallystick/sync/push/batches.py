"""Sealed requests: stored before they are sent, settled after, repeatable in between.

What Xero's answer means for each member is the business of the batch's purpose; this module only
keeps the order: seal and commit, check the lease, send, settle in one transaction.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias, TypeVar, cast

import structlog
from django.db.models.functions import Now

from tallystick import xero
from tallystick.sync.lane import Held, LeaseLost
from tallystick.sync.models import Batch, Link, LinkState
from tallystick.sync.steps import calling, committing
from tallystick.sync.verdicts import Verdict, apply_verdicts, lock_links, mark_sending

logger = structlog.get_logger(__name__)

#: Elements in one request, as Xero advises.
BATCH = 50
#: Xero's own advice for the size of a request of about fifty nodes.
MAX_BYTES = 3_500_000
#: Xero keeps an Idempotency-Key for six minutes; we trust it for a little less.
KEY_LIVES = timedelta(minutes=5, seconds=30)

Refused: TypeAlias = xero.BadRequest | xero.NotFound
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a kind of batch does, and how its outcome is read."""

    name: Literal["create_contacts", "create_invoices", "retract_invoices"]
    #: The action that its attempts bear.
    action: str
    #: From Xero's answer to a verdict for each member it speaks of.
    read: Callable[[Sequence[Link], xero.Answer], list[Verdict]]
    #: What it means when Xero refuses the whole request and a lone member is all there is in it.
    refuse: Callable[[Link, Refused], Verdict]
    #: For when the key is dead: look in Xero for each member, and say what is there.
    look: Callable[[xero.XeroClient, Sequence[Link]], list[Verdict]]


def companies(elements: Sequence[T], tries_of: Callable[[T], int]) -> Iterator[Sequence[T]]:
    """Part what is to be sent into requests: fifty at a time, fresh ones first.

    What came back without a clear answer goes in ever smaller company, at last alone: then
    whatever Xero stumbles over is known, and the others have landed.
    """
    for tries in sorted({tries_of(element) for element in elements}):
        alike = [element for element in elements if tries_of(element) == tries]
        size = max(1, BATCH // 4**tries)
        for start in range(0, len(alike), size):
            yield alike[start : start + size]


def seal(
    held: Held,
    purpose: Purpose,
    links: Sequence[Link],
    build: Callable[[Sequence[Link]], xero.Sealed],
) -> Batch | None:
    """Store what is about to be sent, for those links that are still to be sent; None if none is.

    The documents are locked while this is decided, so that a cancellation comes before or after.
    """
    with committing(f"{purpose.name}.seal"):
        held.guard()
        now = lock_links(link.pk for link in links)
        still = [
            link
            for link in links
            if now[link.pk].state == LinkState.QUEUED and now[link.pk].intent == link.intent
        ]
        if not still:
            return None
        sealed = build(still)
        batch = Batch.objects.create(
            organisation=held.organisation,
            purpose=purpose.name,
            method=sealed.method,
            path=sealed.path,
            query=sealed.query,
            body=zlib.compress(sealed.body, level=1),
            digest=bytes.fromhex(sealed.digest),
            fence=held.fence,
        )
        mark_sending(still, batch, action=purpose.action)
    return batch


def deliver(held: Held, client: xero.XeroClient, purpose: Purpose, batch: Batch) -> Refused | None:
    """Send a sealed batch and settle it; returns the refusal where Xero took nothing of it.

    Raises what leaves the outcome open (TryLater): the batch then stays open for the next round.
    """
    request, key, links = restore(batch), str(batch.key), members(batch)
    held.check()
    try:
        try:
            answer = calling(f"{purpose.name}.send", lambda: client.send(request, key))
        except (xero.BadRequest, xero.NotFound) as refused:
            verdicts = _on_refusal(purpose, links, refused)
            _settle(held, batch, purpose, links, verdicts, refused.correlation_id)
            return refused
        verdicts = purpose.read(links, answer)
        _settle(held, batch, purpose, links, verdicts, answer.correlation_id)
        return None
    except (LeaseLost, xero.OutcomeUnknown):
        # If we were too late, another has settled it: it must be looked what our request has done.
        Batch.objects.filter(pk=batch.pk).update(settled_at=None)
        raise


def restore(batch: Batch) -> xero.Sealed:
    """Return the request exactly as it was sealed."""
    return xero.Sealed(
        method=cast(Literal["PUT", "POST"], batch.method),
        path=cast(Literal["Invoices", "Contacts"], batch.path),
        query=batch.query,
        body=zlib.decompress(batch.body),
    )


def is_repeatable(batch: Batch) -> bool:
    """Tell whether Xero still knows the key, so that repeating cannot do anything twice."""
    fresh = Batch.objects.filter(pk=batch.pk, sealed_at__gt=Now() - KEY_LIVES)
    return bool(batch.body) and fresh.exists()


def members(batch: Batch) -> list[Link]:
    """Return the batch's links with document and party."""
    return list(
        Link.objects.filter(attempts__batch=batch)
        .select_related("document__party", "party")
        .order_by("pk")
        .distinct()
    )


def close(batch: Batch) -> None:
    """Mark the batch settled; its bytes are not needed any more."""
    Batch.objects.filter(pk=batch.pk).update(settled_at=Now(), body=b"")


def _on_refusal(purpose: Purpose, links: Sequence[Link], refused: Refused) -> list[Verdict]:
    """A lone member is the cause itself; of several nobody knows which, so they go back."""
    if isinstance(refused, xero.IdempotencyKeyReused):
        message = "Xero took the request for another one; asking Xero, then sending it anew."
        return [Verdict(link.pk, message) for link in links]
    if len(links) == 1:
        return [purpose.refuse(links[0], refused)]
    message = f"Sent again in smaller parts: {refused}"
    return [Verdict(link.pk, message, is_try=False) for link in links]


def _settle(
    held: Held,
    batch: Batch,
    purpose: Purpose,
    links: Sequence[Link],
    verdicts: Sequence[Verdict],
    correlation_id: str | None,
) -> None:
    """Write down what became of every member: one verdict each, whatever Xero's answer names."""
    in_xero_last = sorted(verdicts, key=lambda verdict: verdict.copy is not None)
    each = {verdict.link_id: verdict for verdict in in_xero_last}
    missing = [link.pk for link in links if link.pk not in each]
    if missing:
        logger.error("batch.members_unmentioned", links=missing)
    message = "Xero's answer did not mention it; asking Xero again."
    each |= {pk: Verdict(pk, message) for pk in missing}
    with committing(f"{purpose.name}.settle"):
        held.guard()
        apply_verdicts(
            list(each.values()),
            action=purpose.action,
            batch=batch,
            correlation_id=correlation_id,
        )
        close(batch)
