"""What people put into addresses and forms is in no log, on no output and not in PostgreSQL's."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from cli_commands import command, environment, eventually, new_folder

from tallystick import postgres
from web.fuzzing import routes

CANARY = "canary-7f3a"
_PORT = 18759
_PART = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A data folder with a database that is migrated, and that runs."""
    with new_folder() as folder, postgres.running(folder):
        given = environment(TALLYSTICK_DATA_DIR=str(folder))
        subprocess.run(command("migrate"), env=given, check=True, capture_output=True)
        yield folder


@pytest.fixture(params=["json", "console"])
def pages(data_dir: Path, tmp_path: Path, request) -> Iterator[tuple[str, Path]]:
    """The pages as a process of its own that logs all it can; their address, and what it says."""
    given = {
        "TALLYSTICK_DATA_DIR": str(data_dir),
        "TALLYSTICK_LOG_LEVEL": "DEBUG",
        "TALLYSTICK_LOG_FORMAT": request.param,
        "XERO_CLIENT_ID": "a",
        "XERO_CLIENT_SECRET": "b",
        "XERO_IDENTITY_URL": "http://127.0.0.1:1",
    }
    said = tmp_path / "said"
    with said.open("wb") as output:
        process = subprocess.Popen(
            command("web", "--port", str(_PORT)),
            env=environment(**given),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            yield f"http://localhost:{_PORT}", said
        finally:
            process.terminate()
            process.wait(30)


def test_a_canary_in_every_place_is_in_no_log(pages: tuple[str, Path], data_dir: Path):
    address, said = pages
    assert eventually(lambda: _answers(address), 60)
    headers = {
        "Cookie": f"tallystick_session={CANARY}; tallystick_xero={CANARY}; theme={CANARY}",
        "Authorization": f"Bearer {CANARY}",
        "User-Agent": CANARY,
        "Referer": f"{address}/?q={CANARY}",
    }
    query = dict.fromkeys(("q", "code", "state", "error", "next", "after", CANARY), CANARY)
    form = {**query, "email": f"{CANARY}@example.com", "password": CANARY}
    with httpx2.Client(base_url=address, headers=headers) as browser:
        statuses = set()
        for route in routes():
            path = _PART.sub(lambda part: "7" if "int" in part[0] else CANARY, route.template)
            statuses.add(browser.get(path, params=query).status_code)
            statuses.add(browser.post(path, params=query, data=form).status_code)
        browser.get("/sign-in/", headers={"Host": f"{CANARY}.example"})
        browser.get(f"/nothing/{CANARY}")
        _sign_in(browser)

    told = said.read_text(errors="replace")
    assert {302, 403, 404, 405} <= statuses, statuses
    assert "route" in told, "requests are told by their route"
    assert CANARY not in told, [line for line in told.splitlines() if CANARY in line][:3]
    for log in data_dir.rglob("*.log*"):
        assert CANARY not in log.read_text(errors="replace"), log


def _sign_in(browser: httpx2.Client) -> None:
    """Try a password that is wrong, by the form."""
    page = browser.get("/sign-in/")
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[0]
    del browser.headers["Cookie"]
    form = {"email": f"{CANARY}@example.com", "password": CANARY, "csrfmiddlewaretoken": token}
    assert browser.post("/sign-in/", data=form).status_code == 200


def _answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/sign-in/", timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False
