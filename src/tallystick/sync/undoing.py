"""Undoing a run: what one Sync now has sent is taken out of Xero again; here it stays submitted."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Now

from tallystick.sync.choosing import clear_xero_id, still_stands
from tallystick.sync.models import (
    DRAFTS,
    GONE,
    OPEN_STATES,
    Attempt,
    Intent,
    Link,
    LinkState,
    Outcome,
    Run,
)
from tallystick.sync.queue import anew, locked
from tallystick.sync.sums import AMOUNT, CURRENCY, SORT, Part, part_of, part_of_rows
from tallystick.sync.waking import wake
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: Sent, and then perhaps edited, to be approved, asked about or failed. What a person has marked
#: as done stays out of it, and so does what is in a request.
_AT_REST = (
    LinkState.SYNCED, LinkState.QUEUED, LinkState.FAILED, LinkState.HELD, LinkState.WAITING,
)  # fmt: skip


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
    #: Removed there by somebody: they only count as taken out.
    gone: Part
    #: Not sent yet: they wait again.
    stopped: Part
    #: Of those in Xero, what is not settled: edited, to be approved, failed or a question.
    unsettled: Part
    #: In a request just now, which undoing leaves alone.
    arriving: Part


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
    #: Of those on the way: copies that go out of Xero.
    leaving: Part


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
    copies = links.filter(_in_xero())
    standing = copies.exclude(xero_status__in=GONE)
    documents = standing.filter(document__isnull=False)
    # What was paid by this run alone is free to go once its payments are gone.
    freed = Q(pk__in=documents.filter(document__payments__links__in=standing))
    paid = Q(xero_status="PAID") & ~freed
    return Preview(
        run=run,
        deleted=part_of(documents.filter(xero_status__in=DRAFTS)),
        voided=part_of(documents.exclude(paid | Q(xero_status__in=DRAFTS))),
        entries=part_of(standing.filter(document=None)),
        refused=part_of(documents.filter(paid)),
        gone=part_of(copies.filter(xero_status__in=GONE)),
        stopped=part_of(links.filter(_unsent())),
        unsettled=part_of(copies.exclude(state=LinkState.SYNCED)),
        arriving=part_of(links.filter(state=LinkState.SENDING)),
    )


@transaction.atomic
def undo(*, workspace: Workspace, actor: User, run_id: int) -> Preview:
    """Take what the run has sent out of Xero, and let the rest wait; safe to repeat.

    What Xero refuses (paid, locked) fails with its reason and stays as it is.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    run = Run.objects.select_for_update().get(pk=run_id, organisation__workspace=workspace)
    links = locked(_links(run))
    done = preview(run)
    sent = links.filter(_in_xero())
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
    links.filter(_unsent()).update(
        state=LinkState.WAITING, problem=None, waits_for="", changed_at=Now()
    )
    sent.update(state=LinkState.QUEUED, intent=Intent.RETRACT, **anew())
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
    return Link.objects.filter(run=run, party=None).exclude(intent=Intent.RETRACT)


def _in_xero() -> Q:
    return Q(state__in=_AT_REST, xero_id__isnull=False)


def _unsent() -> Q:
    stopped = [LinkState.QUEUED, LinkState.FAILED, LinkState.HELD]
    return Q(state__in=stopped, xero_id=None)
