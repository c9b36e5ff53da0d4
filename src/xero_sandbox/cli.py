"""The command `xero-sandbox`."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from pathlib import Path
from typing import get_args

from xero_sandbox.sandbox import Options
from xero_sandbox.server import start
from xero_sandbox.settings import Strictness
from xero_sandbox.store import StateError


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return 0, or 2 when the port or directory cannot be had."""
    parser = _parser()
    wanted = parser.parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        running = start(
            port=wanted.port,
            host=wanted.host,
            data=None if str(wanted.data) == ":memory:" else wanted.data,
            limits=None if wanted.limits is None else wanted.limits == "on",
            client_id=wanted.client_id,
            client_secret=wanted.client_secret,
            app_name=wanted.app_name,
            strict_requests=wanted.strict_requests,
        )
    except StateError as error:
        parser.error(str(error))
    except (OSError, OverflowError) as error:
        parser.error(f"cannot serve on {wanted.host}:{wanted.port} with {wanted.data}: {error}")
    with running:
        print(f"xero-sandbox listening on {running.url}", flush=True)
        stop.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    default = Options()
    parser = argparse.ArgumentParser(
        prog="xero-sandbox",
        description="A stand-in Xero: identity, Accounting API, limits, faults and screens.",
    )
    parser.add_argument("--port", type=int, default=4010, help="0 takes any free one")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("xero-sandbox-data"),
        help="directory of its state; ':memory:' forgets it when it stops",
    )
    parser.add_argument("--limits", choices=("on", "off"), help="Xero's limits (on when fresh)")
    parser.add_argument("--client-id", default=default.client_id)
    parser.add_argument("--client-secret", default=default.client_secret)
    parser.add_argument("--app-name", default=default.app_name, help="shown when asking consent")
    parser.add_argument(
        "--strict-requests",
        choices=get_args(Strictness),
        help="what becomes of requests unlike Xero's interface description (off when fresh)",
    )
    return parser
