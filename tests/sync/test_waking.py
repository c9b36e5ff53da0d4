"""Wakes: after the commit, one for many savers, and made good where the process dies before."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext

import psycopg
import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from factories import line, make_document, make_party
from tallystick.books.documents import submit_documents
from tallystick.books.models import Document, TaxBasis
from tallystick.sync.engine import lane_lease, waking
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.models import LinkState
from tallystick.sync.rounds.jobs import sweep
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_job(books: Books) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_sixteen_people_who_save_at_once_leave_one_job_and_notify_once(books: Books):
    drafts = [_draft(books, f"INV-{n}") for n in range(16)]
    together = threading.Barrier(len(drafts))

    def save(draft: Document) -> None:
        with closing(connection):
            together.wait()
            _submit(books, draft)

    with _listening(books) as notified:
        _all_at_once([threading.Thread(target=save, args=[draft]) for draft in drafts])
        _submit(books, _draft(books, "INV-16"))

        assert _jobs() == ["todo"]
        assert notified() == 1

    books.drain()
    assert books.states() == {LinkState.SYNCED: 17}
    assert len(books.invoices()) == 17


def test_a_job_that_is_taken_up_already_is_no_reason_not_to_wake(books: Books):
    """Its worker may have looked before the save was committed."""
    wake_lane(books.organisation.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")

    wake_lane(books.organisation.pk)

    assert _jobs() == ["doing", "todo"]


def test_nobody_is_woken_while_a_worker_holds_the_lane_for_it_looks_for_more(books: Books):
    with lane_lease.holding_lane(books.organisation) as lease:
        assert lease is not None
        _submit(books, _draft(books, "INV-1"))
        assert _jobs() == []

    wake_lane(books.organisation.pk)

    assert _jobs() == ["todo"]


def test_a_wake_leaves_the_session_as_safe_as_it_was(books: Books):
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        wake_lane(books.organisation.pk)
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
        cursor.execute("RESET synchronous_commit")


@pytest.mark.parametrize("within", [transaction.atomic, nullcontext])
def test_a_wake_that_the_database_refuses_takes_back_nothing(books: Books, monkeypatch, within):
    """What was saved is saved, and the sweep makes the wake good."""
    monkeypatch.setattr(waking, "_STATEMENT", "SELECT * FROM gone")
    draft = _draft(books, "INV-1")

    with within():
        _submit(books, draft)
        wake_lane(books.organisation.pk)
    monkeypatch.undo()
    sweep()

    assert books.states() == {LinkState.QUEUED: 1}
    assert _jobs() == ["todo"]


def test_whoever_dies_between_commit_and_wake_leaves_it_to_the_sweep(books: Books):
    draft = _draft(books, "INV-1")

    saver = subprocess.run(
        [sys.executable, "-W", "error", "-c", _SUBMIT, str(draft.pk)],
        env=books.environment(TALLYSTICK_FAILPOINT="wake.before"),
        check=False,
    )
    assert saver.returncode == -signal.SIGKILL
    assert books.link(draft).state == LinkState.QUEUED
    assert _jobs() == []

    sweep()  # every two seconds in each worker

    assert _jobs() == ["todo"]
    books.drain()
    assert books.link(draft).state == LinkState.SYNCED


_SUBMIT = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tallystick.settings"
import django
django.setup()
from tallystick.books.documents import submit_documents
from tallystick.books.models import Document
document = Document.objects.get(pk=sys.argv[1])
submit_documents(workspace=document.workspace, document_ids=[document.pk], actor=None)
"""


def _draft(books: Books, number: str) -> Document:
    party = books.workspace.parties.first() or make_party(books.workspace)
    return make_document(
        books.workspace,
        party=party,
        number=number,
        currency="GBP",
        tax_basis=TaxBasis.NONE,
        lines=[line()],
    )


def _submit(books: Books, draft: Document) -> None:
    submit_documents(workspace=books.workspace, document_ids=[draft.pk], actor=None)


def _jobs() -> list[str]:
    return list(ProcrastinateJob.objects.order_by("pk").values_list("status", flat=True))


def _all_at_once(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def _listening(books: Books) -> Iterator:
    """Hear what a worker would hear; gives how often it was told of a job."""
    url = books.environment()["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as listener:
        listener.execute('LISTEN "procrastinate_queue_v1#push"')
        yield lambda: len(list(listener.notifies(timeout=0.2)))
