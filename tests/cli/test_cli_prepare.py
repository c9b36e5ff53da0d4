"""What a command sees to before it starts, and what it says when it cannot."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from cli_commands import Run, command, environment, eventually

from tallystick.cli.exits import Exit
from tallystick.cli.keys import ensure_keys


def test_help_names_every_command_and_needs_no_django(run: Run):
    probe = "import sys, tallystick.cli; print('django' in sys.modules)"

    helped = run("--help")
    imported = subprocess.run(
        [sys.executable, "-c", probe], check=False, capture_output=True, text=True
    )

    names = "demo up web worker sandbox migrate import sync status log create-owner"
    assert [name for name in names.split() if f" {name} " not in helped.stdout] == []
    assert imported.stdout == "False\n"


def test_a_command_that_is_not_understood_ends_with_2(run: Run):
    assert run("sync", "--nonsense").returncode == Exit.USAGE


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("XERO_TIMEOUT_SECONDS", "soon", "XERO_TIMEOUT_SECONDS must be a whole number"),
        ("TALLYSTICK_PUBLIC_URL", "books.example.com", "TALLYSTICK_PUBLIC_URL must be an address"),
        ("TALLYSTICK_ENCRYPTION_KEYS", "abc", "TALLYSTICK_ENCRYPTION_KEYS must hold"),
        ("TALLYSTICK_LOG_FORMAT", "xml", "TALLYSTICK_LOG_FORMAT must be one of"),
    ],
)
def test_a_bad_setting_is_one_line_that_names_it(run: Run, empty_database, setting, value, said):
    ended = run("status", **{**empty_database, setting: value})

    assert ended.returncode == Exit.NOT_SET_UP
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["secret-key", "encryption-keys"])
def test_a_damaged_key_file_is_one_line_that_names_it(run: Run, data_dir: Path, name: str):
    path = data_dir / "keys" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xc1\xff\x00" * 15)
    given = {"TALLYSTICK_DATA_DIR": str(data_dir)}

    ended = run("status", **given)
    assert "remove it: the next start" in ended.stderr
    path.unlink()
    mended = run("migrate", **given)

    assert ended.returncode == Exit.NOT_SET_UP
    assert f"{path}, where TALLYSTICK_" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert mended.returncode == Exit.OK, mended.stderr


def test_missing_keys_are_refused_with_commands_that_make_them(run: Run, empty_database, data_dir):
    url = {"DATABASE_URL": empty_database["DATABASE_URL"], "TALLYSTICK_DATA_DIR": str(data_dir)}

    refused = run("status", **url)

    exports = [line.strip() for line in refused.stderr.splitlines() if "export" in line]
    shell = "; ".join([*exports, " ".join(command("migrate", "--check"))])
    followed = subprocess.run(
        ["sh", "-c", shell], env=environment(**url), check=False, capture_output=True
    )
    assert refused.returncode == Exit.NOT_SET_UP
    assert len(exports) == 2
    assert b"tallystick migrate" in followed.stderr  # the keys were taken; the next thing is said


def test_a_database_that_does_not_answer_is_said_in_a_line(run: Run, empty_database):
    nowhere = {**empty_database, "DATABASE_URL": "postgresql://ada:hush@127.0.0.1:1/books"}

    ended = run("worker", **nowhere)

    assert ended.returncode == Exit.FAILED
    assert "The database books on 127.0.0.1 does not answer" in ended.stderr
    assert "hush" not in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("name", ["web", "worker", "status"])
def test_open_migrations_are_refused_with_the_remedy(run: Run, empty_database, name):
    options = ["--port", "18755"] if name == "web" else []

    ended = run(name, *options, **empty_database)

    assert ended.returncode == Exit.NOT_SET_UP
    assert "Run: tallystick migrate" in ended.stderr


def test_two_machines_may_migrate_at_once(run: Run, empty_database):
    both = [
        subprocess.Popen(
            command("migrate"),
            env=environment(**empty_database),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]

    said = [process.communicate(timeout=120)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0], said
    assert sorted("applied workspaces.0001_initial" in text for text in said) == [False, True]
    assert run("migrate", "--check", **empty_database).returncode == Exit.OK


def test_keys_are_private_and_stay_the_same(tmp_path: Path):
    folder = tmp_path / "keys"

    url = os.environ["DATABASE_URL"]

    ensure_keys(folder, url=url)
    first = {path.name: path.read_text() for path in folder.iterdir()}
    ensure_keys(folder, url=url)

    assert {path.name: path.read_text() for path in folder.iterdir()} == first
    assert first.keys() == {"secret-key", "encryption-keys"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.fixture(autouse=True)
def _no_keys_of_the_test_run(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    if request.function is test_keys_are_private_and_stay_the_same:
        monkeypatch.delenv("TALLYSTICK_SECRET_KEY")
        monkeypatch.delenv("TALLYSTICK_ENCRYPTION_KEYS")


def test_without_a_database_of_its_own_the_first_start_makes_everything(run: Run, data_dir: Path):
    made = run("migrate", TALLYSTICK_DATA_DIR=str(data_dir))
    business = ["--workspace", "Ada's", "--currency", "GBP"]
    again = run("create-owner", "ada@example.com", *business, TALLYSTICK_DATA_DIR=str(data_dir))

    assert made.returncode == Exit.OK, made.stderr
    assert "Sign in as ada@example.com with the password" in again.stdout
    assert not stat.S_IMODE(data_dir.stat().st_mode) & 0o066  # nobody else looks into it
    assert (data_dir / "keys" / "secret-key").is_file()


_END_WHO_WAITS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


def test_a_database_that_breaks_off_under_a_command_is_said_in_words(migrated_database):
    """Restarted, say: an import then brings in the rest when it is run again."""
    url = migrated_database["DATABASE_URL"]
    with psycopg.connect(url) as held, psycopg.connect(url, autocommit=True) as ending:
        held.execute("LOCK TABLE workspaces_workspace")
        asking = subprocess.Popen(
            command("status"),
            env=environment(**migrated_database),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert eventually(lambda: ending.execute(_END_WHO_WAITS).fetchall())
        _, said = asking.communicate(timeout=60)

    assert asking.returncode == Exit.FAILED
    assert said.startswith("tallystick: The database broke off: ")
    assert "the same command does the rest." in said
    assert len(said.splitlines()) == 1
