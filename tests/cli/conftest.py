"""The real command as a process, with data folders and databases of its own."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_commands import Run, command, environment, new_folder
from cli_web import Start, Web
from django.db import connection
from pytest_django.fixtures import Settings

import databases
from strict_sandbox import strict_sandbox
from xero_books import Books, connected_books, use_sandbox


@pytest.fixture
def books(transactional_db: None, settings: Settings) -> Iterator[Books]:
    """A workspace connected to the UK demo company of a stand-in Xero, mapped and ready to send."""
    with strict_sandbox() as running:
        yield connected_books(use_sandbox(running.url, settings))


@pytest.fixture
def run() -> Run:
    """Run a command to its end with the settings given."""

    def run(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command(*arguments),
            check=False,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder not made yet."""
    with new_folder() as folder:
        yield folder


def settings_for(database: str) -> dict[str, str]:
    """Return the settings for a database on the test run's server."""
    return {
        "DATABASE_URL": databases.database_url(database),
        "TALLYSTICK_SECRET_KEY": os.environ["TALLYSTICK_SECRET_KEY"],
        "TALLYSTICK_ENCRYPTION_KEYS": os.environ["TALLYSTICK_ENCRYPTION_KEYS"],
    }


@pytest.fixture
def migrated_database(transactional_db: None) -> dict[str, str]:
    """The settings for the test's own database, where all is migrated and nothing is in it."""
    return settings_for(connection.settings_dict["NAME"])


@pytest.fixture
def empty_database() -> Iterator[dict[str, str]]:
    """The settings for an empty database."""
    with databases.empty_database("cli") as name:
        yield settings_for(name)


@pytest.fixture
def web(transactional_db: None, settings: Settings) -> Iterator[Start]:
    """Start real web servers over the test's database; they end with the test."""
    # They know only the hashers of the real settings.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    started: list[Web] = []

    def start(*options: str, **settings: str) -> Web:
        started.append(Web(*options, **settings))
        return started[-1]

    yield start
    for one in started:
        one.stop()
