"""Whose number it is: ours by marker or content, another's as a question, suppliers' as they like."""

from datetime import date

import pytest
from bookkeeper import Bookkeeper

from factories import make_document, make_party
from tallystick.books.models import Kind
from tallystick.sync.models import LinkState
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", [Kind.BILL, Kind.SUPPLIER_CREDIT_NOTE], ids=str)
def test_two_suppliers_may_number_alike(books: Books, kind: Kind):
    mill, press = (make_party(books.workspace, name, number=name) for name in ("Mill", "Press"))

    documents = [books.submit("2026-1", party, kind=kind) for party in (mill, press)]
    books.drain()

    assert {books.link(document).state for document in documents} == {LinkState.SYNCED}
    assert {(copy["number"], copy["contact"]) for copy in books.copies()} == {
        ("2026-1", "Mill"), ("2026-1", "Press"),
    }  # fmt: skip


@pytest.mark.parametrize("kind", [Kind.BILL, Kind.SUPPLIER_CREDIT_NOTE], ids=str)
def test_two_suppliers_alike_are_told_apart_after_a_lost_answer(books: Books, kind: Kind):
    parties = [make_party(books.workspace, name, number=name) for name in ("Mill", "Press")]
    documents = [books.submit("2026-1", party, kind=kind) for party in parties]
    books.sandbox.fault("cut_after", method="PUT", path="re:.*/(Invoices|CreditNotes)", times=1)

    books.drain()
    books.come_through(dead_key=True)

    assert len(books.copies()) == 2
    for document, party in zip(documents, parties, strict=True):
        assert books.copy(document)["contact"] == party.name


@pytest.mark.parametrize(
    ("kind", "typed", "amount"),
    [(Kind.BILL, "ACCPAY", "14.94"), (Kind.SUPPLIER_CREDIT_NOTE, "ACCPAYCREDIT", "15")],
)
def test_what_a_person_typed_of_the_same_supplier_is_a_question(
    books: Books, bookkeeper: Bookkeeper, kind: Kind, typed: str, amount: str
):
    """A bill without our marker, though equal, need not be ours; nor a credit note for other money."""
    bookkeeper.make(typed, "2026-1", contact="Mill", amount=amount)
    books.submit("2026-0", make_party(books.workspace, "Mill", number="S1"), kind=kind)
    books.drain()

    document = books.submit("2026-1", kind=kind)
    books.drain()

    held = books.link(document)
    assert held.state == LinkState.HELD
    assert held.problem["code"] == "number_taken"
    noun = kind.label.lower()
    assert held.problem["message"] == (
        f"Xero already has a {noun} 2026-1, for Mill, {float(amount):.2f} GBP (draft). "
        "Yours is for Mill, 14.94 GBP."
    )
    assert held.problem["details"]["theirs"]["number"] == "2026-1"
    assert len(books.copies()) == 2


def test_what_another_supplier_has_under_the_number_is_nothing_to_us(
    books: Books, bookkeeper: Bookkeeper
):
    bookkeeper.make("ACCPAY", "2026-1", contact="Press")
    gone = bookkeeper.make("ACCPAY", "2026-1", contact="Mill")
    mill = make_party(books.workspace, "Mill", number="S1")
    books.submit("2026-0", mill, kind=Kind.BILL)
    books.drain()
    bookkeeper.write("POST", "Invoices", {"InvoiceID": gone["InvoiceID"], "Status": "DELETED"})

    document = books.submit("2026-1", mill, kind=Kind.BILL)
    books.drain()

    assert books.link(document).state == LinkState.SYNCED


def test_a_sales_credit_note_and_an_invoice_may_bear_one_number(books: Books):
    documents = [
        books.submit("N-1", kind=kind) for kind in (Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE)
    ]

    books.drain()

    assert {books.link(document).state for document in documents} == {LinkState.SYNCED}


@pytest.mark.parametrize("others", [0, 60], ids=["asked by number", "asked by days"])
def test_a_sales_credit_note_whose_number_is_anothers_is_a_question(
    books: Books, bookkeeper: Bookkeeper, others: int
):
    """Of many fresh ones only their days are asked for; what another day hides, Xero refuses."""
    bookkeeper.make("ACCRECCREDIT", "CN-X", contact="Bayside Ltd", Date="2026-01-15")
    neighbours = [
        make_document(
            books.workspace,
            party=books.workspace.parties.first() or make_party(books.workspace, number="C1"),
            kind=Kind.SALES_CREDIT_NOTE,
            number=f"CN-{n}",
            issued_on=date(2026, 11, 1 + n % 28),
            currency="GBP",
            tax_basis="none",
            submitted=True,
        )
        for n in range(others)
    ]

    document = books.submit("CN-X", kind=Kind.SALES_CREDIT_NOTE)
    books.work()

    held = books.link(document)
    assert held.state == LinkState.HELD
    assert held.problem["message"] == (
        "Xero already has a credit note CN-X, for Bayside Ltd, 210.00 GBP (draft). "
        f"Yours is for {document.party}, 14.94 GBP."
    )
    assert {books.link(one).state for one in neighbours} <= {LinkState.SYNCED}
    assert len(books.copies()) == 1 + others


def test_a_number_freed_by_its_question_goes_out(books: Books, bookkeeper: Bookkeeper):
    theirs = bookkeeper.make("ACCRECCREDIT", "CN-1", contact="Bayside Ltd")
    document = books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE)
    books.drain()
    assert books.link(document).state == LinkState.HELD

    bookkeeper.write(
        "POST",
        "CreditNotes",
        {"CreditNoteID": theirs["CreditNoteID"], "CreditNoteNumber": "CN-THEIRS"},
    )
    books.retry(document)
    books.drain()

    assert books.link(document).state == LinkState.SYNCED
    assert {copy["number"] for copy in books.copies()} == {"CN-THEIRS", "CN-1"}
