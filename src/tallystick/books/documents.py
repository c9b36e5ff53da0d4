"""Making, editing and replacing documents, and the two acts that count: submit and cancel."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q
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
    Payment,
    SettlementStatus,
    Status,
)
from tallystick.books.numbers import next_in_family, next_number
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
    "remove_drafts",
    "replace_document",
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
