"""A process that needs the server: it holds the users' lock and sees that a keeper is there."""

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tallystick.postgres.errors import (
    BY_NAME,
    FolderUnusable,
    PostgresError,
    ProgramsMissing,
    StartFailed,
    is_read_only,
    read_only,
)
from tallystick.postgres.folders import DATABASE, ROLE, Folders, make_home
from tallystick.postgres.locks import is_locked, lock_within

_PATIENCE_SECONDS = 700.0  #: Longer than a server may take to stop or to start.
_POLL_SECONDS = 0.02
_REMOVAL_SECONDS = 10.0  #: Another user may be left, who then is not waited for.
_ANSWER_SECONDS = 5.0
#: To sign in and out again.
#: Source: "StartupMessage" and "Terminate" in PostgreSQL's documentation, Message Formats.
_WHO = f"user\0{ROLE}\0database\0{DATABASE}\0\0".encode()
_HELLO = struct.pack("!ii", 8 + len(_WHO), 3 << 16) + _WHO
_GOODBYE = b"X" + struct.pack("!i", 4)
#: The error code of a server that starts, stops or recovers. Any other refusal, such as too many
#: connections, is the word of a server that runs.
_CANNOT_CONNECT_NOW = b"C57P03\0"

_held: dict[Path, int] = {}  # the users' locks that this process holds until it ends
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Running:
    """A server that accepts connections at `url`."""

    url: str
    data_dir: Path


def ensure_running(data_dir: Path, *, throwaway: bool = False) -> Running:
    """See that the data folder's server runs, from now until this process ends.

    Cheap when it does (some milliseconds), so call it again whenever a connection failed.
    `throwaway` is for tests: the server writes without care and its data is removed when the last
    user is gone. Raises PostgresError.
    """
    _refuse_windows()
    folders = Folders.of(data_dir)
    with _one_at_a_time:
        if folders.home not in _held:
            _held[folders.home] = _join(folders)
    _await_server(folders, throwaway=throwaway)
    return Running(url=folders.url, data_dir=folders.data_dir)


@contextlib.contextmanager
def running(data_dir: Path, *, throwaway: bool = False) -> Iterator[str]:
    """See that the data folder's server runs while the block does; gives its URL.

    As `ensure_running`; with `throwaway` the end of the block waits until all is removed.
    """
    _refuse_windows()
    folders = Folders.of(data_dir)
    lock = _join(folders)
    try:
        _await_server(folders, throwaway=throwaway)
        yield folders.url
    finally:
        os.close(lock)
        deadline = time.monotonic() + _REMOVAL_SECONDS
        while throwaway and folders.home.exists() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)


def _join(folders: Folders) -> int:
    """Become a user; waits while the server of earlier users is being stopped."""
    make_home(folders)
    try:
        lock = lock_within(folders.users_lock, exclusive=False, seconds=_PATIENCE_SECONDS)
    except OSError as error:
        if is_read_only(error):
            raise FolderUnusable(read_only(folders.data_dir)) from error
        raise FolderUnusable(
            f"The data folder {folders.data_dir} cannot be used by this account: {error}. "
            "Run as the account that made it, give it to this one (as root: chown -R "
            f"{os.geteuid()}:{os.getegid()} {folders.data_dir}), or set TALLYSTICK_DATA_DIR to a folder "
            "of your own."
        ) from error
    if lock is None:
        raise StartFailed(
            f"The earlier server of {folders.data_dir} has not stopped in {_PATIENCE_SECONDS:.0f} "
            f"seconds; see {folders.log}. The data is kept as it was; try again."
        )
    return lock


def _await_server(folders: Folders, *, throwaway: bool) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _answers(folders):
        if time.monotonic() > deadline:
            raise StartFailed(
                f"The server of {folders.data_dir} has not become ready in "
                f"{_PATIENCE_SECONDS:.0f} seconds; see {folders.log}. The data is kept as it was."
            )
        if is_locked(folders.keeper_lock):
            time.sleep(_POLL_SECONDS)
        else:
            _start_keeper(folders, throwaway=throwaway)


def _answers(folders: Folders) -> bool:
    # A killed keeper's server answers for a moment yet, and a killed server's keeper holds its
    # lock for one: only both together prove anything.
    if not is_locked(folders.ready_lock):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_ANSWER_SECONDS)
        try:
            probe.connect(os.fsencode(folders.sockets / folders.socket_name))
            probe.sendall(_HELLO + _GOODBYE)
            answer = b"".join(iter(partial(probe.recv, 4096), b""))
        except OSError:
            return False
    return answer != b"" and _CANNOT_CONNECT_NOW not in answer


def _start_keeper(folders: Folders, *, throwaway: bool) -> None:
    """Start a keeper and wait for its word; returns if another one was first."""
    ours = str(Path(__file__).parents[2])  # wherever this process found us, the keeper must too
    path = os.pathsep.join(filter(None, [ours, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-P", "-m", "tallystick.postgres.keeper", str(folders.data_dir)]
    with subprocess.Popen(  # noqa: S603 - our own module
        [*command, *(["--throwaway"] if throwaway else [])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=os.environ | {"PYTHONPATH": path},
        start_new_session=True,
    ) as keeper:
        said = keeper.stdout.read().decode(errors="replace") if keeper.stdout else ""
    if said:  # else it was killed, and is needed anew
        _raise_if_failed(said)


def _raise_if_failed(said: str) -> None:
    try:
        answer = json.loads(said.splitlines()[-1])
    except ValueError:
        raise StartFailed(f"The database's keeper ended unexpectedly. It said:\n{said}") from None
    if answer["state"] == "failed":
        raise BY_NAME.get(answer["error"], PostgresError)(answer["message"])


def _refuse_windows() -> None:
    if sys.platform == "win32":
        raise ProgramsMissing(
            "Tallystick starts no PostgreSQL of its own on Windows. Set DATABASE_URL to a "
            "PostgreSQL server, or run Tallystick under WSL."
        )
