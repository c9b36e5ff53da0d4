"""The power goes while somebody connects or disconnects: at every boundary the next try is whole."""

import pytest
from connection_processes import start_process

from consenting import NZ, answer_consent, connect
from factories import make_workspace, owner_of
from tallystick.connections.consent import begin_consent
from tallystick.connections.models import Organisation
from tallystick.connections.services import connection_of
from xero_sandbox.server import Running

pytestmark = pytest.mark.django_db(transaction=True)
FINISH = """
from tallystick.connections.consent import finish_consent
from tallystick.workspaces.models import User
state, code, nonce, user = sys.argv[1:]
user = User.objects.get(pk=user)
finish_consent(state=state, code=code, error="", cookie_nonce=nonce, user=user)
"""
DISCONNECT = """
from tallystick.connections.services import disconnect
from tallystick.workspaces.models import Membership
owner = Membership.objects.select_related("workspace", "user").get(role="owner")
disconnect(workspace=owner.workspace, user=owner.user)
"""


@pytest.mark.parametrize(
    ("failpoint", "connected"),
    [
        ("consent.spent", False),
        ("consent.exchanged", False),
        ("consent.answered", False),
        ("consent.before_commit", False),
        ("consent.saved", True),
    ],
)
def test_a_kill_while_connecting_leaves_all_or_nothing_and_the_next_try_connects(
    failpoint: str, connected: bool, xero: Running
) -> None:
    workspace = make_workspace()
    owner = owner_of(workspace)
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)

    process = start_process(
        FINISH, xero, answer["state"], answer["code"], start.cookie_nonce, owner.pk,
        TALLYSTICK_FAILPOINT=failpoint,
    )  # fmt: skip

    assert process.wait(timeout=30) == -9
    assert connection_of(workspace).is_connected == connected
    assert Organisation.objects.exists() == connected
    assert connect(workspace, owner, tenant_id=NZ).is_connected


def test_a_kill_after_disconnecting_here_leaves_no_token_here(xero: Running) -> None:
    workspace = make_workspace()
    connect(workspace, owner_of(workspace))

    process = start_process(DISCONNECT, xero, TALLYSTICK_FAILPOINT="disconnect.saved")

    assert process.wait(timeout=30) == -9
    assert not connection_of(workspace).is_connected
    assert connection_of(workspace).refresh_token == ""
    assert connect(workspace, owner_of(workspace)).is_connected
