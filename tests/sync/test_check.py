"""The look through what Xero has from us: second copies, ghosts, and what an older database forgot."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F

from factories import line, make_document, make_party, make_payment
from tallystick import xero
from tallystick.books.models import Document, Kind
from tallystick.connections.client import client_for
from tallystick.mapping.services import choose_method_account
from tallystick.sync.acts.changing_rules import save_policy
from tallystick.sync.models import Attempt, Check, Lane, Link, LinkState, Pulse
from tallystick.sync.rounds import jobs
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def check(books: Books) -> Check:
    Lane.objects.update(check_due_at="2000-01-01T00:00Z")
    books.drain(rounds=2)
    return Check.objects.latest("pk")


def test_a_second_copy_of_a_draft_goes_and_the_first_is_kept(books: Books):
    """A bill, for Xero takes a number of theirs as often as it is sent."""
    bill = a_bill(books, "B-1")
    first = str(books.link(bill).xero_id)
    again(books, bill)
    assert len(books.live()) == 2

    found = check(books)

    assert [one["id"] for one in books.live()] == [first]
    assert found.strays == 1
    assert books.link(bill).state == LinkState.SYNCED
    assert books.link(bill).strays == []
    assert ("stray", "done") in books.log(bill)


def test_a_second_copy_that_is_approved_is_a_persons_to_decide(books: Books):
    bill = a_bill(books, "B-1")
    second = again(books, bill)
    client = client_for(books.organisation)
    approval = xero.seal_status_changes("Invoices", [(second, "AUTHORISED")])
    [approved] = client.send(approval, "somebody approves").documents
    assert approved.ok, approved.errors

    check(books)

    held = books.link(bill)
    assert held.state == LinkState.HELD
    assert held.problem["code"] == "doubled"
    assert "twice" in held.problem["message"]
    assert len(books.live()) == 2
    books.retry(bill)
    books.drain()
    assert books.link(bill).state == LinkState.HELD, "it still stands there twice"

    voided = xero.seal_status_changes("Invoices", [(second, "VOIDED")])
    assert client.send(voided, "somebody voids").documents[0].ok
    books.retry(bill)
    books.drain()
    assert (books.link(bill).state, books.link(bill).strays) == (LinkState.SYNCED, [])


@pytest.mark.parametrize("status", ["DRAFT", "AUTHORISED"])
def test_a_cancelled_document_that_stands_twice_goes_twice(books: Books, status: str):
    bill = a_bill(books, "B-1")
    second = again(books, bill)
    client = client_for(books.organisation)
    if status == "AUTHORISED":
        approval = xero.seal_status_changes("Invoices", [(second, status)])
        assert client.send(approval, "somebody approves").documents[0].ok
    books.links_of(bill).update(strays=[second])

    books.cancel(bill)
    books.drain(rounds=3)

    assert books.live() == []
    assert (books.link(bill).state, books.link(bill).strays) == (LinkState.RETRACTED, [])


def test_a_ghost_of_a_cancelled_document_goes(books: Books):
    bill = a_bill(books, "B-1")
    books.cancel(bill)
    books.drain()
    again(books, bill)
    assert len(books.live()) == 1

    found = check(books)

    assert books.live() == []
    assert found.orphans == 1
    assert books.link(bill).state == LinkState.RETRACTED


def test_what_an_older_database_has_forgotten_is_linked_again_and_not_sent_twice(books: Books):
    kept, lost = books.submit("INV-1"), books.submit("INV-2")
    note = make_document(
        books.workspace,
        kind=Kind.SALES_CREDIT_NOTE,
        party=lost.party,
        number="CN-1",
        currency="GBP",
        lines=[line(tax_code="VAT20")],
        submitted=True,
    )
    books.drain()
    for document in (lost, note):
        forget(document)

    found = check(books)

    assert found.relinked == 2
    assert {books.link(one).state for one in (kept, lost, note)} == {LinkState.SYNCED}
    assert len(books.invoices()) == 2
    assert books.sandbox.calls()["PUT Invoices"] == 1
    assert books.sandbox.calls()["PUT CreditNotes"] == 1


def test_a_copy_whose_document_the_database_does_not_know_is_told(books: Books):
    lost = books.submit("INV-1")
    books.drain()
    Document.objects.filter(pk=lost.pk).update(uid="00000000-0000-4000-8000-000000000000")
    Link.objects.filter(document=lost).update(xero_id=None, state=LinkState.EXCLUDED)

    found = check(books)

    assert [one["number"] for one in found.unknown] == ["INV-1"]


def test_a_payment_that_stands_twice_is_deleted_once(books: Books):
    save_policy(
        organisation=books.organisation,
        kind="sales_invoice",
        actor=books.owner,
        sent_as="AUTHORISED",
    )
    bank = books.organisation.accounts.filter(type="BANK").first()
    choose_method_account(
        organisation=books.organisation, method="", account_id=bank.xero_id, actor=books.owner
    )
    invoice = books.submit("INV-1")
    payment = make_payment(invoice, "4.00")
    books.drain(rounds=2)
    link = Link.objects.get(payment=payment)
    client = client_for(books.organisation)
    draft = xero.PaymentDraft(
        invoice_id=str(books.link(invoice).xero_id),
        account_id=str(bank.xero_id),
        paid_on=payment.paid_on,
        amount=payment.amount,
        reference=payment.number,
    )
    client.send(xero.seal_create_payments([draft]), "late")
    assert client.invoices_by_id([str(books.link(invoice).xero_id)])[0].amount_paid == 8

    check(books)

    paid = client.invoices_by_id([str(books.link(invoice).xero_id)])[0]
    assert [one.payment_id for one in paid.payments] == [str(link.xero_id)]


def test_a_standstill_of_the_workers_makes_every_organisation_be_checked(books: Books):
    jobs.check_after_standstill()
    Lane.objects.update(check_due_at=None)
    jobs.check_after_standstill()
    assert Lane.objects.get().check_due_at is None

    Pulse.objects.update(at=F("at") - timedelta(hours=2))
    jobs.check_after_standstill()

    assert books.organisation.pk in jobs.due_organisations()
    assert "Nothing had run" in Lane.objects.get().check_reason


def test_a_check_is_planned_an_hour_after_writing_and_not_before(books: Books):
    Lane.objects.update(check_due_at=None)
    books.submit("INV-1")
    books.drain()

    with connection.cursor() as cursor:
        cursor.execute("SELECT check_due_at - now() FROM sync_lane")
        wait = cursor.fetchone()[0]

    assert timedelta(minutes=59) < wait <= timedelta(hours=1)


def a_bill(books: Books, number: str) -> Document:
    bill = make_document(
        books.workspace,
        kind=Kind.BILL,
        party=make_party(books.workspace, "Paper Mill", number="S1"),
        number=number,
        currency="GBP",
        tax_basis="none",
        lines=[line(account_code="310")],
        submitted=True,
    )
    books.drain()
    assert books.link(bill).state == LinkState.SYNCED
    return bill


def again(books: Books, document: Document) -> str:
    """Write the document to Xero once more, as a process does that was frozen for too long."""
    known = client_for(books.organisation).invoices_by_id([str(books.link(document).xero_id)])[0]
    draft = xero.InvoiceDraft(
        type="ACCPAY",
        status="DRAFT",
        contact=xero.ContactRef(contact_id=known.contact.contact_id),
        invoice_number=known.invoice_number,
        url=known.url,
        issued_on=known.issued_on,
        due_on=known.due_on,
        currency_code="GBP",
        line_amount_types="NoTax",
        line_items=[
            xero.LineDraft(
                description="Widget",
                quantity=Decimal(1),
                unit_amount=Decimal(10),
                account_code="310",
                tax_type="NONE",
            )
        ],
    )
    [element] = client_for(books.organisation).create_invoices([draft], "late")
    return element.record.record_id


def forget(document: Document) -> None:
    """Take the link back to before it was sent, as an older backup does."""
    links = Link.objects.filter(document=document)
    Attempt.objects.filter(link__in=links).delete()
    links.update(
        state=LinkState.WAITING,
        xero_id=None,
        xero_status="",
        sent_revision=None,
        sealed_revision=None,
    )


def test_a_check_that_is_broken_off_goes_on_at_its_page(books: Books, monkeypatch):
    """A year's changes have more pages than Xero allows calls a minute: from the start, no end."""
    for n in range(5):
        books.submit(f"INV-{n}")
    books.work()
    monkeypatch.setattr("tallystick.xero.client.PAGE_SIZE", 2)
    read = books.sandbox.calls()["GET Invoices"]
    books.sandbox.fault("status", status=429, method="GET", path="*/Invoices", nth=3)
    Lane.objects.update(check_due_at="2000-01-01T00:00Z")
    books.drain()
    assert Check.objects.count() == 0

    books.let_lease_end()
    books.drain()

    # Pages 1, 2, and 3 in vain; then 3: what was changed meanwhile stands before what was read.
    assert books.sandbox.calls()["GET Invoices"] - read == 4
    assert (Check.objects.get().looked_at, Check.objects.get().compared) == (5, 5)
    assert Lane.objects.get().check_state is None
