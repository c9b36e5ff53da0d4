"""Each kind goes to Xero as its policy says: when, from which day on, under which numbers."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from bookkeeper import Bookkeeper
from django.utils import timezone

from factories import make_allocation, make_party, make_payment
from tallystick.books.models import Document, Kind
from tallystick.sync.acts.decisions import set_do_not_sync
from tallystick.sync.models import KindPolicy, LinkState
from tallystick.sync.reports.link_states import document_state
from tallystick.sync.rounds.jobs import sweep
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def state(books: Books, *records) -> set[str]:
    return {str(books.link(record).state) for record in records}


def keep_out(books: Books, value: bool, *records) -> None:
    keys = [record.pk for record in records]
    name = "document_ids" if isinstance(records[0], Document) else "party_ids"
    set_do_not_sync(workspace=books.workspace, actor=books.owner, value=value, **{name: keys})


@pytest.mark.parametrize("trigger", ["by_hand", "schedule"])
def test_by_hand_or_on_a_schedule_a_kind_waits_while_the_others_go(books: Books, trigger: str):
    send_at = time(18) if trigger == "schedule" else None
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    books.policy(Kind.BILL, sent_as="AUTHORISED", trigger=trigger, send_at=send_at)
    books.policy("payment", trigger=trigger, send_at=send_at)
    bill, invoice = books.submit("B-1", kind=Kind.BILL), books.submit("INV-1")
    payments = [make_payment(invoice, "1.00"), make_payment(bill, "2.00")]

    books.work()

    assert state(books, invoice) == {LinkState.SYNCED}
    assert state(books, bill, *payments) == {LinkState.WAITING}
    assert document_state(bill).word == "Not sent"
    books.sync_now()
    books.work()
    assert state(books, bill, *payments) == {LinkState.SYNCED}


def test_the_schedule_sends_at_its_hour_and_plans_the_next_day(books: Books):
    zone = ZoneInfo(books.organisation.timezone)
    in_an_hour = (timezone.now().astimezone(zone) + timedelta(hours=1)).time()
    books.policy(Kind.BILL, trigger="schedule", send_at=in_an_hour)
    invoice, bill = books.submit("INV-1"), books.submit("B-1", kind=Kind.BILL)
    sweep()
    books.work()
    assert state(books, bill) == {LinkState.WAITING}

    KindPolicy.objects.filter(kind=Kind.BILL).update(next_send_at=timezone.now())
    sweep()
    books.work()

    assert state(books, invoice, bill) == {LinkState.SYNCED}
    planned = KindPolicy.objects.get(kind=Kind.BILL).next_send_at
    assert timezone.now() < planned <= timezone.now() + timedelta(days=1, hours=1)
    assert planned.astimezone(zone).time().replace(tzinfo=None) == in_an_hour
    late = books.submit("B-2", kind=Kind.BILL)
    sweep()
    books.work()
    assert state(books, late) == {LinkState.WAITING}


def test_the_hour_is_that_of_the_organisations_own_clock(books: Books):
    books.organisation.timezone = "Pacific/Auckland"
    books.organisation.save()

    books.policy(Kind.BILL, trigger="schedule", send_at=time(7, 30))

    planned = KindPolicy.objects.get(kind=Kind.BILL).next_send_at
    assert planned.astimezone(ZoneInfo("Pacific/Auckland")).time() == time(7, 30)
    assert timezone.now() < planned <= timezone.now() + timedelta(days=1, hours=1)


def test_what_is_dated_before_the_start_stays_out_and_comes_in_when_that_moves(books: Books):
    for kind in Kind:
        books.policy(kind, sent_as="AUTHORISED", starts_on=date(2026, 11, 1))
    books.policy("payment", starts_on=date(2026, 11, 5))
    old = [books.submit(f"O-{kind}", kind=kind, issued_on=date(2026, 10, 31)) for kind in Kind]
    new = [books.submit(f"N-{kind}", kind=kind, issued_on=date(2026, 11, 1)) for kind in Kind]
    invoice, note = new[0], new[2]
    early = make_payment(invoice, "1.00", paid_on=date(2026, 11, 4))
    allocated_early = make_allocation(note, invoice, "1.00", allocated_on=date(2026, 11, 4))
    late = make_payment(invoice, "2.00", paid_on=date(2026, 11, 5))

    books.work()

    assert state(books, *old, early, allocated_early) == {LinkState.EXCLUDED}
    assert state(books, *new, late) == {LinkState.SYNCED}
    assert document_state(old[0]).tooltip == (
        "It is dated before 01 Nov 2026, when syncing begins."
    )
    for kind in Kind:
        books.policy(kind, starts_on=date(2026, 10, 1))
    books.policy("payment")
    assert state(books, *old, early, allocated_early) == {LinkState.WAITING}
    books.sync_now()
    books.work()
    assert state(books, *old, early, allocated_early) == {LinkState.SYNCED}


def test_a_later_start_keeps_out_what_waits_and_leaves_what_is_there(books: Books):
    there = books.submit("INV-1", issued_on=date(2026, 10, 1))
    books.work()
    failed = books.submit("INV-2", issued_on=date(2026, 10, 1), currency="CHF")
    books.work()

    books.policy(Kind.SALES_INVOICE, starts_on=date(2026, 11, 1))

    assert state(books, there) == {LinkState.SYNCED}
    assert state(books, failed) == {LinkState.EXCLUDED}


def test_a_prefix_stands_before_our_numbers_and_they_are_found_again_by_it(
    books: Books, bookkeeper: Bookkeeper
):
    bookkeeper.make("ACCREC", "INV-1", contact="Bayside Ltd")
    for kind in Kind:
        books.policy(kind, number_prefix="WEB-")
    invoice = books.submit("INV-1")
    others = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    for endpoint in ("Invoices", "CreditNotes"):
        books.sandbox.fault("cut_after", method="PUT", path=f"*/{endpoint}", times=1)

    books.drain()
    books.come_through(dead_key=True)

    assert state(books, invoice, *others) == {LinkState.SYNCED}
    assert sorted(copy["number"] for copy in books.copies()) == sorted(
        ["INV-1", "WEB-INV-1", *(f"WEB-N-{kind}" for kind in Kind)]
    )
    assert books.link(invoice).xero_number == "WEB-INV-1"
    books.link(invoice).delete()
    books.sync_now()
    books.work()
    assert state(books, invoice) == {LinkState.SYNCED}
    assert len(books.copies()) == 6


def test_a_number_taken_under_its_prefix_is_a_question(books: Books, bookkeeper: Bookkeeper):
    bookkeeper.make("ACCREC", "WEB-INV-1", contact="Bayside Ltd")
    books.policy(Kind.SALES_INVOICE, number_prefix="WEB-")

    invoice = books.submit("INV-1")
    books.work()

    assert books.problem(invoice)["message"].startswith("Xero already has an invoice WEB-INV-1,")


def test_a_document_is_kept_out_and_let_in_again(books: Books):
    failed = books.submit("INV-1", currency="CHF")
    books.work()
    marked = books.submit("INV-2", do_not_sync=True)
    there = books.submit("INV-3")
    books.work()
    assert state(books, marked) == {LinkState.EXCLUDED}
    assert document_state(marked).tooltip == "INV-2 is marked as not to be synced."

    keep_out(books, True, failed, there)
    books.work()

    assert state(books, failed) == {LinkState.EXCLUDED}
    assert state(books, there) == {LinkState.SYNCED}, "what is in Xero stays there"
    keep_out(books, False, marked, failed)
    assert state(books, marked, failed) == {LinkState.WAITING}
    books.sync_now()
    books.work()
    assert state(books, marked) == {LinkState.SYNCED}
    assert state(books, failed) == {LinkState.FAILED}


def test_nothing_of_a_party_goes_while_it_is_kept_out(books: Books):
    quiet, loud = (make_party(books.workspace, name, number=name) for name in ("Quiet", "Loud"))
    keep_out(books, True, quiet)
    documents = [books.submit(f"Q-{kind}", quiet, kind=kind) for kind in Kind]
    heard = books.submit("INV-1", loud)
    payment = make_payment(documents[0], "1.00")

    books.work()

    assert state(books, *documents) == {LinkState.EXCLUDED}
    assert state(books, payment) == {LinkState.WAITING}
    assert state(books, heard) == {LinkState.SYNCED}
    assert {copy["contact"] for copy in books.copies()} == {"Loud"}
    for kind in Kind:
        books.policy(kind, sent_as="AUTHORISED")
    keep_out(books, False, quiet)
    books.sync_now()
    books.work()
    assert state(books, *documents, payment) == {LinkState.SYNCED}
