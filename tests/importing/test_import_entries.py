"""Files of payments and of allocations."""

import io
from decimal import Decimal

import pytest

from factories import (
    line,
    make_allocation,
    make_document,
    make_member,
    make_party,
    make_payment,
    owner_of,
)
from tallystick.books.balances import outstanding
from tallystick.books.documents import submit_documents
from tallystick.books.models import Allocation, Kind, Payment
from tallystick.books.payments import delete_payments
from tallystick.importing.documents import staging
from tallystick.importing.report import Cause, Progress
from tallystick.importing.run import Lists
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import AuditEntry, Role

PAYMENTS = "kind,number,party_number,paid_on,amount,method,reference"
ALLOCATIONS = "credit_note,invoice,party_number,amount,allocated_on,direction"


@pytest.fixture
def pay(run):
    """Import rows of payments."""
    return lambda *rows, **options: run("\n".join([PAYMENTS, *rows]), **options)


@pytest.fixture
def allocate(run):
    """Import rows of allocations."""
    return lambda *rows, **options: run("\n".join([ALLOCATIONS, *rows]), **options)


@pytest.fixture
def party(workspace):
    return make_party(workspace, number="C1")


@pytest.fixture
def invoice(workspace, party):
    return make_document(workspace, party=party, number="INV-1", submitted=True)


@pytest.fixture
def note(workspace, party):
    return make_document(
        workspace, party=party, kind=Kind.SALES_CREDIT_NOTE, number="CN-1", submitted=True
    )


def bad_rows(report):
    return [(bad.line, bad.column, bad.value) for bad in report.bad_rows]


def test_payments_are_recognised_previewed_and_recorded(pay, workspace, invoice):
    rows = (
        ",INV-1,,2026-11-10,4.00,card,R  1",
        "Sales invoice,INV-1,C1,10/11/2026,1.50,,",
        ",INV-9,,2026-11-10,4.00,,",
    )

    planned = pay(*rows, dry_run=True)
    assert not Payment.objects.exists()
    done = pay(*rows)

    ignored = {"dry_run": None, "seconds": None}
    assert planned.as_json() | ignored == done.as_json() | ignored
    assert (done.format, done.noun, done.lines) == ("payments", "payment", 3)
    assert (done.created, done.documents) == ({"payment": 2}, 2)
    assert (done.total, done.first_day) == ({"NZD": Decimal("5.50")}, "2026-11-10")
    assert (done.not_made_count, bad_rows(done)) == (1, [(4, "number", "INV-9")])
    first = Payment.objects.earliest("pk")
    assert (first.method, first.reference) == ("card", "R 1")
    assert (first.created_by, outstanding(invoice)) == (owner_of(workspace), Decimal("4.50"))
    assert AuditEntry.objects.filter(action="payment.recorded").count() == 2


def test_the_same_payments_twice_are_recorded_once_even_where_they_are_alike(pay, invoice):
    rows = [",INV-1,,2026-11-10,2.00,card,"] * 2 + [",INV-1,,2026-11-11,1.00,,"]
    pay(*rows)

    again = pay(*rows)
    longer = pay(*rows, ",INV-1,,2026-11-10,2.00,card,", ",INV-1,,2026-11-12,1.00,,")

    assert (again.documents, again.already_here, again.not_made_count) == (0, 3, 0)
    assert (longer.documents, longer.already_here) == (2, 3)
    assert outstanding(invoice) == 2


def test_a_payment_recorded_by_hand_is_here_already_and_a_deleted_one_is_told_and_made_on_wish(
    pay, workspace, invoice
):
    by_hand = make_payment(invoice, "4.00", method="card")
    row = ",INV-1,,2026-11-10,4.00,card,"

    first = pay(row)
    delete_payments(workspace=workspace, actor=None, payment_ids=[by_hand.pk])
    second = pay(row)

    assert (first.already_here, second.already_here) == (1, 0)
    assert second.left_out[Cause.CANCELLED].total == {"NZD": Decimal("4.00")}
    assert second.not_made[0][:3] == ("INV-1", 2, Cause.CANCELLED)
    assert second.needs_person
    [question] = second.questions
    assert question.text == "1 payment of the file is deleted here."
    assert outstanding(invoice) == 10
    assert pay(row, answers={"cancelled": "make"}).documents == 1
    assert pay(row, answers={"cancelled": "make"}).already_here == 1
    assert outstanding(invoice) == 6


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",,,2026-11-10,4,,", "number", "Enter the number of the document"),
        (",INV-1,,,4,,", "paid_on", "Enter the day"),
        (",INV-1,,2026-13-10,4,,", "paid_on", "a day that the calendar has"),
        (",INV-1,,2026-11-10,,,", "amount", "Enter the amount"),
        (",INV-1,,2026-11-10,x,,", "amount", "Write a number"),
        (",INV-1,,2026-11-10,$ 4 USD,,", "amount", "Write the amount in NZD"),
        (",INV-1,,2026-11-10,€4,,", "amount", "which is not NZD"),
        (",INV-1,,2026-11-10,-4,,", "amount", "from 0.01"),
        (",INV-1,,2026-11-10,10.01,,", "amount", "INV-1 has 10.00 NZD outstanding"),
        (f",INV-1,,2026-11-10,4,{'x' * 41},", "method", "40 characters"),
        (f",INV-1,,2026-11-10,4,,{'x' * 256}", "reference", "255 characters"),
        (",INV-1,C2,2026-11-10,4,,", "party_number", "INV-1 is of C1"),
        ("quote,INV-1,,2026-11-10,4,,", "kind", "Write one of sales_invoice"),
        ("bill,7,,2026-11-10,4,,", "party_number", "Enter the number of the supplier"),
        (",INV-1,,2026-11-10,4,,,x", "", "cells where the header has"),
        (",INV-\0,,2026-11-10,4,,", "", "NUL"),
    ],
)
def test_a_bad_row_is_listed_with_what_to_do_and_stops_no_other(pay, invoice, row, column, reason):
    report = pay(row, ",INV-1,,2026-11-10,1.00,,")

    assert (report.documents, report.not_made_count, report.bad_row_count) == (1, 1, 1)
    bad = report.bad_rows[0]
    assert (bad.line, bad.column) == (2, column)
    assert reason in bad.reason
    assert outstanding(invoice) == 9
    [named] = report.not_made
    assert (named.line, named.cause) == (2, Cause.UNREADABLE)
    assert reason in named.reason
    assert report.needs_person


def test_what_is_not_recorded_is_named_counted_and_summed(pay, invoice):
    report = pay(
        ",INV-1,,2026-11-10,500,,",
        ",INV-9,,2026-11-10,4.00,,",
        ",,,2026-11-10,2.00,,",
        ",INV-1,,x,1.00,,",
    )

    assert [each.document for each in report.not_made] == ["", "INV-1", "INV-1", "INV-9"]
    left_out = report.left_out[Cause.UNREADABLE]
    assert (left_out.count, left_out.total) == (4, {"NZD": Decimal("507.00")})


@pytest.mark.parametrize("written", ["3.3333", "3.3250", "3.329999999999"])
def test_an_amount_of_more_decimals_is_rounded_to_the_cent_and_told(pay, invoice, written):
    report = pay(f",INV-1,,2026-11-10,{written},,")

    assert outstanding(invoice) == Decimal("6.67")
    assert "rounded half up to the cent: 1." in report.told[-1]
    assert pay(f",INV-1,,2026-11-10,{written},,").already_here == 1


@pytest.mark.parametrize("written", ["$4", "NZ$ 4.00", "4 NZD"])
def test_a_sign_of_the_documents_currency_is_read(pay, invoice, written):
    assert pay(f",INV-1,,2026-11-10,{written},,").documents == 1


@pytest.mark.parametrize("day", ["2099-11-10", "1926-11-10", "1970-01-01"])
def test_a_day_far_away_is_asked_about_before_anything_is_recorded(
    pay, allocate, invoice, note, day
):
    row = f",INV-1,,{day},4.00,,"

    report = pay(row)

    assert [(each.document, each.cause) for each in report.not_made] == [("INV-1", Cause.ODD)]
    assert report.left_out[Cause.ODD].total == {"NZD": Decimal("4.00")}
    [question] = report.questions
    assert (question.key, question.text) == (
        "odd",
        "The days of 1 payment look wrong. Are they right?",
    )
    assert pay(row, answers={"odd": "take"}).documents == 1
    assert allocate(f"CN-1,INV-1,,1.00,{day},").left_out[Cause.ODD].count == 1


def test_once_its_document_is_submitted_the_same_file_brings_the_rest(pay, workspace, party):
    draft = make_document(workspace, party=party, number="INV-2")
    rows = (",INV-2,,2026-11-10,4.00,,", ",INV-2,,2026-11-11,6.00,,")

    first = pay(*rows)
    submit_documents(workspace=workspace, document_ids=[draft.pk], actor=None)
    second = pay(*rows)

    assert "It is a draft. Submit it first." in first.bad_rows[0].reason
    assert (first.not_made_count, second.documents) == (2, 2)


def test_rows_of_one_document_are_judged_together_wherever_they_lie(
    pay, workspace, party, monkeypatch
):
    monkeypatch.setattr(staging, "CHUNK_LINES", 2)
    for number in range(6):
        make_document(workspace, party=party, number=f"INV-{number}", submitted=True)
    rows = [f",INV-{number},,2026-11-10,5.00,," for number in [*range(6)] * 3]
    told = []

    planned = pay(*rows, dry_run=True)
    done = pay(*rows, on_progress=told.append)
    again = pay(*rows)

    for report in (planned, done):
        assert (report.documents, report.not_made_count) == (12, 6)
    assert told[-1] == Progress("writing", 18, 18)
    assert (again.documents, again.already_here, again.not_made_count) == (0, 12, 6)


def test_bills_and_refunds_are_paid_too(pay, workspace, note):
    supplier = make_party(workspace, number="S1")
    bill = make_document(workspace, kind=Kind.BILL, number="7", party=supplier, submitted=True)

    report = pay(
        "Bill,7,S1,2026-11-10,10.00,,",
        "sales_credit_note,CN-1,,2026-11-10,10.00,,",
        "bill,7,S2,2026-11-10,10.00,,",
    )

    assert (report.documents, bad_rows(report)) == (2, [(4, "number", "7")])
    assert (outstanding(bill), outstanding(note)) == (0, 0)


def test_every_bad_payment_goes_to_the_list(pay):
    out = io.StringIO()

    report = pay(*(f",X{place},,2026-11-10,1,," for place in range(120)), lists=Lists(out))

    assert (report.bad_row_count, len(report.bad_rows)) == (120, 100)
    assert len(out.getvalue().splitlines()) == 121


def test_only_people_who_may_change_the_books_import_payments(pay, workspace):
    with pytest.raises(NotAllowed):
        pay(actor=make_member(workspace, Role.VIEWER))


def test_allocations_are_recognised_previewed_and_made(allocate, workspace, party, invoice, note):
    other = make_document(
        workspace, party=party, number="INV-2", lines=[line(unit_price="3")], submitted=True
    )
    rows = (
        "CN-1,INV-1,,4.00,2026-11-12,",
        "CN-1,INV-2,C1,3.00,2026-11-12,Sales",
        "CN-1,INV-3,,1.00,2026-11-12,",
    )

    planned = allocate(*rows, dry_run=True)
    assert not Allocation.objects.exists()
    done = allocate(*rows)
    again = allocate(*rows)

    ignored = {"dry_run": None, "seconds": None}
    assert planned.as_json() | ignored == done.as_json() | ignored
    assert (done.format, done.noun, done.created) == (
        "allocations",
        "allocation",
        {"allocation": 2},
    )
    assert (done.total, bad_rows(done)) == ({"NZD": Decimal("7.00")}, [(4, "invoice", "INV-3")])
    assert (outstanding(invoice), outstanding(other), outstanding(note)) == (6, 0, 3)
    assert (again.documents, again.already_here, again.not_made_count) == (0, 2, 1)


def test_supplier_credits_are_allocated_to_bills_of_the_supplier(allocate, workspace):
    supplier = make_party(workspace, number="S1")
    bill = make_document(workspace, kind=Kind.BILL, number="7", party=supplier, submitted=True)
    make_document(
        workspace, kind=Kind.SUPPLIER_CREDIT_NOTE, number="8", party=supplier, submitted=True
    )

    report = allocate("8,7,S1,4.00,2026-11-12,purchases", "8,7,,4.00,2026-11-12,purchases")

    assert report.documents == 1
    assert {(line, column) for line, column, _ in bad_rows(report)} == {(3, "party_number")}
    assert outstanding(bill) == 6


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",INV-1,,1,2026-11-12,", "credit_note", "Enter the number of the credit note"),
        ("CN-1,,,1,2026-11-12,", "invoice", "Enter the number of the invoice"),
        ("CN-1,INV-1,,1,,", "allocated_on", "Enter the day"),
        ("CN-1,INV-1,,,2026-11-12,", "amount", "Enter the amount"),
        ("CN-1,INV-1,,1,2026-11-12,up", "direction", "Write one of sales, purchases"),
        ("CN-1,INV-1,,10.01,2026-11-12,", "amount", "CN-1 has 10.00 NZD outstanding"),
        ("CN-1,INV-1,C9,1,2026-11-12,", "party_number", "CN-1 is of C1"),
    ],
)
def test_a_bad_allocation_is_listed_with_what_to_do(allocate, invoice, note, row, column, reason):
    report = allocate(row)

    assert (report.documents, report.not_made_count, report.bad_row_count) == (0, 1, 1)
    assert report.bad_rows[0].column == column
    assert reason in report.bad_rows[0].reason


def test_another_amount_between_the_same_documents_is_listed(allocate, invoice, note):
    make_allocation(note, invoice, "4.00")

    report = allocate("CN-1,INV-1,,5.00,2026-11-12,")

    assert (report.documents, bad_rows(report)) == (0, [(2, "invoice", "INV-1")])
    assert "allocated to it already" in report.bad_rows[0].reason
    assert outstanding(note) == 6
