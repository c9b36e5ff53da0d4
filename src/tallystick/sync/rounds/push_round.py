"""One round of one organisation's push lane, step by step.

Open batches are settled before anything new is sent; what nobody can send fails on its own; what
Xero already has is confirmed, never created; what is missing is sealed, sent and settled; what
was cancelled meanwhile is retracted. Whatever stops a round, the next one begins from our tables.
"""

from functools import partial

import structlog
from structlog.contextvars import bound_contextvars

from tallystick import xero
from tallystick.connections.client import client_for
from tallystick.connections.models import Organisation
from tallystick.connections.problems import mark_error
from tallystick.outages import log_failure, outage_of
from tallystick.sync.engine.due_work import CONTACT_CHANGES, ITEM_CHANGES, PDFS
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.engine.lane_lease import LaneLease, LeaseLost, holding_lane
from tallystick.sync.engine.steps import committing
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.engine.writing_hands import WritingHands
from tallystick.sync.links.switched_off import kinds_off, set_aside
from tallystick.sync.lookup.ready_documents import due_documents, resolve_documents
from tallystick.sync.models import Link, Reading, is_due, is_slice_due
from tallystick.sync.pull.changes import pull_if_due
from tallystick.sync.pull.whole_lists import read_lists_if_needed
from tallystick.sync.push.contact_changes import send_contact_changes
from tallystick.sync.push.contacts import with_contacts
from tallystick.sync.push.documents import send_documents
from tallystick.sync.push.items import send_items
from tallystick.sync.push.pdf_attachments import attach_due
from tallystick.sync.push.settlements import retract_settlements, send_settlements
from tallystick.sync.push.status_changes import APPROVE, RETRACT, change_due
from tallystick.sync.reconcile.duplicates import remove_duplicates
from tallystick.sync.rounds.unknown_outcomes import settle_open_batches
from tallystick.sync.webhooks.told_records import fetch_told
from tallystick.sync.webhooks.waiting import is_burst_over
from tallystick.xero.catalogue.codes import RefusalCode

logger = structlog.get_logger(__name__)

#: What an outage broke off is tried again that soon: it has nothing to do with Xero or the documents.
_OUTAGE_SECONDS = 10


def drain_lane(organisation_id: int) -> None:
    """Work one round if the lane is free, then ask for the next one if there is more to do."""
    organisation = Organisation.objects.select_related("workspace").get(pk=organisation_id)
    with (
        bound_contextvars(organisation=organisation_id),
        holding_lane(organisation) as lease,
    ):
        if lease is None:
            return
        went_well = _work(lease)
    if went_well and _has_more(organisation):
        wake_lane(organisation_id)


def push_round(hands: RoundHands) -> None:
    """Do one round; whatever breaks it off, the next one begins with the first step again.

    What webhooks told of comes last, so that it keeps nobody's documents waiting.
    """
    begin_round(hands)
    work_round(hands)
    fetch_told(hands)


def begin_round(hands: RoundHands) -> None:
    """See to what must be known before anything new is sent.

    1. The organisation's lists are read, where our copy of them is old and something needs them.
    2. Requests whose outcome nobody knows are settled.
    3. What Xero has changed comes home and is held against our links, where that is due.
    4. Second copies that were found are removed.
    """
    read_lists_if_needed(hands)
    settle_open_batches(hands)
    pull_if_due(hands)
    remove_duplicates(hands)


def work_round(hands: RoundHands) -> None:
    """Send what is due, some of each; what hangs on a document goes before it, comes after it.

    1. What belongs to a module that is switched off is set aside.
    2. Withdrawn payments and allocations go out of Xero, then withdrawn documents.
    3. Documents are resolved; those that cannot be sent stop, each on its own.
    4. Their customers are found or made as contacts; what changed of parties and items is written.
    5. The documents are asked for, then made, written anew or confirmed.
    6. What was withdrawn meanwhile goes out; what settlements wait for is approved.
    7. Payments and allocations are written.
    8. PDFs are put beside their documents.
    """
    if hands.shut:
        hands.commit("modules.aside", partial(set_aside, hands.organisation))
    retract_settlements(hands)
    change_due(hands, RETRACT)
    send_items(hands)
    ready = resolve_documents(hands, due_documents(hands))
    ready = with_contacts(hands, ready)
    send_contact_changes(hands)
    send_documents(hands, ready)
    change_due(hands, RETRACT)
    change_due(hands, APPROVE)
    send_settlements(hands)
    attach_due(hands)


def _work(lease: LaneLease) -> bool:
    """Run the round; tell whether the lane may go on at once. Nothing is lost whatever is raised."""
    try:
        shut = kinds_off(lease.organisation)
        push_round(WritingHands(lease, client_for(lease.organisation), shut))
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
        lease.block(seconds=later.retry_after_seconds, reason=str(later))
        return False
    except xero.NeedsPerson as needs:
        logger.warning("round.needs_person", reason=str(needs), correlation_id=needs.correlation_id)
        with committing("connection.error"):
            mark_error(lease.organisation, needs)
        return False
    except xero.XeroError as error:
        # Nobody can tell whether it passes; asking again, ever less often, does no harm.
        logger.exception("round.refused", detail=error.detail, correlation_id=error.correlation_id)
        explanation = xero.explain(str(error))
        is_told = explanation.code == RefusalCode.TOO_MANY_RECORDS
        said = explanation.words if is_told else str(error)
        lease.block(seconds=None, reason=f"{said} It is tried again by itself.")
        return False
    except Exception as error:  # noqa: BLE001 - it is logged
        # The outermost loop of the engine: a fault of ours must not spin, nor stop other lanes.
        log_failure(logger, "round.failed", error)
        if outage := outage_of(error):
            lease.block(seconds=_OUTAGE_SECONDS, reason=outage.value)
            return False
        reason = (
            "Tallystick met an error of its own. Nothing is lost or doubled, and it is tried again "
            "by itself; whoever runs Tallystick finds the cause in its log."
        )
        lease.block(seconds=None, reason=reason)
        return False
    lease.unblock()
    return True


def _has_more(organisation: Organisation) -> bool:
    return (
        Link.objects.due(organisation.pk).exists()
        or any(work.links(organisation).exists() for work in (PDFS, CONTACT_CHANGES, ITEM_CHANGES))
        or Reading.objects.filter(is_due() | is_slice_due(), organisation=organisation).exists()
        or is_burst_over(organisation)
    )
