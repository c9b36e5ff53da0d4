"""What will happen in Xero when something is done here, told before and after."""

from tallystick.books.models import Document, Kind, Status
from tallystick.sync.models import DRAFTS, Link, LinkState, SentAs, Trigger
from tallystick.sync.policy import policy_of
from tallystick.sync.queue import bound_organisation
from tallystick.workspaces.models import Workspace

_AS = {
    SentAs.DRAFT: "as drafts, to be approved there",
    SentAs.SUBMITTED: "to await approval there",
    SentAs.AUTHORISED: "as approved",
}


def before_submitting(workspace: Workspace, kind: Kind) -> str:
    """Return how a sentence about documents that "will become final here" goes on."""
    organisation = bound_organisation(workspace)
    if organisation is None:
        return "and go to Xero once it is connected."
    policy = policy_of(organisation, kind)
    when = {Trigger.BY_HAND: " when somebody presses Sync now", Trigger.ON_SUBMIT: ""}
    at = when.get(Trigger(policy.trigger), f" at {policy.send_at:%H:%M}" if policy.send_at else "")
    return f"and go to Xero{at} {_AS[SentAs(policy.sent_as)]}."


def after_submitting(workspace: Workspace, kind: Kind) -> str:
    """Return how a sentence about documents that were "submitted" goes on."""
    organisation = bound_organisation(workspace)
    if organisation is None:
        return ". Sending begins once Xero is connected."
    policy = policy_of(organisation, kind)
    if policy.trigger == Trigger.BY_HAND:
        return ". Press Sync now to send what waits."
    if policy.trigger == Trigger.SCHEDULE and policy.send_at:
        return f". Xero gets it at {policy.send_at:%H:%M}."
    return " and on the way to Xero."


def of_editing(document: Document, link: Link | None) -> str:
    """Return what an edit of a submitted document brings about; empty for a draft."""
    if document.status != Status.SUBMITTED:
        return ""
    if link is None or link.state in (LinkState.EXCLUDED, LinkState.RETRACTED):
        return "It is submitted and stays so. Nothing of it is in Xero."
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
