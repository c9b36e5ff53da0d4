"""Who may do what in a workspace: one table, asked by every face before every act."""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from tallystick.act_refused import ActRefused
from tallystick.workspaces.models import Membership, Role, User, Workspace


class Permission(StrEnum):
    """What a role allows; the value completes the sentence "to …"."""

    VIEW = "see the books"
    EDIT_BOOKS = "change the books"
    MANAGE_SYNC = "connect Xero, map and send"
    MANAGE_PEOPLE = "manage people and roles"


_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.VIEW}),
    Role.BOOKKEEPER: frozenset({Permission.VIEW, Permission.EDIT_BOOKS}),
    Role.INTEGRATION_MANAGER: frozenset(
        {Permission.VIEW, Permission.EDIT_BOOKS, Permission.MANAGE_SYNC}
    ),
    Role.OWNER: frozenset(Permission),
}


class NotAllowed(ActRefused):
    """The person's role does not allow the act; the remedy says who can do it."""

    code = "not_allowed"


def may(user: User | AnonymousUser, workspace: Workspace, permission: Permission) -> bool:
    """Say whether the person is active, belongs to the workspace and has such a role there."""
    return (
        user.is_active
        and user.pk is not None
        and Membership.objects.filter(
            workspace=workspace, user=user.pk, role__in=_roles_with(permission)
        ).exists()
    )


def require(user: User | AnonymousUser, workspace: Workspace, permission: Permission) -> None:
    """Raise NotAllowed unless the person may."""
    if not may(user, workspace, permission):
        raise NotAllowed(
            f"Your role in {workspace} does not allow you to {permission}.",
            remedy=f"{who_can(workspace, permission)} Nothing was changed.",
        )


def who_can(workspace: Workspace, permission: Permission) -> str:
    """Return the sentence that says whom to ask, such as "Ask Ada or Bo, who can."."""
    people = User.objects.filter(
        is_active=True,
        memberships__workspace=workspace,
        memberships__role__in=_roles_with(permission),
    ).order_by("name", "email")[:4]
    names = [str(person) for person in people]
    if not names:
        return "Nobody in it has such a role yet."
    shown = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"Ask {shown}, who can."


def workspaces_of(user: User | AnonymousUser) -> QuerySet[Workspace]:
    """Return the workspaces that the person belongs to, by name."""
    return Workspace.objects.filter(memberships__user=user.pk).order_by("name", "pk")


def _roles_with(permission: Permission) -> list[str]:
    return [role for role, permissions in _PERMISSIONS.items() if permission in permissions]
