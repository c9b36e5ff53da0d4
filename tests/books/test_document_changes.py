"""Submitted documents that are edited, cancelled and amended."""

from dataclasses import replace
from datetime import date

import pytest

from factories import (
    line,
    make_allocation,
    make_document,
    make_party,
    make_payment,
    make_template,
    make_workspace,
    owner_of,
)
from tallystick.books.documents import (
    DocumentInput,
    amend_document,
    cancel_documents,
    edit_document,
)
from tallystick.books.errors import HasSettlements, InvalidRecord, NotFound, WrongState
from tallystick.books.models import Document, Kind, Status
from tallystick.books.payments import delete_payments
from tallystick.workspaces.models import AuditEntry


def edited(document, **values):
    """Edit the document so that it has the values, and one line of 10.00 if not told otherwise."""
    given = DocumentInput(
        kind=document.kind,
        party_number=document.party.number,
        issued_on=date(2026, 11, 2),
        due_on=date(2026, 12, 2),
        lines=(line(),),
    )
    return edit_document(
        workspace=document.workspace,
        actor=None,
        document_id=document.pk,
        document=replace(given, **values),
    )


def cancel(*documents):
    ids = [document.pk for document in documents]
    return cancel_documents(workspace=documents[0].workspace, document_ids=ids, actor=None)


def amend(document, **options):
    given = {"workspace": document.workspace, "actor": None} | options
    return amend_document(document_id=document.pk, **given)


def test_an_edited_document_stays_submitted_and_is_announced(workspace, announced):
    document = make_document(workspace, number="INV-7", submitted=True)
    announced.clear()

    edited(document, reference="PO 8", lines=(line("New", unit_price="12"),))

    document.refresh_from_db()
    assert (document.status, document.revision) == (Status.SUBMITTED, 2)
    assert (document.number, document.reference, document.total) == ("INV-7", "PO 8", 12)
    assert announced == [("edited", [document.pk])]


def test_an_edited_draft_is_announced_to_nobody(workspace, announced):
    edited(make_document(workspace))

    assert announced == []


def test_a_submitted_document_stays_with_its_party_and_kind(workspace):
    document = make_document(workspace, submitted=True)
    other = make_party(workspace, "Other", number="C9")

    with pytest.raises(InvalidRecord) as caught:
        edited(document, party_number=other.number, kind=Kind.BILL)

    assert {each.field for each in caught.value.problems} == {"party_number", "kind"}
    document.refresh_from_db()
    assert document.revision == 1


def test_what_is_paid_or_allocated_is_the_least_an_edit_can_leave(workspace):
    party = make_party(workspace)
    document = make_document(workspace, party=party, submitted=True)
    note = make_document(
        workspace, party=party, kind=Kind.SALES_CREDIT_NOTE, total="10.00", submitted=True
    )
    make_payment(document, "4.00")
    make_allocation(note, document, "3.00")

    with pytest.raises(InvalidRecord, match=r"7\.00 NZD of it is paid or allocated already"):
        edited(document, lines=(line(unit_price="6.99"),))
    with pytest.raises(InvalidRecord, match="paid or allocated in NZD"):
        edited(document, currency="USD")
    with pytest.raises(InvalidRecord, match=r"3\.00 NZD"):
        edited(note, lines=(line(unit_price="2.99"),))
    edited(document, lines=(line(unit_price="7"),))

    document.refresh_from_db()
    assert document.total == 7


def test_a_document_with_payments_or_allocations_cannot_be_cancelled(workspace, announced):
    party = make_party(workspace)
    free = make_document(workspace, party=party, submitted=True)
    paid = make_document(workspace, party=party, number="INV-7", submitted=True)
    note = make_document(
        workspace, party=party, kind=Kind.SALES_CREDIT_NOTE, number="CN-7", submitted=True
    )
    payment = make_payment(paid, "4.00")
    allocation = make_allocation(note, paid, "6.00")
    announced.clear()

    with pytest.raises(HasSettlements) as caught:
        cancel(free, paid)
    with pytest.raises(HasSettlements, match="from CN-7 to INV-7"):
        cancel(note)

    assert caught.value.settlements == [payment, allocation]
    assert str(caught.value) == (
        "Nothing was cancelled. Delete these first, then cancel again: "
        "Payment of 4.00 NZD on INV-7; Allocation of 6.00 NZD from CN-7 to INV-7."
    )
    assert announced == []
    assert not Document.objects.filter(status=Status.CANCELLED).exists()


def test_once_its_payments_are_deleted_a_document_can_be_cancelled(workspace):
    document = make_document(workspace, submitted=True)
    payment = make_payment(document)
    delete_payments(workspace=workspace, actor=None, payment_ids=[payment.pk])

    assert cancel(document) == [document.pk]


def test_a_cancelled_document_is_amended_by_a_draft_copy_of_its_family(workspace, announced):
    make_template(workspace, "Exports")
    old = make_document(
        workspace,
        number="INV-0042",
        reference="PO 7",
        currency="USD",
        currency_rate="0.6",
        template="Exports",
        lines=[line("Tea", unit_price="10.00"), line("Post", charge="freight")],
        total="20.05",
        submitted=True,
    )
    cancel(old)
    announced.clear()

    new = amend(old, actor=owner_of(workspace))

    new.refresh_from_db()
    assert (new.number, new.status, new.revision) == ("INV-0042-2", Status.DRAFT, 1)
    assert (new.amends, new.party, new.reference) == (old, old.party, "PO 7")
    assert (new.currency, new.currency_rate, new.template.name) == (
        "USD",
        old.currency_rate,
        "Exports",
    )
    assert (new.total, new.rounding) == (old.total, old.rounding)
    assert [(each.description, each.charge) for each in new.lines.order_by("position")] == [
        ("Tea", ""),
        ("Post", "freight"),
    ]
    assert old.lines.count() == 2
    assert new.uid != old.uid
    assert announced == []
    assert AuditEntry.objects.last().message == "INV-0042-2 was made in place of INV-0042."


def test_the_family_goes_on_counting_past_numbers_taken(workspace):
    first = make_document(workspace, number="INV-7")
    make_document(workspace, number="INV-7-3")
    cancel(first)

    second = amend(first)
    cancel(second)
    fourth = amend(second)

    assert (second.number, fourth.number) == ("INV-7-2", "INV-7-4")


def test_only_a_cancelled_document_without_a_copy_in_use_is_amended(workspace):
    document = make_document(workspace, number="INV-7", submitted=True)

    with pytest.raises(WrongState, match=r"INV-7 is not cancelled\. Edit it"):
        amend(document)
    cancel(document)
    copy = amend(document)
    with pytest.raises(WrongState, match="INV-7-2 is in place of INV-7 already"):
        amend(document)
    cancel(copy)

    assert amend(document).number == "INV-7-3"
    with pytest.raises(NotFound):
        amend(document, workspace=make_workspace())
