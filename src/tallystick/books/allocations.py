"""Setting credit notes against invoices and bills, and taking that back."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from tallystick.books import signals
from tallystick.books.checking import Checker
from tallystick.books.entries import SMALLEST, Known, Standing, Verdict, insert, refuse_bad
from tallystick.books.errors import InvalidRecord, NotFound, Problem
from tallystick.books.inputs import AllocationInput
from tallystick.books.models import Allocation, Document, EntryStatus, Kind
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace

__all__ = [
    "AllocationInput",
    "allocate",
    "record_allocations",
    "record_new_allocations",
    "remove_allocations",
]

#: What a credit note of the kind may be set against.
_CREDITED = {Kind.SALES_CREDIT_NOTE: Kind.SALES_INVOICE, Kind.SUPPLIER_CREDIT_NOTE: Kind.BILL}


def allocate(
    *,
    workspace: Workspace,
    actor: User | None,
    credit_note_id: int,
    document_id: int,
    amount: Decimal,
    allocated_on: date,
) -> Allocation:
    """Set a part of a credit note against an invoice or bill. Raises NotFound and InvalidRecord."""
    documents = Document.objects.in_workspace(workspace).select_related("party")
    found = documents.in_bulk([credit_note_id, document_id])
    if credit_note_id not in found or document_id not in found:
        raise NotFound("The document is not in this workspace. Look it up again in the list.")
    credit_note, document = found[credit_note_id], found[document_id]
    _check_pair(credit_note, document)
    given = AllocationInput(
        kind=Kind(credit_note.kind),
        credit_note=credit_note.number,
        document=document.number,
        party_number=credit_note.party.number,
        amount=amount,
        allocated_on=allocated_on,
    )
    return record_allocations(workspace=workspace, actor=actor, allocations=[given])[0]


@transaction.atomic
def record_allocations(
    *, workspace: Workspace, actor: User | None, allocations: Sequence[AllocationInput]
) -> list[Allocation]:
    """Record them all, or none: InvalidRecord names every problem with its place in the list."""
    verdicts = _judge(workspace, actor, allocations)
    refuse_bad("allocation", verdicts)
    return _write(workspace, actor, verdicts)


@transaction.atomic
def record_new_allocations(
    *,
    workspace: Workspace,
    actor: User | None,
    allocations: Sequence[AllocationInput],
    dry_run: bool = False,
    anew: bool = False,
) -> list[Verdict[Allocation]]:
    """Record the good ones that are not here yet; return what became of each, in their order.

    The same list again adds nothing: one between the same documents with the same amount and day
    is passed over. With `anew` those that were removed here do not count as recorded.
    """
    verdicts = _judge(workspace, actor, allocations, pass_over_known=True, anew=anew)
    if not dry_run:
        _write(workspace, actor, verdicts)
    return verdicts


@transaction.atomic
def remove_allocations(
    *, workspace: Workspace, actor: User | None, allocation_ids: Sequence[int]
) -> list[int]:
    """Remove them; return the primary keys of those that were not removed before."""
    asked = Allocation.objects.in_workspace(workspace).filter(pk__in=allocation_ids)
    either = Q(pk__in=asked.values("document")) | Q(pk__in=asked.values("credit_note"))
    list(Document.objects.filter(either).locked())
    allocations = list(asked.live().select_related("document", "credit_note").order_by("pk"))
    ids = [allocation.pk for allocation in allocations]
    if ids:
        Allocation.objects.filter(pk__in=ids).update(status=EntryStatus.DELETED, deleted_at=Now())
        _audit(workspace, actor, "removed", allocations)
        signals.allocations_removed.send(sender=Allocation, workspace=workspace, allocation_ids=ids)
    return ids


def _check_pair(credit_note: Document, document: Document) -> None:
    """Refuse what a credit note cannot be set against, before it is sought by number."""
    wanted = _CREDITED.get(Kind(credit_note.kind))
    if wanted is None:
        message = "Choose a credit note; this is none."
        raise InvalidRecord(
            "The allocation",
            [Problem(credit_note.number, None, "credit_note", credit_note.number, message)],
        )
    if document.kind != wanted:
        label = Kind(credit_note.kind).label.lower()
        message = f"Choose a {wanted.label.lower()}; a {label} counts against nothing else."
        raise InvalidRecord(
            "The allocation",
            [Problem(document.number, None, "document", document.number, message)],
        )


def _judge(
    workspace: Workspace,
    actor: User | None,
    allocations: Sequence[AllocationInput],
    *,
    pass_over_known: bool = False,
    anew: bool = False,
) -> list[Verdict[Allocation]]:
    standing = Standing(workspace, _names(allocations))
    ids = [document.pk for document in standing.documents]
    recorded = list(Allocation.objects.filter(credit_note__in=ids))
    before = recorded if pass_over_known else []
    known = Known(((_key(each), each.status) for each in before), anew=anew)
    taken = {_pair(each) for each in recorded if each.status == EntryStatus.RECORDED}
    verdicts: list[Verdict[Allocation]] = []
    for place, given in enumerate(allocations, start=1):
        checker = Checker(f"{given.credit_note} to {given.document}")
        checker.line = place if len(allocations) > 1 else None
        allocation = _allocation(given, standing, checker)
        if allocation is not None and (passed := known.pass_over(_key(allocation), allocation)):
            verdicts.append(passed)
            continue
        if allocation is not None:
            allocation.workspace, allocation.created_by = workspace, actor
            _claim(allocation, taken, standing, checker)
        verdicts.append(Verdict(None if checker.problems else allocation, checker.problems))
    return verdicts


def _names(allocations: Sequence[AllocationInput]) -> list[tuple[Kind, str]]:
    credit_notes = [(each.kind, each.credit_note) for each in allocations]
    return credit_notes + [
        (_CREDITED[each.kind], each.document) for each in allocations if each.kind in _CREDITED
    ]


def _allocation(given: AllocationInput, standing: Standing, checker: Checker) -> Allocation | None:
    if given.kind not in _CREDITED:
        checker.refuse("kind", given.kind, "Choose a kind of credit note.")
        return None
    party = given.party_number
    credit_note = standing.find("credit_note", given.kind, given.credit_note, party, checker)
    document = standing.find("document", _CREDITED[given.kind], given.document, party, checker)
    checker.number("amount", given.amount, at_least=SMALLEST, decimals=2)
    if credit_note is None or document is None:
        return None
    if credit_note.party_id != document.party_id:
        others = f"{credit_note} is of {credit_note.party}, {document} of {document.party}."
        checker.refuse("document", document.number, f"{others} Choose two of the same.")
    if credit_note.currency != document.currency:
        others = f"{credit_note} is in {credit_note.currency}, {document} in {document.currency}."
        checker.refuse("document", document.number, f"{others} Choose two of the same currency.")
    if checker.problems:
        return None
    return Allocation(
        credit_note=credit_note,
        document=document,
        amount=given.amount,
        allocated_on=given.allocated_on,
    )


def _claim(
    allocation: Allocation, taken: set[tuple[int, int]], standing: Standing, checker: Checker
) -> None:
    """Take the amount from both documents, and the place of the one allocation between them."""
    credit_note, document = allocation.credit_note, allocation.document
    if _pair(allocation) in taken:
        checker.refuse(
            "document",
            document.number,
            f"{credit_note} is allocated to it already. Remove that first, then allocate the "
            "whole at once.",
        )
    standing.take(allocation.amount, [credit_note, document], checker)
    if not checker.problems:
        taken.add(_pair(allocation))


def _pair(allocation: Allocation) -> tuple[int, int]:
    return (allocation.credit_note_id, allocation.document_id)


def _key(allocation: Allocation) -> tuple[object, ...]:
    return (*_pair(allocation), allocation.amount, allocation.allocated_on)


def _write(
    workspace: Workspace, actor: User | None, verdicts: Sequence[Verdict[Allocation]]
) -> list[Allocation]:
    allocations = [verdict.entry for verdict in verdicts if verdict.entry is not None]
    if allocations:
        insert(allocations)
        _audit(workspace, actor, "made", allocations)
        ids = [allocation.pk for allocation in allocations]
        signals.allocations_made.send(sender=Allocation, workspace=workspace, allocation_ids=ids)
    return allocations


def _audit(
    workspace: Workspace, actor: User | None, act: str, allocations: Sequence[Allocation]
) -> None:
    audit.record_each(
        workspace=workspace,
        actor=actor,
        action=f"allocation.{act}",
        subject=Allocation,
        messages={each.pk: f"{each} was {act}." for each in allocations},
    )
