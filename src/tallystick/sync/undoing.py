"""Undoing a run: what one Sync now has sent is taken out of Xero again; here it stays submitted."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Now

from tallystick.sync.choosing import clear_xero_id, still_stands
from tallystick.sync.models import OPEN_STATES, Attempt, Intent, Link, LinkState, Outcome, Run
from tallystick.sync.policy import in_order
from tallystick.sync.queue import anew
from tallystick.sync.sums import AMOUNT, CURRENCY, SORT, Part, part_of, part_of_rows
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


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of a run's records so far."""

    in_xero: Part
    on_the_way: Part
    #: Failed, or a question to a person; after undoing, what Xero does not let go.
    needs_you: Part
    #: Waiting for the next Sync now, or kept out.
    waiting: Part
    #: Taken out of Xero again, or withdrawn here.
    taken_out: Part
    #: Of those on the way: copies that go out of Xero, and what is in a request to go there.
    leaving: Part
    arriving: Part


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


def standing_of(runs: Iterable[Run]) -> dict[int, Standing]:
    """Return what has become of each run, by its key; in one query."""
    links = Link.objects.filter(run__in=list(runs), party=None).order_by()
    columns: Any = ("run", "state", "intent")
    by = links.values(*columns, the_currency=CURRENCY, the_sort=SORT)
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in by.annotate(count=Count("pk"), total=Sum(AMOUNT)):
        found[row["run"]].append(row)
    return {run.pk: _standing(found[run.pk]) for run in runs}


def _standing(rows: list[dict[str, Any]]) -> Standing:
    def part(*states: LinkState, intent: Intent | None = None) -> Part:
        return part_of_rows(
            row for row in rows if row["state"] in states and intent in (None, row["intent"])
        )

    return Standing(
        in_xero=part(LinkState.SYNCED),
        on_the_way=part(*OPEN_STATES),
        needs_you=part(LinkState.FAILED, LinkState.HELD),
        waiting=part(LinkState.WAITING, LinkState.EXCLUDED),
        taken_out=part(LinkState.RETRACTED),
        leaving=part(*OPEN_STATES, intent=Intent.RETRACT),
        arriving=part(LinkState.SENDING, intent=Intent.PUSH),
    )


@transaction.atomic
def send_again(*, workspace: Workspace, actor: User, run_id: int) -> Part:
    """Send what undoing the run has taken out to Xero again, as new ones; safe to repeat."""
    run = Run.objects.get(pk=run_id, organisation__workspace=workspace)
    gone = _taken_out(run)
    again, keys = part_of(gone), list(gone.values_list("pk", flat=True))
    count = clear_xero_id(workspace=workspace, actor=actor, link_ids=keys)
    return again if count else Part()


def to_send_again(run: Run) -> Part:
    """Return what undoing the run has taken out, and what was not withdrawn here since."""
    return part_of(_taken_out(run))


def _taken_out(run: Run) -> QuerySet[Link]:
    gone = Link.objects.filter(run=run, state=LinkState.RETRACTED, xero_id__isnull=False)
    return gone.filter(still_stands())


def _links(run: Run) -> QuerySet[Link]:
    return Link.objects.filter(run=run, intent=Intent.PUSH)


def _unsent() -> Q:
    stopped = [LinkState.QUEUED, LinkState.FAILED, LinkState.HELD]
    return Q(state__in=stopped, xero_id=None)
