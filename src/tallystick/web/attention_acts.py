"""What a person can do about records under Needs attention: one act each, alone or many at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import Case, Q, QuerySet, Value, When

from tallystick.connections.models import Organisation
from tallystick.mapping.taxes import DEFAULT_KEY, UNTAXED_CODE
from tallystick.sync import attention, choosing, queue
from tallystick.sync.attention import Cause, Trouble
from tallystick.sync.models import DRAFTS, Intent, Link, LinkState
from tallystick.sync.outlook import going
from tallystick.sync.sums import Part, part_of
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import User, Workspace

#: One press takes so many records at most; what is left is taken by the next.
AT_ONCE = 50_000
#: What ends the trouble about a copy that was to go and is to stay after all.
LEAVE = "Leave it in Xero"
_STOPPED = Q(state__in=[LinkState.FAILED, LinkState.HELD])


@dataclass(frozen=True, slots=True)
class Act:
    """One button."""

    name: str
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
    at_once: int = AT_ONCE


_REMOVE = Act(
    "remove", "Retry: remove from Xero", "Retry: remove {} from Xero", queue.retry,
    Q(trouble=Trouble.ORPHANED), "queued to go out of Xero.",
    "will be deleted in Xero where a draft stands there, and voided where it is approved. "
    "Xero does not take that back.",
)  # fmt: skip
_LEAVE = Act(
    "leave", LEAVE, "Leave {} in Xero", choosing.mark_done,
    Q(trouble=Trouble.ORPHANED, state__in=[LinkState.FAILED, LinkState.HELD]),
    "left in Xero as they are. Nothing more is removed there.",
    "stay in Xero as they are: nothing more is removed there.",
)  # fmt: skip
_MARK = Act(
    "mark", "Mark as this one", "Mark {} as those in Xero", choosing.mark_as_found,
    Q(code="number_taken", state=LinkState.HELD, xero_id=None),
    "compared with what Xero has under the number; what agrees is linked.",
)  # fmt: skip
_KEEP = Act(
    "keep", "Keep what Xero has", "Keep Xero's for {}", choosing.keep_theirs,
    choosing.DRIFTED | Q(state=LinkState.HELD, code="payment_exists"),
    "kept as Xero has them.",
)  # fmt: skip
_SEND = Act(
    "send", "Send ours", "Send ours for {}", choosing.send_ours,
    choosing.can_be_sent_over(),
    "queued for Xero as they are here.",
    "will take the place of what stands in Xero now, or be added there. What somebody changed "
    "there is lost.",
)  # fmt: skip
ADD_TAX = Act(
    "add_tax", "Add the tax", "Add the tax to {}", choosing.add_tax,
    Q(state=LinkState.HELD, code=UNTAXED_CODE), "queued for Xero with the tax.",
    "will come to {} with the tax, here and in Xero.", at_once=2_000,
)  # fmt: skip
_APPROVE = Act(
    "approve", "Approve in Xero", "Approve what {} wait for", choosing.approve,
    Q(code=queue.NOT_APPROVED), "waiting no longer: what they are for is being approved in Xero.",
    "go out after what they are for is approved in Xero. An approval cannot be taken back there, "
    "only voided.",
)  # fmt: skip
_RETRY = Act(
    "retry", "Retry", "Retry {}", queue.retry,
    # Where the question is the same again, it would be no way out.
    ~Q(trouble=Trouble.ORPHANED) & ~Q(code=UNTAXED_CODE) & ~Q(trouble=Trouble.DRIFTED, xero_id__isnull=False),
    "queued again.", needs=Permission.VIEW,
)  # fmt: skip
_CANCEL = Act(
    "cancel", "Cancel here", "Cancel {} here", choosing.cancel_here,
    choosing.can_be_cancelled(), "cancelled here; what still stands of them goes from Xero too.",
    "will be cancelled here. What still stands of them in Xero is deleted there where it is a draft, "
    "and voided where it is approved. Neither is taken back.",
    needs=Permission.EDIT_BOOKS,
)  # fmt: skip
_DONE = Act(
    "done", "Mark done", "Mark {} done", choosing.mark_done,
    _STOPPED & Q(party=None) & ~Q(trouble=Trouble.ORPHANED),
    "marked as done. Nothing more is sent of them.",
    "count as seen to by you: nothing more is sent of them, and what of them stands in Xero stays.",
    is_rare=True,
)  # fmt: skip
_CLEAR = Act(
    "clear", "Clear the Xero ID", "Clear the Xero ID of {}", choosing.clear_xero_id,
    _STOPPED & Q(intent=Intent.PUSH, xero_id__isnull=False) & ~Q(code="doubled")
    & choosing.can_be_sent_anew(),
    "queued for Xero as new ones.",
    "will be sent to Xero as new ones. What stands there now stays, and is yours to remove.",
    is_rare=True,
)  # fmt: skip

#: After these nothing is to go.
_AT_REST = (_LEAVE, _KEEP, _DONE)
#: In the order of their buttons; the first that fits is the one that stands out.
ACTS: Mapping[str, Act] = MappingProxyType(
    {
        act.name: act
        for act in (
            _REMOVE, _LEAVE, _MARK, ADD_TAX, _APPROVE, _KEEP, _SEND, _CANCEL, _RETRY, _DONE,
            _CLEAR,
        )
    }
)  # fmt: skip


def acts_on(links: QuerySet[Link]) -> dict[int, list[Act]]:
    """Return the acts for each of the links (their trouble annotated), by primary key."""
    fits = {
        f"fits_{name}": Case(When(act.takes, then=Value(True)), default=Value(False))
        for name, act in ACTS.items()
    }
    return {
        row["pk"]: [act for name, act in ACTS.items() if row[f"fits_{name}"]]
        for row in links.annotate(**fits).values("pk", *fits)
    }


def label_on(act: Act, link: Link) -> str:
    """Return what the act's button says on one record's own row."""
    if act is _REMOVE:
        is_draft = link.document_id is None or link.xero_status in DRAFTS
        return "Retry: delete in Xero" if is_draft else "Retry: void in Xero"
    code = (link.problem or {}).get("code")
    if act is _KEEP and code == "payment_exists":
        return "It is this one"
    if act is _SEND and code == "gone_in_xero":
        return "Send it again"
    if act is _SEND and link.document_id is None:
        return "Send ours beside it" if code == "differs" else "Send ours too"
    if act is _DONE and code == "gone_in_xero":
        return "Leave it out of Xero"
    return act.label


def take(act: Act, links: QuerySet[Link], *, workspace: Workspace, actor: User) -> str:
    """Do the act to those of the links that it is for, and return what to say of it."""
    keys = _keys(act, links)
    count = act.do(workspace=workspace, actor=actor, link_ids=keys) if keys else 0
    if not count:
        return "Nothing was changed: none of these waits for that any more."
    told = part_of(Link.objects.filter(pk__in=keys))
    return f"{told}, {act.done}{'' if act in _AT_REST else going(workspace)}"


def question(act: Act, links: QuerySet[Link], workspace: Workspace) -> tuple[Part, str]:
    """Return what the act would be done to, and in a sentence what comes of it."""
    keys = _keys(act, links)
    part = part_of(Link.objects.filter(pk__in=keys))
    outcome = act.asks
    if act is ADD_TAX and part.count:
        outcome = outcome.format(Part(totals=choosing.totals_with_tax(workspace, keys)).money)
    return part, f"{part} {outcome}"


def made_untaxed(organisation: Organisation) -> tuple[Cause, Part, str] | None:
    """Return the question whether tax is added to what was made without; None where none is open."""
    cause = Cause(Trouble.HELD, UNTAXED_CODE, DEFAULT_KEY)
    links = attention.troubled(organisation).filter(cause.condition())
    part, told = question(ADD_TAX, links, organisation.workspace)
    return (cause, part, told) if part.count else None


def _keys(act: Act, links: QuerySet[Link]) -> Sequence[int]:
    chosen = links.filter(act.takes).order_by("pk")
    return list(chosen.values_list("pk", flat=True)[: act.at_once])
