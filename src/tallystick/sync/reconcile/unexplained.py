"""Money on a copy that the mirror cannot name yet: what it is made of is read out of turn.

Xero tells of a payment or a credit by changing its document, and in a list of its own. Whichever of
the two comes first, the other is not waited for until its usual turn.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.mirror.models import MirroredAllocation, MirroredDocument, MirroredPayment
from tallystick.sync.models import PulledKind, Reading

#: What brings the payments and credits of invoices and bills, and those of credit notes. What is read
#: for one never asks for that one again.
OF_INVOICES = (
    PulledKind.PAYMENTS,
    PulledKind.CREDIT_NOTES,
    PulledKind.OVERPAYMENTS,
    PulledKind.PREPAYMENTS,
)
OF_CREDIT_NOTES = (PulledKind.PAYMENTS,)
_WHY = "Something was paid or credited in Xero."


def read_unexplained(
    organisation: Organisation, linked: Collection[str], kinds: Sequence[PulledKind]
) -> None:
    """Let these kinds be read next where they are read by themselves and money is unexplained.

    `linked` are Xero's ids of the copies to be looked at.
    """
    if not linked:
        return
    of_it = MirroredDocument.objects.filter(organisation=organisation, xero_id__in=linked)
    applied = dict(of_it.filter(applied__gt=0).values_list("xero_id", "applied"))
    explained = _explained(organisation, applied) if applied else {}
    if any(explained[pk] != money for pk, money in applied.items()):
        readings = Reading.objects.filter(
            organisation=organisation, kind__in=kinds, is_by_hand=False, off_at=None
        )
        readings.exclude(due_at__lte=Now()).update(due_at=Now(), due_why=_WHY)


def _explained(organisation: Organisation, xero_ids: Iterable[UUID]) -> dict[UUID, Decimal]:
    """Return what payments and credits of the mirror come to on each copy."""
    ids = list(xero_ids)
    payments = MirroredPayment.objects.filter(
        organisation=organisation, document_id__in=ids, status="AUTHORISED"
    )
    of_organisation = MirroredAllocation.objects.filter(document__organisation=organisation)
    sums: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for rows, key in (
        (payments, "document_id"),
        (of_organisation.filter(invoice_id__in=ids), "invoice_id"),
        (of_organisation.filter(document__xero_id__in=ids), "document__xero_id"),
    ):
        for pk, amount in rows.values_list(key).annotate(Sum("amount")).order_by():
            sums[pk] += amount
    return sums
