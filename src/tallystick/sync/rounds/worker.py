"""A worker process: takes jobs from the queue with threads of its own, and sweeps for what is due.

What takes long and is not for Xero (imports, reports) it has done by processes of their own.

Safe to kill at any instant; any number of them may run on any number of machines.
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import close_old_connections, connection
from procrastinate import App, PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError

from tallystick.background.desk import keep_desk
from tallystick.importing import uploads
from tallystick.outages import log_failure
from tallystick.sync.rounds.jobs import sweep
from tallystick.sync.webhooks import forgetting
from tallystick.sync.webhooks.silence import look_for_silence

logger = structlog.get_logger(__name__)

_SWEEP_SECONDS = 2.0
#: A killed worker's job is forgotten after this; our own tables have long been taken over.
_STALLED_SECONDS = 30.0
_GRACE_SECONDS = 20.0
#: Without the database for so long, the worker begins anew.
_AWAY_SECONDS = 5.0
#: What is seen to every minute.
_UPKEEP = (uploads.forget_old, forgetting.forget_old, look_for_silence)


class _Connector(PsycopgConnector):
    """Listens again where the database was away; the library would not, nor say so."""

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        while True:
            with contextlib.suppress(ConnectorException):
                await super().listen_notify(on_notification, channels)
            await asyncio.sleep(_SWEEP_SECONDS)


def run_worker(*, threads: int, stop: threading.Event) -> None:
    """Work until `stop` is set; where the database goes away, go on once it is back."""
    while not stop.is_set():
        try:
            asyncio.run(_run(threads, stop))
        except (ConnectorException, OperationalError) as error:
            logger.warning("worker.database_away", reason=str(error.__cause__ or error))
            stop.wait(_SWEEP_SECONDS)


async def _run(threads: int, stop: threading.Event) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=threads + 2))
    over = threading.Event()
    beside = [
        threading.Thread(target=_sweep, args=(over,), name="sweep", daemon=True),
        threading.Thread(target=keep_desk, args=(over, _UPKEEP), name="desk", daemon=True),
    ]
    for thread in beside:
        thread.start()
    # Jobs that the worker's own tasks defer still go through Django's connection.
    # Its own few connections: one listens, the others fetch and finish jobs.
    connector = _Connector(kwargs=connector_params(), min_size=1, max_size=4, timeout=_AWAY_SECONDS)
    worker_app = app.with_connector(connector)
    logger.info("worker.started", threads=threads)
    try:
        # Opening is among it: without a database it takes half a minute, and must be broken off, too.
        await _until_done(asyncio.ensure_future(_work(worker_app, threads)), stop)
    finally:
        over.set()
        for thread in beside:
            thread.join()
        logger.info("worker.stopped")


async def _work(worker_app: App, threads: int) -> None:
    async with worker_app.open_async():
        await worker_app.run_worker_async(
            concurrency=threads,
            delete_jobs="always",
            fetch_job_polling_interval=1.0,
            shutdown_graceful_timeout=_GRACE_SECONDS,
            stalled_worker_timeout=_STALLED_SECONDS,
            install_signal_handlers=False,
        )


async def _until_done(working: "asyncio.Future[None]", stop: threading.Event) -> None:
    while not working.done() and not stop.is_set():
        await asyncio.wait([working], timeout=0.1)
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


def _sweep(over: threading.Event) -> None:
    """Wake whatever is due every two seconds; the guarantee behind every lost or late job."""
    while not over.wait(_SWEEP_SECONDS):
        try:
            close_old_connections()
            sweep()
        except Exception as error:  # noqa: BLE001 - it is logged, and tried again
            log_failure(logger, "sweep.failed", error)
    connection.close()
