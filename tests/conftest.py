"""Give the test run a PostgreSQL of its own, before Django's settings are read.

With `DATABASE_URL` set, that server is used instead. The settings module is named here and not in
pyproject.toml, because pytest-django would read it before this file runs. Workers of pytest-xdist
inherit the environment and with it the one server; each has a database of its own on it.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from playwright.sync_api import Browser, sync_playwright

from disks import Disk, small_disk
from emptying import empty_tables
from strict_sandbox import invalid_requests
from tallystick import postgres

_until_the_end = contextlib.ExitStack()


def _start_server() -> None:
    data_dir = Path(tempfile.mkdtemp(prefix="tallystick-tests-"))
    _until_the_end.callback(shutil.rmtree, data_dir, ignore_errors=True)
    os.environ["TALLYSTICK_DATA_DIR"] = str(data_dir)
    url = _until_the_end.enter_context(postgres.running(data_dir, throwaway=True))
    os.environ["DATABASE_URL"] = url


if "DATABASE_URL" not in os.environ:
    _start_server()
os.environ.setdefault("TALLYSTICK_SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ.setdefault("TALLYSTICK_ENCRYPTION_KEYS", "b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtbG9uZy1rZXk=")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallystick.settings")
django.setup()
# The real one is slow on purpose, and nearly every test makes a person.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# So is Django's own way, and every third test commits.
TransactionTestCase._fixture_teardown = lambda _: empty_tables()

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
os.environ["CHROMIUM"] = CHROMIUM


# The same examples in each run: what fails once fails again.
hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.load_profile("same")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Playwright's loop runs in this thread; Django's guard against that is not meant for tests.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(name="small_disk")
def _small_disk() -> Iterator[Disk]:
    """A disk of 30 MB, less than a new database needs."""
    with small_disk() as disk:
        yield disk


@pytest.fixture(autouse=True)
def described_requests(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the product send no request that Xero's interface description does not have."""
    yield
    found = invalid_requests()
    if request.node.get_closest_marker("odd_requests"):
        assert found, "odd_requests is needless: every request was as described"
    else:
        assert found == []


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave browser tests out where there is no browser; in CI that is a failure."""
    if item.get_closest_marker("browser") and not CHROMIUM:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("needs Chromium: install it (Debian: apt-get install chromium), or name it in CHROMIUM")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove its data."""
    _until_the_end.close()
