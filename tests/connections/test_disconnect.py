"""Ending a connection, and giving stored tokens a new key."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import connection as database
from django.utils import timezone
from pytest_django.fixtures import Settings

from consenting import NZ, UK, connect
from factories import make_member, make_workspace, owner_of
from tallystick.connections.fields import Undecryptable
from tallystick.connections.models import Connection, ConnectionStatus, ConsentRequest, Organisation
from tallystick.connections.services import connection_of, disconnect, reencrypt_tokens
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import AuditEntry, Role, User, Workspace
from xero_sandbox.server import Running

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return owner_of(workspace)


def left_at_xero(xero: Running) -> tuple[list[str], int]:
    """Organisations still connected there, and how many refresh tokens still live."""
    with xero.sandbox.store.read() as books:
        connected = [row["organisation"] for row in books.execute("SELECT * FROM connection")]
        tokens = books.execute("SELECT count(*) FROM refresh_token").fetchone()[0]
    return connected, tokens


def test_disconnecting_erases_tokens_here_and_at_xero_and_keeps_the_organisation(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    organisation = connect(workspace, owner).organisation

    done = disconnect(workspace=workspace, user=owner)

    after = Connection.objects.get()
    assert done.removed_at_xero
    assert done.message == ("Disconnected from Demo Company (NZ). Its links and mappings are kept.")
    assert after.status == ConnectionStatus.DISCONNECTED
    assert (after.access_token, after.refresh_token, after.tenant_id) == ("", "", None)
    assert Organisation.objects.get() == organisation
    assert left_at_xero(xero) == ([], 0)
    assert AuditEntry.objects.filter(actor=owner, action="connection.disconnected").exists()


def test_disconnecting_leaves_the_same_persons_other_organisations_connected(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    connect(workspace, owner, tenant_id=NZ)
    other = make_workspace("Second Shop", owner=owner)
    connect(other, owner, tenant_id=UK)

    disconnect(workspace=workspace, user=owner)

    assert left_at_xero(xero) == ([UK], 2)
    assert connection_of(other).is_connected


def test_disconnecting_with_xero_away_still_happens_here_and_says_what_is_left(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    connect(workspace, owner)
    xero.sandbox.faults.add({"match": {}, "action": "status", "status": 503})

    done = disconnect(workspace=workspace, user=owner)

    assert not done.removed_at_xero
    assert "remove it in Xero under Settings, Connected apps" in done.message
    assert connection_of(workspace).status == ConnectionStatus.DISCONNECTED
    assert Connection.objects.get().refresh_token == ""


def test_an_expired_token_is_renewed_to_remove_the_connection_at_xero(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    connect(workspace, owner)
    Connection.objects.update(access_expires_at=timezone.now())

    assert disconnect(workspace=workspace, user=owner).removed_at_xero

    assert left_at_xero(xero)[0] == []


def test_disconnecting_twice_changes_nothing_more(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    connect(workspace, owner)
    disconnect(workspace=workspace, user=owner)

    again = disconnect(workspace=workspace, user=owner)

    assert again.message == "Nothing was connected, so nothing was changed."
    assert AuditEntry.objects.filter(action="connection.disconnected").count() == 1


def test_a_bookkeeper_may_not_disconnect(xero: Running, workspace: Workspace, owner: User) -> None:
    connect(workspace, owner)

    with pytest.raises(NotAllowed):
        disconnect(workspace=workspace, user=make_member(workspace, Role.BOOKKEEPER))

    assert connection_of(workspace).is_connected


def test_an_organisation_is_free_for_another_workspace_once_disconnected(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    connect(workspace, owner, tenant_id=NZ)
    disconnect(workspace=workspace, user=owner)
    other = make_workspace("Second Shop", owner=owner)

    assert connect(other, owner, tenant_id=NZ).is_connected


def test_a_new_key_takes_over_and_the_old_one_can_be_dropped(
    xero: Running, workspace: Workspace, owner: User, settings: Settings
) -> None:
    token = connect(workspace, owner).refresh_token
    new, old = Fernet.generate_key().decode(), settings.ENCRYPTION_KEYS

    settings.ENCRYPTION_KEYS = [new, *old]
    count = reencrypt_tokens()
    settings.ENCRYPTION_KEYS = [new]

    assert count == 2, "the connection and the journey that made it"
    assert Connection.objects.get().refresh_token == token


def test_a_lost_key_is_mended_by_connecting_again(
    xero: Running, workspace: Workspace, owner: User, settings: Settings
) -> None:
    connect(workspace, owner)
    ConsentRequest.objects.update(created_at=timezone.now() - timedelta(days=2))
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(Undecryptable, match="connect Xero again"):
        Connection.objects.get()

    assert connection_of(workspace).is_connected, "the card needs no token"
    connect(workspace, owner)

    assert Connection.objects.get().refresh_token


def test_a_lost_key_does_not_stop_a_disconnect(
    xero: Running, workspace: Workspace, owner: User, settings: Settings
) -> None:
    connect(workspace, owner)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    done = disconnect(workspace=workspace, user=owner)

    assert not done.removed_at_xero
    with database.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM connections_connection")
        assert cursor.fetchall() == [("", "")]
