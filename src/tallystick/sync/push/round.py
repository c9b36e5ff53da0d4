"""One round of one organisation's push lane, step by step.

Open batches are settled before anything new is sent; what nobody can send fails on its own; what
Xero already has is confirmed, never created; what is missing is sealed, sent and settled; what
was cancelled meanwhile is retracted. Whatever stops a round, the next one begins from our tables.
"""

import structlog
from structlog.contextvars import bound_contextvars

from tallystick import xero
from tallystick.connections.client import client_for
from tallystick.connections.models import Organisation
from tallystick.connections.problems import mark_error
from tallystick.mapping import mirror
from tallystick.outages import log_failure, outage_of
from tallystick.sync import lane
from tallystick.sync.lane import Held, LeaseLost
from tallystick.sync.models import Link, LinkState
from tallystick.sync.push.attach import attach_due
from tallystick.sync.push.checking import check_if_due
from tallystick.sync.push.contacts import with_contacts
from tallystick.sync.push.documents import send_documents
from tallystick.sync.push.entering import retract_entries, send_entries
from tallystick.sync.push.ready import due_documents, resolve
from tallystick.sync.push.statuses import APPROVE, RETRACT, change_due
from tallystick.sync.push.strays import remove_strays
from tallystick.sync.push.unknown import settle_open_batches
from tallystick.sync.steps import calling, committing
from tallystick.sync.waking import wake

logger = structlog.get_logger(__name__)

#: What an outage broke off is tried again that soon: it has nothing to do with Xero or the documents.
_OUTAGE_SECONDS = 10


def drain(organisation_id: int) -> None:
    """Work one round if the lane is free, then ask for the next one if there is more to do."""
    organisation = Organisation.objects.select_related("workspace").get(pk=organisation_id)
    with bound_contextvars(organisation=organisation_id), lane.holding(organisation) as held:
        if held is None:
            return
        went_well = _work(held)
    if went_well and _has_more(organisation_id):
        wake(organisation_id)


def push_round(held: Held, client: xero.XeroClient) -> None:
    """Do the round's steps in their order: what hangs on a document goes before it, comes after it."""
    if mirror.is_stale(held.organisation):
        lists = calling("organisation.read", lambda: mirror.read(client))
        with committing("organisation.keep"):
            mirror.keep(held.organisation, lists)
    settle_open_batches(held, client)
    check_if_due(held, client)
    remove_strays(held, client)
    retract_entries(held, client)
    change_due(held, client, RETRACT)
    ready = resolve(held, due_documents(held.organisation))
    ready = with_contacts(held, client, ready)
    send_documents(held, client, ready)
    change_due(held, client, RETRACT)
    change_due(held, client, APPROVE)
    send_entries(held, client)
    attach_due(held, client)


def _work(held: Held) -> bool:
    """Run the round; tell whether the lane may go on at once. Nothing is lost whatever is raised."""
    try:
        push_round(held, client_for(held.organisation))
    except LeaseLost:
        logger.warning("round.lease_lost")
        return False
    except xero.TryLater as later:
        logger.warning(
            "round.later",
            reason=str(later),
            detail=later.detail,
            correlation_id=later.correlation_id,
        )
        held.block(seconds=later.retry_after_seconds, reason=str(later))
        return False
    except xero.NeedsPerson as needs:
        logger.warning("round.needs_person", reason=str(needs), correlation_id=needs.correlation_id)
        with committing("connection.error"):
            mark_error(held.organisation, needs)
        return False
    except xero.XeroError as error:
        # Nobody can tell whether it passes; asking again, ever less often, does no harm.
        logger.exception("round.refused", detail=error.detail, correlation_id=error.correlation_id)
        explanation = xero.explain(str(error))
        said = str(error) if explanation.code == "other" else explanation.words
        held.block(seconds=None, reason=f"{said} It is tried again by itself.")
        return False
    except Exception as error:  # noqa: BLE001 - it is logged
        # The outermost loop of the engine: a fault of ours must not spin, nor stop other lanes.
        log_failure(logger, "round.failed", error)
        if outage := outage_of(error):
            held.block(seconds=_OUTAGE_SECONDS, reason=outage.value)
            return False
        reason = (
            "Tallystick met an error of its own. Nothing is lost or doubled, and it is tried again "
            "by itself; whoever runs Tallystick finds the cause in its log."
        )
        held.block(seconds=None, reason=reason)
        return False
    held.unblock()
    return True


def _has_more(organisation_id: int) -> bool:
    wanted = Link.objects.filter(organisation=organisation_id, wants_pdf=True)
    return (
        Link.objects.due(organisation_id).exists() or wanted.filter(state=LinkState.SYNCED).exists()
    )
