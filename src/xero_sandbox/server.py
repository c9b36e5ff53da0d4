"""The sandbox on a socket: HTTP/1.1 with keep-alive, one thread a connection.

Standard library only, because faults need the socket itself: to cut it, to send half.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from xero_sandbox.chunks import BadChunks, read_chunks
from xero_sandbox.messages import URL_SIGNS, Request
from xero_sandbox.pipeline import CONTROL_BODY, MAX_BODY, Answer, serve
from xero_sandbox.problems import Problem
from xero_sandbox.sandbox import Options, Sandbox
from xero_sandbox.settings import Strictness
from xero_sandbox.webhooks.delivery import Courier

IDLE_SECONDS = 120
REST_SECONDS = 1  #: how long who sent nonsense may go on doing so
STOP_SECONDS = 0.02  #: how soon it notices that it should stop


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # a line that cannot be read gets a status line too
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    wbufsize = -1

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            # The client is gone; what was committed stands, as with Xero.
            self.close_connection = True

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        # http.server reads the line as Latin-1; bytes that should have been encoded now are.
        target = quote(self.path.encode("latin-1"), safe=URL_SIGNS)
        serve(self.server.sandbox, Request(self.command, target, headers, body), self._send)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve

    def _body(self) -> bytes | None:
        """Read the body, or answer 4xx and return None."""
        if "Transfer-Encoding" in self.headers:
            return self._chunked_body()
        length = self.headers.get("Content-Length", "0").strip()
        if not (length.isascii() and length.isdigit() and len(length) < 20):
            self._refuse(400)
        elif int(length) > self._largest():
            self._refuse_large(self._pieces(int(length)))
        else:
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                return body
            self.close_connection = True
        return None

    def _chunked_body(self) -> bytes | None:
        if self.headers["Transfer-Encoding"].strip().lower() != "chunked":
            self._refuse(501)
        elif "Content-Length" in self.headers:  # two lengths: a request smuggled in another
            self._refuse(400)
        else:
            body, pieces = bytearray(), read_chunks(self.rfile)
            try:
                for piece in pieces:
                    body += piece
                    if len(body) > self._largest():
                        self._refuse_large(pieces)
                        return None
            except BadChunks:
                self._refuse(400)
                self._read_rest(self._pieces(MAX_BODY), seconds=REST_SECONDS)
            else:
                return bytes(body)
        return None

    def _pieces(self, length: int) -> Iterable[bytes]:
        """What comes, as far as so many bytes."""
        while length > 0 and (piece := self.rfile.read1(min(length, 1 << 16))):
            length -= len(piece)
            yield piece

    def _largest(self) -> int:
        return CONTROL_BODY if self.path.startswith("/_sandbox/") else MAX_BODY

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def _refuse_large(self, rest: Iterable[bytes]) -> None:
        """413 with a problem body (facts 12.2), which the client gets to read."""
        self.close_connection = True
        problem = Problem(413, "Payload Too Large", f"The body may have {self._largest()} bytes.")
        response = problem.response()
        response.headers["Connection"] = "close"
        self._send(Answer(response))
        self._read_rest(rest)

    def _read_rest(self, rest: Iterable[bytes], *, seconds: float = IDLE_SECONDS) -> None:
        """Read and forget what the client goes on sending after its refusal.

        A socket closed on unread bytes would be reset, and the answer lost with it.
        """
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)  # who waits for the end sees it
        self.connection.settimeout(seconds)
        left = CONTROL_BODY
        with suppress(BadChunks, TimeoutError):
            for piece in rest:
                left -= len(piece)
                if left <= 0:
                    break

    def _send(self, answer: Answer) -> None:
        if answer.reset:
            now = struct.pack("ii", 1, 0)  # linger for no time: a reset instead of an end
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        if answer.cut or answer.reset:
            self.close_connection = True
            return
        response = answer.response
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.content_type:
            self.send_header("Content-Type", response.content_type)
        if response.stream is not None:
            self._send_chunks(answer)
            return
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        body = response.body
        if answer.half:
            body, self.close_connection = body[: len(body) // 2], True
        if answer.slow and self.command != "HEAD":
            self._send_slowly(body, answer.slow)
        elif self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def _send_slowly(self, body: bytes, seconds: float) -> None:
        """Spread the body over `seconds` in at most 100 pieces."""
        size = max(1, -(-len(body) // 100))
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            self.server.sandbox.stopping.wait(seconds / len(pieces))

    def _send_chunks(self, answer: Answer) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in answer.response.stream or ():
            if chunk:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def version_string(self) -> str:
        return "xero-sandbox"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the journal keeps every request."""


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128
    sandbox: Sandbox

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        if struct.unpack("ii", request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8))[0]:
            self.close_request(request)  # to be reset: no orderly end before
        else:
            super().shutdown_request(request)

    def cut_all(self) -> None:
        with self._open_lock:
            for connection in self._open:
                # Wakes the thread that reads from it; the thread itself closes.
                with suppress(OSError):  # already closed from the other side
                    connection.shutdown(socket.SHUT_RD)


class Running:
    """A sandbox that is serving. Also a context manager that stops it."""

    def __init__(self, host: str, port: int, options: Options) -> None:
        self.options = options
        self.sandbox = Sandbox(options)
        self._server = _Server((host, port), self.sandbox)
        self.sandbox.url = self.url
        self._courier = Courier(self.sandbox)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(STOP_SECONDS,))

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        self._thread.start()
        self._courier.start()

    def stop(self) -> None:
        """Let go what faults hold, finish what runs, close every socket and file."""
        self.sandbox.stopping.set()
        self.sandbox.faults.remove()
        self._server.shutdown()
        self._server.cut_all()
        self._server.server_close()
        self._thread.join()
        self._courier.join()
        self.sandbox.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start(
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    data: Path | None = None,
    limits: bool | None = False,
    client_id: str = Options.client_id,
    client_secret: str = Options.client_secret,
    app_name: str = Options.app_name,
    strict_requests: Strictness | None = None,
) -> Running:
    """Start a sandbox in a thread of this process; port 0 is any free one.

    Without `data` the state is fresh and goes when it stops. Limits are off unless asked for.
    """
    options = Options(data, limits, client_id, client_secret, app_name, strict_requests)
    running = Running(host, port, options)
    running.start()
    return running
