"""The check of payments and allocations: doubled, forgotten, changed or removed in Xero."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.db.models import Q

from tallystick import xero
from tallystick.books.models import Payment
from tallystick.sync.differences import differences
from tallystick.sync.lane import Held
from tallystick.sync.models import WITH_RECORDS, Link, LinkState, Snapshot
from tallystick.sync.push.checked_documents import AT_REST, apply_found
from tallystick.sync.push.compared import Noted, code_of, why_not_compared
from tallystick.sync.push.entries import (
    content_here,
    document_links,
    documents_of,
    entry_changed,
    entry_gone,
    entry_of,
)
from tallystick.sync.push.strays import add_stray
from tallystick.sync.push.tally import Tally, Uncompared
from tallystick.sync.snapshots import (
    Content,
    content_of_amount,
    content_of_payment_copy,
    read_snapshot,
)
from tallystick.sync.verdicts import Copy, Verdict, lock_links


class _Known:
    """What Xero's records are held against: what came back, else what was sent, else what is here."""

    def __init__(self, links: Mapping[int, Link]) -> None:
        self.noted = Noted()
        self._kept = {
            one.link_id: read_snapshot(one) for one in Snapshot.objects.filter(link__in=links)
        }

    def of(self, link: Link) -> Content:
        sent, came_back = self._kept.get(link.pk, (None, None))
        return came_back or sent or content_here(entry_of(link))

    def compare(self, link: Link, copy: Copy, tally: Tally) -> Iterator[Verdict]:
        """Count what the link's own record says; yield the question that it raises or ends."""
        was = link.xero_status
        self.noted.status(link, copy.status)
        if why := why_not_compared(link):
            tally.leave(why)
        elif copy.status == "DELETED":
            tally.gone += 1
            if code_of(link) != "gone_in_xero" or was != copy.status:
                yield entry_gone(link, copy)
        else:
            yield from self._content(link, copy, tally)

    def judge(self, link: Link, copy: Copy, tally: Tally) -> Verdict:
        """Link a record that the link does not know; what it says otherwise is a question."""
        found = differences(copy.content or {}, self.of(link))
        if found:
            return entry_changed(link, copy, found)
        return Verdict(link.pk, "The check found it in Xero.", copy=copy)

    def _content(self, link: Link, copy: Copy, tally: Tally) -> Iterator[Verdict]:
        tally.compared += 1
        found = differences(copy.content or {}, self.of(link))
        if found:
            tally.differing += 1
            asked = entry_changed(link, copy, found)
            if link.problem != (asked.problem and asked.problem.to_json()):
                yield asked
            return
        tally.kept += link.kept_at is not None
        self.noted.unchanged.append(link.pk)
        if link.state == LinkState.HELD:
            yield Verdict(link.pk, "It says again in Xero what we left there.", copy=copy)


def check_payments(held: Held, copies: Sequence[xero.Payment], tally: Tally) -> None:
    """Payments bear our number at the end of their reference, and are known by their id."""
    about = _payments_about(held, copies)
    locked = lock_links(about)
    known, names = _Known(locked), _account_names(held)
    verdicts: list[Verdict] = []
    for link in locked.values():
        verdicts += _on_payment(link, about[link.pk], known, names, tally)
    linked = {copy.payment_id for each in about.values() for copy in each}
    tally.leave(Uncompared.UNLINKED, len(copies) - len(linked))
    known.noted.write()
    apply_found(verdicts, tally)


def _payments_about(held: Held, copies: Sequence[xero.Payment]) -> dict[int, list[xero.Payment]]:
    """Return the payments that may be each link's, by its key."""
    ids = {copy.payment_id.lower(): copy for copy in copies}
    by_number: dict[str, list[xero.Payment]] = defaultdict(list)
    for copy in copies:
        number = (copy.reference or "").rpartition(" ")[2]
        if number.startswith(Payment.PREFIX):
            by_number[number].append(copy)
    days = [copy.paid_on for each in by_number.values() for copy in each if copy.paid_on]
    ours = Link.objects.filter(organisation=held.organisation, payment__isnull=False)
    links = list(ours.filter(xero_id__in=ids).select_related("payment"))
    if days:
        # Numbers are made of what no index helps to find; days narrow it down.
        on_days = ours.filter(payment__paid_on__range=(min(days), max(days)))
        links += on_days.exclude(pk__in=[link.pk for link in links]).select_related("payment")
    about: dict[int, list[xero.Payment]] = {}
    for link in links:
        found = list(by_number.get(link.payment.number, ())) if link.payment else []
        known = ids.get(str(link.xero_id))
        if known and known not in found:
            found.append(known)
        if found:
            about[link.pk] = found
    return about


def _account_names(held: Held) -> dict[str, str]:
    rows = held.organisation.accounts.values_list("xero_id", "code", "name")
    return {str(pk): " ".join(filter(None, (code, name))) for pk, code, name in rows}


def _on_payment(
    link: Link,
    copies: Sequence[xero.Payment],
    known: _Known,
    names: Mapping[str, str],
    tally: Tally,
) -> Iterator[Verdict]:
    own = [_payment_copy(link, one, names) for one in copies if _is_of(link, one)]
    status = own[0].status if own else link.xero_status
    others = [one for one in copies if not _is_of(link, one) and one.status != "DELETED"]
    if others and link.xero_id and status != "DELETED":
        tally.strays += sum(add_stray(link, one.payment_id) for one in others)
    elif others and link.state in AT_REST:
        tally.leave(Uncompared.REPLACED, len(own))
        yield known.judge(link, _payment_copy(link, others[0], names), tally)
        return
    for copy in own:
        yield from known.compare(link, copy, tally)


def _is_of(link: Link, copy: xero.Payment) -> bool:
    return copy.payment_id.lower() == str(link.xero_id)


def _payment_copy(link: Link, copy: xero.Payment, names: Mapping[str, str]) -> Copy:
    number = link.payment.number if link.payment else ""
    content = content_of_payment_copy(copy, names) | {"currency": entry_of(link).document.currency}
    return Copy(UUID(copy.payment_id), number, copy.status, content, revision=1)


def check_allocations(held: Held, copies: Sequence[xero.Document], tally: Tally) -> None:
    """Hold what a page of credit notes shows to be allocated against what we have allocated."""
    shown = {
        copy.record_id.lower(): copy.allocations
        for copy in copies
        if isinstance(copy, xero.CreditNote)
    }
    of_notes = Q(allocation__credit_note__links__xero_id__in=shown)
    found = Link.objects.filter(
        of_notes,
        organisation=held.organisation,
        allocation__credit_note__links__organisation=held.organisation,
        xero_id__isnull=False,
    )
    links = list(found.select_related(*WITH_RECORDS))
    documents = document_links(held.organisation, links)
    locked = lock_links(link.pk for link in links)
    # Each is compared, or told why not; Xero has none of them in a list of what has changed.
    tally.looked_at += len(locked)
    known = _Known(locked)
    taken = {str(link.xero_id) for link in links}
    verdicts: list[Verdict] = []
    for link in locked.values():
        document, note = (str(documents[one.pk].xero_id) for one in documents_of(entry_of(link)))
        of_pair = [
            one
            for one in shown[note]
            if one.invoice and one.invoice.invoice_id.lower() == document and not one.is_deleted
        ]
        verdicts += _on_allocation(link, of_pair, taken, known, tally)
    known.noted.write()
    apply_found(verdicts, tally)


def _on_allocation(
    link: Link,
    copies: Sequence[xero.Allocation],
    taken: set[str],
    known: _Known,
    tally: Tally,
) -> Iterator[Verdict]:
    """Compare ours; note what equals it and stands beside it, for before we sent ours, there was none.

    Allocations bear no mark of ours. So what was sent beside another on purpose is not judged. What
    stands in the place of ours, where that was removed, is taken for ours changed: Xero lets nobody
    change one.
    """
    own = [one for one in copies if one.allocation_id.lower() == str(link.xero_id)]
    others = [one for one in copies if one.allocation_id.lower() not in taken]
    for one in own:
        alike = [] if link.forced_revision or link.state != LinkState.SYNCED else others
        for other in alike:
            if (other.amount, other.allocated_on) == (one.amount, one.allocated_on):
                tally.strays += add_stray(link, other.allocation_id)
        yield from known.compare(link, _allocation_copy(link, one), tally)
    if own:
        return
    if others and why_not_compared(link) is None:
        yield known.judge(link, _allocation_copy(link, others[0]), tally)
        return
    number, pk = entry_of(link).number, UUID(str(link.xero_id))
    yield from known.compare(link, Copy(pk, number, "DELETED"), tally)


def _allocation_copy(link: Link, copy: xero.Allocation) -> Copy:
    entry = entry_of(link)
    content = content_of_amount(copy.amount, copy.allocated_on, entry.document.currency)
    return Copy(UUID(copy.allocation_id), entry.number, "AUTHORISED", content, revision=1)
