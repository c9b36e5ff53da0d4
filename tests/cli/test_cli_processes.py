"""The supervisor: what ends is started again, and nothing outlives it."""

import gc
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cli_commands import eventually

from tallystick.cli.exits import Stop
from tallystick.cli.ports import answers, first_free, require_free
from tallystick.cli.processes import Program, Supervisor
from tallystick.cli.serving import ports_of_demo
from tallystick.cli.together import only_one
from tallystick.cli.webserver import load_for_good

_NOTES_ITSELF = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n')"
_SLEEPS = f"{_NOTES_ITSELF}; import time; time.sleep(600)"
_IS_STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {_SLEEPS}"
_HAS_A_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {_SLEEPS!r}, sys.argv[1]]); {_SLEEPS}"

_SUPERVISES = """
import sys, time
from tallystick.cli.processes import Program, Supervisor
programs = [Program("one", [sys.executable, "-c", sys.argv[1], sys.argv[2]], {})]
Supervisor(programs, say=print).start()
time.sleep(600)
"""


def program(source: str, notes: Path, *, log: Path | None = None) -> Program:
    return Program("one", [sys.executable, "-c", source, str(notes)], dict(os.environ), log)


def pids(notes: Path) -> list[int]:
    return [int(line) for line in notes.read_text().split()] if notes.exists() else []


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_what_ends_is_started_again_and_said(tmp_path: Path):
    notes, said = tmp_path / "pids", []
    log = tmp_path / "one.log"
    supervisor = Supervisor([program(_NOTES_ITSELF, notes, log=log)], say=said.append)

    supervisor.start()
    again = eventually(lambda: supervisor.look_after() or len(pids(notes)) >= 2)
    supervisor.stop()

    assert again
    assert said[0] == f"one ended (exit code 0); see {log}. Starting it again in 0.5 seconds."


def test_stop_ends_everything_and_starts_nothing_anew(tmp_path: Path):
    notes = tmp_path / "pids"
    supervisor = Supervisor([program(_HAS_A_CHILD, notes)], say=print)
    supervisor.start()
    assert eventually(lambda: len(pids(notes)) == 2)

    supervisor.stop()

    assert eventually(lambda: not any(map(is_alive, pids(notes))))
    assert len(pids(notes)) == 2


def test_what_does_not_end_when_asked_is_killed(tmp_path: Path):
    notes = tmp_path / "pids"
    supervisor = Supervisor([program(_IS_STUBBORN, notes)], say=print, patience_seconds=0.3)
    supervisor.start()
    assert eventually(lambda: pids(notes))

    supervisor.stop()

    assert not any(map(is_alive, pids(notes)))


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a child of its parent's death"
)
def test_killing_the_supervisor_leaves_nothing_behind(tmp_path: Path):
    notes = tmp_path / "pids"
    supervisor = subprocess.Popen([sys.executable, "-c", _SUPERVISES, _SLEEPS, str(notes)])
    assert eventually(lambda: pids(notes))

    supervisor.kill()
    supervisor.wait()

    assert eventually(lambda: not any(map(is_alive, pids(notes))))


def test_a_port_in_use_is_refused_with_one_that_is_free():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(Stop, match=rf"Port {port} is in use .* --port \d+"):
            require_free("127.0.0.1", port)
        following = first_free("localhost", port)

    assert following > port
    require_free("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no.such.invalid", "", "::zz", "300.1.1.1", "a" * 300])
def test_an_address_that_is_none_is_refused_in_words(host: str):
    with pytest.raises(Stop, match=r"knows no address .* --host, such as 127.0.0.1"):
        require_free(host, 18_790)
    require_free("127.0.0.1", first_free("127.0.0.1", 18_790))


def test_the_demo_takes_two_ports_and_names_the_option_that_chooses_another():
    free = first_free("localhost", 18_800)
    with pytest.raises(Stop, match=f"both were given {free}. Leave --sandbox-port out"):
        ports_of_demo(free, free)
    assert ports_of_demo(free, None)[0] == free
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Stop, match="such as --port") as of_pages:
            ports_of_demo(port, None)
        with pytest.raises(Stop, match="such as --sandbox-port") as of_stand_in:
            ports_of_demo(None, port)
        assert ports_of_demo(int(re.findall(r"\d+", str(of_pages.value))[-1]), None)
        assert ports_of_demo(None, int(re.findall(r"\d+", str(of_stand_in.value))[-1]))
    pages, stand_in = ports_of_demo(first_free("localhost", 4010), None)
    assert pages != stand_in
    pages, stand_in = ports_of_demo(None, first_free("localhost", 8000))
    assert pages != stand_in


def test_a_port_nobody_listens_on_does_not_answer():
    assert not answers(first_free("localhost", 18760), "/")


def test_a_second_one_on_the_same_folder_is_told_where_the_first_is(tmp_path: Path):
    with only_one(tmp_path, what="The demo") as note:
        note("http://localhost:8000")
        with (
            pytest.raises(Stop, match="at http://localhost:8000, since"),
            only_one(tmp_path, what="The demo"),
        ):
            pass

    with only_one(tmp_path, what="The demo"):
        pass


_IS_ASKED = """
import os, signal
from tallystick.cli.processes import signals_to_end
asked = signals_to_end()
os.kill(os.getpid(), signal.SIGTERM)
os.kill(os.getpid(), signal.SIGINT)
print(asked.wait(5))
"""


def test_being_asked_twice_does_not_disturb_an_orderly_end():
    ended = subprocess.run(
        [sys.executable, "-c", _IS_ASKED], check=False, capture_output=True, text=True
    )

    assert (ended.returncode, ended.stdout) == (0, "True\n")


def test_what_the_web_server_has_loaded_is_no_work_for_the_garbage_collector():
    try:
        load_for_good()
        frozen = gc.get_freeze_count()

        assert frozen > 10_000
        assert len(gc.get_objects()) < frozen / 2
    finally:
        gc.unfreeze()
