"""Putting work into the queue and releasing it: submit, edit, cancel, pay, Sync now, Retry, a mend.

All of it is rows of ours in the transaction of the act that causes it; the job made after its
commit only wakes a worker, and a sweep does the same should it be lost.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now
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
from tallystick.mapping.problems import ACCOUNTS, PAYMENT_METHODS, TAX_MAPPING, XERO
from tallystick.sync.elsewhere import keep_out
from tallystick.sync.linking import link_all, link_allocations, link_documents, link_payments
from tallystick.sync.models import (
    PAUSED,
    Batch,
    Intent,
    KindPolicy,
    Lane,
    Link,
    LinkState,
    Run,
)
from tallystick.sync.noting import note_decision
from tallystick.sync.policy import PAYMENT, in_order, reassess
from tallystick.sync.sums import Part, part_of
from tallystick.sync.waking import wake
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: From one Sync now to the next of the same organisation.
COOLDOWN = timedelta(seconds=5)
#: Code of the problem of payments whose document is still a draft in Xero.
NOT_APPROVED = "not_approved"


#: What is mended on these screens may have been mended in Xero as well.
_READ_AGAIN = (XERO, TAX_MAPPING, ACCOUNTS, PAYMENT_METHODS)


@receiver(documents_submitted)
def queue_submitted(
    sender: type[Document], workspace: Workspace, document_ids: Sequence[int], **_: Any
) -> None:
    """Queue the documents' push in the transaction that submits them."""
    organisation = bound_organisation(workspace)
    if organisation is None:
        return
    link_documents(organisation, document_ids)
    wake(organisation.pk)


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
    in_order(links.filter(PAUSED)).update(**anew())
    stopped = [LinkState.SYNCED, LinkState.FAILED, LinkState.HELD]
    # What is to be undone and stays in Xero for now is not sent anew: it still is to go.
    in_order(links.filter(state__in=stopped).exclude(intent=Intent.RETRACT)).update(
        state=LinkState.QUEUED, intent=Intent.PUSH, **anew()
    )
    organisation = bound_organisation(workspace)
    if organisation:
        reassess(organisation)
        wake(organisation.pk)


@receiver(payments_recorded)
def queue_payments(
    sender: type[Payment], workspace: Workspace, payment_ids: Sequence[int], **_: Any
) -> None:
    """Queue the payments in the transaction that records them."""
    organisation = bound_organisation(workspace)
    if organisation:
        link_payments(organisation, payment_ids)
        wake(organisation.pk)


@receiver(allocations_made)
def queue_allocations(
    sender: type[Allocation], workspace: Workspace, allocation_ids: Sequence[int], **_: Any
) -> None:
    """Queue the allocations in the transaction that makes them."""
    organisation = bound_organisation(workspace)
    if organisation:
        link_allocations(organisation, allocation_ids)
        wake(organisation.pk)


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
    """Withdraw deleted payments in the deleting transaction."""
    _withdraw(Link.objects.filter(payment__in=payment_ids))


@receiver(allocations_removed)
def withdraw_allocations(
    sender: type[Allocation], workspace: Workspace, allocation_ids: Sequence[int], **_: Any
) -> None:
    """Withdraw removed allocations in the removing transaction."""
    _withdraw(Link.objects.filter(allocation__in=allocation_ids))


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
        **anew(),
    )
    queued = links.filter(state=LinkState.QUEUED).order_by()
    for organisation_id in queued.values_list("organisation_id", flat=True).distinct():
        wake(organisation_id)


@receiver(organisation_connected)
def adopt_submitted(
    sender: type[Organisation], workspace: Workspace, organisation_id: int, **_: Any
) -> None:
    """Show everything submitted so far as waiting for Sync now; reading Xero's lists starts.

    What stands in other books is kept out of these.
    """
    organisation = Organisation.objects.get(pk=organisation_id)
    Lane.objects.get_or_create(organisation=organisation)
    keep_out(organisation)
    link_all(organisation, state=LinkState.WAITING)
    wake(organisation.pk)


def release(organisation_id: int, keys: Iterable[str]) -> int:
    """Queue the links that wait for one of the keys; returns how many."""
    return requeue(waiting_on(organisation_id, keys))


def waiting_on(organisation_id: int, keys: Iterable[str]) -> QuerySet[Link]:
    """Return the links that wait for one of the keys; what is put off with its customer is due."""
    keys = list(keys)
    waiting = Q(waits_for__in=[key for key in keys if not key.endswith("*")])
    for key in keys:
        if key.endswith("*"):
            waiting |= Q(waits_for__startswith=key.removesuffix("*"))
    parties = [int(key.removeprefix("party:")) for key in keys if key.startswith("party:")]
    if parties:
        # Put off with their customer.
        late = Link.objects.paused().filter(document__party__in=parties)
        in_order(late.filter(organisation=organisation_id)).update(not_before=Now())
    states = [LinkState.FAILED, LinkState.HELD, LinkState.WAITING]
    stopped = Link.objects.filter(organisation=organisation_id, state__in=states)
    # Said once more, so that the index on it is used.
    return stopped.filter(waiting).exclude(waits_for="")


@transaction.atomic
def sync_now(*, workspace: Workspace, actor: User) -> Part:
    """Queue all that waits for a press, and wake the push; safe to repeat. Returns what it was.

    Raises NotAllowed for people who may not, NotConnected where there is no organisation, and
    CoolingDown where somebody has pressed just before.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
    # One at a time, so that two people who press it at once do not both count the same documents.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if seconds := cooling_seconds(organisation):
        raise CoolingDown(seconds)
    Lane.objects.update_or_create(organisation=organisation, defaults={"pressed_at": Now()})
    link_all(organisation, state=LinkState.WAITING)
    waiting = waiting_for_a_press(organisation)
    queued = part_of(waiting)
    if queued.count:
        run = Run.objects.create(organisation=organisation, started_by=actor)
        requeue(waiting, run=run)
    if queued.count:
        audit.record(
            workspace=workspace,
            actor=actor,
            action="sync.started",
            subject=organisation,
            message=f"Put {queued} on the way to {organisation.name}.",
        )
    wake(organisation.pk)
    return queued


def send_scheduled(policy: KindPolicy) -> None:
    """Queue what waits for its kind's time of day."""
    organisation = policy.organisation
    requeue(waiting_for_a_press(organisation).filter(of_kind(policy.kind)))
    wake(organisation.pk)


def of_kind(kind: str) -> Q:
    """Return the condition on links of a policy's kind."""
    if kind == PAYMENT:
        return Q(payment__isnull=False) | Q(allocation__isnull=False)
    return Q(document__kind=kind)


def cooling_seconds(organisation: Organisation) -> int:
    """Return in how many seconds Sync now may be pressed again; 0: at once."""
    pressed = Lane.objects.filter(organisation=organisation, pressed_at__gt=Now() - COOLDOWN)
    # By the database's clock, for the machines' own need not agree.
    ago = pressed.values_list(Now() - F("pressed_at"), flat=True).first()
    return 0 if ago is None else max(1, math.ceil((COOLDOWN - ago).total_seconds()))


def waiting_for_a_press(organisation: Organisation) -> QuerySet[Link]:
    """Return the links that wait for a person or their hour, not for another record."""
    return Link.objects.filter(organisation=organisation, state=LinkState.WAITING, waits_for="")


@transaction.atomic
def retry(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Queue failed and held links anew, with the customers that they wait for; returns how many.

    Anyone in the workspace may, any number of times. What is on its way or done stays untouched,
    save that what is stuck on its way, or paused after unclear answers, is taken up again.
    What waits for a change in Xero makes its lists be read again first.
    """
    require(actor, workspace, Permission.VIEW)
    organisations = list(workspace.organisations.values_list("pk", flat=True))
    ours = Link.objects.filter(organisation__in=organisations)
    stopped = Link.objects.filter(
        organisation__in=organisations, state__in=[LinkState.FAILED, LinkState.HELD]
    )
    # What somebody changed of a payment in Xero is not seen where Xero would be asked for it.
    chosen = stopped.filter(pk__in=link_ids).exclude(document=None, problem__code="settled")
    # Whoever mended something in Xero must not wait until our copy of its lists is old.
    mended_there = chosen.filter(problem__screen__in=_READ_AGAIN).values("organisation")
    Organisation.objects.filter(pk__in=mended_there).update(read_at=None)
    customers = set(ours.filter(pk__in=link_ids).values_list("document__party", flat=True))
    # All at once: locked act by act they would come in another order than everybody else's.
    locked(ours.filter(Q(pk__in=link_ids) | Q(party__in=customers)))
    causes = list(chosen.values_list("organisation_id", "waits_for"))
    parties = [key.partition(":")[2] for _, key in causes if key.startswith("party:")]
    requeue(stopped.filter(party__in=parties))
    count = requeue(chosen, asked_by=actor)
    # A document that is in Xero, but its PDF is not.
    bare = ours.filter(pk__in=link_ids, state=LinkState.SYNCED).exclude(problem=None)
    causes += list(bare.values_list("organisation_id", "waits_for"))
    count += bare.update(wants_pdf=True, problem=None, changed_at=Now())
    stuck = Link.objects.stuck().filter(organisation__in=organisations, pk__in=link_ids)
    causes += list(stuck.values_list("organisation_id", "waits_for"))
    # What is in a request has its outcome looked for now.
    sending = stuck.filter(state=LinkState.SENDING)
    Batch.objects.filter(settled_at=None, attempts__link__in=sending).update(rests_until=None)
    count += sending.count()
    count += requeue(stuck.filter(state=LinkState.QUEUED), asked_by=actor)
    paused = Link.objects.paused().filter(organisation__in=organisations, pk__in=link_ids)
    causes += list(paused.values_list("organisation_id", "waits_for"))
    count += requeue(paused, asked_by=actor)
    requeue(ours.filter(PAUSED, party__in=customers))
    for organisation_id in {pk for pk, _ in causes}:
        wake(organisation_id)
    return count


class CoolingDown(Exception):
    """Sync now was pressed just before, and is free again in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "Sync now was pressed a moment ago, and what waited is on its way. Press it again in "
            f"{seconds} second{'' if seconds == 1 else 's'}; nothing is lost meanwhile."
        )
        self.seconds = seconds


class NotConnected(Exception):
    """The workspace is bound to no organisation."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(
            f"{workspace} is not connected to Xero. Connect it under Settings, Integrations; "
            "everything submitted is kept and waits."
        )


def requeue(links: QuerySet[Link], *, asked_by: User | None = None, run: Run | None = None) -> int:
    """Queue the links anew; returns how many."""
    if asked_by:
        message = f"{asked_by} pressed Retry."
        note_decision(links, action="retry", message=message, actor=asked_by)
    of_run = {"run": run} if run else {}
    return in_order(links).update(state=LinkState.QUEUED, **anew(), **of_run)


def locked(links: QuerySet[Link]) -> QuerySet[Link]:
    """Lock the links in the order of their keys, and return the same, to be filtered further.

    An act that first locks what it is asked for, and asks only then how each stands, does nothing
    where somebody has done it just before.
    """
    list(links.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    return links


def anew() -> dict[str, Any]:
    """What every act that sets a link going again writes."""
    return {
        "problem": None,
        "waits_for": "",
        "tries": 0,
        "not_before": Now(),
        "queued_at": Now(),
        "changed_at": Now(),
    }
