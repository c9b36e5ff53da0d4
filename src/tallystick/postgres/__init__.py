"""A PostgreSQL server of our own in the data folder, for whoever has not set `DATABASE_URL`.

    with postgres.running(data_dir) as url: ...      # while the block runs
    url = postgres.ensure_running(data_dir).url      # while this process lives

Any number of processes may call these at once; all share one server, which stops within two
seconds of the last of them ending, however it ended. Why it is built so:
`docs/decisions/0001-embedded-postgresql.md`.

In it: `users` (those who need the server), `keeper` (the process that supervises it),
`server` (starting and stopping `postgres`), `cluster` (making the data), `programs` (finding the
binaries), `folders` (where all is, and for whom), `locks`.
"""

from tallystick.postgres.errors import (
    FolderUnusable,
    PostgresError,
    ProgramsMissing,
    StartFailed,
    WrongMajorVersion,
    is_read_only,
    read_only,
)
from tallystick.postgres.folders import closed_above, connection_url, default_data_dir
from tallystick.postgres.users import Running, ensure_running, running

__all__ = [
    "FolderUnusable",
    "PostgresError",
    "ProgramsMissing",
    "Running",
    "StartFailed",
    "WrongMajorVersion",
    "closed_above",
    "connection_url",
    "default_data_dir",
    "ensure_running",
    "is_read_only",
    "read_only",
    "running",
]
