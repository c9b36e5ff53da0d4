"""Recording and deleting payments: money in, out, and back."""

from collections.abc import Hashable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from tallystick.books import signals
from tallystick.books.balances import outstanding, outstanding_of
from tallystick.books.checking import Checker
from tallystick.books.inputs import PaymentInput
from tallystick.books.models import Document, Kind, Payment, PaymentQuerySet
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
    "PaymentInput",
    "delete_payments",
    "outstanding",
    "outstanding_of",
    "payments_by_key",
    "record_new_payments",
    "record_payment",
    "record_payments",
]


_PAYMENT = SettlementKind(
    Payment,
    noun="payment",
    written="recorded",
    withdrawn="deleted",
    on_written=signals.payments_recorded,
    on_withdrawn=signals.payments_deleted,
    stands_on=("document",),
)


def payments_by_key(workspace: Workspace, keys: Sequence[int]) -> PaymentQuerySet:
    """Return the payments of the keys, as far as they are the workspace's."""
    return Payment.objects.in_workspace(workspace).filter(pk__in=keys)


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
    [document] = find_documents(workspace, document_id)
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
    return write_settlements(_PAYMENT, workspace, actor, verdicts)


@transaction.atomic
def record_new_payments(
    *,
    workspace: Workspace,
    actor: User | None,
    payments: Sequence[PaymentInput],
    dry_run: bool = False,
    anew: bool = False,
) -> list[JudgedSettlement[Payment]]:
    """Record the good ones that are not here yet; return what became of each, in their order.

    The same list again adds nothing: of payments alike in document, day, amount, method and
    reference as many are passed over as were ever recorded. With `anew` those that were deleted
    here do not count as recorded.
    """
    verdicts = _judge(workspace, actor, payments, pass_over_known=True, anew=anew)
    if not dry_run:
        write_settlements(_PAYMENT, workspace, actor, verdicts)
    return verdicts


@transaction.atomic
def delete_payments(
    *, workspace: Workspace, actor: User | None, payment_ids: Sequence[int]
) -> list[int]:
    """Delete them; return the primary keys of those that were not deleted before."""
    return withdraw_settlements(_PAYMENT, workspace, actor, payment_ids)


def _judge(
    workspace: Workspace,
    actor: User | None,
    payments: Sequence[PaymentInput],
    *,
    pass_over_known: bool = False,
    anew: bool = False,
) -> list[JudgedSettlement[Payment]]:
    standing = OpenDocuments(workspace, [(each.kind, each.number) for each in payments])
    known = KnownSettlements(_recorded(standing.documents) if pass_over_known else (), anew=anew)
    verdicts: list[JudgedSettlement[Payment]] = []
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
        verdicts.append(JudgedSettlement(None if checker.problems else payment, checker.problems))
    return verdicts


def _payment(given: PaymentInput, standing: OpenDocuments, checker: Checker) -> Payment | None:
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
