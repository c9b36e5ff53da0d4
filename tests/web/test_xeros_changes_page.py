"""What Xero changed, on the pages: its money, its payments, its voids, and the answers to it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from factories import make_payment
from strict_sandbox import strict_sandbox
from sync.bookkeeper import Bookkeeper
from tallystick.books.models import Document, Kind, Payment, Status
from tallystick.sync.models import Link, LinkState, PulledKind
from tallystick.sync.pull.schedule import make_due
from tallystick.web.addresses import record_address
from xero_books import Books, close_pools, connected_books, use_sandbox
from xero_sandbox.server import Running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with strict_sandbox() as running:
        yield running
        close_pools()


@pytest.fixture
def books(transactional_db: None, running: Running, settings) -> Books:
    sandbox = use_sandbox(running.url, settings)
    sandbox.post("/_sandbox/reset")
    books = connected_books(sandbox)
    books.choose_everything()
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    return books


@pytest.fixture
def person(books: Books) -> Bookkeeper:
    return Bookkeeper.of(books)


@pytest.fixture
def client(books: Books) -> Client:
    client = Client()
    client.force_login(books.owner)
    return client


@pytest.fixture
def invoice(books: Books) -> Document:
    invoice = books.submit("INV-1")
    books.work()
    return invoice


def pull(books: Books) -> None:
    kinds = ("invoices", "credit_notes", "payments", "overpayments", "prepayments")
    make_due(books.organisation, [PulledKind(kind) for kind in kinds], why="test")
    books.work()


def text_of(client: Client, books: Books, document: Document) -> str:
    answer = client.get(record_address(document, books.workspace))
    return " ".join(answer.text.split())


def test_the_money_of_the_copy_and_what_was_paid_there_stand_on_the_page_and_in_the_list(
    client, books, person, invoice
) -> None:
    person.pay(books.link(invoice), "4.00", Reference="bank feed")
    pull(books)

    text = text_of(client, books, invoice)
    assert "<dt>Paid there</dt><dd>" in text
    assert "<dt>Due there</dt><dd>" in text
    assert "10.94" in text.split("<dt>Due there</dt>")[1][:120]
    assert "Recorded in Xero" in text
    assert "it is changed and deleted there" in text
    assert "Payment of 4.00 GBP on INV-1 was recorded in Xero." in text
    assert "Xero has what you have, compared" in text
    payment = Payment.objects.get()
    act = reverse("payment-act", args=[books.workspace.slug])
    form = {"id": payment.pk, "act": "delete", "confirmed": "yes"}
    assert "were recorded in Xero" in client.post(act, form, follow=True).text
    assert not Payment.objects.get().is_withdrawn
    assert (
        "Recorded in Xero" in client.get(reverse("payment-list", args=[books.workspace.slug])).text
    )
    listed = client.get(reverse("invoice-list", args=[books.workspace.slug])).text
    assert "10.94 GBP due" in listed

    person.pay(books.link(invoice), "10.94")
    pull(books)
    assert ">Paid<" in client.get(reverse("invoice-list", args=[books.workspace.slug])).text


def test_credit_that_is_no_record_here_is_shown_and_counts_there(
    client, books, person, invoice
) -> None:
    name = person.read(f"Invoices/{books.link(invoice).xero_id}")["Invoices"][0]["Contact"]["Name"]
    note = person.make("ACCRECCREDIT", "X-1", contact=name, amount="5", Status="AUTHORISED",
        LineItems=[{"Description": "Goodwill", "Quantity": 1, "UnitAmount": "5",
                    "AccountCode": "200", "TaxType": "NONE"}], LineAmountTypes="NoTax")  # fmt: skip
    allocation = {
        "Invoice": {"InvoiceID": str(books.link(invoice).xero_id)},
        "Amount": "5.00",
        "Date": "2026-11-12",
    }
    person.write("PUT", f"CreditNotes/{note['CreditNoteID']}/Allocations", allocation)
    pull(books)

    text = text_of(client, books, invoice)

    assert "Credit note X-1" in text
    assert "No record here" in text
    assert "<dt>Credited there</dt>" in text
    assert "is due, read" in text
    assert not Payment.objects.exists()


def test_what_was_voided_there_is_cancelled_and_undone_by_a_button(
    client, books, person, invoice
) -> None:
    person.change(books.link(invoice), Status="VOIDED")
    pull(books)
    text = text_of(client, books, invoice)
    assert "Somebody voided INV-1 in Xero, so it was cancelled here, too." in text
    assert "Xero has what you have" not in text

    address = reverse("document-undo-void", args=[books.workspace.slug, invoice.pk])
    said = client.post(address, follow=True).text

    assert "stands here again as it was" in said
    invoice.refresh_from_db()
    assert invoice.status == Status.SUBMITTED
    text = text_of(client, books, invoice)
    assert "was voided there by somebody" in text
    act = reverse("attention-act", args=[books.workspace.slug])
    form = {"act": f"send_renumbered:{books.link(invoice).pk}"}
    assert "INV-0042-2" in client.post(act, form).text
    client.post(act, form | {"confirmed": "yes"})
    books.work()
    assert [one["number"] for one in books.live()] == ["INV-1-2"]


def test_ours_follows_by_its_button_and_what_cannot_is_told(client, books, person, invoice) -> None:
    other = books.submit("INV-2")
    books.work()
    for document, values in ((invoice, {"Reference": "By Mary"}), (other, {"Reference": "X"})):
        person.change(books.link(document), **values)
    pull(books)
    decisions = client.get(record_address(invoice, books.workspace)).context["decisions"]
    assert decisions[0].label == "Keep theirs: ours follows"
    act = reverse("attention-act", args=[books.workspace.slug])
    form = {"act": f"{decisions[0].name}:{decisions[0].asks_of}"}
    assert "Nothing is sent to Xero" in client.post(act, form).text

    said = client.post(act, form | {"confirmed": "yes"}, follow=True).text

    assert "as Xero has them now, here too." in said
    invoice.refresh_from_db()
    assert (invoice.reference, books.link(invoice).state) == ("By Mary", LinkState.SYNCED)
    assert "Xero has what you have, compared" in text_of(client, books, invoice)
    link = books.link(other)
    link.problem["details"]["theirs"]["contact"] = "00000000-0000-0000-0000-000000000001"
    Link.objects.filter(pk=link.pk).update(problem=link.problem)
    said = client.post(act, {"act": f"follow:{link.pk}", "confirmed": "yes"}, follow=True).text
    assert "Nothing was changed." in said
    assert "is linked to none of yours" in said


def test_ours_that_xero_has_no_room_for_is_deleted_by_its_button(
    client, books, person, invoice
) -> None:
    ours = make_payment(invoice, "14.94", paid_on=date(2026, 11, 9))
    person.pay(books.link(invoice), "14.94")
    books.work()
    pull(books)

    answer = client.get(record_address(invoice, books.workspace))
    assert "Delete ours" in answer.text
    act = reverse("attention-act", args=[books.workspace.slug])
    form = {"act": f"cancel:{books.link(ours).pk}", "confirmed": "yes"}
    client.post(act, form)

    ours.refresh_from_db()
    assert ours.is_withdrawn
    assert [one.amount for one in Payment.objects.live()] == [Decimal("14.94")]
