"""Payments and allocations are written to Xero, and taken back when they are deleted here."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Payment
from tallystick.connections.models import Organisation
from tallystick.mapping.problems import XERO, Problem
from tallystick.mirror.models import Account
from tallystick.sync.engine.batches import BatchPurpose, PlannedWriting, Refused
from tallystick.sync.engine.due_work import WITHDRAWN_SETTLEMENTS
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.contents import (
    Content,
    content_of_payment,
    content_of_payment_copy,
    reference_of,
)
from tallystick.sync.links.lingering_copies import lament_of, still_there
from tallystick.sync.links.pushed_records import PushedSettlement, id_in_xero
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy
from tallystick.sync.lookup.settlement_lookup import DueSettlement, due_settlements, look_again
from tallystick.sync.models import Intent, Link
from tallystick.sync.push.refusal_words import (
    RefusalWords,
    words_of_refusal,
    words_of_whole_refusal,
)

#: Payments are small and alike: so many to a request, as many as Xero takes without trouble.
_PAYMENTS = 200
#: Of what Xero takes one by one: so many in one round.
REMOVED_A_ROUND = 50


def send_settlements(hands: RoundHands) -> None:
    """Write the payments and allocations that are due and that Xero would take now."""
    for writing in settlement_writings(due_settlements(hands)):
        hands.send(writing)


def settlement_writings(due: Sequence[DueSettlement]) -> Iterator[PlannedWriting]:
    """Yield what is written of the settlements: payments together, allocations one by one."""
    payments = [one for one in due if one.link.payment_id]
    yield PlannedWriting(
        CREATE_PAYMENTS,
        [one.link for one in payments],
        partial(_sealed_payments, {one.link.pk: one for one in payments}),
        dict(map(_payment_content, payments)),
    )
    allocations = [one for one in due if one.link.allocation_id]
    build = partial(_sealed_allocation, {one.link.pk: one for one in allocations})
    yield PlannedWriting(CREATE_ALLOCATIONS, [one.link for one in allocations], build)


def _payment_content(due: DueSettlement) -> tuple[int, Content]:
    payment, account = _payment_on(due)
    return due.link.pk, content_of_payment(payment, account)


def _payment_on(due: DueSettlement) -> tuple[Payment, Account]:
    """Return the payment and the account that it lies on."""
    if due.link.payment is None or due.account is None:
        raise ValueError(f"Link {due.link.pk} is not a payment's.")
    return due.link.payment, due.account


def _sealed_payments(due: Mapping[int, DueSettlement], links: Sequence[Link]) -> xero.Sealed:
    return xero.seal_create_payments([_payment_draft(due[link.pk]) for link in links])


def _payment_draft(due: DueSettlement) -> xero.PaymentDraft:
    payment, account = _payment_on(due)
    is_note = due.document.endpoint == "CreditNotes"
    target = {"credit_note_id" if is_note else "invoice_id": str(due.document.link.xero_id)}
    return xero.PaymentDraft(
        paid_on=payment.paid_on,
        amount=payment.amount,
        account_id=str(account.xero_id),
        reference=reference_of(payment),
        currency_rate=payment.document.currency_rate if due.is_foreign else None,
        **target,
    )


def _sealed_allocation(by_link: Mapping[int, DueSettlement], links: Sequence[Link]) -> xero.Sealed:
    due = by_link[links[0].pk]
    allocation, note = due.link.allocation, due.credit_note
    if allocation is None or note is None:
        raise ValueError(f"Link {due.link.pk} is not an allocation's.")
    draft = xero.AllocationDraft(
        invoice_id=str(due.document.link.xero_id),
        amount=allocation.amount,
        allocated_on=allocation.allocated_on,
    )
    return xero.seal_create_allocation(str(note.link.xero_id), draft)


def retract_settlements(hands: RoundHands) -> None:
    """Delete our copies of payments and allocations that were deleted here, one call each."""
    due = list(hands.due(WITHDRAWN_SETTLEMENTS, REMOVED_A_ROUND))
    links = hands.as_now(Link.objects.loaded_in_order(due))
    payments = _without_gone(hands, [link for link in links if link.payment_id])
    allocations = [link for link in links if link.allocation_id]
    hands.send(PlannedWriting(RETRACT_PAYMENTS, payments, _sealed_deletion))
    build = partial(_sealed_removal, _notes_of(hands.organisation, allocations))
    hands.send(PlannedWriting(RETRACT_ALLOCATIONS, allocations, build))


def _without_gone(hands: RoundHands, links: list[Link]) -> list[Link]:
    """Settle the payments that are gone already, whose deletion Xero would refuse; return the others."""
    if not links:
        return []
    gone = hands.ask("settlements.look", partial(look_for_payments, hands.client, links))
    settled = hands.settle("settlements.look", gone, action=AttemptAction.RETRACT)
    return [link for link in links if link.pk not in settled]


def _sealed_deletion(links: Sequence[Link]) -> xero.Sealed:
    return xero.seal_delete_payment(str(links[0].xero_id))


def _sealed_removal(notes: dict[int, str], links: Sequence[Link]) -> xero.Sealed:
    link = links[0]
    allocation = link.allocation
    note = notes[allocation.credit_note_id] if allocation else ""
    return xero.seal_delete_allocation(note, str(link.xero_id))


def _notes_of(organisation: Organisation, links: Sequence[Link]) -> dict[int, str]:
    notes = [link.allocation.credit_note_id for link in links if link.allocation]
    known = Link.objects.filter(organisation=organisation, document__in=notes)
    return {link.document_id: str(link.xero_id) for link in known if link.document_id}


def _read_payments(links: Sequence[Link], answer: xero.Answer) -> list[LinkVerdict]:
    by_number = {link.payment.number: link for link in links if link.payment}
    verdicts = []
    for element in answer.payments:
        number = (element.record.reference or "").rpartition(" ")[2]
        link = by_number.get(number)
        if link is None:
            continue
        if element.ok:
            content = content_of_payment_copy(element.record, {})
            pk = UUID(element.record.payment_id)
            copy = XeroCopy(pk, number, element.record.status, content, revision=1)
            verdicts.append(LinkVerdict(link.pk, "Recorded in Xero.", copy=copy))
        else:
            verdicts.append(_refusal(link, element.errors))
    return verdicts


def _read_allocations(links: Sequence[Link], answer: xero.Answer) -> list[LinkVerdict]:
    """There is one in a request, so that its answer needs no telling apart."""
    link = links[0]
    verdicts = []
    for element in answer.allocations:
        if not element.ok:
            verdicts.append(_refusal(link, element.errors))
        elif element.record.allocation_id:
            number = PushedSettlement.of(link).settlement.number
            copy = XeroCopy(UUID(element.record.allocation_id), number, "AUTHORISED")
            verdicts.append(LinkVerdict(link.pk, "Allocated in Xero.", copy=copy))
    return verdicts


def _read_removal(links: Sequence[Link], answer: xero.Answer) -> list[LinkVerdict]:
    link = links[0]
    done = any(one.ok and one.record.status == "DELETED" for one in answer.payments)
    done = done or any(one.ok and one.record.is_deleted for one in answer.allocations)
    return [_gone(link)] if done else []


def _gone(link: Link) -> LinkVerdict:
    copy = XeroCopy(id_in_xero(link), link.xero_number, "DELETED")
    return LinkVerdict(link.pk, "Deleted in Xero.", copy=copy)


def _head(one: PushedSettlement) -> str:
    is_out = one.link.intent == Intent.RETRACT
    return f"{one} {lament_of(one.link) if is_out else 'was not sent'}."


def _refusal(link: Link, errors: Sequence[str]) -> LinkVerdict:
    one = PushedSettlement.of(link)
    return _refused(one, words_of_refusal(_head(one), errors, noun=one.noun))


def _refuse(link: Link, refused: Refused) -> LinkVerdict:
    if isinstance(refused, xero.NotFound) and link.intent == Intent.RETRACT:
        return _gone(link)
    one = PushedSettlement.of(link)
    remedy = "Look at its document in Xero, then press Retry; nothing is doubled."
    return _refused(one, words_of_whole_refusal(_head(one), refused, noun=one.noun, remedy=remedy))


def _refused(one: PushedSettlement, words: RefusalWords) -> LinkVerdict:
    if one.link.intent == Intent.RETRACT:
        problem = still_there(one.link, words.code, words.message)
    else:
        problem = Problem(words.code, words.message, words.remedy, XERO)
    return LinkVerdict(one.pk, words.message, problem=problem)


def look_for_payments(client: xero.XeroClient, links: Sequence[Link]) -> list[LinkVerdict]:
    """Say which of the payments that were to go are gone; the others go back for that."""
    found = {one.payment_id.lower(): one for one in client.payments_by_id(_ids(links))}
    gone = [
        link
        for link in links
        if (copy := found.get(str(link.xero_id))) and copy.status == "DELETED"
    ]
    return [_gone(link) for link in gone]


def _ids(links: Sequence[Link]) -> list[str]:
    return [str(link.xero_id) for link in links]


def _nothing_to_look_at(client: xero.XeroClient, links: Sequence[Link]) -> list[LinkVerdict]:
    """Removing what is gone does no harm: it is simply done again."""
    return []


CREATE_PAYMENTS = BatchPurpose(
    "create_payments", AttemptAction.CREATE, _read_payments, _refuse, look_again, size=_PAYMENTS
)
CREATE_ALLOCATIONS = BatchPurpose(
    "create_allocations", AttemptAction.CREATE, _read_allocations, _refuse, look_again, size=1
)
RETRACT_PAYMENTS = BatchPurpose(
    "retract_payments", AttemptAction.RETRACT, _read_removal, _refuse, look_for_payments, size=1
)
RETRACT_ALLOCATIONS = BatchPurpose(
    "retract_allocations",
    AttemptAction.RETRACT,
    _read_removal,
    _refuse,
    _nothing_to_look_at,
    size=1,
)
