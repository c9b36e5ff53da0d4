import pytest
from django.contrib.auth.models import AnonymousUser

from factories import make_member, make_user, make_workspace, owner_of
from tallystick.workspaces.access import NotAllowed, Permission, may, require, workspaces_of
from tallystick.workspaces.models import Role

pytestmark = pytest.mark.django_db

ALLOWED = {
    Role.VIEWER: {Permission.VIEW},
    Role.BOOKKEEPER: {Permission.VIEW, Permission.EDIT_BOOKS},
    Role.INTEGRATION_MANAGER: {Permission.VIEW, Permission.EDIT_BOOKS, Permission.MANAGE_SYNC},
    Role.OWNER: set(Permission),
}


@pytest.mark.parametrize("role", Role)
def test_a_role_allows_what_the_table_says_and_nothing_else(role):
    workspace = make_workspace()
    person = make_member(workspace, role)

    allowed = {permission for permission in Permission if may(person, workspace, permission)}

    assert allowed == ALLOWED[role]


def test_a_role_counts_in_its_own_workspace_only():
    mine, theirs = make_workspace("Mine"), make_workspace("Theirs")
    owner = owner_of(mine)

    assert not may(owner, theirs, Permission.VIEW)
    assert list(workspaces_of(owner)) == [mine]


def test_whoever_is_not_signed_in_or_not_active_may_nothing():
    workspace = make_workspace()
    left = owner_of(workspace)
    left.is_active = False

    assert not may(AnonymousUser(), workspace, Permission.VIEW)
    assert not may(left, workspace, Permission.VIEW)
    assert not workspaces_of(AnonymousUser()).exists()


def test_a_refusal_names_the_people_who_can():
    workspace = make_workspace("Harbour Goods", owner=make_user("Ada Lovelace"))
    make_member(workspace, Role.INTEGRATION_MANAGER, name="Bo Chen")
    viewer = make_member(workspace, Role.VIEWER, name="Cy")

    with pytest.raises(NotAllowed) as caught:
        require(viewer, workspace, Permission.MANAGE_SYNC)

    assert str(caught.value) == (
        "Your role in Harbour Goods does not allow you to connect Xero, map and send. "
        "Ask Ada Lovelace or Bo Chen, who can. Nothing was changed."
    )
