"""Two at one row or one lane in the same moment: one guard each stands between them and a ghost.

`make mutation-check` takes the guards away one by one; these tests are among those that notice.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from test_frozen_worker import thaw

from factories import make_document
from tallystick.sync.engine.steps import calling
from tallystick.sync.models import LinkState
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_answer_is_settled_only_after_the_cancellation_that_is_under_way(books: Books):
    """Else what is cancelled counts as in Xero, and nobody takes it out."""
    document = books.submit("INV-1")
    with round_held(books, "hold_after", "PUT") as release, transaction.atomic():
        books.cancel(document)
        release()
    books.work()

    assert books.live() == []
    assert books.link(document).state == LinkState.RETRACTED


def test_what_is_being_cancelled_is_not_sealed(books: Books):
    document = books.submit("INV-1")
    with round_held(books, "hold_before", "GET") as release, transaction.atomic():
        books.cancel(document)
        release()
    books.work()

    assert books.invoices() == []
    assert books.link(document).state == LinkState.RETRACTED


def test_what_was_sent_before_a_death_and_cancelled_after_it_does_not_stay(books: Books):
    """What was sent is known from the sealed batch alone: no answer was ever written down."""
    document = books.submit("INV-1")
    assert books.worker_dies_at("create_invoices.send.after_call")
    assert len(books.live()) == 1

    books.cancel(document)
    books.let_lease_end()
    books.work()

    assert books.live() == []
    assert books.link(document).state == LinkState.RETRACTED


def test_a_worker_that_loses_its_lane_before_it_sends_does_not_send(books: Books):
    document = books.submit("INV-1")
    frozen = books.paused_worker("create_invoices.seal.after_commit")
    books.let_lease_end()
    books.work()

    thaw(frozen)

    assert books.sandbox.calls()["PUT Invoices"] == 1
    assert books.link(document).state == LinkState.SYNCED


def test_sync_now_leaves_drafts_alone(books: Books):
    draft = make_document(books.workspace, number="INV-DRAFT", currency="GBP")

    books.sync_now()

    assert not books.links_of(draft).exists()


def test_xero_is_never_called_inside_a_transaction():
    called: list[str] = []

    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a database transaction"):
        calling("ask", lambda: called.append("Xero"))

    assert called == []


@contextmanager
def round_held(books: Books, action: str, method: str) -> Iterator[Callable[[], None]]:
    """Hold a round at its next such request; the block releases it while a lock is in its way."""
    fault = books.sandbox.fault(action, method=method, path="*/Invoices", times=1)

    def release() -> None:
        books.sandbox.release(fault)
        deadline = time.monotonic() + 3
        while not _sessions_waiting_for_a_lock() and time.monotonic() < deadline:
            time.sleep(0.02)

    with books.round_in_thread():
        books.sandbox.wait_until_holding(fault)
        yield release


def _sessions_waiting_for_a_lock() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])
