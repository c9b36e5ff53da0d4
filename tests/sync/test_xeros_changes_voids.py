"""Voided in Xero ends cancelled here, with an undo; deleted there asks, and is sent again once."""

from decimal import Decimal

import pytest
from bookkeeper import Bookkeeper
from test_edits_push import edit
from test_xeros_changes_money import choose, pull

from factories import make_payment
from tallystick.books.models import Document, Kind, Payment, Status
from tallystick.sync.acts import decisions, taking_over
from tallystick.sync.acts.undoing_voids import undo_void
from tallystick.sync.models import LinkState, PulledKind
from tallystick.sync.reports.attention import troubled_links
from tallystick.sync.reports.offered_decisions import decisions_on_each
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invoice(books: Books) -> Document:
    """An approved invoice in Xero."""
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = books.submit("INV-1")
    books.work()
    return invoice


def voided(books: Books, bookkeeper: Bookkeeper, document: Document) -> None:
    bookkeeper.change(books.link(document), Status="VOIDED")
    pull(books, PulledKind.INVOICES)
    document.refresh_from_db()


def offered(books: Books, document: Document) -> set[str]:
    links = troubled_links(books.organisation).filter(pk=books.link(document).pk)
    return {act.name for acts in decisions_on_each(links).values() for act in acts}


def test_voided_there_it_is_cancelled_here_and_told(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    before = books.sandbox.calls()
    voided(books, bookkeeper, invoice)

    link = books.link(invoice)
    assert invoice.status == Status.CANCELLED
    assert (link.state, link.xero_status) == (LinkState.RETRACTED, "VOIDED")
    assert books.log(invoice)[-1] == ("check", "done")
    assert not troubled_links(books.organisation).exists()
    made = books.sandbox.calls() - before
    assert made["POST Invoices"] == 1  # the bookkeeper's own
    pull(books)
    assert books.link(invoice).state == LinkState.RETRACTED


def test_the_undo_brings_it_back_as_removed_in_xero_and_it_goes_again(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    voided(books, bookkeeper, invoice)
    who = {"workspace": books.workspace, "actor": books.owner}

    assert undo_void(document_id=invoice.pk, **who)
    assert not undo_void(document_id=invoice.pk, **who)

    invoice.refresh_from_db()
    assert (invoice.status, invoice.cancelled_at) == (Status.SUBMITTED, None)
    assert books.problem(invoice)["code"] == "gone_in_xero"
    pull(books)
    assert books.link(invoice).state == LinkState.HELD  # it is not cancelled once more
    assert {"send_renumbered", "cancel", "mark_done"} <= offered(books, invoice)
    assert choose(books, taking_over.send_renumbered, invoice) == 1
    books.work()
    pull(books)
    assert books.link(invoice).state == LinkState.SYNCED
    assert [one["number"] for one in books.live()] == ["INV-1-2"]


def test_with_a_payment_of_ours_on_it_it_is_asked_about(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    payment = make_payment(invoice, "4.00")
    books.work()
    bookkeeper.unpay(books.link(payment).xero_id)

    voided(books, bookkeeper, invoice)

    assert invoice.status == Status.SUBMITTED
    assert books.problem(invoice)["code"] == "gone_in_xero"


def test_what_xero_recorded_on_it_goes_with_it(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    made = bookkeeper.pay(books.link(invoice), "4.00")
    pull(books)
    bookkeeper.unpay(made)

    voided(books, bookkeeper, invoice)  # its page comes before that of the payment

    assert invoice.status == Status.CANCELLED
    assert Payment.objects.get().is_withdrawn


def test_edited_here_meanwhile_it_is_asked_about(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    bookkeeper.change(books.link(invoice), Status="VOIDED")
    edit(books, invoice)

    books.work()
    pull(books, PulledKind.INVOICES)

    invoice.refresh_from_db()
    assert invoice.status == Status.SUBMITTED
    assert books.problem(invoice)["code"] == "gone_in_xero"


def test_the_rule_of_the_workspace_asks_instead(
    books: Books, bookkeeper: Bookkeeper, invoice: Document
):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED", when_voided="ask")

    voided(books, bookkeeper, invoice)

    assert invoice.status == Status.SUBMITTED
    assert books.problem(invoice)["code"] == "gone_in_xero"


def test_a_draft_deleted_there_is_sent_again_as_one_new_copy(books: Books, bookkeeper: Bookkeeper):
    invoice = books.submit("INV-1")
    books.work()
    bookkeeper.change(books.link(invoice), Status="DELETED")
    pull(books, PulledKind.INVOICES)
    assert books.problem(invoice)["code"] == "gone_in_xero"
    assert {"send_ours", "mark_done", "cancel"} <= offered(books, invoice)
    books.sandbox.fault("cut_after", method="PUT", path="*/Invoices", times=1)

    choose(books, decisions.send_ours, invoice)
    books.work()
    books.come_through(dead_key=True)
    pull(books)

    assert books.link(invoice).state == LinkState.SYNCED
    assert [one["number"] for one in books.live()] == ["INV-1"]


def test_deleted_there_and_left_it_stays_out(books: Books, bookkeeper: Bookkeeper):
    invoice = books.submit("INV-1")
    books.work()
    bookkeeper.change(books.link(invoice), Status="DELETED")
    pull(books, PulledKind.INVOICES)

    choose(books, decisions.mark_done, invoice)
    books.work()
    pull(books)

    assert books.link(invoice).state == LinkState.EXCLUDED
    assert books.live() == []
    assert invoice.total == Decimal("14.94")
