"""Credit notes set against invoices and bills."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import (
    line,
    make_allocation,
    make_document,
    make_party,
    make_payment,
    make_workspace,
)
from tallystick.books.allocations import (
    allocate,
    record_allocations,
    record_new_allocations,
    remove_allocations,
)
from tallystick.books.balances import outstanding
from tallystick.books.errors import InvalidRecord, NotFound
from tallystick.books.inputs import AllocationInput
from tallystick.books.models import Allocation, Kind, SettlementStatus
from tallystick.workspaces.models import AuditEntry


@pytest.fixture
def party(workspace):
    return make_party(workspace)


@pytest.fixture
def invoice(workspace, party):
    return make_document(workspace, party=party, number="INV-1", submitted=True)


@pytest.fixture
def note(workspace, party):
    return make_document(
        workspace,
        party=party,
        kind=Kind.SALES_CREDIT_NOTE,
        number="CN-1",
        lines=[line(unit_price="6")],
        submitted=True,
    )


def given(amount="2.00", **values):
    basics = AllocationInput(
        credit_note="CN-1",
        document="INV-1",
        amount=Decimal(amount),
        allocated_on=date(2026, 11, 12),
    )
    return replace(basics, **values)


def test_an_allocation_lowers_both_sides_and_is_announced(workspace, invoice, note, announced):
    announced.clear()

    allocation = make_allocation(note, invoice, "2.50")

    assert (outstanding(invoice), outstanding(note)) == (Decimal("7.50"), Decimal("3.50"))
    assert announced == [("allocated", [allocation.pk])]
    assert AuditEntry.objects.get(action="allocation.made").message == (
        "Allocation of 2.50 NZD from CN-1 to INV-1 was made."
    )


def test_one_credit_note_may_stand_against_several_invoices(workspace, party, invoice, note):
    other = make_document(workspace, party=party, submitted=True)
    make_allocation(note, invoice, "2.50")

    make_allocation(note, other)

    assert (outstanding(note), outstanding(other)) == (0, Decimal("6.50"))


@pytest.mark.parametrize("amount", ["6.01", "0", "1.005"])
def test_no_more_than_the_credit_note_has_left_is_allocated(invoice, note, amount):
    with pytest.raises(InvalidRecord, match="Amount"):
        make_allocation(note, invoice, amount)


def test_no_more_than_the_invoice_has_outstanding_is_allocated(invoice, note):
    make_payment(invoice, "9.00")

    with pytest.raises(InvalidRecord, match=r"INV-1 has 1\.00 NZD outstanding"):
        make_allocation(note, invoice, "1.01")


def test_two_documents_have_one_allocation_until_it_is_removed(workspace, invoice, note):
    first = make_allocation(note, invoice, "1.00")

    with pytest.raises(InvalidRecord, match="CN-1 is allocated to it already"):
        make_allocation(note, invoice, "2.00")
    remove_allocations(workspace=workspace, actor=None, allocation_ids=[first.pk])
    make_allocation(note, invoice, "2.00")

    assert Allocation.objects.live().get().amount == 2


def test_parties_currencies_and_states_must_agree(workspace, party, note):
    make_document(workspace, number="INV-2", submitted=True)
    make_document(workspace, number="INV-3", party=party, currency="USD", submitted=True)
    make_document(workspace, number="INV-4", party=party)
    numbers = ["INV-2", "INV-3", "INV-4", "INV-5"]

    with pytest.raises(InvalidRecord) as caught:
        record_allocations(
            workspace=workspace,
            actor=None,
            allocations=[given(document=number) for number in numbers],
        )

    assert [(each.line, each.field, each.value) for each in caught.value.problems] == [
        (place, "document", number) for place, number in enumerate(numbers, start=1)
    ]
    for said in ("Choose two of the same.", "same currency", "It is a draft", "There is no"):
        assert said in str(caught.value)
    assert not Allocation.objects.exists()


def test_sales_go_with_sales_and_purchases_with_purchases(workspace, party, invoice, note):
    bill = make_document(workspace, kind=Kind.BILL, party=party, number="7", submitted=True)
    credit = make_document(
        workspace, kind=Kind.SUPPLIER_CREDIT_NOTE, party=party, number="8", submitted=True
    )

    for credit_note, document in ((note, bill), (credit, invoice), (invoice, invoice)):
        with pytest.raises(InvalidRecord, match="Choose a"):
            make_allocation(credit_note, document, "1.00")
    [made] = record_allocations(
        workspace=workspace,
        actor=None,
        allocations=[
            given(
                kind=Kind.SUPPLIER_CREDIT_NOTE,
                credit_note="8",
                document="7",
                party_number=party.number,
            )
        ],
    )

    assert (made.credit_note, made.document) == (credit, bill)


def test_documents_of_another_workspace_cannot_be_allocated(invoice, note):
    with pytest.raises(NotFound):
        allocate(
            workspace=make_workspace(),
            actor=None,
            credit_note_id=note.pk,
            document_id=invoice.pk,
            amount=Decimal(1),
            allocated_on=date(2026, 11, 12),
        )


def test_removing_gives_both_sides_back_once(workspace, invoice, note, announced):
    allocation = make_allocation(note, invoice)
    announced.clear()

    def remove(where):
        return remove_allocations(workspace=where, actor=None, allocation_ids=[allocation.pk])

    assert remove(make_workspace()) == []
    assert remove(workspace) == [allocation.pk]
    assert remove(workspace) == []
    allocation.refresh_from_db()
    assert (allocation.status, allocation.deleted_at is None) == (SettlementStatus.DELETED, False)
    assert (outstanding(invoice), outstanding(note)) == (10, 6)
    assert announced == [("removed", [allocation.pk])]


def test_many_allocations_are_made_in_as_many_statements_as_one(workspace, party, note):
    for number in range(10):
        make_document(workspace, party=party, number=f"INV-{number}", submitted=True)
    wanted = [given("0.50", document=f"INV-{number}") for number in range(10)]

    with CaptureQueriesContext(connection) as for_one:
        record_allocations(workspace=workspace, actor=None, allocations=wanted[:1])
    with CaptureQueriesContext(connection) as for_many:
        record_allocations(workspace=workspace, actor=None, allocations=wanted[1:])

    assert len(for_many) == len(for_one) <= 9
    assert outstanding(note) == 1


def test_the_same_list_again_allocates_nothing_twice(workspace, invoice, note):
    def record(*allocations, **options):
        verdicts = record_new_allocations(
            workspace=workspace, actor=None, allocations=allocations, **options
        )
        return [
            "made" if each.settlement
            else "here" if each.is_here
            else "deleted" if each.deleted
            else "bad"
            for each in verdicts
        ]  # fmt: skip

    assert record(given(), given(), dry_run=True) == ["made", "bad"]
    assert record(given()) == ["made"]
    assert record(given(), given("1.00")) == ["here", "bad"]
    made = Allocation.objects.get()
    remove_allocations(workspace=workspace, actor=None, allocation_ids=[made.pk])
    assert record(given(), anew=True, dry_run=True) == ["made"]
    assert record(given(), given("1.00")) == ["deleted", "made"]
