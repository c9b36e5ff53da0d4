"""A worker process: takes jobs from the queue with threads of its own, and sweeps for what is due.

Safe to kill at any instant; any number of them may run on any number of machines.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import close_old_connections, connection
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from tallystick.sync.tasks import sweep

logger = structlog.get_logger(__name__)

_SWEEP_SECONDS = 2.0
#: A killed worker's job is forgotten after this; our own tables have long been taken over.
_STALLED_SECONDS = 30.0
_GRACE_SECONDS = 20.0


def run_worker(*, threads: int, stop: threading.Event | None = None) -> None:
    """Work until SIGTERM or SIGINT (or until `stop` is set, in a thread other than the main one)."""
    asyncio.run(_run(threads, stop))


async def _run(threads: int, stop: threading.Event | None) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=threads + 2))
    over = threading.Event()
    sweeping = threading.Thread(target=_sweep, args=(over,), name="sweep", daemon=True)
    sweeping.start()
    # Jobs that the worker's own tasks defer still go through Django's connection.
    # Its own few connections: one listens, the others fetch and finish jobs.
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4)
    worker_app = app.with_connector(connector)
    logger.info("worker.started", threads=threads)
    try:
        async with worker_app.open_async():
            working = asyncio.ensure_future(
                worker_app.run_worker_async(
                    concurrency=threads,
                    delete_jobs="always",
                    fetch_job_polling_interval=1.0,
                    shutdown_graceful_timeout=_GRACE_SECONDS,
                    stalled_worker_timeout=_STALLED_SECONDS,
                    install_signal_handlers=stop is None,
                )
            )
            await _until_done(working, stop)
    finally:
        over.set()
        sweeping.join()
        logger.info("worker.stopped")


async def _until_done(working: "asyncio.Future[None]", stop: threading.Event | None) -> None:
    while stop and not working.done():
        if stop.is_set():
            working.cancel()
        await asyncio.wait([working], timeout=0.1)
    try:
        await working
    except asyncio.CancelledError:
        if not (stop and stop.is_set()):
            raise


def _sweep(over: threading.Event) -> None:
    """Wake whatever is due every two seconds; the guarantee behind every lost or late job."""
    while not over.wait(_SWEEP_SECONDS):
        try:
            close_old_connections()
            sweep()
        except Exception:
            logger.exception("sweep.failed")
    connection.close()
