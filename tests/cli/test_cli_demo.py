"""The demo as a person meets it: started, looked at, started twice, ended."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import httpx2
import pytest
from cli_commands import command, environment, eventually

from tallystick.cli.demo import Demo, folder_for
from tallystick.cli.exits import Exit, Stop
from tallystick.cli.samples import Person
from tallystick.cli.together import in_words
from tallystick.postgres import closed_above

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


@pytest.fixture
def make_demo(data_dir: Path) -> Iterator[Start]:
    """Run `make demo` in a clone of which nothing but the Makefile matters; lies deep in folders."""
    clone = data_dir.parent / ("deep-" * 30) / "clone"
    clone.mkdir(parents=True)
    shutil.copy(Path(__file__).parents[2] / "Makefile", clone)
    started: list[subprocess.Popen[str]] = []

    def make_demo(arguments: str = "") -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            ["make", "demo", f"BIN={Path(sys.executable).parent}", "READY=", f"ARGS={arguments}"],
            cwd=clone,
            env=environment(**THEIR_OWN),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield make_demo
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("level", ["", "1"], ids=["by hand", "by make"])
def test_a_folder_that_cannot_be_made_is_changed_by_the_option_that_is_named(
    monkeypatch: pytest.MonkeyPatch, data_dir: Path, level: str
):
    monkeypatch.delenv("MAKELEVEL", raising=False)
    if level:
        monkeypatch.setenv("MAKELEVEL", level)
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "file").touch()
    with pytest.raises(Stop, match=r"may write to: .*--data FOLDER") as refused:
        folder_for(data_dir / "file")
    assert ("make demo ARGS=" in str(refused.value)) == bool(level)
    assert "TALLYSTICK_DATA_DIR" not in str(refused.value)
    assert folder_for(data_dir / "demo").is_dir()


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_make_demo_keeps_its_data_in_the_clone_tells_a_second_and_goes_on(
    make_demo: Start, data_dir: Path
):
    today = in_words(date.today())
    first = make_demo()
    said = greeting(first)
    pages, xero = re.findall(r"http://\S+", said)
    [folder] = data_dir.parent.glob("*/clone/.tallystick/demo")
    second = make_demo(f"--port {pages.rpartition(':')[2]}")

    refused = second.communicate(timeout=60)[1]
    signed_in = httpx2.get(pages, follow_redirects=True)
    stand_in = httpx2.get(xero)
    os.killpg(first.pid, signal.SIGINT)
    first.communicate(timeout=30)
    third = make_demo()

    password = r"Password +(\S+)"
    assert f"Data               {folder}\n" in said
    assert "goes on" not in said
    assert second.returncode != 0
    assert f"The demo runs already on {folder}, at {pages}, since {today} " in refused
    assert "Sign in" in signed_in.text
    assert "Demo Company (UK)" in stand_in.text
    again = greeting(third)
    assert re.findall(password, again) == re.findall(password, said)
    assert f"The demo begun on {today} goes on, as it was left. To start over:\n" in again
    assert "  make demo ARGS=--fresh\n" in again
    os.killpg(third.pid, signal.SIGKILL)
    assert eventually(lambda: not processes_of(folder)), processes_of(folder)
    fresh = greeting(make_demo("--fresh"))
    assert re.findall(password, fresh) != re.findall(password, said)
    assert "goes on" not in fresh


def test_an_older_demo_that_cannot_go_on_says_since_when_and_how_to_start_over(
    start: Start, data_dir: Path
):
    folder = data_dir / "demo"
    cluster = folder / "postgres" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("12\n")
    (folder / "password").write_text("harbour-0123\n")
    os.utime(folder / "password", (1_763_726_400, 1_763_726_400))

    refused = start()
    said = refused.communicate(timeout=60)[1]

    assert refused.returncode == Exit.NOT_SET_UP
    assert f"The demo begun on 21 Nov 2025 in {folder} cannot go on: " in said
    assert said.rstrip().endswith("To start over without its data: tallystick demo --fresh")


def test_without_the_stand_in_it_says_what_to_install(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "xero_sandbox", None)  # as where it is not installed

    with pytest.raises(Stop, match="pip install xero-sandbox"):
        Demo(data_dir, None, port=1, sandbox_port=2).run()


def test_two_clones_have_folders_of_their_own(data_dir: Path):
    asked = [data_dir.parent / name / ".tallystick" / "demo" for name in ("one", "two")]

    assert [folder_for(one) for one in asked] == asked
    assert folder_for(asked[0]).is_dir()


@pytest.mark.skipif(
    os.geteuid() != 0, reason="needs root, whose PostgreSQL runs as another account"
)
def test_root_in_a_closed_clone_gets_a_folder_that_its_database_may_enter(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TALLYSTICK_DATA_DIR", str(data_dir))
    closed = data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    one, two = (closed / name / ".tallystick" / "demo" for name in ("one", "two"))

    folder = folder_for(one)

    assert folder.parent == data_dir
    assert folder == folder_for(one) != folder_for(two)
    assert closed_above(folder) is None
    trial = Demo(folder=folder, asked_for=one, port=1, sandbox_port=2)
    told = trial.greeting([Person("Ada", "ada@shop.example", "owner")], "", None)
    assert f"(not in {one}: as root, PostgreSQL runs as an" in "\n".join(told)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700, "nothing above is opened"


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
    form = {"email": email, "password": password}
    with httpx2.Client(base_url=pages, follow_redirects=True, timeout=10) as browser:
        try:
            page = browser.get("/sign-in/")
            for token in re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text):
                form["csrfmiddlewaretoken"] = token
            answer = browser.post("/sign-in/", data=form, headers={"Referer": pages})
        except httpx2.TransportError:  # the pages are being started again
            return False
    return answer.status_code == 200 and "Needs attention" in answer.text
