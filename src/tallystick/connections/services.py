"""The connection of a workspace: looking at it, ending it, and rotating the key of its tokens."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast, Now
from django.utils import timezone

from tallystick.connections import installation
from tallystick.connections.fields import Undecryptable
from tallystick.connections.models import (
    Connection,
    ConnectionStatus,
    ConsentRequest,
    Organisation,
    OrganisationChoice,
    forget_journeys,
)
from tallystick.connections.problems import UNREADABLE, mark_unreadable
from tallystick.connections.vault import readable
from tallystick.failpoints import failpoint
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace
from tallystick.xero import (
    NotFound,
    XeroError,
    connections,
    delete_connection,
    refresh,
    revoke,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Disconnected:
    """What came of disconnecting; `message` says it in a sentence or two."""

    organisation: Organisation | None  #: None where nothing was connected.
    removed_at_xero: bool

    @property
    def message(self) -> str:
        if self.organisation is None:
            return "Nothing was connected, so nothing was changed."
        done = f"Disconnected from {self.organisation}. Its links and mappings are kept."
        if self.removed_at_xero:
            return done
        return (
            f"{done} Xero could not be told, so Tallystick still stands among the connected apps "
            "there; remove it in Xero under Settings, Connected apps."
        )


def connection_of(workspace: Workspace) -> Connection:
    """Return the workspace's connection with its organisation, without reading any token.

    A workspace that never connected has one too, unsaved and `disconnected`.
    """
    rows = Connection.objects.without_tokens().select_related("organisation", "connected_by")
    found = rows.filter(workspace=workspace).first()
    return found or Connection(workspace=workspace)


def disconnect(*, workspace: Workspace, user: User) -> Disconnected:
    """End the connection: here at once, then at Xero if it answers.

    Tokens are erased; the organisation with its links and mappings stays for a reconnect. Calls
    Xero, so never inside a transaction. Raises NotAllowed.
    """
    require(user, workspace, Permission.MANAGE_SYNC)
    held = _held_secrets(workspace)
    organisation, xero_connection_id = _erase(workspace, user)
    failpoint("disconnect.saved")
    if organisation is None or xero_connection_id is None:
        return Disconnected(organisation, removed_at_xero=organisation is None)
    removed = held is not None and _remove_at_xero(held, xero_connection_id)
    return Disconnected(organisation, removed_at_xero=removed)


def reencrypt_tokens() -> int:
    """Write every stored secret anew with the first encryption key; return how many rows.

    Afterwards the older keys can be dropped. Raises Undecryptable, and then changes nothing.
    """
    with transaction.atomic():
        holders: list[Connection | OrganisationChoice] = []
        for model in (Connection, OrganisationChoice):
            holders += model.objects.select_for_update().order_by("pk")
        for holder in holders:
            holder.save(update_fields=["access_token", "refresh_token"])
        forget_journeys(ConsentRequest.objects.filter(created_at__lt=Now() - timedelta(days=1)))
        requests = list(ConsentRequest.objects.select_for_update().order_by("pk"))
        for request in requests:
            request.save(update_fields=["code_verifier"])
    return len(holders) + len(requests)


def judge_stored_tokens() -> None:
    """Turn connections to `error` whose tokens no key here reads, and back those that one reads again."""
    for connection in _with_stored_tokens():
        is_readable = readable(settings.ENCRYPTION_KEYS, connection.stored)
        if connection.organisation and connection.is_connected and not is_readable:
            mark_unreadable(connection.organisation)
        elif is_readable:
            Connection.objects.filter(
                pk=connection.pk, status=ConnectionStatus.ERROR, problem=UNREADABLE
            ).update(status=ConnectionStatus.CONNECTED, problem="")


@transaction.atomic
def forget_unreadable_tokens() -> list[Connection]:
    """Erase tokens that no key here reads, and return their connections, in `error` until reconnected."""
    lost = [
        one for one in _with_stored_tokens() if not readable(settings.ENCRYPTION_KEYS, one.stored)
    ]
    for connection in lost:
        if connection.organisation and connection.is_connected:
            mark_unreadable(connection.organisation)
    found = Connection.objects.filter(pk__in=[one.pk for one in lost])
    found.update(access_token="", refresh_token="", access_expires_at=None)
    OrganisationChoice.objects.without_tokens().delete()
    forget_journeys(ConsentRequest.objects.all())  # they could not be finished without the key
    return lost


def _with_stored_tokens() -> QuerySet[Connection]:
    """Return the connections that hold tokens, each with its refresh token as it is stored."""
    stored = Cast("refresh_token", TextField())
    rows = Connection.objects.without_tokens().select_related("organisation", "workspace")
    # The model declares it, so that its readers know its type.
    return rows.exclude(refresh_token="").annotate(stored=stored).order_by("pk")  # type: ignore[no-redef]


def _held_secrets(workspace: Workspace) -> Connection | None:
    """Return the connection with its tokens, or None where they are none or cannot be read."""
    try:
        held = Connection.objects.filter(workspace=workspace).first()
    except Undecryptable as unreadable:
        log.warning("xero_tokens_unreadable", workspace=workspace.pk, reason=str(unreadable))
        return None
    return held if held and held.refresh_token else None


@transaction.atomic(durable=True)
def _erase(workspace: Workspace, user: User) -> tuple[Organisation | None, UUID | None]:
    """Return what was connected; both None where nothing was."""
    rows = Connection.objects.without_tokens().select_related("organisation")
    bound = rows.select_for_update(of=("self",)).filter(workspace=workspace).first()
    if bound is None or bound.status == ConnectionStatus.DISCONNECTED:
        return None, None
    organisation, xero_connection_id = bound.organisation, bound.xero_connection_id
    bound.status = ConnectionStatus.DISCONNECTED
    bound.problem = bound.access_token = bound.refresh_token = ""
    bound.organisation = bound.tenant_id = bound.xero_connection_id = None
    bound.access_expires_at = bound.refreshing_until = None
    bound.scopes = []
    bound.generation += 1
    bound.save()
    audit.record(
        workspace=workspace,
        actor=user,
        action="connection.disconnected",
        message=f"Disconnected from {organisation}.",
        subject=organisation,
    )
    return organisation, xero_connection_id


def _remove_at_xero(held: Connection, xero_connection_id: UUID) -> bool:
    """Delete the connection at Xero, and end the tokens too if they open nothing else there.

    Revoking always would also cut off other organisations that the same person has connected.
    """
    http, hosts, app = installation.token_pool(), installation.hosts(), installation.app()
    access_token, refresh_token = held.access_token, held.refresh_token
    try:
        if not held.access_expires_at or held.access_expires_at <= timezone.now():
            fresh = refresh(http, hosts, app, refresh_token)
            access_token, refresh_token = fresh.access_token, fresh.refresh_token
        try:
            delete_connection(http, hosts, access_token, str(xero_connection_id))
        except NotFound:
            log.info("xero_connection_was_gone", connection_id=str(xero_connection_id))
        if not connections(http, hosts, access_token):
            revoke(http, hosts, app, refresh_token)
    except XeroError as refusal:
        log.warning("xero_connection_not_removed", reason=str(refusal))
        return False
    return True
