import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from postgres_processes import (
    User,
    eventually,
    keeper_of,
    kill_keeper,
    notes,
    postmaster_of,
    processes_of,
    write_note,
)

from tallystick import postgres
from tallystick.postgres.cluster import as_account
from tallystick.postgres.folders import Folders, account_for


def test_a_killed_user_leaves_nothing_running(
    data_dir: Path, start_user: Callable[[], User]
) -> None:
    user = start_user()
    write_note(user.url, "kept")

    user.kill()

    eventually(lambda: not processes_of(data_dir), within_seconds=2)
    with postgres.running(data_dir) as url:
        assert notes(url) == ["kept"]


def test_the_server_goes_with_a_killed_keeper_and_comes_back_when_asked_for(
    data_dir: Path,
) -> None:
    with postgres.running(data_dir) as url:
        write_note(url, "kept")
        kill_keeper(data_dir)

        with postgres.running(data_dir):
            assert notes(url) == ["kept"]
        kill_keeper(data_dir)

        eventually(lambda: not processes_of(data_dir))


def test_a_killed_server_is_started_again_by_its_keeper(data_dir: Path) -> None:
    with postgres.running(data_dir) as url:
        keeper, server = keeper_of(data_dir), postmaster_of(data_dir)
        write_note(url, "kept")
        os.kill(server, signal.SIGKILL)

        with postgres.running(data_dir):
            assert notes(url) == ["kept"]

        assert keeper_of(data_dir) == keeper
        assert postmaster_of(data_dir) != server


def test_a_killed_session_does_not_keep_the_others_out(data_dir: Path) -> None:
    with postgres.running(data_dir) as url, psycopg.connect(url) as connection:
        write_note(url, "kept")
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        eventually(lambda: connection.info.backend_pid not in processes_of(data_dir))

        with postgres.running(data_dir):  # PostgreSQL ends all sessions and recovers
            assert notes(url) == ["kept"]


def test_asking_is_answered_though_all_connections_are_taken(data_dir: Path) -> None:
    def take(connections: int) -> None:
        for _ in range(connections):
            stack.enter_context(psycopg.connect(url))

    with postgres.running(data_dir) as url, contextlib.ExitStack() as stack:
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            take(101)

        with postgres.running(data_dir) as again:
            assert again == url


def test_nothing_is_lost_when_everything_is_killed_at_once(data_dir: Path) -> None:
    with postgres.running(data_dir) as url:
        write_note(url, "kept")
        for pid in [keeper_of(data_dir), *processes_of(data_dir)]:
            with contextlib.suppress(ProcessLookupError):  # ended with its keeper
                os.kill(pid, signal.SIGKILL)

    with postgres.running(data_dir) as url:
        assert notes(url) == ["kept"]


def test_a_keeper_told_to_end_stops_the_server_cleanly(data_dir: Path) -> None:
    with postgres.running(data_dir):
        os.kill(keeper_of(data_dir), signal.SIGTERM)

        eventually(lambda: not processes_of(data_dir))

    assert "database system is shut down" in (data_dir / "postgres/server.log").read_text()


def test_a_pid_file_that_names_a_stranger_is_not_believed(data_dir: Path) -> None:
    with postgres.running(data_dir) as url:
        write_note(url, "kept")
        pid_file = data_dir / "postgres/cluster/postmaster.pid"
        after_a_crash = pid_file.read_text()
        account = account_for(Folders.of(data_dir))
    eventually(lambda: not processes_of(data_dir))
    with subprocess.Popen(["sleep", "60"], **as_account(account)) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *after_a_crash.splitlines()[1:]]) + "\n")
        os.chown(pid_file, account.uid, account.gid)

        with postgres.running(data_dir) as url:
            assert notes(url) == ["kept"]

        assert stranger.poll() is None
        stranger.kill()


def test_a_pid_file_emptied_by_a_power_loss_is_no_hindrance(data_dir: Path) -> None:
    with postgres.running(data_dir) as url:
        write_note(url, "kept")
    eventually(lambda: not processes_of(data_dir))
    (data_dir / "postgres/cluster/postmaster.pid").touch()

    with postgres.running(data_dir) as url:
        assert notes(url) == ["kept"]


def test_a_cluster_half_made_by_a_killed_keeper_is_made_anew(
    data_dir: Path, start_user: Callable[[], User]
) -> None:
    user = start_user()
    home = data_dir / "postgres"
    eventually(lambda: any(home.glob("cluster.new-*/base")))
    kill_keeper(data_dir)
    user.kill()
    assert not (home / "cluster").exists()

    with postgres.running(data_dir) as url:
        write_note(url, "works")

    eventually(lambda: not processes_of(data_dir))
    with postgres.running(data_dir):
        assert not list(home.glob("cluster.new-*"))


def test_a_server_that_cannot_start_is_reported_in_its_own_words(data_dir: Path) -> None:
    with postgres.running(data_dir):
        pass
    eventually(lambda: not processes_of(data_dir))
    (data_dir / "postgres/cluster/global/pg_control").write_bytes(b"\0" * 8192)

    begun = time.monotonic()
    with pytest.raises(postgres.StartFailed) as caught, postgres.running(data_dir):
        pass

    assert "database files are incompatible" in str(caught.value)
    assert "data is kept" in str(caught.value)
    assert time.monotonic() - begun < 5
