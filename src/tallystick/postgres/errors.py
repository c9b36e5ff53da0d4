"""Errors of the embedded PostgreSQL; each message tells an operator what to do now.

PostgresError
    ProgramsMissing     no PostgreSQL on this machine that we may use
    WrongMajorVersion   the data was written by another major version
    FolderUnusable      the data folder cannot be used by this account
    StartFailed         `initdb` or `postgres` refused; their own words are in the message
"""

import errno
from pathlib import Path


class PostgresError(Exception):
    """The embedded PostgreSQL cannot be used; data that exists is left as it was."""


class ProgramsMissing(PostgresError):
    """No usable PostgreSQL programs were found."""


class WrongMajorVersion(PostgresError):
    """The programs found cannot read the data, which another major version wrote."""


class FolderUnusable(PostgresError):
    """The data folder, or a folder above it, is closed to the account that needs it."""


class StartFailed(PostgresError):
    """The server, or the making of its data, failed; the message has its output."""


def in_words(error: Exception) -> str:
    """Return what the error says, and what to do where the disk is the cause."""
    said = str(error)
    if any(text in said for text in ("No space left on device", "Disk quota exceeded")):
        return f"The disk is full: make room on it and try again. What was saved before is whole.\n{said}"
    return said


def is_read_only(error: OSError) -> bool:
    return error.errno == errno.EROFS


def read_only(path: Path) -> str:
    """Return what to do where the path lies on a file system that takes no writing."""
    mount = next(one for one in [path, *path.parents] if one.is_mount())
    return (
        f"{path} cannot be written to: the disk at {mount} is mounted read-only. Nothing was changed. Make "
        f"it writable (as root: mount -o remount,rw {mount}; in a container, mount the volume without :ro), "
        "then start again. If it became so by itself, look for its errors in the system's log first. To "
        "begin anew elsewhere, set TALLYSTICK_DATA_DIR."
    )


#: By name, since the keeper tells its errors to another process.
BY_NAME: dict[str, type[PostgresError]] = {
    kind.__name__: kind
    for kind in (PostgresError, ProgramsMissing, WrongMajorVersion, FolderUnusable, StartFailed)
}
