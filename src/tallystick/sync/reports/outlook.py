"""What will become of submitted documents, by the same rules that decide it, told before and after.

One answer for pages and command line: kept out, on the way, waiting for a press or an hour, or for
Xero to be connected.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from tallystick.books.models import Document, Kind, Status
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.connections.modules import Module, refusal_of
from tallystick.english import counted, verb
from tallystick.mapping.wait_keys import module_of_key
from tallystick.sync.engine.lane_blocks import why_nothing_goes
from tallystick.sync.links.other_books import books_of
from tallystick.sync.links.switched_off import counts_of_staying, kinds_off
from tallystick.sync.links.sync_rules import OTHER_BOOKS, policies_of, policy_of
from tallystick.sync.models import (
    DRAFTS,
    OPEN_STATES,
    Intent,
    KindPolicy,
    Link,
    LinkState,
    SentAs,
    Trigger,
)
from tallystick.workspaces.models import Workspace

_AS = {
    SentAs.DRAFT: "as drafts, to be approved there",
    SentAs.SUBMITTED: "to await approval there",
    SentAs.AUTHORISED: "as approved",
}
#: Said of a Retry that nothing waited for.
NOTHING_TO_RETRY = "Nothing to retry: none of these failed or waits for you."


@dataclass(frozen=True, slots=True)
class SendingOutlook:
    """How many documents go which way; those that are in Xero or stopped are in none."""

    on_the_way: int = 0
    #: They wait for somebody to press Sync now; for an hour, by how it is written.
    by_hand: int = 0
    at: Mapping[str, int] = field(default_factory=dict)
    #: By the reason for which they are kept out of Xero.
    kept_out: Mapping[str, int] = field(default_factory=dict)
    #: By the message that says which module is off.
    shut: Mapping[str, int] = field(default_factory=dict)
    #: The workspace is bound to no organisation.
    unconnected: int = 0
    #: For what told reason nothing goes just now; empty where sending is free.
    held_up: str = ""

    def sentence(self, *, ahead: bool = False) -> str:
        """Return such as ` It is on the way to Xero.`, to be said after what was done; or nothing.

        With `ahead` of what is still to be done.
        """
        ways = [way for way in self._ways(ahead=ahead) if way[0]]
        if len(ways) == 1:
            count, one, many = ways[0]
            return f" It {one}." if count == 1 else f" They {many}."
        told = [f"{count:,} {one if count == 1 else many}" for count, one, many in ways]
        return f" Of these {'; '.join(told)}." if told else ""

    def _ways(self, *, ahead: bool) -> Iterator[tuple[int, str, str]]:
        """Yield each way with its count, and how a sentence about one and about many goes on."""
        if self.held_up:
            rest = f"queued, and nothing goes just now: {self.held_up.rstrip('.')}"
            yield self.on_the_way, f"is {rest}", f"are {rest}"
        elif ahead:
            yield self.on_the_way, "goes to Xero", "go to Xero"
        else:
            yield self.on_the_way, "is on the way to Xero", "are on the way to Xero"
        yield self.by_hand, "waits for Sync now", "wait for Sync now"
        for at, count in sorted(self.at.items()):
            yield count, f"goes to Xero at {at}", f"go to Xero at {at}"
        for why, count in sorted(self.kept_out.items()):
            yield count, f"stays out of Xero: {why}", f"stay out of Xero: {why}"
        for why, count in sorted(self.shut.items()):
            yield count, f"stays here: {why}", f"stay here: {why}"
        later = "until Xero is connected, and then for Sync now"
        yield self.unconnected, f"waits {later}", f"wait {later}"


def after_submitting(workspace: Workspace, document_ids: Sequence[int]) -> SendingOutlook:
    """Return what will become of the documents now, by their links."""
    organisation = bound_organisation(workspace)
    submitted = Q(document__status=Status.SUBMITTED, document__workspace=workspace)
    if organisation is None:
        count = Document.objects.filter(
            workspace=workspace, pk__in=document_ids, status=Status.SUBMITTED
        ).count()
        return SendingOutlook(unconnected=count)
    policies = policies_of(organisation)
    links = Link.objects.filter(submitted, organisation=organisation, document__in=document_ids)
    elsewhere = When(waits_for=OTHER_BOOKS, then=Value("it stands in other books already"))
    why = _why(policies, "document__", elsewhere)
    rows: Any = links.order_by().values("state", "document__kind", why=why)
    return _outlook(
        organisation,
        policies,
        (
            (row["state"], row["document__kind"], row["why"], row["count"])
            for row in rows.annotate(count=Count("pk"))
        ),
    )


def before_submitting(workspace: Workspace, documents: QuerySet[Document]) -> SendingOutlook:
    """Return what would become of the documents once they are submitted."""
    organisation = bound_organisation(workspace)
    if organisation is None:
        return SendingOutlook(unconnected=documents.order_by().count())
    policies = policies_of(organisation)
    rows: Any = documents.order_by().values("kind", why=_why(policies, ""))
    return _outlook(
        organisation,
        policies,
        (
            (_first_state(policies[row["kind"]], row["why"]), row["kind"], row["why"], row["count"])
            for row in rows.annotate(count=Count("pk"))
        ),
    )


def _outlook(
    organisation: Organisation, policies: Mapping[str, KindPolicy], rows: Any
) -> SendingOutlook:
    off = kinds_off(organisation)
    counts: Counter[str] = Counter()
    shut: Counter[str] = Counter()
    at: Counter[str] = Counter()
    kept_out: Counter[str] = Counter()
    for state, kind, why, count in rows:
        policy = policies[kind]
        if kind in off and state in (LinkState.WAITING, LinkState.QUEUED):
            shut[_why_shut(organisation, off[kind])] += count
        elif state in OPEN_STATES:
            counts["on_the_way"] += count
        elif state == LinkState.EXCLUDED:
            kept_out[why or "somebody has kept them out"] += count
        elif state == LinkState.WAITING and policy.trigger == Trigger.SCHEDULE and policy.send_at:
            at[f"{policy.send_at:%H:%M}"] += count
        elif state == LinkState.WAITING:
            counts["by_hand"] += count
    held_up = why_nothing_goes(organisation) if counts["on_the_way"] else ""
    return SendingOutlook(
        counts["on_the_way"], counts["by_hand"], at, kept_out, shut, held_up=held_up
    )


def _why_shut(organisation: Organisation, module: Module) -> str:
    missing = refusal_of(organisation, module)
    return str(missing).rstrip(".") if missing else ""


def what_stays(workspace: Workspace) -> str:
    """Return what to add where records stay here, for their module is off; else nothing."""
    organisation = bound_organisation(workspace)
    if organisation is None:
        return ""
    by_module: Counter[Module] = Counter()
    for key, count in counts_of_staying(organisation).items():
        by_module[Module(module_of_key(key))] += count
    told = []
    for module, count in by_module.items():
        if missing := refusal_of(organisation, module):
            told.append(f" {counted(count, 'record')} {verb(count, 'stay')} here: {missing}")
    return "".join(told)


def _first_state(policy: KindPolicy, why: str) -> LinkState:
    if why:
        return LinkState.EXCLUDED
    return LinkState.QUEUED if policy.trigger == Trigger.ON_SUBMIT else LinkState.WAITING


def _why(policies: Mapping[str, KindPolicy], to: str, *others: When) -> Case:
    """Return why a document is kept out, in words, as policy.kept_out has it; empty where it is not."""
    early = [
        When(
            **{f"{to}kind": kind, f"{to}issued_on__lt": policy.starts_on},
            then=Value(f"dated before {policy.starts_on:%d %b %Y}, when syncing begins"),
        )
        for kind, policy in policies.items()
        if policy.starts_on and kind in Kind.values
    ]
    return Case(
        When(**{f"{to}do_not_sync": True}, then=Value("marked as not to be synced")),
        When(
            **{f"{to}party__do_not_sync": True},
            then=Value("for a customer or supplier who is marked as not to be synced"),
        ),
        *early,
        *others,
        default=Value(""),
        output_field=CharField(),
    )


def as_what(workspace: Workspace, kind: Kind) -> str:
    """Return as what documents of the kind go to Xero: ` What goes there goes as approved.`"""
    organisation = bound_organisation(workspace)
    if organisation is None:
        return ""
    return f" What goes there goes {_AS[SentAs(policy_of(organisation, kind).sent_as)]}."


def why_not_now(workspace: Workspace) -> str:
    """Return what to add where something was queued that does not go just now; else nothing."""
    organisation = bound_organisation(workspace)
    held_up = why_nothing_goes(organisation) if organisation else ""
    return f" Nothing goes just now: {held_up}" if held_up else ""


def of_editing(document: Document, link: Link | None) -> str:
    """Return what an edit of a submitted document brings about; empty for a draft."""
    if document.status != Status.SUBMITTED:
        return ""
    if link is None:
        return _NOTHING_THERE
    return _of_editing_kept(link) or _of_editing_sent(link)


_NOTHING_THERE = "It is submitted and stays so. Nothing of it is in Xero."


def _of_editing_kept(link: Link) -> str:
    """Say so of what is not sent anew; empty for what is."""
    if link.intent == Intent.RETRACT and link.is_in_xero:
        return (
            "Its sync was undone, and its copy is still to go out of Xero: your change is kept here, "
            "and goes to Xero when it is sent again."
        )
    if link.state == LinkState.EXCLUDED and link.waits_for == OTHER_BOOKS:
        return (
            f"It is submitted and stays so. Its copy in {books_of(link) or 'other books'} is not "
            "changed, for these are not connected now."
        )
    if link.state == LinkState.EXCLUDED and link.is_in_xero:
        return "It is submitted and stays so. Its copy in Xero stays as it is there."
    is_out = link.state in (LinkState.EXCLUDED, LinkState.RETRACTED)
    return _NOTHING_THERE if is_out else ""


def _of_editing_sent(link: Link) -> str:
    if link.xero_id is None:
        return "It is submitted and not in Xero yet: it goes there as it is after your change."
    if link.xero_status in DRAFTS:
        return (
            "Its copy in Xero is not approved yet and is changed too, unless somebody has changed "
            "it there: then you see both and choose."
        )
    return (
        "It is approved in Xero, so nothing is changed there by itself: you will see both sides "
        "and choose between them."
    )
