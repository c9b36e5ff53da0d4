"""What Xero has changed from us since the last check, held against our links.

The engine asks before it writes, and repeats only what cannot double. What no protocol can close
(a process frozen for longer than Xero keeps a key) and what befalls the database itself (an older
backup brought back) shows here: second copies of one document, copies of withdrawn ones, and
copies that our links do not know. All are put right by the engine's usual ways.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Min, Q
from django.db.models.functions import Now

from tallystick import xero
from tallystick.books.models import Kind, Payment
from tallystick.sync.lane import CHECK_AFTER, Held
from tallystick.sync.models import GONE, WITH_RECORDS, Batch, Check, Lane, Link, LinkState
from tallystick.sync.policy import policies_of
from tallystick.sync.push.entries import document_links, documents_of, entry_of
from tallystick.sync.push.finding import Found, indexed, judge_ours, ours_in, sent_of
from tallystick.sync.push.ready import uid_in
from tallystick.sync.push.shapes import document_of, kind_of
from tallystick.sync.steps import calling, committing
from tallystick.sync.verdicts import Copy, Verdict, apply_verdicts, lock_links

#: Read again each time, for a list may lag and clocks differ.
_OVERLAP = timedelta(minutes=10)
#: Without a cause of its own, a check comes a day after the one before.
TURN = timedelta(days=1)
#: States of a link that no request is about just now.
_AT_REST = (
    LinkState.WAITING,
    LinkState.QUEUED,
    LinkState.FAILED,
    LinkState.HELD,
    LinkState.EXCLUDED,
    LinkState.RETRACTED,
)
_TOLD = 100


@dataclass(slots=True)
class _Tally:
    """What a check has found so far, and where it stands; kept, so that it goes on after a break."""

    since: datetime
    #: Place in `_JUDGES`, and the page to be read next.
    sort: int = 0
    page: int = 1
    looked_at: int = 0
    relinked: int = 0
    orphans: int = 0
    strays: int = 0
    unknown: list[dict[str, str]] = field(default_factory=list)
    newest: datetime | None = None

    @classmethod
    def of(cls, lane: Lane) -> "_Tally | None":
        """Return that of the check begun, else of a new one; None while nothing was ever linked."""
        if lane.check_state is None:
            begins = since(lane)
            return cls(begins) if begins else None
        kept: dict[str, Any] = {
            name: datetime.fromisoformat(value) if name in ("since", "newest") and value else value
            for name, value in lane.check_state.items()
        }
        # The last page once more: what changed meanwhile has moved, and others have moved up.
        return cls(**{**kept, "page": max(1, kept["page"] - 1)})

    def kept(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        newest = self.newest.isoformat() if self.newest else None
        return asdict(self) | {"since": self.since.isoformat(), "newest": newest}

    def saw(self, records: Iterable[xero.Document | xero.Payment]) -> None:
        for record in records:
            self.looked_at += 1
            if record.updated_at and (self.newest is None or record.updated_at > self.newest):
                self.newest = record.updated_at


def check_if_due(held: Held, client: xero.XeroClient) -> None:
    """Look through what Xero has changed, page by page, when it is time."""
    lane = Lane.objects.filter(pk=held.lane_id, check_due_at__lte=Now()).first()
    if lane is None:
        return
    tally = _Tally.of(lane)
    if tally is not None:
        readers = reads(client, tally.since)
        while tally.sort < len(_JUDGES):
            _each_page(held, tally, readers[tally.sort], _JUDGES[tally.sort])
            tally.sort, tally.page = tally.sort + 1, 1
    is_open = Batch.objects.filter(organisation=held.organisation, settled_at=None)
    with committing("check.done"):
        held.guard()
        Lane.objects.filter(pk=lane.pk).update(
            checked_until=(tally.newest if tally else None) or lane.checked_until,
            # What rests may be settled otherwise than it looks: seen to in an hour, as after a write.
            check_due_at=Now() + (CHECK_AFTER if is_open.exists() else TURN),
            check_reason="",
            check_state=None,
        )
        Check.objects.create(
            organisation=held.organisation,
            reason=lane.check_reason,
            looked_at=tally.looked_at if tally else 0,
            relinked=tally.relinked if tally else 0,
            orphans=tally.orphans if tally else 0,
            strays=tally.strays if tally else 0,
            unknown=tally.unknown[:_TOLD] if tally else [],
        )


def reads(client: xero.XeroClient, begins: datetime) -> tuple[Any, Any, Any]:
    """Return what reads a page of what has changed since: of invoices, credit notes, payments."""
    changed = (client.invoices_changed, client.credit_notes_changed, client.payments_changed)
    invoices, credit_notes, payments = (partial(one, begins - _OVERLAP) for one in changed)
    return invoices, credit_notes, payments


def since(lane: Lane) -> datetime | None:
    """Return from when on to look; None while nothing was ever linked."""
    if lane.checked_until:
        return lane.checked_until
    first = Link.objects.filter(organisation=lane.organisation_id).aggregate(at=Min("changed_at"))
    begun: datetime | None = first["at"]
    return begun


def _each_page(held: Held, tally: _Tally, read: Any, judge: Any) -> None:
    page_count = tally.page
    while tally.page <= page_count:
        records, page_count = calling("check.read", partial(read, page=tally.page))
        tally.saw(records)
        with committing("check"):
            held.guard()
            if records:
                judge(held, records, tally)
            tally.page += 1
            Lane.objects.filter(pk=held.lane_id).update(check_state=tally.kept())


def _documents(held: Held, copies: Sequence[xero.Document], tally: _Tally) -> None:
    links = _links_about(held, copies)
    _note_unknown(links, copies, tally)
    pairs = _allocated(held, copies)
    locked = lock_links([*(link.pk for link in links), *pairs])
    for link_id, allocations in pairs.items():
        _on_allocation(locked[link_id], allocations, tally)
    links = [locked[link.pk] for link in links]
    if not links:
        return
    found, sent = indexed(copies), sent_of(links)
    verdicts: list[Verdict] = []
    for link in links:
        known = found.by_id.get(str(link.xero_id))
        if known is not None:
            _note_status(link, known)
        for copy in _others(link, found, ours_in(link, sent[link.pk], found)):
            if link.xero_id and link.xero_status not in GONE:
                _add_stray(link, copy.record_id, tally)
            elif link.state in _AT_REST:
                verdict = judge_ours(link, copy, sent[link.pk])
                if isinstance(verdict, Verdict):
                    verdicts.append(verdict)
                    break
    _apply(verdicts, tally)


def _apply(verdicts: Sequence[Verdict], tally: _Tally) -> None:
    for link in apply_verdicts(verdicts, action="check") if verdicts else ():
        if link.intent == "retract":
            tally.orphans += 1
        else:
            tally.relinked += 1


def _links_about(held: Held, copies: Sequence[xero.Document]) -> list[Link]:
    """Return the links that know one of the copies, or whose document one may be."""
    uids = {uid for copy in copies if (uid := uid_in(copy.url)) and _is_uid(uid)}
    bare = [copy for copy in copies if not copy.url]
    about = Q(xero_id__in=[copy.record_id for copy in copies]) | Q(document__uid__in=uids)
    for kind, numbers in _numbers(held, bare).items():
        about |= Q(document__kind=kind, document__number__in=numbers)
    links = Link.objects.filter(about, organisation=held.organisation, document__isnull=False)
    return list(links.select_related(*WITH_RECORDS))


def _numbers(held: Held, copies: Iterable[xero.Document]) -> Mapping[Kind, set[str]]:
    """Return our numbers of the copies that bear no marker, by kind; only credit notes need it."""
    policies = policies_of(held.organisation)
    numbers: dict[Kind, set[str]] = defaultdict(set)
    for copy in copies:
        kind = kind_of(copy)
        if kind and kind.is_credit:
            number = (copy.number or "").removeprefix(policies[kind].number_prefix)
            numbers[kind].add(number)
    return numbers


def _is_uid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _note_status(link: Link, copy: xero.Document) -> None:
    if copy.status != link.xero_status:
        link.xero_status = copy.status
        Link.objects.filter(pk=link.pk).update(xero_status=copy.status, changed_at=Now())


def _others(link: Link, found: Found, ours: Iterable[xero.Document]) -> list[xero.Document]:
    """Return live copies of the link's document that it does not know, the oldest first."""
    known = str(link.xero_id)
    others = [
        copy
        for copy in ours
        if copy.record_id.lower() != known and copy.status not in GONE
        if copy.record_id not in link.strays
    ]
    return sorted(others, key=lambda copy: (copy.updated_text or "", copy.record_id))


def _add_stray(link: Link, record_id: str, tally: _Tally) -> None:
    if record_id in link.strays:
        return
    link.strays = [*link.strays, record_id]
    Link.objects.filter(pk=link.pk).update(strays=link.strays, changed_at=Now())
    tally.strays += 1


def _note_unknown(links: Sequence[Link], copies: Sequence[xero.Document], tally: _Tally) -> None:
    """Note live copies that bear a marker of ours which this database does not know."""
    uids = {str(document_of(link).uid) for link in links}
    for copy in copies:
        uid = uid_in(copy.url)
        if uid and uid not in uids and copy.status not in GONE:
            tally.unknown.append(
                {
                    "id": copy.record_id,
                    "type": copy.type,
                    "number": copy.number or "",
                    "url": copy.url or "",
                }
            )


def _allocated(held: Held, copies: Sequence[xero.Document]) -> dict[int, list[xero.Allocation]]:
    """Return what the credit notes show for each pair that we have set against each other.

    By the key of the link of our own allocation, of which there is one in each pair.
    """
    shown: dict[tuple[str, str], list[xero.Allocation]] = defaultdict(list)
    for copy in copies:
        for one in copy.allocations if isinstance(copy, xero.CreditNote) else ():
            if one.invoice and not one.is_deleted:
                pair = (copy.record_id.lower(), one.invoice.invoice_id.lower())
                shown[pair].append(one)
    if not shown:
        return {}
    found = Link.objects.filter(
        organisation=held.organisation,
        state=LinkState.SYNCED,
        allocation__credit_note__links__organisation=held.organisation,
        allocation__credit_note__links__xero_id__in={note for note, _ in shown},
    )
    links = list(found.select_related(*WITH_RECORDS))
    documents = document_links(held.organisation, links)
    pairs = {}
    for link in links:
        document, note = (str(documents[one.pk].xero_id) for one in documents_of(entry_of(link)))
        pairs[link.pk] = shown[note, document]
    return pairs


def _on_allocation(link: Link, copies: Sequence[xero.Allocation], tally: _Tally) -> None:
    """Note what equals ours and stands beside it: before we sent ours, there was none.

    Allocations bear no mark of ours. So what was sent beside another on purpose is not judged.
    """
    ours = {one.allocation_id.lower() for one in copies} & {str(link.xero_id)}
    if link.state != LinkState.SYNCED or link.forced_revision or not ours or not link.allocation:
        return
    given = (link.allocation.amount, link.allocation.allocated_on)
    for copy in copies:
        alike = (copy.amount, copy.allocated_on) == given
        if alike and copy.allocation_id.lower() not in ours:
            _add_stray(link, copy.allocation_id, tally)


def _payments(held: Held, copies: Sequence[xero.Payment], tally: _Tally) -> None:
    """Payments bear our number at the end of their reference."""
    by_number: dict[str, list[xero.Payment]] = defaultdict(list)
    for copy in copies:
        number = (copy.reference or "").rpartition(" ")[2]
        if number.startswith(Payment.PREFIX):
            by_number[number].append(copy)
    days = [copy.paid_on for each in by_number.values() for copy in each if copy.paid_on]
    if not days:
        return
    links = Link.objects.filter(
        organisation=held.organisation,
        payment__isnull=False,
        payment__paid_on__range=(min(days), max(days)),
    ).select_related(*WITH_RECORDS)
    about = {
        link.pk: by_number[link.payment.number]
        for link in links
        if link.payment and link.payment.number in by_number
    }
    verdicts: list[Verdict] = []
    for link in lock_links(about).values():
        verdicts += _on_payment(link, about[link.pk], tally)
    _apply(verdicts, tally)


def _on_payment(link: Link, copies: Sequence[xero.Payment], tally: _Tally) -> list[Verdict]:
    for copy in copies:
        if copy.payment_id.lower() == str(link.xero_id) and copy.status != link.xero_status:
            link.xero_status = copy.status
            Link.objects.filter(pk=link.pk).update(xero_status=copy.status, changed_at=Now())
    for copy in copies:
        if copy.payment_id.lower() == str(link.xero_id) or copy.status == "DELETED":
            continue
        if link.xero_id and link.xero_status != "DELETED":
            _add_stray(link, copy.payment_id, tally)
        elif link.state in _AT_REST:
            number = link.payment.number if link.payment else ""
            found = Copy(UUID(copy.payment_id), number, copy.status)
            return [Verdict(link.pk, "The check found it in Xero.", copy=found)]
    return []


#: In the order of `reads`.
_JUDGES = (_documents, _documents, _payments)
