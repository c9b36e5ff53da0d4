"""What Xero has of the documents: asked in few calls, judged one by one, never guessed.

A record is ours if it bears our marker or the id that we know; where Xero keeps no marker, if
number, contact, currency and total are those that we sent. What only bears the same number is a
question to a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Document, Status
from tallystick.mapping.problems import DOCUMENT, XERO, Problem
from tallystick.money import Money
from tallystick.sync.models import DRAFTS, GONE, Link, Snapshot
from tallystick.sync.policy import policies_of
from tallystick.sync.push.ready import uid_in
from tallystick.sync.push.shapes import Shape, by_id, document_of, shape_of
from tallystick.sync.snapshots import (
    Content,
    content_of_copy,
    is_as_sent,
    read_snapshot,
    says_the_same,
)
from tallystick.sync.verdicts import Copy, Verdict

#: Numbers of credit notes that one question holds, about; of more we ask for their days at once.
_ONE_QUESTION = 40
_LONGEST_SPAN = timedelta(days=60)


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


@dataclass(frozen=True, slots=True)
class Found:
    """Xero's records that may be the documents', by id, marker, and type and number."""

    by_id: Mapping[str, xero.Document]
    by_uid: Mapping[str, list[xero.Document]]
    by_number: Mapping[tuple[str, str], list[xero.Document]]


@dataclass(slots=True)
class Asked:
    """The answer for each link: settled by a verdict, to be written anew over a copy, or missing."""

    verdicts: list[Verdict] = field(default_factory=list)
    outdated: dict[int, xero.Document] = field(default_factory=dict)


def ask(client: xero.XeroClient, links: Sequence[Link]) -> Asked:
    """Ask Xero for the documents and judge what it has; those in neither list are missing there."""
    asked = Asked()
    if not links:
        return asked
    sent = sent_of(links)
    found = _found(client, links, sent)
    for link in links:
        judged = _judge(link, sent[link.pk], found)
        if isinstance(judged, Verdict):
            asked.verdicts.append(judged)
        elif judged is not None:
            asked.outdated[link.pk] = judged
    return asked


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
    kept = Snapshot.objects.filter(link__in=[link.pk for link in links if link.sealed_revision])
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


def _found(client: xero.XeroClient, links: Sequence[Link], sent: Mapping[int, Sent]) -> Found:
    """Ask by number, and by id for copies that we know of: somebody may have renumbered them."""
    copies: list[xero.Document] = []
    credits = [link for link in links if shape_of(document_of(link)).endpoint == "CreditNotes"]
    others = [link for link in links if link not in credits]
    if others:
        copies += client.invoices_by_number(_numbers(others, sent))
    if credits:
        copies += _credit_notes(client, credits, sent)
    seen = {copy.record_id.lower() for copy in copies}
    unseen = [link for link in links if link.xero_id and str(link.xero_id) not in seen]
    copies += by_id(client, unseen).values()
    return indexed(copies)


def _numbers(links: Iterable[Link], sent: Mapping[int, Sent]) -> list[str]:
    return [number for link in links for number in sent[link.pk].numbers]


def _credit_notes(
    client: xero.XeroClient, links: Sequence[Link], sent: Mapping[int, Sent]
) -> Iterable[xero.Document]:
    """Ask for credit notes, of which Xero takes no list of numbers: many at once by their days.

    What another day hides, Xero refuses for its number; sealed once, it is asked for by that.
    """
    days = [document_of(link).issued_on for link in links]
    fresh = all(
        link.sealed_revision is None
        and not link.claim
        and shape_of(document_of(link)).has_unique_number
        for link in links
    )
    if fresh and len(links) > _ONE_QUESTION and max(days) - min(days) <= _LONGEST_SPAN:
        return client.credit_notes_between(min(days), max(days))
    return client.credit_notes_by_number(_numbers(links, sent))


def indexed(copies: Iterable[xero.Document]) -> Found:
    by_uid: dict[str, list[xero.Document]] = defaultdict(list)
    by_number: dict[tuple[str, str], list[xero.Document]] = defaultdict(list)
    ids = {copy.record_id.lower(): copy for copy in copies}
    for copy in ids.values():
        by_uid[uid_in(copy.url)].append(copy)
        by_number[copy.type, xero.as_xero_compares(copy.number or "")].append(copy)
    return Found(ids, by_uid, by_number)


def _judge(link: Link, sent: Sent, found: Found) -> Verdict | xero.Document | None:
    """Say what the answer means for one link: settled, to be written anew, or None for missing."""
    document, shape = document_of(link), shape_of(document_of(link))
    namesakes = _bearing([sent.number], shape, found)
    if not shape.has_unique_number:
        namesakes = [copy for copy in namesakes if _contact_id(copy) == sent.contact_id]
    ours = _ours(link, document, found)
    if ours is not None and _is_to_be_made_anew(link, ours):
        ours = None
    if ours is None and not shape.has_marker:
        ours = next(iter(_unmarked(document, sent, found)), None)
    if ours is not None:
        return judge_ours(link, ours, sent)
    for copy in namesakes:
        # A deleted draft gives its number free; if Xero sees it otherwise, it says so on creating.
        if link.claim:
            return _judge_claimed(link, copy, sent)
        if copy.status != "DELETED" and (shape.has_unique_number or copy.status not in GONE):
            return _number_taken(link, copy)
    return _claim_missing(link) if link.claim else None


def _ours(link: Link, document: Document, found: Found) -> xero.Document | None:
    """Return the copy that we know or that bears our marker; one that stands before one that is gone."""
    known = found.by_id.get(str(link.xero_id))
    copies = [known] if known else []
    copies += found.by_uid.get(str(document.uid), [])
    return min(copies, key=lambda copy: copy.status in GONE, default=None)


def _is_to_be_made_anew(link: Link, copy: xero.Document) -> bool:
    """Tell whether a person wants a deleted draft back: its number is free, a voided one's is not."""
    return copy.status == "DELETED" and link.forced_revision == document_of(link).revision


def _is_what_we_sent(copy: xero.Document, document: Document, sent: Sent) -> bool:
    return (
        copy.status not in GONE
        and _contact_id(copy) == sent.contact_id
        and copy.currency_code == document.currency
        and copy.total == sent.total
    )


def _contact_id(copy: xero.Document) -> str:
    return copy.contact.contact_id.lower() if copy.contact else ""


def ours_in(link: Link, sent: Sent, found: Found) -> list[xero.Document]:
    """Return every copy that is surely the link's document, known to it or not."""
    document = document_of(link)
    copies = list(found.by_uid.get(str(document.uid), []))
    if not shape_of(document).has_marker:
        copies += _unmarked(document, sent, found)
    return copies


def _unmarked(document: Document, sent: Sent, found: Found) -> list[xero.Document]:
    """Return what says in number, contact and money that it is the document."""
    bearing = _bearing(sent.numbers, shape_of(document), found)
    return [copy for copy in bearing if _is_what_we_sent(copy, document, sent)]


def _bearing(numbers: Iterable[str], shape: Shape, found: Found) -> list[xero.Document]:
    """Return the records of the shape's type that bear one of the numbers."""
    keys = [(shape.xero_type, xero.as_xero_compares(number)) for number in numbers]
    return [copy for key in keys for copy in found.by_number.get(key, [])]


def judge_ours(link: Link, copy: xero.Document, sent: Sent) -> Verdict | xero.Document:
    """Confirm our copy, or let it be written anew; a person's change there wins, and is asked about."""
    document = document_of(link)
    if document.status == Status.CANCELLED:
        return confirmed(link, copy, sent.revision)
    if copy.status in GONE:
        return _gone(link, copy)
    if link.forced_revision == document.revision:
        return copy if _can_be_written(copy) else _cannot_be_written(link, copy)
    unsure = link.sealed_revision not in (None, link.sent_revision)
    if unsure and sent.content and is_as_sent(sent.content, content_of_copy(copy)):
        return confirmed(link, copy, link.sealed_revision or sent.revision)
    if link.sent_revision is not None and link.sent_revision < document.revision:
        untouched = sent.came_back is not None and says_the_same(
            sent.came_back, content_of_copy(copy)
        )
        return copy if untouched and copy.status in DRAFTS else differs(link, copy)
    if copy.total == sent.total and copy.currency_code == document.currency:
        return confirmed(link, copy, sent.revision)
    return differs(link, copy)


def copy_of(copy: xero.Document, revision: int | None = None) -> Copy:
    """Return what the link is to hold of Xero's record; a revision makes its content news."""
    content = content_of_copy(copy) if revision is not None else None
    return Copy(UUID(copy.record_id), copy.number or "", copy.status, content, revision)


def confirmed(link: Link, copy: xero.Document, revision: int) -> Verdict:
    message = f"Xero has it: {copy.status.lower()}, confirmed."
    return Verdict(link.pk, message, copy=copy_of(copy, revision))


def differs(link: Link, copy: xero.Document) -> Verdict:
    """Ask a person: what Xero has is not what we sent, or not ours alone to change any more."""
    document = document_of(link)
    there = Money(copy.total or Decimal(0), copy.currency_code or document.currency)
    ours = Money(document.total, document.currency)
    if there != ours:
        said = f"Xero has {document} for {there}, here it is {ours}"
    else:
        said = f"{document} was changed here after it was sent"
    if copy.status not in DRAFTS:
        why = f"it is {copy.status.lower()} there, so it is not changed without you"
    else:
        why = "somebody changed it there, and people's changes are not overwritten"
    return question(
        link,
        "differs",
        f"{said}; {why}.",
        "Compare the two and choose: keep what Xero has, or send ours.",
        screen=DOCUMENT,
        copy=copy_of(copy),
        details={"theirs": content_of_copy(copy), "status": copy.status},
    )


def _gone(link: Link, copy: xero.Document) -> Verdict:
    document = document_of(link)
    return question(
        link,
        "gone_in_xero",
        f"{document} was sent to Xero before and was {copy.status.lower()} there by somebody.",
        "If it should be in Xero, cancel it here and enter it under a new number.",
        screen=DOCUMENT,
        copy=copy_of(copy),
    )


def _can_be_written(copy: xero.Document) -> bool:
    return copy.status in DRAFTS or (copy.status == "AUTHORISED" and not copy.applied)


def _cannot_be_written(link: Link, copy: xero.Document) -> Verdict:
    applied = Money(copy.applied, copy.currency_code or document_of(link).currency)
    return question(
        link,
        "differs",
        f"{document_of(link)} cannot be written anew: it is {copy.status.lower()} in Xero, and "
        f"payments or credits of {applied} are recorded on it.",
        "Remove them in Xero and send ours again, or keep what Xero has.",
        screen=DOCUMENT,
        copy=copy_of(copy),
        details={"theirs": content_of_copy(copy), "status": copy.status},
    )


def _judge_claimed(link: Link, copy: xero.Document, sent: Sent) -> Verdict:
    """A person says that this record is the document: believed if it is for as much and as whom."""
    document = document_of(link)
    agrees = copy.total == document.total and copy.currency_code == document.currency
    whose = not sent.contact_id or _contact_id(copy) == sent.contact_id
    if agrees and whose and copy.status not in GONE:
        return confirmed(link, copy, document.revision)
    return question(
        link,
        "claim_differs",
        f"{document} is not {copy.number} of Xero: that one is {_described(document, copy)}. "
        f"Ours is for {document.party}, {Money(document.total, document.currency)}.",
        "Mark it with another number, or press Retry to send it as a new one.",
        screen=DOCUMENT,
        details={"theirs": content_of_copy(copy), "status": copy.status},
    )


def _claim_missing(link: Link) -> Verdict:
    document, noun = document_of(link), shape_of(document_of(link)).noun
    return question(
        link,
        "claim_missing",
        f"Xero has no {noun} {link.claim}, which {document} was marked as.",
        "Look the number up in Xero and mark it again, or press Retry to send it as a new one.",
        screen=DOCUMENT,
    )


def _number_taken(link: Link, copy: xero.Document) -> Verdict:
    document, noun = document_of(link), shape_of(document_of(link)).noun
    return question(
        link,
        "number_taken",
        f"Xero already has {_article(noun)} {noun} {copy.number}, {_described(document, copy)}. "
        f"Yours is for {document.party}, {Money(document.total, document.currency)}.",
        "If it is the same one, mark yours as this one; else renumber yours, or the one in Xero, "
        "and press Retry.",
        screen=DOCUMENT,
        details={
            "theirs": content_of_copy(copy),
            "status": copy.status,
            "candidates": [{"id": copy.record_id, "name": copy.number, "number": copy.number}],
        },
    )


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def _described(document: Document, copy: xero.Document) -> str:
    whose = copy.contact.name if copy.contact else "another contact"
    money = Money(copy.total or Decimal(0), copy.currency_code or document.currency)
    return f"for {whose}, {money} ({copy.status.lower()})"


def question(
    link: Link,
    code: str,
    message: str,
    remedy: str,
    *,
    screen: str = XERO,
    copy: Copy | None = None,
    details: Mapping[str, object] | None = None,
    waits_for: str = "",
) -> Verdict:
    """Return the verdict that holds a link until a person has answered."""
    problem = Problem(code, message, remedy, screen, waits_for, details=dict(details or {}))
    revision = link.document.revision if link.document else None
    return Verdict(
        link.pk, message, copy=copy, problem=problem, is_question=True, revision=revision
    )
