"""File locks that the system releases when their process ends, even by kill -9.

They are `flock` locks: they belong to the open file, so a forked child shares its parent's lock
and a second opening in one process is a holder of its own. A lock's file is never removed while
others may open it, for they would lock different files.
"""

import os
import sys
import time
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_POLL_SECONDS = 0.02


def try_lock(path: Path, *, exclusive: bool) -> int | None:
    """Return a file descriptor that holds the lock until it is closed, or None: others hold it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return descriptor


def lock_within(path: Path, *, exclusive: bool, seconds: float) -> int | None:
    """Like `try_lock`, trying again for so long."""
    deadline = time.monotonic() + seconds
    while (descriptor := try_lock(path, exclusive=exclusive)) is None:
        if time.monotonic() > deadline:
            return None
        time.sleep(_POLL_SECONDS)
    return descriptor


def is_locked(path: Path) -> bool:
    """Tell whether somebody holds the lock exclusively; never makes the file.

    Looking takes the shared lock for some microseconds: who wants the exclusive one tries twice.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
