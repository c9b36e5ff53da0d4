"""Commands about the read-only SQL schema: who may read the mirror with tools of their own."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.chosen import (
    JsonOption,
    PersonOption,
    WorkspaceOption,
    acting_person,
    chosen_workspace,
)
from tallystick.cli.exits import Exit, Stop
from tallystick.cli.prepare import prepare

if TYPE_CHECKING:
    from tallystick.mirror.views.access import SqlAccess

app = typer.Typer(
    help="Let tools of your own read what came from Xero: a database role for each workspace.",
    no_args_is_help=True,
)


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """Show which database role reads which workspace."""
    prepare()
    from tallystick.mirror.views.access import readers

    facts = [
        {
            "workspace": reader.workspace.slug,
            "role": reader.role,
            "made_by": "tallystick" if reader.is_ours else "somebody else",
            "created_at": reader.created_at.isoformat(timespec="seconds"),
        }
        for reader in readers()
    ]
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    for one in facts:
        print(f"{one['workspace']}: {one['role']}, since {one['created_at']}")
    if not facts:
        print("No database role reads a workspace. Make one with: tallystick sql-access grant")


@app.command()
def grant(
    workspace: WorkspaceOption = "",
    person: PersonOption = "",
    role: Annotated[
        str, typer.Option(help="One that the server has already, where we may make none.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a role that reads one workspace's views and nothing else; prints its password once."""
    prepare()
    from tallystick.act_refused import ActRefused
    from tallystick.mirror.views.access import grant_access

    where = chosen_workspace(workspace)
    try:
        access = grant_access(workspace=where, actor=acting_person(where, person), role=role)
    except ActRefused as refused:
        raise Stop(str(refused), code=Exit.NEEDS_PERSON) from refused
    _print(access, as_json=as_json)


@app.command("new-password")
def new_password(
    workspace: WorkspaceOption = "", person: PersonOption = "", as_json: JsonOption = False
) -> None:
    """Give the workspace's role another password, and print it once."""
    prepare()
    from tallystick.act_refused import ActRefused
    from tallystick.mirror.views.access import renew_password

    where = chosen_workspace(workspace)
    try:
        access = renew_password(workspace=where, actor=acting_person(where, person))
    except ActRefused as refused:
        raise Stop(str(refused), code=Exit.NEEDS_PERSON) from refused
    _print(access, as_json=as_json)


@app.command()
def revoke(workspace: WorkspaceOption = "", person: PersonOption = "") -> None:
    """Take the access away, and drop the role where we made it."""
    prepare()
    from tallystick.act_refused import ActRefused
    from tallystick.mirror.views.access import revoke_access

    where = chosen_workspace(workspace)
    try:
        role = revoke_access(workspace=where, actor=acting_person(where, person))
    except ActRefused as refused:
        raise Stop(str(refused), code=Exit.NEEDS_PERSON) from refused
    print(f"{role} reads nothing of {where} any more.")


def _print(access: "SqlAccess", *, as_json: bool) -> None:
    from django.db import connection

    place = connection.settings_dict
    facts = {
        "host": str(place["HOST"] or "localhost"),
        "port": str(place["PORT"] or place["OPTIONS"].get("port") or 5432),
        "dbname": str(place["NAME"]),
        "user": access.role,
    }
    if as_json:
        print(json.dumps(facts | {"schema": "xero", "password": access.password}, indent=2))
        return
    print(f'psql "{" ".join(f"{name}={value}" for name, value in facts.items())}"')
    if access.password:
        print(f"Password: {access.password}")
        print("It is shown this once; `tallystick sql-access new-password` makes another.")
    if facts["host"].startswith("/"):
        print(
            "This is the embedded database: only programs of this machine, under the account that runs "
            "Tallystick, reach it, and no password is asked there."
        )
