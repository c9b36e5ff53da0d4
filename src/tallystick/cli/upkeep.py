"""Commands for whoever installs: migrate, create-owner, new-password, reencrypt; and the first owner of `tallystick up`."""

import secrets
import sys
from typing import Annotated

import typer

from tallystick.cli.exits import Exit, Stop
from tallystick.cli.prepare import apply_migrations, prepare


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit code 4 if one is open.")
    ] = False,
) -> None:
    """Bring the database up to date. Safe to repeat, and on several machines at once.

    Stop the workers first when you upgrade; take a backup before.
    """
    prepare(migrations="require" if check else "leave")
    names = [] if check else apply_migrations()
    for name in names:
        print(f"applied {name}")
    print("The database is up to date.")


def create_owner(
    email: Annotated[str, typer.Argument(help="The address this person signs in with.")],
    workspace: Annotated[str, typer.Option(help="Name of the business.")],
    currency: Annotated[str, typer.Option(help="Its currency, such as GBP.")],
    timezone: Annotated[str, typer.Option(help="Such as Europe/London.")] = "UTC",
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
) -> None:
    """Make a workspace with its owner, and print the owner's password once."""
    prepare()
    print(make_owner(email, name=name, workspace=workspace, currency=currency, timezone=timezone))


def new_password(
    email: Annotated[str, typer.Argument(help="The address this person signs in with.")],
) -> None:
    """Give a person a new password, and print it once; signs them out everywhere."""
    prepare()
    from tallystick.workspaces.services import InvalidEntry, change_password

    password = secrets.token_urlsafe(12)
    try:
        person = change_password(email, password)
    except InvalidEntry as error:
        raise Stop(str(error), code=Exit.USAGE) from error
    print(_sign_in(person.email, password))


def reencrypt() -> None:
    """Write Xero's tokens anew with the first of TALLYSTICK_ENCRYPTION_KEYS.

    To change the key: put a new one in front on every machine, restart, run this, then drop the
    old one. Safe to repeat.
    """
    prepare()
    from tallystick.connections.fields import Undecryptable
    from tallystick.connections.services import reencrypt_tokens

    try:
        count = reencrypt_tokens()
    except Undecryptable as error:
        raise Stop(str(error), code=Exit.NOT_SET_UP) from error
    print(f"Written anew with the first key: {count}. The older keys can be dropped now.")


def forget_tokens(
    yes: Annotated[bool, typer.Option("--yes", help="Forget them; without, only show.")] = False,
) -> None:
    """Forget Xero's tokens that cannot be read, because the encryption key is lost for good.

    Each workspace concerned reconnects to Xero once, under Settings, Integrations; documents, links,
    mappings and what waits are kept. A lost key is made anew. Exit code 3: it was only shown.
    """
    if not yes:
        raise Stop(
            "Nothing was changed. With --yes the tokens that cannot be read are forgotten, and each "
            "workspace concerned must reconnect to Xero. Look for the key in your backups first: with "
            "it nothing needs to be done.",
            code=Exit.NEEDS_PERSON,
        )
    prepare(forgetting=True)
    from tallystick.connections.services import forget_unreadable_tokens

    for connection in forget_unreadable_tokens():
        print(f"Forgotten: {connection}. Reconnect it under Settings, Integrations.")
    print("All tokens that are left can be read.")


def first_owner(*, email: str, workspace: str, currency: str, timezone: str) -> str:
    """Make the first owner unless there are people already; return what to tell them, or "".

    What is missing is asked at the terminal. Raises Stop where there is none.
    """
    from tallystick.workspaces.models import User

    if User.objects.exists():
        return ""
    if not (email and workspace and currency) and not sys.stdin.isatty():
        raise Stop(
            "Nobody can sign in yet. Make the first owner with your own values, then start again:\n"
            "  tallystick create-owner you@example.com --workspace 'Your Business' --currency GBP",
            code=Exit.NOT_SET_UP,
        )
    if not (email and workspace and currency):
        print("Welcome. Three questions for the first start:")
    return make_owner(
        email or typer.prompt("Your e-mail address"),
        name="",
        workspace=workspace or typer.prompt("Name of your business"),
        currency=currency or typer.prompt("Its currency (such as GBP, NZD, USD)").upper(),
        timezone=timezone,
    )


def make_owner(email: str, *, name: str, workspace: str, currency: str, timezone: str) -> str:
    """Make a workspace and its owner with a password made here; return how to sign in."""
    from django.db import transaction

    from tallystick.workspaces.services import InvalidEntry, create_user, create_workspace

    password = secrets.token_urlsafe(12)
    try:
        with transaction.atomic():
            owner = create_user(email, password, name or email.partition("@")[0])
            create_workspace(name=workspace, currency=currency, timezone=timezone, owner=owner)
    except InvalidEntry as error:
        raise Stop(str(error), code=Exit.USAGE) from error
    return _sign_in(owner.email, password)


def _sign_in(email: str, password: str) -> str:
    return (
        f"Sign in as {email} with the password {password}\n"
        "It is shown this once; `tallystick new-password` makes another."
    )
