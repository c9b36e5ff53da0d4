"""Everything on one machine: what `tallystick demo` and `tallystick up` have in common."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from tallystick.cli.exits import Exit, Stop
from tallystick.cli.ports import answers
from tallystick.cli.processes import Program, Supervisor, signals_to_end

if sys.platform != "win32":
    import fcntl

_READY_SECONDS = 60.0
_LOOK_SECONDS = 0.2


def own_command(*arguments: str) -> list[str]:
    """Return the command line that runs a tallystick command with this very installation."""
    return [sys.executable, "-P", "-m", "tallystick.cli", *arguments]


def sandbox_command(*, host: str, port: int, data: Path, limits: bool) -> list[str]:
    """Return the command line that runs the stand-in Xero with its state in `data`."""
    return [
        *(sys.executable, "-P", "-m", "xero_sandbox", "--host", host, "--port", str(port)),
        *("--data", str(data), "--limits", "on" if limits else "off", "--app-name", "Tallystick"),
    ]


def run_together(
    programs: Sequence[Program], *, answers_at: Sequence[tuple[int, str]], greet: Callable[[], None]
) -> None:
    """Run the programs until somebody asks us to end, then end them all.

    `greet` is called once every port and path of `answers_at` answers. Raises Stop if that takes
    more than a minute.
    """
    from django.db import connections

    connections.close_all()  # what prepared the start is not needed any more
    asked = signals_to_end()
    supervisor = Supervisor(programs, say=lambda text: print(text, file=sys.stderr, flush=True))
    supervisor.start()
    waiting_for, deadline = list(answers_at), time.monotonic() + _READY_SECONDS
    try:
        while not asked.wait(_LOOK_SECONDS):
            supervisor.look_after()
            if waiting_for and answers(*waiting_for[0]):
                del waiting_for[0]
                if not waiting_for:
                    greet()
            elif waiting_for and time.monotonic() > deadline:
                port, _ = waiting_for[0]
                raise Stop(f"Port {port} does not answer after a minute. {_logs(programs)}")
        print("Stopping …", file=sys.stderr, flush=True)
    finally:
        supervisor.stop()


@contextlib.contextmanager
def only_one(data_dir: Path, *, what: str) -> Iterator[Callable[[str], None]]:
    """Hold the data folder's lock; yields the function that notes at which address this one runs.

    Raises Stop if it is taken, naming where the other one runs and since when, or if the folder
    is another account's.
    """
    with contextlib.ExitStack() as until_the_end:
        path = data_dir / "running.lock"
        try:
            file = until_the_end.enter_context(path.open("a+", encoding="utf-8"))
        except PermissionError as error:
            raise Stop(
                f"{data_dir} is closed to this account: it belongs to the account number "
                f"{data_dir.stat().st_uid}. Use that account, or another folder.",
                code=Exit.NOT_SET_UP,
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            where = file.read().strip()
            since = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
            raise Stop(
                f"{what} runs already on {data_dir}{f', at {where}' if where else ''}, since "
                f"{in_words(since)} {since:%H:%M}. "
                "Use that one, or end it first (Ctrl-C where it runs)."
            ) from None

        def note(address: str) -> None:
            file.truncate(0)
            file.write(address)
            file.flush()

        note("")
        yield note


def in_words(day: date) -> str:
    """Return such as `21 Nov 2026`."""
    return f"{day.day} {day:%b %Y}"


def _logs(programs: Sequence[Program]) -> str:
    """Return the last lines that the programs wrote to their logs."""
    parts = []
    for program in programs:
        if program.log and program.log.is_file():
            lines = program.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
            parts.append("\n".join([f"{program.log} ends with:", *lines]))
    return os.linesep.join(parts) or "What went wrong stands above."
