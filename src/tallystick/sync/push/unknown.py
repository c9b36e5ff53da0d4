"""Batches whose outcome nobody knows: settled before anything new is sent.

A worker died, or Xero's answer was lost. While Xero keeps the key the identical request is
repeated, which cannot do anything twice. Later, or where Xero has broken down over it (it would keep
that answer with the key), it is asked; only what it does not have is queued anew. A request that gets
no answer again and again rests in between, and the lane goes on without it.
"""

from collections.abc import Sequence

import structlog

from tallystick import xero
from tallystick.sync.lane import Held
from tallystick.sync.models import Batch
from tallystick.sync.push.attach import ATTACH
from tallystick.sync.push.batches import (
    Purpose,
    close,
    deliver,
    is_repeatable,
    members,
    note_repeat,
    open_batches,
    rest,
)
from tallystick.sync.push.contacts import CREATE_CONTACTS
from tallystick.sync.push.documents import CREATE, UPDATE
from tallystick.sync.push.entering import (
    CREATE_ALLOCATIONS,
    CREATE_PAYMENTS,
    RETRACT_ALLOCATIONS,
    RETRACT_PAYMENTS,
)
from tallystick.sync.push.statuses import PURPOSES as STATUSES
from tallystick.sync.push.strays import REMOVE
from tallystick.sync.steps import PURPOSES, calling, committing
from tallystick.sync.verdicts import Verdict, apply_verdicts

logger = structlog.get_logger(__name__)

_PURPOSES: dict[str, Purpose] = {
    purpose.name: purpose
    for purpose in (
        CREATE_CONTACTS,
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


def purpose_of(batch: Batch) -> Purpose:
    """Return what the batch is for."""
    return _PURPOSES[batch.purpose]


def settle_open_batches(held: Held, client: xero.XeroClient) -> None:
    """Settle every open batch of the organisation that does not rest, oldest first."""
    for batch in open_batches(held.organisation):
        purpose = purpose_of(batch)
        if has_ended(purpose, batch):
            _settle(held, purpose, batch, _look(client, purpose, batch))
        elif not _is_disputed(held, client, purpose, batch):
            _repeat(held, client, purpose, batch)


def has_ended(purpose: Purpose, batch: Batch) -> bool:
    """Tell whether a look shows what has become of it, once and for all."""
    answered = batch.under_way == 0 and purpose.shows
    return answered or not is_repeatable(batch)


def _is_disputed(held: Held, client: xero.XeroClient, purpose: Purpose, batch: Batch) -> bool:
    """Settle what would be written over a copy that a person has changed meanwhile."""
    if not purpose.writes_over:
        return False
    verdicts = _look(client, purpose, batch)
    disputed = any(verdict.problem for verdict in verdicts)
    if disputed:
        _settle(held, purpose, batch, verdicts)
    return disputed


def _repeat(held: Held, client: xero.XeroClient, purpose: Purpose, batch: Batch) -> None:
    """Send the same again, which cannot do anything twice."""
    note_repeat(batch)
    try:
        deliver(held, client, purpose, batch)
    except xero.OutcomeUnknown as unknown:
        if not purpose.others_go_on:
            raise
        logger.warning("batch.rests", key=str(batch.key), reason=str(unknown))
        rest(batch)


def _look(client: xero.XeroClient, purpose: Purpose, batch: Batch) -> list[Verdict]:
    """Ask what Xero has now of the batch's members."""
    links = members(batch)
    return calling("batch.ask", lambda: purpose.look(client, links))


def _settle(held: Held, purpose: Purpose, batch: Batch, found: Sequence[Verdict]) -> None:
    """Settle by what was found in Xero; the other members go back to be sent anew."""
    known = {verdict.link_id for verdict in found}
    reason = "No answer had come from Xero" if batch.under_way else "Xero broke down over it"
    message = f"{reason}, and it shows that nothing was done."
    back = [Verdict(link.pk, message) for link in members(batch) if link.pk not in known]
    with committing("batch.ask"):
        held.guard()
        apply_verdicts([*found, *back], action=purpose.action, batch=batch)
        close(batch)
