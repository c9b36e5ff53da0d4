"""Make this process ready to use the rooms: data folder, keys, database, settings, migrations."""

import os
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tallystick import postgres
from tallystick.cli.exits import Exit, Stop
from tallystick.cli.keys import ensure_keys, require_fitting, require_keys
from tallystick.cli.troubles import away, said_by, stop_for
from tallystick.english import plural
from tallystick.environment import env_secret
from tallystick.outages import Outage, outage_of

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.migrations.executor import MigrationExecutor

#: Advisory lock under which migrations are applied; any fixed number of our own.
_MIGRATION_LOCK = 7_316_554_100
_TURN_SECONDS = 0.2
_STARTING_SECONDS = 60.0  #: How long a database that starts up is waited for.


def prepare(
    *, migrations: Literal["require", "apply", "leave"] = "require", forgetting: bool = False
) -> None:
    """See to everything that a command needs before it may import Django's models.

    1. Without DATABASE_URL: data folder, keys and embedded PostgreSQL, which runs as long as
       this process. With it: the keys must be set.
    2. The settings are read, each validated.
    3. The database must answer. Open migrations are refused, applied, or left to the caller.
    4. The encryption keys must read the tokens that it holds, unless the command is about to forget
       those (`forgetting`).

    Raises Stop, SettingError or PostgresError, each with what to do.
    """
    data_dir = postgres.default_data_dir()
    if env_secret("DATABASE_URL"):
        require_keys(data_dir / "keys")
    else:
        running = postgres.ensure_running(make_data_dir(data_dir))
        ensure_keys(data_dir / "keys", url=running.url, forgetting=forgetting)
    _set_up_django()
    names = open_migrations()
    if not forgetting:
        _require_fitting_keys(data_dir / "keys")
    if migrations == "apply":
        apply_migrations()
    elif names and migrations == "require":
        raise Stop(
            f"The database lacks {len(names)} migration(s), the first being {names[0]}. "
            "Run: tallystick migrate",
            code=Exit.NOT_SET_UP,
        )


def make_data_dir(path: Path, *, otherwise: str = "") -> Path:
    """Make the data folder for this account alone and return it; one that exists stays as it is.

    `otherwise` says how the caller takes another folder, if not by TALLYSTICK_DATA_DIR. Root's may be passed through, not looked into: its PostgreSQL runs as another account.
    """
    mode = 0o711 if hasattr(os, "geteuid") and os.geteuid() == 0 else 0o700
    if path.is_dir():
        return path
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        path.chmod(mode)  # whatever the umask leaves of it
    except OSError as error:
        known = None if otherwise and isinstance(error, PermissionError) else stop_for(error)
        mend = otherwise or "Set TALLYSTICK_DATA_DIR to a folder that this account may write to."
        raise known or Stop(
            f"The data folder {path} cannot be made: {error.strerror}. {mend}", code=Exit.NOT_SET_UP
        ) from error
    return path


def apply_migrations() -> list[str]:
    """Apply what is open and return its names; of several machines at once one does it.

    The views of the mirror are those of this code afterwards, though no migration was open.
    """
    from django.core.management import call_command
    from django.db import connection

    from tallystick.mirror.views.keeping import ViewsDependedOn, after_migrations

    while not _locks_migrations():
        time.sleep(_TURN_SECONDS)
    try:
        names = open_migrations()
        if names:
            call_command("migrate", interactive=False, verbosity=0)
        after_migrations()
    except ViewsDependedOn as refused:
        raise Stop(str(refused), code=Exit.NEEDS_PERSON) from refused
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])
    return names


def _locks_migrations() -> bool:
    """Take the lock if it is free.

    Not by waiting in the database: an index that is made concurrently waits for all statements that
    are under way, so for the one that would wait for the lock, and the two for each other.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_MIGRATION_LOCK])
        is_ours: bool = cursor.fetchone()[0]
    return is_ours


def open_migrations() -> list[str]:
    """Return the migrations not yet applied, as `app.name`, in their order.

    Raises Stop where the database is a newer Tallystick's.
    """
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(_answering_connection())
    _refuse_newer(executor)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _require_fitting_keys(folder: Path) -> None:
    from django.conf import settings
    from django.db import connection

    require_fitting(settings.ENCRYPTION_KEYS, connection.connection, folder)


def _refuse_newer(executor: "MigrationExecutor") -> None:
    """Raise Stop where migrations were applied that this code does not know.

    Old code on newer tables would write what the newer one does not expect.
    """
    applied = executor.loader.applied_migrations or {}
    unknown = sorted(set(applied) - set(executor.loader.disk_migrations or {}))
    if not unknown:
        return
    (app, name), count = unknown[-1], len(unknown)
    day = applied[app, name].applied  # type: ignore[attr-defined] # a row of the recorder
    raise Stop(
        f"This database was brought up to date by a newer Tallystick on {day:%d %b %Y}: it has {count} "
        f"{plural(count, 'migration')} that this one ({version('tallystick')}) does not know, "
        f"such as {app}.{name}. Nothing was changed. Install the newer version again, or bring back "
        "the backup that was made before that day; a database does not go back by itself.",
        code=Exit.NOT_SET_UP,
    )


def _set_up_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallystick.settings")
    django.setup()


def _answering_connection() -> "BaseDatabaseWrapper":
    from django.db import OperationalError, ProgrammingError, connection

    name, host = (connection.settings_dict[part] for part in ("NAME", "HOST"))
    place, deadline = f"{name} on {host or 'this machine'}", None
    try:
        while not _lets_in(connection):
            if deadline is None:
                deadline = time.monotonic() + _STARTING_SECONDS
                said = (
                    f"tallystick: The database {place} is starting up; waiting until it is ready."
                )
                print(said, file=sys.stderr, flush=True)
            elif time.monotonic() > deadline:
                connection.ensure_connection()
            time.sleep(_TURN_SECONDS)
    except OperationalError as error:
        raise away(error, place=place) from error
    except ProgrammingError as error:  # of libpq, about what stands behind the question mark
        raise Stop(
            f"DATABASE_URL is not understood: {said_by(error)}.", code=Exit.NOT_SET_UP
        ) from error
    return connection


def _lets_in(connection: "BaseDatabaseWrapper") -> bool:
    """Connect; False where the database is still starting up. Raises what else keeps it away."""
    try:
        connection.ensure_connection()
    except Exception as error:
        if outage_of(error) is Outage.DATABASE_STARTING:
            return False
        raise
    return True
