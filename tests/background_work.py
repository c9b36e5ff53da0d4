"""Works on what waits in the background, in the test's own process or by a worker's desk."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from databases import database_url
from tallystick.background import queue, working
from tallystick.background.desk import Desk
from tallystick.background.kinds import KINDS
from tallystick.background.models import Pool, Task


def work_off() -> None:
    """Carry out everything that waits, one after the other."""
    for pool in Pool:
        while task := queue.take(pool):
            assert task.kind in KINDS
            working.carry_out(task, lambda *_: None)


@contextmanager
def desk() -> Iterator[Desk]:
    """Have a desk whose processes work on this test's database."""
    before = dict(os.environ)
    os.environ["DATABASE_URL"] = database_url()
    desk = Desk()
    try:
        yield desk
    finally:
        desk.stop()
        os.environ.clear()
        os.environ.update(before)


def look_until(desk: Desk, is_so: Callable[[], bool], *, seconds: float = 20) -> None:
    """Let the desk look again and again until it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        desk.look()
        assert time.monotonic() < deadline, list(Task.objects.values())
        time.sleep(0.05)
