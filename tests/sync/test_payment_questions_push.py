"""Payments that cannot just go: drafts, other people's payments, accounts, locked days."""

from datetime import date

import pytest
from bookkeeper import Bookkeeper

from factories import make_allocation, make_payment
from tallystick.books.models import Kind, Payment
from tallystick.books.payments import delete_payments
from tallystick.connections.models import Organisation
from tallystick.mapping.services import choose_method_account
from tallystick.sync.acts import decisions
from tallystick.sync.models import LinkState
from tallystick.sync.reports.link_states import states_of_payments
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def choose(books: Books, act, *records) -> int:
    """A person decides about the records."""
    links = [books.link(record).pk for record in records]
    return act(workspace=books.workspace, actor=books.owner, link_ids=links)


def read_lists_again(books: Books) -> None:
    Organisation.objects.update(read_at=None)
    books.work()


def test_on_a_draft_it_is_a_question_and_nothing_is_approved_silently(books: Books):
    invoice = books.submit("INV-1")
    payment = make_payment(invoice, "4.00")
    books.work()

    held = books.link(payment)
    assert held.state == LinkState.HELD
    assert held.problem["message"] == (
        "Payment of 4.00 GBP on INV-1 was not sent: INV-1 is still draft in Xero, and Xero takes "
        "payments and credits on approved documents only."
    )
    assert books.copy(invoice)["status"] == "DRAFT"
    assert books.payments() == []
    assert states_of_payments([payment], books.organisation)[payment.pk].word == "Needs you"

    assert choose(books, decisions.approve_in_xero, payment) == 1
    books.work()

    assert books.copy(invoice)["status"] == "AUTHORISED"
    assert books.link(payment).state == LinkState.SYNCED
    assert [one["amount"] for one in books.payments()] == ["4.00"]
    assert books.log(invoice)[-2:] == [("choose", "done"), ("approve", "done")]


def test_several_payments_and_credits_on_one_draft_go_out_with_one_approval(books: Books):
    invoice = books.submit("INV-1")
    note = books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE)
    entries = [
        make_payment(invoice, "4.00"),
        make_payment(invoice, "5.00"),
        make_allocation(note, invoice, "2.00"),
        make_payment(note, "3.00"),
    ]
    books.work()
    assert {books.link(entry).state for entry in entries} == {LinkState.HELD}

    choose(books, decisions.approve_in_xero, *entries)
    books.work()

    assert {books.link(entry).state for entry in entries} == {LinkState.SYNCED}
    assert books.copy(invoice)["amount_due"] == "3.94"
    assert books.copy(note)["remaining"] == "9.94"


def test_on_a_draft_it_approves_where_the_policy_says_so(books: Books):
    books.policy("payment", when_draft="approve")
    documents = {kind: books.submit(f"N-{kind}", kind=kind) for kind in Kind}
    entries = [make_payment(document, "4.00") for document in documents.values()]
    allocation = make_allocation(
        documents[Kind.SALES_CREDIT_NOTE], documents[Kind.SALES_INVOICE], "1.00"
    )

    books.work()

    assert {copy["status"] for copy in books.copies()} == {"AUTHORISED"}
    assert {books.link(entry).state for entry in [*entries, allocation]} == {LinkState.SYNCED}


def test_a_draft_approved_in_xero_by_somebody_lets_its_payments_go_when_lists_are_read(
    books: Books, bookkeeper: Bookkeeper
):
    invoice = books.submit("INV-1")
    payment = make_payment(invoice, "4.00")
    books.work()

    bookkeeper.approve(books.link(invoice))
    read_lists_again(books)

    assert books.link(payment).state == LinkState.SYNCED


def test_retry_on_a_payment_of_a_draft_asks_again_without_end_or_harm(books: Books):
    payment = make_payment(books.submit("INV-1"), "4.00")
    books.work()

    for _ in range(2):
        assert books.retry(payment) == 1
        books.work()

    assert books.link(payment).state == LinkState.HELD
    assert books.payments() == []


def test_on_a_document_voided_meanwhile_it_is_a_question(books: Books, bookkeeper: Bookkeeper):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = books.submit("INV-1")
    books.drain()
    bookkeeper.change(books.link(invoice), Status="VOIDED")

    payment = make_payment(invoice, "4.00")
    books.work()

    problem = books.problem(payment)
    assert books.link(payment).state == LinkState.HELD
    assert problem["message"] == (
        "Payment of 4.00 GBP on INV-1 was not sent: INV-1 was voided in Xero by somebody."
    )
    assert "Delete it here" in problem["remedy"]
    delete_payments(workspace=books.workspace, actor=books.owner, payment_ids=[payment.pk])
    assert books.link(payment).state == LinkState.RETRACTED


@pytest.fixture
def doubtful(books: Books, bookkeeper: Bookkeeper) -> tuple[Payment, str]:
    """A payment of ours, and the id of one equal to it that somebody recorded in Xero."""
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = books.submit("INV-1")
    books.drain()
    theirs = bookkeeper.pay(books.link(invoice), "4.00", Reference="bank feed")
    payment = make_payment(invoice, "4.00")
    books.work()
    return payment, theirs


def test_an_equal_payment_that_somebody_recorded_there_is_a_question(books: Books, doubtful):
    payment, theirs = doubtful

    held = books.link(payment)

    assert held.state == LinkState.HELD
    assert held.problem["message"] == (
        "Xero already has a payment of 4.00 GBP on 10 Nov 2026 for INV-1, which somebody recorded "
        "there as bank feed."
    )
    assert [one["id"] for one in held.problem["details"]["candidates"]] == [theirs]
    assert len(books.payments()) == 1


def test_their_equal_payment_can_be_taken_for_ours(books: Books, doubtful):
    payment, theirs = doubtful

    choose(books, decisions.keep_theirs, payment)
    books.work()

    assert str(books.link(payment).xero_id) == theirs
    assert len(books.payments()) == 1
    delete_payments(workspace=books.workspace, actor=books.owner, payment_ids=[payment.pk])
    books.work()
    assert books.payments() == []


def test_ours_can_be_sent_beside_their_equal_payment(books: Books, doubtful):
    payment, theirs = doubtful
    books.sandbox.fault("cut_after", method="PUT", path="*/Payments", times=1)

    choose(books, decisions.send_ours, payment)
    books.work()
    books.come_through(dead_key=True)

    assert str(books.link(payment).xero_id) != theirs
    assert len(books.payments()) == 2


def test_two_equal_ones_of_ours_take_one_of_theirs_once(books: Books, doubtful):
    payment, theirs = doubtful
    second = make_payment(payment.document, "4.00")
    books.work()

    choose(books, decisions.keep_theirs, payment)
    books.work()
    books.retry(second)
    books.work()

    assert str(books.link(payment).xero_id) == theirs
    assert books.link(second).state == LinkState.SYNCED
    assert len(books.payments()) == 2


def test_more_than_is_outstanding_there_is_a_question(books: Books, bookkeeper: Bookkeeper):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = books.submit("INV-1")
    books.drain()
    theirs = bookkeeper.pay(books.link(invoice), "12.00")

    payment = make_payment(invoice, "4.00")
    books.work()

    assert books.problem(payment)["message"] == (
        "Payment of 4.00 GBP on INV-1 was not sent: in Xero only 2.94 GBP is outstanding on INV-1."
    )
    bookkeeper.unpay(theirs)
    books.retry(payment)
    books.work()
    assert books.link(payment).state == LinkState.SYNCED


def test_two_payments_that_together_are_too_much_there_do_not_take_the_others_down(
    books: Books, bookkeeper: Bookkeeper
):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice, other = books.submit("INV-1"), books.submit("INV-2")
    books.drain()
    bookkeeper.pay(books.link(invoice), "8.00")

    payments = [make_payment(invoice, "5.00"), make_payment(invoice, "4.00"), make_payment(other)]
    books.work()

    states = [books.link(one).state for one in payments]
    assert states == [LinkState.SYNCED, LinkState.FAILED, LinkState.SYNCED]
    assert books.problem(payments[1])["code"] == "payment_too_large"


def test_without_an_account_for_its_method_it_fails_and_choosing_one_releases_all(books: Books):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    choose_account_for(books, "", None)
    invoice = books.submit("INV-1")
    card, cash = make_payment(invoice, "4.00", method="Card"), make_payment(invoice, "3.00")
    books.work()
    assert books.problem(card)["message"] == (
        "Payment of 4.00 GBP on INV-1 was not sent: no account is chosen for payments by Card."
    )
    assert books.problem(card)["screen"] == "payment-methods"

    choose_account_for(books, "card", "091")
    books.work()
    assert books.link(card).state == LinkState.SYNCED
    assert books.link(cash).state == LinkState.FAILED
    choose_account_for(books, "", "090")
    books.work()

    assert {(one["amount"], one["account"]) for one in books.payments()} == {
        ("4.00", "091"), ("3.00", "090"),
    }  # fmt: skip


def test_an_account_archived_or_in_another_currency_is_told_before_xero_is_asked(books: Books):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    bank = books.account("090")
    invoice = books.submit("INV-1", currency="EUR", currency_rate="1.1")
    books.drain()
    bank.status, bank.currency = "ARCHIVED", "USD"
    bank.save()

    payment = make_payment(invoice, "4.00")
    books.work()

    problem = books.problem(payment)
    [other] = problem["details"]["others"]
    assert "is archived in Demo Company (UK)" in problem["message"]
    assert "is in USD, and INV-1 is in EUR" in other["message"]
    assert books.sandbox.calls()["PUT Payments"] == 0
    books.retry(payment)
    books.work()
    assert books.link(payment).state == LinkState.SYNCED, "Retry reads the accounts again"


def test_a_locked_day_holds_back_payments_and_allocations(books: Books, bookkeeper: Bookkeeper):
    for kind in Kind:
        books.policy(kind, sent_as="AUTHORISED")
    invoice, note = books.submit("INV-1"), books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE)
    books.drain()
    bookkeeper.lock("2026-11-15")
    read_lists_again(books)

    payment, allocation = make_payment(invoice, "4.00"), make_allocation(note, invoice, "2.00")
    later = make_payment(invoice, "1.00", paid_on=date(2026, 11, 16))
    books.work()

    assert books.link(later).state == LinkState.SYNCED
    assert "is locked up to 15 Nov 2026" in books.problem(payment)["message"]
    assert "is locked up to 15 Nov 2026" in books.problem(allocation)["message"]
    bookkeeper.lock(None)
    books.retry(payment, allocation)
    books.work()
    assert {books.link(one).state for one in (payment, allocation)} == {LinkState.SYNCED}


def choose_account_for(books: Books, method: str, code: str | None) -> None:
    choose_method_account(
        organisation=books.organisation,
        method=method,
        account_id=books.account(code).xero_id if code else None,
        actor=books.owner,
    )
