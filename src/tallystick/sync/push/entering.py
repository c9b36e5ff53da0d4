"""Payments and allocations are written to Xero, and taken back when they are deleted here."""

from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.mapping.problems import XERO, Problem
from tallystick.sync.lane import Held
from tallystick.sync.lingering import lament_of, still_there
from tallystick.sync.models import Intent, Link, LinkState
from tallystick.sync.push.batches import Purpose, Refused, Writing, send_all
from tallystick.sync.push.entries import Due, due_entries, entry_of, look_again
from tallystick.sync.push.shapes import endpoint_of
from tallystick.sync.snapshots import (
    content_of_payment,
    content_of_payment_copy,
    reference_of,
)
from tallystick.sync.steps import calling, committing
from tallystick.sync.verdicts import Copy, Verdict, apply_verdicts

#: Payments are small and alike: so many to a request, as many as Xero takes without trouble.
_PAYMENTS = 200
#: Of what Xero takes one by one: so many in one round.
AT_ONCE = 50


def send_entries(held: Held, client: xero.XeroClient) -> None:
    """Write the payments and allocations that are due and that Xero would take now."""
    for one in writings(due_entries(held, client)):
        send_all(held, client, one.purpose, one.links, one.build, one.contents)


def writings(due: Sequence[Due]) -> Iterator[Writing]:
    """Yield what is written of the entries: payments together, allocations one by one."""
    by_link = {one.link.pk: one for one in due}
    links = [one.link for one in due]
    yield Writing(
        CREATE_PAYMENTS,
        [link for link in links if link.payment],
        lambda links: xero.seal_create_payments([_payment_draft(by_link[one.pk]) for one in links]),
        {
            one.link.pk: content_of_payment(one.link.payment, one.account)
            for one in due
            if one.link.payment and one.account
        },
    )
    yield Writing(
        CREATE_ALLOCATIONS,
        [link for link in links if link.allocation],
        lambda links: _sealed_allocation(by_link[links[0].pk]),
    )


def _payment_draft(due: Due) -> xero.PaymentDraft:
    payment, is_note = due.link.payment, endpoint_of(due.document) == "CreditNotes"
    if payment is None or due.account is None:
        raise ValueError(f"Link {due.link.pk} is not a payment's.")
    target = {"credit_note_id" if is_note else "invoice_id": str(due.document.xero_id)}
    return xero.PaymentDraft(
        paid_on=payment.paid_on,
        amount=payment.amount,
        account_id=str(due.account.xero_id),
        reference=reference_of(payment),
        currency_rate=payment.document.currency_rate if due.is_foreign else None,
        **target,
    )


def _sealed_allocation(due: Due) -> xero.Sealed:
    allocation, note = due.link.allocation, due.credit_note
    if allocation is None or note is None:
        raise ValueError(f"Link {due.link.pk} is not an allocation's.")
    draft = xero.AllocationDraft(
        invoice_id=str(due.document.xero_id),
        amount=allocation.amount,
        allocated_on=allocation.allocated_on,
    )
    return xero.seal_create_allocation(str(note.xero_id), draft)


def retract_entries(held: Held, client: xero.XeroClient) -> None:
    """Delete our copies of payments and allocations that were deleted here, one call each."""
    due = Link.objects.due(held.organisation.pk).filter(
        state=LinkState.QUEUED, intent=Intent.RETRACT, xero_id__isnull=False, document=None
    )
    links = due.loaded(AT_ONCE)
    payments = _without_gone(held, client, [link for link in links if link.payment_id])
    allocations = [link for link in links if link.allocation_id]
    for one in removals(held.organisation, payments, allocations):
        send_all(held, client, one.purpose, one.links, one.build)


def removals(
    organisation: Organisation, payments: Sequence[Link], allocations: Sequence[Link]
) -> Iterator[Writing]:
    """Yield what takes the copies of these back, each alone."""
    yield Writing(RETRACT_PAYMENTS, payments, _sealed_deletion)
    notes = _notes_of(organisation, allocations)
    yield Writing(RETRACT_ALLOCATIONS, allocations, partial(_sealed_removal, notes))


def _without_gone(held: Held, client: xero.XeroClient, links: list[Link]) -> list[Link]:
    """Settle the payments that are gone already, whose deletion Xero would refuse; return the others."""
    gone = calling("entries.look", partial(look_for_payments, client, links)) if links else []
    if gone:
        with committing("entries.look"):
            held.guard()
            apply_verdicts(gone, action="retract")
    settled = {verdict.link_id for verdict in gone}
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


def _read_payments(links: Sequence[Link], answer: xero.Answer) -> list[Verdict]:
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
            copy = Copy(pk, number, element.record.status, content, revision=1)
            verdicts.append(Verdict(link.pk, "Recorded in Xero.", copy=copy))
        else:
            verdicts.append(_refused(link, element.errors))
    return verdicts


def _read_allocations(links: Sequence[Link], answer: xero.Answer) -> list[Verdict]:
    """There is one in a request, so that its answer needs no telling apart."""
    link = links[0]
    verdicts = []
    for element in answer.allocations:
        if not element.ok:
            verdicts.append(_refused(link, element.errors))
        elif element.record.allocation_id:
            copy = Copy(UUID(element.record.allocation_id), entry_of(link).number, "AUTHORISED")
            verdicts.append(Verdict(link.pk, "Allocated in Xero.", copy=copy))
    return verdicts


def _read_removal(links: Sequence[Link], answer: xero.Answer) -> list[Verdict]:
    link = links[0]
    done = any(one.ok and one.record.status == "DELETED" for one in answer.payments)
    done = done or any(one.ok and one.record.is_deleted for one in answer.allocations)
    return [_gone(link)] if done else []


def _gone(link: Link) -> Verdict:
    copy = Copy(UUID(str(link.xero_id)), link.xero_number, "DELETED")
    return Verdict(link.pk, "Deleted in Xero.", copy=copy)


def _refused(link: Link, errors: Sequence[str]) -> Verdict:
    entry = entry_of(link)
    noun = "payment" if link.payment else "allocation"
    explanation = xero.explain(errors[0], noun=noun)
    said = "" if explanation.code == "other" else f" (Xero: {' '.join(errors)})"
    message = f"{entry} {_lament(link)}. {explanation.words}{said}"
    problem = _problem(link, explanation.code, message, explanation.remedy)
    return Verdict(link.pk, message, problem=problem)


def _lament(link: Link) -> str:
    return lament_of(link) if link.intent == Intent.RETRACT else "was not sent"


def _problem(link: Link, code: str, message: str, remedy: str) -> Problem:
    if link.intent == Intent.RETRACT:
        return still_there(link, code, message)
    return Problem(code, message, remedy, XERO)


def _refuse(link: Link, refused: Refused) -> Verdict:
    if isinstance(refused, xero.NotFound) and link.intent == Intent.RETRACT:
        return _gone(link)
    said = [text for element in getattr(refused, "elements", ()) for text in element]
    if said:
        return _refused(link, said)
    message = f"{entry_of(link)} {_lament(link)}. {refused}"
    remedy = "Look at its document in Xero, then press Retry; nothing is doubled."
    return Verdict(link.pk, message, problem=_problem(link, "refused", message, remedy))


def look_for_payments(client: xero.XeroClient, links: Sequence[Link]) -> list[Verdict]:
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


def _nothing_to_look_at(client: xero.XeroClient, links: Sequence[Link]) -> list[Verdict]:
    """Removing what is gone does no harm: it is simply done again."""
    return []


CREATE_PAYMENTS = Purpose(
    "create_payments", "create", _read_payments, _refuse, look_again, size=_PAYMENTS
)
CREATE_ALLOCATIONS = Purpose(
    "create_allocations", "create", _read_allocations, _refuse, look_again, size=1
)
RETRACT_PAYMENTS = Purpose(
    "retract_payments", "retract", _read_removal, _refuse, look_for_payments, size=1
)
RETRACT_ALLOCATIONS = Purpose(
    "retract_allocations", "retract", _read_removal, _refuse, _nothing_to_look_at, size=1
)
