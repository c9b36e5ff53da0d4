"""Payments and allocations: what is due, whether it can be recorded yet, and what Xero has of it.

Both hang on documents that must be in Xero, approved. One look at those documents tells all: their
status, what is outstanding, and which payments and credits stand on them already.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TypeAlias
from uuid import UUID

from django.db.models import Q

from tallystick import xero
from tallystick.books.models import Allocation, Payment, SettlementOwner
from tallystick.connections.models import Organisation
from tallystick.mapping.problems import Unresolved
from tallystick.mapping.resolve import Resolver
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.mirror.models import Account
from tallystick.sync.engine.due_work import ALLOCATIONS, PAYMENTS
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.contents import content_of_amount, content_of_settlement
from tallystick.sync.links.differences import differences_between
from tallystick.sync.links.pushed_records import (
    PushedDocument,
    PushedSettlement,
    pushed_settlements,
)
from tallystick.sync.links.record_kinds import PAYMENT_RULE
from tallystick.sync.links.sync_rules import policy_of
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy
from tallystick.sync.lookup.copies_by_id import copies_by_id
from tallystick.sync.lookup.ready_documents import failed_with
from tallystick.sync.lookup.settlement_questions import (
    allocation_differs,
    document_gone,
    not_approved,
    payment_exists,
    settlement_changed,
    too_much,
)
from tallystick.sync.models import GONE, OPEN_STATES, Intent, KindPolicy, Link, LinkState

#: Settlements of each kind looked at in one round.
SETTLEMENTS_A_ROUND = 200
#: As much on a document as this is settled by its two halves' statuses in Xero.
APPROVED = frozenset({"AUTHORISED", "PAID"})

Copies: TypeAlias = dict[str, xero.Document]


@dataclass(frozen=True, slots=True)
class DueSettlement:
    """A settlement whose documents are in Xero, with what it needs to be written there."""

    pushed: PushedSettlement
    #: Of the document that is paid or credited, and of the credit note of an allocation.
    document: PushedDocument
    credit_note: PushedDocument | None = None
    account: Account | None = None

    @property
    def link(self) -> Link:
        return self.pushed.link

    @property
    def documents(self) -> tuple[PushedDocument, ...]:
        return (self.document, self.credit_note) if self.credit_note else (self.document,)

    @property
    def is_foreign(self) -> bool:
        """Whether the document is in another currency than the books."""
        return self.pushed.currency != self.link.organisation.currency


def due_settlements(hands: RoundHands) -> list[DueSettlement]:
    """Return the payments and allocations that Xero lacks and would take now.

    Those whose documents are not there yet wait for them; what stands in the way of the others is
    told; what Xero has already is confirmed.
    """
    keys = [pk for work in (PAYMENTS, ALLOCATIONS) for pk in hands.due(work, SETTLEMENTS_A_ROUND)]
    links = hands.as_now(Link.objects.loaded_in_order(keys))
    due = _beside_none_that_leaves(hands, _with_documents(hands, links))
    if not due:
        return []
    policy = policy_of(hands.organisation, PAYMENT_RULE)
    question = partial(ask_about_settlements, hands.client, due, policy)
    verdicts = hands.ask("settlements.ask", question)
    settled = hands.settle(
        "settlements.ask",
        verdicts,
        action=AttemptAction.ASK,
        approving=list(_to_be_approved(verdicts, due)),
    )
    return [one for one in due if one.link.pk not in settled]


def _beside_none_that_leaves(
    hands: RoundHands, due: Sequence[DueSettlement]
) -> list[DueSettlement]:
    """Return those on whose documents nothing of ours is just to be taken back.

    What was deleted here while the round was under way still stands there, and would be taken for
    somebody's. It goes first in the next round, and these after it.
    """
    leaving = _leaving(hands, {document.document.pk for one in due for document in one.documents})
    held_up = {document.pk for one in leaving for document in one.documents}
    return [one for one in due if held_up.isdisjoint(each.document.pk for each in one.documents)]


def _leaving(hands: RoundHands, documents: Collection[int]) -> list[PushedSettlement]:
    """Return the settlements on the documents that are on their way out of Xero."""
    if not documents:
        return []
    leaving = Link.objects.filter(
        Q(payment__document__in=documents)
        | Q(allocation__document__in=documents)
        | Q(allocation__credit_note__in=documents),
        organisation=hands.organisation,
        intent=Intent.RETRACT,
        state__in=OPEN_STATES,
        xero_id__isnull=False,
    )
    now = hands.as_now(leaving.with_records())
    return pushed_settlements(link for link in now if link.state in OPEN_STATES)


def look_again(client: xero.XeroClient, links: Sequence[Link]) -> list[LinkVerdict]:
    """Say what Xero has of settlements whose outcome nobody knows; nothing of what it does not have."""
    organisation, settlements = links[0].organisation, pushed_settlements(links)
    documents = document_links(organisation, settlements)
    due = []
    for one in settlements:
        document, *note = (PushedDocument.of(documents[each.pk]) for each in one.documents)
        due.append(DueSettlement(one, document, credit_note=note[0] if note else None))
    verdicts = ask_about_settlements(client, due, policy_of(organisation, PAYMENT_RULE))
    return [verdict for verdict in verdicts if verdict.copy]


def _with_documents(hands: RoundHands, links: Sequence[Link]) -> list[DueSettlement]:
    """Return those whose documents are in Xero and whose accounts are known; settle the others."""
    if not links:
        return []
    due, stopped = _judge_all(hands, links)
    failing = {verdict.link_id for verdict in stopped}

    def again() -> Sequence[LinkVerdict]:
        # As with documents: what is released just now is judged again under the lock.
        return _judge_all(hands, [link for link in links if link.pk in failing])[1]

    hands.settle("settlements.resolve", stopped, action=AttemptAction.RESOLVE, again=again)
    return due


def _judge_all(
    hands: RoundHands, links: Sequence[Link]
) -> tuple[list[DueSettlement], list[LinkVerdict]]:
    resolver, settlements = Resolver.of(hands.organisation), pushed_settlements(links)
    there = hands.as_now(document_links(hands.organisation, settlements).values())
    documents = {link.document_id: link for link in there if link.document_id}
    judged = [_judge(one, documents, resolver) for one in settlements]
    due = [one for one in judged if isinstance(one, DueSettlement)]
    return due, [one for one in judged if isinstance(one, LinkVerdict)]


def document_links(
    organisation: Organisation, settlements: Iterable[PushedSettlement]
) -> dict[int, Link]:
    """Return the links of the settlements' documents that there are, by the document's key."""
    wanted = {document.pk for one in settlements for document in one.documents}
    found = Link.objects.filter(organisation=organisation, document__in=wanted)
    return {
        link.document_id: link
        for link in found.select_related("document__party")
        if link.document_id
    }


def _judge(
    one: PushedSettlement, documents: Mapping[int, Link], resolver: Resolver
) -> DueSettlement | LinkVerdict:
    """Return the settlement with its documents' links, or what it waits for, or what stops it."""
    settlement = one.settlement
    if settlement.is_withdrawn:
        return LinkVerdict(one.pk, "Deleted before it was sent.")
    there: list[PushedDocument] = []
    for document in one.documents:
        known = documents.get(document.pk)
        if known is None or known.state != LinkState.SYNCED:
            return LinkVerdict(one.pk, "", waits_for=wait_key(WaitSort.DOCUMENT, document.pk))
        there.append(PushedDocument.of(known))
    try:
        if isinstance(settlement, Payment):
            return DueSettlement(one, there[0], account=resolver.check_payment(settlement))
        resolver.check_allocation(settlement)
        return DueSettlement(one, there[0], credit_note=there[1])
    except Unresolved as unresolved:
        return failed_with(one.link, unresolved)


def _to_be_approved(verdicts: Sequence[LinkVerdict], due: Sequence[DueSettlement]) -> Iterable[int]:
    """Yield the keys of the documents' links that settlements wait for and nobody is asked about."""
    waiting = {verdict.waits_for for verdict in verdicts if not verdict.problem}
    for one in due:
        for document in one.documents:
            if wait_key(WaitSort.DOCUMENT, document.document.pk) in waiting:
                yield document.pk


def ask_about_settlements(
    client: xero.XeroClient, due: Sequence[DueSettlement], policy: KindPolicy
) -> list[LinkVerdict]:
    """Look at the documents once, and say what that means for each settlement; nothing for the rest."""
    wanted = {one.pk: one for each in due for one in _to_look_at(each)}
    copies = copies_by_id(client, wanted.values())
    copies |= copies_by_id(client, _shown_on_documents(due, copies))
    # Payments that other links have are not to be taken for these.
    taken = set(_taken(due))
    verdicts = [_judged(one, copies, taken, policy) for one in due]
    return [verdict for verdict in verdicts if verdict]


def _to_look_at(due: DueSettlement) -> list[PushedDocument]:
    """Return the documents to ask for; of an approved credit note its invoice tells enough."""
    asked = [due.document]
    if due.credit_note and due.credit_note.link.xero_status not in APPROVED:
        asked.append(due.credit_note)
    return asked


def _shown_on_documents(due: Sequence[DueSettlement], copies: Copies) -> list[PushedDocument]:
    """Return the credit notes whose invoices show them already: they know the allocations' ids."""
    notes = {}
    for one in due:
        copy, note = copies.get(str(one.document.link.xero_id)), one.credit_note
        shown = {each.credit_note_id.lower() for each in getattr(copy, "credit_notes", ())}
        if note and str(note.link.xero_id) in shown and str(note.link.xero_id) not in copies:
            notes[note.pk] = note
    return list(notes.values())


def _taken(due: Sequence[DueSettlement]) -> list[str]:
    documents = {one.document.document.pk for one in due}
    linked = Link.objects.filter(
        # One that is Xero's may be this one, recorded there before it was here.
        Q(payment__document__in=documents, payment__owner=SettlementOwner.HERE),
        organisation__in={one.link.organisation_id for one in due},
        xero_id__isnull=False,
    )
    return [str(pk) for pk in linked.values_list("xero_id", flat=True)]


def _judged(
    due: DueSettlement, copies: Copies, taken: set[str], policy: KindPolicy
) -> LinkVerdict | None:
    if told := _about_documents(due, copies, policy):
        return told
    copy = copies.get(str(due.document.link.xero_id))
    if copy is None:
        # Xero's list leaves it out; writing will tell.
        return None
    settlement = due.pushed.settlement
    if isinstance(settlement, Payment):
        known = _same_payment(due, settlement, copy, taken)
    else:
        known = _same_allocation(due, settlement, copies)
    if known is None and settlement.amount > copy.outstanding:
        return too_much(due.pushed, copy.outstanding)
    return known


def _about_documents(due: DueSettlement, copies: Copies, policy: KindPolicy) -> LinkVerdict | None:
    """Say what of its documents keeps the settlement: gone from Xero, or not approved there."""
    for one in due.documents:
        copy = copies.get(str(one.link.xero_id))
        if copy and copy.status in GONE:
            return document_gone(due.pushed, one, copy)
        if copy and copy.status not in APPROVED:
            return not_approved(due.pushed, one, copy.status, policy)
    return None


def _same_payment(
    due: DueSettlement, payment: Payment, copy: xero.Document, taken: set[str]
) -> LinkVerdict | None:
    claimed = due.link.claim.lower()
    for one in copy.payments:
        there = XeroCopy(UUID(one.payment_id), payment.number, "AUTHORISED")
        if payment.number in (one.reference or ""):
            return _ours_if_same(due.pushed, there, one.amount, one.paid_on)
        if one.payment_id.lower() == claimed:
            message = "Taken for the payment that Xero has already."
            return LinkVerdict(due.link.pk, message, copy=there)
    return None if due.link.forced_revision else _alike_payment(due, payment, copy, taken)


def _alike_payment(
    due: DueSettlement, payment: Payment, copy: xero.Document, taken: set[str]
) -> LinkVerdict | None:
    """Ask whether a payment of the same amount and day, which no link of ours has, is this one."""
    free = (one for one in copy.payments if one.payment_id.lower() not in taken)
    there = next((one for one in free if _is_alike(one, payment)), None)
    return payment_exists(due.pushed, payment, there) if there else None


def _is_alike(there: xero.AppliedPayment, payment: Payment) -> bool:
    return there.amount == payment.amount and there.paid_on == payment.paid_on


def _ours_if_same(
    one: PushedSettlement, copy: XeroCopy, amount: Decimal, day: date | None
) -> LinkVerdict:
    """Confirm what is ours by its number or its place; what it says otherwise is a question."""
    content = content_of_amount(amount, day, one.currency)
    here = content_of_settlement(one.settlement)
    if one.link.kept_at is None and (found := differences_between(content, here)):
        return settlement_changed(one, replace(copy, content=content), found)
    return LinkVerdict(one.pk, "Xero has it, confirmed.", copy=copy)


def _same_allocation(
    due: DueSettlement, allocation: Allocation, copies: Copies
) -> LinkVerdict | None:
    """Say what Xero has of the pair; it keeps at most one allocation of ours for each."""
    there = list(_allocations_of_pair(due, copies))
    alike = [one for one in there if one.amount == allocation.amount]
    if alike:
        alike.sort(key=lambda one: one.allocated_on != allocation.allocated_on)
        copy = XeroCopy(UUID(alike[0].allocation_id), allocation.number, "AUTHORISED")
        return _ours_if_same(due.pushed, copy, alike[0].amount, alike[0].allocated_on)
    if not there or due.link.forced_revision:
        return None
    return allocation_differs(
        due.pushed, allocation, sum((one.amount for one in there), Decimal(0))
    )


def _allocations_of_pair(due: DueSettlement, copies: Copies) -> Iterator[xero.Allocation]:
    """Yield what Xero has set of the credit note against the document."""
    note = due.credit_note and copies.get(str(due.credit_note.link.xero_id))
    for one in getattr(note, "allocations", ()):
        invoice = one.invoice.invoice_id.lower() if one.invoice else ""
        if invoice == str(due.document.link.xero_id) and not one.is_deleted:
            yield one
