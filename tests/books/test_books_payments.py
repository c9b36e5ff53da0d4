"""Payments: only on submitted documents, never above what is outstanding."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import (
    make_allocation,
    make_document,
    make_party,
    make_payment,
    make_workspace,
    owner_of,
)
from tallystick.books.balances import outstanding, outstanding_of
from tallystick.books.documents import cancel_documents
from tallystick.books.errors import InvalidRecord, NotFound
from tallystick.books.inputs import PaymentInput
from tallystick.books.models import Kind, Payment, SettlementStatus
from tallystick.books.payments import (
    delete_payments,
    record_new_payments,
    record_payment,
    record_payments,
)
from tallystick.workspaces.models import AuditEntry


def paid(number="INV-1", amount="4.00", **values):
    basics = PaymentInput(number=number, amount=Decimal(amount), paid_on=date(2026, 11, 10))
    return replace(basics, **values)


def problems(caught):
    return [(each.line, each.field, each.value) for each in caught.value.problems]


def test_a_payment_lowers_what_is_outstanding_and_is_announced(workspace, announced):
    document = make_document(workspace, number="INV-1", submitted=True)
    announced.clear()

    payment = record_payment(
        workspace=workspace,
        actor=owner_of(workspace),
        document_id=document.pk,
        amount=Decimal("4.00"),
        paid_on=date(2026, 11, 10),
        method=" card ",
        reference="R 1",
    )

    payment.refresh_from_db()
    assert (payment.method, payment.reference) == ("card", "R 1")
    assert (payment.status, payment.created_by) == (SettlementStatus.RECORDED, owner_of(workspace))
    assert outstanding(document) == 6
    assert announced == [("recorded", [payment.pk])]
    entry = AuditEntry.objects.get(action="payment.recorded")
    assert (entry.subject, entry.subject_id) == ("payment", str(payment.pk))
    assert entry.message == "Payment of 4.00 NZD on INV-1 was recorded."


def test_what_is_outstanding_counts_live_entries_on_either_side(workspace):
    party = make_party(workspace)
    invoice = make_document(workspace, party=party, submitted=True)
    note = make_document(workspace, party=party, kind=Kind.SALES_CREDIT_NOTE, submitted=True)
    make_allocation(note, invoice, "2.50")
    make_payment(invoice, "1.00")
    refund = make_payment(note, "3.00")
    deleted = make_payment(note, "4.00")
    delete_payments(workspace=workspace, actor=None, payment_ids=[deleted.pk])

    assert refund.document == note
    with CaptureQueriesContext(connection) as queries:
        left = outstanding_of([invoice, note])
    assert left == {invoice.pk: Decimal("6.50"), note.pk: Decimal("4.50")}
    assert len(queries) == 1


@pytest.mark.parametrize("amount", ["10.01", "0", "-1", "1.005", "NaN", "1e20"])
def test_an_amount_that_is_too_much_or_none_is_refused(workspace, amount):
    document = make_document(workspace, submitted=True)

    with pytest.raises(InvalidRecord) as caught:
        make_payment(document, amount)

    assert [each.field for each in caught.value.problems] == ["amount"]
    assert str(caught.value).startswith("The payment was not saved. Amount “")


def test_rounding_is_part_of_what_is_outstanding(workspace):
    document = make_document(workspace, total="10.04", submitted=True)

    make_payment(document, "10.04")

    assert outstanding(document) == 0


def test_only_submitted_documents_are_paid(workspace):
    make_document(workspace, number="INV-1")
    cancelled = make_document(workspace, number="INV-2", submitted=True)
    cancel_documents(workspace=workspace, document_ids=[cancelled.pk], actor=None)

    with pytest.raises(InvalidRecord) as caught:
        record_payments(workspace=workspace, actor=None, payments=[paid("INV-1"), paid("INV-2")])

    assert problems(caught) == [(1, "number", "INV-1"), (2, "number", "INV-2")]
    assert "It is a draft. Submit it first." in str(caught.value)
    assert "It is cancelled" in str(caught.value)


def test_all_problems_of_a_list_are_named_and_nothing_is_recorded(workspace, announced):
    make_document(workspace, number="INV-1", submitted=True)
    announced.clear()
    given = [
        paid(amount="6.00"),
        paid(amount="6.00"),
        paid("INV-9"),
        paid(method="x" * 41, reference="y" * 256),
        paid(party_number="C-other"),
        paid("7", kind=Kind.BILL),
    ]

    with pytest.raises(InvalidRecord) as caught:
        record_payments(workspace=workspace, actor=None, payments=given)

    assert [each[:2] for each in problems(caught)] == [
        (2, "amount"),
        (3, "number"),
        (4, "method"),
        (4, "reference"),
        (5, "party_number"),
        (6, "party_number"),
    ]
    assert "INV-1 has 4.00 NZD outstanding." in str(caught.value)
    assert not Payment.objects.exists()
    assert announced == []


def test_a_bill_is_found_by_its_supplier_too(workspace):
    paper = make_party(workspace, number="S1")
    for party in (paper, make_party(workspace, number="S2")):
        make_document(workspace, kind=Kind.BILL, number="7", party=party, submitted=True)

    [payment] = record_payments(
        workspace=workspace,
        actor=None,
        payments=[paid("7", kind=Kind.BILL, party_number="S1")],
    )

    assert payment.document.party == paper
    with pytest.raises(InvalidRecord, match="no bill of supplier S3 with this number"):
        record_payments(
            workspace=workspace,
            actor=None,
            payments=[paid("7", kind=Kind.BILL, party_number="S3")],
        )


def test_documents_of_another_workspace_are_not_found(workspace):
    document = make_document(make_workspace(), number="INV-1", submitted=True)

    with pytest.raises(InvalidRecord, match="There is no sales invoice with this number"):
        record_payments(workspace=workspace, actor=None, payments=[paid()])
    with pytest.raises(NotFound):
        record_payment(
            workspace=workspace,
            actor=None,
            document_id=document.pk,
            amount=Decimal(1),
            paid_on=date(2026, 11, 10),
        )


def test_deleting_gives_back_what_was_outstanding_once(workspace, announced):
    document = make_document(workspace, number="INV-1", submitted=True)
    first, second = make_payment(document, "4.00"), make_payment(document, "6.00")
    elsewhere = make_payment(make_document(make_workspace(), submitted=True))
    announced.clear()
    ids = [first.pk, elsewhere.pk]

    deleted = delete_payments(workspace=workspace, actor=owner_of(workspace), payment_ids=ids)
    again = delete_payments(workspace=workspace, actor=None, payment_ids=ids)

    assert (deleted, again) == ([first.pk], [])
    first.refresh_from_db()
    assert (first.status, first.deleted_at is None) == (SettlementStatus.DELETED, False)
    assert outstanding(document) == 4
    assert announced == [("deleted", [first.pk])]
    assert AuditEntry.objects.filter(action="payment.deleted").count() == 1
    assert set(Payment.objects.live()) == {second, elsewhere}


def test_many_payments_are_recorded_in_as_many_statements_as_one(workspace):
    party = make_party(workspace)
    for number in range(30):
        make_document(workspace, party=party, number=f"INV-{number}", submitted=True)
    given = [paid(f"INV-{number}") for number in range(30)]

    with CaptureQueriesContext(connection) as for_one:
        record_payments(workspace=workspace, actor=None, payments=given[:1])
    with CaptureQueriesContext(connection) as for_many:
        made = record_payments(workspace=workspace, actor=None, payments=given[1:])

    assert len(made) == 29
    assert len(for_many) == len(for_one) <= 8
    assert AuditEntry.objects.filter(action="payment.recorded").count() == 30


def test_the_same_list_again_records_nothing_twice(workspace):
    document = make_document(workspace, number="INV-1", submitted=True)
    alike = [paid(amount="2.00"), paid(amount="2.00"), paid(amount="1.00", method="card")]

    def record(payments, **options):
        verdicts = record_new_payments(
            workspace=workspace, actor=None, payments=payments, **options
        )
        return [
            "made" if each.settlement
            else "here" if each.is_here
            else "deleted" if each.deleted
            else "bad"
            for each in verdicts
        ]  # fmt: skip

    assert record(alike, dry_run=True) == ["made"] * 3
    assert not Payment.objects.exists()
    assert record(alike) == ["made"] * 3
    assert record(alike) == ["here"] * 3
    delete_payments(
        workspace=workspace, actor=None, payment_ids=[Payment.objects.earliest("pk").pk]
    )
    assert record(alike) == ["here", "deleted", "here"]
    assert record(alike, dry_run=True, anew=True) == ["here", "made", "here"]
    # A third one alike is new; the rest of the document is not.
    assert record([*alike, paid(amount="2.00"), paid(amount="9.00")]) == [
        *["here", "deleted", "here"],
        "made",
        "bad",
    ]
    assert outstanding(document) == 5
