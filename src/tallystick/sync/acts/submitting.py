"""What happens in the books puts work into the queue: submit, edit, cancel, pay, connect.

All of it is rows of ours in the transaction of the act that causes it; the job made after its
commit only wakes a worker, and a sweep does the same should it be lost.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, QuerySet, Value, When
from django.dispatch import receiver

from tallystick.books.models import Allocation, Document, Payment
from tallystick.books.signals import (
    allocations_made,
    allocations_removed,
    documents_cancelled,
    documents_edited,
    documents_submitted,
    payments_deleted,
    payments_recorded,
)
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.connections.signals import organisation_connected
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.new_links import (
    link_all,
    link_allocations,
    link_documents,
    link_payments,
)
from tallystick.sync.links.other_books import keep_out
from tallystick.sync.links.queueing import fields_anew
from tallystick.sync.links.sync_rules import in_order, reassess_links
from tallystick.sync.models import PAUSED, Intent, Lane, Link, LinkState
from tallystick.sync.pull.schedule import allow_again, readable_kinds, start_readings
from tallystick.sync.reconcile.settlements_there import follow_settlements
from tallystick.workspaces.models import Workspace


@receiver(documents_submitted)
def queue_submitted(
    sender: type[Document], workspace: Workspace, document_ids: Sequence[int], **_: Any
) -> None:
    """Queue the documents' push in the transaction that submits them."""
    organisation = bound_organisation(workspace)
    if organisation is None:
        return
    link_documents(organisation, document_ids)
    wake_lane(organisation.pk)


@receiver(documents_edited)
def queue_edited(
    sender: type[Document], workspace: Workspace, document_ids: Sequence[int], **_: Any
) -> None:
    """Queue what was edited after it was sent, or stopped before; the rest is sent as it is now.

    What is being sent just now is queued again once its answer is known.
    """
    links = Link.objects.filter(document__in=document_ids)
    approving = links.filter(state=LinkState.QUEUED, intent=Intent.APPROVE)
    in_order(approving).update(intent=Intent.PUSH)
    in_order(links.filter(PAUSED)).update(**fields_anew())
    stopped = [LinkState.SYNCED, LinkState.FAILED, LinkState.HELD]
    # What is to be undone and stays in Xero for now is not sent anew: it still is to go.
    in_order(links.filter(state__in=stopped).exclude(intent=Intent.RETRACT)).update(
        state=LinkState.QUEUED, intent=Intent.PUSH, **fields_anew()
    )
    organisation = bound_organisation(workspace)
    if organisation:
        reassess_links(organisation)
        wake_lane(organisation.pk)


@receiver(payments_recorded)
def queue_payments(
    sender: type[Payment], workspace: Workspace, payment_ids: Sequence[int], **_: Any
) -> None:
    """Queue the payments in the transaction that records them."""
    organisation = bound_organisation(workspace)
    if organisation:
        link_payments(organisation, payment_ids)
        wake_lane(organisation.pk)


@receiver(allocations_made)
def queue_allocations(
    sender: type[Allocation], workspace: Workspace, allocation_ids: Sequence[int], **_: Any
) -> None:
    """Queue the allocations in the transaction that makes them."""
    organisation = bound_organisation(workspace)
    if organisation:
        link_allocations(organisation, allocation_ids)
        wake_lane(organisation.pk)


@receiver(documents_cancelled)
def withdraw_cancelled(
    sender: type[Document], workspace: Workspace, document_ids: Sequence[int], **_: Any
) -> None:
    """Withdraw cancelled documents in the cancelling transaction."""
    _withdraw(Link.objects.filter(document__in=document_ids))


@receiver(payments_deleted)
def withdraw_payments(
    sender: type[Payment], workspace: Workspace, payment_ids: Sequence[int], **_: Any
) -> None:
    """Withdraw deleted payments in the deleting transaction; what they stood for comes home then."""
    _withdraw(Link.objects.filter(payment__in=payment_ids))
    if organisation := bound_organisation(workspace):
        paid = Payment.objects.filter(pk__in=payment_ids).values_list("document_id", flat=True)
        follow_settlements(organisation, set(paid))


@receiver(allocations_removed)
def withdraw_allocations(
    sender: type[Allocation], workspace: Workspace, allocation_ids: Sequence[int], **_: Any
) -> None:
    """Withdraw removed allocations in the removing transaction."""
    _withdraw(Link.objects.filter(allocation__in=allocation_ids))
    if organisation := bound_organisation(workspace):
        removed = Allocation.objects.filter(pk__in=allocation_ids)
        follow_settlements(organisation, set(removed.values_list("credit_note_id", flat=True)))


def _withdraw(links: QuerySet[Link]) -> None:
    """Drop what was never sent, queue the retraction of the rest.

    What is being sent just now is marked only: the engine retracts it once it knows the answer.
    """
    links = links.exclude(state=LinkState.RETRACTED)
    in_order(links).update(
        intent=Intent.RETRACT,
        state=Case(
            When(state=LinkState.SENDING, then=Value(LinkState.SENDING)),
            When(xero_id__isnull=False, then=Value(LinkState.QUEUED)),
            default=Value(LinkState.RETRACTED),
        ),
        **fields_anew(),
    )
    queued = links.filter(state=LinkState.QUEUED).order_by()
    for organisation_id in queued.values_list("organisation_id", flat=True).distinct():
        wake_lane(organisation_id)


@receiver(organisation_connected)
def adopt_submitted(
    sender: type[Organisation], workspace: Workspace, organisation_id: int, **_: Any
) -> None:
    """Show everything submitted so far as waiting for Sync now; reading what Xero has starts.

    What stands in other books is kept out of these.
    """
    organisation = Organisation.objects.get(pk=organisation_id)
    Lane.objects.get_or_create(organisation=organisation)
    keep_out(organisation)
    link_all(organisation, state=LinkState.WAITING)
    start_readings(organisation, readable_kinds(organisation))
    allow_again(organisation)
    wake_lane(organisation.pk)
