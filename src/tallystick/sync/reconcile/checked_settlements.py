"""The check of payments and allocations: doubled, forgotten, changed or removed in Xero."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Payment, SettlementOwner
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.contents import (
    Content,
    content_of_amount,
    content_of_payment_copy,
    content_of_settlement,
    read_snapshot,
)
from tallystick.sync.links.differences import differences_between
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.pushed_records import PushedSettlement, id_in_xero, pushed_settlements
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy, lock_links
from tallystick.sync.lookup.settlement_lookup import document_links
from tallystick.sync.lookup.settlement_questions import settlement_changed, settlement_gone
from tallystick.sync.models import WITH_RECORDS, Link, LinkState, Snapshot
from tallystick.sync.reconcile.check_tally import CheckTally, WhyUncompared
from tallystick.sync.reconcile.checked_documents import IN_NO_REQUEST, apply_found
from tallystick.sync.reconcile.compared_copies import PageNotes, code_of, why_not_compared
from tallystick.sync.reconcile.duplicates import add_duplicate


class _KnownContents:
    """What Xero's records are held against: what came back, else what was sent, else what is here."""

    def __init__(self, links: Mapping[int, Link]) -> None:
        self.noted = PageNotes()
        self._kept = {
            one.link_id: read_snapshot(one) for one in Snapshot.objects.filter(link__in=links)
        }

    def of(self, one: PushedSettlement) -> Content:
        sent, came_back = self._kept.get(one.pk, (None, None))
        return came_back or sent or content_of_settlement(one.settlement)

    def compare(
        self, one: PushedSettlement, copy: XeroCopy, tally: CheckTally
    ) -> Iterator[LinkVerdict]:
        """Count what the link's own record says; yield the question that it raises or ends."""
        link, was = one.link, one.link.xero_status
        self.noted.status(link, copy.status)
        if why := why_not_compared(link):
            tally.leave(why)
        elif copy.status == "DELETED":
            tally.gone += 1
            if code_of(link) != ProblemCode.GONE_IN_XERO or was != copy.status:
                yield settlement_gone(one, copy)
        else:
            yield from self._content(one, copy, tally)

    def judge(self, one: PushedSettlement, copy: XeroCopy) -> LinkVerdict:
        """Link a record that the link does not know; what it says otherwise is a question."""
        found = differences_between(copy.content or {}, self.of(one))
        if found:
            return settlement_changed(one, copy, found)
        return LinkVerdict(one.pk, "The check found it in Xero.", copy=copy)

    def _content(
        self, one: PushedSettlement, copy: XeroCopy, tally: CheckTally
    ) -> Iterator[LinkVerdict]:
        link = one.link
        tally.compared += 1
        found = differences_between(copy.content or {}, self.of(one))
        if found:
            tally.differing += 1
            asked = settlement_changed(one, copy, found)
            if link.problem != (asked.problem and asked.problem.to_json()):
                yield asked
            return
        tally.kept += link.kept_at is not None
        self.noted.unchanged.append(link.pk)
        if link.state == LinkState.HELD:
            yield LinkVerdict(link.pk, "It says again in Xero what we left there.", copy=copy)


def check_payments(hands: RoundHands, copies: Sequence[xero.Payment], tally: CheckTally) -> None:
    """Payments bear our number at the end of their reference, and are known by their id."""
    about = _payments_about(hands, copies)
    locked = lock_links(about)
    known, names = _KnownContents(locked), _account_names(hands)
    verdicts: list[LinkVerdict] = []
    for one in pushed_settlements(locked.values()):
        verdicts += _on_payment(one, about[one.pk], known, names, tally)
    linked = {copy.payment_id for each in about.values() for copy in each}
    tally.leave(WhyUncompared.UNLINKED, len(copies) - len(linked))
    known.noted.write()
    apply_found(verdicts, tally)


def _payments_about(
    hands: RoundHands, copies: Sequence[xero.Payment]
) -> dict[int, list[xero.Payment]]:
    """Return the payments that may be each link's, by its key."""
    ids = {copy.payment_id.lower(): copy for copy in copies}
    by_number = _by_number(copies)
    about: dict[int, list[xero.Payment]] = {}
    for link in _links_of_payments(hands, ids, by_number.values()):
        found = list(by_number.get(link.payment.number, ())) if link.payment else []
        known = ids.get(str(link.xero_id))
        if known and known not in found:
            found.append(known)
        if found:
            about[link.pk] = found
    return about


def _by_number(copies: Iterable[xero.Payment]) -> dict[str, list[xero.Payment]]:
    """Return those that bear a number of ours, by it."""
    found: dict[str, list[xero.Payment]] = defaultdict(list)
    for copy in copies:
        number = (copy.reference or "").rpartition(" ")[2]
        if number.startswith(Payment.PREFIX):
            found[number].append(copy)
    return dict(found)


def _links_of_payments(
    hands: RoundHands, ids: Collection[str], numbered: Iterable[Sequence[xero.Payment]]
) -> list[Link]:
    """Return the links that know one of the ids, or that were paid on one of the days."""
    ours = Link.objects.filter(organisation=hands.organisation, payment__owner=SettlementOwner.HERE)
    links = list(ours.filter(xero_id__in=ids).select_related("payment"))
    days = [copy.paid_on for each in numbered for copy in each if copy.paid_on]
    if days:
        # Numbers are made of what no index helps to find; days narrow it down.
        on_days = ours.filter(payment__paid_on__range=(min(days), max(days)))
        links += on_days.exclude(pk__in=[link.pk for link in links]).select_related("payment")
    return links


def _account_names(hands: RoundHands) -> dict[str, str]:
    rows = hands.organisation.accounts.values_list("xero_id", "code", "name")
    return {str(pk): " ".join(filter(None, (code, name))) for pk, code, name in rows}


def _on_payment(
    one: PushedSettlement,
    copies: Sequence[xero.Payment],
    known: _KnownContents,
    names: Mapping[str, str],
    tally: CheckTally,
) -> Iterator[LinkVerdict]:
    link = one.link
    own = [_payment_copy(one, copy, names) for copy in copies if _is_of(link, copy)]
    others = [copy for copy in copies if _is_live_other(link, copy)]
    status = own[0].status if own else link.xero_status
    if others and link.xero_id and status != "DELETED":
        tally.strays += sum(add_duplicate(link, copy.payment_id) for copy in others)
    elif others and link.state in IN_NO_REQUEST:
        tally.leave(WhyUncompared.REPLACED, len(own))
        yield known.judge(one, _payment_copy(one, others[0], names))
        return
    for copy in own:
        yield from known.compare(one, copy, tally)


def _is_live_other(link: Link, copy: xero.Payment) -> bool:
    return copy.status != "DELETED" and not _is_of(link, copy)


def _is_of(link: Link, copy: xero.Payment) -> bool:
    return copy.payment_id.lower() == str(link.xero_id)


def _payment_copy(one: PushedSettlement, copy: xero.Payment, names: Mapping[str, str]) -> XeroCopy:
    content = content_of_payment_copy(copy, names) | {"currency": one.currency}
    number = one.settlement.number
    return XeroCopy(UUID(copy.payment_id), number, copy.status, content, revision=1)


def check_allocations(
    hands: RoundHands, copies: Sequence[xero.Document], tally: CheckTally
) -> None:
    """Hold what a page of credit notes shows to be allocated against what we have allocated."""
    notes = (copy for copy in copies if isinstance(copy, xero.CreditNote))
    shown = {copy.record_id.lower(): copy.allocations for copy in notes}
    linked = _allocations_of_notes(hands, shown)
    links = [link for link in linked if link.allocation and not link.allocation.is_xeros]
    documents = document_links(hands.organisation, pushed_settlements(links))
    locked = lock_links(link.pk for link in links)
    # Each is compared, or told why not; Xero has none of them in a list of what has changed.
    tally.looked_at += len(locked)
    known = _KnownContents(locked)
    taken = {str(link.xero_id) for link in linked}
    verdicts: list[LinkVerdict] = []
    for one in pushed_settlements(locked.values()):
        document, note = (str(documents[each.pk].xero_id) for each in one.documents)
        of_pair = [each for each in shown[note] if _is_against(each, document)]
        verdicts += _on_allocation(one, of_pair, taken, known, tally)
    known.noted.write()
    apply_found(verdicts, tally)


def _allocations_of_notes(hands: RoundHands, notes: Collection[str]) -> list[Link]:
    """Return the links of our allocations of the credit notes, by these ids in Xero."""
    found = Link.objects.filter(
        allocation__credit_note__links__xero_id__in=notes,
        organisation=hands.organisation,
        allocation__credit_note__links__organisation=hands.organisation,
        xero_id__isnull=False,
    )
    return list(found.select_related(*WITH_RECORDS))


def _is_against(copy: xero.Allocation, document: str) -> bool:
    invoice = copy.invoice.invoice_id.lower() if copy.invoice else ""
    return invoice == document and not copy.is_deleted


def _on_allocation(
    one: PushedSettlement,
    copies: Sequence[xero.Allocation],
    taken: set[str],
    known: _KnownContents,
    tally: CheckTally,
) -> Iterator[LinkVerdict]:
    """Compare ours; what stands in its place, where that was removed, is taken for ours changed.

    For Xero lets nobody change one. Allocations bear no mark of ours.
    """
    link = one.link
    own = [each for each in copies if each.allocation_id.lower() == str(link.xero_id)]
    others = [each for each in copies if each.allocation_id.lower() not in taken]
    for copy in own:
        tally.strays += _note_equals(link, copy, others)
        yield from known.compare(one, _allocation_copy(one, copy), tally)
    if own:
        return
    if others and why_not_compared(link) is None:
        yield known.judge(one, _allocation_copy(one, others[0]))
        return
    gone = XeroCopy(id_in_xero(link), one.settlement.number, "DELETED")
    yield from known.compare(one, gone, tally)


def _note_equals(link: Link, copy: xero.Allocation, others: Sequence[xero.Allocation]) -> int:
    """Note what equals ours and stands beside it, for before we sent ours, there was none.

    What was sent beside another on purpose is not judged. Returns how many were not known yet.
    """
    if link.forced_revision or link.state != LinkState.SYNCED:
        return 0
    said = (copy.amount, copy.allocated_on)
    alike = [other for other in others if (other.amount, other.allocated_on) == said]
    return sum(add_duplicate(link, other.allocation_id) for other in alike)


def _allocation_copy(one: PushedSettlement, copy: xero.Allocation) -> XeroCopy:
    content = content_of_amount(copy.amount, copy.allocated_on, one.currency)
    number = one.settlement.number
    return XeroCopy(UUID(copy.allocation_id), number, "AUTHORISED", content, revision=1)
