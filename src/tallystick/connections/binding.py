"""Binding a workspace to one organisation, and letting go of connections at Xero."""

from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from tallystick.connections import installation
from tallystick.connections.errors import TakenElsewhere
from tallystick.connections.models import (
    Connection,
    ConnectionStatus,
    Organisation,
    OrganisationChoice,
)
from tallystick.connections.signals import organisation_connected
from tallystick.failpoints import failpoint
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace
from tallystick.xero import NotFound, TokenSet, XeroConnection, XeroError, delete_connection

log = structlog.get_logger(__name__)


class ChangedMeanwhile(Exception):
    """The workspace is bound to other books by now than the person was shown."""


def bind(
    *,
    workspace: Workspace,
    user: User,
    tokens: TokenSet,
    chosen: XeroConnection,
    instead_of: Organisation | None,
) -> Connection:
    """Store tokens and organisation as the workspace's connection, in place of `instead_of`.

    The same organisation finds its old row and with it links and mappings; another starts with
    none. A connection that this one takes the place of is let go at Xero.
    Raises TakenElsewhere where another workspace is bound to that organisation, and
    ChangedMeanwhile where neither it nor `instead_of` is what the workspace was bound to last.
    """
    try:
        connection, former = _save(workspace, user, tokens, chosen, instead_of)
    except TakenElsewhere:
        release(chosen.connection_id, tokens.access_token)
        raise
    failpoint("consent.saved")
    if former:
        release(former, tokens.access_token)
    return connection


def former_of(workspace: Workspace) -> Organisation | None:
    """Return the organisation that the workspace is bound to, or was last; None: never to any."""
    bound = Connection.objects.without_tokens().filter(workspace=workspace)
    found = bound.select_related("organisation").first()
    if found and found.organisation:
        return found.organisation
    ever = Organisation.objects.filter(workspace=workspace)
    return ever.order_by(F("bound_at").desc(nulls_last=True), "-pk").first()


def is_taken_elsewhere(workspace: Workspace, chosen: XeroConnection) -> bool:
    """Tell whether another workspace here is bound to that organisation."""
    bound = Connection.objects.filter(tenant_id=UUID(chosen.tenant_id))
    return bound.exclude(workspace=workspace).exists()


def release(xero_connection_id: str | UUID, access_token: str) -> None:
    """Remove a connection at Xero that no workspace here uses; if Xero is away it just stays.

    One that somebody has still to be asked about is in use.
    """
    holders = (Connection.objects, OrganisationChoice.objects)
    if any(one.filter(xero_connection_id=xero_connection_id).exists() for one in holders):
        return
    try:
        delete_connection(
            installation.token_pool(), installation.hosts(), access_token, str(xero_connection_id)
        )
    except NotFound:
        return
    except XeroError as refusal:
        log.warning(
            "xero_connection_not_removed",
            connection_id=str(xero_connection_id),
            reason=str(refusal),
        )


@transaction.atomic(durable=True)
def _save(
    workspace: Workspace,
    user: User,
    tokens: TokenSet,
    chosen: XeroConnection,
    instead_of: Organisation | None,
) -> tuple[Connection, UUID | None]:
    """Return the connection, and Xero's id of the one that it replaces, if that is another."""
    # Without the old tokens, so that connecting anew also mends a lost encryption key.
    rows = Connection.objects.without_tokens()
    rows.get_or_create(workspace=workspace)
    connection = rows.select_for_update().get(workspace=workspace)
    former_organisation = former_of(workspace)
    if former_organisation != instead_of and (
        former_organisation is None or str(former_organisation.tenant_id) != chosen.tenant_id
    ):
        raise ChangedMeanwhile
    name = chosen.tenant_name or "Unnamed organisation"
    organisation, _ = Organisation.objects.update_or_create(
        workspace=workspace,
        tenant_id=UUID(chosen.tenant_id),
        defaults={"name": name[:255], "bound_at": Now()},
    )
    former = connection.xero_connection_id
    connection.organisation = organisation
    connection.tenant_id = organisation.tenant_id
    connection.status = ConnectionStatus.CONNECTED
    connection.problem = ""
    connection.xero_connection_id = UUID(chosen.connection_id)
    connection.access_token = tokens.access_token
    connection.access_expires_at = tokens.expires_at
    connection.refresh_token = tokens.refresh_token
    connection.scopes = sorted(tokens.scopes)
    connection.generation += 1
    connection.refreshing_until = None
    connection.connected_by = user
    connection.connected_at = timezone.now()
    connection.last_success_at = connection.connected_at
    try:
        with transaction.atomic():
            connection.save()
    except IntegrityError:  # tenant_id is unique
        raise TakenElsewhere(workspace=workspace) from None
    audit.record(
        workspace=workspace,
        actor=user,
        action="connection.connected",
        message=f"Connected to {organisation} in Xero.",
        subject=organisation,
    )
    organisation_connected.send(
        sender=Connection, workspace=workspace, organisation_id=organisation.pk
    )
    failpoint("consent.before_commit")
    return connection, former if former != connection.xero_connection_id else None
