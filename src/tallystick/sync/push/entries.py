"""Payments and allocations: what is due, whether it can be recorded yet, and what Xero has of it.

Both hang on documents that must be in Xero, approved. One look at those documents tells all: their
status, what is outstanding, and which payments and credits stand on them already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TypeAlias
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from tallystick import xero
from tallystick.books.models import Allocation, Document, EntryStatus, Payment
from tallystick.connections.models import Organisation
from tallystick.mapping.models import Account
from tallystick.mapping.problems import DOCUMENT, Unresolved
from tallystick.mapping.resolve import Resolver
from tallystick.money import Money
from tallystick.sync.differences import Difference, differences, in_words
from tallystick.sync.lane import Held
from tallystick.sync.models import DRAFTS, GONE, Intent, KindPolicy, Link, LinkState, WhenDraft
from tallystick.sync.policy import PAYMENT, in_order, policy_of
from tallystick.sync.push.questions import question
from tallystick.sync.push.ready import failed
from tallystick.sync.push.shapes import by_id
from tallystick.sync.queue import NOT_APPROVED
from tallystick.sync.snapshots import Content, content_of_amount, reference_of
from tallystick.sync.steps import calling, committing
from tallystick.sync.verdicts import Copy, Verdict, apply_verdicts

#: Entries of each sort looked at in one round.
ROUND = 200
#: As much on a document as this is settled by its two halves' statuses in Xero.
APPROVED = frozenset({"AUTHORISED", "PAID"})

Copies: TypeAlias = dict[str, xero.Document]


@dataclass(frozen=True, slots=True)
class Due:
    """An entry whose documents are in Xero, with what it needs to be written there."""

    link: Link
    #: Of the document that is paid or credited, and of the credit note of an allocation.
    document: Link
    credit_note: Link | None = None
    account: Account | None = None

    @property
    def documents(self) -> tuple[Link, ...]:
        return (self.document, self.credit_note) if self.credit_note else (self.document,)

    @property
    def is_foreign(self) -> bool:
        """Whether the document is in another currency than the books."""
        return self.entry.document.currency != self.link.organisation.currency

    @property
    def entry(self) -> Payment | Allocation:
        return entry_of(self.link)


def entry_of(link: Link) -> Payment | Allocation:
    """Return the link's payment or allocation. Raises ValueError for another record."""
    entry = link.payment or link.allocation
    if entry is None:
        raise ValueError(f"Link {link.pk} is not an entry's.")
    return entry


def due_entries(held: Held, client: xero.XeroClient) -> list[Due]:
    """Return the payments and allocations that Xero lacks and would take now.

    Those whose documents are not there yet wait for them; what stands in the way of the others is
    told; what Xero has already is confirmed.
    """
    links = _due_links(held)
    if not links:
        return []
    due = _resolve(held, links)
    if not due:
        return []
    verdicts = calling("entries.ask", partial(ask, client, due, _policy(held)))
    if verdicts:
        with committing("entries.ask"):
            held.guard()
            _ask_for_approval(held, verdicts, due)
            apply_verdicts(verdicts, action="ask")
    settled = {verdict.link_id for verdict in verdicts}
    return [one for one in due if one.link.pk not in settled]


def look_again(client: xero.XeroClient, links: Sequence[Link]) -> list[Verdict]:
    """Say what Xero has of entries whose outcome nobody knows; nothing of what it does not have."""
    organisation = links[0].organisation
    documents = document_links(organisation, links)
    due = []
    for link in links:
        there = [documents[document.pk] for document in documents_of(entry_of(link))]
        due.append(Due(link, there[0], credit_note=there[1] if link.allocation else None))
    verdicts = ask(client, due, policy_of(organisation, PAYMENT))
    return [verdict for verdict in verdicts if verdict.copy]


def _policy(held: Held) -> KindPolicy:
    return policy_of(held.organisation, PAYMENT)


def _due_links(held: Held) -> list[Link]:
    due = Link.objects.due(held.organisation.pk).filter(state=LinkState.QUEUED, intent=Intent.PUSH)
    found: list[Link] = []
    for sort in ("payment", "allocation"):
        of_sort = due.filter(**{f"{sort}__isnull": False})
        found += of_sort.loaded(ROUND)
    return found


def _resolve(held: Held, links: Sequence[Link]) -> list[Due]:
    """Return those whose documents are in Xero and whose accounts are known; settle the others."""
    due, stopped = _judge_all(held, links)
    if stopped:
        with committing("entries.resolve"):
            held.guard()
            # As with documents: what is released just now is judged again under the lock.
            failing = {verdict.link_id for verdict in stopped}
            _, still = _judge_all(held, [link for link in links if link.pk in failing])
            _put_aside([verdict for verdict in still if verdict.waits_for])
            apply_verdicts(
                [verdict for verdict in still if not verdict.waits_for], action="resolve"
            )
    return due


def _put_aside(verdicts: Sequence[Verdict]) -> None:
    """Let entries wait for their documents, without a line in the log: nothing was tried."""
    by_key: dict[str, list[int]] = {}
    for verdict in verdicts:
        by_key.setdefault(verdict.waits_for, []).append(verdict.link_id)
    for key, pks in by_key.items():
        queued = Link.objects.filter(pk__in=pks, state=LinkState.QUEUED)
        in_order(queued).update(state=LinkState.WAITING, waits_for=key)


def _judge_all(held: Held, links: Sequence[Link]) -> tuple[list[Due], list[Verdict]]:
    resolver = Resolver.of(held.organisation)
    documents = document_links(held.organisation, links)
    due: list[Due] = []
    stopped: list[Verdict] = []
    for link in links:
        judged = judge(link, documents, resolver)
        if isinstance(judged, Due):
            due.append(judged)
        else:
            stopped.append(judged)
    return due, stopped


def document_links(organisation: Organisation, links: Sequence[Link]) -> dict[int, Link]:
    """Return the links of the entries' documents that there are, by the document's key."""
    wanted = {document.pk for link in links for document in documents_of(entry_of(link))}
    found = Link.objects.filter(organisation=organisation, document__in=wanted)
    return {
        link.document_id: link
        for link in found.select_related("document__party")
        if link.document_id
    }


def documents_of(entry: Payment | Allocation) -> tuple[Document, ...]:
    """Return what the entry hangs on: its document, and its credit note behind it."""
    if isinstance(entry, Payment):
        return (entry.document,)
    return (entry.document, entry.credit_note)


def judge(link: Link, documents: Mapping[int, Link], resolver: Resolver) -> Due | Verdict:
    """Return the entry with its documents' links, or what it waits for, or what stops it."""
    entry = entry_of(link)
    if entry.status == EntryStatus.DELETED:
        return Verdict(link.pk, "Deleted before it was sent.")
    there: list[Link] = []
    for document in documents_of(entry):
        known = documents.get(document.pk)
        if known is None or known.state != LinkState.SYNCED:
            return Verdict(link.pk, "", waits_for=f"document:{document.pk}")
        there.append(known)
    try:
        if isinstance(entry, Payment):
            return Due(link, there[0], account=resolver.check_payment(entry))
        resolver.check_allocation(entry)
        return Due(link, there[0], credit_note=there[1])
    except Unresolved as unresolved:
        return failed(link, unresolved)


def ask(client: xero.XeroClient, due: Sequence[Due], policy: KindPolicy) -> list[Verdict]:
    """Look at the documents once, and say what that means for each entry; nothing for the rest."""
    wanted = {one.pk: one for each in due for one in _to_look_at(each)}
    copies = by_id(client, list(wanted.values()))
    copies |= by_id(client, _shown_on_documents(due, copies))
    # Payments that other links have are not to be taken for these.
    taken = set(_taken(due))
    verdicts = [_judged(one, copies, taken, policy) for one in due]
    return [verdict for verdict in verdicts if verdict]


def _to_look_at(due: Due) -> list[Link]:
    """Return the documents to ask for; of an approved credit note its invoice tells enough."""
    asked = [due.document]
    if due.credit_note and due.credit_note.xero_status not in APPROVED:
        asked.append(due.credit_note)
    return asked


def _shown_on_documents(due: Sequence[Due], copies: Copies) -> list[Link]:
    """Return the credit notes whose invoices show them already: they know the allocations' ids."""
    notes = {}
    for one in due:
        copy, note = copies.get(str(one.document.xero_id)), one.credit_note
        shown = {each.credit_note_id.lower() for each in getattr(copy, "credit_notes", ())}
        if note and str(note.xero_id) in shown and str(note.xero_id) not in copies:
            notes[note.pk] = note
    return list(notes.values())


def _taken(due: Sequence[Due]) -> list[str]:
    documents = {one.document.document_id for one in due}
    linked = Link.objects.filter(
        Q(payment__document__in=documents),
        organisation__in={one.link.organisation_id for one in due},
        xero_id__isnull=False,
    )
    return [str(pk) for pk in linked.values_list("xero_id", flat=True)]


def _judged(due: Due, copies: Copies, taken: set[str], policy: KindPolicy) -> Verdict | None:
    for link in due.documents:
        copy = copies.get(str(link.xero_id))
        if copy and copy.status in GONE:
            return _document_gone(due, link, copy)
        if copy and copy.status not in APPROVED:
            return not_approved(due, link, copy.status, policy)
    copy = copies.get(str(due.document.xero_id))
    if copy is None:
        # Xero's list leaves it out; writing will tell.
        return None
    entry = due.entry
    if isinstance(entry, Payment):
        known = _same_payment(due, entry, copy, taken)
    else:
        known = _same_allocation(due, entry, copies)
    if known is None and entry.amount > copy.outstanding:
        return _too_much(due, copy.outstanding)
    return known


def _same_payment(
    due: Due, payment: Payment, copy: xero.Document, taken: set[str]
) -> Verdict | None:
    for one in copy.payments:
        if payment.number in (one.reference or ""):
            return _ours_if_same(
                due, payment_copy(payment, one.payment_id), one.amount, one.paid_on
            )
        if due.link.claim and one.payment_id.lower() == due.link.claim.lower():
            return Verdict(
                due.link.pk,
                "Taken for the payment that Xero has already.",
                copy=payment_copy(payment, one.payment_id),
            )
    if due.link.forced_revision:
        return None
    for one in copy.payments:
        alike = one.amount == payment.amount and one.paid_on == payment.paid_on
        if alike and one.payment_id.lower() not in taken:
            return _payment_exists(due, payment, one)
    return None


def _ours_if_same(due: Due, copy: Copy, amount: Decimal, day: date | None) -> Verdict:
    """Confirm what is ours by its number or its place; what it says otherwise is a question."""
    content = content_of_amount(amount, day, due.entry.document.currency)
    if due.link.kept_at is None and (found := differences(content, content_here(due.entry))):
        return entry_changed(due.link, replace(copy, content=content), found)
    return Verdict(due.link.pk, "Xero has it, confirmed.", copy=copy)


def payment_copy(payment: Payment, payment_id: str, status: str = "AUTHORISED") -> Copy:
    return Copy(UUID(payment_id), payment.number, status)


def _payment_exists(due: Due, payment: Payment, there: xero.AppliedPayment) -> Verdict:
    document = payment.document
    money = Money(payment.amount, document.currency)
    return question(
        due.link,
        "payment_exists",
        f"Xero already has a payment of {money} on {payment.paid_on:%d %b %Y} for {document}, "
        f"which somebody recorded there{f' as {there.reference}' if there.reference else ''}.",
        "If it is this one, choose it; if the customer paid twice, send ours too.",
        screen=DOCUMENT,
        details={
            "candidates": [
                {"id": there.payment_id, "name": str(money), "number": there.reference or ""}
            ]
        },
    )


def _same_allocation(due: Due, allocation: Allocation, copies: Copies) -> Verdict | None:
    """Say what Xero has of the pair; it keeps at most one allocation of ours for each."""
    note = due.credit_note and copies.get(str(due.credit_note.xero_id))
    there = [
        one
        for one in getattr(note, "allocations", ())
        if one.invoice and one.invoice.invoice_id.lower() == str(due.document.xero_id)
        if not one.is_deleted
    ]
    alike = [one for one in there if one.amount == allocation.amount]
    if alike:
        alike.sort(key=lambda one: one.allocated_on != allocation.allocated_on)
        copy = Copy(UUID(alike[0].allocation_id), allocation.number, "AUTHORISED")
        return _ours_if_same(due, copy, alike[0].amount, alike[0].allocated_on)
    if not there or due.link.forced_revision:
        return None
    total = sum((one.amount for one in there), Decimal(0))
    in_xero, here = (Money(one, allocation.document.currency) for one in (total, allocation.amount))
    return question(
        due.link,
        "differs",
        f"Xero has {in_xero} of {allocation.credit_note} set against {allocation.document}; here "
        f"it is {here}.",
        "Change the allocation in Xero, or remove this one here and enter it anew; then press "
        "Retry. Or send ours beside it.",
    )


def content_here(entry: Payment | Allocation) -> Content:
    """Return what an entry says as it is here; the account that it lies on is not known."""
    day = entry.paid_on if isinstance(entry, Payment) else entry.allocated_on
    content = content_of_amount(entry.amount, day, entry.document.currency)
    return content | ({"reference": reference_of(entry)} if isinstance(entry, Payment) else {})


def entry_changed(link: Link, copy: Copy, found: Sequence[Difference]) -> Verdict:
    """Ask a person about a payment or an allocation that says something else in Xero."""
    noun = "payment" if link.payment else "allocation"
    was = "when you kept it" if link.kept_at else "here"
    return question(
        link,
        "settled",
        f"{entry_of(link)} says something else in Xero: {in_words(found, was=was)}.",
        f"Keep what Xero has. Or cancel it here, and it goes from Xero too, and enter it anew: Xero "
        f"lets nobody change a {noun}.",
        screen=DOCUMENT,
        copy=replace(copy, content=None),
        details={
            "theirs": copy.content or {},
            "status": copy.status,
            "differences": [one.to_json() for one in found],
        },
    )


def entry_gone(link: Link, copy: Copy) -> Verdict:
    """Ask a person about a payment or an allocation that somebody removed in Xero."""
    return question(
        link,
        "gone_in_xero",
        f"{entry_of(link)} was sent to Xero before and was removed there by somebody.",
        "Send it again, cancel it here, or leave it out of Xero.",
        screen=DOCUMENT,
        copy=replace(copy, content=None),
    )


def _document_gone(due: Due, link: Link, copy: xero.Document) -> Verdict:
    return question(
        due.link,
        "document_gone",
        f"{due.entry} was not sent: {link.document} was {copy.status.lower()} in Xero by somebody.",
        f"Delete it here, or see to {link.document} first and press Retry.",
        screen=DOCUMENT,
    )


def not_approved(due: Due, link: Link, status: str, policy: KindPolicy) -> Verdict:
    """Let an entry wait until its document is approved, by us or, asked, by a person."""
    if policy.when_draft == WhenDraft.APPROVE:
        message = f"{link.document} is {status.lower()} in Xero and is approved first."
        return Verdict(due.link.pk, message, waits_for=f"document:{link.document_id}")
    return question(
        due.link,
        NOT_APPROVED,
        f"{due.entry} was not sent: {link.document} is still {status.lower()} in Xero, and "
        "Xero takes payments and credits on approved documents only.",
        f"Approve {link.document} in Xero, or here, and it goes out by itself; or let it wait.",
        screen=DOCUMENT,
        waits_for=f"document:{link.document_id}",
        details={"document_link": link.pk},
    )


def _ask_for_approval(held: Held, verdicts: Sequence[Verdict], due: Sequence[Due]) -> None:
    """Queue the approval of the documents that entries wait for, as the workspace's policy says."""
    waiting = {verdict.waits_for for verdict in verdicts if not verdict.problem}
    wanted = [
        link.pk
        for one in due
        for link in one.documents
        if f"document:{link.document_id}" in waiting
    ]
    unapproved = Link.objects.filter(pk__in=wanted, state=LinkState.SYNCED, xero_status__in=DRAFTS)
    in_order(unapproved).update(
        state=LinkState.QUEUED, intent=Intent.APPROVE, queued_at=Now(), changed_at=Now()
    )


def _too_much(due: Due, outstanding: Decimal) -> Verdict:
    entry = due.entry
    there = Money(outstanding, entry.document.currency)
    return question(
        due.link,
        "too_much",
        f"{entry} was not sent: in Xero only {there} is outstanding on {entry.document}.",
        "Look in Xero at what is recorded on it already; then delete this one here, or press Retry.",
    )
