"""Second copies of one document, payment or allocation: the first is kept, the younger removed.

What is no draft any more is a person's to decide, and so is an allocation: it bears no mark by
which it could be known for ours.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from django.db.models.functions import Now

from tallystick import xero
from tallystick.sync.engine.batches import BatchPurpose, PlannedWriting, Refused
from tallystick.sync.engine.due_work import DUPLICATES
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.pushed_records import PushedDocument, id_in_xero, pushed_settlements
from tallystick.sync.links.record_kinds import ENDPOINT_WORDS, ENDPOINTS
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy
from tallystick.sync.lookup.document_questions import question_on
from tallystick.sync.lookup.settlement_lookup import document_links
from tallystick.sync.models import DRAFTS, GONE, Link

_DUPLICATES_A_ROUND = 50
#: What a second copy stands among: an endpoint of documents, the payments or the allocations.
Place: TypeAlias = str
_PAYMENTS: Place = "Payments"
_ALLOCATIONS: Place = "Allocations"


def remove_duplicates(hands: RoundHands) -> None:
    """Look at the second copies that the check has found, and remove what is still a draft."""
    links = hands.as_now(
        Link.objects.loaded_in_order(list(hands.due(DUPLICATES, _DUPLICATES_A_ROUND)))
    )
    by_place: dict[Place, list[Link]] = defaultdict(list)
    for link in links:
        by_place[_place(link)].append(link)
    for place, here in by_place.items():
        verdicts = hands.ask(
            "duplicates.look", partial(look_at_duplicates, place, hands.client, here)
        )
        settled = hands.settle("duplicates.look", verdicts, action=AttemptAction.REMOVE_DUPLICATE)
        rest = [link for link in here if link.pk not in settled]
        if place in REMOVE:
            hands.send(PlannedWriting(REMOVE[place], rest, partial(_sealed, place)))


def add_duplicate(link: Link, record_id: str) -> bool:
    """Note a second copy, which is to go; tell whether it was not known yet."""
    if record_id in link.strays:
        return False
    link.strays = [*link.strays, record_id]
    Link.objects.filter(pk=link.pk).update(strays=link.strays, changed_at=Now())
    return True


def _place(link: Link) -> Place:
    if link.allocation:
        return _ALLOCATIONS
    return _PAYMENTS if link.payment else PushedDocument.of(link).endpoint


def _sealed(place: Place, links: Sequence[Link]) -> xero.Sealed:
    second = links[0].strays[0]
    if place == _PAYMENTS:
        return xero.seal_delete_payment(second)
    return xero.seal_status_changes(PushedDocument.of(links[0]).endpoint, [(second, "DELETED")])


def look_at_duplicates(
    place: Place, client: xero.XeroClient, links: Sequence[Link]
) -> list[LinkVerdict]:
    """Say of the first second copy of each link whether it is gone already, or not to be removed."""
    statuses = _STATUSES[place](client, links)
    verdicts = []
    for link in links:
        status = statuses.get(link.strays[0].lower(), "")
        if status in GONE:
            verdicts.append(_done(link, "The second copy in Xero is gone."))
        elif status and place == _ALLOCATIONS:
            verdicts.append(_doubled(link, "somebody may have made it there on purpose"))
        elif status and status not in _REMOVABLE[place]:
            verdicts.append(_doubled(link, f"it is {status.lower()} there"))
    return verdicts


def _of_invoices(client: xero.XeroClient, links: Sequence[Link]) -> dict[str, str]:
    found = client.invoices_by_id(_first_ids(links))
    return {one.record_id.lower(): one.status for one in found}


def _of_credit_notes(client: xero.XeroClient, links: Sequence[Link]) -> dict[str, str]:
    found = client.credit_notes_by_id(_first_ids(links))
    return {one.record_id.lower(): one.status for one in found}


def _of_payments(client: xero.XeroClient, links: Sequence[Link]) -> dict[str, str]:
    found = client.payments_by_id(_first_ids(links))
    return {one.payment_id.lower(): one.status for one in found}


def _of_allocations(client: xero.XeroClient, links: Sequence[Link]) -> dict[str, str]:
    """What a credit note does not show any more is gone."""
    settlements = pushed_settlements(links)
    documents = document_links(links[0].organisation, settlements)
    of_note: dict[str, list[str]] = defaultdict(list)
    for one in settlements:
        note = documents[one.documents[-1].pk]
        of_note[str(note.xero_id)].append(one.link.strays[0].lower())
    statuses = {}
    for copy in client.credit_notes_by_id(sorted(of_note)):
        there = {one.allocation_id.lower() for one in copy.allocations if not one.is_deleted}
        for second in of_note[copy.record_id.lower()]:
            statuses[second] = "ALLOCATED" if second in there else "DELETED"
    return statuses


def _first_ids(links: Sequence[Link]) -> list[str]:
    return [link.strays[0] for link in links]


_STATUSES: Mapping[Place, Callable[[xero.XeroClient, Sequence[Link]], dict[str, str]]]
_STATUSES = MappingProxyType(
    {
        "Invoices": _of_invoices,
        "CreditNotes": _of_credit_notes,
        _PAYMENTS: _of_payments,
        _ALLOCATIONS: _of_allocations,
    }
)
_REMOVABLE: Mapping[Place, frozenset[str]] = MappingProxyType(
    {"Invoices": DRAFTS, "CreditNotes": DRAFTS, _PAYMENTS: frozenset({"AUTHORISED"})}
)


def _read(links: Sequence[Link], answer: xero.Answer) -> list[LinkVerdict]:
    link = links[0]
    for document in answer.documents:
        if document.ok and document.record.status == "DELETED":
            return [_done(link, "A second copy in Xero was deleted; the first is kept.")]
        if not document.ok:
            return [_doubled(link, " ".join(document.errors))]
    if any(payment.ok and payment.record.status == "DELETED" for payment in answer.payments):
        return [_done(link, "A second copy in Xero was deleted; the first is kept.")]
    return []


def _refuse(link: Link, refused: Refused) -> LinkVerdict:
    if isinstance(refused, xero.NotFound):
        return _done(link, "The second copy in Xero is gone.")
    return _doubled(link, str(refused))


def _done(link: Link, message: str) -> LinkVerdict:
    return LinkVerdict(link.pk, message, copy=_as_it_is(link))


def _doubled(link: Link, why: str) -> LinkVerdict:
    second = link.strays[0]
    return question_on(
        link,
        ProblemCode.DOUBLED,
        f"{link.record} stands in Xero twice, and the second was not removed: {why}.",
        "Look at both in Xero and void, delete or remove the one that is too many, then press Retry; "
        "if both are meant to stand, press Mark done.",
        copy=_as_it_is(link),
        details={"candidates": [{"id": second, "name": str(link.record), "number": second}]},
    )


def _as_it_is(link: Link) -> XeroCopy:
    return XeroCopy(id_in_xero(link), link.xero_number, link.xero_status)


def _purpose(place: Place, name: str) -> BatchPurpose:
    return BatchPurpose(
        name,
        AttemptAction.REMOVE_DUPLICATE,
        _read,
        _refuse,
        partial(look_at_duplicates, place),
        size=1,
    )


REMOVE: Mapping[Place, BatchPurpose] = MappingProxyType(
    {endpoint: _purpose(endpoint, f"stray_{ENDPOINT_WORDS[endpoint]}") for endpoint in ENDPOINTS}
    | {_PAYMENTS: _purpose(_PAYMENTS, "stray_payments")}
)
