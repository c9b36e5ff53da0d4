"""The demo as a person meets it: started, looked at, started twice, ended."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from cli_commands import command, environment, eventually

#: The operator's real settings, of which nothing may reach the demo.
THEIR_OWN = {"DATABASE_URL": "postgresql://ada@127.0.0.1:1/books", "XERO_CLIENT_ID": "theirs"}

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(data_dir: Path) -> Iterator[Start]:
    """Start demos on one data folder; whatever a test leaves running is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            command("demo", *options),
            env=environment(TALLYSTICK_DATA_DIR=str(data_dir), **THEIR_OWN),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def greeting(process: "subprocess.Popen[str]") -> str:
    """Return what the demo prints once everything answers."""
    said = ""
    for text in process.stdout or ():
        said += text
        if "Ctrl-C" in text:
            return said
    raise AssertionError(said + (process.stderr.read() if process.stderr else ""))


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of every process that works in the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            lines = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in lines and int(entry.name) != os.getpid():
            found.append((entry / "cmdline").read_text().replace("\0", " "))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_demo_greets_refuses_a_second_and_keeps_its_data(start: Start, data_dir: Path):
    first = start()
    said = greeting(first)
    pages, xero = re.findall(r"http://\S+", said)
    second = start()

    refused = second.communicate(timeout=60)[1]
    signed_in = httpx2.get(pages, follow_redirects=True)
    stand_in = httpx2.get(xero)
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=30)
    third = start()

    password = r"Password +(\S+)"
    assert (second.returncode, f"at {pages}" in refused) == (1, True)
    assert "Sign in" in signed_in.text
    assert "Demo Company (UK)" in stand_in.text
    assert first.returncode == 0
    assert re.findall(password, greeting(third)) == re.findall(password, said)
    third.kill()
    assert eventually(lambda: not processes_of(data_dir)), processes_of(data_dir)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_demo_whose_database_is_killed_gets_it_back(start: Start, data_dir: Path):
    said = greeting(start())
    pages = re.findall(r"http://\S+", said)[0]
    keeper = keeper_of(data_dir)
    assert keeper is not None

    os.kill(keeper, signal.SIGKILL)

    assert eventually(lambda: keeper_of(data_dir) not in {keeper, None})
    assert eventually(lambda: can_sign_in(pages, said))


def keeper_of(folder: Path) -> int | None:
    """Return the process that keeps the folder's PostgreSQL running."""
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"tallystick.postgres.keeper" in words and os.fsencode(folder / "demo") in words:
            return int(entry.name)
    return None


def can_sign_in(pages: str, said: str) -> bool:
    """Tell whether the first person of the greeting gets in, which needs the database."""
    email = re.findall(r"\S+@\S+", said)[0]
    password = re.findall(r"Password +(\S+)", said)[0]
    with httpx2.Client(base_url=pages, follow_redirects=True, timeout=10) as browser:
        page = browser.get("/sign-in/")
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[0]
        form = {"email": email, "password": password, "csrfmiddlewaretoken": token}
        answer = browser.post("/sign-in/", data=form, headers={"Referer": pages})
    return answer.status_code == 200 and "Needs attention" in answer.text
