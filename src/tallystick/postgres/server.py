"""Start and stop one `postgres`, as a child that does not outlive its keeper."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from tallystick.postgres.cluster import ENVIRONMENT, as_account
from tallystick.postgres.errors import StartFailed
from tallystick.postgres.folders import PORT, Account, Folders, private_folder
from tallystick.postgres.programs import Programs

_START_SECONDS = 600.0  #: Replaying what a power loss left may take a while.
_POLL_SECONDS = 0.01
#: What to say to a server and how long to wait: end the sessions and write out; stop now; die.
_STOP_STEPS = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
_LOG_LIMIT_BYTES = 4_000_000
_PR_SET_PDEATHSIG = 1  #: linux/prctl.h

_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",  # it pays for long analytical queries only
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and their details carry people's data; the log keeps to the error itself.
    "log_min_messages": "log",  # errors of statements are told to who asked, and quote values
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
#: For data that nobody will miss, such as that of tests.
_THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Server:
    """One `postgres` on one cluster; only the holder of the keeper's lock may have one."""

    def __init__(
        self, folders: Folders, *, programs: Programs, account: Account, throwaway: bool
    ) -> None:
        self._folders = folders
        self._programs = programs
        self._account = account
        self._throwaway = throwaway
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start `postgres` and wait until it accepts connections; StartFailed if it will not."""
        _stop_leftovers(self._folders.cluster)
        _disown_pid_file(self._folders.cluster)
        private_folder(self._folders.sockets, self._account)
        for name in (self._folders.socket_name, self._folders.socket_name + ".lock"):
            (self._folders.sockets / name).unlink(missing_ok=True)
        with self._folders.log.open("ab") as log:
            begun_at = log.tell()
            self._process = self._spawn(log)
        self._await_ready(begun_at)

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop `postgres` and wait for its end, cleanly if it lets us."""
        process = self._process
        if process is not None:
            _stop(
                process.send_signal,
                lambda: process.poll() is not None,
                steps=_STOP_STEPS[1:] if self._throwaway else _STOP_STEPS,
            )
        if self._folders.sockets.parent != self._folders.home:
            shutil.rmtree(self._folders.sockets, ignore_errors=True)

    def trim_log(self) -> None:
        """Keep the log within bounds: what was written is moved aside once."""
        if self._folders.log.stat().st_size > _LOG_LIMIT_BYTES:
            older = self._folders.log.with_name("server.log.1")
            older.unlink(missing_ok=True)
            shutil.copy(self._folders.log, older)
            os.truncate(self._folders.log, 0)  # `postgres` appends to the same open file

    def _spawn(self, log: BinaryIO) -> subprocess.Popen[bytes]:
        settings = _SETTINGS | {"unix_socket_directories": str(self._folders.sockets)}
        if self._throwaway:
            settings |= _THROWAWAY_SETTINGS
        command: list[str | Path] = [self._programs.bin / "postgres", "-D", self._folders.cluster]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return subprocess.Popen(  # noqa: S603 - our own words and paths
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509 - a keeper has one thread
            **as_account(self._account),
        )

    def _await_ready(self, log_begun_at: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._says_ready():
            if not self.is_alive() or time.monotonic() > deadline:
                self.stop()
                with self._folders.log.open("rb") as log:
                    log.seek(log_begun_at)
                    said = log.read().decode(errors="replace").strip()
                raise StartFailed(
                    f"PostgreSQL could not start on {self._folders.cluster}. The data is kept as "
                    f"it was. It said ({self._folders.log}):\n{said[-4000:]}"
                )
            time.sleep(_POLL_SECONDS)

    def _says_ready(self) -> bool:
        # Line 1 is the server's PID, line 8 its state (miscadmin.h, LOCK_FILE_LINE_PM_STATUS).
        lines = _pid_file_lines(self._folders.cluster)
        process = self._process
        return (
            process is not None
            and len(lines) > 7
            and lines[0] == str(process.pid)
            and lines[7].strip() == "ready"
        )


def _end_with(keeper: int) -> Callable[[], None]:
    """Return what the child does before it becomes `postgres`.

    On Linux the kernel tells it to stop when its keeper dies; set after the change of account,
    which would undo it. Elsewhere the next keeper stops what a killed one left.
    """
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != keeper:  # it died before we could ask
            os._exit(1)

    return prepare


def _stop_leftovers(cluster: Path) -> None:
    """Stop every `postgres` on this cluster that an earlier keeper left behind.

    First the server, which ends its sessions; then sessions whose server was killed.
    """
    leader = [pid for pid in _servers_of(cluster) if [str(pid)] == _pid_file_lines(cluster)[:1]]
    for pid in leader:
        _stop(partial(_kill, pid), partial(_is_gone, pid, cluster))
    for pid in _servers_of(cluster):
        _stop(partial(_kill, pid), partial(_is_gone, pid, cluster), _STOP_STEPS[1:])


def _kill(pid: int, sign: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)


def _stop(
    send: Callable[[int], None],
    is_gone: Callable[[], bool],
    steps: tuple[tuple[signal.Signals, float], ...] = _STOP_STEPS,
) -> None:
    for sign, seconds in steps:
        send(sign)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if is_gone():
                return
            time.sleep(_POLL_SECONDS)
    raise StartFailed("A PostgreSQL process of the data folder does not even end when killed.")


def _servers_of(cluster: Path) -> list[int]:
    """Return the live `postgres` processes of this very folder, by PID.

    On Linux a server and its sessions are known by the folder they are in. Elsewhere only the
    PID in `postmaster.pid` is looked at, and believed if its command names this folder.
    """
    if Path("/proc/self/cwd").exists():
        pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    else:
        pids = [int(line) for line in _pid_file_lines(cluster)[:1] if line.isdigit()]
    return [pid for pid in pids if _runs(pid, cluster)]


def _is_gone(pid: int, cluster: Path) -> bool:
    return not _runs(pid, cluster)


def _runs(pid: int, cluster: Path) -> bool:
    process = Path("/proc") / str(pid)
    if not Path("/proc/self/cwd").exists():
        command = subprocess.run(  # noqa: S603 - a number
            ["/bin/ps", "-o", "command=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        return "postgres" in command and str(cluster) in command
    try:
        in_cluster = os.readlink(process / "cwd") == str(cluster)
        return in_cluster and (process / "comm").read_text(encoding="utf-8") == "postgres\n"
    except OSError:  # it ended, or is another account's
        return False


def _disown_pid_file(cluster: Path) -> None:
    """Keep a PID file whose PID is somebody else's by now from stopping the start.

    The PID is replaced by ours, which `postgres` knows to be no server's (it takes its parent for
    a script). Removing the file would also remove the shared memory's key in it, by which
    `postgres` makes sure that no session of a dead server still writes.
    Source: CreateLockFile in PostgreSQL's miscinit.c.
    """
    path = cluster / "postmaster.pid"
    lines = _pid_file_lines(cluster)
    if not lines:  # a power loss can empty it, and an empty one stops the start too
        path.unlink(missing_ok=True)
    else:
        # The file is another account's where we are root: a link in its place is not followed.
        with os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW), "w", encoding="utf-8") as file:
            file.write("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
            file.truncate()


def _pid_file_lines(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []
