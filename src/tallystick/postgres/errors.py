"""Errors of the embedded PostgreSQL; each message tells an operator what to do now.

PostgresError
    ProgramsMissing     no PostgreSQL on this machine that we may use
    WrongMajorVersion   the data was written by another major version
    FolderUnusable      the data folder cannot be used by this account
    StartFailed         `initdb` or `postgres` refused; their own words are in the message
"""


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
        return f"{said}\nThe disk is full: make room on it and try again. What was saved before is whole."
    return said


#: By name, since the keeper tells its errors to another process.
BY_NAME: dict[str, type[PostgresError]] = {
    kind.__name__: kind
    for kind in (PostgresError, ProgramsMissing, WrongMajorVersion, FolderUnusable, StartFailed)
}
