"""Undoing a run: what one Sync now has sent is taken out of Xero again; here it stays submitted."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Now
from django.db.models.lookups import IsNull

from tallystick.sync.acts.decisions import clear_xero_id, still_stands
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.attempt_rows import note_decision
from tallystick.sync.links.lingering_copies import LEFT_AS_PAID, PAID
from tallystick.sync.links.queueing import fields_anew, locked_links
from tallystick.sync.links.record_sums import RecordSum, sum_of, sum_of_rows
from tallystick.sync.links.run_counts import CountedRow, forget_figures, rows_of_alike
from tallystick.sync.models import DRAFTS, GONE, IN_XERO, OF_DOCUMENTS, Intent, Link, LinkState, Run
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: Sent, and then perhaps edited, to be approved, asked about or failed. What a person has marked
#: as done stays out of it, and so does what is in a request.
_UNDOABLE = (
    LinkState.SYNCED, LinkState.QUEUED, LinkState.FAILED, LinkState.HELD, LinkState.WAITING,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing a run would do, by what Xero last said of each document."""

    #: Drafts, to be deleted; approved ones, to be voided, unless Xero has payments on them.
    deleted: RecordSum
    voided: RecordSum
    #: Payments and allocations, deleted first.
    settlements: RecordSum
    #: Paid, which Xero does not let go before the payment is taken off.
    refused: RecordSum
    #: Refused once already, when they were to go: asked again. Apart, what was refused as paid, in
    #: whole or in part, also where somebody has left it in Xero for that.
    again: RecordSum
    refused_as_paid: RecordSum
    #: Removed there by somebody: they only count as taken out.
    gone: RecordSum
    #: Not sent yet: they wait again.
    stopped: RecordSum
    #: Of those in Xero, what is not settled: edited, to be approved, failed or a question.
    unsettled: RecordSum
    #: In a request just now, which undoing leaves alone.
    arriving: RecordSum

    @property
    def leaves(self) -> int:
        """How many records undoing would take out of Xero, as far as Xero lets them go."""
        return self.deleted.count + self.voided.count + self.settlements.count + self.again.count

    @property
    def count(self) -> int:
        """How many records undoing would change anything about."""
        stays = self.refused.count + self.refused_as_paid.count
        return self.leaves + stays + self.gone.count + self.stopped.count


def undo_preview(run: Run) -> UndoPreview:
    """Return what undoing the run would do now; asks nobody and changes nothing."""
    return preview_in(rows_of(run))


def rows_of(run: Run) -> list[CountedRow]:
    """Return the run's links in rows of those alike; `the_fate` is what undoing would do."""
    return rows_of_alike(_links(run), fate=_fate(run))


def preview_in(rows: list[CountedRow]) -> UndoPreview:
    """Return what undoing would do with the links in the rows, which `rows_of` has returned."""

    def part(*fates: str) -> RecordSum:
        return sum_of_rows(row for row in rows if row["the_fate"] in fates)

    return UndoPreview(
        deleted=part("deleted"),
        voided=part("voided"),
        settlements=part("settlements"),
        refused=part("refused"),
        again=part("again"),
        refused_as_paid=part("refused as paid"),
        gone=part("gone"),
        stopped=part("stopped"),
        unsettled=sum_of_rows(row for row in rows if _is_unsettled(row)),
        arriving=part("arriving"),
    )


def _is_unsettled(row: CountedRow) -> bool:
    fates = ("deleted", "voided", "settlements", "refused", "refused as paid", "gone")
    is_sent = row["the_fate"] in fates
    return is_sent and row["intent"] != Intent.RETRACT and row["state"] != LinkState.SYNCED


def _fate(run: Run) -> Case:
    """Name the part of the preview that each of the run's links belongs to; empty: none."""
    # What was paid by this run alone is free to go once its payments are gone. Asked for each paid
    # document by itself: as a set, PostgreSQL looks through all payments there are for it.
    own = _links(run).filter(_at_rest(), IN_XERO, payment__document=OuterRef("document"))
    has_none_of_it = IsNull(Subquery(own.order_by().values("pk")[:1]), rhs=True)
    sent, again = _at_rest(), Q(intent=Intent.RETRACT)
    as_paid = again & Q(problem_code=PAID) | Q(waits_for=LEFT_AS_PAID)
    return Case(
        When(_unsent(), then=Value("stopped")),
        When(Q(state=LinkState.SENDING) & ~again, then=Value("arriving")),
        When(sent & Q(xero_status__in=GONE), then=Value("gone")),
        When(sent & as_paid, then=Value("refused as paid")),
        When(sent & again, then=Value("again")),
        When(sent & Q(document=None), then=Value("settlements")),
        When(sent & Q(xero_status__in=DRAFTS), then=Value("deleted")),
        When(sent & Q(xero_status="PAID") & Q(has_none_of_it), then=Value("refused")),
        When(sent, then=Value("voided")),
        default=Value(""),
    )


@transaction.atomic
def undo_run(*, workspace: Workspace, actor: User, run_id: int) -> UndoPreview:
    """Take what the run has sent out of Xero, and let the rest wait; safe to repeat.

    What Xero refuses (paid, locked) fails with its reason and stays as it is, until somebody
    presses this again or Retry. Only `runs.standing_of` tells what has become of it.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    run = Run.objects.select_for_update().get(pk=run_id, organisation__workspace=workspace)
    links = locked_links(_links(run))
    done = undo_preview(run)
    if not done.count:
        return done
    sent = links.filter(_at_rest())
    message = f"{actor} asked to undo the sync of {run.started_at:%d %b %Y %H:%M} UTC."
    note_decision(sent, action=AttemptAction.DECIDE, message=message, actor=actor)
    links.filter(_unsent()).update(
        state=LinkState.WAITING, problem=None, waits_for="", changed_at=Now()
    )
    sent.update(state=LinkState.QUEUED, intent=Intent.RETRACT, **fields_anew())
    Run.objects.filter(pk=run.pk).update(undone_by=actor, undone_at=Now())
    audit.record(
        workspace=workspace,
        actor=actor,
        action="sync.undone",
        subject=run.organisation,
        message=f"Asked to undo the sync of {run.started_at:%d %b %Y %H:%M} UTC.",
    )
    forget_figures(run)
    wake_lane(run.organisation_id)
    return done


@transaction.atomic
def send_again(*, workspace: Workspace, actor: User, run_id: int) -> RecordSum:
    """Send what undoing the run has taken out to Xero again, as new ones; safe to repeat.

    Nobody wants the run undone any more then; what Xero did not let go still is to go.
    """
    run = Run.objects.select_for_update().get(pk=run_id, organisation__workspace=workspace)
    gone = taken_out(run)
    again, keys = sum_of(gone), list(gone.values_list("pk", flat=True))
    if not clear_xero_id(workspace=workspace, actor=actor, link_ids=keys):
        return RecordSum()
    Run.objects.filter(pk=run.pk).update(undone_by=None, undone_at=None)
    forget_figures(run)
    return again


def taken_out(run: Run) -> QuerySet[Link]:
    """Return what undoing the run has taken out, and what was not withdrawn here since."""
    gone = Link.objects.filter(
        run=run, state=LinkState.RETRACTED, xero_id__isnull=False, xero_status__in=GONE
    )
    return gone.filter(still_stands())


def _links(run: Run) -> QuerySet[Link]:
    return Link.objects.filter(OF_DOCUMENTS, run=run)


def _at_rest() -> Q:
    """Sent, and not in a request; what is on its way out goes there by itself."""
    leaving = Q(state=LinkState.QUEUED, intent=Intent.RETRACT)
    return Q(state__in=_UNDOABLE, xero_id__isnull=False) & ~leaving


def _unsent() -> Q:
    stopped = [LinkState.QUEUED, LinkState.FAILED, LinkState.HELD]
    return Q(state__in=stopped, xero_id=None) & ~Q(intent=Intent.RETRACT)
