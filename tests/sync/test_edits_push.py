"""What is edited here after it was sent: written anew while nobody touched it there, else a question."""

from datetime import date
from decimal import Decimal

import pytest
from bookkeeper import Bookkeeper

from factories import line, make_payment
from tallystick.books.documents import DocumentInput, edit_document
from tallystick.books.inputs import LineInput
from tallystick.books.models import Document, Kind
from tallystick.sync.acts import decisions
from tallystick.sync.lookup.three_sides import sides_of, why_of
from tallystick.sync.models import Attempt, AttemptOutcome, Batch, LinkState
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def edit(books: Books, document: Document, quantity: str = "5", *more: str, **given) -> Document:
    """Give the document one line of so many at 4.15, and one of each further quantity."""
    lines = [line(tax_code="VAT20", quantity=each, unit_price="4.15") for each in (quantity, *more)]
    values = {
        "kind": Kind(document.kind),
        "party_number": document.party.number,
        "issued_on": date(2026, 11, 3),
        "due_on": date(2026, 12, 3),
        "currency": document.currency,
        "lines": tuple(lines),
        **given,
    }
    return edit_document(
        workspace=books.workspace,
        actor=books.owner,
        document_id=document.pk,
        document=DocumentInput(**values),
    )


def choose(books: Books, act, document: Document) -> int:
    links = [books.link(document).pk]
    return act(workspace=books.workspace, actor=books.owner, link_ids=links)


def calls_of(books: Books, act) -> dict[str, int]:
    before = books.sandbox.calls()
    act()
    return dict(books.sandbox.calls() - before)


@pytest.fixture
def drifted(books: Books, bookkeeper: Bookkeeper) -> Document:
    """An invoice that a person changed in Xero, edited here since."""
    invoice = books.submit("INV-1", reference="PO 9")
    books.drain()
    bookkeeper.change(books.link(invoice), Reference="Changed by Mary")
    invoice = edit(books, invoice, reference="PO 10")
    books.drain()
    return invoice


def test_untouched_drafts_of_every_kind_are_written_anew_in_few_calls(books: Books):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    for kind in (Kind.BILL, Kind.SUPPLIER_CREDIT_NOTE):
        books.policy(kind, sent_as="SUBMITTED")
    submitted = [books.submit(f"S-{kind}", kind=kind) for kind in Kind]
    books.drain()
    before = {copy["id"]: copy["status"] for copy in books.copies()}

    edited = [edit(books, document, "5", "1") for document in (*documents, *submitted)]
    calls = calls_of(books, books.drain)

    assert calls == {
        "GET Invoices": 1, "GET CreditNotes": 1, "POST Invoices": 1, "POST CreditNotes": 1,
    }  # fmt: skip
    assert {copy["id"]: copy["status"] for copy in books.copies()} == before
    for document in edited:
        copy, link = books.copy(document), books.link(document)
        assert (copy["lines"], Decimal(copy["total"])) == (2, document.total)
        assert copy["date"] == "2026-11-03"
        assert (link.state, link.sent_revision) == (LinkState.SYNCED, 2)
        assert books.log(document) == [("create", "done"), ("update", "done")]


def test_edited_twice_and_before_it_was_sent_it_lands_once_as_it_is_last(books: Books):
    early, late = books.submit("INV-1"), books.submit("INV-2")
    early = edit(books, early, "4")
    books.drain()
    edit(books, late, "6")
    late = edit(books, late, "7")
    books.drain()

    assert len(books.copies()) == 2
    assert Decimal(books.copy(early)["total"]) == early.total
    assert Decimal(books.copy(late)["total"]) == late.total
    assert books.log(early) == [("create", "done")]
    assert books.log(late) == [("create", "done"), ("update", "done")]


@pytest.mark.parametrize("again", [False, True], ids=["created", "updated"])
def test_edited_while_xero_holds_back_its_answer_it_goes_out_once_more(books: Books, again: bool):
    invoice = books.submit("INV-1")
    if again:
        books.drain()
        edit(books, invoice, "4")
    fault = books.sandbox.fault("hold_after", path="re:.*/Invoices", times=1, **_write(again))
    with books.round_in_thread():
        books.sandbox.wait_until_holding(fault)
        edit(books, invoice, "9")
        books.sandbox.release(fault)
    books.work()

    invoice.refresh_from_db()
    assert Decimal(books.copy(invoice)["total"]) == invoice.total == Decimal("44.82")
    assert books.link(invoice).sent_revision == invoice.revision
    assert len(books.copies()) == 1


def _write(again: bool) -> dict[str, str]:
    return {"method": "POST" if again else "PUT"}


def test_edited_between_being_made_ready_and_sealed_the_old_one_is_not_sent(books: Books):
    """The round holds at its question; what it has made ready is stale when it would be sealed."""
    invoice = books.submit("INV-1")
    books.drain()
    edit(books, invoice, "4")
    fault = books.sandbox.fault("hold_before", method="GET", path="*/Invoices", times=1)
    with books.round_in_thread():
        books.sandbox.wait_until_holding(fault)
        edit(books, invoice, "9")
        books.sandbox.release(fault)
    assert Decimal(books.copy(invoice)["total"]) == Decimal("14.94")

    books.work()

    assert Decimal(books.copy(invoice)["total"]) == Decimal("44.82")


@pytest.mark.parametrize("dead_key", [False, True], ids=["key alive", "key dead"])
@pytest.mark.parametrize("loss", ["cut_before", "cut_after"])
def test_a_lost_answer_of_an_update_is_found_again(books: Books, loss: str, dead_key: bool):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    books.drain()
    edited = [edit(books, document, "5", "1") for document in documents]
    for endpoint in ("Invoices", "CreditNotes"):
        books.sandbox.fault(loss, method="POST", path=f"*/{endpoint}", times=1)

    books.drain()
    books.come_through(dead_key=dead_key)

    assert len(books.copies()) == 4
    for document in edited:
        assert Decimal(books.copy(document)["total"]) == document.total
        assert (books.link(document).state, books.link(document).sent_revision) == (
            LinkState.SYNCED, 2,
        )  # fmt: skip
    assert not Batch.objects.filter(settled_at=None).exists()
    assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()


@pytest.mark.parametrize("loss", ["cut_before", "cut_after"])
def test_edited_again_after_a_lost_update_the_last_one_lands(books: Books, loss: str):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    books.drain()
    for document in documents:
        edit(books, document, "5")
    books.sandbox.fault(loss, method="POST", path="*/Invoices", times=1)
    books.drain()

    edited = [edit(books, document, "6") for document in documents]
    books.come_through(dead_key=True)

    for document in edited:
        assert books.link(document).state == LinkState.SYNCED, books.link(document).problem
        assert Decimal(books.copy(document)["total"]) == document.total


@pytest.mark.parametrize("loss", ["cut_before", "cut_after"])
def test_edited_after_a_lost_creation_it_is_one_document_as_it_is_last(books: Books, loss: str):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    for endpoint in ("Invoices", "CreditNotes"):
        books.sandbox.fault(loss, method="PUT", path=f"*/{endpoint}", times=1)
    books.drain()

    edited = [edit(books, document, "6") for document in documents]
    books.come_through(dead_key=True)

    assert len(books.copies()) == 4
    for document in edited:
        assert books.link(document).state == LinkState.SYNCED, books.link(document).problem
        assert Decimal(books.copy(document)["total"]) == document.total


@pytest.mark.parametrize("what", ["number", "prefix"])
@pytest.mark.parametrize("loss", ["cut_before", "cut_after"])
def test_renumbered_after_a_lost_creation_it_is_still_one_document(
    books: Books, loss: str, what: str
):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    for endpoint in ("Invoices", "CreditNotes"):
        books.sandbox.fault(loss, method="PUT", path=f"*/{endpoint}", times=1)
    books.drain()
    books.let_lease_end()
    books.drain()

    for document in documents:
        if what == "number":
            edit(books, document, "6", number=f"NEW-{document.kind}")
        else:
            books.policy(document.kind, number_prefix="NEW-")
    books.come_through(dead_key=True)

    assert len(books.copies()) == 4
    for document in documents:
        link = books.link(document)
        assert link.state == LinkState.SYNCED, link.problem
        assert books.copy(document)["number"] == link.xero_number
        if what == "number":
            assert link.xero_number == f"NEW-{document.kind}"


def test_what_is_emptied_here_is_emptied_there(books: Books):
    kinds = (Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE)
    documents = [books.submit(f"N-{kind}", kind=kind, reference="PO 9") for kind in kinds]
    books.drain()

    for document in documents:
        edit(books, document, reference="")
    books.drain()

    assert {books.copy(document)["reference"] for document in documents} == {""}
    assert {books.link(document).state for document in documents} == {LinkState.SYNCED}


def test_mere_texts_go_over_an_approved_copy(books: Books, bookkeeper: Bookkeeper):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    books.drain()
    lines = (line(tax_code="VAT20"), LineInput(description="As agreed on Monday"))
    for document in documents:
        bookkeeper.approve(books.link(document))
        edit(books, document, lines=lines)
    books.drain()

    for document in documents:
        choose(books, decisions.send_ours, document)
    books.drain()

    for document in documents:
        assert books.link(document).state == LinkState.SYNCED, books.problem(document)
        assert (books.copy(document)["lines"], books.copy(document)["total"]) == (2, "12.00")


def test_renumbered_here_the_same_copy_is_renumbered_there(books: Books):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    books.drain()

    for document in documents:
        edit(books, document, number=f"NEW-{document.kind}")
    books.drain()

    assert {copy["number"] for copy in books.copies()} == {f"NEW-{kind}" for kind in Kind}
    assert {books.link(document).xero_number for document in documents} == {
        f"NEW-{kind}" for kind in Kind
    }


def test_renumbered_to_one_that_somebody_has_is_a_question(books: Books, bookkeeper: Bookkeeper):
    bookkeeper.make("ACCREC", "TAKEN", contact="Bayside Ltd")
    invoice = books.submit("INV-1")
    books.drain()

    edit(books, invoice, number="TAKEN")
    books.work()

    link = books.link(invoice)
    assert link.state in (LinkState.HELD, LinkState.FAILED)
    assert link.problem["code"] == "number_taken"
    assert books.copy(invoice)["number"] == "INV-1"
    edit(books, invoice, number="FREE")
    books.work()
    assert books.copy(invoice)["number"] == "FREE"


def test_touched_by_a_person_it_is_drift_with_its_three_sides(books: Books, drifted: Document):
    held = books.link(drifted)

    assert held.state == LinkState.HELD
    assert held.problem["code"] == "differs"
    assert held.problem["message"] == (
        "Xero has INV-1 for 14.94 GBP, here it is 24.90 GBP; somebody changed it there, and "
        "people's changes are not overwritten."
    )
    sides = {side.label: side for side in sides_of(held)}
    reference, quantity = sides["Reference"], sides["Line 1, quantity"]
    assert (reference.sent, reference.theirs, reference.ours) == (
        "PO 9", "Changed by Mary", "PO 10",
    )  # fmt: skip
    assert (quantity.sent, quantity.theirs, quantity.ours) == ("3", "3", "5")
    assert reference.differs
    assert not sides["Line 1, price"].differs
    assert sides["Contact"].ours == drifted.party.name
    [why] = why_of(held)
    assert (why["account"]["code"], why["account"]["level"]) == ("200", "the workspace default")
    assert why["tax"]["level"] == "the line"


def test_theirs_is_kept_until_it_is_edited_again(books: Books, drifted: Document):
    assert choose(books, decisions.keep_theirs, drifted) == 1
    books.work()

    assert books.link(drifted).state == LinkState.SYNCED
    assert books.copy(drifted)["reference"] == "Changed by Mary"
    edit(books, drifted, "8", reference="PO 11")
    books.work()
    assert books.copy(drifted)["reference"] == "PO 11", "what was accepted is nobody's change"


def test_ours_takes_the_place_of_theirs(books: Books, drifted: Document):
    books.sandbox.fault("cut_after", method="POST", path="*/Invoices", times=1)

    assert choose(books, decisions.send_ours, drifted) == 1
    books.work()
    books.come_through(dead_key=True)

    assert books.copy(drifted)["reference"] == "PO 10"
    assert Decimal(books.copy(drifted)["total"]) == drifted.total
    assert books.link(drifted).state == LinkState.SYNCED
    assert len(books.copies()) == 1


def test_what_was_approved_there_is_drift_too(books: Books, bookkeeper: Bookkeeper):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    books.drain()
    for document in documents:
        bookkeeper.approve(books.link(document))

    edited = [edit(books, document) for document in documents]
    books.work()

    for document in edited:
        assert books.link(document).state == LinkState.HELD
        assert (
            "it is authorised there, so it is not changed without you"
            in (books.problem(document)["message"])
        )
        choose(books, decisions.send_ours, document)
    books.work()
    for document in edited:
        copy = books.copy(document)
        assert (copy["status"], Decimal(copy["total"])) == ("AUTHORISED", document.total)
        assert books.link(document).xero_status == "AUTHORISED"


def test_what_is_paid_there_cannot_be_overwritten_and_says_so(books: Books):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = books.submit("INV-1")
    make_payment(invoice, "4.00")
    books.drain()
    edit(books, invoice)
    books.work()
    assert books.link(invoice).state == LinkState.HELD

    choose(books, decisions.send_ours, invoice)
    books.work()

    held = books.link(invoice)
    assert held.state == LinkState.HELD
    assert held.problem["message"] == (
        "Ours was not sent over INV-1. It is authorised in Xero with payments or credits of 4.00 "
        "GBP on it, so it cannot be written over."
    )
    assert books.copy(invoice)["total"] == "14.94"
    choose(books, decisions.keep_theirs, invoice)
    books.work()
    assert books.link(invoice).state == LinkState.SYNCED


def test_edited_after_somebody_deleted_the_draft_there_it_is_a_question(
    books: Books, bookkeeper: Bookkeeper
):
    invoice = books.submit("INV-1")
    books.drain()
    bookkeeper.change(books.link(invoice), Status="DELETED")

    edit(books, invoice)
    books.work()

    assert books.problem(invoice)["message"] == (
        "INV-1 was sent to Xero before and was deleted there by somebody."
    )
    assert books.live() == []


def test_an_edit_meets_a_cancellation_and_leaves_nothing_live(books: Books):
    invoice = books.submit("INV-1")
    books.drain()
    edit(books, invoice)
    fault = books.sandbox.fault("hold_after", method="POST", path="*/Invoices", times=1)
    with books.round_in_thread():
        books.sandbox.wait_until_holding(fault)
        books.cancel(invoice)
        books.sandbox.release(fault)
    books.work()

    assert books.live() == []
    assert books.link(invoice).state == LinkState.RETRACTED


def test_many_edits_at_once_end_as_they_are_last(books: Books):
    """Edits and rounds at the same time, again and again."""
    documents = [books.submit(f"INV-{n}") for n in range(6)]
    books.drain()

    def keep_editing() -> None:
        for quantity in range(4, 12):
            for document in documents:
                edit(books, document, str(quantity))

    with books.in_thread(keep_editing) as editing:
        while editing.is_alive():
            books.drain()
    books.work()

    assert len(books.copies()) == 6
    assert {copy["total"] for copy in books.copies()} == {"54.78"}
    assert books.states() == {LinkState.SYNCED: 6}
