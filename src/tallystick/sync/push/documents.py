"""Documents that Xero lacks are created there, edited ones written anew, known ones confirmed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from tallystick import xero
from tallystick.books.models import Kind
from tallystick.mapping.problems import DOCUMENT, Problem
from tallystick.money import Money
from tallystick.sync.lane import Held
from tallystick.sync.models import Link
from tallystick.sync.push.batches import Purpose, Refused, Writing, send_all
from tallystick.sync.push.finding import ask
from tallystick.sync.push.questions import copy_of, question
from tallystick.sync.push.ready import Ready, uid_in
from tallystick.sync.push.sent import Sent, sent_of
from tallystick.sync.push.shapes import (
    ENDPOINTS,
    RECORDS,
    Endpoint,
    document_of,
    endpoint_of,
    shape_of,
)
from tallystick.sync.snapshots import Draft, content_of_copy, content_of_draft
from tallystick.sync.steps import calling, committing
from tallystick.sync.verdicts import Verdict, apply_verdicts

_MEND_THERE = (
    "Correct it in Xero, then press Check Xero now; or cancel it here, and it goes from Xero too."
)
_CREATE: Mapping[Endpoint, Callable[[Sequence[Any]], xero.Sealed]] = MappingProxyType(
    {"Invoices": xero.seal_create_invoices, "CreditNotes": xero.seal_create_credit_notes}
)
_UPDATE: Mapping[Endpoint, Callable[[Sequence[Any]], xero.Sealed]] = MappingProxyType(
    {"Invoices": xero.seal_update_invoices, "CreditNotes": xero.seal_update_credit_notes}
)


def send_documents(held: Held, client: xero.XeroClient, ready: Sequence[Ready]) -> None:
    """Ask Xero for the documents, then create what it lacks and write anew what was edited."""
    if not ready:
        return
    asked = calling("ask", lambda: ask(client, [one.link for one in ready]))
    if asked.verdicts:
        with committing("ask"):
            held.guard()
            apply_verdicts(asked.verdicts, action="ask")
    settled = {verdict.link_id for verdict in asked.verdicts}
    rest = [one for one in ready if one.link.pk not in settled]
    for one in writings(rest, asked.outdated):
        send_all(held, client, one.purpose, one.links, one.build, one.contents)


def writings(ready: Sequence[Ready], outdated: Mapping[int, xero.Document]) -> Iterator[Writing]:
    """Yield what is written, endpoint by endpoint: over the outdated copies, and what is new."""
    for endpoint in ENDPOINTS:
        here = {one.link.pk: one for one in ready if endpoint_of(one.link) == endpoint}
        drafts = {
            pk: _over(one, outdated[pk]) if pk in outdated else one.draft(one.policy.sent_as)
            for pk, one in here.items()
        }
        contents = {
            pk: content_of_draft(drafts[pk], one.document, why=one.resolved.why)
            for pk, one in here.items()
        }
        links = [one.link for one in here.values()]
        for purpose, seal, some in (
            (UPDATE[endpoint], _UPDATE, [link for link in links if link.pk in outdated]),
            (CREATE[endpoint], _CREATE, [link for link in links if link.pk not in outdated]),
        ):
            yield Writing(purpose, some, partial(_sealed, seal[endpoint], drafts), contents)


def _sealed(
    seal: Callable[[Sequence[Any]], xero.Sealed],
    drafts: Mapping[int, Draft],
    links: Sequence[Link],
) -> xero.Sealed:
    return seal([drafts[link.pk] for link in links])


def _over(ready: Ready, copy: xero.Document) -> Draft:
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


def _read(links: Sequence[Link], answer: xero.Answer) -> list[Verdict]:
    """Match each element by its id or our marker, or by number and contact; never its position."""
    sent = sent_of(links)
    by_id = {str(link.xero_id): link for link in links if link.xero_id}
    by_uid = {str(document_of(link).uid): link for link in links}
    by_number = {(sent[link.pk].number, sent[link.pk].contact_id): link for link in links}
    verdicts = []
    for element in answer.documents:
        record = element.record
        contact_id = record.contact.contact_id.lower() if record.contact else ""
        link = (
            by_id.get(record.record_id.lower())
            or by_uid.get(uid_in(record.url))
            or by_number.get((record.number or "", contact_id))
        )
        if link is None:
            continue
        if element.ok:
            verdicts.append(_written(link, element, sent[link.pk]))
        else:
            verdicts.append(_refusal(link, element.errors))
    return verdicts


def _written(link: Link, element: xero.Element[xero.Document], sent: Sent) -> Verdict:
    record, document = element.record, document_of(link)
    if record.total is not None and record.total != sent.total:
        there = Money(record.total, record.currency_code or document.currency)
        return question(
            link,
            "differs",
            f"Xero made {document} {there} instead of {Money(sent.total, document.currency)}. "
            f"It stands there as {record.status.lower()}.",
            _MEND_THERE,
            copy=copy_of(record, sent.revision, is_kept=False),
            details={"theirs": content_of_copy(record), "status": record.status},
        )
    explained = [xero.explain(one, shape_of(document).noun) for one in element.warnings]
    dropped = [one for one in explained if one.code != "other"]
    if dropped:
        return question(
            link,
            "differs",
            f"{document} stands in Xero as {record.status.lower()}, but not whole. "
            f"{dropped[0].words} (Xero: {' '.join(element.warnings)})",
            f"{dropped[0].remedy} Then keep what Xero has.",
            copy=copy_of(record, sent.revision, is_kept=False),
            details={"theirs": content_of_copy(record), "status": record.status},
        )
    verb = "Written anew" if link.xero_id else "Created"
    message = f"{verb} in Xero as {record.status.lower()}."
    if element.warnings:
        message += f" Xero warns: {' '.join(element.warnings)}"
    return Verdict(link.pk, message, copy=copy_of(record, sent.revision, is_kept=False))


def _refuse(link: Link, refused: Refused) -> Verdict:
    said = [text for element in getattr(refused, "elements", ()) for text in element]
    if said:
        return _refusal(link, said)
    message = f"{document_of(link)} was not sent. {refused}"
    remedy = "Look at its texts and amounts, then press Retry; nothing is doubled."
    problem = Problem("refused", message, remedy)
    return Verdict(link.pk, message, problem=problem, revision=link.sealed_revision)


def _refusal(link: Link, errors: Sequence[str]) -> Verdict:
    explanation = xero.explain(errors[0], noun=shape_of(document_of(link)).noun)
    if explanation.code == "number_taken" and link.tries == 0:
        # Just before, Xero did not have it: so it came meanwhile, perhaps from a worker of ours.
        return Verdict(link.pk, "Xero says that the number is taken; asking Xero whose it is.")
    message = f"{document_of(link)} was not sent. {explanation.words}"
    if explanation.code != "other":
        message += f" (Xero: {' '.join(errors)})"
    problem = Problem(explanation.code, message, explanation.remedy, DOCUMENT)
    return Verdict(link.pk, message, problem=problem, revision=link.sealed_revision)


def _look(client: xero.XeroClient, links: Sequence[Link]) -> list[Verdict]:
    return ask(client, links).verdicts


def _purposes(verb: str) -> Mapping[Endpoint, Purpose]:
    return MappingProxyType(
        {
            endpoint: Purpose(
                f"{verb}_{RECORDS[endpoint]}",
                verb,
                _read,
                _refuse,
                _look,
                others_go_on=True,
                writes_over=verb == "update",
            )
            for endpoint in ENDPOINTS
        }
    )


CREATE = _purposes("create")
UPDATE = _purposes("update")
