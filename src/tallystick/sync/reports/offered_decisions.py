"""What a person can decide about records under Needs attention: alone or many at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import Case, Q, QuerySet, Value, When

from tallystick.connections.models import Organisation
from tallystick.mapping.problems import MappingCode
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.sync.acts import decisions, retrying, taking_over
from tallystick.sync.links.problems import DecisionName, ProblemCode, Trouble, codes_offering
from tallystick.sync.links.record_sums import RecordSum, sum_of
from tallystick.sync.lookup.taking_over import TakeOvers
from tallystick.sync.models import DRAFTS, OF_DOCUMENTS, STOPPED_STATES, Intent, Link, LinkState
from tallystick.sync.reports import attention
from tallystick.sync.reports.attention import TroubleCause
from tallystick.sync.reports.outlook import why_not_now
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import User, Workspace
from tallystick.xero.catalogue.codes import RefusalCode

#: One press takes so many records at most; what is left is taken by the next.
AT_ONCE = 50_000
#: What ends the trouble about a copy that was to go and is to stay after all.
LEAVE = "Leave it in Xero"
_STOPPED = Q(state__in=STOPPED_STATES)


@dataclass(frozen=True, slots=True)
class OfferedDecision:
    """One decision, with the words of its button."""

    name: DecisionName
    #: On a record's own button, and with how many on that of many.
    label: str
    label_of_many: str
    do: Callable[..., int]
    #: Which of the records that need attention it is for.
    takes: Q
    #: How a sentence that begins with the records goes on afterwards.
    done: str
    #: The same of a question that is asked before; empty where it just happens.
    asks: str = ""
    needs: Permission = Permission.MANAGE_SYNC
    #: Put among "More".
    is_rare: bool = False
    #: What it brings about in Xero is not taken back.
    is_final: bool = False
    #: Nothing is to go after it.
    is_quiet: bool = False
    at_once: int = AT_ONCE


def _coded(decision: DecisionName) -> Q:
    """Return the condition that the decision is offered for the problem."""
    return Q(code__in=codes_offering(decision))


#: In the order of their buttons; the first that fits is the one that stands out.
_ALL = (
    OfferedDecision(
        DecisionName.REMOVE,
        "Retry: remove from Xero",
        "Retry: remove {} from Xero",
        retrying.retry_links,
        Q(trouble=Trouble.ORPHANED),
        "queued to go out of Xero.",
        "will be deleted in Xero where a draft stands there, and voided where it is approved. "
        "Xero does not take that back.",
        is_final=True,
    ),
    OfferedDecision(
        DecisionName.LEAVE,
        LEAVE,
        "Leave {} in Xero",
        decisions.mark_done,
        Q(trouble=Trouble.ORPHANED) & _STOPPED,
        "left in Xero as they are. Nothing more is removed there.",
        "stay in Xero as they are: nothing more is removed there.",
        is_quiet=True,
    ),
    OfferedDecision(
        DecisionName.MARK,
        "Mark as this one",
        "Mark {} as those in Xero",
        decisions.mark_as_found,
        _coded(DecisionName.MARK) & Q(state=LinkState.HELD, xero_id=None),
        "compared with what Xero has under the number; what agrees is linked.",
    ),
    OfferedDecision(
        DecisionName.ADD_TAX,
        "Add the tax",
        "Add the tax to {}",
        decisions.add_tax,
        _coded(DecisionName.ADD_TAX) & Q(state=LinkState.HELD),
        "queued for Xero with the tax.",
        "will come to {} with the tax, here and in Xero.",
        at_once=2_000,
    ),
    OfferedDecision(
        DecisionName.APPROVE,
        "Approve in Xero",
        "Approve what {} wait for",
        decisions.approve_in_xero,
        _coded(DecisionName.APPROVE),
        "waiting no longer: what they are for is being approved in Xero.",
        "go out after what they are for is approved in Xero. An approval cannot be taken back "
        "there, only voided.",
    ),
    OfferedDecision(
        DecisionName.FOLLOW,
        "Keep theirs: ours follows",
        "Keep Xero's for {}, here too",
        taking_over.follow_theirs,
        taking_over.CAN_FOLLOW,
        "as Xero has them now, here too.",
        "will say here what Xero has, as a new revision. Nothing is sent to Xero. What cannot be "
        "taken over stays a question.",
        needs=Permission.EDIT_BOOKS,
        is_quiet=True,
        at_once=500,
    ),
    OfferedDecision(
        DecisionName.TAKE_BOTH,
        "Take both",
        "Take both sides' changes for {}",
        taking_over.take_both,
        taking_over.CAN_TAKE_BOTH,
        "changed here by what was changed in Xero, and queued for Xero.",
        "will take over what was changed in Xero beside what was changed here, and go to Xero so. "
        "Where both sides changed the same to something else, it stays a question.",
        needs=Permission.EDIT_BOOKS,
        at_once=500,
    ),
    OfferedDecision(
        DecisionName.KEEP_THEIRS,
        "Leave both as they are",
        "Leave both sides of {} as they are",
        decisions.keep_theirs,
        decisions.DRIFTED | Q(state=LinkState.HELD, code=ProblemCode.PAYMENT_EXISTS),
        "kept as Xero has them.",
        is_quiet=True,
    ),
    OfferedDecision(
        DecisionName.SEND_OURS,
        "Send ours",
        "Send ours for {}",
        decisions.send_ours,
        decisions.can_be_sent_over(),
        "queued for Xero as they are here.",
        "will take the place of what stands in Xero now, or be added there. What somebody changed "
        "there is lost.",
        is_final=True,
    ),
    OfferedDecision(
        DecisionName.SEND_RENUMBERED,
        "Send it again with a new number",
        "Send {} again with new numbers",
        taking_over.send_renumbered,
        taking_over.needs_new_number(),
        "renumbered and queued for Xero.",
        "will have the next number of its family each, such as INV-0042-2, here and in Xero.",
        needs=Permission.EDIT_BOOKS,
        is_final=True,
        at_once=500,
    ),
    OfferedDecision(
        DecisionName.CANCEL,
        "Cancel here",
        "Cancel {} here",
        decisions.cancel_here,
        decisions.can_be_cancelled(),
        "cancelled here; what still stands of them goes from Xero too.",
        "will be cancelled here. What still stands of them in Xero is deleted there where it is a "
        "draft, and voided where it is approved. Neither is taken back.",
        needs=Permission.EDIT_BOOKS,
        is_final=True,
    ),
    OfferedDecision(
        DecisionName.RETRY,
        "Retry",
        "Retry {}",
        retrying.retry_links,
        # Where the question is the same again, it would be no way out.
        ~Q(trouble=Trouble.ORPHANED)
        & ~Q(code=MappingCode.MADE_UNTAXED)
        & ~Q(trouble=Trouble.DRIFTED, xero_id__isnull=False),
        "queued again.",
        needs=Permission.VIEW,
    ),
    OfferedDecision(
        DecisionName.MARK_DONE,
        "Mark done",
        "Mark {} done",
        decisions.mark_done,
        _STOPPED & OF_DOCUMENTS & ~Q(trouble=Trouble.ORPHANED),
        "marked as done. Nothing more is sent of them.",
        "count as seen to by you: nothing more is sent of them, and what of them stands in Xero "
        "stays.",
        is_rare=True,
        is_quiet=True,
    ),
    OfferedDecision(
        DecisionName.CLEAR_XERO_ID,
        "Clear the Xero ID",
        "Clear the Xero ID of {}",
        decisions.clear_xero_id,
        _STOPPED
        & Q(intent=Intent.PUSH, xero_id__isnull=False)
        & ~Q(code=ProblemCode.DOUBLED)
        & decisions.can_be_sent_anew(),
        "queued for Xero as new ones.",
        "will be sent to Xero as new ones. What stands there now stays, and is yours to remove.",
        is_rare=True,
        is_final=True,
    ),
)
DECISIONS: Mapping[DecisionName, OfferedDecision] = MappingProxyType(
    {one.name: one for one in _ALL}
)
#: What a record's button says instead, by the decision and the problem's code.
_LABELS: Mapping[tuple[DecisionName, str], str] = MappingProxyType(
    {
        (DecisionName.KEEP_THEIRS, ProblemCode.PAYMENT_EXISTS): "It is this one",
        (DecisionName.CANCEL, ProblemCode.TOO_MUCH): "Delete ours",
        (DecisionName.CANCEL, RefusalCode.PAYMENT_TOO_LARGE): "Delete ours",
        (DecisionName.SEND_OURS, ProblemCode.GONE_IN_XERO): "Send it again",
        (DecisionName.MARK_DONE, ProblemCode.GONE_IN_XERO): "Leave it out of Xero",
    }
)


def decision_named(name: str) -> OfferedDecision | None:
    """Return the decision of a name that somebody gave; None for none."""
    return next((one for one in _ALL if one.name == name), None)


def decisions_on_each(links: QuerySet[Link]) -> dict[int, list[OfferedDecision]]:
    """Return the decisions for each of the links (their trouble annotated), by primary key."""
    fits = {
        f"fits_{one.name}": Case(When(one.takes, then=Value(True)), default=Value(False))
        for one in _ALL
    }
    found = {
        row["pk"]: [one for one in _ALL if row[f"fits_{one.name}"]]
        for row in links.annotate(**fits).values("pk", *fits)
    }
    return _possible(found)


def _possible(found: dict[int, list[OfferedDecision]]) -> dict[int, list[OfferedDecision]]:
    """Leave out what cannot be taken over, which no condition on links tells."""
    names = {DecisionName.FOLLOW, DecisionName.TAKE_BOTH}
    asked = [pk for pk, acts in found.items() if names & {one.name for one in acts}]
    if not asked:
        return found
    plans = TakeOvers(asked)
    of_plan = {DecisionName.FOLLOW: plans.follow, DecisionName.TAKE_BOTH: plans.both}
    return {
        pk: [one for one in acts if one.name not in of_plan or of_plan[one.name](pk).is_possible]
        for pk, acts in found.items()
    }


def label_on(decision: OfferedDecision, link: Link) -> str:
    """Return what the decision's button says on one record's own row."""
    if decision.name == DecisionName.REMOVE:
        is_draft = link.document_id is None or link.xero_status in DRAFTS
        return "Retry: delete in Xero" if is_draft else "Retry: void in Xero"
    code = (link.problem or {}).get("code", "")
    if label := _LABELS.get((decision.name, code)):
        return label
    if decision.name == DecisionName.KEEP_THEIRS and link.document_id is None:
        return "Keep what Xero has"
    if decision.name == DecisionName.SEND_OURS and link.document_id is None:
        return "Send ours beside it" if code == ProblemCode.DIFFERS else "Send ours too"
    return decision.label


def decide_now(
    decision: OfferedDecision, links: QuerySet[Link], *, workspace: Workspace, actor: User
) -> str:
    """Decide so about those of the links that it is for, and return what to say of it."""
    keys = _keys(decision, links)
    count = decision.do(workspace=workspace, actor=actor, link_ids=keys) if keys else 0
    if not count:
        return "Nothing was changed: none of these waits for that any more."
    told = sum_of(Link.objects.filter(pk__in=keys))
    return f"{told}, {decision.done}{'' if decision.is_quiet else why_not_now(workspace)}"


def question_before(
    decision: OfferedDecision, links: QuerySet[Link], workspace: Workspace
) -> tuple[RecordSum, str]:
    """Return what it would be decided about, and in a sentence what comes of it."""
    keys = _keys(decision, links)
    part = sum_of(Link.objects.filter(pk__in=keys))
    outcome = decision.asks
    if decision.name == DecisionName.ADD_TAX and part.count:
        outcome = outcome.format(RecordSum(totals=decisions.totals_with_tax(workspace, keys)).money)
    return part, f"{part} {outcome}"


def made_untaxed(organisation: Organisation) -> tuple[TroubleCause, RecordSum, str] | None:
    """Return the question whether tax is added to what was made without; None where none is open."""
    key = wait_key(WaitSort.DEFAULT_TAX_CODE)
    cause = TroubleCause(Trouble.HELD, MappingCode.MADE_UNTAXED, key)
    links = attention.troubled_links(organisation).filter(cause.condition())
    add_tax = DECISIONS[DecisionName.ADD_TAX]
    part, told = question_before(add_tax, links, organisation.workspace)
    return (cause, part, told) if part.count else None


def _keys(decision: OfferedDecision, links: QuerySet[Link]) -> Sequence[int]:
    chosen = links.filter(decision.takes).order_by("pk")
    return list(chosen.values_list("pk", flat=True)[: decision.at_once])
