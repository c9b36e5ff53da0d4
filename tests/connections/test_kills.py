"""The power goes while somebody connects or disconnects: at every boundary the next try is whole."""

import pytest
from connection_processes import start_process

from consenting import NZ, UK, answer_consent, choose, connect
from factories import make_workspace, owner_of
from tallystick.connections.consent import begin_consent
from tallystick.connections.models import Organisation
from tallystick.connections.services import connection_of
from tallystick.connections.switching import open_choice, take
from xero_sandbox.server import Running

pytestmark = pytest.mark.django_db(transaction=True)
FINISH = """
from tallystick.connections.consent import finish_consent
from tallystick.workspaces.models import User
state, code, nonce, user = sys.argv[1:]
user = User.objects.get(pk=user)
finish_consent(state=state, code=code, error="", cookie_nonce=nonce, user=user)
"""
TAKE = """
from tallystick.connections.binding import former_of
from tallystick.connections.models import OrganisationChoice
from tallystick.connections.switching import take
from tallystick.workspaces.models import User
choice = OrganisationChoice.objects.select_related("request__workspace").get()
user, workspace = User.objects.get(pk=sys.argv[1]), choice.request.workspace
take(workspace=workspace, user=user, choice_id=choice.pk, instead_of=former_of(workspace))
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


def test_a_kill_after_the_question_is_kept_leaves_it_to_be_answered(xero: Running) -> None:
    workspace = make_workspace(currency="GBP")
    owner = owner_of(workspace)
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url, tenant_id=NZ)

    process = start_process(
        FINISH, xero, answer["state"], answer["code"], start.cookie_nonce, owner.pk,
        TALLYSTICK_FAILPOINT="choice.kept",
    )  # fmt: skip

    assert process.wait(timeout=30) == -9
    choice = open_choice(workspace=workspace, user=owner)
    assert choice is not None
    given = {"workspace": workspace, "user": owner, "choice_id": choice.pk}
    assert str(take(**given, instead_of=None).organisation) == "Demo Company (NZ)"


@pytest.mark.parametrize(
    ("failpoint", "connected"),
    [("choice.spent", UK), ("consent.before_commit", UK), ("consent.saved", NZ)],
)
def test_a_kill_while_the_question_is_answered_leaves_the_one_or_the_other(
    failpoint: str, connected: str, xero: Running
) -> None:
    workspace = make_workspace(currency="GBP")
    owner = owner_of(workspace)
    connect(workspace, owner, tenant_id=UK)
    choose(workspace, owner, tenant_id=NZ)

    process = start_process(TAKE, xero, owner.pk, TALLYSTICK_FAILPOINT=failpoint)

    assert process.wait(timeout=30) == -9
    assert str(connection_of(workspace).tenant_id) == connected
    assert connection_of(workspace).is_connected
    assert open_choice(workspace=workspace, user=owner) is None
    assert str(connect(workspace, owner, tenant_id=NZ).tenant_id) == NZ


def test_a_kill_after_disconnecting_here_leaves_no_token_here(xero: Running) -> None:
    workspace = make_workspace()
    connect(workspace, owner_of(workspace))

    process = start_process(DISCONNECT, xero, TALLYSTICK_FAILPOINT="disconnect.saved")

    assert process.wait(timeout=30) == -9
    assert not connection_of(workspace).is_connected
    assert connection_of(workspace).refresh_token == ""
    assert connect(workspace, owner_of(workspace)).is_connected
