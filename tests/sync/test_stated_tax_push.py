"""Tax as the source states it, in Xero to the cent: sent, checked, edited, sent again, copied."""

from decimal import Decimal

import pytest
from bookkeeper import Bookkeeper

from factories import line
from tallystick.books.documents import (
    DocumentInput,
    amend_document,
    edit_document,
    submit_documents,
)
from tallystick.books.inputs import LineInput
from tallystick.books.models import Document, Kind, TaxBasis
from tallystick.sync.links.contents import came_back_for
from tallystick.sync.models import Check, Lane, LinkState
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

#: A cent off the rate, one by itself and one beside a line that is computed.
LINES = [line("Frame", unit_price="58.95", tax_code="VAT20", tax="9.82"), line(tax_code="VAT20")]


def money(books: Books, document: Document) -> tuple[Decimal, ...]:
    """Return subtotal, tax and total of the copy in Xero, having seen that they equal ours."""
    document.refresh_from_db()
    assert books.link(document).state == LinkState.SYNCED, books.link(document).problem
    copy = books.copy(document)
    there = tuple(Decimal(copy[name]) for name in ("sub_total", "total_tax", "total"))
    assert there == (document.subtotal, document.tax, document.total)
    return there


def taxes_there(books: Books, document: Document) -> list[str]:
    content = came_back_for(books.link(document))
    assert content is not None
    return [one["tax_amount"] for one in content["lines"]]


def edit(books: Books, document: Document, *lines: LineInput) -> None:
    given = DocumentInput(
        kind=Kind(document.kind),
        party_number=document.party.number,
        issued_on=document.issued_on,
        due_on=document.due_on,
        currency=document.currency,
        tax_basis=TaxBasis(document.tax_basis),
        lines=lines,
    )
    edit_document(
        workspace=books.workspace, actor=books.owner, document_id=document.pk, document=given
    )


@pytest.mark.parametrize("status", ["DRAFT", "AUTHORISED"])
@pytest.mark.parametrize("kind", Kind)
def test_stated_tax_stands_in_xero_to_the_cent(books: Books, kind, status):
    books.policy(kind, sent_as=status)
    exclusive = books.submit(
        "N-1", kind=kind, lines=[line(unit_price="49.12", tax_code="VAT20", tax="9.83")]
    )
    inclusive = books.submit("N-2", kind=kind, tax_basis=TaxBasis.INCLUSIVE, lines=LINES)
    as_by_rate = books.submit(
        "N-3",
        kind=kind,
        tax_basis=TaxBasis.INCLUSIVE,
        lines=[line(unit_price="58.95", tax_code="VAT20", tax="9.83")],
    )

    books.work()

    assert money(books, exclusive) == tuple(map(Decimal, ("49.12", "9.83", "58.95")))
    assert money(books, inclusive) == tuple(map(Decimal, ("57.46", "11.49", "68.95")))
    assert money(books, as_by_rate) == tuple(map(Decimal, ("49.12", "9.83", "58.95")))
    assert taxes_there(books, inclusive) == ["9.82", "1.67"]


def test_an_edit_sends_stated_tax_again_and_a_line_without_goes_back_to_the_rate(books: Books):
    invoice = books.submit("INV-1", tax_basis=TaxBasis.INCLUSIVE, lines=LINES)
    books.work()

    edit(books, invoice, LINES[0], line("Cup", tax_code="VAT20"))
    books.work()
    assert money(books, invoice)[1] == Decimal("11.49")
    assert taxes_there(books, invoice) == ["9.82", "1.67"]

    edit(books, invoice, line("Frame", unit_price="58.95", tax_code="VAT20"))
    books.work()
    assert money(books, invoice)[1] == Decimal("9.83")
    assert books.log(invoice) == [("create", "done"), ("update", "done"), ("update", "done")]


def test_stopped_by_the_rate_of_its_code_it_goes_out_once_it_is_computed(books: Books):
    invoice = books.submit("INV-1", lines=[line(tax_code="VAT20", tax="0")])
    books.work()
    assert books.problem(invoice)["code"] == "stated_tax"
    assert "makes 2.00 GBP of it" in books.problem(invoice)["message"]

    edit(books, invoice, line(tax_code="VAT20"))
    books.work()

    assert money(books, invoice) == tuple(map(Decimal, ("10.00", "2.00", "12.00")))


def test_a_copy_in_place_of_a_cancelled_document_goes_out_with_stated_tax(books: Books):
    invoice = books.submit("INV-1", tax_basis=TaxBasis.INCLUSIVE, lines=LINES)
    books.work()
    books.cancel(invoice)
    books.work()

    copy = amend_document(workspace=books.workspace, actor=books.owner, document_id=invoice.pk)
    submit_documents(workspace=books.workspace, actor=books.owner, document_ids=[copy.pk])
    books.work()

    assert money(books, copy)[1] == Decimal("11.49")


def check(books: Books) -> Check:
    Lane.objects.update(check_due_at="2000-01-01T00:00Z")
    books.work()
    return Check.objects.latest("pk")


def test_a_check_finds_no_drift_in_it_and_finds_it_where_somebody_computes_it_by_the_rate(
    books: Books, bookkeeper: Bookkeeper
):
    invoice = books.submit("INV-1", tax_basis=TaxBasis.INCLUSIVE, lines=LINES)
    books.work()
    bookkeeper.approve(books.link(invoice))

    seen = check(books)

    assert (seen.compared, seen.differing) == (1, 0)
    assert books.link(invoice).state == LinkState.SYNCED
    by_rate = {"AccountCode": "200", "TaxType": "OUTPUT2", "Quantity": 1}
    bookkeeper.change(
        books.link(invoice),
        LineItems=[
            {**by_rate, "Description": "Frame", "UnitAmount": "58.95"},
            {**by_rate, "Description": "Widget", "UnitAmount": "10.00"},
        ],
    )
    assert check(books).differing == 1
    assert "the tax total is 11.50 GBP there and 11.49 GBP" in books.problem(invoice)["message"]
