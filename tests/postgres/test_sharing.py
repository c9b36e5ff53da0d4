import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from postgres_processes import User, eventually, notes, postmaster_of, processes_of, write_note

from tallystick import postgres
from tallystick.postgres.folders import Folders


def test_two_processes_share_one_server_that_stops_after_the_last(
    data_dir: Path, start_user: Callable[[], User]
) -> None:
    first, second = start_user(), start_user()
    assert first.url == second.url

    first.end()
    time.sleep(0.7)  # more than the keeper's tick
    write_note(postgres.connection_url(data_dir), "still there")
    second.end()

    eventually(lambda: not processes_of(data_dir), within_seconds=2)


def test_many_that_come_at_once_to_a_new_folder_get_one_server(
    data_dir: Path, start_user: Callable[[], User]
) -> None:
    users = [start_user() for _ in range(5)]

    urls = {user.url for user in users}

    assert urls == {postgres.connection_url(data_dir)}
    assert (data_dir / "postgres/server.log").read_text().count("starting PostgreSQL") == 1


def test_whoever_comes_while_the_server_stops_gets_one_that_works(data_dir: Path) -> None:
    for round_number in range(5):
        with postgres.running(data_dir) as url:
            write_note(url, str(round_number))
        time.sleep(0.35 + 0.05 * round_number)  # around the moment at which the keeper stops

    with postgres.running(data_dir) as url:
        assert notes(url) == ["0", "1", "2", "3", "4"]


def test_asking_again_costs_next_to_nothing(data_dir: Path) -> None:
    with postgres.running(data_dir):
        begun = time.perf_counter()
        with postgres.running(data_dir):
            seconds = time.perf_counter() - begun

    assert seconds < 0.1


def test_the_database_is_utf8_checksummed_durable_and_off_the_network(data_dir: Path) -> None:
    names = "server_encoding data_checksums fsync full_page_writes listen_addresses timezone"

    with postgres.running(data_dir) as url, psycopg.connect(url) as connection:
        values = [connection.execute(f"SHOW {name}").fetchone() for name in names.split()]
        row = connection.execute("SELECT current_user, current_database(), upper('é')").fetchone()

    assert values == [("UTF8",), ("on",), ("on",), ("on",), ("",), ("UTC",)]
    assert row == ("tallystick", "tallystick", "É")


def test_the_extensions_that_we_use_are_there(data_dir: Path) -> None:
    with postgres.running(data_dir) as url, psycopg.connect(url) as connection:
        for extension in ("pg_trgm", "unaccent", "citext", "btree_gin"):
            connection.execute(f"CREATE EXTENSION {extension}")


def test_data_and_socket_are_closed_to_others(data_dir: Path) -> None:
    with postgres.running(data_dir):
        modes = [
            stat.S_IMODE((data_dir / "postgres" / name).stat().st_mode)
            for name in ("cluster", "run", "server.log", "users.lock")
        ]

    assert modes == [0o700, 0o700, 0o600, 0o600]


def test_the_log_stays_within_bounds(data_dir: Path) -> None:
    log = data_dir / "postgres/server.log"
    with postgres.running(data_dir):
        with log.open("ab") as file:
            file.write(b"x" * 5_000_000)

        eventually(lambda: log.stat().st_size == 0)

        assert log.with_name("server.log.1").stat().st_size > 5_000_000


def test_a_throwaway_server_leaves_nothing_behind(data_dir: Path) -> None:
    with postgres.running(data_dir, throwaway=True) as url, psycopg.connect(url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)

    eventually(lambda: not data_dir.exists(), within_seconds=1)


def test_a_path_too_long_for_a_socket_is_no_hindrance(data_dir: Path) -> None:
    deep = data_dir / ("d" * 60) / ("e" * 60)
    with postgres.running(deep) as url:
        write_note(url, "reached")
        sockets = Folders.of(deep).sockets
        assert postmaster_of(deep) in processes_of(data_dir)
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700

    eventually(lambda: not processes_of(data_dir))
    assert not sockets.exists()


def test_a_comma_or_blank_in_the_path_is_no_hindrance(data_dir: Path) -> None:
    with postgres.running(data_dir / "Books, 2026 %") as url:
        write_note(url, "reached")
        assert notes(url) == ["reached"]


def test_a_forked_child_keeps_the_server_after_its_parent(data_dir: Path) -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from tallystick import postgres\n"
        "postgres.ensure_running(Path(sys.argv[1]))\n"
        "if os.fork() == 0: time.sleep(2)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(data_dir)], check=True)
    time.sleep(1)

    write_note(postgres.connection_url(data_dir), "still there")
