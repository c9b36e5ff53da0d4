"""Who gets a thread when: one client never has all of them, nor an endless queue."""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Work = TypeVar("Work")


class Turns(Generic[Work]):
    """Gives work out to `start`, at most three quarters of the threads to one client at once.

    The rest waits, the oldest first. Where more waits than would soon be done, the newest comes first
    and the oldest is given up: whoever asks now is still there, and floods only hold up themselves.
    """

    def __init__(self, *, threads: int, most: int, start: Callable[[Work], object]) -> None:
        """`most` is how much of one client may wait."""
        self._share = max(1, threads * 3 // 4)
        self._most = most
        self._start = start
        self._running: Counter[Hashable] = Counter()
        self._waiting: defaultdict[Hashable, deque[Work]] = defaultdict(deque)
        self._lock = threading.Lock()

    def ask(self, client: Hashable, work: Work) -> Work | None:
        """Start the work or let it wait; return what is given up for it, if anything."""
        with self._lock:
            waiting = self._waiting[client]
            if self._running[client] >= self._share:
                waiting.append(work)
                return waiting.popleft() if len(waiting) > self._most else None
            self._running[client] += 1
        self._start(work)
        return None

    def done(self, client: Hashable) -> None:
        """Hear that one of the client's works has ended; its next one takes the thread."""
        with self._lock:
            waiting = self._waiting[client]
            if not waiting:
                self._forget(client)
                return
            following = waiting.pop() if len(waiting) > self._share else waiting.popleft()
        self._start(following)

    def clients(self) -> int:
        """Return of how many clients something is under way."""
        with self._lock:
            return len(self._running)

    def _forget(self, client: Hashable) -> None:
        self._running[client] -= 1
        if not self._running[client]:
            del self._running[client], self._waiting[client]
