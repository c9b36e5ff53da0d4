"""What we know of documents as they were sent, or would be: by it Xero's records are judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from tallystick.books.models import Document
from tallystick.sync.differences import Difference, differences
from tallystick.sync.models import Link, Snapshot
from tallystick.sync.policy import policies_of
from tallystick.sync.push.ready import judge, loaded
from tallystick.sync.push.shapes import document_of
from tallystick.sync.snapshots import Content, content_of_draft, content_of_head, read_snapshot

_NO_CONTACT = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Sent:
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


class Here:
    """What would be sent of documents now; worked out for all of them when one is asked for."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._links = list(links)
        self._contents: dict[int, Content] | None = None

    def of(self, link: Link) -> Content:
        if self._contents is None:
            self._contents = contents_here(self._links)
        return self._contents[link.pk]


def number_in_xero(document: Document, prefix: str) -> str:
    """Return the number that the document bears in Xero."""
    return f"{prefix}{document.number}"


def contacts_of(links: Iterable[Link]) -> dict[int, str]:
    """Return the contact ids in Xero of the documents' parties, by the party's key."""
    links = list(links)
    parties = {link.document.party_id for link in links if link.document}
    known = Link.objects.filter(
        organisation__in={link.organisation_id for link in links}, party__in=parties
    ).exclude(xero_id=None)
    return {link.party_id: str(link.xero_id) for link in known if link.party_id}


def sent_of(links: Sequence[Link]) -> dict[int, Sent]:
    """Return what was sent, or would be, for each link by its key."""
    policies, contacts = policies_of(links[0].organisation), contacts_of(links)
    known = [link.pk for link in links if link.sealed_revision or link.sent_revision]
    kept = Snapshot.objects.filter(link__in=known)
    snapshots = {one.link_id: one for one in kept}
    return {
        link.pk: _sent_of(
            link,
            number_in_xero(document_of(link), policies[document_of(link).kind].number_prefix),
            contacts.get(document_of(link).party_id, ""),
            snapshots.get(link.pk),
        )
        for link in links
    }


def _sent_of(link: Link, number: str, contact_id: str, snapshot: Snapshot | None) -> Sent:
    document = document_of(link)
    if snapshot is None:
        return Sent(link.claim or number, contact_id, document.total, document.revision)
    content, came_back = read_snapshot(snapshot)
    total, revision = document.total, document.revision
    if content and link.sealed_revision != link.sent_revision:
        # Nobody knows yet what became of it: Xero has it, if at all, for whom it was sent.
        contact_id = content["contact"]
    if content and link.sealed_revision != document.revision:
        # Edited since: Xero has, if anything, what it was then.
        total, revision = Decimal(content["total"]), snapshot.revision
    return Sent(link.claim or number, contact_id, total, revision, content, came_back)


def contents_here(links: Iterable[Link]) -> dict[int, Content]:
    """Return by the link's key what would be sent now; without lines where that is not known."""
    links = loaded([link.pk for link in links])
    if not links:
        return {}
    contacts, policies = contacts_of(links), policies_of(links[0].organisation)
    ready, _ = judge(links[0].organisation, links)
    resolved = {one.link.pk: one for one in ready}
    contents = {}
    for link in links:
        document = document_of(link)
        contact, one = contacts.get(document.party_id, ""), resolved.get(link.pk)
        if one:
            there = replace(one, contact_id=UUID(contact) if contact else _NO_CONTACT)
            said = content_of_draft(there.draft("DRAFT"), document, why=one.resolved.why)
        else:
            number = number_in_xero(document, policies[document.kind].number_prefix)
            said = content_of_head(document, number)
        contents[link.pk] = said | {"contact": contact}
    return contents


def drift(
    link: Link, theirs: Content, sent: Sent, here: Here, *, as_sent: bool = True
) -> list[Difference]:
    """Return what Xero's record says otherwise than we left it there.

    With `as_sent` it must say what we sent, too, unless a person has kept what Xero made of it.
    """
    named = {"contact_name": document_of(link).party.name}
    if sent.came_back is not None:
        found = differences(theirs, named | sent.came_back)
        if found or link.kept_at or not as_sent or sent.content is None:
            return found
    return differences(theirs, named | (sent.content or here.of(link)))
