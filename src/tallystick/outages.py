"""What is away for a while and comes back without us: room on a disk, a database that answers.

Whatever library an error comes from, pages, commands and logs tell by these what is the matter.
"""

import errno
import shutil
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from psycopg import InterfaceError, OperationalError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SQLSTATE_FULL = "53100"
#: Connections that broke, servers that end, sessions that were ended; others are of the statement itself.
_SQLSTATES_AWAY = ("08", "57P", "25P03")
#: Where libpq could not get in, it hands on no code; a server that speaks another language counts as
#: away.
_WORDS_FULL = ("No space left on device", "Disk quota exceeded")
_WORDS_STARTING = (
    "the database system is starting up",
    "the database system is in recovery mode",
    "the database system is not yet accepting connections",
)
#: PostgreSQL ends where it cannot make the next of its files of 16 MB.
_LEAST_ROOM = 16 * 1024**2


class Outage(Enum):
    """What is away; the value says so to whoever reads a page or the log."""

    DISK_FULL = (
        "There is no room left on a disk. It goes on by itself once whoever runs Tallystick has made "
        "room there; what was saved is whole."
    )
    DATABASE_STARTING = "The database is starting up. It goes on by itself once that is done."
    DATABASE_AWAY = "The database did not answer. It goes on by itself once it does."


def outage_of(error: BaseException | None) -> Outage | None:
    """Return what was away where the error, or what it came of, tells so."""
    found = {_tells(one) for one in _with_causes(error)} - {None}
    return next((outage for outage in Outage if outage in found), None)


def is_full(folder: Path) -> bool:
    """Tell whether the folder's disk has no room for a database to go on with."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_ROOM
    except OSError:
        return False


def log_failure(logger: Any, event: str, error: BaseException, **more: object) -> None:
    """Log what failed: an outage on a line of words, a mistake of ours with where it happened."""
    outage = outage_of(error)
    if outage is None:
        logger.error(event, exc_info=error, **more)
    else:
        logger.warning(event, because=outage.value, **more)


def _tells(error: BaseException) -> Outage | None:
    if isinstance(error, OSError) and error.errno in _FULL:
        return Outage.DISK_FULL
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    said = str(error)
    if error.sqlstate == _SQLSTATE_FULL or any(words in said for words in _WORDS_FULL):
        return Outage.DISK_FULL
    if any(words in said for words in _WORDS_STARTING):
        return Outage.DATABASE_STARTING
    if error.sqlstate and not error.sqlstate.startswith(_SQLSTATES_AWAY):
        return None
    return Outage.DATABASE_AWAY


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
