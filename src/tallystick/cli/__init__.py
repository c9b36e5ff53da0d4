"""The command `tallystick`. Thin: each command parses, calls one function of a room, prints.

Django is imported only by commands that need it, inside them, so that `--help` is quick.
"""

import sys

import typer

from tallystick.cli import bringing_in, rescuing, serving, syncing, upkeep
from tallystick.cli.exits import Exit, Stop
from tallystick.environment import SettingError
from tallystick.postgres import PostgresError

app = typer.Typer(
    name="tallystick",
    help="Keeps a business system and its Xero books matching.",
    epilog="Exit codes: 0 done; 1 failed; 2 not understood; 3 something waits for a person; "
    "4 not set up; 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables could show a secret.
    pretty_exceptions_enable=False,
)
for command in (
    *(serving.demo, serving.up, serving.web, serving.worker, serving.sandbox),
    *(syncing.sync, syncing.status, syncing.log),
    *(rescuing.check, rescuing.undo),
    *(upkeep.migrate, upkeep.create_owner, upkeep.new_password, upkeep.reencrypt),
):
    app.command()(command)
app.command("import")(bringing_in.import_)


def main() -> None:
    """Run one command; what a person can mend is said in words, without a traceback."""
    try:
        app()
    except Stop as stop:
        _end(stop, stop.code)
    except (SettingError, PostgresError) as error:
        _end(error, Exit.NOT_SET_UP)
    except Exception as error:
        if not _is_of_the_database(error):
            raise
        reason = " ".join(str(error).split())
        said = (
            f"The database broke off: {reason}. All that was done so far is whole; once the "
            "database answers, the same command does the rest."
        )
        _end(Stop(said), Exit.FAILED)


def _is_of_the_database(error: Exception) -> bool:
    """Tell whether the database ended the command: restarted, killed or out of reach."""
    if "django.db" not in sys.modules:
        return False
    from django.db import InterfaceError, OperationalError

    return isinstance(error, OperationalError | InterfaceError)


def _end(error: Exception, code: Exit) -> None:
    print(f"tallystick: {error}", file=sys.stderr)
    sys.exit(code)
