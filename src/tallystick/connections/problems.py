"""From what Xero refused to the one sentence on the Xero card."""

from django.db import transaction
from django.db.models import QuerySet

from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.workspaces import audit
from tallystick.xero import (
    AppRefused,
    ConsentRevoked,
    NeedsPerson,
    NotAllowed,
    NotConnected,
    ScopeMissing,
)

_SENTENCES: dict[type[NeedsPerson], str] = {
    ConsentRevoked: (
        "Xero no longer accepts our access to {organisation}: it was removed in Xero, "
        "or not used for 60 days."
    ),
    NotConnected: "Access to {organisation} was removed in Xero.",
    ScopeMissing: "The permissions given in Xero for {organisation} do not cover what is needed.",
    NotAllowed: (
        "The role in Xero of the person who connected {organisation} no longer allows this; "
        "somebody with a higher role there should reconnect."
    ),
    AppRefused: (
        "Xero does not accept this installation's client id and secret; whoever runs it should "
        "compare XERO_CLIENT_ID and XERO_CLIENT_SECRET with the app at Xero first."
    ),
}


#: Why a connection is in error whose tokens no key here reads; `connections.services` takes it back by
#: itself once one does.
UNREADABLE = (
    "Our access to Xero cannot be read: it is kept encrypted, and this installation lacks the key. "
    "Reconnect; or whoever runs Tallystick brings the key back and starts Tallystick again."
)


def sentence_for(error: NeedsPerson, organisation: Organisation) -> str:
    """Return why a person has to act, with the organisation's name; what to do is on the card."""
    for kind, sentence in _SENTENCES.items():
        if isinstance(error, kind):
            return sentence.format(organisation=organisation)
    return str(error)


@transaction.atomic
def mark_error(
    organisation: Organisation, error: NeedsPerson, *, generation: int | None = None
) -> bool:
    """Turn the live connection to the organisation to `error`, with the reason; say whether it was.

    Nothing changes where the workspace has reconnected or disconnected since: with `generation`,
    only the connection of exactly that token set is turned. Whatever is queued stays queued.
    """
    live = Connection.objects.filter(
        workspace=organisation.workspace_id,
        organisation=organisation,
        status=ConnectionStatus.CONNECTED,
    )
    if generation is not None:
        live = live.filter(generation=generation)
    return _turn(live, organisation, sentence_for(error, organisation))


@transaction.atomic
def mark_unreadable(organisation: Organisation) -> bool:
    """Turn the organisation's connection to `error`, since no key here reads its tokens."""
    live = Connection.objects.filter(organisation=organisation, status=ConnectionStatus.CONNECTED)
    return _turn(live, organisation, UNREADABLE)


def _turn(live: QuerySet[Connection], organisation: Organisation, problem: str) -> bool:
    if not live.update(status=ConnectionStatus.ERROR, problem=problem, refreshing_until=None):
        return False
    audit.record(
        workspace=organisation.workspace,
        actor=None,
        action="connection.failed",
        message=problem,
        subject=organisation,
    )
    return True
