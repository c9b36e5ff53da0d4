"""Every kind of document lands as one draft, once, equal to the cent, whatever befalls the round."""

from decimal import Decimal

import pytest

from factories import line, make_party
from tallystick.books.inputs import LineInput
from tallystick.books.models import Document, Kind
from tallystick.connections.client import client_for
from tallystick.sync.engine.lane_lease import holding_lane
from tallystick.sync.engine.writing_hands import WritingHands
from tallystick.sync.lookup import ready_documents
from tallystick.sync.lookup.ready_documents import marker_of
from tallystick.sync.models import Attempt, AttemptOutcome, Batch, LinkState
from tallystick.sync.reports.link_states import document_state
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

TYPES = {
    Kind.SALES_INVOICE: "ACCREC",
    Kind.BILL: "ACCPAY",
    Kind.SALES_CREDIT_NOTE: "ACCRECCREDIT",
    Kind.SUPPLIER_CREDIT_NOTE: "ACCPAYCREDIT",
}


def one_of_each(books: Books, number: str = "N-1", **given) -> dict[Kind, Document]:
    return {kind: books.submit(f"{number}-{kind}", kind=kind, **given) for kind in Kind}


def test_a_document_of_each_kind_becomes_one_draft_equal_to_the_cent(books: Books):
    mill = make_party(books.workspace, "Zoë's Mill", number="S1")

    documents = one_of_each(books, party=mill, reference="PO 9")
    books.drain()

    for kind, document in documents.items():
        copy = books.copy(document)
        assert (copy["type"], copy["number"], copy["status"]) == (
            TYPES[kind], document.number, "DRAFT",
        )  # fmt: skip
        assert (copy["contact"], copy["contact_number"]) == ("Zoë's Mill", "S1")
        assert Decimal(copy["total"]) == document.total == Decimal("14.94")
        assert Decimal(copy["total_tax"]) == document.tax == Decimal("2.49")
        assert copy["reference"] == ("" if kind.is_purchase else "PO 9")
        assert copy.get("url") == (None if kind.is_credit else marker_of(document))
        assert books.log(document) == [("create", "done")]
        state = document_state(document)
        assert (state.word, state.xero_status) == ("In Xero", "Draft")
    assert len(books.copies()) == 4


def test_a_round_of_all_kinds_asks_and_creates_in_few_calls(books: Books):
    for n in range(60):
        books.submit(f"N-{n}", kind=list(Kind)[n % 4])
    before = books.sandbox.calls()

    books.drain()

    assert books.states() == {LinkState.SYNCED: 60}
    assert len(books.copies()) == 60
    assert dict(books.sandbox.calls() - before) == {
        "GET Contacts": 1,
        "PUT Contacts": 1,
        "GET Invoices": 1,
        "PUT Invoices": 1,
        "GET CreditNotes": 1,
        "PUT CreditNotes": 1,
    }


def test_credit_notes_among_many_invoices_fill_their_requests_too(books: Books, monkeypatch):
    monkeypatch.setattr(ready_documents, "DOCUMENTS_A_ROUND", 4)
    for n in range(18):
        kind = Kind.SALES_CREDIT_NOTE if n % 6 == 5 else Kind.SALES_INVOICE
        books.submit(f"N-{n}", kind=kind)

    with holding_lane(books.organisation) as lease:
        hands = WritingHands(lease, client_for(books.organisation))
        due = [link.document.number for link in ready_documents.due_documents(hands)]

    assert due == ["N-0", "N-1", "N-2", "N-3", "N-5", "N-11", "N-17"]


@pytest.mark.parametrize("dead_key", [False, True], ids=["key alive", "key dead"])
@pytest.mark.parametrize("loss", ["cut_before", "cut_after", "half"])
def test_a_lost_answer_doubles_no_document_of_any_kind(books: Books, loss: str, dead_key: bool):
    documents = one_of_each(books)
    for endpoint in ("Invoices", "CreditNotes"):
        books.sandbox.fault(loss, method="PUT", path=f"*/{endpoint}", times=1)

    books.drain()
    assert books.link(documents[Kind.BILL]).state == LinkState.SENDING
    books.come_through(dead_key=dead_key)

    assert len(books.copies()) == 4
    assert books.states() == {LinkState.SYNCED: 4}
    assert_nothing_is_open()


def test_what_a_forgetful_database_sends_again_is_confirmed_instead(books: Books):
    """Our marker tells that it is ours; where Xero keeps none, number, contact and total do."""
    documents = one_of_each(books)
    books.drain()
    ids = {kind: books.link(document).xero_id for kind, document in documents.items()}
    for document in documents.values():
        books.link(document).delete()

    books.sync_now()
    books.drain()

    assert {kind: books.link(document).xero_id for kind, document in documents.items()} == ids
    assert len(books.copies()) == 4
    assert {books.log(document)[-1] for document in documents.values()} == {("ask", "done")}


def test_what_xero_refuses_of_each_kind_fails_alone(books: Books):
    good = one_of_each(books)
    bad = one_of_each(books, "BAD", currency="EUR", currency_rate="1.1")
    books.drain()
    assert books.states() == {LinkState.SYNCED: 8}

    refused = one_of_each(books, "WORSE", currency="CHF")
    books.organisation.currencies.create(code="CHF")
    books.drain()

    assert {books.link(one).state for one in [*good.values(), *bad.values()]} == {LinkState.SYNCED}
    for document in refused.values():
        problem = books.problem(document)
        assert problem["code"] == "currency_missing"
        assert document.number in problem["message"]
        assert "subscribed to currency CHF" in problem["message"]


@pytest.mark.parametrize("status", ["SUBMITTED", "AUTHORISED"])
def test_mere_texts_and_four_decimals_go_approved_too(books: Books, status: str):
    lines = [
        line(tax_code="VAT20", quantity="1.2345", unit_price="4.1499"),
        LineInput(description="As agreed on Monday"),
    ]
    for kind in Kind:
        books.policy(kind, sent_as=status)

    documents = one_of_each(books, lines=lines)
    books.drain()

    for document in documents.values():
        copy = books.copy(document)
        assert (copy["status"], copy["lines"], Decimal(copy["total"])) == (
            status, 2, document.total,
        )  # fmt: skip


def assert_nothing_is_open() -> None:
    assert not Batch.objects.filter(settled_at=None).exists()
    assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()
