"""The check of documents: what our links know is compared, what they do not know is found again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from tallystick import xero
from tallystick.books.models import Kind
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.pushed_records import PushedDocument, pushed_documents
from tallystick.sync.links.record_kinds import kind_of
from tallystick.sync.links.sync_rules import number_here, policies_of
from tallystick.sync.links.transitions import LinkVerdict, apply_verdicts, lock_links
from tallystick.sync.lookup.document_lookup import FoundCopies, index_copies, judge_ours, ours_in
from tallystick.sync.lookup.ready_documents import uid_in
from tallystick.sync.lookup.sent_contents import ContentsHere, SentContent, sent_of
from tallystick.sync.models import GONE, WITH_RECORDS, Intent, Link, LinkState
from tallystick.sync.reconcile.check_tally import CheckTally, WhyUncompared
from tallystick.sync.reconcile.compared_copies import PageNotes, after_merging, compare_copies
from tallystick.sync.reconcile.duplicates import add_duplicate
from tallystick.sync.reconcile.followed_there import follow_reassigned, follow_voids

#: States of a link that no request is about just now.
IN_NO_REQUEST = (
    LinkState.WAITING,
    LinkState.QUEUED,
    LinkState.SYNCED,
    LinkState.FAILED,
    LinkState.HELD,
    LinkState.EXCLUDED,
    LinkState.RETRACTED,
)


def check_documents(
    hands: RoundHands,
    copies: Sequence[xero.Document],
    tally: CheckTally,
    merged: Mapping[str, str],
) -> None:
    """Hold a page of invoices and bills, or of credit notes, against the links; in few queries."""
    links = _links_about(hands, copies)
    _note_unknown(links, copies, tally)
    if not links:
        tally.leave(WhyUncompared.UNLINKED, len(copies))
        return
    locked = lock_links(link.pk for link in links)
    documents = pushed_documents(locked[link.pk] for link in links)
    page = _Page(
        index_copies(copies), sent_of(documents), ContentsHere(locked.values()), merged, tally
    )
    verdicts = [verdict for one in documents for verdict in page.judge(one)]
    tally.leave(WhyUncompared.UNLINKED, len(copies) - len(page.linked))
    page.noted.write()
    verdicts = follow_voids(hands.organisation, documents, verdicts)
    verdicts = follow_reassigned(hands.organisation, documents, verdicts)
    apply_found(verdicts, tally)


@dataclass(slots=True)
class _Page:
    """A page of Xero's records, with all that it is held against."""

    found: FoundCopies
    sent: Mapping[int, SentContent]
    here: ContentsHere
    merged: Mapping[str, str]
    tally: CheckTally
    noted: PageNotes = field(default_factory=PageNotes)
    #: Ids of the records that belong to a link.
    linked: set[str] = field(default_factory=set)

    def judge(self, one: PushedDocument) -> Iterator[LinkVerdict]:
        """Note second copies, link again what was lost, and compare what the link knows."""
        link, sent = one.link, self.sent[one.pk]
        known = self.found.by_id.get(str(link.xero_id))
        ours = ours_in(one, sent, self.found)
        self.linked |= {copy.record_id for copy in (*ours, known) if copy}
        others = _others(link, ours)
        status = known.status if known else link.xero_status
        if others and link.xero_id and status not in GONE:
            self.tally.strays += sum(add_duplicate(link, copy.record_id) for copy in others)
        elif others and link.state in IN_NO_REQUEST:
            there = after_merging(others[0], sent, self.merged)
            verdict = judge_ours(one, there, sent, self.here)
            if isinstance(verdict, LinkVerdict):
                self.tally.leave(WhyUncompared.REPLACED, int(known is not None))
                yield verdict
                return
        if known is not None:
            there = after_merging(known, sent, self.merged)
            yield from compare_copies(one, there, sent, self.here, self.tally, self.noted)


def apply_found(verdicts: Sequence[LinkVerdict], tally: CheckTally) -> None:
    """Write down what the check has found, and count what is linked again and what is on its way out."""
    had = dict(
        Link.objects.filter(pk__in=[one.link_id for one in verdicts]).values_list("pk", "xero_id")
    )
    for link in apply_verdicts(verdicts, action=AttemptAction.CHECK) if verdicts else ():
        if link.intent == Intent.RETRACT:
            tally.orphans += 1
        elif had[link.pk] != link.xero_id:
            tally.relinked += 1
            tally.compared += 1
            tally.differing += link.state == LinkState.HELD


def _links_about(hands: RoundHands, copies: Sequence[xero.Document]) -> list[Link]:
    """Return the links that know one of the copies, or whose document one may be."""
    uids = {uid for copy in copies if (uid := uid_in(copy.url)) and _is_uid(uid)}
    bare = [copy for copy in copies if not copy.url]
    about = Q(xero_id__in=[copy.record_id for copy in copies]) | Q(document__uid__in=uids)
    for kind, numbers in _numbers(hands, bare).items():
        about |= Q(document__kind=kind, document__number__in=numbers)
    links = Link.objects.filter(about, organisation=hands.organisation, document__isnull=False)
    return list(links.select_related(*WITH_RECORDS))


def _numbers(hands: RoundHands, copies: Iterable[xero.Document]) -> Mapping[Kind, set[str]]:
    """Return our numbers of the copies that bear no marker, by kind; only credit notes need it."""
    policies = policies_of(hands.organisation)
    numbers: dict[Kind, set[str]] = defaultdict(set)
    for copy in copies:
        kind = kind_of(copy)
        if kind and kind.is_credit:
            numbers[kind].add(number_here(copy.number or "", policies[kind]))
    return numbers


def _is_uid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _others(link: Link, ours: Iterable[xero.Document]) -> list[xero.Document]:
    """Return live copies of the link's document that it does not know, the oldest first."""
    known = str(link.xero_id)
    others = [
        copy
        for copy in ours
        if copy.record_id.lower() != known and copy.status not in GONE
        if copy.record_id not in link.strays
    ]
    return sorted(others, key=lambda copy: (copy.updated_text or "", copy.record_id))


def _note_unknown(
    links: Sequence[Link], copies: Sequence[xero.Document], tally: CheckTally
) -> None:
    """Note live copies that bear a marker of ours which this database does not know."""
    uids = {str(one.document.uid) for one in pushed_documents(links)}
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
