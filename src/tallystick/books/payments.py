"""Recording and deleting payments: money in, out, and back."""

from collections.abc import Hashable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Now

from tallystick.books import signals
from tallystick.books.balances import outstanding, outstanding_of
from tallystick.books.checking import Checker
from tallystick.books.entries import SMALLEST, Known, Standing, Verdict, insert, refuse_bad
from tallystick.books.errors import NotFound
from tallystick.books.inputs import PaymentInput
from tallystick.books.models import Document, EntryStatus, Kind, Payment
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace

__all__ = [
    "PaymentInput",
    "delete_payments",
    "outstanding",
    "outstanding_of",
    "record_new_payments",
    "record_payment",
    "record_payments",
]


def record_payment(
    *,
    workspace: Workspace,
    actor: User | None,
    document_id: int,
    amount: Decimal,
    paid_on: date,
    method: str = "",
    reference: str = "",
) -> Payment:
    """Record a payment on a submitted document. Raises NotFound and InvalidRecord."""
    documents = Document.objects.in_workspace(workspace).select_related("party")
    document = documents.filter(pk=document_id).first()
    if document is None:
        raise NotFound("The document is not in this workspace. Look it up again in the list.")
    given = PaymentInput(
        kind=Kind(document.kind),
        number=document.number,
        party_number=document.party.number,
        amount=amount,
        paid_on=paid_on,
        method=method,
        reference=reference,
    )
    return record_payments(workspace=workspace, actor=actor, payments=[given])[0]


@transaction.atomic
def record_payments(
    *, workspace: Workspace, actor: User | None, payments: Sequence[PaymentInput]
) -> list[Payment]:
    """Record them all, or none: InvalidRecord names every problem with its place in the list."""
    verdicts = _judge(workspace, actor, payments)
    refuse_bad("payment", verdicts)
    return _write(workspace, actor, verdicts)


@transaction.atomic
def record_new_payments(
    *,
    workspace: Workspace,
    actor: User | None,
    payments: Sequence[PaymentInput],
    dry_run: bool = False,
    anew: bool = False,
) -> list[Verdict[Payment]]:
    """Record the good ones that are not here yet; return what became of each, in their order.

    The same list again adds nothing: of payments alike in document, day, amount, method and
    reference as many are passed over as were ever recorded. With `anew` those that were deleted
    here do not count as recorded.
    """
    verdicts = _judge(workspace, actor, payments, pass_over_known=True, anew=anew)
    if not dry_run:
        _write(workspace, actor, verdicts)
    return verdicts


@transaction.atomic
def delete_payments(
    *, workspace: Workspace, actor: User | None, payment_ids: Sequence[int]
) -> list[int]:
    """Delete them; return the primary keys of those that were not deleted before."""
    asked = Payment.objects.in_workspace(workspace).filter(pk__in=payment_ids)
    list(Document.objects.filter(pk__in=asked.values("document")).locked())
    payments = list(asked.live().select_related("document").order_by("pk"))
    ids = [payment.pk for payment in payments]
    if ids:
        Payment.objects.filter(pk__in=ids).update(status=EntryStatus.DELETED, deleted_at=Now())
        _audit(workspace, actor, "deleted", payments)
        signals.payments_deleted.send(sender=Payment, workspace=workspace, payment_ids=ids)
    return ids


def _judge(
    workspace: Workspace,
    actor: User | None,
    payments: Sequence[PaymentInput],
    *,
    pass_over_known: bool = False,
    anew: bool = False,
) -> list[Verdict[Payment]]:
    standing = Standing(workspace, [(each.kind, each.number) for each in payments])
    known = Known(_recorded(standing.documents) if pass_over_known else (), anew=anew)
    verdicts: list[Verdict[Payment]] = []
    for place, given in enumerate(payments, start=1):
        checker = Checker(given.number)
        checker.line = place if len(payments) > 1 else None
        payment = _payment(given, standing, checker)
        if payment is not None and (passed := known.pass_over(_key(payment), payment)):
            verdicts.append(passed)
            continue
        if payment is not None:
            payment.workspace, payment.created_by = workspace, actor
            standing.take(payment.amount, [payment.document], checker)
        verdicts.append(Verdict(None if checker.problems else payment, checker.problems))
    return verdicts


def _payment(given: PaymentInput, standing: Standing, checker: Checker) -> Payment | None:
    document = standing.find("number", given.kind, given.number, given.party_number, checker)
    checker.number("amount", given.amount, at_least=SMALLEST, decimals=2)
    method = checker.text("method", given.method, at_most=40)
    reference = checker.text("reference", given.reference, at_most=255)
    if document is None or checker.problems:
        return None
    return Payment(
        document=document,
        amount=given.amount,
        paid_on=given.paid_on,
        method=method,
        reference=reference,
    )


def _recorded(documents: Sequence[Document]) -> Iterator[tuple[Hashable, str]]:
    """Yield key and status of every payment that was ever recorded on the documents."""
    for payment in Payment.objects.filter(document__in=[document.pk for document in documents]):
        yield _key(payment), payment.status


def _key(payment: Payment) -> tuple[object, ...]:
    return (
        payment.document_id,
        payment.paid_on,
        payment.amount,
        payment.method,
        payment.reference,
    )


def _write(
    workspace: Workspace, actor: User | None, verdicts: Sequence[Verdict[Payment]]
) -> list[Payment]:
    payments = [verdict.entry for verdict in verdicts if verdict.entry is not None]
    if payments:
        insert(payments)
        _audit(workspace, actor, "recorded", payments)
        ids = [payment.pk for payment in payments]
        signals.payments_recorded.send(sender=Payment, workspace=workspace, payment_ids=ids)
    return payments


def _audit(workspace: Workspace, actor: User | None, act: str, payments: Sequence[Payment]) -> None:
    audit.record_each(
        workspace=workspace,
        actor=actor,
        action=f"payment.{act}",
        subject=Payment,
        messages={payment.pk: f"{payment} was {act}." for payment in payments},
    )
