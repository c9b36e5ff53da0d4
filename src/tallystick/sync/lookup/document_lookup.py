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
from tallystick.books.models import Document
from tallystick.sync.links.contents import Content, content_of_copy, says_the_same
from tallystick.sync.links.pushed_records import PushedDocument
from tallystick.sync.links.record_kinds import DocumentShape, Endpoint
from tallystick.sync.links.transitions import LinkVerdict
from tallystick.sync.lookup.copies_by_id import copies_by_id
from tallystick.sync.lookup.document_questions import (
    can_be_written,
    cannot_be_written,
    changed_there,
    claim_differs,
    claim_missing,
    confirmed_copy,
    differs_there,
    gone_there,
    number_taken,
)
from tallystick.sync.lookup.ready_documents import uid_in
from tallystick.sync.lookup.sent_contents import ContentsHere, SentContent, drift_of, sent_of
from tallystick.sync.models import DRAFTS, GONE, Link

#: Numbers of credit notes that one question holds, about; of more we ask for their days at once.
_ONE_QUESTION = 40
_LONGEST_SPAN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class FoundCopies:
    """Xero's records that may be the documents', by id, marker, and type and number."""

    by_id: Mapping[str, xero.Document]
    by_uid: Mapping[str, list[xero.Document]]
    by_number: Mapping[tuple[str, str], list[xero.Document]]


@dataclass(slots=True)
class LookupAnswer:
    """The answer for each link: settled by a verdict, to be written anew over a copy, or missing."""

    verdicts: list[LinkVerdict] = field(default_factory=list)
    outdated: dict[int, xero.Document] = field(default_factory=dict)


def ask_about_documents(
    client: xero.XeroClient, documents: Sequence[PushedDocument]
) -> LookupAnswer:
    """Ask Xero for the documents and judge what it has; those in neither list are missing there."""
    asked = LookupAnswer()
    if not documents:
        return asked
    sent, here = sent_of(documents), ContentsHere(one.link for one in documents)
    found = _found(client, documents, sent)
    for one in documents:
        judged = _judge(one, sent[one.pk], found, here)
        if isinstance(judged, LinkVerdict):
            asked.verdicts.append(judged)
        elif judged is not None:
            asked.outdated[one.pk] = judged
    return asked


def _found(
    client: xero.XeroClient, documents: Sequence[PushedDocument], sent: Mapping[int, SentContent]
) -> FoundCopies:
    """Ask by number, and by id for copies that we know of: somebody may have renumbered them."""
    copies: list[xero.Document] = []
    by_endpoint: dict[Endpoint, list[PushedDocument]] = defaultdict(list)
    for one in documents:
        by_endpoint[one.endpoint].append(one)
    if others := by_endpoint["Invoices"]:
        copies += client.invoices_by_number(_numbers(others, sent))
    if credits := by_endpoint["CreditNotes"]:
        copies += _credit_notes(client, credits, sent)
    seen = {"None", *(copy.record_id.lower() for copy in copies)}
    unseen = [one for one in documents if str(one.link.xero_id) not in seen]
    copies += copies_by_id(client, unseen).values()
    return index_copies(copies)


def _numbers(documents: Iterable[PushedDocument], sent: Mapping[int, SentContent]) -> list[str]:
    return [number for one in documents for number in sent[one.pk].numbers]


def _credit_notes(
    client: xero.XeroClient, documents: Sequence[PushedDocument], sent: Mapping[int, SentContent]
) -> Iterable[xero.Document]:
    """Ask for credit notes, of which Xero takes no list of numbers: many at once by their days.

    What another day hides, Xero refuses for its number; sealed once, it is asked for by that.
    """
    days = [one.document.issued_on for one in documents]
    fresh = all(
        one.link.sealed_revision is None and not one.link.claim and one.shape.has_unique_number
        for one in documents
    )
    if fresh and len(documents) > _ONE_QUESTION and max(days) - min(days) <= _LONGEST_SPAN:
        return client.credit_notes_between(min(days), max(days))
    return client.credit_notes_by_number(_numbers(documents, sent))


def index_copies(copies: Iterable[xero.Document]) -> FoundCopies:
    by_uid: dict[str, list[xero.Document]] = defaultdict(list)
    by_number: dict[tuple[str, str], list[xero.Document]] = defaultdict(list)
    ids = {copy.record_id.lower(): copy for copy in copies}
    for copy in ids.values():
        by_uid[uid_in(copy.url)].append(copy)
        by_number[copy.type, xero.as_xero_compares(copy.number or "")].append(copy)
    return FoundCopies(ids, by_uid, by_number)


def _judge(
    one: PushedDocument, sent: SentContent, found: FoundCopies, here: ContentsHere
) -> LinkVerdict | xero.Document | None:
    """Say what the answer means for a document: settled, to be written anew, or None for missing."""
    if (ours := _ours_or_unmarked(one, sent, found)) is not None:
        return judge_ours(one, ours, sent, here)
    for copy in _namesakes(one, sent, found):
        # A deleted draft gives its number free; if Xero sees it otherwise, it says so on creating.
        if one.link.claim:
            return _judge_claimed(one, copy, sent, here)
        is_taken = one.shape.has_unique_number or copy.status not in GONE
        if copy.status != "DELETED" and is_taken:
            return number_taken(one, copy, content_of_copy(copy))
    return claim_missing(one) if one.link.claim else None


def _namesakes(
    one: PushedDocument, sent: SentContent, found: FoundCopies
) -> Iterable[xero.Document]:
    """Return the records that bear the document's number; of suppliers only those of its own."""
    bearing = _bearing([sent.number], one.shape, found)
    if one.shape.has_unique_number:
        return bearing
    own = (copy for copy in bearing if _contact_id(copy) == sent.contact_id)
    return [copy for copy in own if not is_let_go(one.link, copy)]


def _ours_or_unmarked(
    one: PushedDocument, sent: SentContent, found: FoundCopies
) -> xero.Document | None:
    """Return the copy that is surely the document's; None where it is to be made, or made anew."""
    ours = _ours(one, found)
    if ours is not None and is_to_be_made_anew(one, ours, sent):
        ours = None
    if ours is None and not one.shape.has_marker and not one.link.claim:
        unmarked = _unmarked(one, sent, found)
        return next((copy for copy in unmarked if not is_let_go(one.link, copy)), None)
    return ours


def _ours(one: PushedDocument, found: FoundCopies) -> xero.Document | None:
    """Return the copy that we know or that bears our marker; one that stands before one that is gone."""
    known = found.by_id.get(str(one.link.xero_id))
    copies = [known] if known else []
    copies += found.by_uid.get(str(one.document.uid), [])
    copies = [copy for copy in copies if not is_let_go(one.link, copy)]
    return min(copies, key=lambda copy: copy.status in GONE, default=None)


def is_let_go(link: Link, copy: xero.Document) -> bool:
    """Tell whether a person has left the copy to Xero, and it is not ours any more."""
    return copy.record_id.lower() in link.let_go


def is_to_be_made_anew(one: PushedDocument, copy: xero.Document, sent: SentContent) -> bool:
    """Tell whether a person wants back what is gone, and its number is free; a voided one's is not."""
    if copy.status not in GONE or one.link.forced_revision != one.document.revision:
        return False
    has_number = xero.as_xero_compares(copy.number or "") == xero.as_xero_compares(sent.number)
    is_taken = one.shape.has_unique_number and has_number
    return copy.status == "DELETED" or not is_taken


def _is_what_we_sent(copy: xero.Document, document: Document, sent: SentContent) -> bool:
    return (
        copy.status not in GONE
        and _contact_id(copy) == sent.contact_id
        and copy.currency_code == document.currency
        and copy.total == sent.total
    )


def _contact_id(copy: xero.Document) -> str:
    return copy.contact.contact_id.lower() if copy.contact else ""


def ours_in(one: PushedDocument, sent: SentContent, found: FoundCopies) -> list[xero.Document]:
    """Return every copy that is surely the document's, known to its link or not."""
    copies = list(found.by_uid.get(str(one.document.uid), []))
    if not one.shape.has_marker:
        copies += _unmarked(one, sent, found)
    return [copy for copy in copies if not is_let_go(one.link, copy)]


def _unmarked(one: PushedDocument, sent: SentContent, found: FoundCopies) -> list[xero.Document]:
    """Return what says in number, contact and money that it is the document."""
    bearing = _bearing(sent.numbers, one.shape, found)
    return [copy for copy in bearing if _is_what_we_sent(copy, one.document, sent)]


def _bearing(
    numbers: Iterable[str], shape: DocumentShape, found: FoundCopies
) -> list[xero.Document]:
    """Return the records of the shape's type that bear one of the numbers."""
    keys = [(shape.xero_type, xero.as_xero_compares(number)) for number in numbers]
    return [copy for key in keys for copy in found.by_number.get(key, [])]


def judge_ours(
    one: PushedDocument, copy: xero.Document, sent: SentContent, here: ContentsHere
) -> LinkVerdict | xero.Document:
    """Confirm our copy, or let it be written anew; a person's change there wins, and is asked about."""
    link, document, theirs = one.link, one.document, content_of_copy(copy)
    if document.is_withdrawn:
        return confirmed_copy(one, copy, theirs, sent.revision)
    if copy.status in GONE:
        return gone_there(one, copy)
    if link.forced_revision == document.revision:
        return copy if can_be_written(copy) else cannot_be_written(one, copy, theirs)
    if _is_what_was_sealed(link, theirs, sent):
        return confirmed_copy(one, copy, theirs, link.sealed_revision or sent.revision)
    if link.sent_revision is not None and link.sent_revision < document.revision:
        is_ours = copy.status in DRAFTS and _is_as_we_left_it(theirs, sent)
        return copy if is_ours else differs_there(one, copy, theirs)
    if found := drift_of(one, theirs, sent, here):
        return changed_there(one, copy, theirs, found)
    return confirmed_copy(one, copy, theirs, sent.revision)


def _is_what_was_sealed(link: Link, theirs: Content, sent: SentContent) -> bool:
    """Tell whether a request whose outcome nobody knew has come to this copy."""
    is_unsure = link.sealed_revision not in (None, link.sent_revision)
    return bool(is_unsure and sent.content and says_the_same(theirs, sent.content))


def _is_as_we_left_it(theirs: Content, sent: SentContent) -> bool:
    """Tell whether nobody but us has touched the copy."""
    return sent.came_back is not None and says_the_same(theirs, sent.came_back)


def _judge_claimed(
    one: PushedDocument, copy: xero.Document, sent: SentContent, here: ContentsHere
) -> LinkVerdict:
    """A person says that this record is the document: believed if it is for as much and as whom.

    What else it says is then kept as Xero has it.
    """
    document, theirs = one.document, content_of_copy(copy)
    agrees = copy.total == document.total and copy.currency_code == document.currency
    whose = not sent.contact_id or _contact_id(copy) == sent.contact_id
    if not (agrees and whose) or copy.status in GONE:
        return claim_differs(one, copy, theirs)
    is_kept = not says_the_same(theirs, here.of(one.link))
    return confirmed_copy(one, copy, theirs, document.revision, is_kept=is_kept)
