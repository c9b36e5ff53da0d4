"""Copies that change their status only: approved for payments' sake, or removed when cancelled.

Removing deletes drafts and voids what is approved; both ways are one rule with two rows of data.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from tallystick import xero
from tallystick.mapping.problems import XERO, Problem
from tallystick.money import Money
from tallystick.sync.engine.batches import BATCH, BatchPurpose, PlannedWriting, Refused
from tallystick.sync.engine.due_work import APPROVALS, WITHDRAWN_DOCUMENTS, DueWork
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.lingering_copies import counts_as_paid, lament_of, still_there
from tallystick.sync.links.pushed_records import PushedDocument, id_in_xero, pushed_documents
from tallystick.sync.links.record_kinds import ENDPOINT_WORDS, ENDPOINTS, Endpoint
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy
from tallystick.sync.lookup.copies_by_id import copies_by_id
from tallystick.sync.lookup.document_questions import gone_there
from tallystick.sync.models import GONE, Intent, Link
from tallystick.sync.push.refusal_words import (
    RefusalWords,
    words_of_refusal,
    words_of_whole_refusal,
)
from tallystick.xero.catalogue.codes import RefusalCode

#: Requests in one round, so that a thousand cancellations do not hold up what is to be sent.
CHANGES_A_ROUND = 3


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One of the two changes: from which status to which, and what stands in its way."""

    work: DueWork
    intent: Intent
    verb: AttemptAction
    #: What a copy becomes, by what it is; others are at their end or in the way.
    ends: Mapping[str, str]
    done: frozenset[str]
    in_the_way: Callable[[PushedDocument, xero.Document], LinkVerdict]


def change_due(hands: RoundHands, change: StatusChange) -> None:
    """Make the change for the documents that wait for it, fifty at a time, as far as Xero allows."""
    for _ in range(CHANGES_A_ROUND):
        links = hands.as_now(Link.objects.loaded_in_order(list(hands.due(change.work, BATCH))))
        if not links:
            return
        documents = pushed_documents(links)
        copies = hands.ask("look", partial(copies_by_id, hands.client, documents))
        news = _other_statuses(documents, copies)
        settled = hands.settle(
            "look",
            _all_settled(change, documents, copies),
            action=change.verb,
            first=partial(_note_statuses, news) if news else None,
        )
        for endpoint in ENDPOINTS:
            rest = [
                one.link for one in documents if one.pk not in settled and one.endpoint == endpoint
            ]
            build = partial(sealed_changes, change, endpoint, copies)
            hands.send(PlannedWriting(PURPOSES[change.verb][endpoint], rest, build))


def sealed_changes(
    change: StatusChange,
    endpoint: Endpoint,
    copies: Mapping[str, xero.Document],
    links: Sequence[Link],
) -> xero.Sealed:
    """Return what makes the change to the copies, by what each of them is."""
    ends = [(str(link.xero_id), _end(change, link, copies)) for link in links]
    return xero.seal_status_changes(endpoint, ends)


def _other_statuses(
    documents: Sequence[PushedDocument], copies: Mapping[str, xero.Document]
) -> dict[str, list[int]]:
    """Return the keys of links whose copies are not what we knew, by what they are now.

    Where Xero then keeps one, its state and the button that removes it go by what it is.
    """
    found: dict[str, list[int]] = defaultdict(list)
    for one in documents:
        copy = copies.get(str(one.link.xero_id))
        if copy and copy.status != one.link.xero_status:
            found[copy.status].append(one.pk)
    return found


def _note_statuses(news: Mapping[str, Sequence[int]]) -> None:
    for status, keys in news.items():
        Link.objects.filter(pk__in=keys).update(xero_status=status)


def _all_settled(
    change: StatusChange,
    documents: Sequence[PushedDocument],
    copies: Mapping[str, xero.Document],
) -> list[LinkVerdict]:
    verdicts = (_settled(change, one, copies) for one in documents)
    return [verdict for verdict in verdicts if verdict]


def _settled(
    change: StatusChange, one: PushedDocument, copies: Mapping[str, xero.Document]
) -> LinkVerdict | None:
    """Say what needs no request: done already, or not to be done; None for the rest.

    A copy that Xero's list leaves out is not gone for that: a list may lag behind what was just
    made. The request itself then tells.
    """
    copy = copies.get(str(one.link.xero_id))
    if copy is None:
        return None
    if copy.status in change.done:
        message = f"It is {copy.status.lower()} in Xero."
        return LinkVerdict(one.pk, message, copy=_copy(one.link, copy.status))
    if copy.status not in change.ends or (change.intent == Intent.RETRACT and copy.applied):
        return change.in_the_way(one, copy)
    return None


def _end(change: StatusChange, link: Link, copies: Mapping[str, xero.Document]) -> str:
    copy = copies.get(str(link.xero_id))
    first = next(iter(change.ends.values()))
    return change.ends.get(copy.status if copy else link.xero_status, first)


def _has_payments(one: PushedDocument, copy: xero.Document) -> LinkVerdict:
    applied = Money(copy.applied, copy.currency_code or one.document.currency)
    message = f"{one} {lament_of(one.link)} as {copy.status.lower()}: "
    if applied.amount:
        message += f"payments or credits of {applied} are recorded on it."
        problem = still_there(one.link, RefusalCode.HAS_PAYMENTS, message)
        return LinkVerdict(one.pk, message, problem=problem)
    message += f"it comes to {applied}, and Xero does not void what it counts as paid."
    return LinkVerdict(one.pk, message, problem=counts_as_paid(message))


def _head(change: StatusChange, one: PushedDocument) -> str:
    is_out = change.intent == Intent.RETRACT
    return f"{one} {lament_of(one.link) if is_out else 'was not approved in Xero'}."


def _gone_before_approval(one: PushedDocument, copy: xero.Document) -> LinkVerdict:
    return gone_there(one, copy, "cannot be approved in Xero: it")


def _read(change: StatusChange, links: Sequence[Link], answer: xero.Answer) -> list[LinkVerdict]:
    by_ids = {str(link.xero_id): PushedDocument.of(link) for link in links}
    verdicts = []
    for element in answer.documents:
        one = by_ids.get(element.record.record_id.lower())
        status = element.record.status
        if one is None or (element.ok and status not in change.done):
            continue  # Accepted but not done is no answer: it is looked at again.
        if element.ok:
            message = f"{_PAST.get(status, status.capitalize())} in Xero."
            verdicts.append(LinkVerdict(one.pk, message, copy=_copy(one.link, status)))
        else:
            words = words_of_refusal(_head(change, one), element.errors, noun=one.noun)
            verdicts.append(_refused(change, one, words))
    return verdicts


_PAST = {"AUTHORISED": "Approved", "PAID": "Approved"}


def _refuse(change: StatusChange, link: Link, refused: Refused) -> LinkVerdict:
    one = PushedDocument.of(link)
    if isinstance(refused, xero.NotFound) and change.intent == Intent.RETRACT:
        message = f"Xero does not know its copy of {one} any more."
        return LinkVerdict(link.pk, message, copy=_copy(link, "DELETED"))
    remedy = "Look at it in Xero, then press Retry."
    words = words_of_whole_refusal(_head(change, one), refused, noun=one.noun, remedy=remedy)
    return _refused(change, one, words)


def _refused(change: StatusChange, one: PushedDocument, words: RefusalWords) -> LinkVerdict:
    if change.intent == Intent.RETRACT:
        problem = still_there(one.link, words.code, words.message)
    else:
        problem = Problem(words.code, words.message, words.remedy, XERO)
    return LinkVerdict(one.pk, words.message, problem=problem)


def _look(
    change: StatusChange, client: xero.XeroClient, links: Sequence[Link]
) -> list[LinkVerdict]:
    """Say which are settled already; the rest is still to be done, and goes back for that."""
    documents = pushed_documents(links)
    return _all_settled(change, documents, copies_by_id(client, documents))


def _copy(link: Link, status: str) -> XeroCopy:
    return XeroCopy(id_in_xero(link), link.xero_number, status)


RETRACT = StatusChange(
    work=WITHDRAWN_DOCUMENTS,
    intent=Intent.RETRACT,
    verb=AttemptAction.RETRACT,
    ends=MappingProxyType({"DRAFT": "DELETED", "SUBMITTED": "DELETED", "AUTHORISED": "VOIDED"}),
    done=GONE,
    in_the_way=_has_payments,
)
APPROVE = StatusChange(
    work=APPROVALS,
    intent=Intent.APPROVE,
    verb=AttemptAction.APPROVE,
    ends=MappingProxyType({"DRAFT": "AUTHORISED", "SUBMITTED": "AUTHORISED"}),
    done=frozenset({"AUTHORISED", "PAID"}),
    in_the_way=_gone_before_approval,
)


def _purposes(change: StatusChange) -> Mapping[Endpoint, BatchPurpose]:
    return MappingProxyType(
        {
            endpoint: BatchPurpose(
                f"{change.verb}_{ENDPOINT_WORDS[endpoint]}",
                change.verb,
                read=partial(_read, change),
                refuse=partial(_refuse, change),
                look=partial(_look, change),
            )
            for endpoint in ENDPOINTS
        }
    )


PURPOSES: Mapping[AttemptAction, Mapping[Endpoint, BatchPurpose]] = MappingProxyType(
    {change.verb: _purposes(change) for change in (RETRACT, APPROVE)}
)
