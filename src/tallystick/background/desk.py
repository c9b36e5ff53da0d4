"""Where a worker has tasks worked on: each in a process of its own, so few at a time.

A process of its own, because reading a long file or a long list is the processor's work: in a
thread it would slow whatever the worker sends meanwhile, and what takes its memory would take the
worker with it.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from django.db import close_old_connections, connection

from tallystick.background import queue
from tallystick.background.kinds import BOUNDS
from tallystick.background.models import Pool, Task
from tallystick.background.working import GIVEN_BACK
from tallystick.outages import log_failure

logger = structlog.get_logger(__name__)

_LOOK_SECONDS = 0.25
_TIDY_SECONDS = 60.0
_GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Child:
    task: Task
    process: subprocess.Popen[bytes]
    #: Of the monotonic clock.
    ends_at: float


class Desk:
    """The tasks that this worker has under way."""

    def __init__(self) -> None:
        self._children: list[_Child] = []

    def look(self) -> None:
        """See to what has ended, and begin what may begin."""
        self._children = [child for child in self._children if not self._has_ended(child)]
        waiting = queue.pools_with_work()
        for pool, bound in BOUNDS.items():
            if pool not in waiting:
                continue
            busy = sum(child.task.pool == pool for child in self._children)
            for _ in range(bound.per_worker - busy):
                if not self._begin(pool):
                    break

    def stop(self) -> None:
        """End what is under way; it is begun again by whoever looks next."""
        for child in self._children:
            child.process.terminate()
        for child in self._children:
            try:
                child.process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            queue.put_back(child.task)
        self._children = []

    @property
    def pids(self) -> list[int]:
        return [child.process.pid for child in self._children]

    def _begin(self, pool: Pool) -> bool:
        task = queue.take(pool)
        if task is None:
            return False
        words = [sys.executable, "-P", "-m", "tallystick.background"]
        numbers = map(str, (task.pk, task.fence, os.getpid()))
        process = subprocess.Popen([*words, *numbers], stdin=subprocess.DEVNULL)  # noqa: S603
        ends_at = time.monotonic() + BOUNDS[pool].seconds
        self._children.append(_Child(task, process, ends_at))
        logger.info("background.began", task=task.pk, kind=task.kind, fence=task.fence)
        return True

    def _has_ended(self, child: _Child) -> bool:
        if child.process.poll() is None and time.monotonic() < child.ends_at:
            return False
        if child.process.poll() is None:
            child.process.kill()
            child.process.wait()
            minutes = BOUNDS[Pool(child.task.pool)].seconds // 60
            queue.fail(
                child.task,
                f"It was ended because it took longer than {minutes} minutes. Ask for less at once.",
            )
        if child.process.returncode in GIVEN_BACK:
            queue.wait_out(child.task, GIVEN_BACK[child.process.returncode].value)
        else:
            queue.died(child.task)  # does nothing where it came to its end
        logger.info("background.ended", task=child.task.pk, code=child.process.returncode)
        return True


def keep_desk(over: threading.Event, upkeep: Sequence[Callable[[], None]]) -> None:
    """Look at the desk until `over` is set, and every minute see to the upkeep."""
    desk, tidy_at = Desk(), 0.0
    while not over.wait(_LOOK_SECONDS):
        try:
            close_old_connections()
            desk.look()
            if time.monotonic() > tidy_at:
                tidy_at = time.monotonic() + _TIDY_SECONDS
                for each in (queue.forget_old, *upkeep):
                    each()
        except Exception as error:  # noqa: BLE001 - it is logged, and tried again
            log_failure(logger, "background.failed", error)
            over.wait(_GRACE_SECONDS)
    try:
        desk.stop()
    finally:
        connection.close()
