"""Documents that Xero lacks are created there, edited ones written anew, known ones confirmed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from tallystick import xero
from tallystick.books.models import Kind
from tallystick.mapping.problems import DOCUMENT, Problem
from tallystick.money import Money
from tallystick.sync.engine.batches import BatchPurpose, PlannedWriting, Refused
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.contents import Draft, content_of_copy, content_of_draft
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.pushed_records import PushedDocument, pushed_documents
from tallystick.sync.links.record_kinds import ENDPOINT_WORDS, ENDPOINTS, Endpoint
from tallystick.sync.links.transitions import LinkVerdict
from tallystick.sync.lookup.document_lookup import ask_about_documents
from tallystick.sync.lookup.document_questions import copy_of, question_on
from tallystick.sync.lookup.ready_documents import ReadyDocument, uid_in
from tallystick.sync.lookup.sent_contents import SentContent, sent_of
from tallystick.sync.models import Link
from tallystick.sync.push.refusal_words import (
    RefusalWords,
    words_of_refusal,
    words_of_told,
    words_of_whole_refusal,
)
from tallystick.xero.catalogue.codes import DROPPED, RefusalCode

_MEND_THERE = (
    "Correct it in Xero, then press Check Xero now; or cancel it here, and it goes from Xero too."
)
_CREATE: Mapping[Endpoint, Callable[[Sequence[Any]], xero.Sealed]] = MappingProxyType(
    {"Invoices": xero.seal_create_invoices, "CreditNotes": xero.seal_create_credit_notes}
)
_UPDATE: Mapping[Endpoint, Callable[[Sequence[Any]], xero.Sealed]] = MappingProxyType(
    {"Invoices": xero.seal_update_invoices, "CreditNotes": xero.seal_update_credit_notes}
)


def send_documents(hands: RoundHands, ready: Sequence[ReadyDocument]) -> None:
    """Ask Xero for the documents, then create what it lacks and write anew what was edited."""
    if not ready:
        return
    asked = hands.ask(
        "ask", partial(ask_about_documents, hands.client, [one.pushed for one in ready])
    )
    settled = hands.settle("ask", asked.verdicts, action=AttemptAction.ASK)
    rest = [one for one in ready if one.link.pk not in settled]
    for writing in document_writings(rest, asked.outdated):
        hands.send(writing)


def document_writings(
    ready: Sequence[ReadyDocument], outdated: Mapping[int, xero.Document]
) -> Iterator[PlannedWriting]:
    """Yield what is written, endpoint by endpoint: over the outdated copies, and what is new."""
    for endpoint in ENDPOINTS:
        here = [one for one in ready if one.pushed.endpoint == endpoint]
        anew = [one for one in here if one.link.pk in outdated]
        new = [one for one in here if one.link.pk not in outdated]
        yield _writing(UPDATE[endpoint], _UPDATE[endpoint], anew, outdated)
        yield _writing(CREATE[endpoint], _CREATE[endpoint], new, outdated)


def _writing(
    purpose: BatchPurpose,
    seal: Callable[[Sequence[Any]], xero.Sealed],
    ready: Sequence[ReadyDocument],
    outdated: Mapping[int, xero.Document],
) -> PlannedWriting:
    drafts = {one.link.pk: _draft(one, outdated.get(one.link.pk)) for one in ready}
    contents = {
        one.link.pk: content_of_draft(drafts[one.link.pk], one.document, why=one.resolved.why)
        for one in ready
    }
    links = [one.link for one in ready]
    return PlannedWriting(purpose, links, partial(_sealed, seal, drafts), contents)


def _draft(ready: ReadyDocument, copy: xero.Document | None) -> Draft:
    return _over(ready, copy) if copy else ready.draft(ready.policy.sent_as)


def _sealed(
    seal: Callable[[Sequence[Any]], xero.Sealed],
    drafts: Mapping[int, Draft],
    links: Sequence[Link],
) -> xero.Sealed:
    return seal([drafts[link.pk] for link in links])


def _over(ready: ReadyDocument, copy: xero.Document) -> Draft:
    """Return the document as a new version of Xero's record, which keeps its status."""
    draft = ready.draft(copy.status)
    if not Kind(ready.document.kind).is_purchase:
        # Left out, Xero would keep the one that it has.
        draft.reference = ready.document.reference
    if isinstance(draft, xero.InvoiceDraft):
        draft.invoice_id = copy.record_id
        draft.invoice_number = _unless(copy.number, draft.invoice_number)
    else:
        draft.credit_note_id = copy.record_id
        draft.credit_note_number = _unless(copy.number, draft.credit_note_number)
    return draft


def _unless(there: str | None, number: str | None) -> str | None:
    """Return the number; None where it is there already, for then nothing is said of it."""
    return None if number == there else number


def _read(links: Sequence[Link], answer: xero.Answer) -> list[LinkVerdict]:
    """Match each element by its id or our marker, or by number and contact; never its position."""
    documents = pushed_documents(links)
    sent = sent_of(documents)
    meant = _meaning(documents, sent)
    verdicts = []
    for element in answer.documents:
        one = meant(element.record)
        if one and element.ok:
            verdicts.append(_written(one, element, sent[one.pk]))
        elif one:
            verdicts.append(_refusal(one, element.errors))
    return verdicts


def _meaning(
    documents: Sequence[PushedDocument], sent: Mapping[int, SentContent]
) -> Callable[[xero.Document], PushedDocument | None]:
    """Return what tells which of the documents a record is."""
    by_id = {str(one.link.xero_id): one for one in documents if one.link.xero_id}
    by_uid = {str(one.document.uid): one for one in documents}
    by_number = {(sent[one.pk].number, sent[one.pk].contact_id): one for one in documents}

    def meant(record: xero.Document) -> PushedDocument | None:
        contact_id = record.contact.contact_id.lower() if record.contact else ""
        return (
            by_id.get(record.record_id.lower())
            or by_uid.get(uid_in(record.url))
            or by_number.get((record.number or "", contact_id))
        )

    return meant


def _written(
    one: PushedDocument, element: xero.Element[xero.Document], sent: SentContent
) -> LinkVerdict:
    record, document = element.record, one.document
    if record.total is not None and record.total != sent.total:
        there = Money(record.total, record.currency_code or document.currency)
        said = (
            f"Xero made {document} {there} instead of {Money(sent.total, document.currency)}. "
            f"It stands there as {record.status.lower()}."
        )
        return _otherwise(one, record, sent, said, _MEND_THERE)
    explained = xero.explain_all(element.warnings, one.noun)
    rest = "".join(f" Xero warns: {each.said}" for each in explained if each.code not in DROPPED)
    if dropped := [each for each in explained if each.code in DROPPED]:
        head = f"{document} stands in Xero as {record.status.lower()}, but not whole."
        words = words_of_told(head, dropped)
        remedy = f"{words.remedy} Then keep what Xero has."
        return _otherwise(one, record, sent, words.message + rest, remedy)
    verb = "Written anew" if one.link.xero_id else "Created"
    message = f"{verb} in Xero as {record.status.lower()}.{rest}"
    copy = copy_of(record, content_of_copy(record), sent.revision, is_kept=False)
    return LinkVerdict(one.pk, message, copy=copy)


def _otherwise(
    one: PushedDocument, record: xero.Document, sent: SentContent, said: str, remedy: str
) -> LinkVerdict:
    """Ask about what Xero took, but made something else of."""
    theirs = content_of_copy(record)
    return question_on(
        one.link,
        ProblemCode.DIFFERS,
        said,
        remedy,
        copy=copy_of(record, theirs, sent.revision, is_kept=False),
        details={"theirs": theirs, "status": record.status},
    )


def _refuse(link: Link, refused: Refused) -> LinkVerdict:
    one = PushedDocument.of(link)
    remedy = "Look at its texts and amounts, then press Retry; nothing is doubled."
    head = f"{one} was not sent."
    return _refused(one, words_of_whole_refusal(head, refused, noun=one.noun, remedy=remedy))


def _refusal(one: PushedDocument, errors: Sequence[str]) -> LinkVerdict:
    return _refused(one, words_of_refusal(f"{one} was not sent.", errors, noun=one.noun))


def _refused(one: PushedDocument, words: RefusalWords) -> LinkVerdict:
    if words.code == RefusalCode.NUMBER_TAKEN and one.link.tries == 0:
        # Just before, Xero did not have it: so it came meanwhile, perhaps from a worker of ours.
        return LinkVerdict(one.pk, "Xero says that the number is taken; asking Xero whose it is.")
    problem = Problem(words.code, words.message, words.remedy, DOCUMENT)
    return LinkVerdict(one.pk, words.message, problem=problem, revision=one.link.sealed_revision)


def _look(client: xero.XeroClient, links: Sequence[Link]) -> list[LinkVerdict]:
    return ask_about_documents(client, pushed_documents(links)).verdicts


def _purposes(verb: AttemptAction) -> Mapping[Endpoint, BatchPurpose]:
    return MappingProxyType(
        {
            endpoint: BatchPurpose(
                f"{verb}_{ENDPOINT_WORDS[endpoint]}",
                verb,
                _read,
                _refuse,
                _look,
                others_go_on=True,
                writes_over=verb == AttemptAction.UPDATE,
            )
            for endpoint in ENDPOINTS
        }
    )


CREATE = _purposes(AttemptAction.CREATE)
UPDATE = _purposes(AttemptAction.UPDATE)
