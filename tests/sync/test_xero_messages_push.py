"""What Xero refuses or remarks is told in our words, with the remedy, on the link that it is about."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from bookkeeper import Bookkeeper

from factories import line, make_allocation, make_party, make_payment
from tallystick import xero
from tallystick.books.documents import DocumentInput, edit_document
from tallystick.books.models import Document, Kind
from tallystick.books.payments import delete_payments
from tallystick.connections.client import client_for
from tallystick.mapping.models import TaxMapping
from tallystick.mapping.services import choose_method_account
from tallystick.sync.acts import decisions
from tallystick.sync.models import Lane, Link, LinkState
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def assert_explained(problem: dict[str, Any], code: str, noun: str) -> None:
    """Say that the problem bears our words and remedy for a message of that meaning, and Xero's."""
    known = {one.code for one in (xero.explain(said, noun) for said in said_in(problem))}
    assert problem["code"] == code
    assert known == {code}, problem["message"]
    [explanation] = [xero.explain(said, noun) for said in said_in(problem)]
    assert explanation.words in problem["message"]
    assert problem["remedy"] == f"{explanation.remedy} {explanation.safe}"


def said_in(problem: dict[str, Any]) -> list[str]:
    """Xero's own sentence, which stands in brackets behind our words."""
    return [problem["message"].partition(" (Xero: ")[2].removesuffix(")")]


def during(books: Books, method: str, path: str, act: Callable[[], object]) -> None:
    """Work a round in which somebody does something just before Xero gets our request."""
    fault = books.sandbox.fault("hold_before", method=method, path=path, times=1)
    with books.round_in_thread():
        books.sandbox.wait_until_holding(fault)
        act()
        books.sandbox.release(fault)


def edit(books: Books, document: Document) -> None:
    edit_document(
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


def archive_account(bookkeeper: Bookkeeper, code: str) -> None:
    change_account(bookkeeper, code, Status="ARCHIVED")


def change_account(bookkeeper: Bookkeeper, code: str, **fields: Any) -> None:
    account = bookkeeper.books.account(code)
    bookkeeper.write(
        "POST", f"Accounts/{account.xero_id}", {"AccountID": str(account.xero_id), **fields}
    )


@pytest.mark.parametrize(
    ("kind", "typed"),
    [(Kind.SALES_INVOICE, "ACCREC"), (Kind.SALES_CREDIT_NOTE, "ACCRECCREDIT")],
    ids=str,
)
def test_a_number_taken_in_the_last_moment_is_asked_about(
    books: Books, bookkeeper: Bookkeeper, kind: Kind, typed: str
):
    document = books.submit("N-1", kind=kind)

    during(
        books,
        "PUT",
        "re:.*/(Invoices|CreditNotes)",
        lambda: bookkeeper.make(typed, "N-1", contact="Bayside Ltd"),
    )
    books.work()

    problem = books.problem(document)
    assert problem["code"] == "number_taken"
    assert "for Bayside Ltd, 210.00 GBP (draft)" in problem["message"]


def test_contacts_refused_for_their_mail_and_those_archived_since(
    books: Books, bookkeeper: Bookkeeper
):
    ann = make_party(books.workspace, "Ann", number="A1")
    books.submit("INV-1", ann)
    books.work()
    bookkeeper.write(
        "POST",
        "Contacts",
        {"ContactID": str(books.link(ann).xero_id), "ContactStatus": "ARCHIVED"},
    )
    eve = make_party(books.workspace, "Eve", number="E1")
    eve.email = "no address"
    eve.save()

    documents = [books.submit(f"N-{kind}", ann, kind=kind) for kind in Kind]
    wrong = books.submit("INV-2", eve)
    books.work()

    for document in documents:
        noun = {"sales_invoice": "invoice", "sales_credit_note": "credit note"}.get(
            document.kind, Kind(document.kind).label.lower()
        )
        assert_explained(books.problem(document), "contact_archived", noun)
    assert_explained(books.problem(eve), "email_invalid", "contact")
    assert books.problem(wrong)["message"] == (
        f"INV-2 was not sent: {books.problem(eve)['message']}"
    )
    assert books.problem(wrong)["screen"] == "party"


def test_an_account_archived_or_deleted_since_the_lists_were_read(
    books: Books, bookkeeper: Bookkeeper
):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    archive_account(bookkeeper, "260")
    bookkeeper.delete(f"Accounts/{books.account('270').xero_id}")
    archived, deleted, draft = (
        books.submit(number, kind=kind, lines=[line(tax_code="VAT20", account_code=code)])
        for number, kind, code in (
            ("INV-1", Kind.SALES_INVOICE, "260"),
            ("INV-2", Kind.SALES_INVOICE, "270"),
            ("CN-1", Kind.SALES_CREDIT_NOTE, "270"),
        )
    )
    books.work()

    assert_explained(books.problem(archived), "account_archived", "invoice")
    assert_explained(books.problem(deleted), "account_unknown", "invoice")
    held = books.link(draft)
    assert (held.state, held.xero_status) == (LinkState.HELD, "DRAFT")
    assert "left the line without one" in held.problem["message"]
    assert "Account code '270' has been removed" in held.problem["message"]
    assert held.problem["remedy"].endswith("Then keep what Xero has.")
    decisions.keep_theirs(workspace=books.workspace, actor=books.owner, link_ids=[held.pk])
    assert books.link(draft).state == LinkState.SYNCED


def test_tracking_archived_since_the_lists_were_read(books: Books, bookkeeper: Bookkeeper):
    books.policy(Kind.BILL, sent_as="AUTHORISED")
    [region] = bookkeeper.read("TrackingCategories")["TrackingCategories"][:1]
    option = region["Options"][0]
    lines = [line(tax_code="VAT20", tracking=[(region["Name"], option["Name"])])]
    path = f"TrackingCategories/{region['TrackingCategoryID']}/Options"
    bookkeeper.delete(f"{path}/{option['TrackingOptionID']}")

    bill, invoice = books.submit("B-1", kind=Kind.BILL, lines=lines), books.submit("I", lines=lines)
    books.work()

    assert_explained(books.problem(bill), "tracking_unknown", "bill")
    assert "left the line without" in books.problem(invoice)["message"]
    links = [books.link(invoice).pk]
    decisions.keep_theirs(workspace=books.workspace, actor=books.owner, link_ids=links)
    assert books.link(invoice).state == LinkState.SYNCED


def test_a_tax_rate_that_no_longer_fits(books: Books):
    books.organisation.tax_rates.filter(tax_type="INPUT2").update(can_apply_to=["REVENUE"])
    TaxMapping.objects.filter(tax_type="OUTPUT2").update(tax_type="INPUT2")
    unfit = books.submit("INV-1")
    books.work()
    books.organisation.tax_rates.filter(tax_type="INPUT2").update(tax_type="GONE")
    TaxMapping.objects.filter(direction="sales").update(tax_type="GONE")
    unknown = books.submit("INV-2")
    books.work()

    assert_explained(books.problem(unfit), "tax_not_with_account", "invoice")
    # Xero may add that it does not go with the account either.
    assert books.problem(unknown)["code"] == "tax_unknown"
    assert "Xero does not have this tax rate" in books.problem(unknown)["message"]


def test_what_happens_to_a_copy_between_our_look_and_our_update(
    books: Books, bookkeeper: Bookkeeper
):
    voided, paid, part = (books.submit(f"INV-{n}") for n in range(3))
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    books.work()
    for document in (voided, paid, part):
        bookkeeper.approve(books.link(document))
        edit(books, document)
    books.work()
    links = [books.link(one).pk for one in (voided, paid, part)]
    decisions.send_ours(workspace=books.workspace, actor=books.owner, link_ids=links)

    def meanwhile() -> None:
        bookkeeper.change(books.link(voided), Status="VOIDED")
        bookkeeper.pay(books.link(paid), "14.94")
        bookkeeper.pay(books.link(part), "1.00")

    during(books, "POST", "*/Invoices", meanwhile)

    assert books.problem(voided)["code"] == "status_fixed"
    assert "status (approved, paid, voided or deleted)" in books.problem(voided)["message"]
    for document in (paid, part):
        assert books.problem(document)["code"] == "has_payments"
        assert "allocated to it" in books.problem(document)["message"]


def test_what_is_paid_between_our_look_and_our_removal(books: Books, bookkeeper: Bookkeeper):
    for kind in Kind:
        books.policy(kind, sent_as="AUTHORISED")
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    books.work()
    books.cancel(*documents)

    def meanwhile() -> None:
        for document in documents:
            bookkeeper.pay(books.link(document), "1.00")

    during(books, "POST", "*/Invoices", meanwhile)
    books.work()

    for document in documents[:2]:
        problem = books.problem(document)
        assert problem["code"] == "has_payments"
        assert "is cancelled here but still stands in Xero" in problem["message"]
        assert "The status VOIDED cannot be applied" in problem["message"]
    assert {books.problem(document)["code"] for document in documents} == {"has_payments"}


def test_payments_on_accounts_that_changed_since_the_lists_were_read(
    books: Books, bookkeeper: Bookkeeper
):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = books.submit("INV-1")
    for method, code in (("closed", "855"), ("gone", "091")):
        choose_method_account(
            organisation=books.organisation,
            method=method,
            account_id=books.account(code).xero_id,
            actor=books.owner,
        )
    change_account(bookkeeper, "855", EnablePaymentsToAccount=False)
    bookkeeper.delete(f"Accounts/{books.account('091').xero_id}")

    closed, gone = (make_payment(invoice, "1.00", method=method) for method in ("closed", "gone"))
    books.work()

    assert_explained(books.problem(closed), "payment_account_invalid", "payment")
    assert_explained(books.problem(gone), "account_unknown", "payment")
    assert books.problem(gone)["message"].startswith(
        "Payment of 1.00 GBP on INV-1 was not sent. Xero does not have the account for payments."
    )


def test_allocations_overtaken_by_others(books: Books, bookkeeper: Bookkeeper):
    for kind in Kind:
        books.policy(kind, sent_as="AUTHORISED")
    note = books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE)
    paid, part = books.submit("INV-1"), books.submit("INV-2")
    books.work()
    allocations = [make_allocation(note, paid, "5.00"), make_allocation(note, part, "5.00")]

    def meanwhile() -> None:
        bookkeeper.pay(books.link(paid), "14.94")
        bookkeeper.pay(books.link(part), "12.00")

    during(books, "PUT", "*/Allocations", meanwhile)

    codes = [books.problem(one)["code"] for one in allocations]
    assert codes == ["allocation_document_paid", "allocation_too_large"]


def test_a_payment_of_a_batch_stays_with_its_batch(books: Books, bookkeeper: Bookkeeper):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = books.submit("INV-1")
    payment = make_payment(invoice, "4.00")
    books.work()
    part = {"Invoice": {"InvoiceID": str(books.link(invoice).xero_id)}, "Amount": 1}
    batch = {"Account": {"Code": "090"}, "Date": "2026-11-10", "Payments": [part]}
    bookkeeper.write("PUT", "BatchPayments", batch)
    [in_batch] = [one for one in bookkeeper.read("Payments")["Payments"] if "BatchPaymentID" in one]
    Link.objects.filter(payment=payment).update(xero_id=in_batch["PaymentID"])

    delete_payments(workspace=books.workspace, actor=books.owner, payment_ids=[payment.pk])
    books.work()

    problem = books.problem(payment)
    assert problem["code"] == "payment_in_batch"
    assert "is deleted here but still stands in Xero" in problem["message"]


def test_a_question_too_wide_for_very_large_books_holds_the_lane_and_says_why(books: Books):
    numbers = ["S1", "S2", "S3"]
    drafts = [xero.ContactDraft(name=one, contact_number=one) for one in numbers]
    client_for(books.organisation).create_contacts(drafts, "theirs")
    for number in numbers:
        books.submit(f"INV-{number}", make_party(books.workspace, number, number=number))
    books.sandbox.post("/_sandbox/switches", {"high_volume_records": 2})

    books.drain()

    lane = Lane.objects.get()
    assert lane.blocked_reason == (
        "This organisation has so many records in Xero that it does not search all of them. "
        "It is tried again by itself."
    )
    books.sandbox.post("/_sandbox/switches", {"high_volume_records": 100_000})
    books.come_through()
    assert books.states() == {LinkState.SYNCED: 3}
