"""Starting real commands, and waiting for what they do."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tallystick.postgres.locks import is_locked

#: What the test run itself was given must not reach the commands unless a test says so.
_SETTINGS = ("TALLYSTICK_", "XERO_", "DATABASE_URL", "DJANGO_")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with only the settings given, as if typed by hand.

    `make` tells what it runs that it is make; what is tried here was not called by it.
    """
    not_typed = (*_SETTINGS, "MAKE")
    bare = {name: text for name, text in os.environ.items() if not name.startswith(not_typed)}
    return {**bare, **settings}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-P", "-m", "tallystick.cli", *arguments]


def eventually(condition: Callable[[], object], seconds: float = 15.0) -> bool:
    """Wait until the condition holds; say whether it did in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


@contextmanager
def new_folder() -> Iterator[Path]:
    """Find a data folder not made yet, in a place that any account can reach."""
    above = Path(tempfile.mkdtemp(prefix="cli-", dir="/tmp"))
    above.chmod(0o755)
    yield above / "data"
    # The embedded database stops by itself soon after the last command that used it.
    assert eventually(lambda: not any(map(is_locked, above.rglob("keeper.lock"))))
    shutil.rmtree(above)
