"""What we know of documents as they were sent, or would be: by it Xero's records are judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from tallystick.sync.links.contents import Content, content_of_draft, content_of_head, read_snapshot
from tallystick.sync.links.differences import FieldDifference, differences_between
from tallystick.sync.links.pushed_records import PushedDocument, pushed_documents
from tallystick.sync.links.sync_rules import number_in_xero, policies_of
from tallystick.sync.lookup.ready_documents import judge_documents, loaded_documents
from tallystick.sync.models import Link, Snapshot

_NO_CONTACT = UUID(int=0)


@dataclass(frozen=True, slots=True)
class SentContent:
    """What we know of a link's document as it was sent, or would be."""

    number: str
    contact_id: str
    total: Decimal
    #: Revision that this is of.
    revision: int
    #: What was sealed last, and what Xero had after our last write; None where there was none.
    content: Content | None = None
    came_back: Content | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """The number, and the one that was sealed last: it may stand there, renumbered here since."""
        sealed = self.content["number"] if self.content else ""
        return (self.number, sealed) if sealed not in ("", self.number) else (self.number,)


class ContentsHere:
    """What would be sent of documents now; worked out for all of them when one is asked for."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._links = list(links)
        self._contents: dict[int, Content] | None = None

    def of(self, link: Link) -> Content:
        if self._contents is None:
            self._contents = contents_here(self._links)
        return self._contents[link.pk]


def contacts_of(documents: Iterable[PushedDocument]) -> dict[int, str]:
    """Return the contact ids in Xero of the documents' parties, by the party's key."""
    documents = list(documents)
    known = Link.objects.filter(
        organisation__in={one.link.organisation_id for one in documents},
        party__in={one.document.party_id for one in documents},
    ).exclude(xero_id=None)
    return {link.party_id: str(link.xero_id) for link in known if link.party_id}


def sent_of(documents: Sequence[PushedDocument]) -> dict[int, SentContent]:
    """Return what was sent, or would be, of each document by its link's key."""
    links = [one.link for one in documents]
    policies, contacts = policies_of(links[0].organisation), contacts_of(documents)
    known = [link.pk for link in links if link.sealed_revision or link.sent_revision]
    snapshots = {one.link_id: one for one in Snapshot.objects.filter(link__in=known)}
    return {
        one.pk: _sent_of(
            one,
            number_in_xero(one.document, policies[one.document.kind]),
            contacts.get(one.document.party_id, ""),
            snapshots.get(one.pk),
        )
        for one in documents
    }


def _sent_of(
    one: PushedDocument, number: str, contact_id: str, snapshot: Snapshot | None
) -> SentContent:
    link, document = one.link, one.document
    if snapshot is None:
        return SentContent(link.claim or number, contact_id, document.total, document.revision)
    content, came_back = read_snapshot(snapshot)
    total, revision = document.total, document.revision
    if content and link.sealed_revision != link.sent_revision:
        # Nobody knows yet what became of it: Xero has it, if at all, for whom it was sent.
        contact_id = content["contact"]
    if content and link.sealed_revision != document.revision:
        # Edited since: Xero has, if anything, what it was then.
        total, revision = Decimal(content["total"]), snapshot.revision
    return SentContent(link.claim or number, contact_id, total, revision, content, came_back)


def contents_here(links: Iterable[Link]) -> dict[int, Content]:
    """Return by the link's key what would be sent now; without lines where that is not known."""
    links = loaded_documents([link.pk for link in links])
    if not links:
        return {}
    documents = pushed_documents(links)
    contacts, policies = contacts_of(documents), policies_of(links[0].organisation)
    ready, _ = judge_documents(links[0].organisation, links)
    resolved = {one.link.pk: one for one in ready}
    contents = {}
    for one in documents:
        contact, known = contacts.get(one.document.party_id, ""), resolved.get(one.pk)
        if known:
            there = replace(known, contact_id=UUID(contact) if contact else _NO_CONTACT)
            said = content_of_draft(there.draft("DRAFT"), one.document, why=known.resolved.why)
        else:
            number = number_in_xero(one.document, policies[one.document.kind])
            said = content_of_head(one.document, number)
        contents[one.pk] = said | {"contact": contact}
    return contents


def drift_of(
    one: PushedDocument,
    theirs: Content,
    sent: SentContent,
    here: ContentsHere,
    *,
    as_sent: bool = True,
) -> list[FieldDifference]:
    """Return what Xero's record says otherwise than we left it there.

    With `as_sent` it must say what we sent, too, unless a person has kept what Xero made of it.
    """
    named = {"contact_name": one.document.party.name}
    if sent.came_back is not None:
        found = differences_between(theirs, named | sent.came_back)
        if found or one.link.kept_at or not as_sent or sent.content is None:
            return found
    return differences_between(theirs, named | (sent.content or here.of(one.link)))
