"""Two sides that differ: ours follows, both are taken, and another contact is followed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from bookkeeper import Bookkeeper
from test_xeros_changes_money import choose, pull
from test_xeros_changes_voids import offered

from factories import line, make_allocation, make_party
from tallystick.books.documents import edit_document
from tallystick.books.inputs import DocumentInput
from tallystick.books.models import Document, Kind
from tallystick.sync.acts import taking_over
from tallystick.sync.acts.taking_over import CannotTakeOver
from tallystick.sync.lookup.three_sides import sides_of
from tallystick.sync.models import LinkState, PulledKind
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invoice(books: Books) -> Document:
    invoice = books.submit("INV-1")
    books.work()
    return invoice


def changed_line(**more: Any) -> list[dict[str, Any]]:
    said = {"Description": "Widget", "Quantity": 3, "UnitAmount": "4.15"}
    return [{**said, "AccountCode": "200", "TaxType": "OUTPUT2", **more}]


def edited(books: Books, document: Document, **values: Any) -> None:
    given = {
        "party_number": document.party.number,
        "issued_on": date(2026, 11, 2),
        "due_on": date(2026, 12, 2),
        "currency": "GBP",
        "lines": (line(quantity="3", unit_price="4.15", tax_code="VAT20"),),
        **values,
    }
    edit_document(
        workspace=books.workspace,
        actor=books.owner,
        document_id=document.pk,
        document=DocumentInput(**given),
    )
    document.refresh_from_db()


@pytest.mark.parametrize("kind", [Kind.SALES_INVOICE, Kind.BILL])
def test_ours_follows_what_was_changed_there_and_is_not_sent(
    books: Books, bookkeeper: Bookkeeper, kind: Kind
):
    document = books.submit("N-1", kind=kind)
    books.work()
    tax = "OUTPUT2" if kind == Kind.SALES_INVOICE else "INPUT2"
    account = "200" if kind == Kind.SALES_INVOICE else "300"
    bookkeeper.change(
        books.link(document),
        Date="2026-11-05",
        DueDate="2026-12-20",
        LineItems=[
            *changed_line(Quantity=5, TaxType=tax, AccountCode=account),
            *changed_line(Description="Delivery", Quantity=1, TaxType=tax, AccountCode=account),
        ],
    )
    pull(books, PulledKind.INVOICES)
    assert "follow" in offered(books, document)
    before = books.sandbox.calls()

    assert choose(books, taking_over.follow_theirs, document) == 1
    books.work()

    document.refresh_from_db()
    link = books.link(document)
    assert (document.issued_on, document.due_on) == (date(2026, 11, 5), date(2026, 12, 20))
    said = [(one.description, one.quantity) for one in document.lines.order_by("position")]
    assert said == [("Widget", Decimal(5)), ("Delivery", Decimal(1))]
    assert document.total == Decimal("29.88")
    assert (link.state, link.kept_at) == (LinkState.SYNCED, None)
    assert link.sent_revision == document.revision == 2
    assert books.sandbox.calls() == before
    assert all(not side.differs for side in sides_of(link))
    pull(books, PulledKind.INVOICES)
    assert books.link(document).state == LinkState.SYNCED
    # What is edited here afterwards goes there as always.
    lines = (line(quantity="7", unit_price="4.15", tax_code="VAT20"),)
    edited(books, document, lines=lines, kind=kind)
    books.work()
    assert [one["total"] for one in books.live()] == ["34.86"]


def test_what_has_no_word_here_is_not_offered_and_named(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    bookkeeper.change(books.link(invoice), LineItems=changed_line(TaxType="ZERORATEDOUTPUT"))
    pull(books, PulledKind.INVOICES)

    assert "follow" not in offered(books, invoice)
    with pytest.raises(CannotTakeOver, match="no tax code of yours is ZERORATEDOUTPUT in Xero"):
        choose(books, taking_over.follow_theirs, invoice)
    invoice.refresh_from_db()
    assert (invoice.revision, books.link(invoice).state) == (1, LinkState.HELD)


def test_both_are_taken_where_they_do_not_collide(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    bookkeeper.change(
        books.link(invoice), DueDate="2026-12-20", LineItems=changed_line(Description="Blue")
    )
    edited(
        books,
        invoice,
        reference="Order 7",
        lines=(line(quantity="4", unit_price="4.15", tax_code="VAT20"),),
    )
    books.work()
    assert books.problem(invoice)["code"] == "differs"
    assert "take_both" in offered(books, invoice)

    assert choose(books, taking_over.take_both, invoice) == 1
    books.work()

    invoice.refresh_from_db()
    [copy] = books.live()
    said = (copy["due_date"], copy["reference"], copy["total"])
    assert said == ("2026-12-20", "Order 7", "19.92")
    [there] = bookkeeper.read(f"Invoices/{copy['id']}")["Invoices"]
    assert [one["Description"] for one in there["LineItems"]] == ["Blue"]
    assert invoice.due_on == date(2026, 12, 20)
    assert [one.description for one in invoice.lines.all()] == ["Blue"]
    pull(books, PulledKind.INVOICES)
    assert books.link(invoice).state == LinkState.SYNCED


def test_what_collides_is_named_and_not_taken(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    bookkeeper.change(books.link(invoice), DueDate="2026-12-20", LineItems=changed_line(Quantity=5))
    edited(
        books,
        invoice,
        due_on=date(2026, 12, 24),
        lines=(line(quantity="4", unit_price="4.15", tax_code="VAT20"),),
    )
    books.work()

    assert "take_both" not in offered(books, invoice)
    with pytest.raises(CannotTakeOver, match="due date and line 1: quantity"):
        choose(books, taking_over.take_both, invoice)
    assert [one["total"] for one in books.live()] == ["24.90"]


def test_whoever_was_last_does_not_win_in_silence(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    edited(books, invoice, reference="Ours")
    bookkeeper.change(books.link(invoice), Reference="Theirs")

    pull(books, PulledKind.INVOICES)

    invoice.refresh_from_db()
    assert books.link(invoice).state == LinkState.HELD
    sides = {one.label: one for one in sides_of(books.link(invoice))}
    reference = sides["Reference"]
    assert (reference.sent, reference.theirs, reference.ours) == ("", "Theirs", "Ours")
    assert invoice.reference == "Ours"
    assert [one["reference"] for one in books.live()] == ["Theirs"]


@pytest.fixture
def other(books: Books) -> Document:
    """An invoice of another customer, whose contact is linked."""
    party = make_party(books.workspace, "Pier Bakery", number="C2")
    other = books.submit("INV-2", party)
    books.work()
    return other


def reassign(books: Books, bookkeeper: Bookkeeper, document: Document, contact: object) -> None:
    bookkeeper.change(books.link(document), Contact={"ContactID": str(contact)})
    pull(books, PulledKind.INVOICES)
    document.refresh_from_db()


def test_given_to_another_contact_there_it_is_that_partys_here(
    books: Books, bookkeeper: Bookkeeper, invoice: Document, other: Document
):
    reassign(books, bookkeeper, invoice, books.link(other.party).xero_id)

    link = books.link(invoice)
    assert invoice.party == other.party
    assert (link.state, link.sent_revision) == (LinkState.SYNCED, invoice.revision)
    before = books.sandbox.calls()
    pull(books, PulledKind.INVOICES)
    assert books.link(invoice).state == LinkState.SYNCED
    assert set(books.sandbox.calls() - before) == {"GET Invoices"}
    # And it goes on as that party's.
    edited(books, invoice, reference="Order 7")
    books.work()
    assert books.link(invoice).state == LinkState.SYNCED
    assert books.copy(invoice)["reference"] == "Order 7"


def test_given_to_a_contact_that_is_nobody_here_it_is_asked_about(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    made = bookkeeper.write("PUT", "Contacts", {"Name": "Nobody Here"})

    reassign(books, bookkeeper, invoice, made["ContactID"])

    assert "the contact is Nobody Here there" in books.problem(invoice)["message"]
    assert "follow" not in offered(books, invoice)


def test_with_credit_set_against_it_another_contact_is_asked_about(
    books: Books, bookkeeper: Bookkeeper, invoice: Document, other: Document
):
    note = books.submit("CN-1", invoice.party, kind=Kind.SALES_CREDIT_NOTE)
    make_allocation(note, invoice, "2.00")
    books.work()

    reassign(books, bookkeeper, invoice, books.link(other.party).xero_id)

    assert invoice.party != other.party
    assert books.link(invoice).state == LinkState.HELD


def test_a_merged_contact_is_the_same_party(
    books: Books, bookkeeper: Bookkeeper, invoice: Document, other: Document
):
    bookkeeper.merge(str(books.link(invoice.party).xero_id), into="Pier Bakery")
    bookkeeper.change(books.link(invoice), DueDate="2026-12-20")

    pull(books, PulledKind.CONTACTS, PulledKind.INVOICES)

    invoice.refresh_from_db()
    assert invoice.party.name == "Harbour Cafe"
    assert "contact" not in books.problem(invoice)["message"]
    assert "follow" in offered(books, invoice)
    choose(books, taking_over.follow_theirs, invoice)
    invoice.refresh_from_db()
    assert invoice.due_on == date(2026, 12, 20)
