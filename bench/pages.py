"""Ask every address of a workspace with a million documents: `python bench/pages.py [options]`.

The books are made by SQL on an embedded PostgreSQL of their own (`big_books.py`); `--keep FOLDER`
keeps them there for the next run. Asked are all addresses that `web/urls.py` answers a GET with, and
the lists with each of their filters, orders and pages (`addresses.py`), through Django in this
process, database connection included; no HTTP is in between. One JSON line an address comes out:
`{"measure": address, "p50": ..., "p95": ..., "cpu": ..., "unit": "ms", "baseline": ..., "ratio": ...}`;
`cpu` is what the processors had to do for it, ours and the database's, whoever else is busy. The
baseline is the same address's p50 in a workspace of 500 documents. It ends with 1 where an address
takes longer than 100 ms at p95, and says which on standard error, with the machine's load.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick import postgres

if TYPE_CHECKING:
    from big_books import BigBooks
    from django.test import RequestFactory

    from tallystick.workspaces.models import User

BUDGET_MS = 100
_SMALL = 500


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=12, help="how often each address is asked")
    parser.add_argument("--keep", type=Path, help="make the books here, or use those that are here")
    parser.add_argument("--no-baseline", action="store_true", help="do not ask the small books")
    parser.add_argument("--only", default="", help="addresses that contain this text")
    wanted = parser.parse_args()
    with _database(wanted.keep):
        small = None if wanted.no_baseline else _books(_SMALL)
        late = _ask_all(_books(wanted.documents), small, times=wanted.times, only=wanted.only)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{len(late)} over {BUDGET_MS} ms at p95; load average {load}.", file=sys.stderr)
    for address in late:
        print(f"Not kept: {address}", file=sys.stderr)
    return 1 if late else 0


@contextlib.contextmanager
def _database(keep: Path | None) -> Iterator[None]:
    """Run a PostgreSQL in the folder, with the settings of a fresh installation, and migrate it."""
    folder = keep or Path(tempfile.mkdtemp(prefix="tallystick-pages-", dir="/tmp"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    os.environ["TALLYSTICK_DATA_DIR"] = str(folder)
    os.environ["TALLYSTICK_LOG_LEVEL"] = "ERROR"
    os.environ.pop("DATABASE_URL", None)
    try:
        with postgres.running(folder) as url:
            from tallystick.cli.prepare import prepare

            prepare(migrations="apply")
            os.environ["DATABASE_URL"] = url
            yield
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _books(documents: int) -> BigBooks:
    """Return the books of so many documents, made unless they are there."""
    import big_books

    name = f"Books of {documents}"
    return big_books.find(name) or _make(name, documents)


def _make(name: str, documents: int) -> BigBooks:
    import big_books

    started = time.perf_counter()
    books = big_books.make(name, big_books.usual(documents))
    seconds = time.perf_counter() - started
    print(f"{name} were made in {seconds:.0f} s.", file=sys.stderr, flush=True)
    return books


def _ask_all(books: BigBooks, small: BigBooks | None, *, times: int, only: str) -> list[str]:
    """Ask each address so often, print what it took, and return those that missed the budget."""
    from addresses import addresses

    from tallystick.cli.webserver import load_for_good

    late = []
    baselines = dict(addresses(small)) if small else {}
    asked = list(addresses(books))
    load_for_good()  # as the web server does
    for name, address in asked:
        if only not in name:
            continue
        taken = _ask(books, address, times)
        if taken is None:
            continue
        p50, p95 = taken.at(0.5), taken.at(0.95)
        before = small and _ask(small, baselines[name], 5) if name in baselines else None
        baseline = before.at(0.5) if before else None
        told = {
            "measure": name,
            "p50": round(p50, 1),
            "p95": round(p95, 1),
            "cpu": round(taken.cpu, 1),
            "unit": "ms",
            "baseline": baseline and round(baseline, 1),
            "ratio": baseline and round(p50 / baseline, 2),
        }
        print(json.dumps(told), flush=True)
        if p95 > BUDGET_MS:
            late.append(f"{p95:6.0f} ms  {name}")
    return late


@dataclass(frozen=True, slots=True)
class Taken:
    """What the answers took: each on the clock, and of the processors on the average, in ms."""

    clock: list[float]
    cpu: float

    def at(self, share: float) -> float:
        return sorted(self.clock)[ceil(share * len(self.clock)) - 1]


def _ask(books: BigBooks, address: str, times: int) -> Taken | None:
    """Return what so many answers took after a first one; None for what answers no GET."""
    environ = _as(books.owner).get(address).environ
    if (status := _answer(environ)) == 405:
        return None
    if status >= 400:
        raise RuntimeError(f"{address} answers {status}")
    _count_what_waits()
    clock, before = [], _cpu_seconds()
    for _ in range(times):
        started = time.perf_counter()
        _answer(environ)
        clock.append((time.perf_counter() - started) * 1000)
    return Taken(clock, (_cpu_seconds() - before) * 1000 / times)


def _count_what_waits() -> None:
    """Do what the first answer has asked for: pages show what was counted in the background."""
    from tallystick.background import queue, working
    from tallystick.background.models import Pool

    while task := queue.take(Pool.COUNT):
        working.carry_out(task, lambda *_: None)


@cache
def _as(person: User) -> RequestFactory:
    """Return what makes requests of this person, who is signed in."""
    from django.conf import settings
    from django.test import Client, RequestFactory

    browser = Client()
    browser.force_login(person)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    return RequestFactory(SERVER_NAME="localhost", HTTP_COOKIE=cookie)


def _answer(environ: dict[str, Any]) -> int:
    """Have the web server's application answer, and return the status once all of it has come.

    Django's own test client keeps something of each request, until going through that takes longer
    than the answer.
    """
    told: list[str] = []
    body = _application()(dict(environ), lambda status, headers: told.append(status))
    for _ in body:
        pass
    body.close()
    return int(told[0].split()[0])


@cache
def _application() -> Any:
    from django.conf import settings
    from django.utils.module_loading import import_string

    return import_string(settings.WSGI_APPLICATION)


def _cpu_seconds() -> float:
    """Return what this process and its database session have used; of the latter Linux alone tells."""
    from django.db import connection

    connection.ensure_connection()
    text = ""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text("ascii")
    return time.process_time() + int((text or "0").split()[0]) / 1e9


if __name__ == "__main__":
    sys.exit(main())
