"""Tax of a line as its source states it: taken over to the cent, wherever sums are made."""

from decimal import Decimal

import pytest
from django.db import connection

from factories import line, make_document, make_tax_code, make_workspace
from tallystick.books.documents import amend_document, cancel_documents, edit_document
from tallystick.books.errors import InvalidRecord
from tallystick.books.inputs import DocumentInput
from tallystick.books.models import Document, TaxBasis
from tallystick.books.tax_codes import set_default_tax_code
from tallystick.books.taxing import add_missing_tax
from tallystick.workspaces.models import Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    workspace = make_workspace()
    make_tax_code(workspace, "VAT20", "20")
    return workspace


def sums(document: Document) -> tuple[Decimal, Decimal, Decimal]:
    document.refresh_from_db()
    return document.subtotal, document.tax, document.total


def taxes(document: Document) -> list[tuple[Decimal, bool]]:
    return list(document.lines.order_by("position").values_list("tax", "tax_is_stated"))


@pytest.mark.parametrize(
    ("basis", "amount", "tax", "sums_"),
    [
        (TaxBasis.EXCLUSIVE, "49.12", "9.83", ("49.12", "9.83", "58.95")),
        (TaxBasis.INCLUSIVE, "58.95", "9.83", ("49.12", "9.83", "58.95")),
        (TaxBasis.INCLUSIVE, "58.95", "9.82", ("49.13", "9.82", "58.95")),
        (TaxBasis.EXCLUSIVE, "-10.00", "-1.99", ("-10.00", "-1.99", "-11.99")),
        (TaxBasis.EXCLUSIVE, "0.03", "0", ("0.03", "0.00", "0.03")),
        (TaxBasis.EXCLUSIVE, "5.00", "5.00", ("5.00", "5.00", "10.00")),
    ],
)
def test_stated_tax_is_the_lines_tax_and_makes_the_documents_sums(
    workspace, basis, amount, tax, sums_
):
    document = make_document(
        workspace,
        tax_basis=basis,
        lines=[line(unit_price=amount, tax_code="VAT20", tax=tax)],
    )

    assert sums(document) == tuple(map(Decimal, sums_))
    assert taxes(document) == [(Decimal(tax), True)]


def test_lines_that_state_none_beside_it_are_taxed_by_their_rate(workspace):
    document = make_document(
        workspace,
        lines=[line(tax_code="VAT20", tax="1.99"), line(tax_code="VAT20"), line(tax="0.50")],
    )

    assert taxes(document) == [
        (Decimal("1.99"), True),
        (Decimal("2.00"), False),
        (Decimal("0.50"), True),
    ]
    assert sums(document) == (Decimal("30.00"), Decimal("4.49"), Decimal("34.49"))


@pytest.mark.parametrize(
    ("basis", "stated", "said"),
    [
        (TaxBasis.EXCLUSIVE, "-2.00", "the other way than 10.00. Give both the same sign"),
        (TaxBasis.INCLUSIVE, "10.01", "more than the line's amount 10.00. Correct one of them"),
        (TaxBasis.NONE, "2.00", "one without tax. Leave the tax out"),
        (TaxBasis.EXCLUSIVE, "2.001", "at most 2 decimals"),
        (TaxBasis.EXCLUSIVE, "NaN", "Enter a number"),
    ],
)
def test_stated_tax_that_cannot_be_one_on_the_amount_is_refused(workspace, basis, stated, said):
    with pytest.raises(InvalidRecord, match=said) as caught:
        make_document(workspace, tax_basis=basis, lines=[line(), line(tax=stated)])

    assert [(each.line, each.field) for each in caught.value.problems] == [(2, "tax")]


def test_a_copy_in_place_of_a_cancelled_document_keeps_it(workspace):
    document = make_document(workspace, lines=[line(tax_code="VAT20", tax="1.99")], submitted=True)
    cancel_documents(workspace=workspace, document_ids=[document.pk], actor=None)

    copy = amend_document(workspace=workspace, actor=None, document_id=document.pk)

    assert (sums(copy), taxes(copy)) == (sums(document), [(Decimal("1.99"), True)])


def test_an_edit_that_states_none_any_more_goes_back_to_the_rate(workspace):
    document = make_document(workspace, lines=[line(tax_code="VAT20", tax="1.99")])
    given = DocumentInput(
        party_number=document.party.number,
        issued_on=document.issued_on,
        due_on=document.due_on,
        lines=(line(tax_code="VAT20"),),
    )

    edit_document(workspace=workspace, actor=None, document_id=document.pk, document=given)

    assert taxes(document) == [(Decimal("2.00"), False)]
    assert sums(document)[2] == Decimal("12.00")


def test_adding_missing_tax_leaves_what_is_stated_and_counts_it(workspace):
    document = make_document(workspace, lines=[line(tax="1.99"), line()])
    code = workspace.tax_codes.get()
    set_default_tax_code(workspace=workspace, tax_code=code)

    add_missing_tax(workspace=workspace, actor=None, document_ids=[document.pk])

    assert taxes(document) == [(Decimal("1.99"), True), (Decimal("2.00"), False)]
    assert sums(document) == (Decimal("20.00"), Decimal("3.99"), Decimal("23.99"))
    assert set(document.lines.values_list("tax_code", flat=True)) == {code.pk}


def test_a_stated_total_takes_the_default_from_computed_lines_alone(workspace):
    set_default_tax_code(workspace=workspace, tax_code=workspace.tax_codes.get())

    document = make_document(workspace, lines=[line(tax="1.99"), line()], total="21.99")

    assert taxes(document) == [(Decimal("1.99"), True), (Decimal("0.00"), False)]
    assert sums(document) == (Decimal("20.00"), Decimal("1.99"), Decimal("21.99"))


def test_lines_written_without_the_column_state_no_tax(workspace):
    document = make_document(workspace)

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO books_line (document_id, position, item_code, description, tax_level, "
            "account_code, charge, tracking, amount, tax) "
            "VALUES (%s, 2, '', 'Text', '', '', '', '[]', 0, 0)",
            [document.pk],
        )

    assert taxes(document)[1] == (Decimal("0.00"), False)
