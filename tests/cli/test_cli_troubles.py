"""What ends a command from outside: 4 where trying again is no use, 1 where it may help; in words."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from cli_commands import Run, command, environment
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from factories import make_workspace
from tallystick import postgres
from tallystick.cli import app
from tallystick.cli.exits import Exit
from tallystick.cli.keys import ensure_keys
from tallystick.cli.troubles import stop_for

#: Roles that a fresh server refuses in different ways.
_ROLES = """
    CREATE ROLE shut NOLOGIN; CREATE ROLE few LOGIN CONNECTION LIMIT 0;
    CREATE ROLE locked LOGIN PASSWORD 'right'
"""
_ASKS_FOR_A_PASSWORD = "local all locked scram-sha-256\nlocal all all trust\n"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL of its own, where `locked` needs a password; its URL."""
    with tempfile.TemporaryDirectory(prefix="troubles-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        data = Path(folder) / "data"
        with postgres.running(data, throwaway=True) as url:
            (data / "postgres" / "cluster" / "pg_hba.conf").write_text(_ASKS_FOR_A_PASSWORD)
            with psycopg.connect(url, autocommit=True) as connection:
                for statement in _ROLES.split(";"):
                    connection.execute(statement)
                connection.execute("SELECT pg_reload_conf()")
            yield url


@pytest.fixture
def keys() -> dict[str, str]:
    names = ("TALLYSTICK_SECRET_KEY", "TALLYSTICK_ENCRYPTION_KEYS")
    return {name: os.environ[name] for name in names}


@pytest.mark.parametrize(
    ("change", "said", "code"),
    [
        (lambda url: url.replace("/tallystick?", "/nowhere?"), "refuses us", Exit.NOT_SET_UP),
        (lambda url: url.replace("tallystick@", "nobody@"), "refuses us", Exit.NOT_SET_UP),
        (lambda url: url.replace("tallystick@", "shut@"), "refuses us", Exit.NOT_SET_UP),
        (lambda url: url.replace("tallystick@", "locked:hush@"), "refuses us", Exit.NOT_SET_UP),
        (lambda url: url.replace("tallystick@", "few@"), "does not answer", Exit.FAILED),
        (lambda url: url.replace("run?", "gone?"), "does not answer", Exit.FAILED),
        (lambda url: "postgresql://ada:hush@127.0.0.1:1/books", "does not answer", Exit.FAILED),
        (lambda url: "postgresql://ada:hush@no.such.invalid/books", "does not answer", Exit.FAILED),
        (lambda url: "postgresql://ada:hush@h:5e9/books", "not understood", Exit.NOT_SET_UP),
        (lambda url: f"{url}&nonsense=1", "not understood", Exit.NOT_SET_UP),
    ],
)
def test_a_database_that_refuses_is_4_and_one_that_is_away_1(
    run: Run, server: str, keys, change: Callable[[str], str], said: str, code: Exit
):
    url = change(server)
    if "gone" in url or url == server:
        url = f"{server.partition('?')[0]}?host=%2Fgone"

    ended = run("status", DATABASE_URL=url, **keys)

    assert (ended.returncode, "Traceback" in ended.stderr) == (code, False), ended.stderr
    assert said in ended.stderr
    assert "hush" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@contextmanager
def made_newer(url: str) -> Iterator[None]:
    """Let the database be one of a newer Tallystick for the block."""
    newer = (
        "INSERT INTO django_migrations (app, name, applied) VALUES ('sync', '9999_newer', now())"
    )
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(newer)
        try:
            yield
        finally:
            database.execute("DELETE FROM django_migrations WHERE name = '9999_newer'")


def test_old_code_refuses_the_database_of_a_newer_one(run: Run, migrated_database, data_dir):
    given = {**migrated_database, "TALLYSTICK_DATA_DIR": str(data_dir)}
    with made_newer(given["DATABASE_URL"]):
        refused = [
            run("worker", **given),
            run("web", "--port", "18757", **given),
            run("migrate", **given),
            run("up", "--port", "18757", **given),
        ]

    for ended in refused:
        assert ended.returncode == Exit.NOT_SET_UP, ended.stderr
        assert "newer Tallystick" in ended.stderr
        assert "sync.9999_newer" in ended.stderr
    assert run("migrate", "--check", **given).returncode == Exit.OK


@pytest.mark.parametrize("word", [b"\xff", b"\xed\xa0\x80"])
def test_an_argument_that_is_no_text_is_not_understood(empty_database, word):
    words = [*map(os.fsencode, command("log", "--search")), word]

    ended = subprocess.run(
        words, check=False, capture_output=True, text=True, env=environment(**empty_database)
    )

    assert ended.returncode == Exit.USAGE, ended.stderr
    assert "is not text in UTF-8" in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("undo", "9" * 25), ("undo", "9" * 5000), ("undo", "1e1000000"), ("undo", "-1"),
        ("log", "--limit", "9" * 5000), ("log", "--limit", "9" * 20), ("log", "--search", "9" * 5000),
        ("log", "--outcome", "%"), ("check", "--wait", "1e1000000"), ("check", "--wait", "NaN"),
        ("status", "-w", "x" * 5000), ("status", "-w", ""), ("sync", "--as", "\x85"),
        ("worker", "--threads", "9" * 25), ("web", "--port", "99999999"), ("import", "\x7f"),
        ("import", "x" * 5000), ("import", "/dev/null", "--format", "%s"), ("new-password", "'"),
        ("create-owner", "a@b.example", "--workspace", "x" * 5000, "--currency", "1e9"),
        ("create-owner", "\x1b", "--workspace", "x", "--currency", "GBP", "--timezone", "../etc"),
    ],
)  # fmt: skip
def test_no_argument_ends_in_a_traceback(db, words):
    make_workspace()

    ended = CliRunner().invoke(app, words)

    said = ended.exception is None or isinstance(ended.exception, SystemExit)
    assert said or stop_for(ended.exception), repr(ended.exception)


_STORE_TOKENS = """
    INSERT INTO connections_connection
        (workspace_id, status, problem, access_token, refresh_token, scopes, generation)
    SELECT id, 'connected', '', %(token)s, %(token)s, '[]', 1 FROM workspaces_workspace
"""


def store_tokens(url: str, key: str) -> None:
    """Put tokens encrypted with the key into the database, as connecting does."""
    token = Fernet(key).encrypt(b"refresh").decode()
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(_STORE_TOKENS, {"token": token})


def test_a_lost_encryption_key_is_refused_until_it_is_back_or_given_up(run: Run, data_dir: Path):
    given = {"TALLYSTICK_DATA_DIR": str(data_dir)}
    business = ["--workspace", "Ada's", "--currency", "GBP"]
    assert run("migrate", **given).returncode == Exit.OK
    assert run("create-owner", "ada@example.com", *business, **given).returncode == Exit.OK
    path = data_dir / "keys" / "encryption-keys"
    key = path.read_text()
    with postgres.running(data_dir) as url:
        store_tokens(url, key.strip())
        path.unlink()

        missing = run("up", "--port", "18758", **given)
        assert not path.exists(), "no key was made in silence"
        path.write_text("")
        empty = run("worker", **given)
        path.write_text(Fernet.generate_key().decode())
        other = run("web", "--port", "18758", **given)
        path.write_text(key)
        back = run("migrate", "--check", **given)
        path.unlink()
        shown = run("forget-tokens", **given)
        forgotten = run("forget-tokens", "--yes", **given)
        again = run("migrate", "--check", **given)

    for refused in (missing, empty, other):
        assert refused.returncode == Exit.NOT_SET_UP, refused.stderr
        assert str(path) in refused.stderr
        assert "tallystick forget-tokens" in refused.stderr
    assert (back.returncode, shown.returncode) == (Exit.OK, Exit.NEEDS_PERSON), back.stderr
    assert "Reconnect it under Settings, Integrations" in forgotten.stdout, forgotten.stderr
    assert again.returncode == Exit.OK, again.stderr


def test_a_lost_secret_key_is_made_anew_and_told(tmp_path: Path, monkeypatch, capsys):
    for name in ("TALLYSTICK_SECRET_KEY", "TALLYSTICK_ENCRYPTION_KEYS"):
        monkeypatch.delenv(name)
    ensure_keys(tmp_path, url=os.environ["DATABASE_URL"])
    assert capsys.readouterr().err == ""
    kept = (tmp_path / "encryption-keys").read_text()
    (tmp_path / "secret-key").unlink()

    ensure_keys(tmp_path, url=os.environ["DATABASE_URL"])

    assert "all sign in anew" in capsys.readouterr().err
    assert (tmp_path / "secret-key").read_text().strip()
    assert (tmp_path / "encryption-keys").read_text() == kept
