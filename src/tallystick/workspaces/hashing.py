"""How many passwords are worked out at once: hashing is slow on purpose, and anybody can ask for it."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Busy(Exception):
    """So many passwords are being looked at that this one would wait too long."""


class Room:
    """Lets so many in at once and so many wait; whoever comes then is sent away."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._seats = threading.BoundedSemaphore(at_once + waiting)
        self._at_once = threading.BoundedSemaphore(at_once)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one for as long as a password is looked at. Raises Busy."""
        if not self._seats.acquire(blocking=False):
            raise Busy
        try:
            with self._at_once:
                yield
        finally:
            self._seats.release()


_HALF = max(1, (os.cpu_count() or 1) // 2)
#: Half of the processors at most for strangers, and a room apart for browsers that we know.
STRANGERS = Room(at_once=_HALF, waiting=3)
KNOWN = Room(at_once=_HALF, waiting=3)
