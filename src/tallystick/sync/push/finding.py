"""What Xero has of the documents: asked in few calls, judged one by one, never guessed.

A record is ours if it bears our marker or the id that we know; where Xero keeps no marker, if
number, contact, currency and total are those that we sent. What only bears the same number is a
question to a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tallystick import xero
from tallystick.books.models import Document, Status
from tallystick.sync.models import DRAFTS, GONE, Link
from tallystick.sync.push.questions import (
    can_be_written,
    cannot_be_written,
    changed,
    claim_differs,
    claim_missing,
    confirmed,
    differs,
    gone,
    number_taken,
)
from tallystick.sync.push.ready import uid_in
from tallystick.sync.push.sent import Here, Sent, drift, sent_of
from tallystick.sync.push.shapes import Shape, by_id, document_of, shape_of
from tallystick.sync.snapshots import content_of_copy, says_the_same
from tallystick.sync.verdicts import Verdict

#: Numbers of credit notes that one question holds, about; of more we ask for their days at once.
_ONE_QUESTION = 40
_LONGEST_SPAN = timedelta(days=60)


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
    sent, here = sent_of(links), Here(links)
    found = _found(client, links, sent)
    for link in links:
        judged = _judge(link, sent[link.pk], found, here)
        if isinstance(judged, Verdict):
            asked.verdicts.append(judged)
        elif judged is not None:
            asked.outdated[link.pk] = judged
    return asked


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


def _judge(link: Link, sent: Sent, found: Found, here: Here) -> Verdict | xero.Document | None:
    """Say what the answer means for one link: settled, to be written anew, or None for missing."""
    document, shape = document_of(link), shape_of(document_of(link))
    namesakes = _bearing([sent.number], shape, found)
    if not shape.has_unique_number:
        namesakes = [
            copy
            for copy in namesakes
            if _contact_id(copy) == sent.contact_id and not is_let_go(link, copy)
        ]
    ours = _ours(link, document, found)
    if ours is not None and is_to_be_made_anew(link, ours, sent):
        ours = None
    if ours is None and not shape.has_marker and not link.claim:
        unmarked = _unmarked(document, sent, found)
        ours = next((copy for copy in unmarked if not is_let_go(link, copy)), None)
    if ours is not None:
        return judge_ours(link, ours, sent, here)
    for copy in namesakes:
        # A deleted draft gives its number free; if Xero sees it otherwise, it says so on creating.
        if link.claim:
            return _judge_claimed(link, copy, sent, here)
        if copy.status != "DELETED" and (shape.has_unique_number or copy.status not in GONE):
            return number_taken(link, copy)
    return claim_missing(link) if link.claim else None


def _ours(link: Link, document: Document, found: Found) -> xero.Document | None:
    """Return the copy that we know or that bears our marker; one that stands before one that is gone."""
    known = found.by_id.get(str(link.xero_id))
    copies = [known] if known else []
    copies += found.by_uid.get(str(document.uid), [])
    copies = [copy for copy in copies if not is_let_go(link, copy)]
    return min(copies, key=lambda copy: copy.status in GONE, default=None)


def is_let_go(link: Link, copy: xero.Document) -> bool:
    """Tell whether a person has left the copy to Xero, and it is not ours any more."""
    return copy.record_id.lower() in link.let_go


def is_to_be_made_anew(link: Link, copy: xero.Document, sent: Sent) -> bool:
    """Tell whether a person wants back what is gone, and its number is free; a voided one's is not."""
    if copy.status not in GONE or link.forced_revision != document_of(link).revision:
        return False
    has_number = xero.as_xero_compares(copy.number or "") == xero.as_xero_compares(sent.number)
    is_taken = shape_of(document_of(link)).has_unique_number and has_number
    return copy.status == "DELETED" or not is_taken


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
    return [copy for copy in copies if not is_let_go(link, copy)]


def _unmarked(document: Document, sent: Sent, found: Found) -> list[xero.Document]:
    """Return what says in number, contact and money that it is the document."""
    bearing = _bearing(sent.numbers, shape_of(document), found)
    return [copy for copy in bearing if _is_what_we_sent(copy, document, sent)]


def _bearing(numbers: Iterable[str], shape: Shape, found: Found) -> list[xero.Document]:
    """Return the records of the shape's type that bear one of the numbers."""
    keys = [(shape.xero_type, xero.as_xero_compares(number)) for number in numbers]
    return [copy for key in keys for copy in found.by_number.get(key, [])]


def judge_ours(link: Link, copy: xero.Document, sent: Sent, here: Here) -> Verdict | xero.Document:
    """Confirm our copy, or let it be written anew; a person's change there wins, and is asked about."""
    document, theirs = document_of(link), content_of_copy(copy)
    if document.status == Status.CANCELLED:
        return confirmed(link, copy, sent.revision)
    if copy.status in GONE:
        return gone(link, copy)
    if link.forced_revision == document.revision:
        return copy if can_be_written(copy) else cannot_be_written(link, copy)
    unsure = link.sealed_revision not in (None, link.sent_revision)
    if unsure and sent.content and says_the_same(theirs, sent.content):
        return confirmed(link, copy, link.sealed_revision or sent.revision)
    if link.sent_revision is not None and link.sent_revision < document.revision:
        untouched = sent.came_back is not None and says_the_same(theirs, sent.came_back)
        return copy if untouched and copy.status in DRAFTS else differs(link, copy)
    found = drift(link, theirs, sent, here)
    return changed(link, copy, found) if found else confirmed(link, copy, sent.revision)


def _judge_claimed(link: Link, copy: xero.Document, sent: Sent, here: Here) -> Verdict:
    """A person says that this record is the document: believed if it is for as much and as whom.

    What else it says is then kept as Xero has it.
    """
    document = document_of(link)
    agrees = copy.total == document.total and copy.currency_code == document.currency
    whose = not sent.contact_id or _contact_id(copy) == sent.contact_id
    if not (agrees and whose) or copy.status in GONE:
        return claim_differs(link, copy)
    is_kept = not says_the_same(content_of_copy(copy), here.of(link))
    return confirmed(link, copy, document.revision, is_kept=is_kept)
