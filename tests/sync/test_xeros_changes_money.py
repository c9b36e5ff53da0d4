"""Payments, refunds and credits made in Xero come home as records that are Xero's; ours stay ours."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from bookkeeper import Bookkeeper
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from factories import make_allocation, make_payment
from tallystick.books.allocations import remove_allocations
from tallystick.books.balances import outstanding
from tallystick.books.models import Allocation, Document, Kind, Payment, SettlementOwner
from tallystick.books.payments import delete_payments
from tallystick.sync.acts import decisions
from tallystick.sync.models import Link, LinkState, PulledKind, Reading
from tallystick.sync.pull.schedule import make_due
from tallystick.sync.reconcile.settlements_there import follow_settlements
from tallystick.workspaces.models import AuditEntry
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

MONEY = (
    PulledKind.INVOICES,
    PulledKind.CREDIT_NOTES,
    PulledKind.PAYMENTS,
    PulledKind.OVERPAYMENTS,
    PulledKind.PREPAYMENTS,
)


def pull(books: Books, *kinds: PulledKind) -> None:
    """Read these kinds now."""
    make_due(books.organisation, kinds or MONEY, why="test")
    books.work()


@pytest.fixture
def invoice(books: Books) -> Document:
    """An approved invoice of 14.94 GBP in Xero."""
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    books.policy(Kind.SALES_CREDIT_NOTE, sent_as="AUTHORISED")
    books.policy(Kind.BILL, sent_as="AUTHORISED")
    invoice = books.submit("INV-1")
    books.work()
    return invoice


def theirs(document: Document) -> list[tuple[str, Decimal]]:
    """What stands on the document and is Xero's."""
    found = Payment.objects.live().filter(document=document, owner=SettlementOwner.XERO)
    return [(one.reference, one.amount) for one in found.order_by("pk")]


ORDERS = [
    (PulledKind.INVOICES, PulledKind.PAYMENTS),
    (PulledKind.PAYMENTS, PulledKind.INVOICES),
]


@pytest.mark.parametrize("order", ORDERS, ids=["document first", "payment first"])
def test_a_payment_made_there_stands_here_once_whichever_page_comes_first(
    books: Books, bookkeeper: Bookkeeper, invoice: Document, order: Sequence[PulledKind]
):
    made = bookkeeper.pay(books.link(invoice), "4.00", Reference="bank feed")

    for _ in range(2):  # pages come twice
        for kind in order:
            pull(books, kind)

    assert theirs(invoice) == [("bank feed", Decimal("4.00"))]
    payment = Payment.objects.get(document=invoice)
    link = books.link(payment)
    assert (str(link.xero_id), link.state) == (made, LinkState.SYNCED)
    assert outstanding(invoice) == Decimal("10.94")
    assert payment.paid_on == date(2026, 11, 10)
    assert len(books.payments()) == 1


def test_before_its_document_is_linked_it_waits_in_the_mirror(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    bookkeeper.pay(books.link(invoice), "4.00")
    known = books.link(invoice).xero_id
    Link.objects.filter(document=invoice).update(xero_id=None)
    pull(books, PulledKind.PAYMENTS)
    assert theirs(invoice) == []

    Link.objects.filter(document=invoice).update(xero_id=known)
    pull(books, PulledKind.INVOICES)

    assert theirs(invoice) == [("", Decimal("4.00"))]


def test_deleted_there_it_is_deleted_here_and_told(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    made = bookkeeper.pay(books.link(invoice), "14.94")
    pull(books)
    assert outstanding(invoice) == 0

    bookkeeper.unpay(made)
    pull(books)

    payment = Payment.objects.get(document=invoice)
    assert payment.is_withdrawn
    assert books.link(payment).state == LinkState.RETRACTED
    assert outstanding(invoice) == Decimal("14.94")
    said = AuditEntry.objects.filter(subject="payment").values_list("message", flat=True)
    assert list(said.order_by("pk")) == [
        "Payment of 14.94 GBP on INV-1 was recorded in Xero.",
        "Payment of 14.94 GBP on INV-1 was deleted in Xero, and so here.",
    ]


def test_ours_are_never_taken_for_theirs(books: Books, bookkeeper: Bookkeeper, invoice: Document):
    ours = make_payment(invoice, "4.00")
    books.work()
    bookkeeper.pay(books.link(invoice), "4.00")

    pull(books)

    assert theirs(invoice) == [("", Decimal("4.00"))]
    assert Payment.objects.filter(document=invoice).count() == 2
    assert books.link(ours).state == LinkState.SYNCED


def test_what_bears_our_number_is_left_to_the_check(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    """Its request is still open: the answer will link it."""
    ours = make_payment(invoice, "4.00")
    Link.objects.filter(payment=ours).update(state=LinkState.SENDING)
    bookkeeper.pay(books.link(invoice), "4.00", Reference=ours.number, on=ours.paid_on)

    pull(books)

    assert Payment.objects.filter(document=invoice).count() == 1


def test_nobody_deletes_it_here_and_it_is_never_sent(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    bookkeeper.pay(books.link(invoice), "4.00")
    pull(books)
    payment = Payment.objects.get(document=invoice)

    who = {"workspace": books.workspace, "actor": books.owner}
    assert delete_payments(payment_ids=[payment.pk], **who) == []
    books.sync_now()
    books.work()

    payment.refresh_from_db()
    assert not payment.is_withdrawn
    assert len(books.payments()) == 1


def test_it_stays_out_of_books_that_are_connected_later(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    from tallystick.sync.links.new_links import link_all

    bookkeeper.pay(books.link(invoice), "4.00")
    pull(books)
    Link.objects.filter(payment__isnull=False).delete()

    link_all(books.organisation, state=LinkState.WAITING)

    assert not Link.objects.filter(payment__isnull=False).exists()


def test_a_refund_and_a_payment_of_a_bill_come_home_too(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    note = books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE)
    bill = books.submit("B-1", kind=Kind.BILL)
    books.work()
    bookkeeper.pay(books.link(note), "5.00", Reference="refund")
    bookkeeper.pay(books.link(bill), "6.00", Reference="paid")

    pull(books)

    assert theirs(note) == [("refund", Decimal("5.00"))]
    assert theirs(bill) == [("paid", Decimal("6.00"))]


def test_money_in_another_currency_is_the_documents(books: Books, bookkeeper: Bookkeeper):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    bookkeeper.add_currency("USD")
    books.organisation.refresh_from_db()
    type(books.organisation).objects.update(read_at=None)
    invoice = books.submit("INV-1", currency="USD", currency_rate=Decimal("1.25"))
    books.work()
    bookkeeper.pay(books.link(invoice), "4.00", CurrencyRate="1.30")

    pull(books)

    assert theirs(invoice) == [("", Decimal("4.00"))]
    assert outstanding(invoice) == Decimal("10.94")


def test_an_allocation_made_there_stands_here_and_goes_with_it(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    note = books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE)
    books.work()
    first = bookkeeper.allocate(books.link(note), books.link(invoice), "3.00")
    bookkeeper.allocate(books.link(note), books.link(invoice), "2.00")

    for _ in range(2):
        pull(books)

    made = Allocation.objects.live().order_by("pk")
    assert [(one.owner, one.amount) for one in made] == [
        (SettlementOwner.XERO, Decimal("3.00")),
        (SettlementOwner.XERO, Decimal("2.00")),
    ]
    assert outstanding(invoice) == outstanding(note) == Decimal("9.94")
    who = {"workspace": books.workspace, "actor": books.owner}
    assert remove_allocations(allocation_ids=[made[0].pk], **who) == []
    bookkeeper.delete(f"CreditNotes/{books.link(note).xero_id}/Allocations/{first}")
    pull(books)
    assert [one.amount for one in Allocation.objects.live()] == [Decimal("2.00")]
    assert outstanding(invoice) == Decimal("12.94")


def test_allocations_of_ours_stay_ours(books: Books, bookkeeper: Bookkeeper, invoice: Document):
    note, other = books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE), books.submit("INV-2")
    books.work()
    ours = make_allocation(note, invoice, "3.00")
    books.work()
    bookkeeper.allocate(books.link(note), books.link(other), "2.00")

    pull(books)

    assert books.link(ours).state == LinkState.SYNCED
    assert [one.owner for one in Allocation.objects.live().order_by("pk")] == ["here", "xero"]


# Ours and theirs at the same time (pitfall 35).


def choose(books: Books, decision, *records) -> int:
    links = [books.link(one).pk for one in records]
    return int(decision(workspace=books.workspace, actor=books.owner, link_ids=links))


def test_paid_on_both_sides_at_once_is_one_payment_once_somebody_says_so(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    """It came home before ours was recorded; ours is asked about, and takes its place."""
    made = bookkeeper.pay(books.link(invoice), "4.00", Reference="bank feed")
    pull(books)
    ours = make_payment(invoice, "4.00", paid_on=date(2026, 11, 10))
    books.work()
    assert books.problem(ours)["code"] == "payment_exists"

    assert choose(books, decisions.keep_theirs, ours) == 1
    books.work()
    pull(books)

    assert str(books.link(ours).xero_id) == made
    assert [one.pk for one in Payment.objects.live()] == [ours.pk]
    assert len(books.payments()) == 1
    assert outstanding(invoice) == Decimal("10.94")


def test_alike_and_still_to_be_sent_it_is_the_question_about_ours_not_a_second_record(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    ours = make_payment(invoice, "4.00", paid_on=date(2026, 11, 10))
    Link.objects.filter(payment=ours).update(state=LinkState.WAITING)
    bookkeeper.pay(books.link(invoice), "4.00", Reference="bank feed")
    pull(books)
    assert theirs(invoice) == []
    books.sync_now()
    books.work()
    assert books.problem(ours)["code"] == "payment_exists"

    # It is another one: then both stand.
    choose(books, decisions.send_ours, ours)
    books.work()
    pull(books)

    assert theirs(invoice) == [("bank feed", Decimal("4.00"))]
    assert len(books.payments()) == 2


def test_ours_is_refused_for_it_is_paid_there_and_deleting_ours_ends_it(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    ours = make_payment(invoice, "14.94", paid_on=date(2026, 11, 9))
    bookkeeper.pay(books.link(invoice), "14.94", Reference="bank feed")
    books.work()
    problem = books.problem(ours)
    assert problem["code"] == "too_much"
    assert "only 0.00 GBP is outstanding on INV-1" in problem["message"]

    assert choose(books, decisions.cancel_here, ours) == 1
    books.work()
    pull(books)

    assert books.link(ours).state == LinkState.RETRACTED
    assert theirs(invoice) == [("bank feed", Decimal("14.94"))]
    assert outstanding(invoice) == 0


def test_what_ours_stood_for_comes_home_once_ours_is_deleted(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    ours = make_payment(invoice, "4.00", paid_on=date(2026, 11, 10))
    Link.objects.filter(payment=ours).update(state=LinkState.WAITING)
    bookkeeper.pay(books.link(invoice), "4.00")
    pull(books)

    delete_payments(workspace=books.workspace, actor=books.owner, payment_ids=[ours.pk])

    assert theirs(invoice) == [("", Decimal("4.00"))]


def test_money_on_a_copy_that_nothing_explains_is_read_for_at_once(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    pull(books)
    Reading.objects.update(is_by_hand=False, due_at="2100-01-01T00:00Z")
    bookkeeper.pay(books.link(invoice), "4.00")

    pull(books, PulledKind.INVOICES)

    assert theirs(invoice) == [("", Decimal("4.00"))]


def test_a_page_takes_few_queries_however_many_documents(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    others = [books.submit(f"INV-{n}") for n in range(2, 12)]
    books.work()
    counts = []
    for some in (others[:1], others[1:]):
        copies = {one.pk: books.link(one) for one in some}
        for link in copies.values():
            bookkeeper.pay(link, "1.00")
        # Mirrored, and known for theirs only now.
        Link.objects.filter(document__in=copies).update(xero_id=None)
        pull(books, PulledKind.PAYMENTS)
        for link in copies.values():
            Link.objects.filter(pk=link.pk).update(xero_id=link.xero_id)
        with transaction.atomic(), CaptureQueriesContext(connection) as seen:
            follow_settlements(books.organisation, [one.pk for one in some])
        counts.append(len(seen))
        assert all(theirs(one) == [("", Decimal("1.00"))] for one in some)

    assert counts[0] == counts[1] <= 16
