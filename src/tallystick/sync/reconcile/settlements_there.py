"""What was paid and credited in Xero on our documents comes home as records of ours that are Xero's.

They are made of the mirror, so that it is all the same which page comes first, twice or late: what
the mirror says of a document's copy is what stands here in the end. They bear a link to Xero's record
and are never sent. What bears a link already, or a number of ours, is ours; and what is alike to one
of ours that is still to be sent is a question about that one (`settlement_questions.payment_exists`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from tallystick.books.kept_elsewhere import drop_elsewhere, follow_elsewhere, keep_elsewhere
from tallystick.books.models import (
    Allocation,
    Document,
    Payment,
    SettlementOwner,
    SettlementStatus,
    Status,
)
from tallystick.connections.models import Organisation
from tallystick.mirror.models import MirroredAllocation, MirroredPayment
from tallystick.sync.models import GONE, Link, LinkState

Settlement: TypeAlias = Payment | Allocation

_STANDS = "AUTHORISED"


def follow_settlements(organisation: Organisation, document_ids: Collection[int]) -> None:
    """Let the records that are Xero's on these documents of ours be what the mirror says.

    In the caller's transaction; the documents are locked first, as by all that changes what is
    outstanding on them.
    """
    if not document_ids:
        return
    documents = {
        one.pk: one
        for one in Document.objects.filter(pk__in=document_ids).order_by("pk").select_for_update()
    }
    copies = _copies_of(organisation, documents)
    changes = _Changes()
    _payments(organisation, documents, copies, changes)
    _allocations(organisation, copies, changes)
    changes.write(organisation)


def documents_linked(organisation: Organisation, xero_ids: Iterable[str | UUID | None]) -> set[int]:
    """Return the keys of our documents whose copies these are."""
    links = Link.objects.filter(
        organisation=organisation, xero_id__in=set(xero_ids) - {None}, document__isnull=False
    )
    return {pk for pk in links.values_list("document_id", flat=True) if pk is not None}


def documents_of_notes(organisation: Organisation, note_ids: Iterable[str]) -> set[int]:
    """Return the keys of our credit notes whose copies these are, and of what they are set against."""
    notes = documents_linked(organisation, note_ids)
    shown = MirroredAllocation.objects.filter(
        document__organisation=organisation, document__xero_id__in=set(note_ids)
    )
    there = shown.exclude(invoice_id=None).values_list("invoice_id", flat=True)
    here = Allocation.objects.live().filter(credit_note__in=notes)
    against = set(here.values_list("document_id", flat=True))
    return notes | documents_linked(organisation, set(there)) | against


def lock_documents(document_ids: Collection[int]) -> None:
    """Lock the documents before what stands on them, as everybody does."""
    rows = Document.objects.filter(pk__in=document_ids).order_by("pk")
    list(rows.select_for_update().values_list("pk", flat=True))


def give_way(organisation: Organisation, xero_id: str) -> None:
    """Take back the record that is Xero's of this payment there, for one of ours is the same."""
    links = Link.objects.filter(
        organisation=organisation, xero_id=xero_id, payment__owner=SettlementOwner.XERO
    )
    if link := links.select_related("payment").first():
        if link.payment:
            why = "is the one that was recorded here."
            drop_elsewhere(organisation.workspace, [link.payment], why=why)
        Link.objects.filter(pk=link.pk).update(
            state=LinkState.RETRACTED, xero_id=None, changed_at=Now()
        )


@dataclass(slots=True)
class _Changes:
    """What is to be written of the records that are Xero's."""

    new: list[tuple[Settlement, UUID]] = field(default_factory=list)
    changed: dict[Settlement, dict[str, Any]] = field(default_factory=dict)
    gone: list[Settlement] = field(default_factory=list)

    def see(self, one: Settlement, values: Mapping[str, Any]) -> None:
        """Compare what stands here of Xero's record with what it says now."""
        differing = {name: new for name, new in values.items() if getattr(one, name) != new}
        if differing or one.is_withdrawn:
            self.changed[one] = differing

    def write(self, organisation: Organisation) -> None:
        workspace = organisation.workspace
        if self.new:
            keep_elsewhere(workspace, [one for one, _ in self.new])
            Link.objects.bulk_create(_link(organisation, one, pk) for one, pk in self.new)
        if self.changed:
            follow_elsewhere(workspace, self.changed)
            _links_of(organisation, self.changed).update(
                state=LinkState.SYNCED, xero_status=_STANDS, changed_at=Now(), synced_at=Now()
            )
        if self.gone:
            drop_elsewhere(workspace, self.gone)
            _links_of(organisation, self.gone).update(
                state=LinkState.RETRACTED, xero_status="DELETED", changed_at=Now()
            )


def _link(organisation: Organisation, one: Settlement, xero_id: UUID) -> Link:
    name = "payment" if isinstance(one, Payment) else "allocation"
    return Link(
        organisation=organisation,
        state=LinkState.SYNCED,
        xero_id=xero_id,
        xero_number="",
        xero_status=_STANDS,
        synced_at=Now(),
        **{name: one},
    )


def _links_of(organisation: Organisation, settlements: Iterable[Settlement]) -> Any:
    payments = [one.pk for one in settlements if isinstance(one, Payment)]
    allocations = [one.pk for one in settlements if isinstance(one, Allocation)]
    either = Q(payment__in=payments) | Q(allocation__in=allocations)
    keys = Link.objects.filter(either, organisation=organisation).order_by("pk")
    locked = list(keys.select_for_update(of=("self",)).values_list("pk", flat=True))
    return Link.objects.filter(pk__in=locked)


def _copies_of(
    organisation: Organisation, documents: Mapping[int, Document]
) -> dict[UUID, Document]:
    """Return by their ids in Xero the documents that stand here and there."""
    links = Link.objects.filter(
        organisation=organisation, document__in=documents, xero_id__isnull=False
    ).exclude(xero_status__in=GONE)
    return {
        xero_id: documents[pk]
        for xero_id, pk in links.values_list("xero_id", "document_id")
        if xero_id and pk is not None and documents[pk].status == Status.SUBMITTED
    }


def _payments(
    organisation: Organisation,
    documents: Mapping[int, Document],
    copies: Mapping[UUID, Document],
    changes: _Changes,
) -> None:
    there = MirroredPayment.objects.filter(
        organisation=organisation, document_id__in=copies, status=_STANDS
    )
    standing = {one.xero_id: one for one in there.defer("raw", "digest").order_by("pk")}
    linked = _linked(organisation, standing)
    here = _here(organisation, Q(payment__document__in=documents))
    theirs = {link.xero_id: link.payment for link in here if link.payment and link.payment.is_xeros}
    ours = [link for link in here if link.payment and not link.payment.is_xeros]
    numbers = {link.payment.number for link in ours if link.payment}
    claimed = {link.claim.lower() for link in ours if link.claim}
    waiting = Counter(_key(link.payment) for link in ours if link.payment and _is_to_be_sent(link))
    for pk, one in standing.items():
        document = copies[UUID(str(one.document_id))]
        paid_on = one.paid_on or one.read_at.date()
        payment = Payment(
            document=document,
            amount=one.amount,
            paid_on=paid_on,
            reference=one.reference[:255],
        )
        if known := theirs.get(pk):
            said = {"amount": one.amount, "paid_on": paid_on, "reference": payment.reference}
            changes.see(known, said)
        elif pk in linked or str(pk) in claimed or _ends_in(one.reference) in numbers:
            continue
        elif waiting[_key(payment)]:
            waiting[_key(payment)] -= 1
        else:
            changes.new.append((payment, pk))
    changes.gone += [
        one for pk, one in theirs.items() if pk not in standing and not one.is_withdrawn
    ]


def _allocations(
    organisation: Organisation, copies: Mapping[UUID, Document], changes: _Changes
) -> None:
    """As of payments, of the credit notes among the documents; both sides must be ours."""
    notes = {pk: one for pk, one in copies.items() if one.kind.endswith("credit_note")}
    there = MirroredAllocation.objects.filter(
        document__organisation=organisation,
        document__xero_id__in=notes,
        xero_id__isnull=False,
        invoice_id__isnull=False,
    ).select_related("document")
    standing = {
        one.xero_id: one
        for one in there.defer("document__raw", "document__digest").order_by("pk")
        if one.xero_id
    }
    against = _documents_by_id(organisation, {one.invoice_id for one in standing.values()})
    linked = _linked(organisation, standing)
    note_keys = [one.pk for one in notes.values()]
    here = _here(organisation, Q(allocation__credit_note__in=note_keys))
    theirs = {
        link.xero_id: link.allocation
        for link in here
        if link.allocation and link.allocation.is_xeros
    }
    ours = [link for link in here if link.allocation and not link.allocation.is_xeros]
    doubles = {stray.lower() for link in ours for stray in link.strays}
    asked = {_pair(link.allocation) for link in ours if link.allocation and _is_to_be_sent(link)}
    for pk, one in standing.items():
        document = against.get(UUID(str(one.invoice_id)))
        note = notes[one.document.xero_id]
        if document is None:
            continue
        allocation = Allocation(
            credit_note=note,
            document=document,
            amount=one.amount,
            allocated_on=one.allocated_on or one.document.issued_on or one.document.read_at.date(),
        )
        if known := theirs.get(pk):
            said = {"amount": one.amount, "allocated_on": allocation.allocated_on}
            changes.see(known, said)
        elif pk in linked or str(pk) in doubles or _pair(allocation) in asked:
            continue
        else:
            changes.new.append((allocation, pk))
    both = {each.pk for each in against.values()}
    changes.gone += [
        one
        for pk, one in theirs.items()
        if not one.is_withdrawn and (pk not in standing or one.document_id not in both)
    ]


def _linked(organisation: Organisation, xero_ids: Collection[UUID]) -> set[UUID]:
    links = Link.objects.filter(organisation=organisation, xero_id__in=xero_ids)
    return {pk for pk in links.values_list("xero_id", flat=True) if pk}


def _here(organisation: Organisation, which: Q) -> Sequence[Link]:
    """Return the links of our records, those that are Xero's among them."""
    found = Link.objects.filter(which, organisation=organisation)
    return list(found.select_related("payment__document", "allocation__document").order_by("pk"))


def _documents_by_id(organisation: Organisation, ids: Iterable[Any]) -> dict[UUID, Document]:
    """Return by the ids of their copies the documents that stand here and there."""
    links = Link.objects.filter(
        organisation=organisation,
        xero_id__in=set(ids),
        document__status=Status.SUBMITTED,
    ).exclude(xero_status__in=GONE)
    return {
        link.xero_id: link.document
        for link in links.select_related("document")
        if link.xero_id and link.document
    }


def _is_to_be_sent(link: Link) -> bool:
    """Tell whether ours stands here, is not in Xero, and nobody has said that it is another one."""
    one = link.payment or link.allocation
    stands = one is not None and one.status == SettlementStatus.RECORDED
    return stands and link.xero_id is None and not link.forced_revision


def _key(payment: Payment) -> tuple[object, ...]:
    return payment.document_id, payment.amount, payment.paid_on


def _pair(allocation: Allocation) -> tuple[int, int]:
    return allocation.credit_note_id, allocation.document_id


def _ends_in(reference: str) -> str:
    """Return the last word of a reference: of ours it is our number."""
    return reference.rpartition(" ")[2]
