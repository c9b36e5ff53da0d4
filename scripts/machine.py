"""A machine with a fresh Tallystick on it: its folder, its processes, and what they take."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2


def free_port() -> int:
    """Return a port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Machine:
    """Starts commands against one fresh data folder, and ends and removes all of it."""

    def __init__(self) -> None:
        # Any account may pass: as root, PostgreSQL runs as another one.
        self.folder = Path(tempfile.mkdtemp(prefix="tallystick-real-run-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.web, self.sandbox = (f"http://localhost:{free_port()}" for _ in range(2))
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._peak_kb: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in reversed(list(self._running)):
            self.end(name)
        if error is None:
            self._await_database()
            shutil.rmtree(self.folder)
        else:
            print(f"What happened stands in {self.folder}", file=sys.stderr)

    def command(self, *arguments: str) -> str:
        """Run a tallystick command to its end and return what it printed; raises if it failed."""
        return self.finish(self.begin(*arguments))

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a tallystick command whose end the caller waits for."""
        return subprocess.Popen(  # noqa: S603 - our own words
            self._command_line(*arguments),
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def finish(self, process: "subprocess.Popen[str]") -> str:
        """Wait for the command's end and return what it printed; raises if it failed.

        Ending with "something waits for a person" (3) counts as done: the comparison finds it.
        """
        printed, _ = process.communicate()
        if process.returncode not in {0, 3}:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        return printed

    def start_sandbox(self) -> None:
        port = self.sandbox.rpartition(":")[2]
        folder = str(self.folder / "sandbox")
        self._start("sandbox", "sandbox", "--port", port, "--data", folder, "--no-limits")
        wait_until(lambda: _answers(f"{self.sandbox}/_sandbox/health"), "the sandbox")

    def hold_against_description(self) -> None:
        """Let the stand-in note from now on what of a request Xero's description does not have."""
        strict = {"strict_requests": "note"}
        httpx2.post(f"{self.sandbox}/_sandbox/switches", json=strict).raise_for_status()

    def invalid_requests(self) -> list[str]:
        """Return what was wrong with requests of the product, those of scripts left out."""
        query = {"invalid": "true", "user_agent": "Tallystick"}
        answer = httpx2.get(f"{self.sandbox}/_sandbox/requests", params=query)
        return [
            f"{row['method']} {row['path']}: {one}"
            for row in answer.raise_for_status().json()["requests"]
            for one in row["invalid"]
        ]

    def start_web(self) -> None:
        self._start("web", "web", "--port", self.web.rpartition(":")[2])
        wait_until(lambda: _answers(self.web), "the pages")

    def start_worker(self) -> None:
        self._start("worker", "worker")

    def kill_worker(self) -> None:
        """Kill -9 the worker's whole process group."""
        self.measure()
        process = self._running.pop("worker")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self, name: str) -> None:
        """Ask a process to end, and wait for it."""
        self.measure()
        process = self._running.pop(name)
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def measure(self) -> None:
        """Note how much memory each process has taken at most, its children included."""
        for name, process in list(self._running.items()):
            peaks = [_peak_kb(pid) for pid in _family(process.pid)]
            self._peak_kb[name] = max(self._peak_kb.get(name, 0), sum(peaks))

    def peaks_mb(self) -> dict[str, int]:
        """Return the most that any process of each sort has taken."""
        return {
            sort: round(
                max(kb for name, kb in self._peak_kb.items() if name.startswith(sort)) / 1024
            )
            for sort in ("web", "worker", "sandbox")
        }

    def assert_alive(self) -> None:
        """Raise if a process has ended that nobody ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended by itself; see {self.folder / name}.log")

    def _start(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own words
                self._command_line(*arguments),
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _command_line(self, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "tallystick.cli", *arguments]

    def _environment(self) -> dict[str, str]:
        ours = ("TALLYSTICK_", "XERO_", "DATABASE_URL")
        others = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
        hosts = {f"XERO_{host}_URL": self.sandbox for host in ("LOGIN", "IDENTITY", "API", "WEB")}
        return {
            **others,
            **hosts,
            "XERO_CLIENT_ID": "sandbox-client",
            "XERO_CLIENT_SECRET": "sandbox-secret",
            "TALLYSTICK_DATA_DIR": str(self.folder / "data"),
            "TALLYSTICK_PUBLIC_URL": self.web,
        }

    def _await_database(self) -> None:
        """Wait for the embedded database, which ends by itself soon after its last user."""
        keeper = self.folder / "data" / "postgres" / "keeper.lock"
        with keeper.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)


def wait_until(condition: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    """Wait until the condition holds. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds:.0f} seconds for {what} in vain")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=5).status_code < 500
    except httpx2.TransportError:
        return False


def _family(pid: int) -> list[int]:
    """Return the process and its children (Linux; elsewhere only itself)."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        children = []
    return [pid, *(each for child in children for each in _family(int(child)))]


def _peak_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
