"""What screens, API and command line read about the sync: states, sums, reasons, the log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from math import ceil
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from tallystick.books.models import Allocation, Document, DocumentQuerySet, Kind, Payment, Status
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Connection, Organisation
from tallystick.sync.attention import ABOUT_CONTENT, count_of, why_nothing_goes
from tallystick.sync.elsewhere import STANDS, books_of
from tallystick.sync.models import (
    OPEN_STATES,
    WITH_RECORDS,
    Attempt,
    Intent,
    KindPolicy,
    Lane,
    Link,
    LinkQuerySet,
    LinkState,
    Trigger,
)
from tallystick.sync.policy import ELSEWHERE, PAYMENT, policies_of, why_kept_out
from tallystick.sync.push.shapes import shape_of
from tallystick.workspaces.models import Workspace

#: Kinds of links that stand for a payment or an allocation.
ENTRIES = ("payment", "allocation")

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
_XERO_WORDS = {
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
    can_retry: bool = False
    #: What Xero has, where the word does not say it: `Draft in Xero` of a copy that was to go.
    there: str = ""
    #: A person has left it as Xero has it, which is not what we have.
    is_kept: bool = False


class Summary:
    """How a workspace stands with Xero; each is asked for once, and only where it is told."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @cached_property
    def connection(self) -> Connection | None:
        return Connection.objects.without_tokens().filter(workspace=self._workspace).first()

    @cached_property
    def organisation(self) -> Organisation | None:
        return bound_organisation(self._workspace)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Documents by state, for the states that are not an end; one without any is absent."""
        return _unfinished(self._documents)

    @cached_property
    def entry_counts(self) -> Mapping[str, int]:
        """The same for payments and allocations together."""
        return _unfinished(self._links.filter(kind__in=ENTRIES))

    @cached_property
    def waiting_totals(self) -> Mapping[str, Decimal]:
        """Submitted and not yet asked to be sent, by currency."""
        waiting = self._documents.filter(state=LinkState.WAITING).values("currency")
        sums = waiting.annotate(sum=Sum("total")).order_by()
        return {row["currency"]: row["sum"] for row in sums}

    @property
    def blocked_until(self) -> datetime | None:
        """Nothing is sent before, and `blocked_reason` says why; None where sending is free to go."""
        return self._block.blocked_until if self._block else None

    @property
    def blocked_reason(self) -> str:
        return self._block.blocked_reason if self._block else ""

    @cached_property
    def oldest_queued_at(self) -> datetime | None:
        # What is put off is no sign that nobody works.
        due = self._documents.filter(state=LinkState.QUEUED, not_before__lte=Now())
        return due.order_by("not_before", "pk").values_list("queued_at", flat=True).first()

    @cached_property
    def paused_count(self) -> int:
        """Documents, payments and allocations whose next try is put off."""
        return self._links.filter(party__isnull=True).paused().count()

    @cached_property
    def attention_count(self) -> int:
        """Records of every sort that wait for a person; see `sync.attention`."""
        return count_of(self.organisation) if self.organisation else 0

    @property
    def open_count(self) -> int:
        """Documents on their way just now."""
        return self.counts.get(LinkState.QUEUED, 0) + self.counts.get(LinkState.SENDING, 0)

    @property
    def open_entries(self) -> int:
        """Payments and allocations on their way just now."""
        counts = self.entry_counts
        return counts.get(LinkState.QUEUED, 0) + counts.get(LinkState.SENDING, 0)

    @property
    def on_the_way(self) -> int:
        """Records of every sort on their way just now."""
        return self.open_count + self.open_entries

    @property
    def is_running(self) -> bool:
        """Something is on its way that need not wait for long."""
        return self.on_the_way > self.paused_count

    @property
    def _links(self) -> LinkQuerySet:
        links: LinkQuerySet = Link.objects.filter(organisation=self.organisation)
        return links if self.organisation else links.none()

    @property
    def _documents(self) -> LinkQuerySet:
        return self._links.filter(kind__in=Kind.values)

    @cached_property
    def _block(self) -> Lane | None:
        lanes = Lane.objects.filter(organisation=self.organisation)
        return lanes.filter(blocked_until__gt=timezone.now()).first()


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
    around = _Around(organisation)
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
    return _states_of_entries("payment", [one.pk for one in payments], organisation)


def states_of_allocations(
    allocations: Sequence[Allocation], organisation: Organisation | None
) -> dict[int, DocumentState]:
    """Return how each allocation stands, by primary key; see `states_of`."""
    return _states_of_entries("allocation", [one.pk for one in allocations], organisation)


def _states_of_entries(
    sort: str, keys: Sequence[int], organisation: Organisation | None
) -> dict[int, DocumentState]:
    links = Link.objects.filter(**{f"{sort}__in": keys}, organisation=organisation)
    around = _Around(organisation)
    found = links.with_records()
    return {getattr(link, f"{sort}_id"): _state_of_link(link, around) for link in found}


class _Around:
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
    document: Document, link: Link | None, around: _Around
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
        xero_status=_XERO_WORDS.get(link.xero_status, ""),
    )


def state_of(link: Link) -> DocumentState:
    """Return how one link stands, in words, with the reason."""
    return _state_of_link(link, _Around(link.organisation))


def _state_of_link(link: Link, around: _Around) -> DocumentState:
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
        xero_status=_XERO_WORDS.get(link.xero_status, ""),
        can_retry=_can_retry(link, state, pause),
        is_kept=link.kept_at is not None,
        there=_there(link),
    )


_KEPT = "Kept as Xero has it, which is not what you have."
_WAITS = "Waits for you to press Sync now."


def _tooltip(link: Link, around: _Around) -> str:
    """Say why the link stands as it does, where no problem of its own says it."""
    state = LinkState(link.state)
    if state == LinkState.SYNCED:
        there = _XERO_WORDS.get(link.xero_status, link.xero_status.capitalize())
        return f"{there}. {_KEPT}" if link.kept_at else there
    if state in OPEN_STATES and around.held_up:
        return around.held_up
    if state in OPEN_STATES and link.intent == Intent.RETRACT and link.is_in_xero:
        return _TOOLTIPS_OUT[state]
    if state == LinkState.WAITING:
        return _why_waiting(link, around)
    if state in (LinkState.EXCLUDED, LinkState.RETRACTED) and link.is_in_xero:
        return "Left in Xero as it is there; nothing more is sent or removed."
    if state == LinkState.EXCLUDED and link.document and link.waits_for == ELSEWHERE:
        books = books_of(link) or "other books"
        return f"It stands in {books} and was not sent to {link.organisation} as well."
    if state == LinkState.EXCLUDED and link.document:
        policy = around.policies[link.document.kind]
        return why_kept_out(link.document, policy) or _TOOLTIPS[state]
    if state == LinkState.RETRACTED and not link.is_withdrawn:
        return "Taken out of Xero when its sync was undone."
    return _TOOLTIPS[state]


def _why_waiting(link: Link, around: _Around) -> str:
    if link.waits_for.startswith("document:"):
        return "Waits until its document is in Xero."
    policy = around.policies[link.document.kind if link.document else PAYMENT]
    if policy.trigger == Trigger.SCHEDULE and policy.send_at:
        return f"Goes to Xero at {policy.send_at:%H:%M}, or when you press Sync now."
    return _WAITS


def _there(link: Link) -> str:
    """Return what Xero has, where the state's word says another thing."""
    if link.xero_id is None or link.is_in_xero == (link.state == LinkState.SYNCED):
        return ""
    if not link.is_in_xero and link.state != LinkState.SYNCED:
        return ""
    return f"{_XERO_WORDS.get(link.xero_status, 'Still')} in Xero"


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
    in_minutes = f"in {minutes} minute{'' if minutes == 1 else 's'}"
    return f"{why}. The next try is {in_minutes}; Retry tries at once."


def in_state(
    documents: DocumentQuerySet, state: str, organisation: Organisation | None
) -> DocumentQuerySet:
    """Keep the documents that show the word of `state`; finds a rare one without looking at all."""
    if organisation is None:
        # Without one no link is in use: what is submitted stands in the books before, or waits.
        stands = Exists(Link.objects.filter(STANDS, document=OuterRef("pk")))
        if word_of(state) == word_of(LinkState.SYNCED):
            return documents.exclude(status=Status.DRAFT).filter(stands)
        waiting = documents.filter(~stands, status=Status.SUBMITTED)
        return waiting if state == LinkState.WAITING else documents.none()
    # With one every submitted document has a link: submitting and connecting make them.
    return documents.filter(shows(state, organisation))


def shows(state: str, organisation: Organisation) -> Q:
    """Return the condition that a document's link shows the word of `state`."""
    return Q(links__organisation=organisation, links__state__in=alike(state))


def links_in_state(
    organisation: Organisation, state: str, kinds: Iterable[str], *, exactly: str = ""
) -> QuerySet[Link]:
    """Return the links of the kinds of records that show the word of `state`.

    With `exactly` only those in this one of the states that show it: these stand in one order.

    With their own `day`, `currency` and `total`, by which they are listed and counted in order and
    without a look at their records, however many are in the state, or how few.
    """
    return Link.objects.filter(
        organisation=organisation,
        state__in=[exactly] if exactly else alike(state),
        kind__in=list(kinds),
    )


def on_the_way(organisation: Organisation) -> QuerySet[Link]:
    """Return the links of documents, payments and allocations that are on their way just now."""
    kinds = [*Kind.values, *ENTRIES]
    return Link.objects.filter(organisation=organisation, state__in=OPEN_STATES, kind__in=kinds)


def alike(state: str) -> list[str]:
    """Return the states that show the same word as this one."""
    return [each for each in LinkState.values if word_of(each) == word_of(state)]


def word_of(state: str) -> str:
    """Return the one of the seven words that stands for a state."""
    if state == LinkState.RETRACTED:
        return LinkState.EXCLUDED.label
    return LinkState(state).label


def xero_url(link: Link) -> str:
    """Return the address of the copy in Xero; empty where there is none."""
    if link.xero_id is None or link.document is None:
        return ""
    return xero_address(link.organisation, shape_of(link.document).page, str(link.xero_id))


def xero_address(organisation: Organisation, page: str, record_id: str) -> str:
    """Return the address of a record's page in the organisation's books; `page` is its path.

    Source: Xero's deep-link documentation; the stand-in answers the same paths.
    """
    return (
        f"{settings.XERO_WEB_URL}/organisationlogin/default.aspx"
        f"?shortcode={organisation.short_code}&redirecturl={page}{record_id}"
    )


def with_states(
    documents: QuerySet[Document], organisation: Organisation | None
) -> QuerySet[Document]:
    """Annotate each document with `sync_state`: a value of LinkState, or "" for none."""
    link = Link.objects.filter(document=OuterRef("pk"), organisation=organisation)
    state = Subquery(link.values("state")[:1], output_field=CharField())
    return documents.annotate(sync_state=Coalesce(state, Value("")))


def summary(workspace: Workspace) -> Summary:
    """Return how the workspace stands with Xero now."""
    return Summary(workspace)


def _unfinished(links: QuerySet[Link]) -> dict[str, int]:
    """Return how many links are in each state that is not an end."""
    # Named one by one, so that the index on the state is used: nearly all are at an end.
    states = set(LinkState) - {LinkState.SYNCED, LinkState.RETRACTED}
    by_state = links.filter(state__in=states).values("state").annotate(count=Count("*"))
    return {row["state"]: row["count"] for row in by_state.order_by()}


def attempts(
    organisation: Organisation | None,
    *,
    outcome: str = "",
    action: str = "",
    among: Sequence[int] | None = None,
) -> QuerySet[Attempt]:
    """Return the Sync log newest first, with links and their records loaded; filters narrow it.

    `among`: keys, such as `sync.log_search` finds.
    """
    rows = Attempt.objects.filter(organisation=organisation).order_by("-pk")
    if outcome:
        rows = rows.filter(outcome=outcome)
    if action:
        rows = rows.filter(action=action)
    if among is not None:
        rows = rows.filter(pk__in=among)
    # Documents, which are most, in the same query; see `LinkQuerySet.with_records`.
    loaded = rows.select_related("link__document__party", "actor", "batch")
    return loaded.prefetch_related(
        *(f"link__{name}" for name in WITH_RECORDS if name != "organisation")
    )
