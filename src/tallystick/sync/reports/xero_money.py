"""What Xero says of the money of our documents: what each comes to there, what is paid and still due.

From the mirror, so that no page waits for Xero; with the time up to which that is known.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from django.db.models import Sum

from tallystick.books.models import Document
from tallystick.connections.models import Organisation
from tallystick.mirror.models import MirroredAllocation, MirroredDocument, MirroredPayment
from tallystick.money import Money
from tallystick.sync.models import Link, PulledKind, Reading
from tallystick.sync.reports.link_states import XERO_WORDS

#: By the list of Xero's in which a document stands: what brings its changes.
_READ_WITH: Mapping[str, PulledKind] = MappingProxyType(
    {"Invoices": PulledKind.INVOICES, "CreditNotes": PulledKind.CREDIT_NOTES}
)
#: What is set against an invoice, by Xero's list.
_CREDITS: Mapping[str, str] = MappingProxyType(
    {"CreditNotes": "Credit note", "Overpayments": "Overpayment", "Prepayments": "Prepayment"}
)


@dataclass(frozen=True, slots=True)
class MoneyThere:
    """The money of one document's copy, in its currency."""

    #: Xero's own word.
    status: str
    currency: str
    total: Decimal
    #: Still to be paid; of credit, still to be used.
    due: Decimal
    #: None where the mirror cannot tell the two apart yet; then `applied` is both.
    paid: Decimal | None
    credited: Decimal | None
    applied: Decimal
    is_credit: bool
    #: Up to when this is known to stand so.
    read_at: datetime

    @property
    def word(self) -> str:
        """What a list shows: `Paid`, `10.94 GBP due`, else the status in words."""
        if self.status == "AUTHORISED":
            return f"{Money(self.due, self.currency)} {'left' if self.is_credit else 'due'}"
        if self.status == "PAID" and self.is_credit:
            return "Used"
        return XERO_WORDS.get(self.status, self.status.capitalize())


@dataclass(frozen=True, slots=True)
class CreditThere:
    """Credit that Xero has set against a document and that is no record here."""

    #: Such as `Overpayment`, or `Credit note CN-7`.
    label: str
    amount: Decimal
    allocated_on: date | None


def money_there(
    documents: Iterable[Document], organisation: Organisation | None
) -> dict[int, MoneyThere]:
    """Return what Xero says of each document that is linked and mirrored, by its key; five queries."""
    if organisation is None:
        return {}
    links = Link.objects.filter(
        organisation=organisation,
        document__in=[one.pk for one in documents],
        xero_id__isnull=False,
    )
    keys = {
        xero_id: pk
        for xero_id, pk in links.values_list("xero_id", "document_id")
        if xero_id and pk is not None
    }
    found = MirroredDocument.objects.filter(organisation=organisation, xero_id__in=keys)
    copies = list(found.defer("raw", "digest")) if keys else []
    if not copies:
        return {}
    paid = _paid(organisation, keys)
    credited = _credited(organisation, keys)
    read = _read_at(organisation)
    return {keys[copy.xero_id]: _money(copy, paid, credited, read) for copy in copies}


def credits_there(document: Document, organisation: Organisation | None) -> list[CreditThere]:
    """Return what Xero has set against the document that is no record here, oldest first.

    Over- and prepayments, and credit notes that are nobody's here.
    """
    links = Link.objects.filter(organisation=organisation, document=document, xero_id__isnull=False)
    there = MirroredAllocation.objects.filter(
        document__organisation=organisation, invoice_id__in=links.values("xero_id")
    )
    rows = list(there.select_related("document").order_by("allocated_on", "pk"))
    ours = Link.objects.filter(
        organisation=organisation, xero_id__in=[one.xero_id for one in rows if one.xero_id]
    )
    known = set(ours.values_list("xero_id", flat=True))
    return [
        CreditThere(
            f"{_CREDITS.get(one.document.endpoint, 'Credit')} {one.document.number}".strip(),
            one.amount,
            one.allocated_on,
        )
        for one in rows
        if one.xero_id not in known
    ]


def _money(
    copy: MirroredDocument,
    paid: Mapping[UUID, Decimal],
    credited: Mapping[UUID, Decimal],
    read: Mapping[str, datetime],
) -> MoneyThere:
    applied = copy.applied or Decimal(0)
    in_money, in_credit = paid[copy.xero_id], credited[copy.xero_id]
    is_told = in_money + in_credit == applied
    return MoneyThere(
        status=copy.status,
        currency=copy.currency,
        total=copy.total or Decimal(0),
        due=copy.outstanding or Decimal(0),
        paid=in_money if is_told else None,
        credited=in_credit if is_told else None,
        applied=applied,
        is_credit=copy.endpoint == "CreditNotes",
        read_at=max(copy.noticed_at, read.get(copy.endpoint, copy.noticed_at)),
    )


def _paid(organisation: Organisation, keys: Iterable[UUID]) -> Mapping[UUID, Decimal]:
    payments = MirroredPayment.objects.filter(
        organisation=organisation, document_id__in=list(keys), status="AUTHORISED"
    )
    return _sums(payments.values_list("document_id").annotate(Sum("amount")))


def _credited(organisation: Organisation, keys: Iterable[UUID]) -> Mapping[UUID, Decimal]:
    """Return what is set against each, or what each is set against others."""
    ids = list(keys)
    of_it = MirroredAllocation.objects.filter(document__organisation=organisation)
    against = of_it.filter(invoice_id__in=ids).values_list("invoice_id").annotate(Sum("amount"))
    given = of_it.filter(document__xero_id__in=ids).values_list("document__xero_id")
    return _sums([*against, *given.annotate(Sum("amount"))])


def _sums(rows: Iterable[Sequence[object]]) -> Mapping[UUID, Decimal]:
    sums: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for key, amount in rows:
        if isinstance(key, UUID) and isinstance(amount, Decimal):
            sums[key] += amount
    return sums


def _read_at(organisation: Organisation) -> dict[str, datetime]:
    """Return by Xero's list when all that was changed in it had been read last."""
    kinds = {kind: endpoint for endpoint, kind in _READ_WITH.items()}
    readings = Reading.objects.filter(organisation=organisation, kind__in=kinds, alarm="")
    return {kinds[PulledKind(one.kind)]: one.last_at for one in readings if one.last_at is not None}
