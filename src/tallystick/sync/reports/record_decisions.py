"""What a person may decide on a record's own page: the buttons of the question that it waits with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tallystick.mapping.problems import MappingCode
from tallystick.mapping.wait_keys import WaitSort, sort_of
from tallystick.sync.links.problems import ABOUT_CONTENT, DecisionName, ProblemCode
from tallystick.sync.lookup.taking_over import TakeOvers
from tallystick.sync.models import STOPPED_STATES, Intent, Link, LinkState
from tallystick.sync.reports.attention import troubled_links
from tallystick.sync.reports.offered_decisions import DECISIONS, LEAVE, decisions_on_each, label_on
from tallystick.sync.reports.outlook import why_not_now
from tallystick.workspaces.models import User, Workspace
from tallystick.xero.catalogue.codes import RefusalCode

NOTHING = "Nothing was changed: it does not wait for this decision any more."


@dataclass(frozen=True, slots=True)
class DecisionButton:
    """One button: the decision, and what it says."""

    name: DecisionName
    label: str
    is_first: bool = False
    #: It is asked once more before it is done, as under Needs attention: of this link.
    asks_of: int | None = None


#: What is said of one record after each decision that its page offers; of none see `NOTHING`.
_SAID: Mapping[DecisionName, str] = MappingProxyType(
    {
        DecisionName.APPROVE: "It is queued to be approved in Xero.",
        DecisionName.SEND_OURS: "Ours is queued for Xero.",
        DecisionName.KEEP_THEIRS: "What Xero has is kept.",
        DecisionName.CLEAR_XERO_ID: "It is queued for Xero as a new one; what stands there stays.",
        DecisionName.MARK_DONE: "It counts as done: nothing more is sent of it or removed in Xero.",
        DecisionName.ADD_TAX: "The tax was added, and it is queued for Xero.",
    }
)
_DONE = DecisionButton(DecisionName.MARK_DONE, "Mark done")
#: By the problem's code.
_OF_DOCUMENT: Mapping[str, Sequence[DecisionButton]] = MappingProxyType(
    {
        RefusalCode.HAS_PAYMENTS: (
            DecisionButton(DecisionName.MARK_DONE, "Leave it as it is in Xero"),
        ),
        ProblemCode.DOUBLED: (_DONE,),
        MappingCode.MADE_UNTAXED: (
            DecisionButton(DecisionName.ADD_TAX, "Add the tax", is_first=True),
        ),
    }
)
_OF_SETTLEMENT: Mapping[str, Sequence[DecisionButton]] = MappingProxyType(
    {
        ProblemCode.DIFFERS: (DecisionButton(DecisionName.SEND_OURS, "Send ours beside it"),),
        ProblemCode.DOUBLED: (_DONE,),
        ProblemCode.PAYMENT_EXISTS: (
            DecisionButton(DecisionName.KEEP_THEIRS, "It is this one", is_first=True),
            DecisionButton(DecisionName.SEND_OURS, "Send ours too"),
        ),
    }
)


#: Of payments that Xero has no room for, because somebody has recorded it there.
_OVERTAKEN = (ProblemCode.TOO_MUCH, RefusalCode.PAYMENT_TOO_LARGE)


def is_decided_here(name: str) -> bool:
    """Tell whether there is a decision of this name on a record's page."""
    return any(one == name for one in _SAID)


def buttons_on(link: Link | None, *, name: str) -> list[DecisionButton]:
    """Return the buttons that answer the link's question; `name` is its document's number."""
    if link is None or link.state not in STOPPED_STATES or not link.problem:
        return []
    code = link.problem.get("code", "")
    if code == ProblemCode.NOT_APPROVED:
        return [DecisionButton(DecisionName.APPROVE, f"Approve {name} in Xero", is_first=True)]
    if link.intent == Intent.RETRACT:
        return [DecisionButton(DecisionName.MARK_DONE, LEAVE)]
    if link.xero_id and code in ABOUT_CONTENT:
        return _as_under_attention(link)
    if link.document_id is None and code in _OVERTAKEN:
        # Retry stands beside it in any case.
        return [one for one in _as_under_attention(link) if one.name != DecisionName.RETRY]
    of_record = _OF_SETTLEMENT if link.document_id is None else _OF_DOCUMENT
    return list(of_record.get(code, ()))


def _as_under_attention(link: Link) -> list[DecisionButton]:
    """Return every decision that Needs attention offers: which can work, is decided there."""
    links = troubled_links(link.organisation).filter(pk=link.pk)
    return [
        DecisionButton(one.name, label_on(one, link), asks_of=link.pk)
        for one in decisions_on_each(links).get(link.pk, ())
    ]


def colliding_on(link: Link | None) -> tuple[str, ...]:
    """Return what both sides have changed to something else, so that both cannot be taken."""
    if link is None or link.document is None or link.state != LinkState.HELD:
        return ()
    is_edited = link.sent_revision is not None and link.sent_revision < link.document.revision
    if not is_edited or (link.problem or {}).get("code") != ProblemCode.DIFFERS:
        return ()
    return TakeOvers([link.pk]).both(link.pk).against


def is_undoable_void(link: Link | None) -> bool:
    """Tell whether its document was cancelled here because it was voided there, which can be undone."""
    is_over = link is not None and link.state == LinkState.RETRACTED
    return is_over and link is not None and sort_of(link.waits_for) == WaitSort.VOIDED_THERE


def decide_here(name: str, *, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> str:
    """Decide so and return what to say. Raises ValueError for a decision that there is none of."""
    said = _SAID[DecisionName(name)]  # first: nothing is done that no page offers
    chosen = DECISIONS[DecisionName(name)]
    arguments: dict[str, Any] = {"workspace": workspace, "actor": actor, "link_ids": link_ids}
    if not chosen.do(**arguments):
        return NOTHING
    return f"{said}{'' if chosen.is_quiet else why_not_now(workspace)}"
