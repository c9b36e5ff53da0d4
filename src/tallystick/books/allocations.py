"""Setting credit notes against invoices and bills, and taking that back."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from tallystick.books import signals
from tallystick.books.checking import Checker
from tallystick.books.errors import InvalidRecord, RejectedValue
from tallystick.books.inputs import AllocationInput
from tallystick.books.models import Allocation, AllocationQuerySet, Document, Kind, SettlementStatus
from tallystick.books.settlements import (
    SMALLEST,
    JudgedSettlement,
    KnownSettlements,
    OpenDocuments,
    SettlementKind,
    find_documents,
    refuse_bad,
    withdraw_settlements,
    write_settlements,
)
from tallystick.workspaces.models import User, Workspace

__all__ = [
    "AllocationInput",
    "allocate",
    "allocations_by_key",
    "record_allocations",
    "record_new_allocations",
    "remove_allocations",
]

#: What a credit note of the kind may be set against.
_CREDITED = {kind: kind.counterpart for kind in Kind if kind.is_credit}
_ALLOCATION = SettlementKind(
    Allocation,
    noun="allocation",
    written="made",
    withdrawn="removed",
    on_written=signals.allocations_made,
    on_withdrawn=signals.allocations_removed,
    stands_on=("document", "credit_note"),
)


def allocations_by_key(workspace: Workspace, keys: Sequence[int]) -> AllocationQuerySet:
    """Return the allocations of the keys, as far as they are the workspace's."""
    return Allocation.objects.in_workspace(workspace).filter(pk__in=keys)


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
    credit_note, document = find_documents(workspace, credit_note_id, document_id)
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
    return write_settlements(_ALLOCATION, workspace, actor, verdicts)


@transaction.atomic
def record_new_allocations(
    *,
    workspace: Workspace,
    actor: User | None,
    allocations: Sequence[AllocationInput],
    dry_run: bool = False,
    anew: bool = False,
) -> list[JudgedSettlement[Allocation]]:
    """Record the good ones that are not here yet; return what became of each, in their order.

    The same list again adds nothing: one between the same documents with the same amount and day
    is passed over. With `anew` those that were removed here do not count as recorded.
    """
    verdicts = _judge(workspace, actor, allocations, pass_over_known=True, anew=anew)
    if not dry_run:
        write_settlements(_ALLOCATION, workspace, actor, verdicts)
    return verdicts


@transaction.atomic
def remove_allocations(
    *, workspace: Workspace, actor: User | None, allocation_ids: Sequence[int]
) -> list[int]:
    """Remove them; return the primary keys of those that were not removed before."""
    return withdraw_settlements(_ALLOCATION, workspace, actor, allocation_ids)


def _check_pair(credit_note: Document, document: Document) -> None:
    """Refuse what a credit note cannot be set against, before it is sought by number."""
    wanted = _CREDITED.get(Kind(credit_note.kind))
    if wanted is None:
        message = "Choose a credit note; this is none."
        raise InvalidRecord(
            "The allocation",
            [RejectedValue(credit_note.number, None, "credit_note", credit_note.number, message)],
        )
    if document.kind != wanted:
        label = Kind(credit_note.kind).label.lower()
        message = f"Choose a {wanted.label.lower()}; a {label} counts against nothing else."
        raise InvalidRecord(
            "The allocation",
            [RejectedValue(document.number, None, "document", document.number, message)],
        )


def _judge(
    workspace: Workspace,
    actor: User | None,
    allocations: Sequence[AllocationInput],
    *,
    pass_over_known: bool = False,
    anew: bool = False,
) -> list[JudgedSettlement[Allocation]]:
    standing = OpenDocuments(workspace, _names(allocations))
    ids = [document.pk for document in standing.documents]
    recorded = list(Allocation.objects.filter(credit_note__in=ids))
    before = recorded if pass_over_known else []
    known = KnownSettlements(((_key(each), each.status) for each in before), anew=anew)
    standing_now = [each for each in recorded if each.status == SettlementStatus.RECORDED]
    taken = {_pair(each): each.is_xeros for each in standing_now}
    verdicts: list[JudgedSettlement[Allocation]] = []
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
        verdicts.append(
            JudgedSettlement(None if checker.problems else allocation, checker.problems)
        )
    return verdicts


def _names(allocations: Sequence[AllocationInput]) -> list[tuple[Kind, str]]:
    credit_notes = [(each.kind, each.credit_note) for each in allocations]
    return credit_notes + [
        (_CREDITED[each.kind], each.document) for each in allocations if each.kind in _CREDITED
    ]


def _allocation(
    given: AllocationInput, standing: OpenDocuments, checker: Checker
) -> Allocation | None:
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
    allocation: Allocation,
    taken: dict[tuple[int, int], bool],
    standing: OpenDocuments,
    checker: Checker,
) -> None:
    """Take the amount from both documents, and the place of the one allocation between them."""
    credit_note, document = allocation.credit_note, allocation.document
    if _pair(allocation) in taken:
        remedy = "Remove that first, then allocate the whole at once."
        if taken[_pair(allocation)]:
            remedy = "That was done in Xero: change it there, and it follows here."
        checker.refuse(
            "document", document.number, f"{credit_note} is allocated to it already. {remedy}"
        )
    standing.take(allocation.amount, [credit_note, document], checker)
    if not checker.problems:
        taken[_pair(allocation)] = False


def _pair(allocation: Allocation) -> tuple[int, int]:
    return (allocation.credit_note_id, allocation.document_id)


def _key(allocation: Allocation) -> tuple[object, ...]:
    return (*_pair(allocation), allocation.amount, allocation.allocated_on)
