"""Undoing a run: what one Sync now has sent is taken out of Xero again; here it stays submitted."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from tallystick.sync.models import Attempt, Intent, Link, LinkState, Outcome, Run
from tallystick.sync.policy import in_order
from tallystick.sync.queue import anew
from tallystick.sync.sums import Part, part_of
from tallystick.sync.waking import wake
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

_DRAFTS = ("DRAFT", "SUBMITTED")


@dataclass(frozen=True, slots=True)
class Preview:
    """What undoing a run would do, by what Xero last said of each document."""

    run: Run
    #: Drafts, to be deleted; approved ones, to be voided, unless Xero has payments on them.
    deleted: Part
    voided: Part
    #: Payments and allocations, deleted first.
    entries: Part
    #: Paid, which Xero does not let go before the payment is taken off.
    refused: Part
    #: Not sent yet: they wait again.
    stopped: Part


def runs_of(workspace: Workspace) -> QuerySet[Run]:
    """Return the workspace's runs, newest first."""
    return (
        Run.objects.filter(organisation__workspace=workspace)
        .select_related("started_by", "undone_by", "organisation")
        .order_by("-pk")
    )


def preview(run: Run) -> Preview:
    """Return what undoing the run would do now; asks nobody and changes nothing."""
    links = _links(run)
    documents = links.filter(document__isnull=False, state=LinkState.SYNCED)
    # What was paid by this run alone is free to go once its payments are gone.
    freed = Q(pk__in=documents.filter(document__payments__links__run=run))
    paid = Q(xero_status="PAID") & ~freed
    return Preview(
        run=run,
        deleted=part_of(documents.filter(xero_status__in=_DRAFTS)),
        voided=part_of(documents.exclude(paid | Q(xero_status__in=_DRAFTS))),
        entries=part_of(links.filter(document=None, party=None, state=LinkState.SYNCED)),
        refused=part_of(documents.filter(paid)),
        stopped=part_of(links.filter(_unsent())),
    )


@transaction.atomic
def undo(*, workspace: Workspace, actor: User, run_id: int) -> Preview:
    """Take what the run has sent out of Xero, and let the rest wait; safe to repeat.

    What Xero refuses (paid, locked) fails with its reason and stays as it is.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    run = Run.objects.select_for_update().get(pk=run_id, organisation__workspace=workspace)
    done = preview(run)
    links = _links(run)
    sent = links.filter(state=LinkState.SYNCED, party=None, xero_id__isnull=False)
    Attempt.objects.bulk_create(
        Attempt(
            organisation_id=link.organisation_id,
            link=link,
            action="choose",
            outcome=Outcome.DONE,
            message=f"{actor} undid the sync of {run.started_at:%d %b %Y %H:%M} UTC.",
            actor=actor,
            finished_at=Now(),
        )
        for link in sent.order_by("pk")
    )
    in_order(links.filter(_unsent())).update(
        state=LinkState.WAITING, problem=None, waits_for="", changed_at=Now()
    )
    in_order(sent).update(state=LinkState.QUEUED, intent=Intent.RETRACT, **anew())
    Run.objects.filter(pk=run.pk).update(undone_by=actor, undone_at=Now())
    audit.record(
        workspace=workspace,
        actor=actor,
        action="sync.undone",
        subject=run.organisation,
        message=f"Undid the sync of {run.started_at:%d %b %Y %H:%M} UTC.",
    )
    wake(run.organisation_id)
    return done


def _links(run: Run) -> QuerySet[Link]:
    return Link.objects.filter(run=run, intent=Intent.PUSH)


def _unsent() -> Q:
    stopped = [LinkState.QUEUED, LinkState.FAILED, LinkState.HELD]
    return Q(state__in=stopped, xero_id=None)
