"""Putting work into the queue and releasing it: submit, cancel, Sync now, Retry, a mended mapping.

All of it is rows of ours in the transaction of the act that causes it; the job deferred with
them only wakes a worker, and a sweep does the same should it be lost.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Count, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Now
from django.dispatch import receiver

from tallystick.books.models import Document, Kind, Status
from tallystick.books.signals import documents_cancelled, documents_submitted
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.connections.signals import organisation_connected
from tallystick.mapping.problems import TAX_MAPPING, XERO
from tallystick.mapping.signals import mended
from tallystick.sync.models import Attempt, Intent, Lane, Link, LinkState, Outcome
from tallystick.sync.tasks import wake
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: Kinds of documents that are pushed.
PUSHED_KINDS = (Kind.SALES_INVOICE,)


@dataclass(frozen=True, slots=True)
class Queued:
    """What an act put on its way: how many documents, and their totals by currency."""

    count: int
    totals: Mapping[str, Decimal]


@receiver(documents_submitted)
def queue_submitted(
    sender: type[Document], workspace: Workspace, document_ids: Sequence[int], **_: Any
) -> None:
    """Queue the documents' push in the transaction that submits them."""
    organisation = bound_organisation(workspace)
    if organisation is None:
        return
    _create_links(organisation, LinkState.QUEUED, document_ids=document_ids)
    wake(organisation.pk)


@receiver(documents_cancelled)
def withdraw_cancelled(
    sender: type[Document], workspace: Workspace, document_ids: Sequence[int], **_: Any
) -> None:
    """In the cancelling transaction: drop what was never sent, queue the retraction of the rest.

    What is being sent just now is marked only: the engine retracts it once it knows the answer.
    """
    links = Link.objects.filter(document__in=document_ids).exclude(state=LinkState.RETRACTED)
    _in_order(links).update(
        intent=Intent.RETRACT,
        state=Case(
            When(state=LinkState.SENDING, then=Value(LinkState.SENDING)),
            When(xero_id__isnull=False, then=Value(LinkState.QUEUED)),
            default=Value(LinkState.RETRACTED),
        ),
        **_anew(),
    )
    queued = links.filter(state=LinkState.QUEUED).order_by()
    for organisation_id in queued.values_list("organisation_id", flat=True).distinct():
        wake(organisation_id)


@receiver(organisation_connected)
def adopt_submitted(
    sender: type[Organisation], workspace: Workspace, organisation_id: int, **_: Any
) -> None:
    """Show everything submitted so far as waiting for Sync now; reading Xero's lists starts."""
    organisation = Organisation.objects.get(pk=organisation_id)
    Lane.objects.get_or_create(organisation=organisation)
    _create_links(organisation, LinkState.WAITING)
    wake(organisation.pk)


@receiver(mended)
def release_mended(
    sender: type[Organisation], organisation_id: int, keys: Iterable[str], **_: Any
) -> None:
    """Queue anew everything that waited for what was mended.

    Under the lane's lock, for a round may be failing more documents for the same cause just now.
    """
    Lane.objects.select_for_update().filter(organisation=organisation_id).exists()
    if release(organisation_id, keys):
        wake(organisation_id)


def release(organisation_id: int, keys: Iterable[str]) -> int:
    """Queue the failed and held links that wait for one of the keys; returns how many."""
    keys = list(keys)
    waiting = Q(waits_for__in=[key for key in keys if not key.endswith("*")])
    for key in keys:
        if key.endswith("*"):
            waiting |= Q(waits_for__startswith=key.removesuffix("*"))
    stopped = Link.objects.filter(
        waiting, organisation=organisation_id, state__in=[LinkState.FAILED, LinkState.HELD]
    )
    return _requeue(stopped)


@transaction.atomic
def sync_now(*, workspace: Workspace, actor: User) -> Queued:
    """Queue every submitted document that still waits, and wake the push; safe to repeat.

    Raises NotAllowed for people who may not, and NotConnected where there is no organisation.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
    # One at a time, so that two people who press it at once do not both count the same documents.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    _create_links(organisation, LinkState.WAITING)
    waiting = Link.objects.filter(organisation=organisation, state=LinkState.WAITING)
    queued = totals_of(waiting)
    _requeue(waiting)
    if queued.count:
        audit.record(
            workspace=workspace,
            actor=actor,
            action="sync.started",
            subject=organisation,
            message=f"Sent {queued.count:,} waiting documents to {organisation.name}.",
        )
    wake(organisation.pk)
    return queued


@transaction.atomic
def retry(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Queue failed and held links anew, with the customers that they wait for; returns how many.

    Anyone in the workspace may, any number of times. What is on its way or done stays untouched.
    What waits for a change in Xero makes its lists be read again first.
    """
    require(actor, workspace, Permission.VIEW)
    organisations = list(workspace.organisations.values_list("pk", flat=True))
    stopped = Link.objects.filter(
        organisation__in=organisations, state__in=[LinkState.FAILED, LinkState.HELD]
    )
    chosen = stopped.filter(pk__in=link_ids)
    causes = list(chosen.values_list("organisation_id", "waits_for", "problem__screen"))
    parties = [key.partition(":")[2] for _, key, _ in causes if key.startswith("party:")]
    # Whoever mended something in Xero must not wait until our copy of its lists is old.
    mended_there = {pk for pk, _, screen in causes if screen in (XERO, TAX_MAPPING)}
    Organisation.objects.filter(pk__in=mended_there).update(read_at=None)
    _requeue(stopped.filter(party__in=parties))
    count = _requeue(chosen, asked_by=actor)
    for organisation_id in {pk for pk, _, _ in causes}:
        wake(organisation_id)
    return count


class NotConnected(Exception):
    """The workspace is bound to no organisation."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(
            f"{workspace} is not connected to Xero. Connect it under Settings, Integrations; "
            "everything submitted is kept and waits."
        )


def bound_organisation(workspace: Workspace) -> Organisation | None:
    """Return the organisation that the workspace's documents go to; None before connecting."""
    bound = (
        Connection.objects.without_tokens()
        .filter(workspace=workspace)
        .exclude(status=ConnectionStatus.DISCONNECTED)
    )
    found = bound.select_related("organisation").first()
    return found.organisation if found else None


def totals_of(links: QuerySet[Link]) -> Queued:
    """Return count and money of the documents that the links stand for."""
    rows = links.filter(document__isnull=False).values("document__currency")
    sums = rows.annotate(count=Count("pk"), total=Sum("document__total")).order_by()
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in sums:
        totals[row["document__currency"]] += row["total"]
    return Queued(count=sum(row["count"] for row in sums), totals=dict(totals))


def _requeue(links: QuerySet[Link], *, asked_by: User | None = None) -> int:
    if asked_by:
        Attempt.objects.bulk_create(
            Attempt(
                organisation_id=link.organisation_id,
                link=link,
                action="retry",
                outcome=Outcome.DONE,
                message=f"{asked_by} pressed Retry.",
                actor=asked_by,
                finished_at=Now(),
            )
            for link in links.order_by("pk").select_for_update()
        )
    return _in_order(links).update(state=LinkState.QUEUED, **_anew())


def _in_order(links: QuerySet[Link]) -> QuerySet[Link]:
    """Return the same links, to be locked in the order of their keys when they are updated.

    Everybody locks them so, after the documents; no two acts then wait for each other.
    """
    # A limit, or Django would leave out the order of a sub-select.
    locked = links.order_by("pk").select_for_update().values("pk")[: 2**62]
    return Link.objects.filter(pk__in=locked)


def _anew() -> dict[str, Any]:
    """What every act that sets a link going again writes."""
    return {
        "problem": None,
        "waits_for": "",
        "tries": 0,
        "not_before": Now(),
        "queued_at": Now(),
        "changed_at": Now(),
    }


def _create_links(
    organisation: Organisation, state: LinkState, *, document_ids: Sequence[int] | None = None
) -> None:
    """Give every submitted document (of those named) without a link one, in one statement.

    The documents are locked, so that one that is just being cancelled gets none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO sync_link (organisation_id, document_id, state, intent, queued_at, tries,
                                   xero_number, xero_status, waits_for)
            SELECT %(organisation)s, document.id, %(state)s, %(intent)s, now(), 0, '', '', ''
            FROM books_document document
            WHERE document.workspace_id = %(workspace)s
              AND document.status = %(submitted)s
              AND document.kind = ANY(%(kinds)s)
              AND (%(ids)s::bigint[] IS NULL OR document.id = ANY(%(ids)s))
              AND NOT EXISTS (SELECT FROM sync_link link
                              WHERE link.organisation_id = %(organisation)s
                                AND link.document_id = document.id)
            ORDER BY document.id
            FOR SHARE OF document
            ON CONFLICT (organisation_id, document_id) DO NOTHING
            """,
            {
                "organisation": organisation.pk,
                "workspace": organisation.workspace_id,
                "state": state.value,
                "intent": Intent.PUSH.value,
                "submitted": Status.SUBMITTED.value,
                "kinds": [kind.value for kind in PUSHED_KINDS],
                "ids": list(document_ids) if document_ids is not None else None,
            },
        )
