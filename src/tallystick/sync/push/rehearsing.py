"""A push in thought: the rounds as the engine would work them, with nothing sent, nothing written.

Every question goes through the engine's own functions to a client that calls nobody; every request
is built and parted by the engine's own builders. Xero is taken to have nothing new of ours, to have
the rest as it last said, and to take what it is sent.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from heapq import merge
from itertools import chain, islice
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from tallystick import xero
from tallystick.books.models import Party
from tallystick.connections.models import Organisation
from tallystick.mapping import mirror
from tallystick.mapping.resolve import Resolver
from tallystick.sync.models import Batch, Intent, Lane, Link, LinkState
from tallystick.sync.policy import PAYMENT, policies_of
from tallystick.sync.push import contacts, documents, entering, entries, statuses, strays
from tallystick.sync.push.attach import ATTACH, sealed_pdf
from tallystick.sync.push.batches import (
    BATCH,
    Writing,
    members,
    parts_of,
    restore,
)
from tallystick.sync.push.checking import reads
from tallystick.sync.push.finding import ask
from tallystick.sync.push.foreseen import (
    Fate,
    Outcome,
    Step,
    as_asked,
    each,
    held_against,
    in_groups,
)
from tallystick.sync.push.ready import AHEAD, ROUND, Ready, judge, loaded, room_for
from tallystick.sync.push.sent import sent_of
from tallystick.sync.push.shapes import (
    ENDPOINTS,
    Endpoint,
    by_id,
    document_of,
    endpoint_of,
    endpoint_of_kind,
)
from tallystick.sync.push.tally import since
from tallystick.sync.push.unknown import has_ended, purpose_of
from tallystick.sync.queue import waiting_for_a_press
from tallystick.sync.verdicts import Verdict

T = TypeVar("T")

#: So many PDFs are made to know their size; the others are taken to be like them.
_PDFS_MADE = 20
_NO_CONTACT = UUID(int=0)
#: Place in the engine's order, key of the link, number of its document.
_Place: TypeAlias = tuple[int, int, str]


class Rehearsal:
    """One organisation's push, all its rounds; go through `run` once, then read `steps`."""

    def __init__(self, organisation: Organisation, *, pdfs_made: int = _PDFS_MADE) -> None:
        self.organisation = organisation
        self._pdfs_made = pdfs_made
        #: By the engine's names for its calls and purposes.
        self.steps: defaultdict[str, Step] = defaultdict(Step)
        #: Some bytes are an estimate: those of PDFs that were not made.
        self.is_estimate = False
        self._step = ""
        self._client = xero.silent_client(self._called)
        self._policies = policies_of(organisation)
        self._places = self._in_order()
        self._judged: dict[int, tuple[Link, Ready | Verdict]] = {}
        #: Parties that have a contact by now, and documents that got there, with their status.
        self._made: set[int] = set()
        self._there: dict[int, str] = {}
        self._entries = {sort: deque(self._going(sort)) for sort in ("payment", "allocation")}
        #: Entries that wait for a document, by its key; and which of them were on their way.
        self._aside = self._waiting_entries()
        self._put_off: set[int] = set()
        approving = self._links(state=LinkState.QUEUED, intent=Intent.APPROVE)
        self._approving: dict[int, int] = dict(approving.values_list("pk", "document_id"))
        self._retried = deque(
            self._links(state=LinkState.QUEUED, party__isnull=False).values_list(
                "party_id", flat=True
            )
        )
        wanted = self._links(state=LinkState.SYNCED, wants_pdf=True)
        self._pdfs: list[int] = list(wanted.values_list("pk", flat=True))

    def run(self) -> Iterator[Outcome]:
        """Yield what would become of each record, in the engine's order."""
        self._before()
        yield from self._withdraw()
        while any(self._places.values()) or any(self._entries.values()) or self._waiting():
            yield from self._send_documents()
            yield from self._approve()
            yield from self._send_entries()
        self._attach()
        left = [key for keys in self._aside.values() for key, _ in keys if key in self._put_off]
        yield from (Outcome(link, Fate.LEFT) for link in each(left))

    # What there is to do.

    def _links(self, **which: Any) -> QuerySet[Link]:
        return Link.objects.filter(organisation=self.organisation, **which).order_by("pk")

    def _going(self, sort: str) -> Iterator[int]:
        """Yield the keys of what is queued, then of what a press of Sync now would queue."""
        which: dict[str, Any] = {f"{sort}__isnull": False}
        queued = self._links(state=LinkState.QUEUED, intent=Intent.PUSH, **which)
        pressed = waiting_for_a_press(self.organisation).filter(**which)
        in_order = queued.order_by("not_before", "pk"), pressed.order_by("pk")
        return chain(*(links.values_list("pk", flat=True) for links in in_order))

    def _in_order(self) -> dict[Endpoint, deque[_Place]]:
        known = self._links(document__isnull=False, intent=Intent.PUSH)
        going = known.filter(state__in=[LinkState.QUEUED, LinkState.WAITING])
        rows = going.values_list("pk", "document__number", "document__kind")
        about = {pk: (number, kind) for pk, number, kind in rows}
        places: dict[Endpoint, deque[_Place]] = {endpoint: deque() for endpoint in ENDPOINTS}
        for place, pk in enumerate(self._going("document")):
            number, kind = about.get(pk, ("", ""))
            if kind:
                places[endpoint_of_kind(kind)].append((place, pk, number))
        return places

    def _waiting_entries(self) -> defaultdict[int, list[tuple[int, str]]]:
        waiting = self._links(state=LinkState.WAITING, waits_for__startswith="document:")
        aside: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        for pk, key, payment in waiting.values_list("pk", "waits_for", "payment_id"):
            sort = "payment" if payment else "allocation"
            aside[int(key.partition(":")[2])].append((pk, sort))
        return aside

    def _waiting(self) -> bool:
        while self._retried and self._retried[0] in self._made:
            self._retried.popleft()
        return bool(self._approving) or bool(self._retried)

    # Calls.

    def _called(self, call: xero.Call) -> None:
        self.steps[self._step].calls += 1

    def _ask(self, step: str, call: Callable[[], T]) -> T:
        self._step = step
        return call()

    def _write(self, writing: Writing) -> Iterator[Sequence[Link]]:
        """Build the requests and count them; yields the links of each."""
        step = self.steps[writing.purpose.name]
        for links in parts_of(writing.links, writing.purpose.size, writing.build):
            step.calls += 1
            step.bytes += len(writing.build(links).body)
            yield links

    # The steps of a round.

    def _before(self) -> None:
        """Count what comes first: requests without an answer, old lists, a check, second copies."""
        for batch in Batch.objects.filter(organisation=self.organisation, settled_at=None):
            purpose = purpose_of(batch)
            ended = has_ended(purpose, batch)
            if ended or purpose.writes_over:
                self._ask("batch.ask", partial(purpose.look, self._client, members(batch)))
            if not ended:
                self.steps["batch.ask"].calls += 1
                self.steps["batch.ask"].bytes += len(restore(batch).body)
        if mirror.is_stale(self.organisation):
            self._ask("organisation.read", lambda: mirror.read(self._client))
        due = Lane.objects.filter(organisation=self.organisation, check_due_at__lte=Now()).first()
        begins = since(due) if due else None
        if begins:
            for read in reads(self._client, begins):
                self._ask("check.read", partial(read, page=1))
        for place, links in strays.due_strays(self.organisation).items():
            self._ask("strays.look", partial(strays.look, place, self._client, links))
            for writing in strays.stray_removals(place, links):
                deque(self._write(writing), maxlen=0)

    def _withdraw(self) -> Iterator[Outcome]:
        out = self._links(state=LinkState.QUEUED, intent=Intent.RETRACT, xero_id__isnull=False)
        for links in in_groups(entering.AT_ONCE, out.filter(document=None, party=None)):
            payments = [link for link in links if link.payment_id]
            if payments:
                self._ask("look", partial(entering.look_for_payments, self._client, payments))
            others = [link for link in links if link.allocation_id]
            for writing in entering.removals(self.organisation, payments, others):
                yield from self._finished(writing, Fate.REMOVED)
        for links in in_groups(BATCH, out.filter(document__isnull=False)):
            yield from self._change(statuses.RETRACT, links, Fate.REMOVED)

    def _finished(self, writing: Writing, fate: Fate) -> Iterator[Outcome]:
        for links in self._write(writing):
            yield from (Outcome(link, fate) for link in links)

    def _change(
        self, change: statuses.Change, links: Sequence[Link], fate: Fate
    ) -> Iterator[Outcome]:
        self._ask("look", lambda: by_id(self._client, links))
        for endpoint, purpose in statuses.PURPOSES[change.verb].items():
            here = [link for link in links if endpoint_of(link) == endpoint]
            build = partial(statuses.sealed_changes, change, endpoint, {})
            yield from self._finished(Writing(purpose, here, build), fate)

    def _send_documents(self) -> Iterator[Outcome]:
        keys: list[int] = []
        for places in self._places.values():
            count = room_for([number for *_, number in islice(places, ROUND)])
            keys += [places.popleft()[1] for _ in range(min(count, len(places)))]
        self._judge(keys)
        ready: list[Ready] = []
        for link, judged in (self._judged.pop(key) for key in keys if key in self._judged):
            if isinstance(judged, Ready):
                ready.append(judged)
            else:
                yield Outcome(link, Fate.STOPPED, judged)
        customers, stopped = self._with_contacts(ready)
        yield from stopped
        going = [one for one in ready if one.document.party_id in customers]
        going = [replace(one, contact_id=customers[one.document.party_id]) for one in going]
        yield from self._write_documents(going)

    def _judge(self, keys: Sequence[int]) -> None:
        """Look at each document once, and many together: reading the lists takes its time."""
        if all(key in self._judged for key in keys):
            return
        wanted = [key for key in dict.fromkeys([*keys, *self._next()]) if key not in self._judged]
        links = loaded(wanted)
        for link in links:
            link.tries = link.tries if link.state == LinkState.QUEUED else 0
        ready, stopped = judge(self.organisation, links)
        found = {one.link.pk: one for one in ready} | {one.link_id: one for one in stopped}
        self._judged |= {link.pk: (link, found[link.pk]) for link in links if link.pk in found}

    def _next(self) -> list[int]:
        """Return the keys of the documents that come next, as far as the engine looks ahead."""
        nexts = merge(*(islice(places, AHEAD) for places in self._places.values()))
        return [key for _, key, _ in islice(nexts, AHEAD)]

    def _with_contacts(self, ready: Sequence[Ready]) -> tuple[dict[int, UUID], list[Outcome]]:
        """Return the contact of each customer that has one, by its key, and what stops without."""
        parties = {one.document.party_id: one.document.party for one in ready}
        retried = self._next_retried()
        known = contacts.links_of_parties(self.organisation, {*parties, *retried})
        stopped: list[Outcome] = []
        if parties.keys() - known.keys() - self._made:
            ahead, stopped = self._ahead()
            parties |= ahead
            known = contacts.links_of_parties(self.organisation, {*parties, *retried})
        missing = sorted(parties.keys() - known.keys() - self._made)
        fresh = [link for link in known.values() if link.state == LinkState.QUEUED]
        wanted = [link for link in fresh if link.party_id not in self._made]
        wanted += [Link(organisation=self.organisation, party=parties[key]) for key in missing]
        if wanted:
            claims = self._ask("contacts.ask", lambda: contacts.look(self._client, wanted))
            claimed = {verdict.link_id for verdict in claims}
            unknown = [link for link in wanted if link.pk is None or link.pk not in claimed]
            deque(
                self._write(Writing(contacts.CREATE_CONTACTS, unknown, contacts.sealed_contacts)),
                maxlen=0,
            )
            self._made |= {link.party_id for link in wanted if link.party_id}
        self._made.update(retried)
        for one in ready:
            customer = known.get(one.document.party_id)
            if customer and customer.problem and customer.party_id not in self._made:
                verdict = contacts.waiting_for(one, customer)
                stopped.append(Outcome(one.link, Fate.STOPPED, verdict))
        has = {key: link.xero_id for key, link in known.items() if link.xero_id}
        made = {key: _NO_CONTACT for key in parties if key in self._made}
        return made | has, stopped

    def _next_retried(self) -> list[int]:
        """Return the customers that are tried again next, without those that are made by now."""
        keys: list[int] = []
        while self._retried and len(keys) < BATCH:
            key = self._retried.popleft()
            if key not in self._made:
                keys.append(key)
        return keys

    def _ahead(self) -> tuple[dict[int, Party], list[Outcome]]:
        """Look at the documents that come next: whose customers are made too, and which stop."""
        keys = self._next()
        self._judge(keys)
        parties: dict[int, Party] = {}
        stopped: dict[int, Outcome] = {}
        for key in keys:
            link, judged = self._judged.get(key, (None, None))
            if isinstance(judged, Ready):
                parties[judged.document.party_id] = judged.document.party
            elif link and judged:
                stopped[key] = Outcome(link, Fate.STOPPED, judged)
                del self._judged[key]
        if stopped:
            for places in self._places.values():
                _take_out(places, stopped)
        return parties, list(stopped.values())

    def _write_documents(self, going: Sequence[Ready]) -> Iterator[Outcome]:
        if not going:
            return
        known = [one.link for one in going if one.link.xero_id]
        sent = sent_of(known) if known else {}
        about = [as_asked(one.link, sent.get(one.link.pk)) for one in going]
        asked = self._ask("ask", lambda: ask(self._client, about))
        claimed = {verdict.link_id for verdict in asked.verdicts}
        outdated: dict[int, xero.Document] = {}
        to_write: list[Ready] = []
        for one in going:
            found = held_against(one, sent.get(one.link.pk)) if one.link.xero_id else None
            if one.link.pk in claimed or (isinstance(found, Verdict) and not found.problem):
                self._arrive([one.link], one.link.xero_status)
                yield Outcome(one.link, Fate.KNOWN)
            elif isinstance(found, Verdict):
                yield Outcome(one.link, Fate.STOPPED, found)
            else:
                outdated |= {one.link.pk: found} if found else {}
                to_write.append(one)
        for writing in documents.writings(to_write, outdated):
            for links in self._write(writing):
                for link in links:
                    is_new = link.pk not in outdated
                    policy = self._policies[document_of(link).kind]
                    self._arrive([link], policy.sent_as if is_new else link.xero_status)
                    if policy.attach_pdf:
                        self._pdfs.append(link.pk)
                    yield Outcome(link, Fate.CREATED if is_new else Fate.WRITTEN_ANEW)

    def _arrive(self, links: Iterable[Link], status: str) -> None:
        """Note that the documents are there, and let go what waited for them."""
        for link in links:
            if link.document_id:
                self._there[link.document_id] = status
                for key, sort in sorted(self._aside.pop(link.document_id, [])):
                    self._entries[sort].append(key)
                    self._put_off.discard(key)

    def _approve(self) -> Iterator[Outcome]:
        for _ in range(statuses.AT_ONCE):
            keys = sorted(self._approving)[:BATCH]
            links = list(each(keys))
            for link in links:
                self._as_it_stands(link)
            if not links:
                break
            yield from self._change(statuses.APPROVE, links, Fate.APPROVED)
            for key in keys:
                del self._approving[key]
            self._arrive(links, "AUTHORISED")

    def _as_it_stands(self, link: Link) -> None:
        """Put a document's link as it would be by now; what is made gets some id of its own."""
        status = self._there.get(link.document_id or 0)
        if status is not None:
            link.state, link.xero_status = LinkState.SYNCED, status
            link.xero_id = link.xero_id or UUID(int=link.pk)
        if link.pk in self._approving:
            link.state = LinkState.QUEUED

    def _send_entries(self) -> Iterator[Outcome]:
        keys = [
            queue.popleft()
            for queue in self._entries.values()
            for _ in range(min(entries.ROUND, len(queue)))
        ]
        links = list(each(keys))
        if not links:
            return
        stands_on = entries.document_links(self.organisation, links)
        for document in stands_on.values():
            self._as_it_stands(document)
        resolver, policy = Resolver.of(self.organisation), self._policies[PAYMENT]
        due: list[entries.Due] = []
        for link in links:
            judged = entries.judge(link, stands_on, resolver)
            if isinstance(judged, entries.Due):
                due.append(judged)
            else:
                yield from self._set_aside(link, judged)
        if due:
            self._ask("entries.ask", lambda: entries.ask(self._client, due, policy))
        going: list[entries.Due] = []
        for one in due:
            drafts = [link for link in one.documents if link.xero_status not in entries.APPROVED]
            if not drafts:
                going.append(one)
                continue
            verdict = entries.not_approved(one, drafts[0], drafts[0].xero_status, policy)
            if verdict.waits_for:
                self._approving[drafts[0].pk] = drafts[0].document_id or 0
            yield from self._set_aside(one.link, verdict)
        for writing in entering.writings(going):
            yield from self._finished(writing, Fate.CREATED)

    def _set_aside(self, link: Link, verdict: Verdict) -> Iterator[Outcome]:
        if verdict.waits_for:
            sort = "payment" if link.payment_id else "allocation"
            self._aside[int(verdict.waits_for.partition(":")[2])].append((link.pk, sort))
            self._put_off.add(link.pk)
        elif verdict.problem:
            yield Outcome(link, Fate.STOPPED, verdict)

    def _attach(self) -> None:
        sizes: list[int] = []
        for link in each(self._pdfs):
            step = self.steps[ATTACH[endpoint_of(link)].name]
            step.calls += 1
            if len(sizes) < self._pdfs_made:
                sizes.append(len(sealed_pdf([link]).body))
                step.bytes += sizes[-1]
            elif sizes:
                step.bytes += sum(sizes) // len(sizes)
        self.is_estimate = len(self._pdfs) > self._pdfs_made


def _take_out(places: deque[_Place], stopped: Container[int]) -> None:
    """Take out documents that stopped; they are among the first, where the engine looks ahead."""
    first = [places.popleft() for _ in range(min(AHEAD, len(places)))]
    places.extendleft(one for one in reversed(first) if one[1] not in stopped)
