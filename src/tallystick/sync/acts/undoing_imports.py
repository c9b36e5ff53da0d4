"""Undoing an import: as a whole, while nothing of it is in Xero; what was sent goes out by its run.

What was never submitted is removed, so that the same numbers are free for the corrected file; what
was submitted is cancelled, as by hand. Customers and items that the import added stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Now

from tallystick.act_refused import ActRefused
from tallystick.books.allocations import remove_allocations
from tallystick.books.documents import cancel_documents, remove_drafts
from tallystick.books.errors import HasSettlements
from tallystick.books.models import Allocation, Document, Payment, Status
from tallystick.books.payments import delete_payments
from tallystick.english import is_or_are
from tallystick.importing.imports import imports_of
from tallystick.importing.models import How, Import, ImportedRecord
from tallystick.sync.links.other_books import STANDS
from tallystick.sync.links.queueing import locked_links
from tallystick.sync.links.record_sums import RecordSum, sum_of, sum_of_rows
from tallystick.sync.models import IN_XERO, Link, LinkState, Run
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace


@dataclass(frozen=True, slots=True)
class ImportUndoing:
    """What undoing an import would do, or has done."""

    #: Drafts, removed; submitted documents, cancelled; payments and allocations, deleted first.
    removed: RecordSum
    cancelled: RecordSum
    settlements: RecordSum
    #: Cancelled by somebody before, which they stay.
    cancelled_before: RecordSum
    #: Made by it and changed here since.
    changed: int
    #: Edited by it, which they stay: what they were before is not kept.
    edited: int
    #: Here before and cancelled by it, which they stay.
    cancelled_by: int
    #: Standing in Xero, or on the way there with an outcome that is not known.
    in_xero: RecordSum
    sending: RecordSum
    #: By which these went there.
    runs: tuple[Run, ...]
    #: Nobody undoes it twice.
    is_undone: bool

    @property
    def count(self) -> int:
        """How many records undoing would change anything about."""
        return self.removed.count + self.cancelled.count + self.settlements.count

    @property
    def all(self) -> RecordSum:
        return self.removed + self.cancelled + self.settlements

    @property
    def refusal(self) -> str:
        """Why it cannot be undone now, and what ends that; empty where it can."""
        if self.is_undone:
            return "It was undone already."
        if self.sending.count:
            return (
                f"{self.sending.counted} of it {is_or_are(self.sending.count)} being sent just now. Undo it in "
                "a moment: you are told then how to take out of Xero what has arrived there."
            )
        if self.in_xero.count:
            return (
                f"{self.in_xero} of it {is_or_are(self.in_xero.count)} in Xero. Undo the sync first, which "
                "takes that out of Xero, and the import after that."
            )
        return ""


class NotUndone(ActRefused):
    """The import stays as it is. `runs` sent what is in Xero."""

    code = "import_not_undone"

    def __init__(self, remedy: str, runs: tuple[Run, ...] = ()) -> None:
        super().__init__("Nothing was undone.", remedy=remedy)
        self.runs = runs


def import_preview(kept: Import) -> ImportUndoing:
    """Return what undoing the import would do now; asks nobody and changes nothing."""
    standing = _parts_by_status(kept)
    there = _links(kept).filter(STANDS)
    sending = there.filter(state=LinkState.SENDING)
    return ImportUndoing(
        removed=standing.get(Status.DRAFT, RecordSum()),
        cancelled=standing.get(Status.SUBMITTED, RecordSum()),
        cancelled_before=standing.get(Status.CANCELLED, RecordSum()),
        settlements=_part_of_settlements(kept),
        changed=_made(kept)
        .exclude(document=None)
        .exclude(document__revision=F("revision"))
        .count(),
        edited=kept.records.filter(how=How.EDITED).count(),
        cancelled_by=_cancelled_by(kept),
        in_xero=sum_of(there.filter(IN_XERO)),
        sending=sum_of(sending),
        runs=tuple(runs_of_import(kept)),
        is_undone=kept.undone_at is not None,
    )


def runs_of_import(kept: Import) -> QuerySet[Run]:
    """Return the runs that have what the import made, newest first."""
    runs = _links(kept).filter(run__isnull=False).order_by().values("run").distinct()
    return Run.objects.filter(pk__in=runs).select_related("organisation").order_by("-pk")


def undo_import(*, workspace: Workspace, actor: User, import_id: int) -> ImportUndoing:
    """Undo the import as a whole, and return what that did; nothing is done by halves.

    Raises NotAllowed, and NotUndone while something of it is in Xero or on its way, where payments
    or allocations that it did not bring stand on its documents, and where it was undone before.
    """
    require(actor, workspace, Permission.EDIT_BOOKS)
    _gather(workspace, import_id)
    with transaction.atomic():
        kept = imports_of(workspace).select_for_update(of=("self",)).get(pk=import_id)
        # Documents before links, as every other act locks them.
        list(Document.objects.filter(pk__in=_made(kept).values("document")).locked())
        locked_links(_links(kept))
        done = import_preview(kept)
        if done.refusal:
            raise NotUndone(done.refusal, done.runs)
        try:
            _take_back(kept, actor)
        except HasSettlements as refused:
            raise NotUndone(
                f"Delete these first, then undo the import again: {refused.named}"
            ) from None
        Import.objects.filter(pk=kept.pk).update(undone_by=actor, undone_at=Now())
        audit.record(
            workspace=workspace,
            actor=actor,
            action="import.undone",
            subject=kept,
            message=f"The import of {kept} was undone: {done.all}.",
        )
    return done


def _take_back(kept: Import, actor: User) -> None:
    given: Any = {"workspace": kept.workspace, "actor": actor}
    kind = _kind_of(kept)
    ids = list(_made(kept).values_list(kind, flat=True))
    if kind == "payment":
        delete_payments(payment_ids=ids, **given)
    elif kind == "allocation":
        remove_allocations(allocation_ids=ids, **given)
    else:
        drafts = set(remove_drafts(document_ids=ids, **given))
        cancel_documents(document_ids=[pk for pk in ids if pk not in drafts], **given)


@transaction.atomic
def _gather(workspace: Workspace, import_id: int) -> None:
    """Make a run of what went to Xero by itself as the import was submitted, to be undone by."""
    kept = imports_of(workspace).select_for_update(of=("self",)).get(pk=import_id)
    alone = locked_links(_links(kept).filter(run=None))
    for organisation_id in set(alone.filter(STANDS).values_list("organisation", flat=True)):
        run, _ = Run.objects.get_or_create(
            organisation_id=organisation_id,
            of_import=kept,
            defaults={"started_by": kept.actor, "started_at": kept.started_at},
        )
        alone.filter(organisation=organisation_id).update(run=run)


def _cancelled_by(kept: Import) -> int:
    """Return how many documents it cancelled: since its file said so, or to make them anew."""
    report = kept.report or {}
    return int(report.get("cancelled", 0)) + int(report.get("corrected", {}).get("amend", 0))


def _made(kept: Import) -> QuerySet[ImportedRecord]:
    return kept.records.exclude(how=How.EDITED)


def _kind_of(kept: Import) -> str:
    """Return what the import holds, for one holds no two: `document`, `payment`, `allocation`."""
    one = next(iter(kept.records.all()[:1]), None)
    return (
        "allocation"
        if one and one.allocation_id
        else "payment"
        if one and one.payment_id
        else "document"
    )


def _links(kept: Import) -> QuerySet[Link]:
    """Return the links of what the import made."""
    kind = _kind_of(kept)
    return Link.objects.filter(**{f"{kind}__in": _made(kept).values(kind)})


def _parts_by_status(kept: Import) -> Mapping[str, RecordSum]:
    made = Document.objects.filter(pk__in=_made(kept).values("document"))
    rows = made.order_by().values("status", the_currency=F("currency"), the_kind=F("kind"))
    found = list(rows.annotate(count=Count("pk"), the_total=Sum("total")))
    return {
        status: sum_of_rows(row for row in found if row["status"] == status)
        for status in {row["status"] for row in found}
    }


def _part_of_settlements(kept: Import) -> RecordSum:
    """Return what is left of the payments or allocations that the import recorded."""
    kind = _kind_of(kept)
    live: QuerySet[Any]
    if kind == "payment":
        live = Payment.objects.live().filter(imported__of_import=kept)
    elif kind == "allocation":
        live = Allocation.objects.live().filter(imported__of_import=kept)
    else:
        return RecordSum()
    rows = live.order_by().values(the_currency=F("document__currency"))
    found = rows.annotate(count=Count("pk"), the_total=Sum("amount"))
    return sum_of_rows({**row, "the_kind": kind} for row in found)
