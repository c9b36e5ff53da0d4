"""Real worker processes on one database: woken at once, killed, paused, many at a time."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO

import psycopg
import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg import sql

from consenting import connect
from databases import database_url
from disks import Disk
from factories import line, make_document, make_party, make_workspace, owner_of
from full_tables import tables_on
from tallystick.background.models import Task, TaskState
from tallystick.books.models import Kind, TaxBasis
from tallystick.connections.models import Connection
from tallystick.importing.uploads import receive
from tallystick.mapping.services import choose_sales_account
from tallystick.sync.models import Check, Lane, Link, LinkState, Pulse
from tallystick.sync.rounds.worker import run_worker
from xero_books import Books
from xero_sandbox.organisations.demo import organisation_id

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_idle_worker_is_woken_by_the_submit_itself(books: Books):
    with workers(books, 1):
        _wait_until_worker_is_idle(books)

        started = time.monotonic()
        document = _invoice(books, "INV-1")
        _wait_until(lambda: books.link(document).state == LinkState.SYNCED, seconds=5)
        took = time.monotonic() - started

    assert len(books.live()) == 2
    # Far below the two seconds of the sweep: the notification woke it.
    assert took < 1.5


def test_a_killed_workers_lane_is_taken_over_within_fifteen_seconds(books: Books):
    for n in range(60):
        _invoice(books, f"INV-{n}")
    assert books.worker_dies_at("create_invoices.send.after_call")
    assert books.states()[LinkState.SENDING] == 50

    started = time.monotonic()
    with workers(books, 1):
        _wait_until(lambda: books.states() == {LinkState.SYNCED: 60}, seconds=20)
        took = time.monotonic() - started

    assert len(books.invoices()) == 60
    # Starting a process is among it.
    assert took < 15


def test_a_paused_worker_that_wakes_up_again_doubles_nothing(books: Books):
    document = _invoice(books, "INV-1")
    fault = books.sandbox.fault("hold_before", method="PUT", path="*/Invoices", times=1)
    with workers(books, 1) as (first,):
        _wait_until(lambda: books.sandbox.is_holding(fault))
        os.kill(first.pid, signal.SIGSTOP)
        # Xero does it and answers, to a process that does not listen.
        books.sandbox.post(f"/_sandbox/faults/{fault}/release")
        books.let_lease_end()
        with workers(books, 1):
            _wait_until(lambda: books.link(document).state == LinkState.SYNCED, seconds=30)
            os.kill(first.pid, signal.SIGCONT)
            _wait_until(lambda: _all_settled(books))

    assert len(books.invoices()) == 1
    assert books.link(document).state == LinkState.SYNCED


def _tokens_given(books: Books) -> int:
    return sum(row["status"] == 200 for row in books.requests("/connect/token"))


def test_ten_workers_on_many_organisations_send_and_renew_each_thing_once(books: Books):
    everyone = [books, *(_more_books(books, country) for country in ("AU", "NZ", "US"))]
    for one in everyone:
        for n in range(15):
            _invoice(one, f"INV-{n}")
    soon = timezone.now() + timedelta(minutes=1)
    Connection.objects.update(access_expires_at=soon)
    consented = _tokens_given(books)

    with workers(books, 10):
        _wait_until(lambda: _unfinished() == 0, seconds=60)

    for one in everyone:
        assert sorted(invoice["number"] for invoice in one.invoices()) == sorted(
            f"INV-{n}" for n in range(15)
        )
    assert _tokens_given(books) - consented == len(everyone), "one renewal for each"


def test_a_worker_told_to_stop_leaves_soon_and_cleanly(books: Books):
    with workers(books, 1) as (worker,):
        _wait_until_worker_is_idle(books)

        worker.terminate()

        assert worker.wait(timeout=10) == 0


def test_on_an_older_database_a_worker_looks_through_xero_before_it_sends(books: Books):
    """A job waits there already, and is taken before the first sweep."""
    document = _invoice(books, "INV-1")
    books.drain()
    Link.objects.filter(document=document).update(xero_id=None, state=LinkState.QUEUED)
    Lane.objects.update(check_due_at=None)
    Pulse.objects.update_or_create(pk=1, defaults={"at": Now() - timedelta(hours=2)})
    assert ProcrastinateJob.objects.filter(status="todo").exists()

    with workers(books, 1):
        _wait_until(Check.objects.exists)

    assert Check.objects.get().reason.startswith("Nothing had run since")
    # By the check, which comes first in a round: else the document would have been asked for.
    assert books.log(document)[-1] == ("check", "done")
    assert len(books.invoices()) == 1


def test_a_worker_goes_on_by_itself_when_the_database_is_back(books: Books):
    with workers(books, 1) as (worker,):
        _wait_until_worker_is_idle(books)
        with database_away():
            time.sleep(8)  # longer than a worker waits for a connection
        document = _invoice(books, "INV-1")
        _wait_until(lambda: books.link(document).state == LinkState.SYNCED)
        _wait_until(_is_listened_to)

        assert worker.poll() is None

        worker.terminate()
        assert worker.wait(timeout=10) == 0


def test_a_worker_that_waits_for_the_database_leaves_soon_when_told_to_stop(db):
    connection.ensure_connection()
    stop = threading.Event()
    working = threading.Thread(target=run_worker, kwargs={"threads": 1, "stop": stop})
    with database_away():
        working.start()
        time.sleep(1)
        stop.set()
        working.join(10)
        left = not working.is_alive()
    working.join()

    assert left


def test_a_full_disk_stops_a_worker_in_words_and_it_goes_on_once_there_is_room(
    books: Books, small_disk: Disk, tmp_path
):
    said = tmp_path / "said"
    document = _invoice(books, "INV-1")
    with tables_on(small_disk, "sync_attempt"):
        small_disk.fill()
        with said.open("wb") as log, workers(books, 1, log=log):
            _wait_until(lambda: Lane.objects.exclude(blocked_reason="").exists())
            reason = Lane.objects.get().blocked_reason
            small_disk.make_room()
            Lane.objects.update(blocked_until=Now())  # without the pause
            _wait_until(lambda: books.link(document).state == LinkState.SYNCED)
            _wait_until(lambda: Lane.objects.get().blocked_reason == "")

    assert reason.startswith("There is no room left on a disk. It goes on by itself")
    assert "round.failed" in said.read_text()
    assert "Traceback" not in said.read_text()
    assert len(books.live()) == 1


def test_imports_that_never_end_keep_nothing_from_reaching_xero(books: Books):
    crowd = [books.workspace, *(make_workspace(f"Shop {n}") for n in range(2))]
    for workspace in crowd:
        for _ in range(4):
            header = "number,issued_on,description,quantity,unit_price"
            receive(
                workspace=workspace,
                actor=owner_of(workspace),
                file_name="sales.csv",
                chunks=[f"{header}\n1,2026-11-02,Tea,1,5".encode()],
            )

    frozen = {"TALLYSTICK_FAILPOINT": "import.grouped", "TALLYSTICK_FAILPOINT_SIGNAL": "SIGSTOP"}
    with workers(books, 1, **frozen):
        under_way = Task.objects.filter(state=TaskState.RUNNING)
        _wait_until(lambda: under_way.count() == 3, seconds=30)
        document = _invoice(books, "INV-1")
        _wait_until(lambda: books.link(document).state == LinkState.SYNCED, seconds=12)
        of_each = set(under_way.values_list("workspace", flat=True))

    # None has ended, and each workspace has its share.
    assert Task.objects.count() == 12
    assert not Task.objects.filter(ended_at__isnull=False).exists()
    assert len(of_each) == 3


@contextmanager
def database_away() -> Iterator[None]:
    """End all connections but this test's own, and refuse new ones, as a restart does."""
    name, ours = connection.settings_dict["NAME"], connection.connection.info.backend_pid
    with psycopg.connect(database_url("postgres"), autocommit=True) as outside:
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        outside.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        try:
            outside.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> %s",
                [name, ours],
            )
            yield
        finally:
            outside.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


@contextmanager
def workers(
    books: Books, count: int, log: IO[bytes] | int = subprocess.DEVNULL, **more: str
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run real workers for the block; kill what is left of them after it."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tallystick.cli", "worker", "--threads", "2"],
            env=books.environment() | more,
            stderr=log,
        )
        for _ in range(count)
    ]
    try:
        yield running
    finally:
        for worker in running:
            worker.kill()
            worker.wait()


def _invoice(books: Books, number: str):
    party = books.workspace.parties.first() or make_party(books.workspace, number="C1")
    return make_document(
        books.workspace,
        kind=Kind.SALES_INVOICE,
        number=number,
        party=party,
        currency=books.organisation.currency,
        tax_basis=TaxBasis.NONE,
        lines=[line()],
        submitted=True,
    )


def _more_books(books: Books, country: str) -> Books:
    workspace = make_workspace(f"Shop {country}")
    owner = owner_of(workspace)
    organisation = connect(workspace, owner, tenant_id=organisation_id(country)).organisation
    assert organisation is not None
    more = Books(books.sandbox, workspace, owner, organisation)
    more.drain()
    organisation.refresh_from_db()
    account = organisation.accounts.filter(type__in=["REVENUE", "SALES"], status="ACTIVE").first()
    assert account is not None
    choose_sales_account(organisation=organisation, code=account.code, actor=owner)
    return more


def _unfinished() -> int:
    return Link.objects.exclude(state=LinkState.SYNCED).count()


def _all_settled(books: Books) -> bool:
    return not books.organisation.batches.filter(settled_at=None).exists()


def _is_listened_to() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        return cursor.fetchone() is not None


def _wait_until_worker_is_idle(books: Books) -> None:
    """A first document through means that the worker has started."""
    document = _invoice(books, "INV-FIRST")
    _wait_until(lambda: books.link(document).state == LinkState.SYNCED, seconds=20)


def _wait_until(happened: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.02)
