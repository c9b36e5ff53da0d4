"""What is said of a copy that was to go out of Xero and still stands there, and what ends that."""

from collections.abc import Mapping
from types import MappingProxyType

from tallystick.mapping.problems import XERO, Problem
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.models import Link
from tallystick.xero.catalogue.codes import RefusalCode

#: The code of what Xero keeps because it is paid there, in whole or in part.
PAID = RefusalCode.HAS_PAYMENTS
#: What a link waits for whose copy was kept for that and then left there on purpose: nothing, but
#: whoever would have it undone once more is to know.
LEFT_AS_PAID = wait_key(WaitSort.LEFT_AS_PAID)
#: By the code of why Xero keeps it: what ends that.
_ENDS: Mapping[str, str] = MappingProxyType(
    {
        RefusalCode.PERIOD_LOCKED: "Have the lock date in Xero moved, then press Retry: it is removed then.",
        PAID: "Remove them in Xero, then press Retry: it is voided then.",
        RefusalCode.PAYMENT_RECONCILED: (
            "Undo its reconciliation in Xero, then press Retry: it is deleted then."
        ),
        RefusalCode.RECONCILED: (
            "Undo its reconciliation in Xero, then press Retry: it is removed then."
        ),
        ProblemCode.NO_CLEAR_ANSWER: (
            "Press Retry; nothing is doubled. If it comes again, remove it in Xero by hand and press "
            "Retry: Xero is asked, and it counts as removed."
        ),
    }
)
_ELSE = (
    "Look at it in Xero and mend what stands in the way, or remove it there by hand, then press "
    "Retry."
)
#: What was to be undone may bear payments that were recorded here.
_OURS = (
    "Delete here what was recorded here, and the rest in Xero, then press Retry: it is voided then."
)
#: What releases it by itself, by the same codes.
_RELEASED_BY: Mapping[str, str] = MappingProxyType(
    {RefusalCode.PERIOD_LOCKED: wait_key(WaitSort.XERO_LOCK)}
)
_TO_STAY = "If it is to stay, press Leave it in Xero."


def lament_of(link: Link, stands: str = "still stands in Xero") -> str:
    """Return how a sentence about the link's record goes on, before the reason."""
    if not link.is_withdrawn:
        return f"was to be undone but {stands}"
    return f"is {'cancelled' if link.document else 'deleted'} here but {stands}"


def key_of(code: str) -> str:
    """Return the key that a link waits for whose copy does not go for this reason."""
    return _RELEASED_BY.get(code, "")


def still_there(link: Link, code: str, message: str) -> Problem:
    """Return the problem of a link whose copy does not go, by the code of the reason."""
    remedy = _ENDS.get(code, _ELSE)
    if code == PAID and not link.is_withdrawn:
        remedy = _OURS
    return Problem(code, message, f"{remedy} {_TO_STAY}", XERO, key_of(code))


def counts_as_paid(message: str) -> Problem:
    """Return that of a document that comes to nothing, which Xero never voids."""
    remedy = "It changes nothing there: press Leave it in Xero."
    return Problem(PAID, message, remedy, XERO)
