"""Who gets a thread when: one client never has all of them, nor an endless queue."""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Work = TypeVar("Work")


class Turns(Generic[Work]):
    """Gives work out to `start`, at most three quarters of the threads to one client at once."""

    def __init__(self, *, threads: int, most: int, start: Callable[[Work], object]) -> None:
        """`most` is how much of one client may be under way or waiting."""
        self._share = max(1, threads * 3 // 4)
        self._most = most
        self._start = start
        self._running: Counter[Hashable] = Counter()
        self._waiting: defaultdict[Hashable, deque[Work]] = defaultdict(deque)
        self._lock = threading.Lock()

    def ask(self, client: Hashable, work: Work) -> bool:
        """Start the work or let it wait for its client's turn; False where that has too much."""
        with self._lock:
            if self._running[client] + len(self._waiting[client]) >= self._most:
                return False
            if self._running[client] >= self._share:
                self._waiting[client].append(work)
                return True
            self._running[client] += 1
        self._start(work)
        return True

    def done(self, client: Hashable) -> None:
        """Hear that one of the client's works has ended; its next one takes the thread."""
        with self._lock:
            if self._waiting[client]:
                following = self._waiting[client].popleft()
            else:
                self._forget(client)
                return
        self._start(following)

    def clients(self) -> int:
        """Return of how many clients something is under way."""
        with self._lock:
            return len(self._running)

    def _forget(self, client: Hashable) -> None:
        self._running[client] -= 1
        if not self._running[client]:
            del self._running[client], self._waiting[client]
