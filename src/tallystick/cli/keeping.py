"""Keeps the embedded PostgreSQL there for as long as a process serves or works."""

import contextlib
import sys
import threading

from tallystick import postgres
from tallystick.environment import env_secret

_LOOK_SECONDS = 3.0


def keep_database() -> None:
    """From now on see that the embedded PostgreSQL runs, whatever ends it, such as a full disk.

    An outage and its end are each said once. Does nothing where DATABASE_URL names a server of the
    operator's own.
    """
    if not env_secret("DATABASE_URL"):
        threading.Thread(target=_keep, name="database", daemon=True).start()


def _keep() -> None:
    is_away, rest = False, threading.Event()
    while not rest.wait(_LOOK_SECONDS):
        try:
            postgres.ensure_running(postgres.default_data_dir())
        except (postgres.PostgresError, OSError) as error:
            if not is_away:
                _say(f"The database does not run, and is tried again until it does: {error}")
            is_away = True
        else:
            if is_away:
                _say("The database runs again.")
            is_away = False


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # the log may lie on the very disk that is full
        print(f"tallystick: {text}", file=sys.stderr, flush=True)
