"""Undoing a run: what one Sync now has sent is taken out of Xero again; here it stays submitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Now

from tallystick.sync.models import Attempt, Intent, Link, LinkState, Outcome, Run
from tallystick.sync.policy import in_order
from tallystick.sync.queue import anew
from tallystick.sync.waking import wake
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

_DRAFTS = ("DRAFT", "SUBMITTED")


@dataclass(frozen=True, slots=True)
class Part:
    """What would become of some of the run's records: how many, and their money by currency."""

    count: int
    totals: Mapping[str, Decimal]


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
    return Preview(
        run=run,
        deleted=_part(documents.filter(xero_status__in=_DRAFTS)),
        voided=_part(documents.exclude(xero_status__in=[*_DRAFTS, "PAID"])),
        entries=_part(links.filter(document=None, party=None, state=LinkState.SYNCED)),
        refused=_part(documents.filter(xero_status="PAID")),
        stopped=_part(links.filter(_unsent())),
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


def _part(links: QuerySet[Link]) -> Part:
    rows = links.values(
        currency=Coalesce(
            "document__currency",
            "payment__document__currency",
            "allocation__document__currency",
        )
    ).annotate(
        count=Count("pk"),
        total=Sum(Coalesce("document__total", "payment__amount", "allocation__amount")),
    )
    found = list(rows.order_by())
    return Part(
        count=sum(row["count"] for row in found),
        totals={row["currency"]: row["total"] for row in found},
    )
