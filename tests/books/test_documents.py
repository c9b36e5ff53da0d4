from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import (
    line,
    make_document,
    make_party,
    make_tax_code,
    make_workspace,
    owner_of,
)
from tallystick.books import signals
from tallystick.books.documents import (
    DocumentInput,
    LineInput,
    cancel_documents,
    create_document,
    edit_document,
    submit_documents,
)
from tallystick.books.errors import InvalidRecord, NotFound, WrongState
from tallystick.books.models import Document, Kind, Status, TaxBasis
from tallystick.workspaces.models import AuditEntry

pytestmark = pytest.mark.django_db


def given(party_number, **values):
    basics = DocumentInput(
        party_number=party_number,
        issued_on=date(2026, 11, 2),
        due_on=date(2026, 12, 2),
        lines=(line(),),
    )
    return replace(basics, **values)


def test_a_document_adds_up_its_lines_and_their_tax(workspace):
    make_tax_code(workspace, "GST", "15")

    document = make_document(
        workspace,
        lines=[
            line(quantity="3", unit_price="8.3533", tax_code="GST"),
            line(quantity="1", unit_price="25.61", tax_code="GST"),
            line(quantity="2", unit_price="10", discount="12.5"),
        ],
    )

    assert [row.amount for row in document.lines.order_by("position")] == [
        Decimal("25.06"),
        Decimal("25.61"),
        Decimal("17.50"),
    ]
    assert (document.subtotal, document.tax) == (Decimal("68.17"), Decimal("7.60"))
    assert document.total == Decimal("75.77")
    assert document.currency == workspace.currency


def test_with_tax_inside_the_total_is_the_sum_of_the_lines(workspace):
    make_tax_code(workspace, "GST", "15")

    document = make_document(
        workspace,
        tax_basis=TaxBasis.INCLUSIVE,
        lines=[line(unit_price="115", tax_code="GST")],
    )

    assert (document.subtotal, document.tax, document.total) == (100, 15, 115)


def test_a_line_of_text_alone_counts_nothing(workspace):
    document = make_document(workspace, lines=[LineInput(description="As agreed"), line()])

    assert document.total == 10
    assert document.lines.get(position=1).quantity is None


def test_every_problem_is_named_at_once_with_line_and_value(workspace):
    bad = given(
        "nobody",
        currency="pound",
        lines=(
            line(tax_code="VAT99"),
            line("", quantity="1.23456"),
            LineInput(description="x", quantity=Decimal(1)),
            line(discount="101"),
        ),
    )

    with pytest.raises(InvalidRecord) as caught:
        create_document(workspace=workspace, actor=None, document=replace(bad, number="INV-1043"))

    assert [(each.line, each.field, each.value) for each in caught.value.problems] == [
        (None, "currency", "pound"),
        (None, "party_number", "nobody"),
        (1, "tax_code", "VAT99"),
        (2, "description", ""),
        (2, "quantity", "1.23456"),
        (3, "unit_price", ""),
        (4, "discount", "101"),
    ]
    assert str(caught.value).startswith("INV-1043 was not saved. Currency “pound”: ")
    assert not Document.objects.exists()


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "1e20", "-1e20"])
def test_a_figure_that_is_none_or_too_wide_is_refused(workspace, figure):
    party = make_party(workspace)

    with pytest.raises(InvalidRecord, match="quantity"):
        create_document(
            workspace=workspace,
            actor=None,
            document=given(party.number, lines=(line(quantity=figure),)),
        )


def test_a_product_too_large_for_the_books_is_refused(workspace):
    party = make_party(workspace)

    with pytest.raises(InvalidRecord, match="smaller"):
        create_document(
            workspace=workspace,
            actor=None,
            document=given(party.number, lines=(line(quantity="1e12", unit_price="1e12"),)),
        )


def test_a_document_needs_a_line(workspace):
    party = make_party(workspace)

    with pytest.raises(InvalidRecord, match="at least one line"):
        create_document(workspace=workspace, actor=None, document=given(party.number, lines=()))


def test_a_number_is_there_once_for_each_kind(workspace):
    make_document(workspace, number="1043")
    make_document(workspace, number="1043", kind=Kind.SALES_CREDIT_NOTE)

    with pytest.raises(InvalidRecord, match="a sales invoice with it is here already"):
        make_document(workspace, number="1043")


def test_numbers_left_empty_continue_the_series_past_those_taken(workspace):
    first = make_document(workspace)
    for number in ("INV-0002", "INV-0731", "INV-x", "INV-99999999999999999999"):
        make_document(workspace, number=number)

    second = make_document(workspace)
    bill = make_document(workspace, kind=Kind.BILL)

    assert [first.number, second.number, bill.number] == ["INV-0001", "INV-0732", "BILL-0001"]


def test_editing_a_draft_replaces_its_lines_and_counts_the_revision(workspace):
    document = make_document(workspace, lines=[line("Old"), line("Older")])

    edited = edit_document(
        workspace=workspace,
        actor=owner_of(workspace),
        document_id=document.pk,
        document=given(document.party.number, lines=(line("New", unit_price="7"),)),
    )

    assert (edited.number, edited.revision, edited.total) == (document.number, 2, 7)
    assert [row.description for row in edited.lines.all()] == ["New"]
    assert AuditEntry.objects.filter(action="document.edited").count() == 1


def test_what_is_cancelled_or_elsewhere_cannot_be_edited(workspace):
    document = make_document(workspace, number="INV-7")
    new = given(document.party.number)
    cancel_documents(workspace=workspace, document_ids=[document.pk], actor=None)

    with pytest.raises(WrongState, match=r"INV-7 is cancelled and stays as it is\. Amend it"):
        edit_document(workspace=workspace, actor=None, document_id=document.pk, document=new)
    with pytest.raises(NotFound):
        edit_document(workspace=make_workspace(), actor=None, document_id=document.pk, document=new)


def test_an_edit_cannot_turn_an_invoice_into_a_bill(workspace):
    document = make_document(workspace)
    new = given(document.party.number, kind=Kind.BILL)

    with pytest.raises(InvalidRecord, match="keeps its kind"):
        edit_document(workspace=workspace, actor=None, document_id=document.pk, document=new)


def test_submitting_takes_the_drafts_and_announces_them_once(workspace, announced):
    drafts = [make_document(workspace) for _ in range(2)]
    other = make_document(workspace, submitted=True)
    elsewhere = make_document(make_workspace())
    announced.clear()
    everything = [other.pk, drafts[1].pk, elsewhere.pk, drafts[0].pk, 999_999]

    taken = submit_documents(
        workspace=workspace, document_ids=everything, actor=owner_of(workspace)
    )
    again = submit_documents(workspace=workspace, document_ids=everything, actor=None)

    assert (taken, again) == ([drafts[0].pk, drafts[1].pk], [])
    assert announced == [("submitted", taken)]
    drafts[0].refresh_from_db()
    assert drafts[0].status == Status.SUBMITTED
    assert drafts[0].submitted_by == owner_of(workspace)
    elsewhere.refresh_from_db()
    assert elsewhere.status == Status.DRAFT


def test_a_listener_that_fails_leaves_every_document_a_draft(workspace):
    document = make_document(workspace)

    def fail(**_):
        raise RuntimeError("no queue")

    signals.documents_submitted.connect(fail)
    try:
        with pytest.raises(RuntimeError, match="no queue"):
            submit_documents(workspace=workspace, document_ids=[document.pk], actor=None)
    finally:
        signals.documents_submitted.disconnect(fail)

    document.refresh_from_db()
    assert document.status == Status.DRAFT
    assert not AuditEntry.objects.filter(action="document.submitted").exists()


def test_many_documents_are_submitted_in_as_many_statements_as_one(
    workspace, django_assert_num_queries
):
    party = make_party(workspace)
    one, *many = [make_document(workspace, party=party).pk for _ in range(31)]

    with CaptureQueriesContext(connection) as for_one:
        submit_documents(workspace=workspace, document_ids=[one], actor=None)
    with django_assert_num_queries(len(for_one)):
        assert submit_documents(workspace=workspace, document_ids=many, actor=None) == many


def test_cancelling_announces_what_had_been_submitted_but_no_draft(workspace, announced):
    draft, submitted = make_document(workspace), make_document(workspace, submitted=True)
    announced.clear()
    both = [draft.pk, submitted.pk]

    cancelled = cancel_documents(workspace=workspace, document_ids=both, actor=None)
    again = cancel_documents(workspace=workspace, document_ids=both, actor=None)

    assert (cancelled, again) == (both, [])
    assert announced == [("cancelled", [submitted.pk])]
    assert set(Document.objects.values_list("status", flat=True)) == {Status.CANCELLED}
    assert AuditEntry.objects.filter(subject_id=str(draft.pk)).last().message == (
        f"{draft.number} was cancelled."
    )


def test_a_cancelled_document_cannot_be_submitted(workspace):
    document = make_document(workspace)
    cancel_documents(workspace=workspace, document_ids=[document.pk], actor=None)

    assert submit_documents(workspace=workspace, document_ids=[document.pk], actor=None) == []
