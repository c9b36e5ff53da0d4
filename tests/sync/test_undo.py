"""Undoing a run: what one Sync now has sent goes out of Xero again, and can be sent again."""

import pytest
from bookkeeper import Bookkeeper
from test_edits_push import edit

from factories import make_payment
from tallystick import xero
from tallystick.books.models import Document, Kind, Status
from tallystick.connections.client import client_for
from tallystick.connections.models import ScopePress
from tallystick.mapping.services import choose_method_account
from tallystick.sync.acts.changing_rules import save_policy
from tallystick.sync.acts.decisions import approve_in_xero
from tallystick.sync.acts.sync_now import sync_now
from tallystick.sync.acts.undoing_runs import send_again, undo_preview, undo_run
from tallystick.sync.models import Intent, Link, LinkState, Run
from tallystick.sync.reports.run_standings import standings_of
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def run_of(books: Books) -> Run:
    """Press Sync now for all that is submitted, and work until all is done."""
    Link.objects.filter(party=None).update(state=LinkState.WAITING)
    ScopePress.objects.all().delete()
    sync_now(workspace=books.workspace, actor=books.owner)
    books.drain(rounds=2)
    return Run.objects.latest("pk")


def undone(books: Books, run: Run) -> None:
    undo_run(workspace=books.workspace, actor=books.owner, run_id=run.pk)
    books.drain(rounds=3)


def test_drafts_of_a_run_are_deleted_and_those_of_others_stay(books: Books):
    earlier = books.submit("INV-1")
    books.drain()
    documents = [books.submit(f"INV-{n}") for n in (2, 3)]
    Link.objects.filter(document__in=documents).update(state=LinkState.WAITING)
    sync_now(workspace=books.workspace, actor=books.owner)
    books.drain()
    run = Run.objects.get()

    assert str(undo_preview(run).deleted) == "2 invoices, 29.88 GBP"
    undone(books, run)

    assert [one["number"] for one in books.live()] == ["INV-1"]
    assert books.link(earlier).state == LinkState.SYNCED
    assert {books.link(one).state for one in documents} == {LinkState.RETRACTED}
    assert set(Document.objects.values_list("status", flat=True)) == {Status.SUBMITTED}
    assert standings_of([run])[run.pk].gone.count == 2


def test_approved_are_voided_payments_go_first_and_paid_ones_are_refused(books: Books):
    approve_at_once(books)
    kept, paid_here = books.submit("INV-1"), books.submit("INV-2")
    paid_there = books.submit("INV-3")
    make_payment(paid_here)
    run = run_of(books)
    somebody_pays(books, paid_there)
    Link.objects.filter(document=paid_there).update(xero_status="PAID")

    told = undo_preview(run)
    undone(books, run)

    assert (told.voided.count, told.settlements.count, told.refused.count) == (2, 1, 1)
    assert [one["number"] for one in books.live()] == ["INV-3"]
    assert books.link(kept).xero_status == "VOIDED"
    refused = books.link(paid_there)
    assert refused.state == LinkState.FAILED
    assert refused.problem["code"] == "has_payments"
    assert "was to be undone but still stands in Xero" in refused.problem["message"]


def test_what_was_not_sent_waits_again(books: Books):
    document = books.submit("INV-1")
    Link.objects.update(state=LinkState.WAITING)
    sync_now(workspace=books.workspace, actor=books.owner)
    run = Run.objects.get()

    assert undo_preview(run).stopped.count == 1
    undone(books, run)

    assert books.invoices() == []
    assert books.link(document).state == LinkState.WAITING


def test_undone_twice_is_as_good_as_once_and_all_is_sent_again_as_new(books: Books):
    approve_at_once(books, sent_as="DRAFT")
    documents = [books.submit(f"INV-{n}") for n in (1, 2)]
    run = run_of(books)
    first = {books.link(one).xero_id for one in documents}
    undone(books, run)
    undone(books, run)
    assert books.live() == []

    again = send_again(workspace=books.workspace, actor=books.owner, run_id=run.pk)
    books.drain()
    nothing = send_again(workspace=books.workspace, actor=books.owner, run_id=run.pk)

    assert (str(again), nothing.count) == ("2 invoices, 29.88 GBP", 0)
    assert len(books.live()) == 2
    assert first.isdisjoint({books.link(one).xero_id for one in documents})


def test_payments_of_an_undone_run_come_back_with_their_document(books: Books):
    approve_at_once(books)
    invoice = books.submit("INV-1")
    payment = make_payment(invoice)
    run = run_of(books)
    undone(books, run)
    # The number of a voided invoice stays taken in Xero.
    Document.objects.filter(pk=invoice.pk).update(number="INV-1b", revision=2)

    send_again(workspace=books.workspace, actor=books.owner, run_id=run.pk)
    books.drain(rounds=2)

    assert [one["number"] for one in books.live()] == ["INV-1b"]
    assert Link.objects.get(payment=payment).state == LinkState.SYNCED


def edited(books: Books, invoice: Document) -> None:
    edit(books, invoice)


def edited_in_vain(books: Books, invoice: Document) -> None:
    edit(books, invoice, currency="CHF")
    books.drain()


def changed_on_both_sides(books: Books, invoice: Document) -> None:
    Bookkeeper.of(books).change(books.link(invoice), Reference="Changed by Mary")
    edit(books, invoice, reference="PO 10")
    books.drain()


def approving(books: Books, invoice: Document) -> None:
    approve_in_xero(workspace=books.workspace, actor=books.owner, link_ids=[books.link(invoice).pk])


def waits_for_another(books: Books, invoice: Document) -> None:
    books.links_of(invoice).update(state=LinkState.WAITING, waits_for="party:1")


@pytest.mark.parametrize(
    ("happens", "state", "intent"),
    [
        (edited, LinkState.QUEUED, Intent.PUSH),
        (edited_in_vain, LinkState.FAILED, Intent.PUSH),
        (changed_on_both_sides, LinkState.HELD, Intent.PUSH),
        (approving, LinkState.QUEUED, Intent.APPROVE),
        (waits_for_another, LinkState.WAITING, Intent.PUSH),
    ],
)
def test_what_is_open_about_a_copy_does_not_keep_it_in_xero(books: Books, happens, state, intent):
    settled, invoice = books.submit("INV-1"), books.submit("INV-2")
    run = run_of(books)
    happens(books, invoice)
    link = books.link(invoice)
    assert (link.state, link.intent) == (state, intent)

    told = undo_preview(run)
    undone(books, run)

    assert (told.deleted.count, str(told.unsettled.counted)) == (2, "1 invoice")
    assert told.stopped.count == 0
    assert books.live() == []
    assert books.states() == {LinkState.RETRACTED: 2}
    assert {books.link(one).problem for one in (settled, invoice)} == {None}


def test_what_is_open_and_paid_is_refused(books: Books):
    approve_at_once(books)
    invoice = books.submit("INV-1")
    run = run_of(books)
    somebody_pays(books, invoice)
    books.links_of(invoice).update(state=LinkState.HELD, xero_status="PAID")

    told = undo_preview(run)
    undone(books, run)

    assert (told.refused.count, told.unsettled.count, told.voided.count) == (1, 1, 0)
    assert books.problem(invoice)["code"] == "has_payments"


def test_what_somebody_removed_in_xero_only_counts_as_taken_out(books: Books):
    invoice = books.submit("INV-1")
    run = run_of(books)
    Bookkeeper.of(books).change(books.link(invoice), Status="DELETED")
    edit(books, invoice)
    books.drain()
    assert books.problem(invoice)["code"] == "gone_in_xero"

    told = undo_preview(run)
    undone(books, run)

    assert (told.gone.count, told.deleted.count, told.voided.count) == (1, 0, 0)
    assert books.link(invoice).state == LinkState.RETRACTED


def test_an_open_payment_goes_before_its_invoice(books: Books):
    approve_at_once(books)
    invoice = books.submit("INV-1")
    payment = make_payment(invoice)
    run = run_of(books)
    books.links_of(payment).update(state=LinkState.FAILED, problem={"code": "differs"})
    books.links_of(invoice).update(xero_status="PAID")

    told = undo_preview(run)
    undone(books, run)

    assert (told.settlements.count, told.voided.count, told.refused.count) == (1, 1, 0)
    assert (books.live(), books.payments()) == ([], [])


@pytest.mark.parametrize("intent", [Intent.PUSH, Intent.APPROVE])
def test_what_is_in_a_request_is_told_and_left_alone(books: Books, intent: Intent):
    invoice = books.submit("INV-1")
    run = run_of(books)
    books.links_of(invoice).update(state=LinkState.SENDING, intent=intent)

    told = undo_run(workspace=books.workspace, actor=books.owner, run_id=run.pk)

    assert (told.arriving.count, told.deleted.count) == (1, 0)
    assert books.link(invoice).state == LinkState.SENDING
    assert books.link(invoice).intent == intent


def test_what_a_person_marked_as_done_stays(books: Books):
    invoice = books.submit("INV-1")
    run = run_of(books)
    books.links_of(invoice).update(state=LinkState.EXCLUDED)

    undone(books, run)

    assert len(books.live()) == 1
    assert books.link(invoice).state == LinkState.EXCLUDED


def approve_at_once(books: Books, sent_as: str = "AUTHORISED") -> None:
    save_policy(
        organisation=books.organisation, kind="sales_invoice", actor=books.owner, sent_as=sent_as
    )
    bank = books.organisation.accounts.filter(type="BANK").first()
    choose_method_account(
        organisation=books.organisation, method="", account_id=bank.xero_id, actor=books.owner
    )


def somebody_pays(books: Books, document: Document) -> None:
    bank = books.organisation.accounts.filter(type="BANK").first()
    draft = xero.PaymentDraft(
        invoice_id=str(books.link(document).xero_id),
        account_id=str(bank.xero_id),
        paid_on=document.due_on,
        amount=document.total,
        reference="by hand",
    )
    client_for(books.organisation).send(xero.seal_create_payments([draft]), "by hand")


def test_what_stands_twice_is_taken_out_twice(books: Books, bookkeeper: Bookkeeper):
    bill = books.submit("B-1", kind=Kind.BILL)
    run = run_of(books)
    second = bookkeeper.make("ACCPAY", "B-1", contact="Somebody")
    books.links_of(bill).update(strays=[second["InvoiceID"]])

    undone(books, run)

    assert books.live() == []
    assert books.link(bill).state == LinkState.RETRACTED
