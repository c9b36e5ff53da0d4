"""What the process does that a task is worked on in: carries it out and gives signs of life."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from django.db import connection, transaction

from tallystick.background import queue
from tallystick.background.files import File, Refused, store
from tallystick.background.kinds import KINDS, TellProgress
from tallystick.background.models import Task
from tallystick.failpoints import failpoint
from tallystick.outages import Outage, log_failure, outage_of

logger = structlog.get_logger(__name__)

_SIGN_SECONDS = 1.0
#: Exit codes of a process that an outage kept from its task.
GIVEN_BACK: Mapping[int, Outage] = {
    os.EX_IOERR: Outage.DISK_FULL,
    os.EX_TEMPFAIL: Outage.DATABASE_STARTING,
    os.EX_UNAVAILABLE: Outage.DATABASE_AWAY,
}


def work(pk: int, fence: int) -> None:
    """Carry out the task that was taken up under `fence`; does nothing if that is over.

    What an outage broke off ends the process with a code of `GIVEN_BACK`.
    """
    try:
        _work(pk, fence)
    except Exception as error:
        outage = outage_of(error)
        if outage is None:
            raise
        log_failure(logger, "background.broken_off", error, task=pk)
        sys.exit(next(code for code, told in GIVEN_BACK.items() if told is outage))


def _work(pk: int, fence: int) -> None:
    task = Task.objects.select_related("workspace", "actor").filter(pk=pk, fence=fence).first()
    if task is None:
        return
    with _alive(task) as tell:
        carry_out(task, tell)


def carry_out(task: Task, tell: TellProgress) -> None:
    """Do the task's work and note what came of it."""
    try:
        found = KINDS[task.kind].run(task, tell)
        failpoint("background.before_end")
        # What is kept of it is there together with its end, or not at all.
        with transaction.atomic():
            if isinstance(found, File):
                size = store(task, found)
                queue.end(task, file_name=found.name, file_bytes=size)
            else:
                queue.end(task, result=found)
    except Refused as refused:
        queue.fail(task, str(refused))


@contextmanager
def _alive(task: Task) -> Iterator[TellProgress]:
    """Renew the lease from a thread of its own until the block ends; gives what tells progress."""
    progress: dict[str, Any] = {}

    def tell(stage: str, done: int, total: int) -> None:
        progress.update(stage=stage, done=done, total=total)

    over = threading.Event()
    beating = threading.Thread(target=_beat, args=(task, progress, over), daemon=True)
    beating.start()
    try:
        yield tell
    finally:
        over.set()
        beating.join()


def _beat(task: Task, progress: dict[str, Any], over: threading.Event) -> None:
    while not over.wait(_SIGN_SECONDS):
        try:
            ours = queue.keep(task, dict(progress))
        except Exception as error:  # noqa: BLE001 - it is logged, and tried again
            log_failure(logger, "background.no_sign_of_life", error, task=task.pk)
            connection.close()
            continue
        if not ours:
            # Another process has it now: whatever this one does from here on is in vain.
            logger.warning("background.lost", task=task.pk)
            os._exit(1)
    connection.close()
