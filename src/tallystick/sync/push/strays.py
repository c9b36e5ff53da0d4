"""Second copies of one document, payment or allocation: the first is kept, the younger removed.

What is no draft any more is a person's to decide, and so is an allocation: it bears no mark by
which it could be known for ours.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TypeAlias
from uuid import UUID

from django.db.models.functions import Now

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.sync.lane import Held
from tallystick.sync.models import DRAFTS, GONE, PAUSED, Intent, Link, LinkState
from tallystick.sync.push.batches import Purpose, Refused, Writing, send_all
from tallystick.sync.push.entries import document_links, documents_of, entry_of
from tallystick.sync.push.questions import question
from tallystick.sync.push.shapes import ENDPOINTS, RECORDS, endpoint_of
from tallystick.sync.steps import calling, committing
from tallystick.sync.verdicts import Copy, Verdict, apply_verdicts

_AT_ONCE = 50
#: What a second copy stands among: an endpoint of documents, the payments or the allocations.
Place: TypeAlias = str
_PAYMENTS: Place = "Payments"
_ALLOCATIONS: Place = "Allocations"


def remove_strays(held: Held, client: xero.XeroClient) -> None:
    """Look at the second copies that the check has found, and remove what is still a draft."""
    for place, here in due_strays(held.organisation).items():
        verdicts = calling("strays.look", partial(look, place, client, here))
        if verdicts:
            with committing("strays.look"):
                held.guard()
                apply_verdicts(verdicts, action="stray")
        settled = {verdict.link_id for verdict in verdicts}
        rest = [link for link in here if link.pk not in settled]
        for one in stray_removals(place, rest):
            send_all(held, client, one.purpose, one.links, one.build)


def add_stray(link: Link, record_id: str) -> bool:
    """Note a second copy, which is to go; tell whether it was not known yet."""
    if record_id in link.strays:
        return False
    link.strays = [*link.strays, record_id]
    Link.objects.filter(pk=link.pk).update(strays=link.strays, changed_at=Now())
    return True


def due_strays(organisation: Organisation) -> dict[Place, list[Link]]:
    """Return the next links that have a second copy, by what that is removed from.

    What is on its way out of Xero is not among them: its copies go one after the other.
    """
    known = (
        Link.objects.filter(
            organisation=organisation, state__in=[LinkState.SYNCED, LinkState.QUEUED]
        )
        .exclude(PAUSED)
        .exclude(intent=Intent.RETRACT)
        .exclude(strays=[])
    )
    found: dict[Place, list[Link]] = defaultdict(list)
    for link in known.order_by("pk").loaded(_AT_ONCE):
        found[_place(link)].append(link)
    return found


def stray_removals(place: Place, links: Sequence[Link]) -> Iterator[Writing]:
    """Yield what removes the first second copy of each, one in a request; nothing of allocations."""
    if place in REMOVE:
        yield Writing(REMOVE[place], links, partial(_sealed, place))


def _place(link: Link) -> Place:
    if link.allocation:
        return _ALLOCATIONS
    return _PAYMENTS if link.payment else endpoint_of(link)


def _sealed(place: Place, links: Sequence[Link]) -> xero.Sealed:
    stray = links[0].strays[0]
    if place == _PAYMENTS:
        return xero.seal_delete_payment(stray)
    return xero.seal_status_changes(endpoint_of(links[0]), [(stray, "DELETED")])


def look(place: Place, client: xero.XeroClient, links: Sequence[Link]) -> list[Verdict]:
    """Say of the first stray of each link whether it is gone already, or not to be removed."""
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
    found = client.invoices_by_id(_first_strays(links))
    return {one.record_id.lower(): one.status for one in found}


def _of_credit_notes(client: xero.XeroClient, links: Sequence[Link]) -> dict[str, str]:
    found = client.credit_notes_by_id(_first_strays(links))
    return {one.record_id.lower(): one.status for one in found}


def _of_payments(client: xero.XeroClient, links: Sequence[Link]) -> dict[str, str]:
    found = client.payments_by_id(_first_strays(links))
    return {one.payment_id.lower(): one.status for one in found}


def _of_allocations(client: xero.XeroClient, links: Sequence[Link]) -> dict[str, str]:
    """What a credit note does not show any more is gone."""
    documents = document_links(links[0].organisation, links)
    of_note: dict[str, list[str]] = defaultdict(list)
    for link in links:
        _, note = documents_of(entry_of(link))
        of_note[str(documents[note.pk].xero_id)].append(link.strays[0].lower())
    statuses = {}
    for copy in client.credit_notes_by_id(sorted(of_note)):
        there = {one.allocation_id.lower() for one in copy.allocations if not one.is_deleted}
        for stray in of_note[copy.record_id.lower()]:
            statuses[stray] = "ALLOCATED" if stray in there else "DELETED"
    return statuses


def _first_strays(links: Sequence[Link]) -> list[str]:
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


def _read(links: Sequence[Link], answer: xero.Answer) -> list[Verdict]:
    link = links[0]
    for document in answer.documents:
        if document.ok and document.record.status == "DELETED":
            return [_done(link, "A second copy in Xero was deleted; the first is kept.")]
        if not document.ok:
            return [_doubled(link, " ".join(document.errors))]
    if any(payment.ok and payment.record.status == "DELETED" for payment in answer.payments):
        return [_done(link, "A second copy in Xero was deleted; the first is kept.")]
    return []


def _refuse(link: Link, refused: Refused) -> Verdict:
    if isinstance(refused, xero.NotFound):
        return _done(link, "The second copy in Xero is gone.")
    return _doubled(link, str(refused))


def _done(link: Link, message: str) -> Verdict:
    return Verdict(link.pk, message, copy=_as_it_is(link))


def _doubled(link: Link, why: str) -> Verdict:
    stray = link.strays[0]
    return question(
        link,
        "doubled",
        f"{link.record} stands in Xero twice, and the second was not removed: {why}.",
        "Look at both in Xero and void, delete or remove the one that is too many, then press Retry; "
        "if both are meant to stand, press Mark done.",
        copy=_as_it_is(link),
        details={"candidates": [{"id": stray, "name": str(link.record), "number": stray}]},
    )


def _as_it_is(link: Link) -> Copy:
    return Copy(UUID(str(link.xero_id)), link.xero_number, link.xero_status)


def _purpose(place: Place, name: str) -> Purpose:
    return Purpose(name, "stray", _read, _refuse, partial(look, place), size=1)


REMOVE: Mapping[Place, Purpose] = MappingProxyType(
    {endpoint: _purpose(endpoint, f"stray_{RECORDS[endpoint]}") for endpoint in ENDPOINTS}
    | {_PAYMENTS: _purpose(_PAYMENTS, "stray_payments")}
)
