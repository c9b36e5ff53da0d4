"""How each record stands with Xero, in the words of the screens, with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from typing import Any

from django.utils import timezone

from tallystick.books.models import Allocation, Document, Payment, Status
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.english import counted
from tallystick.mapping.wait_keys import WaitSort, sort_of
from tallystick.sync.engine.lane_blocks import why_nothing_goes
from tallystick.sync.links.other_books import STANDS, books_of
from tallystick.sync.links.problems import ABOUT_CONTENT
from tallystick.sync.links.record_kinds import PAYMENT_RULE
from tallystick.sync.links.switched_off import why_it_stays
from tallystick.sync.links.sync_rules import OTHER_BOOKS, policies_of, why_kept_out
from tallystick.sync.links.xero_pages import drafts_url, xero_url
from tallystick.sync.models import OPEN_STATES, Intent, KindPolicy, Link, LinkState, Trigger
from tallystick.sync.reports.state_filters import word_of

_TOOLTIPS = {
    LinkState.QUEUED: "Will be sent in a moment.",
    LinkState.SENDING: "On its way to Xero; its answer is still to come.",
    LinkState.EXCLUDED: "Kept out of Xero.",
    LinkState.RETRACTED: "Cancelled here, and not in Xero.",
}
_TOOLTIPS_OUT = {
    LinkState.QUEUED: "Will be removed from Xero in a moment.",
    LinkState.SENDING: "Being removed from Xero; the answer is still to come.",
}
XERO_WORDS = {
    "DRAFT": "Draft",
    "SUBMITTED": "Awaiting approval",
    "AUTHORISED": "Approved",
    "PAID": "Paid",
    "VOIDED": "Voided",
    "DELETED": "Deleted",
}


@dataclass(frozen=True, slots=True)
class DocumentState:
    """How a submitted document stands with Xero, in the words of the screens."""

    #: One of the values of LinkState.
    state: str
    #: One of the seven words: Not sent, Queued, Sending, In Xero, Needs you, Failed, Not synced.
    word: str
    tooltip: str
    #: {"code", "message", "remedy", "screen"} where a person has to act.
    problem: Mapping[str, Any] | None = None
    link_id: int | None = None
    #: The copy's page in Xero.
    xero_url: str = ""
    xero_status: str = ""
    #: Of a copy that is a draft there: the list of drafts in Xero.
    drafts_url: str = ""
    #: When what stands in Xero now was sent; none where it is not there.
    synced_at: datetime | None = None
    can_retry: bool = False
    #: What Xero has, where the word does not say it: `Draft in Xero` of a copy that was to go.
    there: str = ""
    #: A person has left it as Xero has it, which is not what we have.
    is_kept: bool = False


def document_state(document: Document) -> DocumentState | None:
    """Return how the document stands with the organisation its workspace is bound to.

    None for drafts, and for what was cancelled before any link.
    """
    organisation = bound_organisation(document.workspace)
    return states_of([document], organisation).get(document.pk)


def states_of(
    documents: Sequence[Document], organisation: Organisation | None
) -> dict[int, DocumentState]:
    """Return how each document of a page stands, by primary key, in a handful of queries.

    Those without a state are absent: see `document_state`.
    """
    links = Link.objects.filter(document__in=[document.pk for document in documents])
    if organisation is None:
        # In the books that were connected last it stands all the same.
        links = links.filter(STANDS).order_by("synced_at")
    else:
        links = links.filter(organisation=organisation)
    links = links.select_related("organisation", "document__party")
    by_document = {link.document_id: link for link in links}
    around = _OrganisationFacts(organisation)
    found = {}
    for document in documents:
        state = _state_of_document(document, by_document.get(document.pk), around)
        if state:
            found[document.pk] = state
    return found


def states_of_payments(
    payments: Sequence[Payment], organisation: Organisation | None
) -> dict[int, DocumentState]:
    """Return how each payment stands, by primary key; see `states_of`."""
    return _states_of_settlements("payment", [one.pk for one in payments], organisation)


def states_of_allocations(
    allocations: Sequence[Allocation], organisation: Organisation | None
) -> dict[int, DocumentState]:
    """Return how each allocation stands, by primary key; see `states_of`."""
    return _states_of_settlements("allocation", [one.pk for one in allocations], organisation)


def _states_of_settlements(
    sort: str, keys: Sequence[int], organisation: Organisation | None
) -> dict[int, DocumentState]:
    links = Link.objects.filter(**{f"{sort}__in": keys}, organisation=organisation)
    around = _OrganisationFacts(organisation)
    found = links.with_records()
    return {getattr(link, f"{sort}_id"): _state_of_link(link, around) for link in found}


class _OrganisationFacts:
    """What the states of one organisation's links hang on, asked for once where any needs it."""

    def __init__(self, organisation: Organisation | None) -> None:
        self.organisation = organisation

    @cached_property
    def held_up(self) -> str:
        return why_nothing_goes(self.organisation) if self.organisation else ""

    @cached_property
    def policies(self) -> Mapping[str, KindPolicy]:
        return policies_of(self.organisation) if self.organisation else {}


def _state_of_document(
    document: Document, link: Link | None, around: _OrganisationFacts
) -> DocumentState | None:
    if document.status == Status.DRAFT:
        return None
    if link is not None and around.organisation is None:
        return _state_in_former_books(link)
    if link is not None:
        return _state_of_link(link, around)
    if document.status == Status.CANCELLED:
        return None
    tooltip = _WAITS if around.organisation else "Waits until Xero is connected."
    return DocumentState(LinkState.WAITING, LinkState.WAITING.label, tooltip)


def _state_in_former_books(link: Link) -> DocumentState:
    """Say that it stands in books which are not connected: nothing can be done about it there."""
    return DocumentState(
        state=LinkState.SYNCED,
        word=LinkState.SYNCED.label,
        tooltip=f"It stands in {link.organisation}, which is not connected now: nothing is sent there or "
        "looked at until you connect it again.",
        xero_status=XERO_WORDS.get(link.xero_status, ""),
    )


def state_of(link: Link) -> DocumentState:
    """Return how one link stands, in words, with the reason."""
    return _state_of_link(link, _OrganisationFacts(link.organisation))


def _state_of_link(link: Link, around: _OrganisationFacts) -> DocumentState:
    state = LinkState(link.state)
    pause = _pause_of(link)
    if state == LinkState.SENDING and around.held_up:
        state = LinkState.QUEUED
    return DocumentState(
        state=state,
        word=word_of(state),
        tooltip=link.problem["message"] if link.problem else pause or _tooltip(link, around),
        problem=link.problem,
        link_id=link.pk,
        xero_url=xero_url(link),
        xero_status=XERO_WORDS.get(link.xero_status, ""),
        drafts_url=drafts_url(link),
        synced_at=link.synced_at if state == LinkState.SYNCED and link.is_in_xero else None,
        can_retry=_can_retry(link, state, pause),
        is_kept=link.kept_at is not None,
        there=_there(link),
    )


_KEPT = "Kept as Xero has it, which is not what you have."
_WAITS = "Waits for you to press Sync now."


def _tooltip(link: Link, around: _OrganisationFacts) -> str:
    """Say why the link stands as it does, where no problem of its own says it."""
    state = LinkState(link.state)
    if state == LinkState.SYNCED:
        there = XERO_WORDS.get(link.xero_status, link.xero_status.capitalize())
        return f"{there}. {_KEPT}" if link.kept_at else there
    if state in OPEN_STATES:
        return _why_under_way(link, around)
    if state == LinkState.WAITING:
        return _why_waiting(link, around)
    if state == LinkState.RETRACTED and sort_of(link.waits_for) == WaitSort.VOIDED_THERE:
        return "Voided in Xero by somebody, and so cancelled here."
    is_over = state in (LinkState.EXCLUDED, LinkState.RETRACTED)
    if is_over and link.is_in_xero:
        return "Left in Xero as it is there; nothing more is sent or removed."
    if state == LinkState.EXCLUDED and link.document:
        return _why_excluded(link, link.document, around)
    if state == LinkState.RETRACTED and not link.is_withdrawn:
        return "Taken out of Xero when its sync was undone."
    return _TOOLTIPS[state]


def _why_under_way(link: Link, around: _OrganisationFacts) -> str:
    if around.held_up:
        return around.held_up
    is_leaving = link.intent == Intent.RETRACT and link.is_in_xero
    return (_TOOLTIPS_OUT if is_leaving else _TOOLTIPS)[LinkState(link.state)]


def _why_excluded(link: Link, document: Document, around: _OrganisationFacts) -> str:
    if link.waits_for == OTHER_BOOKS:
        books = books_of(link) or "other books"
        return f"It stands in {books} and was not sent to {link.organisation} as well."
    why = why_kept_out(document, around.policies[document.kind])
    return why or _TOOLTIPS[LinkState.EXCLUDED]


def _why_waiting(link: Link, around: _OrganisationFacts) -> str:
    if sort_of(link.waits_for) == WaitSort.DOCUMENT:
        return "Waits until its document is in Xero."
    if missing := why_it_stays(link):
        return f"Stays here: {missing}"
    policy = around.policies[link.document.kind if link.document else PAYMENT_RULE]
    if policy.trigger == Trigger.SCHEDULE and policy.send_at:
        return f"Goes to Xero at {policy.send_at:%H:%M}, or when you press Sync now."
    return _WAITS


def _there(link: Link) -> str:
    """Return what Xero has, where the state's word says another thing."""
    if link.xero_id is None or link.is_in_xero == (link.state == LinkState.SYNCED):
        return ""
    if not link.is_in_xero and link.state != LinkState.SYNCED:
        return ""
    return f"{XERO_WORDS.get(link.xero_status, 'Still')} in Xero"


def _can_retry(link: Link, state: LinkState, pause: str) -> bool:
    is_stopped = state in (LinkState.FAILED, LinkState.HELD) or bool(link.problem or pause)
    is_about_content = (link.problem or {}).get("code") in ABOUT_CONTENT and link.xero_id
    return is_stopped and not (is_about_content and state == LinkState.HELD)


def _pause_of(link: Link) -> str:
    """Say when a link is tried next that was put off; empty for all others."""
    wait = link.not_before - timezone.now()
    if link.state != LinkState.QUEUED or wait <= timedelta(0):
        return ""
    minutes = ceil(wait.total_seconds() / 60)
    why = "Its customer could not be made in Xero yet"
    if link.tries:
        why = f"Xero broke off {link.tries} times without a clear answer"
    in_minutes = f"in {counted(minutes, 'minute')}"
    return f"{why}. The next try is {in_minutes}; Retry tries at once."
