"""What people decide about links: marked as in Xero, sent again, cleared, done, whose contact it is."""

from uuid import uuid4

import pytest
from bookkeeper import Bookkeeper
from django.test import Client
from django.urls import reverse

from factories import make_document, make_member, make_party, make_payment, make_workspace, owner_of
from tallystick import xero
from tallystick.books.models import Document, Kind
from tallystick.connections.bound import NotConnected
from tallystick.connections.client import client_for
from tallystick.sync.acts import decisions
from tallystick.sync.models import Attempt, Link, LinkState
from tallystick.sync.rounds.jobs import due_organisations
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import Role
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

TYPES = {
    Kind.SALES_INVOICE: "ACCREC",
    Kind.BILL: "ACCPAY",
    Kind.SALES_CREDIT_NOTE: "ACCRECCREDIT",
    Kind.SUPPLIER_CREDIT_NOTE: "ACCPAYCREDIT",
}


def choose(books: Books, act, *records) -> int:
    links = [books.link(record).pk for record in records]
    return act(workspace=books.workspace, actor=books.owner, link_ids=links)


def mark(books: Books, document: Document, number: str) -> None:
    decisions.mark_as_in_xero(
        workspace=books.workspace, actor=books.owner, document_id=document.pk, number=number
    )


@pytest.fixture
def waiting(books: Books) -> dict[Kind, Document]:
    """A document of each kind that waits to be sent."""
    for kind in Kind:
        books.policy(kind, trigger="by_hand")
    return {kind: books.submit(f"N-{kind}", kind=kind) for kind in Kind}


def test_marked_as_in_xero_with_the_right_number_nothing_is_sent(
    books: Books, bookkeeper: Bookkeeper, waiting
):
    for kind, document in waiting.items():
        bookkeeper.make(TYPES[kind], f"X-{kind}", contact=document.party.name, amount="14.94")

    for kind, document in waiting.items():
        mark(books, document, f" X-{kind} ")
    books.work()

    assert len(books.copies()) == 4
    for kind, document in waiting.items():
        link = books.link(document)
        assert link.state == LinkState.SYNCED, link.problem
        assert (link.xero_number, link.claim) == (f"X-{kind}", "")
        assert books.log(document) == [("choose", "done"), ("ask", "done")]


def test_marked_with_a_number_of_other_money_or_another_contact_it_is_a_question(
    books: Books, bookkeeper: Bookkeeper, waiting
):
    invoice, bill = waiting[Kind.SALES_INVOICE], waiting[Kind.BILL]
    note = waiting[Kind.SALES_CREDIT_NOTE]
    bookkeeper.make("ACCREC", "X-1", contact=invoice.party.name, amount="15")
    bookkeeper.make("ACCPAY", "X-2", contact="Bayside Ltd", amount="14.94")
    theirs = bookkeeper.make("ACCRECCREDIT", "X-3", contact="Bayside Ltd", amount="14.94")

    for document, number in ((invoice, "X-1"), (bill, "X-2"), (note, "X-3")):
        mark(books, document, number)
    books.work()

    assert books.problem(invoice)["message"] == (
        "N-sales_invoice is not X-1 of Xero: that one is for Harbour Cafe, 15.00 GBP (draft). "
        "Ours is for Harbour Cafe, 14.94 GBP."
    )
    assert books.problem(bill)["code"] in ("claim_missing", "claim_differs")
    assert books.problem(note)["code"] == "claim_differs"
    assert {books.link(one).state for one in (invoice, bill, note)} == {LinkState.HELD}
    bookkeeper.write(
        "POST", "CreditNotes", {"CreditNoteID": theirs["CreditNoteID"], "Status": "DELETED"}
    )
    assert len(books.copies()) == 3
    books.retry(invoice)
    books.work()
    assert books.copy(invoice)["number"] == "N-sales_invoice", "Retry sends it as a new one"


def test_marked_with_a_number_that_is_not_there_it_is_a_question(books: Books, waiting):
    for document in waiting.values():
        mark(books, document, "NOWHERE")
    books.work()

    assert books.copies() == []
    for kind, document in waiting.items():
        noun = {"sales_invoice": "invoice", "sales_credit_note": "credit note"}.get(
            kind, kind.label.lower()
        )
        assert books.problem(document)["message"] == (
            f"Xero has no {noun} NOWHERE, which {document} was marked as."
        )


def test_what_bears_the_number_already_is_taken_with_one_press(
    books: Books, bookkeeper: Bookkeeper
):
    party = make_party(books.workspace, "Harbour Cafe", number="C1")
    bookkeeper.make("ACCREC", "INV-1", contact="Harbour Cafe", amount="14.94")
    bookkeeper.make("ACCREC", "INV-2", contact="Harbour Cafe", amount="20")
    same, other = books.submit("INV-1", party), books.submit("INV-2", party)
    books.work()
    assert books.states() == {LinkState.HELD: 2}

    assert choose(books, decisions.mark_as_found, same, other) == 2
    books.work()

    assert books.link(same).state == LinkState.SYNCED
    assert books.problem(other)["code"] == "claim_differs"
    assert len(books.copies()) == 2


def test_what_somebody_deleted_there_is_sent_again_once(books: Books, bookkeeper: Bookkeeper):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    books.work()
    for document in documents:
        bookkeeper.change(books.link(document), Status="DELETED")
        books.link(document).refresh_from_db()
    for document in documents:
        ask_again(books, document)
    books.work()
    assert books.states() == {LinkState.HELD: 4}
    assert {books.problem(document)["code"] for document in documents} == {"gone_in_xero"}
    for endpoint in ("Invoices", "CreditNotes"):
        books.sandbox.fault("cut_after", method="PUT", path=f"*/{endpoint}", times=1)

    choose(books, decisions.send_ours, *documents)
    books.work()
    books.come_through(dead_key=True)

    assert books.states() == {LinkState.SYNCED: 4}, [
        books.link(document).problem for document in documents
    ]
    live = [copy for copy in books.copies() if copy["status"] == "DRAFT"]
    assert len(live) == 4
    assert {copy["id"] for copy in live} == {str(books.link(one).xero_id) for one in documents}


def ask_again(books: Books, document: Document) -> None:
    """Somebody edits the document here without changing anything, so that Xero is asked."""
    link = books.link(document)
    link.state = LinkState.FAILED
    link.problem = {"message": "as after a failure", "screen": "document"}
    link.save()
    books.retry(document)


def test_a_cleared_id_sends_what_was_voided_there_under_a_number_that_is_free(
    books: Books, bookkeeper: Bookkeeper
):
    bill = books.submit("B-1", kind=Kind.BILL)
    books.work()
    bookkeeper.change(books.link(bill), Status="DELETED")
    ask_again(books, bill)
    books.work()

    assert choose(books, decisions.clear_xero_id, bill) == 1
    books.work()

    assert books.link(bill).state == LinkState.SYNCED
    assert sorted(copy["status"] for copy in books.copies()) == ["DELETED", "DRAFT"]


def test_marked_as_done_it_stays_out_whatever_comes(books: Books):
    failed = books.submit("INV-1", currency="CHF")
    invoice = books.submit("INV-2")
    payment = make_payment(invoice, "4.00")
    books.work()
    assert {books.link(one).state for one in (failed, payment)} == {
        LinkState.FAILED, LinkState.HELD,
    }  # fmt: skip

    assert choose(books, decisions.mark_done, failed, payment) == 2
    assert choose(books, decisions.mark_done, failed, payment) == 0
    books.policy("payment", when_draft="approve")
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    books.sync_now()
    books.work()

    assert {books.link(one).state for one in (failed, payment)} == {LinkState.EXCLUDED}
    assert books.payments() == []
    assert len(books.copies()) == 1


def test_whose_contact_it_is_a_person_says_and_all_its_documents_go(
    books: Books, bookkeeper: Bookkeeper
):
    client = client_for(books.organisation)
    [theirs, other] = client.create_contacts(
        [
            xero.ContactDraft(name="Harbour Cafe", contact_number="T-9"),
            xero.ContactDraft(name="Other"),
        ],
        "theirs",
    )
    party = make_party(books.workspace, "Harbour Cafe", number="C1")
    documents = [books.submit(f"N-{kind}", party, kind=kind) for kind in Kind]
    books.work()
    assert books.states() == {LinkState.HELD: 4}
    problem = books.problem(documents[0])
    assert problem["code"] == "contact_name_taken"
    [candidate] = problem["details"]["candidates"]
    assert candidate["id"] == theirs.record.contact_id

    use(books, party, candidate["id"].upper())
    books.work()

    assert books.states() == {LinkState.SYNCED: 4}
    assert {copy["contact_id"] for copy in books.copies()} == {candidate["id"]}
    assert other.ok


@pytest.mark.parametrize("contact", ["no id", "11111111-1111-4111-8111-111111111111"])
def test_a_contact_that_is_not_there_is_a_question_again(books: Books, contact: str):
    party = make_party(books.workspace, "Harbour Cafe", number="C1")
    use(books, party, contact)
    document = books.submit("INV-1", party)
    books.work()

    assert books.link(document).state == LinkState.HELD
    assert books.problem(document)["code"] == "contact_missing"
    assert due_organisations() == []
    books.retry(document)
    books.work()
    assert books.link(document).state == LinkState.SYNCED, "Retry finds or makes one"


def test_a_contact_of_another_party_is_refused(books: Books):
    first = books.submit("INV-1", make_party(books.workspace, "First", number="C1"))
    books.work()
    second = make_party(books.workspace, "Second", number="C2")

    use(books, second, str(books.link(first.party).xero_id))
    document = books.submit("INV-2", second)
    books.work()

    assert books.link(document).state == LinkState.HELD
    assert "C1" in books.problem(document)["message"]
    assert books.link(first).state == LinkState.SYNCED


def test_an_archived_contact_chosen_says_so(books: Books, bookkeeper: Bookkeeper):
    [made] = client_for(books.organisation).create_contacts([xero.ContactDraft(name="Old")], "old")
    bookkeeper.write(
        "POST",
        "Contacts",
        {"ContactID": made.record.contact_id, "ContactStatus": "ARCHIVED"},
    )
    party = make_party(books.workspace, "Young", number="C1")
    use(books, party, made.record.contact_id)
    document = books.submit("INV-1", party)
    books.work()

    assert books.problem(document)["code"] == "contact_archived"
    assert due_organisations() == []


def test_an_archived_contact_whose_name_is_taken_is_mended_as_its_remedy_says(
    books: Books, bookkeeper: Bookkeeper
):
    books.submit("INV-1")
    books.work()
    party = books.workspace.parties.get()
    ours = str(books.link(party).xero_id)
    bookkeeper.write("POST", "Contacts", {"ContactID": ours, "ContactStatus": "ARCHIVED"})
    another = bookkeeper.write("PUT", "Contacts", {"Name": party.name})["ContactID"]
    document = books.submit("INV-2")
    books.work()

    remedy = books.problem(document)["remedy"]
    assert "Where another contact bears its name now, give that one another name first" in remedy
    with pytest.raises(AssertionError):
        bookkeeper.press(f"contacts/{ours}/restore")
    bookkeeper.write("POST", "Contacts", {"ContactID": another, "Name": "Somebody else"})
    bookkeeper.press(f"contacts/{ours}/restore")
    books.retry(document)
    books.work()

    assert books.link(document).state == LinkState.SYNCED


def test_a_contact_that_is_not_in_xero_any_more_is_found_or_made_as_its_remedy_says(books: Books):
    books.submit("INV-1")
    books.work()
    party = books.workspace.parties.get()
    ours = books.link(party).xero_id
    Link.objects.filter(party=party).update(xero_id=uuid4())
    document = books.submit("INV-2")
    books.work()
    browser = Client()
    browser.force_login(books.owner)
    at = [books.workspace.slug, party.pk]

    problem = books.problem(document)
    assert problem["code"] == "contact_not_in_xero"
    assert "press Look for its contact anew, then press Retry" in problem["remedy"]
    assert "Look for its contact anew" in browser.get(reverse("party", args=at)).text
    for _ in range(2):
        said = browser.post(reverse("party-contact", args=at), {"contact": ""}, follow=True).text
        assert "looked for in Xero" in said or "Nothing was changed" in said
    books.work()
    books.retry(document)
    books.work()

    assert books.link(document).state == LinkState.SYNCED
    assert books.link(party).xero_id == ours, "found by its number, not made a second time"


def use(books: Books, party, contact_id: str) -> None:
    decisions.use_contact(
        workspace=books.workspace, actor=books.owner, party_id=party.pk, contact_id=contact_id
    )


def test_deciding_is_for_those_who_may_and_on_their_own_workspace(books: Books):
    invoice = books.submit("INV-1", currency="CHF")
    books.work()
    viewer = make_member(books.workspace, Role.VIEWER)
    link = books.link(invoice)
    acts = (
        decisions.approve_in_xero, decisions.send_ours, decisions.keep_theirs, decisions.clear_xero_id,
        decisions.mark_done, decisions.mark_as_found,
    )  # fmt: skip
    for act in acts:
        with pytest.raises(NotAllowed):
            act(workspace=books.workspace, actor=viewer, link_ids=[link.pk])
    stranger = make_document(make_workspace("Elsewhere"))
    owner = owner_of(stranger.workspace)

    for act in acts:
        assert act(workspace=stranger.workspace, actor=owner, link_ids=[link.pk]) == 0
    with pytest.raises(NotConnected):
        decisions.mark_as_in_xero(
            workspace=stranger.workspace, actor=owner, document_id=stranger.pk, number="X"
        )
    assert books.link(invoice).state == LinkState.FAILED
    assert not Attempt.objects.filter(action="choose").exists()
