"""Payments and refunds land once on what they pay, or say why not."""

from datetime import date
from decimal import Decimal

import pytest
from bookkeeper import Bookkeeper

from factories import make_payment
from tallystick.books.models import Document, Kind, Payment
from tallystick.books.payments import delete_payments
from tallystick.sync.models import Attempt, AttemptOutcome, Batch, LinkState
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(books: Books) -> Books:
    """The books, where documents go approved."""
    for kind in Kind:
        books.policy(kind, sent_as="AUTHORISED")
    return books


def delete(books: Books, *payments: Payment) -> None:
    delete_payments(
        workspace=books.workspace, actor=books.owner, payment_ids=[one.pk for one in payments]
    )


def paid(books: Books) -> list[tuple[str, str]]:
    """What stands in Xero: document and amount of each payment."""
    return sorted((one["document"], one["amount"]) for one in books.payments())


def state(books: Books, document: Document) -> tuple[str, str]:
    copy = books.copy(document)
    return copy["status"], copy.get("amount_due", copy.get("remaining"))


def test_payments_and_refunds_of_every_kind_go_with_their_documents_in_one_call(books: Books):
    documents = {kind: books.submit(f"N-{kind}", kind=kind) for kind in Kind}
    payments = [make_payment(document, "4.00") for document in documents.values()]
    rest = make_payment(documents[Kind.BILL], reference="second")

    books.drain()

    assert paid(books) == sorted([*((f"N-{kind}", "4.00") for kind in Kind), ("N-bill", "10.94")])
    assert {one["type"] for one in books.payments()} == {
        "ACCRECPAYMENT", "ACCPAYPAYMENT", "ARCREDITPAYMENT", "APCREDITPAYMENT",
    }  # fmt: skip
    assert {one["account"] for one in books.payments()} == {"090"}
    assert {one["date"] for one in books.payments()} == {"2026-11-10"}
    assert state(books, documents[Kind.SALES_INVOICE]) == ("AUTHORISED", "10.94")
    assert state(books, documents[Kind.SUPPLIER_CREDIT_NOTE]) == ("AUTHORISED", "10.94")
    assert state(books, documents[Kind.BILL]) == ("PAID", "0.00")
    assert books.sandbox.calls()["PUT Payments"] == 1
    for payment in payments:
        assert books.link(payment).state == LinkState.SYNCED
        assert books.log(payment) == [("create", "done")]
    [second] = [one for one in books.payments() if one["amount"] == "10.94"]
    assert second["reference"] == f"second {rest.number}"


def test_the_same_amount_twice_on_one_day_is_two_payments(books: Books):
    invoice = books.submit("INV-1")
    payments = [make_payment(invoice, "4.00") for _ in range(2)]
    books.sandbox.fault("cut_after", method="PUT", path="*/Payments", times=1)

    books.drain()
    books.come_through(dead_key=True)

    assert paid(books) == [("INV-1", "4.00")] * 2
    assert len({books.link(one).xero_id for one in payments}) == 2
    third = make_payment(invoice, "4.00")
    books.drain()
    assert books.link(third).state == LinkState.SYNCED
    assert paid(books) == [("INV-1", "4.00")] * 3


@pytest.mark.parametrize("dead_key", [False, True], ids=["key alive", "key dead"])
@pytest.mark.parametrize("loss", ["cut_before", "cut_after"])
def test_a_lost_answer_pays_nothing_twice(books: Books, loss: str, dead_key: bool):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    payments = [make_payment(document, "4.00") for document in documents]
    books.sandbox.fault(loss, method="PUT", path="*/Payments", times=1)

    books.drain()
    assert {books.link(one).state for one in payments} == {LinkState.SENDING}
    books.come_through(dead_key=dead_key)

    assert len(paid(books)) == 4
    assert {books.link(one).state for one in payments} == {LinkState.SYNCED}
    assert not Batch.objects.filter(settled_at=None).exists()
    assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()


def test_a_payment_waits_for_its_document_and_goes_in_the_round_that_sends_it(books: Books):
    invoice = books.submit("INV-1", currency="CHF")
    payment = make_payment(invoice, "4.00")
    books.drain()
    assert books.link(invoice).state == LinkState.FAILED
    waiting = books.link(payment)
    assert (waiting.state, waiting.waits_for) == (LinkState.WAITING, f"document:{invoice.pk}")
    assert books.log(payment) == []

    Bookkeeper.of(books).add_currency("EUR", "USD", "CHF")
    books.retry(invoice)
    books.work()

    assert books.link(payment).state == LinkState.SYNCED
    assert paid(books) == [("INV-1", "4.00")]


def test_a_payment_deleted_here_is_deleted_there(books: Books):
    invoice = books.submit("INV-1")
    payment, kept = make_payment(invoice, "4.00"), make_payment(invoice, "5.00")
    books.drain()

    delete(books, payment)
    books.drain()

    assert paid(books) == [("INV-1", "5.00")]
    assert books.link(payment).state == LinkState.RETRACTED
    assert books.log(payment) == [("create", "done"), ("retract", "done")]
    assert state(books, invoice) == ("AUTHORISED", "9.94")
    assert books.link(kept).state == LinkState.SYNCED


def test_a_payment_deleted_before_it_is_sent_never_is(books: Books):
    invoice = books.submit("INV-1")
    payment = make_payment(invoice, "4.00")

    delete(books, payment)
    books.drain()

    assert paid(books) == []
    assert books.link(payment).state == LinkState.RETRACTED


@pytest.mark.parametrize("loss", ["cut_before", "cut_after"])
def test_a_payment_deleted_while_its_answer_is_lost_does_not_stay(books: Books, loss: str):
    invoice = books.submit("INV-1")
    payment = make_payment(invoice, "4.00")
    books.sandbox.fault(loss, method="PUT", path="*/Payments", times=1)
    books.drain()

    delete(books, payment)
    assert books.link(payment).state == LinkState.SENDING
    books.come_through(dead_key=True)

    assert paid(books) == []
    assert books.link(payment).state == LinkState.RETRACTED


@pytest.mark.parametrize("dead_key", [False, True], ids=["key alive", "key dead"])
@pytest.mark.parametrize("loss", ["cut_before", "cut_after"])
def test_a_deletion_whose_answer_is_lost_is_done_once(books: Books, loss: str, dead_key: bool):
    payment = make_payment(books.submit("INV-1"), "4.00")
    books.drain()
    delete(books, payment)
    books.sandbox.fault(loss, method="POST", path="*/Payments/*", times=1)

    books.drain()
    books.come_through(dead_key=dead_key)

    assert paid(books) == []
    assert books.link(payment).state == LinkState.RETRACTED
    assert books.log(payment)[-1] == ("retract", "done")


def test_a_payment_that_somebody_deleted_there_first_is_gone(books: Books, bookkeeper: Bookkeeper):
    payment = make_payment(books.submit("INV-1"), "4.00")
    books.drain()
    bookkeeper.unpay(books.link(payment).xero_id)

    delete(books, payment)
    books.work()

    assert books.link(payment).state == LinkState.RETRACTED


def test_a_payment_matched_with_the_bank_statement_stays_and_says_so(books: Books):
    payment = make_payment(books.submit("INV-1"), "4.00")
    books.drain()
    link = books.link(payment)
    books.sandbox.post(f"/_sandbox/payments/{link.xero_id}", {"reconciled": True})

    delete(books, payment)
    books.drain()

    problem = books.problem(payment)
    assert problem["code"] == "payment_reconciled"
    assert "is deleted here but still stands in Xero" in problem["message"]
    books.sandbox.post(f"/_sandbox/payments/{link.xero_id}", {"reconciled": False})
    books.retry(payment)
    books.drain()
    assert paid(books) == []
    assert books.link(payment).state == LinkState.RETRACTED


def test_one_bad_payment_among_two_hundred_fails_alone_in_one_call(
    books: Books, bookkeeper: Bookkeeper
):
    """The bad one: somebody pays the invoice in Xero between our look and our payment."""
    invoices = [books.submit(f"INV-{n:03}") for n in range(200)]
    books.drain()
    payments = [make_payment(invoice) for invoice in invoices]
    links = {books.link(one).pk: one for one in payments}
    fault = books.sandbox.fault("hold_before", method="PUT", path="*/Payments", times=1)
    with books.round_in_thread():
        books.sandbox.wait_until_holding(fault)
        bookkeeper.pay(books.link(invoices[7]), "14.94", Reference="by hand")
        books.sandbox.release(fault)

    assert books.sandbox.calls()["PUT Payments"] == 2, "ours and the bookkeeper's"
    states = [books.link(one).state for one in payments]
    assert states.count(LinkState.SYNCED) == 199
    problem = books.problem(payments[7])
    assert problem["code"] == "payment_not_authorised"
    assert "Payment of 14.94 GBP on INV-007 was not sent." in problem["message"]
    assert links


def test_a_whole_request_refused_is_halved_until_the_culprit_stands_alone(books: Books):
    invoices = [books.submit(f"INV-{n}") for n in range(4)]
    payments = [make_payment(invoice) for invoice in invoices]
    books.sandbox.fault(
        "status",
        status=400,
        body='{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Not valid."}',
        headers={"Content-Type": "application/json"},
        method="PUT",
        path="*/Payments",
        times=3,
    )

    books.drain()

    states = [books.link(one).state for one in payments]
    assert states == [LinkState.FAILED] + [LinkState.SYNCED] * 3
    assert "nothing is doubled" in books.problem(payments[0])["remedy"]
    books.retry(payments[0])
    books.drain()
    assert len(paid(books)) == 4


def test_a_foreign_payment_takes_our_rate_and_xeros_books_have_the_base_amount(books: Books):
    invoice = books.submit("INV-1", currency="EUR", currency_rate="1.25")
    payment = make_payment(invoice, "10.00", paid_on=date(2026, 11, 20))

    books.drain()

    assert books.link(payment).state == LinkState.SYNCED
    [there] = Bookkeeper.of(books).read("Payments")["Payments"]
    assert Decimal(str(there["CurrencyRate"])) == Decimal("1.25")
    assert Decimal(str(there["BankAmount"])) == Decimal("8.00")
