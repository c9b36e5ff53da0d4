"""A person mends a cause at the very moment when a round fails more documents for it."""

import threading
import time

import pytest
from django.db import connection, transaction

from factories import line, make_document, make_tax_code
from tallystick.mapping.services import choose_tax_type
from tallystick.sync.models import LinkState
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def sessions_waiting_for_a_lock() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return int(cursor.fetchone()[0])


def drain_and_close(books: Books) -> None:
    try:
        books.drain()
    finally:
        connection.close()


def test_what_fails_while_its_cause_is_being_mended_goes_out_too(books: Books):
    reduced = make_tax_code(books.workspace, "VAT5", "5")
    lines = [line(tax_code="VAT5")]
    make_document(books.workspace, currency="GBP", lines=lines, submitted=True)
    round_ = threading.Thread(target=drain_and_close, args=[books])

    with transaction.atomic():
        choose_tax_type(
            organisation=books.organisation,
            tax_code=reduced,
            tax_type="RROUTPUT",
            actor=books.owner,
        )
        round_.start()
        deadline = time.monotonic() + 10
        while not sessions_waiting_for_a_lock() and round_.is_alive():
            assert time.monotonic() < deadline
            time.sleep(0.02)
    round_.join()
    books.drain()

    assert books.states() == {LinkState.SYNCED: 1}
    assert len(books.live()) == 1
