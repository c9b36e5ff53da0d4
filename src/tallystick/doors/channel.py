"""One connection: what it is waiting for, and since when nothing has moved."""

import contextlib
import socket
import time
from collections.abc import Mapping
from enum import Enum
from typing import Any, Protocol

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError

from tallystick.doors.refusals import Answer, Refusal
from tallystick.doors.turns import Turns
from tallystick.outages import Outage, outage_of


class Phase(Enum):
    """What a connection waits for; the value is how many seconds it may stand still in it."""

    HEAD = 15  #: The first line and the headers: they must all be there by then.
    BODY = 20
    ANSWERING = None  #: It is our turn.
    READING = 30  #: The other end takes our answer.
    #: Kept open for the next request, for longer than proxies keep theirs (nginx 60, Caddy 120):
    #: else one would send a request on what we close at that moment.
    IDLE = 130
    LEAVING = 5  #: It was refused; what it still sends is thrown away, so that it reads the answer.


#: From then on a body or an answer must have moved faster than this on average.
_GRACE_SECONDS = 60
_LEAST_BYTES_A_SECOND = 1024
_LEAVING_SECONDS = 30


class Parser(HTTPRequestParser):
    """Waitress's parser; an address that cannot be taken apart is a bad request."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            raise ParsingError("The address cannot be read") from error


class Host(Protocol):
    """Whom connections belong to, and what they ask of it: `doors.server.Doors`."""

    turns: Turns["Channel"]

    def client_of(self, peer: str, headers: Mapping[str, str] | None = None) -> str | None: ...

    def answer_to(self, refusal: Refusal) -> Answer: ...

    def keep_bounds(self, newest: "Channel") -> None: ...

    def take(self, channel: "Channel") -> None: ...


class Channel(HTTPChannel):
    """A connection of Waitress's that knows its client, its phase and its pace."""

    #: The request that is being read.
    request: Parser | None
    parser_class = Parser

    def __init__(self, server: Any, sock: socket.socket, addr: Any, *rest: Any, **more: Any):
        """`server` is a listener of Waitress's that knows its `doors`."""
        self.doors: Host = server.doors
        #: Whom the bounds count it for; None until a listed proxy has said for whom it asks.
        self.client = self.doors.client_of(addr[0])
        #: Whose turn its request in front takes.
        self.turn_of = self.client
        self.moved_bytes = 0
        self.moved_at = time.monotonic()
        self.refused = self.leaving = False
        #: A request waits until the answer to the one before it is taken.
        self.put_off = False
        self._named_by: object = None
        self._seen: tuple[Phase, object] = (Phase.HEAD, None)
        self._seen_at, self._seen_bytes = self.moved_at, 0
        super().__init__(server, sock, addr, *rest, **more)
        self.doors.keep_bounds(self)

    @property
    def phase(self) -> Phase:
        if self.leaving:
            return Phase.LEAVING
        if self.total_outbufs_len:
            return Phase.READING
        if self.requests:
            return Phase.ANSWERING
        if self.request is not None:
            return Phase.BODY if self.request.headers_finished else Phase.HEAD
        return Phase.IDLE if self.moved_bytes else Phase.HEAD

    @property
    def kept_bytes(self) -> int:
        """How much of a body and of an answer is kept here."""
        body = self.request.body_bytes_received if self.request is not None else 0
        return int(body + self.total_outbufs_len)

    def is_overdue(self, now: float) -> bool:
        """Say whether it has stood still or crept for too long; to be asked about once a second."""
        phase = self.phase
        if self._seen != (phase, self.request):
            self._seen = phase, self.request
            self._seen_at, self._seen_bytes = now, self.moved_bytes
        if phase is Phase.ANSWERING:
            return False
        since = now - self._seen_at
        if phase is Phase.HEAD:
            return since > phase.value
        if phase is Phase.LEAVING and since > _LEAVING_SECONDS:
            return True
        if phase in {Phase.BODY, Phase.READING} and since > _GRACE_SECONDS:
            return self.moved_bytes - self._seen_bytes < since * _LEAST_BYTES_A_SECOND
        return now - self.moved_at > phase.value

    def part(self) -> None:
        """End it: with words where a body is missing, else without."""
        request = self.request
        if self.phase is not Phase.BODY or request is None:
            self.handle_close()
            return
        self._refuse_unread(request, Refusal.TOO_SLOW)

    def refuse(self, refusal: Refusal) -> None:
        """Answer the request in front at once; only in the thread of the loop."""
        self.refused = True
        self.requests[0].error = self.doors.answer_to(refusal)
        super().service()

    def _refuse_unread(self, request: Parser, refusal: Refusal) -> None:
        """Answer the request at once although its body is not all there."""
        with self.requests_lock:
            self.request, request.completed = None, True
            self.requests.append(request)
        self.refuse(refusal)

    # What Waitress calls.

    def recv(self, buffer_size: int) -> bytes:
        data: bytes = super().recv(buffer_size)
        self._moved(len(data))
        return data

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent: int = super().send(data, do_close)
        self._moved(sent)
        return sent

    def received(self, data: bytes) -> bool:
        if self.leaving:
            return False
        try:
            done: bool = super().received(data)
        except OSError as error:
            request = self.request
            if request is None or self.requests or outage_of(error) is not Outage.DISK_FULL:
                raise
            self.logger.warning("A request could not be kept: %s", Outage.DISK_FULL.value)
            self._refuse_unread(request, Refusal.NO_ROOM)
            return False
        request = self.request
        if request is not None and request.headers_finished and request is not self._named_by:
            self._named_by = request
            self._learn_client(request)
        return done

    def service(self) -> None:
        client = self.turn_of
        try:
            super().service()
        finally:
            self.doors.turns.done(client)

    def writable(self) -> bool:
        return bool(self.put_off or super().writable())

    def handle_write(self) -> None:
        if self.put_off and not self.total_outbufs_len:
            self.put_off = False
            self.doors.take(self)
        elif self.refused and self.close_when_flushed and not self.total_outbufs_len:
            self._leave()
        else:
            super().handle_write()

    def handle_error(self) -> None:
        """Close it; what went wrong is told with its traceback."""
        self.logger.exception("A connection broke down")
        with contextlib.suppress(OSError):
            self.handle_close()

    def _learn_client(self, request: Parser) -> None:
        """Take from the headers for whom a listed proxy asks; the next request may be another's."""
        client = self.doors.client_of(self.addr[0], request.headers)
        if client != self.client:
            self.client = client
            self.doors.keep_bounds(self)

    def _leave(self) -> None:
        """End our side only: closing with input unread would take the answer away from it."""
        self.close_when_flushed, self.leaving = False, True
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()

    def _moved(self, count: int) -> None:
        if count:
            self.moved_bytes += count
            self.moved_at = time.monotonic()
