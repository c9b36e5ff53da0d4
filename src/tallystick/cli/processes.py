"""A small supervisor: keeps the processes of `tallystick demo` and `up` running, and ends them.

Each is a child in a process group of its own, so that Ctrl-C at the terminal reaches only us and
we end them in order. On Linux the kernel ends them should we be killed; elsewhere a killed
supervisor leaves them running. Has no threads, so forking is safe.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_STEADY_SECONDS = 60.0  #: A process that lived this long starts again without a longer pause.


@dataclass(frozen=True)
class Program:
    """A process to keep running; its output goes to `log`, or where ours goes if that is None."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path | None = None


@dataclass
class _Child:
    """A program as it runs; times are of the monotonic clock."""

    program: Program
    process: subprocess.Popen[bytes]
    began_at: float
    pause_seconds: float = _FIRST_PAUSE_SECONDS
    again_at: float | None = None  #: When it starts again; None while it runs.


class Supervisor:
    """Runs the programs between `start` and `stop`; `look_after` must be called now and then."""

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        say: Callable[[str], None],
        patience_seconds: float = 15.0,
    ) -> None:
        """`say` is told of every process that ended without being asked to.

        `patience_seconds` is what `stop` gives them, a worker its step to finish.
        """
        self._programs = programs
        self._say = say
        self._patience_seconds = patience_seconds
        self._children: list[_Child] = []

    def start(self) -> None:
        """Start every program, in their order."""
        for program in self._programs:
            self._children.append(_Child(program, _spawn(program), time.monotonic()))

    def look_after(self) -> None:
        """Start again what has ended, whatever its exit code, after a pause that grows."""
        for child in self._children:
            if child.again_at is None:
                code = child.process.poll()
                if code is not None:
                    self._plan_restart(child, code)
            elif time.monotonic() >= child.again_at:
                child.process, child.began_at = _spawn(child.program), time.monotonic()
                child.again_at = None

    def stop(self) -> None:
        """End every process, the last one started first; returns when all are gone.

        Each is asked first; what has not ended when patience does is killed.
        """
        deadline = time.monotonic() + self._patience_seconds
        for child in reversed(self._children):
            child.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            _kill_group(child.process.pid)
            child.process.wait()

    def _plan_restart(self, child: _Child, code: int) -> None:
        _kill_group(child.process.pid)  # what it may have left behind
        now = time.monotonic()
        if now - child.began_at > _STEADY_SECONDS:
            child.pause_seconds = _FIRST_PAUSE_SECONDS
        child.again_at = now + child.pause_seconds
        place = f"; see {child.program.log}" if child.program.log else ""
        self._say(
            f"{child.program.name} ended ({_ending(code)}){place}. "
            f"Starting it again in {child.pause_seconds:g} seconds."
        )
        child.pause_seconds = min(child.pause_seconds * 2, _LONGEST_PAUSE_SECONDS)


def signals_to_end() -> threading.Event:
    """Return what is set once this process is asked to end: Ctrl-C, SIGTERM, a closed terminal.

    From here on the signals do nothing else, so a second Ctrl-C does not disturb an orderly end.
    """
    asked = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: asked.set())
    return asked


def end_with_parent() -> None:
    """Have the kernel (Linux) ask this process to end when the one that forked it does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _spawn(program: Program) -> subprocess.Popen[bytes]:
    with contextlib.ExitStack() as opened:
        output = opened.enter_context(program.log.open("ab")) if program.log else None
        return subprocess.Popen(  # noqa: S603 - our own words
            program.command,
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509 - this process has no threads
        )


def _end_with(parent: int) -> Callable[[], None]:
    def prepare() -> None:
        end_with_parent()
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return prepare


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    return f"killed by {signal.Signals(-code).name}"
