"""What a person may decide about a link that waits for them: the buttons of each question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tallystick.mapping.taxes import UNTAXED_CODE
from tallystick.sync import choosing
from tallystick.sync.attention import ABOUT_CONTENT, troubled
from tallystick.sync.models import Intent, Link, LinkState
from tallystick.sync.outlook import going
from tallystick.web.attention_acts import LEAVE, acts_on, label_on
from tallystick.workspaces.models import User, Workspace


@dataclass(frozen=True, slots=True)
class Decision:
    """One button: the act of `choosing` that it calls, what it says, and what is said after."""

    act: str
    label: str
    is_first: bool = False
    #: Whether it is asked once more before it is done, as under Needs attention.
    asks: bool = False


@dataclass(frozen=True, slots=True)
class _Act:
    do: Callable[..., int]
    #: Said after; what it says of none stands in `NOTHING`.
    said: str


ACTS: Mapping[str, _Act] = MappingProxyType(
    {
        "approve": _Act(choosing.approve, "It is queued to be approved in Xero."),
        "send_ours": _Act(choosing.send_ours, "Ours is queued for Xero."),
        "keep_theirs": _Act(choosing.keep_theirs, "What Xero has is kept."),
        "clear_xero_id": _Act(
            choosing.clear_xero_id,
            "It is queued for Xero as a new one; what stands there stays.",
        ),
        "mark_done": _Act(
            choosing.mark_done, "It counts as done: nothing more is sent of it or removed in Xero."
        ),
        "add_tax": _Act(choosing.add_tax, "The tax was added, and it is queued for Xero."),
    }
)
#: Acts after which nothing is to go.
_AT_REST = frozenset({"keep_theirs", "mark_done"})
NOTHING = "Nothing was changed: it does not wait for this decision any more."

_OUT = Decision("mark_done", "Leave it as it is in Xero")
_DONE = Decision("mark_done", "Mark done")

#: By the problem's code.
_OF_DOCUMENT: Mapping[str, Sequence[Decision]] = MappingProxyType(
    {
        "has_payments": (_OUT,),
        "doubled": (_DONE,),
        "contact_missing": (),
        UNTAXED_CODE: (Decision("add_tax", "Add the tax", is_first=True),),
    }
)
_OF_ENTRY: Mapping[str, Sequence[Decision]] = MappingProxyType(
    {
        "differs": (Decision("send_ours", "Send ours beside it"),),
        "doubled": (_DONE,),
        "payment_exists": (
            Decision("keep_theirs", "It is this one", is_first=True),
            Decision("send_ours", "Send ours too"),
        ),
    }
)


def decisions_on(link: Link | None, *, name: str) -> list[Decision]:
    """Return the buttons that answer the link's question; `name` is its document's number."""
    if link is None or link.state not in (LinkState.FAILED, LinkState.HELD) or not link.problem:
        return []
    code = link.problem.get("code", "")
    if code == "not_approved":
        return [Decision("approve", f"Approve {name} in Xero", is_first=True)]
    if link.intent == Intent.RETRACT:
        return [Decision("mark_done", LEAVE)]
    if link.xero_id and code in ABOUT_CONTENT:
        return _as_under_attention(link)
    if link.document_id is None:
        return list(_OF_ENTRY.get(code, ()))
    return list(_OF_DOCUMENT.get(code, ()))


def _as_under_attention(link: Link) -> list[Decision]:
    """Return every act that Needs attention offers for it: which can work, is decided there."""
    links = troubled(link.organisation).filter(pk=link.pk)
    return [
        Decision(f"{act.name}:{link.pk}", label_on(act, link), asks=True)
        for act in acts_on(links).get(link.pk, ())
    ]


def take(act: str, *, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> str:
    """Do the act and return what to say. Raises KeyError for an act that there is none of."""
    chosen = ACTS[act]
    arguments: dict[str, Any] = {"workspace": workspace, "actor": actor, "link_ids": link_ids}
    if not chosen.do(**arguments):
        return NOTHING
    return f"{chosen.said}{'' if act in _AT_REST else going(workspace)}"
