"""Credit notes set against what they credit: parts, several, removed, lost answers, others' hands."""

import pytest
from bookkeeper import Bookkeeper

from factories import make_allocation, make_payment
from tallystick.books.allocations import remove_allocations
from tallystick.books.models import Allocation, Document, Kind
from tallystick.books.payments import delete_payments
from tallystick.connections.client import client_for
from tallystick.sync.acts import decisions
from tallystick.sync.engine.lane_lease import holding_lane
from tallystick.sync.engine.writing_hands import WritingHands
from tallystick.sync.models import Attempt, AttemptOutcome, Batch, LinkState
from tallystick.sync.push.settlements import send_settlements
from tallystick.sync.reports.link_states import states_of_allocations
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

SIDES = pytest.mark.parametrize(
    ("credit", "kind"),
    [
        (Kind.SALES_CREDIT_NOTE, Kind.SALES_INVOICE),
        (Kind.SUPPLIER_CREDIT_NOTE, Kind.BILL),
    ],
    ids=["sales", "purchases"],
)


@pytest.fixture
def books(books: Books) -> Books:
    """The books, where documents go approved."""
    for kind in Kind:
        books.policy(kind, sent_as="AUTHORISED")
    return books


def remove(books: Books, *allocations: Allocation) -> None:
    ids = [one.pk for one in allocations]
    remove_allocations(workspace=books.workspace, actor=books.owner, allocation_ids=ids)


def pairs(books: Books) -> list[tuple[str, str, str]]:
    """What stands in Xero: credit note, document and amount of each allocation."""
    return sorted((one["credit"], one["invoice"], one["amount"]) for one in books.allocations())


def a_pair(books: Books) -> tuple[Document, Document]:
    """A credit note and an invoice, in Xero."""
    note, invoice = books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE), books.submit("INV-1")
    books.drain()
    return note, invoice


@SIDES
def test_parts_go_to_several_and_the_remainder_stays_open(books: Books, credit: Kind, kind: Kind):
    note = books.submit("CN-1", kind=credit)
    documents = [books.submit(f"N-{n}", kind=kind) for n in range(2)]
    allocations = [make_allocation(note, documents[0], "5.00"), make_allocation(note, documents[1])]
    rest = books.submit("CN-2", kind=credit)
    allocations.append(make_allocation(rest, documents[1], "3.00"))

    books.drain()

    assert pairs(books) == [
        ("CN-1", "N-0", "5.00"), ("CN-1", "N-1", "9.94"), ("CN-2", "N-1", "3.00"),
    ]  # fmt: skip
    assert {books.link(one).state for one in allocations} == {LinkState.SYNCED}
    assert (books.copy(note)["status"], books.copy(note)["remaining"]) == ("PAID", "0.00")
    assert (books.copy(rest)["status"], books.copy(rest)["remaining"]) == ("AUTHORISED", "11.94")
    assert [books.copy(one)["amount_due"] for one in documents] == ["9.94", "2.00"]
    ids = {one["id"] for one in books.allocations()}
    assert {str(books.link(one).xero_id) for one in allocations} == ids
    shown = states_of_allocations(allocations, books.organisation)
    assert {one.word for one in shown.values()} == {"In Xero"}


def test_removed_here_it_is_removed_there_and_can_be_made_anew(books: Books):
    note, invoice = a_pair(books)
    allocation = make_allocation(note, invoice)
    books.drain()
    assert books.copy(invoice)["status"] == "PAID"

    remove(books, allocation)
    again = make_allocation(note, invoice, "2.00")
    books.work()

    assert pairs(books) == [("CN-1", "INV-1", "2.00")]
    assert books.link(allocation).state == LinkState.RETRACTED
    assert books.link(again).state == LinkState.SYNCED
    assert books.log(allocation) == [("create", "done"), ("retract", "done")]


@pytest.mark.parametrize("amount", ["5.00", "2.00"])
def test_made_anew_while_a_round_is_under_way_it_waits_until_the_former_one_is_gone(
    books: Books, amount: str
):
    note, invoice = a_pair(books)
    former = make_allocation(note, invoice, "5.00")
    books.drain()

    with holding_lane(books.organisation) as lease:
        # The round has seen to what is to go, and comes to what is to be written.
        remove(books, former)
        anew = make_allocation(note, invoice, amount)
        send_settlements(WritingHands(lease, client_for(books.organisation)))
        meanwhile = books.link(anew).state
    books.drain()

    assert meanwhile == LinkState.QUEUED
    assert books.link(anew).state == LinkState.SYNCED
    assert pairs(books) == [("CN-1", "INV-1", amount)]


def test_a_payment_recorded_anew_while_a_round_is_under_way_waits_for_the_former_one(books: Books):
    invoice = books.submit("INV-1")
    former = make_payment(invoice)
    books.drain()

    with holding_lane(books.organisation) as lease:
        delete_payments(workspace=books.workspace, actor=books.owner, payment_ids=[former.pk])
        anew = make_payment(invoice)
        send_settlements(WritingHands(lease, client_for(books.organisation)))
        meanwhile = books.link(anew).state
    books.drain()

    assert meanwhile == LinkState.QUEUED
    assert books.link(anew).state == LinkState.SYNCED
    assert books.copy(invoice)["status"] == "PAID"


def test_removed_before_it_is_sent_it_never_is(books: Books):
    note, invoice = a_pair(books)
    allocation = make_allocation(note, invoice)

    remove(books, allocation)
    books.work()

    assert pairs(books) == []
    assert books.link(allocation).state == LinkState.RETRACTED


@pytest.mark.parametrize("dead_key", [False, True], ids=["key alive", "key dead"])
@pytest.mark.parametrize("loss", ["cut_before", "cut_after"])
def test_a_lost_answer_allocates_nothing_twice_and_finds_its_own_id(
    books: Books, loss: str, dead_key: bool
):
    note, invoice = a_pair(books)
    other = books.submit("INV-2")
    allocations = [make_allocation(note, invoice, "5.00"), make_allocation(note, other, "5.00")]
    books.sandbox.fault(loss, method="PUT", path="*/Allocations", nth=1, times=2)

    books.drain()
    books.come_through(dead_key=dead_key)

    assert pairs(books) == [("CN-1", "INV-1", "5.00"), ("CN-1", "INV-2", "5.00")]
    by_invoice = {one["invoice"]: one["id"] for one in books.allocations()}
    for allocation in allocations:
        assert str(books.link(allocation).xero_id) == by_invoice[allocation.document.number]
    assert not Batch.objects.filter(settled_at=None).exists()
    assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()
    remove(books, *allocations)
    books.work()
    assert pairs(books) == []


@pytest.mark.parametrize("dead_key", [False, True], ids=["key alive", "key dead"])
@pytest.mark.parametrize("loss", ["cut_before", "cut_after"])
def test_a_removal_whose_answer_is_lost_is_done(books: Books, loss: str, dead_key: bool):
    allocation = make_allocation(*a_pair(books), "5.00")
    books.drain()
    remove(books, allocation)
    books.sandbox.fault(loss, method="DELETE", times=1)

    books.drain()
    books.come_through(dead_key=dead_key)

    assert pairs(books) == []
    assert books.link(allocation).state == LinkState.RETRACTED


def test_removed_while_its_answer_is_lost_it_does_not_stay(books: Books):
    note, invoice = a_pair(books)
    allocation = make_allocation(note, invoice, "5.00")
    books.sandbox.fault("cut_after", method="PUT", path="*/Allocations", times=1)
    books.drain()

    remove(books, allocation)
    books.come_through(dead_key=True)

    assert pairs(books) == []
    assert books.link(allocation).state == LinkState.RETRACTED


def test_what_a_person_has_allocated_alike_is_taken_for_ours(books: Books, bookkeeper: Bookkeeper):
    note, invoice = a_pair(books)
    theirs = bookkeeper.allocate(books.link(note), books.link(invoice), "5.00")

    allocation = make_allocation(note, invoice, "5.00")
    books.drain()

    assert str(books.link(allocation).xero_id) == theirs
    assert pairs(books) == [("CN-1", "INV-1", "5.00")]


def test_what_a_person_has_allocated_with_another_amount_is_a_question(
    books: Books, bookkeeper: Bookkeeper
):
    note, invoice = a_pair(books)
    bookkeeper.allocate(books.link(note), books.link(invoice), "4.00")

    allocation = make_allocation(note, invoice, "5.00")
    books.drain()

    held = books.link(allocation)
    assert held.state == LinkState.HELD
    assert held.problem["message"] == (
        "Xero has 4.00 GBP of CN-1 set against INV-1; here it is 5.00 GBP."
    )
    assert len(books.allocations()) == 1
    decisions.send_ours(workspace=books.workspace, actor=books.owner, link_ids=[held.pk])
    books.sandbox.fault("cut_after", method="PUT", path="*/Allocations", times=1)
    books.drain()
    books.come_through(dead_key=True)
    assert pairs(books) == [("CN-1", "INV-1", "4.00"), ("CN-1", "INV-1", "5.00")]
    assert books.link(allocation).state == LinkState.SYNCED


def test_more_than_the_invoice_or_the_note_has_left_there_is_a_question(
    books: Books, bookkeeper: Bookkeeper
):
    note, invoice = a_pair(books)
    second_note, second = books.submit("CN-2", kind=Kind.SALES_CREDIT_NOTE), books.submit("INV-2")
    books.drain()
    bookkeeper.pay(books.link(invoice), "12.00")
    theirs = bookkeeper.pay(books.link(second_note), "12.00")

    invoice_full = make_allocation(note, invoice, "5.00")
    note_empty = make_allocation(second_note, second, "5.00")
    books.work()

    assert "only 2.94 GBP is outstanding on INV-1" in books.problem(invoice_full)["message"]
    problem = books.problem(note_empty)
    assert "CN-2" in problem["message"]
    assert pairs(books) == []
    bookkeeper.unpay(theirs)
    books.retry(note_empty)
    books.work()
    assert pairs(books) == [("CN-2", "INV-2", "5.00")]


def test_a_payment_and_a_credit_settle_an_invoice_together(books: Books):
    note, invoice = a_pair(books)
    entries = [make_payment(invoice, "9.94"), make_allocation(note, invoice)]

    books.drain()

    assert {books.link(one).state for one in entries} == {LinkState.SYNCED}
    assert (books.copy(invoice)["status"], books.copy(invoice)["amount_due"]) == ("PAID", "0.00")
    assert books.copy(note)["remaining"] == "9.94"
