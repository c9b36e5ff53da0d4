"""Sealed requests: stored before they are sent, settled after, repeatable in between.

What Xero's answer means for each member is the business of the batch's purpose; this module only
keeps the order: seal and commit, check the lease, send, settle in one transaction.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias, cast

import structlog
from django.db.models.functions import Now
from django.utils import timezone

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


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a kind of batch does, and how its outcome is read."""

    name: Literal["create_contacts", "create_invoices", "retract_invoices"]
    #: The action that its attempts bear.
    action: str
    #: From Xero's answer to a verdict for each member it speaks of.
    read: Callable[[Sequence[Link], xero.Answer], list[Verdict]]
    #: What to do about members when Xero refuses the request as a whole.
    refuse: Callable[[Sequence[Link], Refused], list[Verdict]]
    #: For when the key is dead: look in Xero for each member, and say what is there.
    look: Callable[[xero.XeroClient, Sequence[Link]], list[Verdict]]


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
    held.check()
    request, key = restore(batch), str(batch.key)
    try:
        answer = calling(f"{purpose.name}.send", lambda: client.send(request, key))
    except (xero.BadRequest, xero.NotFound) as refused:
        _settle(held, purpose, batch, refused=refused)
        return refused
    _settle(held, purpose, batch, answer=answer)
    return None


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
    return bool(batch.body) and timezone.now() - batch.sealed_at < KEY_LIVES


def members(batch: Batch) -> list[Link]:
    """Return the batch's links with document and party."""
    return list(
        Link.objects.filter(attempts__batch=batch)
        .select_related("document__party", "party")
        .order_by("pk")
    )


def close(batch: Batch) -> None:
    """Mark the batch settled; its bytes are not needed any more."""
    Batch.objects.filter(pk=batch.pk).update(settled_at=Now(), body=b"")


def _settle(
    held: Held,
    purpose: Purpose,
    batch: Batch,
    *,
    answer: xero.Answer | None = None,
    refused: Refused | None = None,
) -> None:
    links = members(batch)
    if answer is not None:
        verdicts = purpose.read(links, answer)
        verdicts += _unmentioned(links, verdicts)
    else:
        verdicts = purpose.refuse(links, cast(Refused, refused))
    try:
        with committing(f"{purpose.name}.settle"):
            held.guard()
            apply_verdicts(
                verdicts,
                action=purpose.action,
                batch=batch,
                correlation_id=(answer or cast(Refused, refused)).correlation_id,
            )
            close(batch)
    except LeaseLost:
        # We were too late: whoever holds the lane now must look what this late request has done.
        Batch.objects.filter(pk=batch.pk).update(settled_at=None)
        raise


def _unmentioned(links: Sequence[Link], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Members that Xero's answer does not mention go back; the next round asks for them first."""
    mentioned = {verdict.link_id for verdict in verdicts}
    missing = [link for link in links if link.pk not in mentioned]
    if missing:
        logger.error("batch.members_unmentioned", links=[link.pk for link in missing])
    message = "Xero's answer did not mention it; asking Xero again."
    return [Verdict(link_id=link.pk, message=message) for link in missing]
