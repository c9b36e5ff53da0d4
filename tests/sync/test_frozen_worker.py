"""A worker frozen between its last check and its send, past its lease and past Xero's memory."""

import os
import signal
import subprocess
from urllib.parse import urlencode

import pytest
from bookkeeper import Bookkeeper
from django.db import connection
from django.db.models.functions import Now

from factories import make_allocation
from tallystick.books.models import Kind
from tallystick.sync.models import Attempt, AttemptOutcome, Batch, Check, Lane, LinkState, SentAs
from tallystick.sync.rounds.jobs import due_organisations
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

LAST_MOMENT = "create_invoices.send.before_call"


def test_what_a_frozen_worker_sends_late_doubles_nothing(books: Books):
    documents = [books.submit(f"INV-{n}") for n in range(3)]
    frozen = books.paused_worker(LAST_MOMENT)
    books.let_lease_end()
    books.drain()
    books.let_key_die()

    thaw(frozen)
    books.let_lease_end()
    assert due_organisations() == [books.organisation.pk], "someone must look what it has done"
    books.drain()

    assert len(books.invoices()) == 3
    assert {books.link(document).state for document in documents} == {LinkState.SYNCED}
    assert not Batch.objects.filter(settled_at=None).exists()


def test_what_a_frozen_worker_sends_late_of_a_cancelled_invoice_does_not_stay(books: Books):
    document = books.submit("INV-1")
    frozen = books.paused_worker(LAST_MOMENT)
    books.let_lease_end()
    books.drain()
    books.cancel(document)
    books.drain()
    assert [one["status"] for one in books.invoices()] == ["DELETED"]
    books.let_key_die()

    thaw(frozen)
    assert len(books.live()) == 1, "a deleted draft gives its number free, so Xero takes it"
    books.let_lease_end()
    assert due_organisations() == [books.organisation.pk]
    books.drain(rounds=2)

    assert books.live() == []
    assert books.link(document).state == LinkState.RETRACTED


def test_a_late_request_whose_answer_is_lost_too_is_looked_at(books: Books):
    document = books.submit("INV-1")
    frozen = books.paused_worker(LAST_MOMENT)
    books.let_lease_end()
    books.drain()
    books.cancel(document)
    books.drain()
    books.let_key_die()
    books.sandbox.fault("cut_after", method="PUT", path="*/Invoices", times=1)

    thaw(frozen)
    books.let_lease_end()
    books.drain(rounds=2)

    assert books.live() == []
    assert books.link(document).state == LinkState.RETRACTED


def test_what_comes_between_asking_and_sending_is_ours_and_not_a_taken_number(books: Books):
    """The next worker finds nothing, and the frozen one's request lands before its own."""
    document = books.submit("INV-1")
    frozen = books.paused_worker(LAST_MOMENT)
    books.let_lease_end()
    books.let_key_die()
    second = books.paused_worker(LAST_MOMENT)
    os.kill(frozen.pid, signal.SIGCONT)
    frozen.wait(timeout=30)

    thaw(second)
    books.let_lease_end()
    books.drain(rounds=2)

    assert len(books.invoices()) == 1
    assert books.link(document).state == LinkState.SYNCED
    assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()


def test_a_worker_frozen_within_a_transaction_gives_up_its_locks(books: Books):
    """Or else nobody could cancel its documents, nor take over its lane, until somebody saw it."""
    document = books.submit("INV-1")
    url = books.environment()["DATABASE_URL"]
    soon = urlencode({"options": "-c idle_in_transaction_session_timeout=500ms"})
    frozen = books.paused_worker(
        "create_invoices.settle.before_commit",
        DATABASE_URL=f"{url}{'&' if '?' in url else '?'}{soon}",
    )

    books.cancel(document)
    books.let_lease_end()
    books.drain()
    assert books.link(document).state == LinkState.RETRACTED
    os.kill(frozen.pid, signal.SIGKILL)
    frozen.wait()

    assert books.live() == []
    assert not Batch.objects.filter(settled_at=None).exists()


def test_no_transaction_of_ours_may_stay_idle_for_long():
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("30s",)


def thaw(frozen: subprocess.Popen[bytes]) -> None:
    os.kill(frozen.pid, signal.SIGCONT)
    assert frozen.wait(timeout=30) == 0


def test_a_bill_that_a_frozen_worker_writes_a_second_time_is_deleted_and_the_log_says_so(
    books: Books,
):
    """What no protocol closes: a bill's number may stand in Xero twice, and nobody read the answer."""
    books.choose_everything()
    bill = books.submit("BILL-1", kind=Kind.BILL)
    write_late(LAST_MOMENT, "*/Invoices", books)
    first = str(books.link(bill).xero_id)
    assert len(books.live()) == 2, "the bill stands there twice now"

    an_hour_passes(books)
    books.work()

    assert [one["id"] for one in books.live()] == [first]
    link = books.link(bill)
    assert (link.state, str(link.xero_id), link.strays) == (LinkState.SYNCED, first, [])
    [*_, last] = Attempt.objects.filter(link=link).order_by("pk")
    assert (last.action, last.outcome) == ("stray", AttemptOutcome.DONE)
    assert last.message == "A second copy in Xero was deleted; the first is kept."
    assert Check.objects.latest("pk").strays == 1


def test_a_second_bill_that_is_approved_is_a_persons_to_decide(books: Books):
    books.choose_everything()
    books.policy(Kind.BILL, sent_as=SentAs.AUTHORISED)
    bill = books.submit("BILL-1", kind=Kind.BILL)
    write_late(LAST_MOMENT, "*/Invoices", books)
    first = str(books.link(bill).xero_id)
    assert len(books.live()) == 2, "the bill stands there twice now"

    an_hour_passes(books)
    books.work()

    assert len(books.live()) == 2, "nothing that is approved is removed without a person"
    assert str(books.link(bill).xero_id) == first
    assert books.link(bill).state == LinkState.HELD
    assert "stands in Xero twice" in books.problem(bill)["message"]


def test_an_allocation_that_a_frozen_worker_makes_a_second_time_is_a_persons_to_decide(
    books: Books, bookkeeper: Bookkeeper
):
    """It bears no mark by which it could be known for ours: nothing is removed without a person."""
    books.policy(Kind.SALES_INVOICE, sent_as=SentAs.AUTHORISED)
    books.policy(Kind.SALES_CREDIT_NOTE, sent_as=SentAs.AUTHORISED)
    note, invoice = books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE), books.submit("INV-1")
    books.drain()
    allocation = make_allocation(note, invoice, "5.00")
    write_late("create_allocations.send.before_call", "*/Allocations", books)
    first = str(books.link(allocation).xero_id)
    [second] = {one["id"] for one in books.allocations()} - {first}

    an_hour_passes(books)
    books.work()

    assert books.link(allocation).state == LinkState.HELD
    assert "stands in Xero twice" in books.problem(allocation)["message"]
    assert Check.objects.latest("pk").strays == 1
    assert len(books.allocations()) == 2
    books.retry(allocation)
    books.work()
    assert books.link(allocation).state == LinkState.HELD, "nobody has removed it yet"

    bookkeeper.delete(f"CreditNotes/{books.link(note).xero_id}/Allocations/{second}")
    books.retry(allocation)
    books.work()

    link = books.link(allocation)
    assert (link.state, str(link.xero_id), link.strays) == (LinkState.SYNCED, first, [])
    assert [one["id"] for one in books.allocations()] == [first]
    an_hour_passes(books)
    books.work()
    assert books.link(allocation).state == LinkState.SYNCED


def test_equal_allocations_of_a_credit_note_to_two_invoices_are_no_double(books: Books):
    books.policy(Kind.SALES_INVOICE, sent_as=SentAs.AUTHORISED)
    books.policy(Kind.SALES_CREDIT_NOTE, sent_as=SentAs.AUTHORISED)
    note = books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE)
    allocations = [
        make_allocation(note, books.submit(number), "5.00") for number in ("INV-1", "INV-2")
    ]
    books.work()

    an_hour_passes(books)
    books.work()

    assert Check.objects.latest("pk").strays == 0
    assert {books.link(one).state for one in allocations} == {LinkState.SYNCED}


def write_late(moment: str, path: str, books: Books) -> None:
    """Freeze a worker as it sends, until Xero has forgotten the key; it dies before it hears.

    Another worker has done the same meanwhile.
    """
    frozen = books.paused_worker(moment)
    books.let_lease_end()
    books.drain()
    books.let_key_die()
    held_back = books.sandbox.fault("hold_after", method="PUT", path=path, times=1)
    os.kill(frozen.pid, signal.SIGCONT)
    books.sandbox.wait_until_holding(held_back)
    frozen.kill()
    frozen.wait()
    books.sandbox.release(held_back)


def an_hour_passes(books: Books) -> None:
    Lane.objects.filter(organisation=books.organisation).update(check_due_at=Now())
