"""Batches whose outcome nobody knows: settled before anything new is sent.

A worker died, or Xero's answer was lost. While Xero keeps the key the identical request is
repeated, which cannot do anything twice. Later, or where Xero has broken down over it (it would keep
that answer with the key), it is asked; only what it does not have is queued anew. A request that gets
no answer again and again rests in between, and the lane goes on without it.
"""

from collections.abc import Sequence
from functools import partial

import structlog

from tallystick import xero
from tallystick.sync.engine.batches import (
    BatchPurpose,
    close_batch,
    is_repeatable,
    members_of,
    open_batches,
    postpone_batch,
)
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.engine.steps import PURPOSES
from tallystick.sync.links.transitions import LinkVerdict, apply_verdicts
from tallystick.sync.models import Batch
from tallystick.sync.push.contact_changes import UPDATE_CONTACTS
from tallystick.sync.push.contacts import CREATE_CONTACTS
from tallystick.sync.push.documents import CREATE, UPDATE
from tallystick.sync.push.items import CREATE_ITEMS, UPDATE_ITEMS
from tallystick.sync.push.pdf_attachments import ATTACH
from tallystick.sync.push.settlements import (
    CREATE_ALLOCATIONS,
    CREATE_PAYMENTS,
    RETRACT_ALLOCATIONS,
    RETRACT_PAYMENTS,
)
from tallystick.sync.push.status_changes import PURPOSES as STATUSES
from tallystick.sync.reconcile.duplicates import REMOVE

logger = structlog.get_logger(__name__)

_PURPOSES: dict[str, BatchPurpose] = {
    purpose.name: purpose
    for purpose in (
        CREATE_CONTACTS,
        UPDATE_CONTACTS,
        CREATE_ITEMS,
        UPDATE_ITEMS,
        *CREATE.values(),
        *UPDATE.values(),
        *ATTACH.values(),
        *(purpose for purposes in STATUSES.values() for purpose in purposes.values()),
        *REMOVE.values(),
        CREATE_PAYMENTS,
        RETRACT_PAYMENTS,
        CREATE_ALLOCATIONS,
        RETRACT_ALLOCATIONS,
    )
}
if set(_PURPOSES) != set(PURPOSES):
    raise RuntimeError("steps.PURPOSES does not name the purposes that there are.")


def purpose_of(batch: Batch) -> BatchPurpose:
    """Return what the batch is for."""
    return _PURPOSES[batch.purpose]


def settle_open_batches(hands: RoundHands) -> None:
    """Settle every open batch of the organisation that does not rest, oldest first.

    1. What has ended, or whose key Xero does not know any more: a look shows what it has done.
    2. What writes over copies: a look first, whether a person has changed one meanwhile.
    3. All else is sent once more with its key.
    """
    for batch in open_batches(hands.organisation):
        purpose = purpose_of(batch)
        if has_ended(purpose, batch):
            _settle(hands, purpose, batch, _look(hands, purpose, batch))
        elif not _is_disputed(hands, purpose, batch):
            _repeat(hands, purpose, batch)


def has_ended(purpose: BatchPurpose, batch: Batch) -> bool:
    """Tell whether a look shows what has become of it, once and for all."""
    answered = batch.under_way == 0 and purpose.shows
    return answered or not is_repeatable(batch)


def _is_disputed(hands: RoundHands, purpose: BatchPurpose, batch: Batch) -> bool:
    """Settle what would be written over a copy that a person has changed meanwhile."""
    if not purpose.writes_over:
        return False
    verdicts = _look(hands, purpose, batch)
    disputed = any(verdict.problem for verdict in verdicts)
    if disputed:
        _settle(hands, purpose, batch, verdicts)
    return disputed


def _repeat(hands: RoundHands, purpose: BatchPurpose, batch: Batch) -> None:
    """Send the same again, which cannot do anything twice."""
    try:
        hands.repeat(purpose, batch)
    except xero.OutcomeUnknown as unknown:
        if not purpose.others_go_on:
            raise
        logger.warning("batch.rests", key=str(batch.key), reason=str(unknown))
        postpone_batch(batch)


def _look(hands: RoundHands, purpose: BatchPurpose, batch: Batch) -> list[LinkVerdict]:
    """Ask what Xero has now of the batch's members."""
    links = hands.as_now(members_of(batch))
    return hands.ask("batch.ask", partial(purpose.look, hands.client, links))


def _settle(
    hands: RoundHands, purpose: BatchPurpose, batch: Batch, found: Sequence[LinkVerdict]
) -> None:
    """Settle by what was found in Xero; the other members go back to be sent anew."""
    known = {verdict.link_id for verdict in found}
    reason = "No answer had come from Xero" if batch.under_way else "Xero broke down over it"
    message = f"{reason}, and it shows that nothing was done."
    back = [LinkVerdict(link.pk, message) for link in members_of(batch) if link.pk not in known]
    hands.commit("batch.ask", partial(_close, purpose, batch, [*found, *back]))


def _close(purpose: BatchPurpose, batch: Batch, verdicts: Sequence[LinkVerdict]) -> None:
    apply_verdicts(verdicts, action=purpose.action, batch=batch)
    close_batch(batch)
