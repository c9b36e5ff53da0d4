"""The server: takes connections in, keeps their bounds, and ends without breaking off answers."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from tallystick.doors import clients
from tallystick.doors.channel import Channel, Phase
from tallystick.doors.refusals import Answer, PageMaker, Refusal
from tallystick.doors.turns import Turns

#: Connections at once. One more, and of whoever has most the one that stood still longest gives way:
#: so idle and half-sent ones never shut anybody out.
MOST_CONNECTIONS = 1024
#: Of one client (an IPv4 address, the /64 of IPv6): an office's browsers keep several each.
MOST_CONNECTIONS_OF_ONE = 256
#: Requests of one client that wait for a thread; one more, and the oldest is refused in words.
MOST_WAITING_OF_ONE = 48
#: Bodies and answers kept on disk until they are complete or taken.
MOST_KEPT_BYTES = 3_000_000_000

_TICK_SECONDS = 1.0
_LOOP_SECONDS = 0.5
_STOP_SECONDS = 10.0
_ROOM_FOR_FILES = 256


class Doors:
    """Serves a WSGI application until it is told to stop."""

    def __init__(
        self,
        application: Callable[..., Any],
        *,
        host: str,
        port: int,
        threads: int,
        largest_body: int,
        proxies: Sequence[clients.Network],
        page_of: PageMaker,
    ) -> None:
        """Listen at once. `largest_body` is in bytes; `page_of` makes a refusal's page."""
        self._proxies = proxies
        self._answers = {one: Answer(one.value, page_of(one.value)) for one in Refusal}
        self._most_connections = min(MOST_CONNECTIONS, _descriptors() - _ROOM_FOR_FILES)
        self._map: dict[int, Any] = {}
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(threads)
        self.turns: Turns[Channel] = Turns(
            threads=threads, most=MOST_WAITING_OF_ONE, start=self._dispatcher.add_task
        )
        adjustments = _adjustments(host, port, largest_body)
        self._listeners = [
            Listener(self, application, self._map, self._dispatcher, adjustments, sockinfo)
            for sockinfo in adjustments.listen
        ]
        self.ports = [int(listener.effective_port) for listener in self._listeners]
        self._next_tick = 0.0

    def serve(self, stop: threading.Event) -> None:
        """Serve until `stop` is set; then requests under way get ten seconds to end."""
        while not stop.is_set():
            self.turn()
        for listener in self._listeners:
            wasyncore.dispatcher.close(listener)
        deadline = time.monotonic() + _STOP_SECONDS
        while self._is_busy() and time.monotonic() < deadline:
            self.turn()
        self._dispatcher.shutdown(timeout=1)
        for channel in list(self.channels()):
            channel.handle_close()
        wasyncore.close_all(self._map)

    def client_of(self, peer: str, headers: Mapping[str, str] | None = None) -> str | None:
        """Return whom a connection counts for; of a listed proxy's that takes the headers."""
        if headers is None and clients.is_listed(clients.parse(peer), self._proxies):
            return None
        forwarded_for = (headers or {}).get("X_FORWARDED_FOR", "")
        return clients.household(clients.client_address(peer, forwarded_for, self._proxies))

    def answer_to(self, refusal: Refusal) -> Answer:
        return self._answers[refusal]

    def take(self, channel: Channel) -> None:
        """Give a complete request its turn, or refuse it or one that waits; in any thread."""
        request = channel.requests[0]
        refusal = _what_is_wrong(request.error)
        if refusal is not None:
            _refuse(channel, refusal)
            return
        channel.turn_of = channel.client = self.client_of(channel.addr[0], request.headers)
        given_up = self.turns.ask(channel.turn_of, channel)
        if given_up is not None:
            _refuse(given_up, Refusal.TOO_MANY)

    def keep_bounds(self, newest: Channel) -> None:
        """Let others give way to this connection where there are too many."""
        channels = list(self.channels())
        client = newest.client
        if client is not None:
            own = [one for one in channels if one.client == client]
            if len(own) > MOST_CONNECTIONS_OF_ONE:
                _part_with_stillest(own, otherwise=newest)
        if len(channels) > self._most_connections:
            most, _ = Counter(one.client for one in channels).most_common(1)[0]
            theirs = [one for one in channels if one.client == most]
            _part_with_stillest(theirs, otherwise=newest)

    def turn(self, wait_seconds: float = _LOOP_SECONDS) -> None:
        """Wait so long at most for something to move, and see to it."""
        wasyncore.poll2(wait_seconds, self._map)
        now = time.monotonic()
        if now >= self._next_tick:
            self._next_tick = now + _TICK_SECONDS
            self.tick(now)

    def tick(self, now: float) -> None:
        """Part with whoever keeps us waiting; `now` is of the monotonic clock."""
        for channel in list(self.channels()):
            if channel.is_overdue(now):
                channel.part()
        self._keep_disk_free()

    def _keep_disk_free(self) -> None:
        """Part with what whoever keeps most here keeps longest, until there is room again."""
        keeping = [one for one in self.channels() if one.kept_bytes]
        while sum(one.kept_bytes for one in keeping) > MOST_KEPT_BYTES:
            sums: Counter[str | None] = Counter()
            for one in keeping:
                sums[one.client] += one.kept_bytes
            most, _ = sums.most_common(1)[0]
            stillest = min((one for one in keeping if one.client == most), key=_moved_at)
            keeping.remove(stillest)
            stillest.handle_close()

    def channels(self) -> Iterator[Channel]:
        return (one for one in self._map.values() if isinstance(one, Channel))

    def _is_busy(self) -> bool:
        waited_for = {Phase.ANSWERING, Phase.READING}
        return any(one.phase in waited_for for one in self.channels())


class Listener(TcpWSGIServer):
    """One socket that listens; "localhost" has two of them."""

    channel_class = Channel

    def __init__(
        self,
        doors: Doors,
        application: Callable[..., Any],
        map: dict[int, Any],
        dispatcher: ThreadedTaskDispatcher,
        adjustments: Adjustments,
        sockinfo: tuple[Any, ...],
    ) -> None:
        self.doors = doors
        super().__init__(
            application, map, dispatcher=dispatcher, adj=adjustments, sockinfo=sockinfo
        )

    def add_task(self, channel: Channel) -> None:
        if channel.total_outbufs_len:
            channel.put_off = True  # nobody reads ahead of what they have not taken
        else:
            self.doors.take(channel)

    def readable(self) -> bool:
        return bool(self.accepting)


def _adjustments(host: str, port: int, largest_body: int) -> Adjustments:
    return Adjustments(
        host=host,
        port=port,
        ident=None,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=False,  # the application asks `clients` itself
        log_socket_errors=False,
        max_request_header_size=65_536,
        max_request_body_size=largest_body,
        # What is larger waits in a file: memory stays flat however many send and read slowly.
        inbuf_overflow=131_072,
        outbuf_overflow=262_144,
        # A thread never waits for a reader: `_keep_disk_free` bounds what it leaves.
        outbuf_high_watermark=1 << 62,
    )


def _refuse(channel: Channel, refusal: Refusal) -> None:
    """Have the loop answer it."""
    channel.server.trigger.pull_trigger(partial(channel.refuse, refusal))


def _what_is_wrong(error: Any) -> Refusal | None:
    """Return the refusal for what Waitress found wrong with a request."""
    if error is None:
        return None
    for refusal in Refusal:
        if refusal.value.status == error.code:
            return refusal
    return Refusal.NOT_UNDERSTOOD


def _part_with_stillest(channels: Sequence[Channel], *, otherwise: Channel) -> None:
    """Close the one that stood still longest; one whose answer is worked out stays."""
    can_go = [one for one in channels if one.phase is not Phase.ANSWERING]
    (min(can_go, key=_moved_at) if can_go else otherwise).handle_close()


def _moved_at(channel: Channel) -> float:
    return channel.moved_at


def _descriptors() -> int:
    """Return how many files this process may have open, after asking for what we need."""
    try:
        import resource
    except ImportError:  # Windows has no such bound
        return 1 << 16
    wanted = 2 * MOST_CONNECTIONS + _ROOM_FOR_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else soft
