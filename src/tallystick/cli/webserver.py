"""The web server: granian with threads, over the same Django that `prepare` set up."""

from collections.abc import Callable
from typing import Any

from tallystick.cli.processes import end_with_parent

#: granian counts open connections here, idle ones of browsers too; beyond it they wait in line.
_CONNECTIONS = 1000
_STOP_SECONDS = 10


def serve(*, host: str, port: int, threads: int) -> None:
    """Serve the pages until SIGTERM or SIGINT; requests under way get ten seconds to end."""
    from django.conf import settings
    from django.db import connections
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    connections.close_all()  # granian forks: a connection must not be shared
    server = Server(
        "tallystick.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=threads,
        backpressure=_CONNECTIONS,
        workers_kill_timeout=_STOP_SECONDS,
        websockets=False,
        log_dictconfig=settings.LOGGING,
        log_level=LogLevels.error,
    )
    server.serve(target_loader=_load_application)


def _load_application(target: str) -> Callable[..., Any]:
    """Return the application; runs in granian's worker process, which must end with its parent."""
    from django.utils.module_loading import import_string

    end_with_parent()
    application: Callable[..., Any] = import_string(target.replace(":", "."))
    return application
