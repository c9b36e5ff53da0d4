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

from tallystick.books.allocations import remove_allocations
from tallystick.books.documents import cancel_documents, remove_drafts
from tallystick.books.errors import HasEntries
from tallystick.books.models import Allocation, Document, Payment, Status
from tallystick.books.payments import delete_payments
from tallystick.importing.imports import imports_of
from tallystick.importing.models import How, Import, ImportedRecord
from tallystick.sync.elsewhere import STANDS
from tallystick.sync.models import IN_XERO, Link, LinkState, Run
from tallystick.sync.queue import locked
from tallystick.sync.sums import Part, part_of, part_of_rows
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace


@dataclass(frozen=True, slots=True)
class Undoing:
    """What undoing an import would do, or has done."""

    #: Drafts, removed; submitted documents, cancelled; payments and allocations, deleted first.
    removed: Part
    cancelled: Part
    entries: Part
    #: Cancelled by somebody before, which they stay.
    cancelled_before: Part
    #: Made by it and changed here since.
    changed: int
    #: Edited by it, which they stay: what they were before is not kept.
    edited: int
    #: Here before and cancelled by it, which they stay.
    cancelled_by: int
    #: Standing in Xero, or on the way there with an outcome that is not known.
    in_xero: Part
    sending: Part
    #: By which these went there.
    runs: tuple[Run, ...]
    #: Nobody undoes it twice.
    is_undone: bool

    @property
    def count(self) -> int:
        """How many records undoing would change anything about."""
        return self.removed.count + self.cancelled.count + self.entries.count

    @property
    def all(self) -> Part:
        return self.removed + self.cancelled + self.entries

    @property
    def refusal(self) -> str:
        """Why it cannot be undone now, and what ends that; empty where it can."""
        if self.is_undone:
            return "It was undone already."
        if self.sending.count:
            return (
                f"{self.sending.counted} of it {_are(self.sending)} being sent just now. Undo it in "
                "a moment: you are told then how to take out of Xero what has arrived there."
            )
        if self.in_xero.count:
            return (
                f"{self.in_xero} of it {_are(self.in_xero)} in Xero. Undo the sync first, which "
                "takes that out of Xero, and the import after that."
            )
        return ""


class NotUndone(Exception):
    """The import stays as it is; the message says why, and what to do. `runs` sent what is in Xero."""

    def __init__(self, message: str, runs: tuple[Run, ...] = ()) -> None:
        super().__init__(f"Nothing was undone. {message}")
        self.runs = runs


def preview(kept: Import) -> Undoing:
    """Return what undoing the import would do now; asks nobody and changes nothing."""
    standing = _parts_by_status(kept)
    there = _links(kept).filter(STANDS)
    sending = there.filter(state=LinkState.SENDING)
    return Undoing(
        removed=standing.get(Status.DRAFT, Part()),
        cancelled=standing.get(Status.SUBMITTED, Part()),
        cancelled_before=standing.get(Status.CANCELLED, Part()),
        entries=_part_of_entries(kept),
        changed=_made(kept)
        .exclude(document=None)
        .exclude(document__revision=F("revision"))
        .count(),
        edited=kept.records.filter(how=How.EDITED).count(),
        cancelled_by=_cancelled_by(kept),
        in_xero=part_of(there.filter(IN_XERO)),
        sending=part_of(sending),
        runs=tuple(runs_of_import(kept)),
        is_undone=kept.undone_at is not None,
    )


def runs_of_import(kept: Import) -> QuerySet[Run]:
    """Return the runs that have what the import made, newest first."""
    runs = _links(kept).filter(run__isnull=False).order_by().values("run").distinct()
    return Run.objects.filter(pk__in=runs).select_related("organisation").order_by("-pk")


def undo_import(*, workspace: Workspace, actor: User, import_id: int) -> Undoing:
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
        locked(_links(kept))
        done = preview(kept)
        if done.refusal:
            raise NotUndone(done.refusal, done.runs)
        try:
            _take_back(kept, actor)
        except HasEntries as refused:
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
    sort = _sort_of(kept)
    ids = list(_made(kept).values_list(sort, flat=True))
    if sort == "payment":
        delete_payments(payment_ids=ids, **given)
    elif sort == "allocation":
        remove_allocations(allocation_ids=ids, **given)
    else:
        drafts = set(remove_drafts(document_ids=ids, **given))
        cancel_documents(document_ids=[pk for pk in ids if pk not in drafts], **given)


@transaction.atomic
def _gather(workspace: Workspace, import_id: int) -> None:
    """Make a run of what went to Xero by itself as the import was submitted, to be undone by."""
    kept = imports_of(workspace).select_for_update(of=("self",)).get(pk=import_id)
    alone = locked(_links(kept).filter(run=None))
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


def _sort_of(kept: Import) -> str:
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
    sort = _sort_of(kept)
    return Link.objects.filter(**{f"{sort}__in": _made(kept).values(sort)})


def _parts_by_status(kept: Import) -> Mapping[str, Part]:
    made = Document.objects.filter(pk__in=_made(kept).values("document"))
    rows = made.order_by().values("status", the_currency=F("currency"), the_sort=F("kind"))
    found = list(rows.annotate(count=Count("pk"), the_total=Sum("total")))
    return {
        status: part_of_rows(row for row in found if row["status"] == status)
        for status in {row["status"] for row in found}
    }


def _part_of_entries(kept: Import) -> Part:
    """Return what is left of the payments or allocations that the import recorded."""
    sort = _sort_of(kept)
    live: QuerySet[Any]
    if sort == "payment":
        live = Payment.objects.live().filter(imported__of_import=kept)
    elif sort == "allocation":
        live = Allocation.objects.live().filter(imported__of_import=kept)
    else:
        return Part()
    rows = live.order_by().values(the_currency=F("document__currency"))
    found = rows.annotate(count=Count("pk"), the_total=Sum("amount"))
    return part_of_rows({**row, "the_sort": sort} for row in found)


def _are(part: Part) -> str:
    return "is" if part.count == 1 else "are"
