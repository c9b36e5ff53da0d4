"""Which workspace a command is about, and who does it."""

from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.exits import Exit, Stop

if TYPE_CHECKING:
    from tallystick.workspaces.models import User, Workspace

WorkspaceOption = Annotated[
    str, typer.Option("--workspace", "-w", help="Its short name; needed where there are several.")
]
PersonOption = Annotated[
    str,
    typer.Option("--as", help="E-mail of who does this; an owner of the workspace if left out."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def chosen_workspace(slug: str) -> "Workspace":
    """Return the workspace named, or the only one. Raises Stop, listing those there are."""
    from tallystick.workspaces.models import Workspace

    known = {workspace.slug: workspace for workspace in Workspace.objects.order_by("slug")}
    if slug in known:
        return known[slug]
    if not slug and len(known) == 1:
        return next(iter(known.values()))
    if not known:
        raise Stop(
            "There is no workspace yet. Make one with: tallystick create-owner",
            code=Exit.NOT_SET_UP,
        )
    problem = f"There is no workspace {slug!r}" if slug else "There are several workspaces"
    raise Stop(f"{problem}. Choose with --workspace: {', '.join(known)}", code=Exit.USAGE)


def acting_person(workspace: "Workspace", email: str) -> "User":
    """Return who acts: the one named, or the workspace's first owner. Raises Stop."""
    from tallystick.workspaces.models import Role, User

    people = User.objects.filter(memberships__workspace=workspace, is_active=True)
    if email:
        person = people.filter(email=email.strip().lower()).first()
    else:
        person = people.filter(memberships__role=Role.OWNER).order_by("pk").first()
    if person is None:
        raise Stop(
            f"{email or 'An owner'} is not among the people of {workspace}. "
            "Name somebody who is with --as.",
            code=Exit.USAGE,
        )
    return person
