"""Copies that change their status only: approved for payments' sake, or removed when cancelled.

Removing deletes drafts and voids what is approved; both ways are one rule with two rows of data.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from uuid import UUID

from tallystick import xero
from tallystick.mapping.problems import XERO, Problem
from tallystick.money import Money
from tallystick.sync.lane import Held
from tallystick.sync.lingering import counts_as_paid, lament_of, still_there
from tallystick.sync.models import GONE, Intent, Link, LinkState
from tallystick.sync.push.batches import BATCH, Purpose, Refused, send_all
from tallystick.sync.push.questions import gone
from tallystick.sync.push.shapes import (
    ENDPOINTS,
    RECORDS,
    Endpoint,
    by_id,
    document_of,
    endpoint_of,
    shape_of,
)
from tallystick.sync.steps import calling, committing
from tallystick.sync.verdicts import Copy, Verdict, apply_verdicts

#: Requests in one round, so that a thousand cancellations do not hold up what is to be sent.
AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One of the two changes: from which status to which, and what stands in its way."""

    intent: Intent
    verb: str
    #: What a copy becomes, by what it is; others are at their end or in the way.
    ends: Mapping[str, str]
    done: frozenset[str]
    in_the_way: Callable[[Link, xero.Document], Verdict]


def change_due(held: Held, client: xero.XeroClient, change: Change) -> None:
    """Make the change for the documents that wait for it, fifty at a time, as far as Xero allows."""
    for _ in range(AT_ONCE):
        links = _due(held, change)
        if not links:
            return
        copies = calling("look", partial(by_id, client, links))
        verdicts = [verdict for link in links if (verdict := _settled(change, link, copies))]
        news = _other_statuses(links, copies)
        if verdicts or news:
            with committing("look"):
                held.guard()
                for status, keys in news.items():
                    Link.objects.filter(pk__in=keys).update(xero_status=status)
                if verdicts:
                    apply_verdicts(verdicts, action=change.verb)
        settled = {verdict.link_id for verdict in verdicts}
        for endpoint in ENDPOINTS:
            rest = [one for one in links if one.pk not in settled and endpoint_of(one) == endpoint]

            request = partial(sealed_changes, change, endpoint, copies)
            send_all(held, client, PURPOSES[change.verb][endpoint], rest, request)


def sealed_changes(
    change: Change,
    endpoint: Endpoint,
    copies: Mapping[str, xero.Document],
    links: Sequence[Link],
) -> xero.Sealed:
    """Return what makes the change to the copies, by what each of them is."""
    ends = [(str(link.xero_id), _end(change, link, copies)) for link in links]
    return xero.seal_status_changes(endpoint, ends)


def _due(held: Held, change: Change) -> list[Link]:
    due = Link.objects.due(held.organisation.pk).filter(
        state=LinkState.QUEUED,
        intent=change.intent,
        document__isnull=False,
        xero_id__isnull=False,
    )
    return due.loaded(BATCH)


def _other_statuses(
    links: Sequence[Link], copies: Mapping[str, xero.Document]
) -> dict[str, list[int]]:
    """Return the keys of links whose copies are not what we knew, by what they are now.

    Where Xero then keeps one, its state and the button that removes it go by what it is.
    """
    found: dict[str, list[int]] = defaultdict(list)
    for link in links:
        copy = copies.get(str(link.xero_id))
        if copy and copy.status != link.xero_status:
            found[copy.status].append(link.pk)
    return found


def _settled(change: Change, link: Link, copies: Mapping[str, xero.Document]) -> Verdict | None:
    """Say what needs no request: done already, or not to be done; None for the rest.

    A copy that Xero's list leaves out is not gone for that: a list may lag behind what was just
    made. The request itself then tells.
    """
    copy = copies.get(str(link.xero_id))
    if copy is None:
        return None
    if copy.status in change.done:
        message = f"It is {copy.status.lower()} in Xero."
        return Verdict(link.pk, message, copy=_copy(link, copy.status))
    if copy.status not in change.ends or (change.intent == Intent.RETRACT and copy.applied):
        return change.in_the_way(link, copy)
    return None


def _end(change: Change, link: Link, copies: Mapping[str, xero.Document]) -> str:
    copy = copies.get(str(link.xero_id))
    first = next(iter(change.ends.values()))
    return change.ends.get(copy.status if copy else link.xero_status, first)


def _has_payments(link: Link, copy: xero.Document) -> Verdict:
    applied = Money(copy.applied, copy.currency_code or document_of(link).currency)
    message = f"{link.document} {lament_of(link)} as {copy.status.lower()}: "
    if applied.amount:
        message += f"payments or credits of {applied} are recorded on it."
        return Verdict(link.pk, message, problem=still_there(link, "has_payments", message))
    message += f"it comes to {applied}, and Xero does not void what it counts as paid."
    return Verdict(link.pk, message, problem=counts_as_paid(message))


def _problem(change: Change, link: Link, code: str, message: str, remedy: str) -> Problem:
    if change.intent == Intent.RETRACT:
        return still_there(link, code, message)
    return Problem(code, message, remedy, XERO)


def _lament(change: Change, link: Link) -> str:
    return lament_of(link) if change.intent == Intent.RETRACT else "was not approved in Xero"


def _gone_before_approval(link: Link, copy: xero.Document) -> Verdict:
    return gone(link, copy, "cannot be approved in Xero: it")


def _read(change: Change, links: Sequence[Link], answer: xero.Answer) -> list[Verdict]:
    by_ids = {str(link.xero_id): link for link in links}
    verdicts = []
    for element in answer.documents:
        link = by_ids.get(element.record.record_id.lower())
        if link is None:
            continue
        status = element.record.status
        if element.ok and status not in change.done:
            continue  # Accepted but not done is no answer: it is looked at again.
        if element.ok:
            message = f"{_PAST.get(status, status.capitalize())} in Xero."
            verdicts.append(Verdict(link.pk, message, copy=_copy(link, status)))
        else:
            verdicts.append(_refused(change, link, element.errors))
    return verdicts


_PAST = {"AUTHORISED": "Approved", "PAID": "Approved"}


def _refuse(change: Change, link: Link, refused: Refused) -> Verdict:
    if isinstance(refused, xero.NotFound) and change.intent == Intent.RETRACT:
        message = f"Xero does not know its copy of {link.document} any more."
        return Verdict(link.pk, message, copy=_copy(link, "DELETED"))
    said = [text for element in getattr(refused, "elements", ()) for text in element]
    if said:
        return _refused(change, link, said)
    message = f"{link.document} {_lament(change, link)}. {refused}"
    remedy = "Look at it in Xero, then press Retry."
    return Verdict(link.pk, message, problem=_problem(change, link, "refused", message, remedy))


def _refused(change: Change, link: Link, errors: Sequence[str]) -> Verdict:
    explanation = xero.explain(errors[0], noun=shape_of(document_of(link)).noun)
    message = f"{link.document} {_lament(change, link)}. {explanation.words}"
    if explanation.code != "other":
        message += f" (Xero: {' '.join(errors)})"
    problem = _problem(change, link, explanation.code, message, explanation.remedy)
    return Verdict(link.pk, message, problem=problem)


def _look(change: Change, client: xero.XeroClient, links: Sequence[Link]) -> list[Verdict]:
    """Say which are settled already; the rest is still to be done, and goes back for that."""
    copies = by_id(client, links)
    return [verdict for link in links if (verdict := _settled(change, link, copies))]


def _copy(link: Link, status: str) -> Copy:
    if link.xero_id is None:
        raise ValueError(f"Link {link.pk} has no copy in Xero.")
    return Copy(UUID(str(link.xero_id)), link.xero_number, status)


RETRACT = Change(
    intent=Intent.RETRACT,
    verb="retract",
    ends=MappingProxyType({"DRAFT": "DELETED", "SUBMITTED": "DELETED", "AUTHORISED": "VOIDED"}),
    done=GONE,
    in_the_way=_has_payments,
)
APPROVE = Change(
    intent=Intent.APPROVE,
    verb="approve",
    ends=MappingProxyType({"DRAFT": "AUTHORISED", "SUBMITTED": "AUTHORISED"}),
    done=frozenset({"AUTHORISED", "PAID"}),
    in_the_way=_gone_before_approval,
)


def _purposes(change: Change) -> Mapping[Endpoint, Purpose]:
    return MappingProxyType(
        {
            endpoint: Purpose(
                f"{change.verb}_{RECORDS[endpoint]}",
                change.verb,
                read=partial(_read, change),
                refuse=partial(_refuse, change),
                look=partial(_look, change),
            )
            for endpoint in ENDPOINTS
        }
    )


PURPOSES: Mapping[str, Mapping[Endpoint, Purpose]] = MappingProxyType(
    {change.verb: _purposes(change) for change in (RETRACT, APPROVE)}
)
