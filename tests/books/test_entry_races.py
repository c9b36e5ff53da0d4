"""Payments, allocations and cancellations at the same time, each in a thread of its own."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from factories import make_allocation, make_document, make_party, make_payment, make_workspace
from tallystick.books import signals
from tallystick.books.balances import outstanding
from tallystick.books.documents import cancel_documents
from tallystick.books.errors import HasSettlements, InvalidRecord
from tallystick.books.models import Document, Kind, Status
from tallystick.books.payments import PaymentInput, record_payments

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def second():
    """Run the second act while the first one's transaction is still open; return what it raised.

    The first act is stopped where it announces itself, until the second waits for its lock.
    """

    def run(signal, first_act, second_act):
        is_open, may_end = threading.Event(), threading.Event()
        first_thread = []

        def hold(**_):
            if threading.current_thread() in first_thread:
                is_open.set()
                assert may_end.wait(20)

        def in_first():
            first_thread.append(threading.current_thread())
            return _apart(first_act)

        signal.connect(hold)
        try:
            with ThreadPoolExecutor(2) as threads:
                first = threads.submit(in_first)
                assert is_open.wait(20)
                late = threads.submit(_apart, second_act)
                _until_somebody_waits()
                may_end.set()
                first.result(20)
                return late.exception(20)
        finally:
            may_end.set()
            signal.disconnect(hold)

    return run


def _apart(act):
    try:
        return act()
    finally:
        connection.close()


def _until_somebody_waits():
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(2_000):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.005)
    raise AssertionError("The second act did not wait for the first.")


def cancel(document):
    return lambda: cancel_documents(
        workspace=document.workspace, document_ids=[document.pk], actor=None
    )


def test_two_payments_at_once_cannot_overpay(second):
    document = make_document(make_workspace(), submitted=True)

    raised = second(
        signals.payments_recorded,
        lambda: make_payment(document, "6.00"),
        lambda: make_payment(document, "6.00"),
    )

    assert isinstance(raised, InvalidRecord)
    assert outstanding(document) == 4


def test_a_cancellation_after_a_payment_finds_it(second):
    document = make_document(make_workspace(), submitted=True)

    raised = second(
        signals.payments_recorded, lambda: make_payment(document, "6.00"), cancel(document)
    )

    assert isinstance(raised, HasSettlements)
    assert Document.objects.get().status == Status.SUBMITTED


def test_a_payment_after_a_cancellation_is_refused(second):
    document = make_document(make_workspace(), submitted=True)

    raised = second(
        signals.documents_cancelled, cancel(document), lambda: make_payment(document, "6.00")
    )

    assert isinstance(raised, InvalidRecord)
    assert "It is cancelled" in str(raised)


def test_an_allocation_after_a_payment_finds_less(second):
    workspace = make_workspace()
    party = make_party(workspace)
    invoice = make_document(workspace, party=party, submitted=True)
    note = make_document(workspace, party=party, kind=Kind.SALES_CREDIT_NOTE, submitted=True)

    raised = second(
        signals.payments_recorded,
        lambda: make_payment(invoice, "6.00"),
        lambda: make_allocation(note, invoice, "6.00"),
    )

    assert isinstance(raised, InvalidRecord)
    assert (outstanding(invoice), outstanding(note)) == (4, 10)


def test_lists_in_opposite_order_do_not_lock_each_other_out():
    workspace = make_workspace()
    party = make_party(workspace)
    numbers = [f"INV-{number}" for number in range(40)]
    for number in numbers:
        make_document(workspace, party=party, number=number, submitted=True)
    together = threading.Barrier(2)

    def pay(order):
        together.wait(20)
        record_payments(
            workspace=workspace,
            actor=None,
            payments=[
                PaymentInput(number=number, amount=Decimal(1), paid_on=date(2026, 11, 10))
                for number in order
            ],
        )

    with ThreadPoolExecutor(2) as threads:
        acts = [
            threads.submit(_apart, lambda order=order: pay(order))
            for order in (numbers, numbers[::-1])
        ]
        for act in acts:
            act.result(20)

    assert outstanding(Document.objects.first()) == 8
