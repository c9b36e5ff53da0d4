"""Making and editing documents, and the two acts that count: submit and cancel."""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from tallystick.books import signals
from tallystick.books.checking import Checker
from tallystick.books.errors import NotADraft, NotFound
from tallystick.books.filling import fill_document
from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.books.models import Document, Line, Status
from tallystick.books.numbers import next_number
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace

__all__ = [
    "DocumentInput",
    "LineInput",
    "cancel_documents",
    "create_document",
    "edit_document",
    "submit_documents",
]


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
    audit.record(
        workspace=workspace,
        actor=actor,
        action="document.created",
        message=f"{record.number} was created.",
        subject=record,
    )
    return record


@transaction.atomic
def edit_document(
    *, workspace: Workspace, actor: User | None, document_id: int, document: DocumentInput
) -> Document:
    """Put the draft's values and lines in place of what it holds, as its next revision.

    An empty number leaves the one it has. Raises NotFound, NotADraft and InvalidRecord.
    """
    record = (
        Document.objects.in_workspace(workspace).filter(pk=document_id).select_for_update().first()
    )
    if record is None:
        raise NotFound("The document is not in this workspace. Look it up again in the list.")
    if not record.is_editable:
        raise NotADraft(
            f"{record.number} is {record.get_status_display().lower()} and stays as it is. "
            "Only drafts can be edited: cancel it and make a new one."
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
    return record


@transaction.atomic
def submit_documents(
    *, workspace: Workspace, document_ids: Sequence[int], actor: User | None
) -> list[int]:
    """Make the drafts among the documents real; return their primary keys.

    What is not a draft, or not in the workspace, stays as it is. Announced in this transaction:
    a listener that raises leaves every document a draft.
    """
    drafts = {
        pk: number
        for pk, number, status in _lock(workspace, document_ids)
        if status == Status.DRAFT
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

    Takes the same row locks as submitting. Only what had been submitted is announced: of a draft
    nobody else knows.
    """
    open_ones = [row for row in _lock(workspace, document_ids) if row[2] != Status.CANCELLED]
    numbers = {pk: number for pk, number, _ in open_ones}
    if numbers:
        Document.objects.filter(pk__in=numbers).update(status=Status.CANCELLED, cancelled_at=Now())
        _audit_each(workspace, actor, "cancelled", numbers)
    announced = [pk for pk, _, status in open_ones if status == Status.SUBMITTED]
    if announced:
        signals.documents_cancelled.send(
            sender=Document, workspace=workspace, document_ids=announced
        )
    return list(numbers)


def _lock(workspace: Workspace, document_ids: Sequence[int]) -> Iterable[tuple[int, str, str]]:
    # Always in the order of the primary key, so that two bulk acts cannot lock each other out.
    return (
        Document.objects.in_workspace(workspace)
        .filter(pk__in=document_ids)
        .order_by("pk")
        .select_for_update()
        .values_list("pk", "number", "status")
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
        checker.refuse(
            "number", record.number, f"Choose another: a {kind} with it is here already."
        )
        checker.finish()
    for line in lines:
        line.document = record
    Line.objects.bulk_create(lines)
