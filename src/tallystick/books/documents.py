"""Making, editing and replacing documents, and the two acts that count: submit and cancel."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from tallystick.books import signals
from tallystick.books.checking import Checker
from tallystick.books.errors import HasSettlements, NotFound, WrongState
from tallystick.books.filling import fill_document
from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.books.models import (
    Allocation,
    Document,
    DocumentQuerySet,
    Kind,
    Line,
    Party,
    Payment,
    SettlementStatus,
    Status,
)
from tallystick.books.numbers import next_in_families, next_in_family, next_number
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace

__all__ = [
    "DocumentInput",
    "LineInput",
    "amend_document",
    "cancel_documents",
    "create_document",
    "credit_document",
    "edit_document",
    "move_documents",
    "remove_drafts",
    "renumber_documents",
    "replace_document",
    "restore_documents",
    "submit_documents",
]

#: What a copy of a document takes over.
_COPIED = (
    *("workspace", "kind", "party", "issued_on", "due_on", "reference", "currency"),
    *("currency_rate", "tax_basis", "subtotal", "tax", "total", "rounding", "template"),
    "do_not_sync",
)
_CREDITED_BY = {
    Kind.SALES_INVOICE: Kind.SALES_CREDIT_NOTE,
    Kind.BILL: Kind.SUPPLIER_CREDIT_NOTE,
}
#: Leaves room for what the number of its credit note ends in.
_LONGEST_CREDITED = 240


@transaction.atomic
def create_document(
    *, workspace: Workspace, actor: User | None, document: DocumentInput
) -> Document:
    """Keep a new draft. Raises InvalidRecord with every problem at once."""
    record = Document(workspace=workspace, kind=document.kind, number=document.number.strip())
    lines = fill_document(record, document)
    if not record.number:
        record.number = next_number(workspace, document.kind)
    _save(record, lines)
    _audit_made(record, actor, f"{record.number} was created.")
    return record


@transaction.atomic
def edit_document(
    *, workspace: Workspace, actor: User | None, document_id: int, document: DocumentInput
) -> Document:
    """Put the values and lines in place of what it holds, as its next revision.

    An empty number leaves the one it has. A submitted document stays submitted, with its party and
    no less than what is paid and allocated, and its edit is announced. Raises NotFound, WrongState
    for a cancelled one, and InvalidRecord.
    """
    record = _locked(workspace, document_id)
    if not record.is_editable:
        raise WrongState(
            f"{record.number} is cancelled and stays as it is.",
            remedy="Amend it: that makes a draft copy with a new number.",
        )
    record.number = document.number.strip() or record.number
    lines = fill_document(record, document)
    record.revision += 1
    record.lines.all().delete()
    _save(record, lines)
    audit.record(
        workspace=workspace,
        actor=actor,
        action="document.edited",
        message=f"{record.number} was edited (revision {record.revision}).",
        subject=record,
    )
    if record.status == Status.SUBMITTED:
        signals.documents_edited.send(
            sender=Document, workspace=workspace, document_ids=[record.pk]
        )
    return record


@transaction.atomic
def amend_document(*, workspace: Workspace, actor: User | None, document_id: int) -> Document:
    """Return a draft copy of the cancelled document, with the next number of its family.

    The family of INV-0042 goes on with INV-0042-2. Raises NotFound, and WrongState where it is not
    cancelled or another copy of it is in use.
    """
    old = _locked(workspace, document_id)
    _refuse_unless_cancelled(old)
    _refuse_if_replaced(old)
    record, lines = _copy(old)
    _replace(old, record, lines, actor)
    return record


@transaction.atomic
def replace_document(
    *, workspace: Workspace, actor: User | None, document_id: int, document: DocumentInput
) -> Document:
    """Return a draft of the given content in place of the document, cancelled or credited in whole.

    Its number is the next of the family, whatever the input names. Else as amending; raises
    InvalidRecord, too.
    """
    old = _locked(workspace, document_id)
    if _standing(_credits_of(old)) is None:
        _refuse_unless_cancelled(old)
    _refuse_if_replaced(old)
    record = Document(workspace=workspace, kind=old.kind, number=old.number)
    _replace(old, record, fill_document(record, document), actor)
    return record


@transaction.atomic
def credit_document(
    *, workspace: Workspace, actor: User | None, document_id: int, issued_on: date
) -> Document:
    """Return a draft credit note over all of the submitted invoice or bill, line by line.

    INV-0042 is credited by INV-0042-CN. Raises NotFound, and WrongState where it is not submitted,
    is a credit note, or is credited already, in part or whole.
    """
    document = _locked(workspace, document_id)
    if refusal := _why_not_credited(document):
        raise WrongState.of_text(refusal)
    record, lines = _copy(document)
    record.kind = _CREDITED_BY[Kind(document.kind)]
    record.number = _number_of_credit(document)
    if cancelled := _credits_of(document).order_by("-pk").first():
        record.amends, record.number = cancelled, next_in_family(cancelled)
    record.issued_on = record.due_on = issued_on
    _save(record, lines)
    _audit_made(record, actor, f"{record.number} was made to credit {document.number}.")
    return record


@transaction.atomic
def remove_drafts(
    *, workspace: Workspace, actor: User | None, document_ids: Sequence[int]
) -> list[int]:
    """Remove what was never submitted, as if it had not been made: its number is free again.

    What was submitted or cancelled stays. Returns the primary keys of what is gone.
    """
    numbers = {
        each.pk: each.number
        for each in _all_locked(workspace, document_ids)
        if each.status == Status.DRAFT
    }
    _audit_each(workspace, actor, "removed", numbers)
    Document.objects.filter(pk__in=numbers).delete()
    return list(numbers)


@transaction.atomic
def submit_documents(
    *, workspace: Workspace, document_ids: Sequence[int], actor: User | None
) -> list[int]:
    """Make the drafts among the documents real; return their primary keys.

    What is not a draft, or not in the workspace, stays as it is. Announced in this transaction:
    a listener that raises leaves every document a draft.
    """
    drafts = {
        document.pk: document.number
        for document in _all_locked(workspace, document_ids)
        if document.status == Status.DRAFT
    }
    if drafts:
        Document.objects.filter(pk__in=drafts).update(
            status=Status.SUBMITTED, submitted_at=Now(), submitted_by=actor
        )
        _audit_each(workspace, actor, "submitted", drafts)
        signals.documents_submitted.send(
            sender=Document, workspace=workspace, document_ids=list(drafts)
        )
    return list(drafts)


@transaction.atomic
def cancel_documents(
    *, workspace: Workspace, document_ids: Sequence[int], actor: User | None
) -> list[int]:
    """Withdraw the documents; return the primary keys of those that were not cancelled before.

    Takes the same row locks as submitting and paying. Only what had been submitted is announced:
    of a draft nobody else knows. Raises HasSettlements, with nothing cancelled, where payments or
    allocations stand on any of them.
    """
    documents = _all_locked(workspace, document_ids)
    numbers = {each.pk: each.number for each in documents if each.status != Status.CANCELLED}
    if settlements := _settlements(numbers):
        raise HasSettlements(settlements)
    if numbers:
        Document.objects.filter(pk__in=numbers).update(status=Status.CANCELLED, cancelled_at=Now())
        _audit_each(workspace, actor, "cancelled", numbers)
    announced = [each.pk for each in documents if each.status == Status.SUBMITTED]
    if announced:
        signals.documents_cancelled.send(
            sender=Document, workspace=workspace, document_ids=announced
        )
    return list(numbers)


@transaction.atomic
def restore_documents(
    *, workspace: Workspace, actor: User | None, document_ids: Sequence[int]
) -> list[int]:
    """Make cancelled documents real again, as they were; return the keys of those that now are.

    Not those in whose place another one stands. Nothing is announced: whoever has them restored knows
    what is to become of them elsewhere.
    """
    documents = _all_locked(workspace, document_ids)
    replaced = set(
        Document.objects.filter(amends__in=[each.pk for each in documents])
        .exclude(status=Status.CANCELLED)
        .values_list("amends", flat=True)
    )
    numbers = {
        each.pk: each.number
        for each in documents
        if each.status == Status.CANCELLED and each.pk not in replaced
    }
    if numbers:
        back = {"status": Status.SUBMITTED, "cancelled_at": None}
        Document.objects.filter(pk__in=numbers).update(**back)
        _audit_each(workspace, actor, "restored", numbers)
    return list(numbers)


@transaction.atomic
def move_documents(
    *, workspace: Workspace, actor: User | None, to: Mapping[int, Party], why: str = ""
) -> list[int]:
    """Give submitted documents, by their keys, to other parties, as their next revision.

    Those that credit is set against, or that credit others, stay, and bills whose number the other
    supplier has used already. Returns the keys of those moved. Nothing is announced.
    """
    found = Document.objects.in_workspace(workspace).filter(pk__in=to, status=Status.SUBMITTED)
    documents = list(found.locked())
    tied = _tied_by_credit(documents) | _clashing(documents, to)
    moved = [each for each in documents if each.pk not in tied and each.party_id != to[each.pk].pk]
    for each in moved:
        each.party, each.revision = to[each.pk], each.revision + 1
    if moved:
        Document.objects.bulk_update(moved, ["party", "revision"], batch_size=500)
        audit.record_each(
            workspace=workspace,
            actor=actor,
            action="document.moved",
            subject=Document,
            messages={
                each.pk: f"{each.number} is for {each.party} now (revision {each.revision}).{why}"
                for each in moved
            },
        )
    return [each.pk for each in moved]


@transaction.atomic
def renumber_documents(
    *, workspace: Workspace, actor: User | None, document_ids: Sequence[int]
) -> list[int]:
    """Give submitted documents the next number of their family; return the keys of those renumbered.

    Their revision grows, and it is announced as an edit.
    """
    documents = [
        each for each in _all_locked(workspace, document_ids) if each.status == Status.SUBMITTED
    ]
    numbers = next_in_families([each.pk for each in documents])
    messages = {}
    for each in documents:
        messages[each.pk] = f"{each.number} has the number {numbers[each.pk]} now."
        changed = {"number": numbers[each.pk], "revision": F("revision") + 1}
        Document.objects.filter(pk=each.pk).update(**changed)
    if messages:
        audit.record_each(
            workspace=workspace,
            actor=actor,
            action="document.edited",
            subject=Document,
            messages=messages,
        )
        signals.documents_edited.send(
            sender=Document, workspace=workspace, document_ids=list(messages)
        )
    return list(messages)


def _tied_by_credit(documents: Sequence[Document]) -> set[int]:
    """Return those that have to stay with their party for the credit that is set against them."""
    keys = [each.pk for each in documents]
    live = Allocation.objects.live().filter(Q(document__in=keys) | Q(credit_note__in=keys))
    return {pk for pair in live.values_list("document_id", "credit_note_id") for pk in pair}


def _clashing(documents: Sequence[Document], to: Mapping[int, Party]) -> set[int]:
    """Return those of suppliers whose number the other supplier has used already."""
    wanted = {
        (each.kind, each.number, to[each.pk].pk): each.pk
        for each in documents
        if Kind(each.kind).is_purchase
    }
    taken = Document.objects.filter(
        kind__in={kind for kind, _, _ in wanted},
        number__in={number for _, number, _ in wanted},
        party__in={party for _, _, party in wanted},
    )
    there = taken.values_list("kind", "number", "party_id")
    return {wanted[each] for each in there if each in wanted}


def _locked(workspace: Workspace, document_id: int) -> Document:
    record = Document.objects.in_workspace(workspace).filter(pk=document_id).locked().first()
    if record is None:
        raise NotFound(
            "The document is not in this workspace.", remedy="Look it up again in the list."
        )
    return record


def _refuse_unless_cancelled(document: Document) -> None:
    if document.status != Status.CANCELLED:
        raise WrongState(
            f"{document.number} is not cancelled.", remedy="Edit it, or cancel it first."
        )


def _refuse_if_replaced(document: Document) -> None:
    if in_use := _standing(document.amended_by.all()):
        raise WrongState(
            f"{in_use.number} is in place of {document.number} already.", remedy="Edit that one."
        )


def _replace(old: Document, record: Document, lines: list[Line], actor: User | None) -> None:
    record.amends = old
    record.number = next_in_family(old)
    _save(record, lines)
    _audit_made(record, actor, f"{record.number} was made in place of {old.number}.")


def _copy(document: Document) -> tuple[Document, list[Line]]:
    """Return a new document like it, with its lines; neither is saved."""
    lines = list(document.lines.order_by("position"))
    for line in lines:
        line.pk = None
        line._state.adding = True
    return Document(**{field: getattr(document, field) for field in _COPIED}), lines


def _why_not_credited(document: Document) -> str:
    """Say why the document cannot be credited in whole; empty where it can."""
    if document.kind not in _CREDITED_BY:
        return f"{document.number} is a credit note itself. Edit it, or cancel it."
    if document.status != Status.SUBMITTED:
        return f"{document.number} is not submitted, so there is nothing to credit. Edit it."
    if note := _standing(_credits_of(document)):
        return f"{note.number} credits {document.number} already. Edit that one."
    if part := document.credits.filter(status=SettlementStatus.RECORDED).first():
        return (
            f"{document.number} is credited by {part.credit_note}, at least in part, already. Enter a "
            "credit note of what is left."
        )
    return ""


def _number_of_credit(document: Document) -> str:
    return f"{document.number[:_LONGEST_CREDITED]}-CN"


def _credits_of(document: Document) -> DocumentQuerySet:
    """Return the credit notes that `credit_document` made of it, cancelled ones too."""
    first = _number_of_credit(document)
    return Document.objects.filter(
        Q(number=first) | Q(number__startswith=f"{first}-"),
        workspace=document.workspace_id,
        kind=_CREDITED_BY.get(Kind(document.kind), ""),
        party=document.party_id,
    )


def _standing(documents: DocumentQuerySet) -> Document | None:
    """Return one of them that is not cancelled."""
    return documents.exclude(status=Status.CANCELLED).first()


def _all_locked(workspace: Workspace, document_ids: Sequence[int]) -> list[Document]:
    documents = Document.objects.in_workspace(workspace).filter(pk__in=document_ids)
    return list(documents.only("number", "status").locked())


def _settlements(document_ids: Collection[int]) -> list[Payment | Allocation]:
    """Return the live payments and allocations that stand on the documents."""
    payments = Payment.objects.live().filter(document__in=document_ids)
    either = Q(document__in=document_ids) | Q(credit_note__in=document_ids)
    allocations = Allocation.objects.live().filter(either)
    return [
        *payments.select_related("document").order_by("pk"),
        *allocations.select_related("document", "credit_note").order_by("pk"),
    ]


def _audit_made(record: Document, actor: User | None, message: str) -> None:
    audit.record(
        workspace=record.workspace,
        actor=actor,
        action="document.created",
        message=message,
        subject=record,
    )


def _audit_each(
    workspace: Workspace, actor: User | None, act: str, numbers: dict[int, str]
) -> None:
    audit.record_each(
        workspace=workspace,
        actor=actor,
        action=f"document.{act}",
        subject=Document,
        messages={pk: f"{number} was {act}." for pk, number in numbers.items()},
    )


def _save(record: Document, lines: list[Line]) -> None:
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        if "document_number_unique" not in str(error):
            raise
        checker = Checker(record.number)
        kind = record.get_kind_display().lower()
        whose = f" of {record.party}" if Kind(record.kind).is_purchase else ""
        checker.refuse(
            "number", record.number, f"Choose another: a {kind}{whose} with it is here already."
        )
        checker.finish()
    for line in lines:
        line.document = record
    Line.objects.bulk_create(lines)
