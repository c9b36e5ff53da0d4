"""The web server in the test's own thread, with a small application behind it."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from tallystick.doors.channel import Phase
from tallystick.doors.clients import Network
from tallystick.doors.server import Doors

#: Larger than what the kernel takes in for a reader that does not read.
LARGE = 6_000_000


class Application:
    """Says how long the body was; `/large` is large, `/held` waits until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.begun = 0
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        with self._lock:
            self.begun += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        if environ["PATH_INFO"] == "/held":
            self.let_go.wait(30)
        length = len(environ["wsgi.input"].read())
        with self._lock:
            self.at_once -= 1
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * LARGE if environ["PATH_INFO"] == "/large" else str(length).encode()]


class Front:
    """The doors of a server that the test moves on by hand, so that no second is waited for."""

    def __init__(self, application: Application, *proxies: Network, threads: int) -> None:
        self.application = application
        self.doors = Doors(
            application,
            host="127.0.0.1",
            port=0,
            threads=threads,
            largest_body=1_000_000,
            proxies=proxies,
            page_of=lambda words: f"<h1>{words.title}</h1><p>{words.message}</p>",
        )
        self.port = self.doors.ports[0]
        self.sockets: list[socket.socket] = []

    def send(self, words: bytes, *, room: int = 0) -> socket.socket:
        """Open a connection that sends the words; `room` bounds what it takes in unread."""
        one = socket.socket()
        if room:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        one.connect(("127.0.0.1", self.port))
        one.sendall(words)
        one.setblocking(False)
        self.sockets.append(one)
        self.settle()
        return one

    def settle(self, turns: int = 3) -> None:
        """Let the server see to what has moved."""
        for _ in range(turns):
            self.doors.turn(wait_seconds=0.01)

    def settle_all(self) -> None:
        """Let the server work out whatever it was asked for."""
        unsettled = {Phase.HEAD, Phase.ANSWERING}
        while any(one.phase in unsettled for one in self.doors.channels()):
            self.settle(1)

    def later(self, seconds: float) -> None:
        """Have the server look at its connections as if so much time had passed."""
        self.doors.tick(time.monotonic())
        self.doors.tick(time.monotonic() + seconds)
        self.settle()

    def answer(self, one: socket.socket) -> str:
        """Return what the connection got until an end, or until the answer is whole."""
        got, deadline = b"", time.monotonic() + 10
        while time.monotonic() < deadline:
            self.settle(1)
            try:
                more = one.recv(65_536)
            except BlockingIOError:
                if _is_whole(got):
                    break
                continue
            except ConnectionResetError:
                break
            got += more
            if not more:
                break
        return got.decode()

    def answers(self, one: socket.socket, count: int) -> str:
        """Return so many answers of large pages."""
        got, deadline = b"", time.monotonic() + 20
        while len(got) < count * LARGE and time.monotonic() < deadline:
            self.settle(1)
            try:
                got += one.recv(1_000_000)
            except BlockingIOError:
                continue
        return got.decode()

    def is_open(self, one: socket.socket) -> bool:
        try:
            return one.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except ConnectionResetError:
            return False

    def end(self) -> None:
        self.application.let_go.set()
        for one in self.sockets:
            one.close()
        self.stop()

    def stop(self) -> None:
        """Tell the server to stop, and wait until it has."""
        asked = threading.Event()
        asked.set()
        self.doors.serve(asked)


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return bool(lengths) and len(body) >= int(lengths[0].split(b":")[1])
