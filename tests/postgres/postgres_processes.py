"""Look at, start and end the real processes round an embedded PostgreSQL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg

import tallystick

_USER = """
import sys
from pathlib import Path
from tallystick import postgres
print(postgres.ensure_running(Path(sys.argv[1])).url, flush=True)
sys.stdin.read()
"""


class User:
    """A process that needs the server of a data folder until it is ended or killed."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(tallystick.__file__).parents[1])},
        )

    @property
    def url(self) -> str:
        """The URL it was given; waits until it has one."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def processes_of(data_dir: Path) -> list[int]:
    """The keeper, servers and sessions of the data folder, by PID."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            command = (entry / "cmdline").read_bytes().split(b"\0")
            named = any(part.startswith(os.fsencode(data_dir)) for part in command)
            is_user = b"-c" in command and _USER.encode() in command
            inside = os.readlink(entry / "cwd").startswith(str(data_dir))
            if (named and not is_user) or inside:
                found.append(int(entry.name))
    return found


def keeper_of(data_dir: Path) -> int:
    """The PID of the data folder's keeper."""
    for pid in processes_of(data_dir):
        if b"tallystick.postgres.keeper" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    raise AssertionError(f"{data_dir} has no keeper")


def kill_keeper(data_dir: Path) -> None:
    """Kill the keeper and wait for its end, which a signal only begins."""
    keeper = keeper_of(data_dir)
    os.kill(keeper, signal.SIGKILL)
    eventually(lambda: keeper not in processes_of(data_dir))


def postmaster_of(data_dir: Path) -> int:
    """The PID of the data folder's server."""
    return int((data_dir / "postgres/cluster/postmaster.pid").read_text().split()[0])


def eventually(is_so: Callable[[], bool], *, within_seconds: float = 5) -> None:
    deadline = time.monotonic() + within_seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so within {within_seconds} s"
        time.sleep(0.02)


def write_note(url: str, text: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def notes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note ORDER BY text")]
