"""Connecting other books than before, or books in another currency, is a question to the person.

What Xero sent back is kept, encrypted, as an OrganisationChoice until that person answers; until
then nothing is bound, and the connection that there was goes on. `take` binds the choice, `leave`
lets it go. A second consent leaves the tokens of the first as they are, and removing one
connection at Xero leaves its other connections; revoking the token would remove them all, so
`leave` does not (Xero's OAuth 2.0 pages, "Delete connection" and "Revoking tokens").
"""

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models.functions import Now

from tallystick.connections import errors, installation
from tallystick.connections.binding import (
    ChangedMeanwhile,
    bind,
    former_of,
    is_taken_elsewhere,
    release,
)
from tallystick.connections.fields import Undecryptable
from tallystick.connections.models import (
    Connection,
    ConsentRequest,
    Organisation,
    OrganisationChoice,
)
from tallystick.failpoints import failpoint
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace
from tallystick.xero import TokenSet, XeroClient, XeroConnection

log = structlog.get_logger(__name__)

#: Shorter than an access token lives, so that either answer can still be carried out at Xero.
ANSWER_WITHIN = timedelta(minutes=25)


def bind_or_ask(
    *, request: ConsentRequest, tokens: TokenSet, chosen: XeroConnection
) -> Connection | OrganisationChoice:
    """Bind the organisation that was there before, or a first one in the workspace's currency.

    Any other is kept as a question. Calls Xero, so never inside a transaction. Raises
    TakenElsewhere, and XeroError where the organisation's currency cannot be read.
    """
    workspace, former = request.workspace, former_of(request.workspace)
    if is_taken_elsewhere(workspace, chosen):
        release(chosen.connection_id, tokens.access_token)
        raise errors.TakenElsewhere(workspace=workspace)
    is_same = former is not None and str(former.tenant_id) == chosen.tenant_id
    choice = None if is_same else _read(request, tokens, chosen)
    if is_same or (former is None and choice and choice.currency == workspace.currency):
        try:
            return bind(
                workspace=workspace,
                user=request.user,
                tokens=tokens,
                chosen=chosen,
                instead_of=former,
            )
        except ChangedMeanwhile:
            choice = choice or _read(request, tokens, chosen)
    assert choice is not None  # noqa: S101 - read in each case that comes here
    _replace(choice)
    return choice


def open_choice(*, workspace: Workspace, user: User) -> OrganisationChoice | None:
    """Return the person's question that is not answered yet; None where there is none any more."""
    mine = OrganisationChoice.objects.without_tokens().filter(
        request__workspace=workspace, request__user=user, created_at__gt=Now() - ANSWER_WITHIN
    )
    return mine.select_related("request__workspace").order_by("-pk").first()


def take(
    *, workspace: Workspace, user: User, choice_id: int, instead_of: Organisation | None
) -> Connection:
    """Bind the workspace to what was chosen, in place of `instead_of`, which the person was shown.

    Calls Xero, so never inside a transaction. Raises NotAllowed; ConsentError where the question
    is answered or too old, or another workspace was quicker; ChangedMeanwhile, and then the
    question stays open, where other books are connected by now than the person was shown.
    """
    require(user, workspace, Permission.MANAGE_SYNC)
    if former_of(workspace) != instead_of:
        raise ChangedMeanwhile
    choice = _spend(workspace, user, choice_id)
    failpoint("choice.spent")
    return bind(
        workspace=workspace,
        user=user,
        tokens=choice.tokens(),
        chosen=choice.xero_connection(),
        instead_of=instead_of,
    )


def leave(*, workspace: Workspace, user: User, choice_id: int) -> None:
    """Let the choice go, here and at Xero; all that was connected before stays as it is.

    Calls Xero, so never inside a transaction. Raises NotAllowed, and ConsentError where the
    question is answered or too old.
    """
    require(user, workspace, Permission.MANAGE_SYNC)
    choice = _spend(workspace, user, choice_id)
    release(choice.xero_connection_id, choice.access_token)


def _read(request: ConsentRequest, tokens: TokenSet, chosen: XeroConnection) -> OrganisationChoice:
    """Return the choice with what Xero says of the organisation just now, unsaved."""
    client = XeroClient(
        installation.token_pool(), installation.hosts(), tokens.access_token, chosen.tenant_id
    )
    facts = client.organisation()
    return OrganisationChoice(
        request=request,
        tenant_id=chosen.tenant_id,
        name=(facts.name or chosen.tenant_name or "Unnamed organisation")[:255],
        country=facts.country_code or "",
        currency=facts.base_currency or "",
        is_demo=facts.is_demo_company,
        xero_connection_id=chosen.connection_id,
        access_token=tokens.access_token,
        access_expires_at=tokens.expires_at,
        refresh_token=tokens.refresh_token,
        scopes=sorted(tokens.scopes),
    )


def _replace(choice: OrganisationChoice) -> None:
    """Keep the choice in place of what the person chose before and never answered."""
    mine = OrganisationChoice.objects.filter(
        request__workspace=choice.request.workspace_id, request__user=choice.request.user_id
    )
    former = set(mine.values_list("xero_connection_id", flat=True))
    with transaction.atomic(durable=True):  # calls to Xero follow
        mine.delete()
        choice.save()
    failpoint("choice.kept")
    for connection_id in former:
        release(connection_id, choice.access_token)


def _spend(workspace: Workspace, user: User, choice_id: int) -> OrganisationChoice:
    """Use the question up; of two answers at the same moment only one gets through."""
    with transaction.atomic(durable=True):  # calls to Xero follow
        mine = OrganisationChoice.objects.filter(
            pk=choice_id, request__workspace=workspace, request__user=user
        )
        try:
            found = mine.select_for_update(of=("self",)).first()
        except Undecryptable:  # asked before the encryption key was lost
            raise errors.AnsweredTooLate(workspace=workspace) from None
        if found is None:
            raise errors.AnsweredBefore(workspace=workspace)
        is_in_time = mine.filter(created_at__gt=Now() - ANSWER_WITHIN).exists()
        OrganisationChoice.objects.filter(pk=found.pk).delete()
    if not is_in_time:
        release(found.xero_connection_id, found.access_token)
        raise errors.AnsweredTooLate(workspace=workspace)
    return found
