"""Disk and database go away while everything runs: it is said in words, and all goes on by itself."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psycopg
import pytest
from cli_commands import Run, command, environment, eventually
from cli_ports import free_port

from disks import Disk, small_disk
from tallystick import postgres
from tallystick.cli.exits import Exit
from tallystick.postgres.locks import is_locked


@dataclass(frozen=True)
class Installation:
    """Pages and a worker, each a process of its own, with an embedded database on a small disk."""

    disk: Disk
    #: What the pages' process writes; the worker's lies on the disk itself.
    log: Path
    url: str
    processes: tuple[subprocess.Popen[bytes], ...]

    @property
    def data(self) -> Path:
        return self.disk.path / "data"

    def said(self) -> str:
        return self.log.read_text()

    def page(self) -> httpx2.Response:
        """Ask for a page that needs the database."""
        return httpx2.get(self.url, cookies={"tallystick_session": "x" * 32}, timeout=30)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with small_disk(megabytes=300) as disk:
        given = environment(TALLYSTICK_DATA_DIR=str(disk.path / "data"))
        subprocess.run(command("migrate"), env=given, check=True, stdout=subprocess.DEVNULL)
        log, port = tmp_path_factory.mktemp("said") / "web", free_port(18_600)
        places = {log: ("web", "--port", str(port)), disk.path / "worker": ("worker",)}
        processes = tuple(start(words, given, place) for place, words in places.items())
        one = Installation(disk, log, f"http://127.0.0.1:{port}/", processes)
        try:
            assert eventually(lambda: answers(one), 30)
            assert eventually(lambda: "worker.started" in (disk.path / "worker").read_text(), 30)
            yield one
        finally:
            for process in processes:
                process.terminate()
                process.wait(20)
            assert eventually(lambda: not is_locked(one.data / "postgres" / "keeper.lock"), 30)


def start(words: Sequence[str], given: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as output:
        return subprocess.Popen(command(*words), env=given, stderr=output)


def answers(one: Installation) -> bool:
    try:
        return one.page().status_code == 302
    except httpx2.HTTPError:
        return False


def fill_its_log(database: "psycopg.Connection[tuple[str]]") -> None:
    """Have PostgreSQL begin one file of its log after the other; it ends where there is no room."""
    for _ in range(9):
        database.execute("UPDATE note SET number = 2")
        database.execute("SELECT pg_switch_wal()")


def test_a_disk_that_fills_is_said_and_all_goes_on_once_there_is_room(
    installation: Installation, run: Run
):
    with psycopg.connect(postgres.connection_url(installation.data), autocommit=True) as database:
        database.execute("CREATE TABLE note AS SELECT 1 AS number")
        installation.disk.fill()
        with pytest.raises(psycopg.OperationalError):
            fill_its_log(database)

    assert eventually(lambda: "does not run, and is tried again" in installation.said())
    away = installation.page()
    refused = run("status", TALLYSTICK_DATA_DIR=str(installation.data))
    installation.disk.make_room()

    assert eventually(lambda: answers(installation))
    assert eventually(lambda: "The database runs again." in installation.said())
    assert run("migrate", "--check", TALLYSTICK_DATA_DIR=str(installation.data)).returncode == 0
    assert (away.status_code, away.headers["Refresh"]) == (503, "5")
    assert "There is no room left on the disk" in away.text
    assert refused.returncode == Exit.FAILED
    assert "The disk is full: make room on it and try again" in refused.stderr.splitlines()[0]
    assert "Traceback" not in installation.said() + refused.stderr


def test_a_database_that_starts_up_is_said_and_waited_for(installation: Installation, run: Run):
    keys, worker = installation.data / "keys", installation.disk.path / "worker"
    server = {
        "DATABASE_URL": postgres.connection_url(installation.data),
        "TALLYSTICK_SECRET_KEY": (keys / "secret-key").read_text(),
        "TALLYSTICK_ENCRYPTION_KEYS": (keys / "encryption-keys").read_text(),
    }
    ready = start_up_slowly(installation)
    assert eventually(lambda: "The database is starting up" in installation.page().text)
    words = command("migrate", "--check")
    with subprocess.Popen(words, env=environment(**server), stderr=subprocess.PIPE) as waiting:
        said = waiting.stderr.readline() if waiting.stderr else b""
        assert eventually(lambda: "The database is starting up." in worker.read_text())
        ready.touch()
        code = waiting.wait(20)

    assert eventually(lambda: answers(installation))
    assert b"is starting up; waiting until it is ready" in said
    assert code == Exit.OK
    assert [process.poll() for process in installation.processes] == [None, None]
    assert "Traceback" not in installation.said() + worker.read_text()


def start_up_slowly(installation: Installation) -> Path:
    """Kill the database, which then recovers until the file returned is there."""
    cluster, ready = installation.data / "postgres" / "cluster", installation.disk.path / "ready"
    owner = cluster.stat()
    waits = f"while [ ! -e {ready} ]; do sleep 0.05; done; false"
    with (cluster / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = '{waits}'\n")
    (cluster / "recovery.signal").touch()
    os.chown(cluster / "recovery.signal", owner.st_uid, owner.st_gid)
    server = int((cluster / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGQUIT)
    return ready
