"""A real `tallystick web` as a process, and a person who visits it."""

import os
import re
import socket
import subprocess
from collections.abc import Callable

import httpx2
from cli_commands import command, environment, eventually
from cli_ports import free_port

from databases import database_url
from factories import PASSWORD
from tallystick.cli.ports import answers

Start = Callable[..., "Web"]


class Web:
    """One process over the test's database; its address is 127.0.0.1."""

    def __init__(self, *options: str, **settings: str) -> None:
        self.port = free_port(18_500)
        kept = {name: os.environ[name] for name in os.environ if name.startswith("TALLYSTICK_")}
        given = {
            **kept,
            "DATABASE_URL": database_url(),
            "TALLYSTICK_LOG_LEVEL": "WARNING",
            **settings,
        }
        self.process = subprocess.Popen(
            command("web", "--port", str(self.port), *options), env=environment(**given)
        )
        assert eventually(lambda: answers(self.port, "/sign-in/"), seconds=30)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def hold(self, words: bytes) -> socket.socket:
        """Open a connection that sends the words and reads nothing."""
        one = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        one.sendall(words)
        return one

    def memory_kilobytes(self) -> int:
        """Return the most that the process has had in memory so far."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(next(line for line in status if line.startswith("VmHWM")).split()[1])

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


def visitor(url: str, **options: object) -> httpx2.Client:
    return httpx2.Client(base_url=url, timeout=20, **options)


def try_to_sign_in(
    client: httpx2.Client, email: str, password: str = PASSWORD, **headers: str
) -> httpx2.Response:
    """Send the form of the sign-in page as a browser would."""
    token = token_of(client.get("/sign-in/", headers=headers))
    fields = {"email": email, "password": password, "csrfmiddlewaretoken": token}
    origin = str(client.base_url).rstrip("/")
    sent = {"Referer": f"{origin}/sign-in/", **headers}
    return client.post("/sign-in/", data=fields, headers=sent)


def token_of(page: httpx2.Response) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert found, page.text[:500]
    return found[1]
