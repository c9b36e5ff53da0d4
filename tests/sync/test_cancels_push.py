"""Cancelled documents leave Xero: drafts deleted, approved ones voided, or it is said what is in the way."""

import pytest
from bookkeeper import Bookkeeper

from factories import line, make_allocation, make_payment
from tallystick.books.allocations import remove_allocations
from tallystick.books.documents import amend_document, submit_documents
from tallystick.books.models import Document, Kind
from tallystick.books.payments import delete_payments
from tallystick.sync.acts import decisions
from tallystick.sync.models import Attempt, AttemptOutcome, Batch, LinkState
from tallystick.sync.reports.link_states import document_state
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

ENDS = {"DRAFT": "DELETED", "SUBMITTED": "DELETED", "AUTHORISED": "VOIDED"}


def one_of_each(books: Books, status: str = "DRAFT") -> list[Document]:
    for kind in Kind:
        books.policy(kind, sent_as=status)
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    books.drain()
    return documents


@pytest.mark.parametrize("status", ENDS)
def test_drafts_are_deleted_and_approved_ones_voided(books: Books, status: str):
    documents = one_of_each(books, status)
    before = books.sandbox.calls()

    books.cancel(*documents)
    books.drain()

    assert {copy["status"] for copy in books.copies()} == {ENDS[status]}
    assert books.states() == {LinkState.RETRACTED: 4}
    assert document_state(documents[0]).word == "Not synced"
    assert dict(books.sandbox.calls() - before) == {
        "GET Invoices": 1, "GET CreditNotes": 1, "POST Invoices": 1, "POST CreditNotes": 1,
    }  # fmt: skip


@pytest.mark.parametrize("dead_key", [False, True], ids=["key alive", "key dead"])
@pytest.mark.parametrize("loss", ["cut_before", "cut_after"])
def test_a_lost_answer_leaves_nothing_live(books: Books, loss: str, dead_key: bool):
    documents = one_of_each(books, "AUTHORISED")
    for endpoint in ("Invoices", "CreditNotes"):
        books.sandbox.fault(loss, method="POST", path=f"*/{endpoint}", times=1)

    books.cancel(*documents)
    books.drain()
    books.come_through(dead_key=dead_key)

    assert {copy["status"] for copy in books.copies()} == {"VOIDED"}
    assert books.states() == {LinkState.RETRACTED: 4}
    assert not Batch.objects.filter(settled_at=None).exists()
    assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()


def test_cancelled_while_xero_holds_back_the_answer_of_any_kind(books: Books):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    fault = books.sandbox.fault("hold_after", method="PUT", path="*/CreditNotes", times=1)
    with books.round_in_thread():
        books.sandbox.wait_until_holding(fault)
        books.cancel(*documents)
        books.sandbox.release(fault)
    books.work()

    assert {copy["status"] for copy in books.copies()} == {"DELETED"}
    assert books.states() == {LinkState.RETRACTED: 4}


def test_what_a_person_has_paid_or_credited_there_stays_and_says_what_to_do_first(
    books: Books, bookkeeper: Bookkeeper
):
    documents = one_of_each(books, "AUTHORISED")
    payments = [bookkeeper.pay(books.link(document), "4.00") for document in documents]

    books.cancel(*documents)
    books.drain()

    for document in documents:
        failed = books.link(document)
        assert failed.state == LinkState.FAILED
        assert failed.problem["message"] == (
            f"{document} is cancelled here but still stands in Xero as authorised: payments or "
            "credits of 4.00 GBP are recorded on it."
        )
        assert failed.problem["remedy"] == (
            "Remove them in Xero, then press Retry: it is voided then. If it is to stay, press Leave "
            "it in Xero."
        )
    for payment in payments:
        bookkeeper.unpay(payment)
    books.retry(*documents)
    books.drain()
    assert {copy["status"] for copy in books.copies()} == {"VOIDED"}
    assert books.states() == {LinkState.RETRACTED: 4}


def test_what_was_paid_whole_there_is_told_the_same_way(books: Books, bookkeeper: Bookkeeper):
    [invoice, *_] = one_of_each(books, "AUTHORISED")
    bookkeeper.pay(books.link(invoice), "14.94")

    books.cancel(invoice)
    books.drain()

    assert (
        "still stands in Xero as paid: payments or credits of 14.94 GBP"
        in (books.problem(invoice)["message"])
    )


def test_a_person_can_settle_an_orphan_by_hand(books: Books, bookkeeper: Bookkeeper):
    [invoice, bill, *_] = one_of_each(books, "AUTHORISED")
    for document in (invoice, bill):
        bookkeeper.pay(books.link(document), "4.00")
    books.cancel(invoice, bill)
    books.drain()

    links = [books.link(invoice).pk]
    assert decisions.mark_done(workspace=books.workspace, actor=books.owner, link_ids=links) == 1
    books.work()

    assert books.link(invoice).state == LinkState.RETRACTED
    assert books.link(bill).state == LinkState.FAILED
    assert books.copy(invoice)["status"] == "AUTHORISED"


def test_a_document_of_nothing_that_xero_counts_as_paid_is_told_as_such(books: Books):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = books.submit("INV-0", lines=[line(tax_code="VAT20", unit_price="0")])
    books.drain()
    assert books.copy(invoice)["status"] == "PAID"

    books.cancel(invoice)
    books.drain()

    message = books.problem(invoice)["message"]
    assert "comes to 0.00 GBP" in message
    assert "payments" not in message


def test_a_lock_date_there_keeps_it_and_says_so(books: Books, bookkeeper: Bookkeeper):
    documents = one_of_each(books)
    bookkeeper.lock("2026-11-05")

    books.cancel(*documents)
    books.drain()

    for document in documents:
        problem = books.problem(document)
        assert problem["code"] == "period_locked"
        assert f"{document} is cancelled here but still stands in Xero." in problem["message"]
        assert "currently dated before the period lock date" in problem["message"]
    bookkeeper.lock(None)
    books.retry(*documents)
    books.drain()
    assert {copy["status"] for copy in books.copies()} == {"DELETED"}


def test_what_somebody_removed_there_first_is_gone(books: Books, bookkeeper: Bookkeeper):
    documents = one_of_each(books)
    for document in documents:
        bookkeeper.change(books.link(document), Status="DELETED")

    books.cancel(*documents)
    books.drain()

    assert books.states() == {LinkState.RETRACTED: 4}


def test_entries_deleted_and_documents_cancelled_at_once_go_in_their_order(books: Books):
    invoice, bill, note, _ = one_of_each(books, "AUTHORISED")
    payments = [make_payment(invoice, "4.00"), make_payment(bill), make_payment(note, "1.00")]
    allocation = make_allocation(note, invoice, "5.00")
    books.drain()
    assert {books.link(one).state for one in [*payments, allocation]} == {LinkState.SYNCED}

    undo = {"workspace": books.workspace, "actor": books.owner}
    delete_payments(payment_ids=[payment.pk for payment in payments], **undo)
    remove_allocations(allocation_ids=[allocation.pk], **undo)
    books.cancel(invoice, bill, note)
    books.drain()

    assert (books.payments(), books.allocations()) == ([], [])
    assert {books.copy(one)["status"] for one in (invoice, bill, note)} == {"VOIDED"}


def test_an_amended_one_takes_its_place_under_the_next_number(books: Books):
    documents = one_of_each(books, "AUTHORISED")
    books.cancel(*documents)
    amended = [
        amend_document(workspace=books.workspace, actor=books.owner, document_id=document.pk)
        for document in documents
    ]
    submit_documents(
        workspace=books.workspace,
        actor=books.owner,
        document_ids=[document.pk for document in amended],
    )
    books.work()

    live = {copy["number"] for copy in books.copies() if copy["status"] == "AUTHORISED"}
    assert live == {f"N-{kind}-2" for kind in Kind}
