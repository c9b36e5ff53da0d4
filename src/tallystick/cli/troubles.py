"""What ends a command from outside: the database, the disk, an account; each in words with its exit code.

Code 4 is for what stays so however often it is tried: a supervisor gives up then. All that may pass by
itself, such as a database that is away or a full disk, is 1.
"""

import errno
import sys
from pathlib import Path

from tallystick.cli.exits import Exit, Stop
from tallystick.environment import SettingError
from tallystick.outages import Outage, outage_of
from tallystick.postgres import (
    FolderUnusable,
    PostgresError,
    ProgramsMissing,
    WrongMajorVersion,
    is_read_only,
    read_only,
)

#: What PostgreSQL and libpq say where nobody gets in until somebody changes something. The code of the
#: error is not handed on by libpq, so a server that speaks another language counts as away.
_REFUSALS = (
    "password authentication failed",
    "no password supplied",
    "authentication failed",
    "no pg_hba.conf entry",
    "does not exist",
    "is not permitted to log in",
    "permission denied for database",
    "is not currently accepting connections",
    "server does not support SSL",
    "certificate verify failed",
    "root certificate file",
)
_NEVER_BETTER = (ProgramsMissing, WrongMajorVersion, FolderUnusable)
_CLOSED = {errno.EACCES, errno.EPERM}
_NO_RIGHT, _READ_ONLY = "42501", "25006"


def stop_for(error: Exception) -> Stop | None:
    """Return how the command ends for the error; None where it is a mistake of ours."""
    if isinstance(error, Stop):
        return error
    if isinstance(error, SettingError):
        return Stop(str(error), code=Exit.NOT_SET_UP)
    if isinstance(error, PostgresError):
        lasts = isinstance(error, _NEVER_BETTER)
        return Stop(str(error), code=Exit.NOT_SET_UP if lasts else Exit.FAILED)
    if isinstance(error, OSError):
        return _of_the_disk(error)
    return _of_the_database(error)


def away(error: Exception, *, place: str) -> Stop:
    """Return how a command ends whose database `place` does not let it in."""
    reason, outage = said_by(error), outage_of(error)
    if outage is Outage.DISK_FULL:
        return _full(f"the database {place}", reason)
    if outage is Outage.DATABASE_STARTING:
        return Stop(
            f"The database {place} is still starting up: {reason}. Try again once it is ready; its log says "
            "what it is doing. Nothing was changed."
        )
    if any(words in reason for words in _REFUSALS):
        return Stop(
            f"The database {place} refuses us: {reason}. Check the name, role and password in "
            "DATABASE_URL, and that the database exists; nothing was changed.",
            code=Exit.NOT_SET_UP,
        )
    return Stop(
        f"The database {place} does not answer: {reason}. See that the server runs and that "
        "DATABASE_URL leads to it, then try again; nothing was changed."
    )


def said_by(error: Exception) -> str:
    """Return what the error says on one line."""
    return " ".join(str(error).split())


def _of_the_disk(error: OSError) -> Stop | None:
    where = error.filename or "a file"
    if outage_of(error) is Outage.DISK_FULL:
        return _full(where, error.strerror or "the disk is full")
    if is_read_only(error) and error.filename:
        return Stop(read_only(Path(error.filename).absolute()), code=Exit.NOT_SET_UP)
    if error.errno in _CLOSED:
        return Stop(
            f"{where} cannot be used by this account: {error.strerror}. Run as the account that "
            "the data folder belongs to, give it that folder (chown -R), or set TALLYSTICK_DATA_DIR "
            "to a folder that it may write to.",
            code=Exit.NOT_SET_UP,
        )
    return None


def _full(what: str, reason: str) -> Stop:
    return Stop(
        f"There is no room left for {what}: {reason}. Make room on that disk, then try again; what was "
        "saved before is whole."
    )


def _of_the_database(error: Exception) -> Stop | None:
    if "django.db" not in sys.modules:
        return None
    from django.db import DatabaseError, InterfaceError, OperationalError

    reason, code = said_by(error), getattr(error.__cause__, "sqlstate", None)
    if isinstance(error, DatabaseError) and code == _NO_RIGHT:
        return Stop(
            f"The database's role may not do this: {reason}. Make the role in DATABASE_URL the owner "
            "of the database and of its tables; nothing was changed.",
            code=Exit.NOT_SET_UP,
        )
    if isinstance(error, DatabaseError) and code == _READ_ONLY:
        return Stop(
            f"The database takes no changes: {reason}. Point DATABASE_URL at the server that does, "
            "or try again once this one does; nothing was changed."
        )
    if outage_of(error) is Outage.DISK_FULL:
        return _full("the database", reason)
    if isinstance(error, OperationalError | InterfaceError):
        return Stop(
            f"The database broke off: {reason}. All that was done so far is whole; once the "
            "database answers, the same command does the rest."
        )
    return None
