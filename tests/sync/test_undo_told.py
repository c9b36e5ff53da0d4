"""What is told of a run that was undone: what Xero has, never what was wished."""

from datetime import date

import pytest
from bookkeeper import Bookkeeper
from django.test import Client
from django.urls import reverse
from test_edits_push import edit
from test_undo import approve_at_once, run_of, undone
from typer.testing import CliRunner

from factories import make_payment
from tallystick.books.models import Document
from tallystick.books.payments import delete_payments
from tallystick.cli import app
from tallystick.connections.models import Connection, ConnectionStatus
from tallystick.sync.acts import decisions
from tallystick.sync.acts.undoing_runs import send_again, undo_preview, undo_run
from tallystick.sync.models import Intent, Link, LinkState, Run
from tallystick.sync.reports.offered_decisions import DECISIONS, label_on
from tallystick.sync.reports.run_standings import UndoProgress, standings_of
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(books: Books) -> Client:
    client = Client()
    client.force_login(books.owner)
    return client


@pytest.fixture
def locked(books: Books, bookkeeper: Bookkeeper) -> Run:
    """A run of three drafts, one of them later, undone under a lock date over two of them."""
    for number in ("INV-1", "INV-2"):
        books.submit(number)
    books.submit("INV-3", issued_on=date(2026, 12, 24))
    run = run_of(books)
    bookkeeper.lock("2026-12-23")
    undone(books, run)
    return Run.objects.get()


def seen(browser: Client, books: Books, name: str, *args: object, query: str = "") -> str:
    return browser.get(reverse(name, args=[books.workspace.slug, *args]) + query).text


def standing(run: Run):
    return standings_of([run])[run.pk]


def stage(run: Run) -> UndoProgress | None:
    run.refresh_from_db()
    return standing(run).undoing(run)


def command(*arguments: str) -> str:
    return CliRunner().invoke(app, arguments).stdout


def test_under_a_lock_date_every_place_tells_what_still_stands(books, locked, browser):
    assert len(books.live()) == 2

    page, runs = seen(browser, books, "run", locked.pk), seen(browser, books, "run-list")
    home, log = seen(browser, books, "workspace-home"), seen(browser, books, "sync-log")
    documents = seen(browser, books, "invoice-list")

    for text in (page, runs):
        assert "Not all undone" in text
        assert ">Undone<" not in text
    assert "<dt>In Xero</dt><dd>2 invoices, 29.88 GBP</dd>" in page
    assert "<dt>Gone from Xero</dt><dd>1 invoice, 14.94 GBP</dd>" in page
    assert "The period is locked in Xero" in page
    assert "2 invoices, 29.88 GBP" in runs
    assert browser.get(reverse("workspace-home", args=[books.workspace.slug])).context[
        "approval"
    ].sums.totals == [("GBP", 2 * Document.objects.first().total)]
    assert "To approve in Xero" in home
    assert "was to be undone but still stands in Xero" in log
    assert documents.count("Draft in Xero") == 2


def test_the_command_line_tells_the_same(books, locked):
    listed, shown = command("undo"), command("undo", str(locked.pk))

    for said in ("in Xero: 2 invoices, 29.88 GBP", "not all undone", "gone from Xero: 1 invoice"):
        assert said in listed
    assert "2 invoices, 29.88 GBP: of these, to go and refused: " in shown
    assert "1 invoice, 14.94 GBP: gone from Xero" in shown
    assert "2 invoices, 29.88 GBP: refused by Xero before, tried again" in shown


def test_what_remains_needs_attention_and_retry_ends_it(books, locked, browser, bookkeeper):
    attention = seen(browser, books, "needs-attention")
    assert "Should be gone, still in Xero" in attention
    assert "Have the lock date in Xero moved, then press Retry" in attention
    bookkeeper.lock(None)

    act = reverse("attention-act", args=[books.workspace.slug])
    form = {"act": "remove", "everything": "yes", "confirmed": "yes"}
    browser.post(act, form | {"filter": "orphaned~period_locked~xero:lock"})
    books.drain(rounds=2)

    assert books.live() == []
    assert stage(locked) == UndoProgress.DONE
    assert ">Undone<" in seen(browser, books, "run", locked.pk)
    assert "Nothing needs you" in seen(browser, books, "needs-attention")


def test_undo_pressed_again_retries_what_was_refused(books, locked, bookkeeper):
    bookkeeper.lock(None)

    undone(books, locked)

    assert books.live() == []
    assert stage(locked) == UndoProgress.DONE


def test_it_goes_by_itself_once_xeros_lists_tell_of_the_moved_date(books, locked, bookkeeper):
    bookkeeper.lock(None)
    books.organisation.read_at = None
    books.organisation.save(update_fields=["read_at"])

    books.drain(rounds=2)

    assert books.live() == []


def test_what_is_left_in_xero_counts_as_there(books, locked, browser):
    links = Link.objects.filter(state=LinkState.FAILED, intent=Intent.RETRACT)
    keys = list(links.values_list("pk", flat=True))

    count = decisions.mark_done(workspace=books.workspace, actor=books.owner, link_ids=keys)

    assert count == 2
    assert standing(locked).in_xero.count == 2
    assert stage(locked) == UndoProgress.IN_PART
    assert "Nothing needs you" in seen(browser, books, "needs-attention")


def test_an_edit_does_not_send_what_is_to_go(books, locked):
    document = Document.objects.get(number="INV-1")

    edit(books, document, reference="PO 77")
    books.drain()

    assert books.link(document).intent == Intent.RETRACT
    assert books.copy(document).get("reference") != "PO 77"


def test_payments_and_what_they_stand_on_are_told_apart(books, bookkeeper, browser):
    approve_at_once(books)
    paid, other = books.submit("INV-1"), books.submit("INV-2")
    payment = make_payment(paid, "4.00")
    run = run_of(books)
    by_hand = bookkeeper.pay(books.link(other), "3.00")
    bookkeeper.press(f"payments/{books.link(payment).xero_id}/reconcile")

    undone(books, run)

    codes = set(standing(run).refused)
    assert codes == {"payment_reconciled", "has_payments"}
    assert stage(run) == UndoProgress.IN_PART
    assert len(books.payments()) == 2
    assert "was to be undone but still stands in Xero" in books.problem(payment)["message"]
    assert "Delete here what was recorded here" in books.problem(other)["remedy"]

    bookkeeper.press(f"payments/{books.link(payment).xero_id}/unreconcile")
    bookkeeper.unpay(by_hand)
    books.retry(payment, paid, other)
    books.drain(rounds=3)
    assert (books.payments(), books.live()) == ([], [])
    assert stage(run) == UndoProgress.DONE


def test_what_was_approved_by_hand_and_stays_is_told_as_approved(books, bookkeeper, browser):
    paid, late, draft = books.submit("INV-1"), books.submit("INV-2"), books.submit("INV-3")
    run_of(books)
    for document in (paid, late):
        bookkeeper.approve(books.link(document))
    by_hand = bookkeeper.pay(books.link(paid), "3.00")
    bookkeeper.lock("2027-12-31")

    undone(books, Run.objects.get())

    statuses = [books.link(document).xero_status for document in (paid, late, draft)]
    assert statuses == ["AUTHORISED", "AUTHORISED", "DRAFT"]
    page = seen(browser, books, "needs-attention")
    labels = [
        label_on(DECISIONS["remove"], books.link(document)) for document in (paid, late, draft)
    ]
    assert labels == ["Retry: void in Xero", "Retry: void in Xero", "Retry: delete in Xero"]
    assert all(label in page for label in labels)

    bookkeeper.lock(None)
    bookkeeper.unpay(by_hand)
    books.retry(paid, late, draft)
    books.drain(rounds=3)
    statuses = [books.link(document).xero_status for document in (paid, late, draft)]
    assert statuses == ["VOIDED", "VOIDED", "DELETED"]


def test_a_payment_left_in_xero_after_undoing_counts_as_there(books, bookkeeper):
    approve_at_once(books)
    payment = make_payment(books.submit("INV-1"), "4.00")
    run = run_of(books)
    bookkeeper.lock("2027-12-31")
    undone(books, run)

    decisions.mark_done(
        workspace=books.workspace, actor=books.owner, link_ids=[books.link(payment).pk]
    )

    assert books.link(payment).state == LinkState.SYNCED
    assert standing(run).in_xero.kinds["payment"] == 1


def test_what_was_cancelled_and_stays_counts_as_there(books, bookkeeper, browser):
    approve_at_once(books)
    document = books.submit("INV-1")
    run = run_of(books)
    bookkeeper.pay(books.link(document), "4.00")

    books.cancel(document)
    books.drain()

    told = standing(run)
    assert (told.in_xero.count, told.gone.count, set(told.refused)) == (1, 0, {"has_payments"})
    assert stage(run) is None
    decisions.mark_done(
        workspace=books.workspace, actor=books.owner, link_ids=[books.link(document).pk]
    )
    assert standing(run).in_xero.count == 1
    assert "Left in Xero as it is there" in seen(browser, books, "invoice-list")


def test_a_connection_gone_in_the_middle_leaves_it_under_way_and_says_why(books, browser):
    books.submit("INV-1")
    run = run_of(books)
    undo_run(workspace=books.workspace, actor=books.owner, run_id=run.pk)
    Connection.objects.update(
        status=ConnectionStatus.ERROR, problem="Access to Demo Company was removed in Xero."
    )

    page = seen(browser, books, "run", run.pk)

    assert stage(run) == UndoProgress.UNDER_WAY
    assert "Being undone" in page
    assert "Access to Demo Company was removed in Xero." in page
    assert "<dt>In Xero</dt><dd>1 invoice, 14.94 GBP</dd>" in page
    assert "Access to Demo Company was removed" in seen(browser, books, "invoice-list")
    assert "Nothing goes just now: Access to Demo Company" in command("undo", str(run.pk))


def test_what_is_being_sent_while_undo_is_pressed_keeps_it_from_being_called_undone(books, browser):
    sent, sending = books.submit("INV-1"), books.submit("INV-2")
    run = run_of(books)
    books.links_of(sending).update(state=LinkState.SENDING)
    undone(books, run)
    books.links_of(sending).update(state=LinkState.SYNCED)

    assert books.link(sent).state == LinkState.RETRACTED
    assert stage(run) == UndoProgress.IN_PART
    assert "Not all undone" in seen(browser, books, "run", run.pk)


def test_what_was_sent_again_is_undone_no_more(books, browser):
    books.submit("INV-1")
    run = run_of(books)
    undone(books, run)

    send_again(workspace=books.workspace, actor=books.owner, run_id=run.pk)
    books.drain()

    assert len(books.live()) == 1
    assert stage(run) is None
    assert "ndone</span>" not in seen(browser, books, "run", run.pk)


def test_deleting_our_payment_frees_what_was_to_be_undone(books, bookkeeper):
    approve_at_once(books)
    document = books.submit("INV-1")
    run = run_of(books)
    payment = make_payment(document, "4.00")
    books.drain(rounds=2)
    assert books.link(payment).run_id is None
    undone(books, run)
    assert books.problem(document)["code"] == "has_payments"

    delete_payments(workspace=books.workspace, actor=books.owner, payment_ids=[payment.pk])
    books.drain()
    books.retry(document)
    books.drain()

    assert (books.live(), books.payments()) == ([], [])
    assert stage(run) == UndoProgress.DONE


def test_what_was_refused_for_its_payments_is_not_foretold_to_go(books, bookkeeper, browser):
    approve_at_once(books)
    free, refused, left = (books.submit(f"INV-{n}") for n in (1, 2, 3))
    run = run_of(books)
    by_hand = [bookkeeper.pay(books.link(one), "3.00") for one in (refused, left)]
    undone(books, run)
    key = books.link(left).pk
    decisions.mark_done(workspace=books.workspace, actor=books.owner, link_ids=[key])

    told, page = undo_preview(run), seen(browser, books, "run", run.pk)

    assert books.link(free).state == LinkState.RETRACTED
    assert (told.refused_as_paid.count, told.voided.count, told.leaves) == (2, 0, 0)
    assert "Refused by Xero before, as paid in whole or in part" in page
    assert "Approved in Xero" not in page
    assert "2 invoices, 29.88 GBP: refused by Xero before as paid" in command("undo", str(run.pk))

    for payment in by_hand:
        bookkeeper.unpay(payment)
    undone(books, run)
    assert (books.live(), stage(run)) == ([], UndoProgress.DONE)
