"""The check of documents: what our links know is compared, what they do not know is found again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Q

from tallystick import xero
from tallystick.books.models import Kind
from tallystick.sync.lane import Held
from tallystick.sync.models import GONE, WITH_RECORDS, Link, LinkState
from tallystick.sync.policy import policies_of
from tallystick.sync.push.compared import Noted, compare, following
from tallystick.sync.push.finding import Found, indexed, judge_ours, ours_in
from tallystick.sync.push.ready import uid_in
from tallystick.sync.push.sent import Here, sent_of
from tallystick.sync.push.shapes import document_of, kind_of
from tallystick.sync.push.strays import add_stray
from tallystick.sync.push.tally import Tally, Uncompared
from tallystick.sync.verdicts import Verdict, apply_verdicts, lock_links

#: States of a link that no request is about just now.
AT_REST = (
    LinkState.WAITING,
    LinkState.QUEUED,
    LinkState.SYNCED,
    LinkState.FAILED,
    LinkState.HELD,
    LinkState.EXCLUDED,
    LinkState.RETRACTED,
)


def check_documents(
    held: Held,
    copies: Sequence[xero.Document],
    tally: Tally,
    merged: Mapping[str, str],
) -> None:
    """Hold a page of invoices and bills, or of credit notes, against the links; in few queries."""
    links = _links_about(held, copies)
    _note_unknown(links, copies, tally)
    if not links:
        tally.leave(Uncompared.UNLINKED, len(copies))
        return
    locked = lock_links(link.pk for link in links)
    links = [locked[link.pk] for link in links]
    found, sent, here = indexed(copies), sent_of(links), Here(links)
    noted = Noted()
    verdicts: list[Verdict] = []
    linked: set[str] = set()
    for link in links:
        known = found.by_id.get(str(link.xero_id))
        ours = ours_in(link, sent[link.pk], found)
        linked |= {copy.record_id for copy in (*ours, known) if copy}
        others = _others(link, found, ours)
        status = known.status if known else link.xero_status
        if others and link.xero_id and status not in GONE:
            tally.strays += sum(add_stray(link, copy.record_id) for copy in others)
        elif others and link.state in AT_REST:
            verdict = judge_ours(
                link, following(others[0], sent[link.pk], merged), sent[link.pk], here
            )
            if isinstance(verdict, Verdict):
                tally.leave(Uncompared.REPLACED, int(known is not None))
                verdicts.append(verdict)
                continue
        if known is not None:
            copy = following(known, sent[link.pk], merged)
            verdicts += compare(link, copy, sent[link.pk], here, tally, noted)
    tally.leave(Uncompared.UNLINKED, len(copies) - len(linked))
    noted.write()
    apply_found(verdicts, tally)


def apply_found(verdicts: Sequence[Verdict], tally: Tally) -> None:
    """Write down what the check has found, and count what is linked again and what is on its way out."""
    had = dict(
        Link.objects.filter(pk__in=[one.link_id for one in verdicts]).values_list("pk", "xero_id")
    )
    for link in apply_verdicts(verdicts, action="check") if verdicts else ():
        if link.intent == "retract":
            tally.orphans += 1
        elif had[link.pk] != link.xero_id:
            tally.relinked += 1
            tally.compared += 1
            tally.differing += link.state == LinkState.HELD


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


def _note_unknown(links: Sequence[Link], copies: Sequence[xero.Document], tally: Tally) -> None:
    """Note live copies that bear a marker of ours which this database does not know."""
    uids = {str(document_of(link).uid) for link in links}
    for copy in copies:
        uid = uid_in(copy.url)
        if uid and uid not in uids and copy.status not in GONE:
            tally.note_unknown(
                {
                    "id": copy.record_id,
                    "type": copy.type,
                    "number": copy.number or "",
                    "url": copy.url or "",
                }
            )
