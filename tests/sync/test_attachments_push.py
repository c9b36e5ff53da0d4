"""The document's PDF beside its copy: once, again after an edit, and a remark where it is refused."""

from datetime import date
from typing import Any

import pytest
from bookkeeper import Bookkeeper

from factories import line
from tallystick.books.documents import DocumentInput, edit_document
from tallystick.books.models import Document, Kind
from tallystick.books.pdf import document_pdf
from tallystick.sync.models import LinkState
from tallystick.sync.reports.link_states import document_state
from tallystick.sync.rounds.jobs import due_organisations
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(books: Books) -> Books:
    """The books, where PDFs are attached to every kind."""
    for kind in Kind:
        books.policy(kind, attach_pdf=True)
    return books


def path_of(document: Document) -> str:
    return "CreditNotes" if Kind(document.kind).is_credit else "Invoices"


def files_of(bookkeeper: Bookkeeper, document: Document) -> list[dict[str, Any]]:
    link = bookkeeper.books.link(document)
    found = bookkeeper.read(f"{path_of(document)}/{link.xero_id}/Attachments")
    attachments: list[dict[str, Any]] = found["Attachments"]
    return attachments


def puts(books: Books) -> int:
    return sum(
        count
        for call, count in books.sandbox.calls().items()
        if call.startswith("PUT") and "/Attachments/" in call
    )


def edit(books: Books, document: Document) -> Document:
    return edit_document(
        workspace=books.workspace,
        actor=books.owner,
        document_id=document.pk,
        document=DocumentInput(
            kind=Kind(document.kind),
            party_number=document.party.number,
            issued_on=date(2026, 11, 3),
            due_on=date(2026, 12, 3),
            currency="GBP",
            lines=(line(tax_code="VAT20", quantity="5"),),
        ),
    )


def test_every_kind_gets_its_pdf_once(books: Books, bookkeeper: Bookkeeper):
    documents = [books.submit(f"N/{kind} 1+2", kind=kind) for kind in Kind]

    books.work()
    books.work()

    for document in documents:
        [file] = files_of(bookkeeper, document)
        assert file["FileName"] == f"N-{document.kind} 1-2.pdf"
        assert file["MimeType"] == "application/pdf"
        assert books.log(document) == [("create", "done"), ("attach", "done")]
        assert books.link(document).state == LinkState.SYNCED
    assert puts(books) == 4
    [file] = files_of(bookkeeper, documents[0])
    content = bookkeeper.content(f"Invoices/{books.link(documents[0]).xero_id}", file["FileName"])
    assert content == document_pdf(documents[0])


def test_after_an_edit_the_new_one_takes_the_place_of_the_old(books: Books, bookkeeper: Bookkeeper):
    invoice = books.submit("INV-1")
    books.work()

    invoice = edit(books, invoice)
    books.work()

    [file] = files_of(bookkeeper, invoice)
    content = bookkeeper.content(f"Invoices/{books.link(invoice).xero_id}", file["FileName"])
    assert content == document_pdf(invoice)
    assert puts(books) == 2


def test_where_it_is_not_switched_on_there_is_none(books: Books, bookkeeper: Bookkeeper):
    books.policy(Kind.BILL, attach_pdf=False)
    bill = books.submit("B-1", kind=Kind.BILL)

    books.work()

    assert files_of(bookkeeper, bill) == []
    assert puts(books) == 0


def test_refused_the_document_stays_in_xero_with_a_remark_and_retry_sends_the_pdf(
    books: Books, bookkeeper: Bookkeeper
):
    fault = books.sandbox.fault(
        "status",
        status=400,
        body='{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception '
        'occurred","Elements":[{"ValidationErrors":[{"Message":"The attachment has no content"}]}]}',
        headers={"Content-Type": "application/json"},
        method="PUT",
        path="*/Attachments/*",
    )
    invoice = books.submit("INV-1")
    books.work()

    link = books.link(invoice)
    assert link.state == LinkState.SYNCED
    assert link.problem["code"] == "not_attached"
    assert "INV-1: Its PDF was not attached in Xero" in link.problem["message"]
    state = document_state(invoice)
    assert (state.word, state.can_retry) == ("In Xero", True)
    assert state.problem["remedy"].startswith("The document itself is in Xero.")
    assert due_organisations() == [], "it is not tried without end"
    assert books.log(invoice) == [("create", "done"), ("attach", "failed")]

    books.sandbox.remove_fault(fault)
    assert books.retry(invoice) == 1
    books.work()

    assert len(files_of(bookkeeper, invoice)) == 1
    assert books.link(invoice).problem is None
    assert books.link(invoice).state == LinkState.SYNCED


@pytest.mark.parametrize("dead_key", [False, True], ids=["key alive", "key dead"])
@pytest.mark.parametrize("loss", ["cut_before", "cut_after"])
def test_a_lost_answer_leaves_one_file_at_most_and_says_where_it_is_unsure(
    books: Books, bookkeeper: Bookkeeper, loss: str, dead_key: bool
):
    invoice = books.submit("INV-1")
    books.sandbox.fault(loss, method="PUT", path="*/Attachments/*", times=1)

    books.work()
    books.come_through(dead_key=dead_key)

    link = books.link(invoice)
    assert link.state == LinkState.SYNCED
    if link.problem:
        assert dead_key
        books.retry(invoice)
        books.work()
    assert len(files_of(bookkeeper, invoice)) == 1
    assert books.link(invoice).problem is None


def test_cancelled_while_its_pdf_is_on_its_way_it_leaves_xero(books: Books):
    invoice = books.submit("INV-1")
    fault = books.sandbox.fault("hold_after", method="PUT", path="*/Attachments/*", times=1)
    with books.round_in_thread():
        books.sandbox.wait_until_holding(fault)
        books.cancel(invoice)
        books.sandbox.release(fault)
    books.work()

    assert books.live() == []
    assert books.link(invoice).state == LinkState.RETRACTED


def test_edited_while_its_pdf_is_on_its_way_copy_and_pdf_are_the_last(
    books: Books, bookkeeper: Bookkeeper
):
    invoice = books.submit("INV-1")
    fault = books.sandbox.fault("hold_after", method="PUT", path="*/Attachments/*", times=1)
    with books.round_in_thread():
        books.sandbox.wait_until_holding(fault)
        edited = edit(books, invoice)
        books.sandbox.release(fault)
    books.work()

    assert books.copy(invoice)["total"] == str(edited.total)
    [file] = files_of(bookkeeper, invoice)
    content = bookkeeper.content(f"Invoices/{books.link(invoice).xero_id}", file["FileName"])
    assert content == document_pdf(edited)
