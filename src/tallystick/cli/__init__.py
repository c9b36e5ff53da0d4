"""The command `tallystick`. Thin: each command parses, calls one function of a room, prints.

Django is imported only by commands that need it, inside them, so that `--help` is quick.
"""

import sys

import typer

from tallystick.cli import (
    bringing_in,
    comparing,
    modules,
    pulling,
    rescuing,
    sending,
    serving,
    sql_access,
    syncing,
    taking_back,
    upkeep,
    webhooks,
)
from tallystick.cli.exits import Exit, Stop
from tallystick.cli.troubles import stop_for

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
    *(syncing.sync, syncing.status, syncing.log, pulling.pull, webhooks.webhooks),
    *(modules.modules, modules.refresh),
    *(rescuing.check, rescuing.undo, comparing.compare),
    *(upkeep.migrate, upkeep.create_owner, upkeep.new_password),
    *(upkeep.reencrypt, upkeep.forget_tokens),
):
    app.command()(command)
app.command("import")(bringing_in.import_)
app.command("send-records")(sending.send_records)
app.command("undo-import")(taking_back.undo_import)
app.add_typer(sql_access.app, name="sql-access")


def main() -> None:
    """Run one command; what a person can mend is said in words, without a traceback."""
    try:
        _refuse_what_is_no_text(sys.argv[1:])
        app()
    except Exception as error:
        stop = stop_for(error)
        if stop is None:
            raise
        print(f"tallystick: {stop}", file=sys.stderr)
        sys.exit(stop.code)


def _refuse_what_is_no_text(words: list[str]) -> None:
    """Raise Stop for bytes that are no text, which neither the database nor a message could hold."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise Stop(
                f"The argument {word!a} is not text in UTF-8. Write it anew.", code=Exit.USAGE
            ) from None
