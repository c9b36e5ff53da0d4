"""One stream of changes: read once for all who want to know, at a pace that keeps nobody waiting."""

from datetime import datetime, timedelta

import pytest
from bookkeeper import Bookkeeper
from django.db.models import F
from django.db.models.functions import Now
from pulling import PAGED, ask_for, on_schedule, pull, reading

from tallystick.connections.models import ApiCall
from tallystick.mirror.models import MirroredDocument, MirroredLine, MirroredPayment
from tallystick.sync.models import (
    DeliveryVerdict,
    Lane,
    LinkState,
    PulledKind,
    Reading,
    RefusalReason,
    WebhookDelivery,
    WebhookRefusal,
)
from tallystick.sync.pull.schedule import INTERVAL, SLOWEST, next_due, next_slice_due
from tallystick.sync.rounds.jobs import due_organisations

pytestmark = pytest.mark.django_db(transaction=True)

INVOICES = PulledKind.INVOICES


@pytest.fixture
def two_a_page(monkeypatch) -> None:
    monkeypatch.setattr("tallystick.xero.client.PAGE_SIZE", 2)


def typed(bookkeeper: Bookkeeper, *numbers: str) -> None:
    for number in numbers:
        bookkeeper.make("ACCREC", number, contact="Walk In")


def test_a_document_comes_home_with_its_lines_money_and_payments(books, bookkeeper):
    lines = [{"Description": "Typed", "Quantity": 1, "UnitAmount": "210", "AccountCode": "200"}]
    approved = {"Status": "AUTHORISED", "LineItems": lines}
    made = bookkeeper.make("ACCREC", "A", contact="Walk In", **approved)
    payment = bookkeeper.write(
        "PUT",
        "Payments",
        {
            "Invoice": {"InvoiceID": made["InvoiceID"]},
            "Account": {"Code": "090"},
            "Date": "2026-11-10",
            "Amount": "10.00",
        },
    )

    pull(books, *PAGED)

    copy = MirroredDocument.objects.get(xero_id=made["InvoiceID"])
    assert (copy.type, copy.status, copy.currency) == ("ACCREC", "AUTHORISED", "GBP")
    assert (str(copy.total), str(copy.outstanding), str(copy.applied)) == (
        "210.00",
        "200.00",
        "10.00",
    )
    line = MirroredLine.objects.get(document=copy)
    assert (line.position, line.description, line.amount) == (1, "Typed", copy.total)
    paid = MirroredPayment.objects.get(xero_id=payment["PaymentID"])
    assert (paid.document_id, str(paid.amount)) == (copy.xero_id, "10.00")
    assert b'"InvoiceNumber"' in copy.json()
    told = reading(books, INVOICES)
    assert told.whole_at
    assert (told.found, told.handled) == (told.last_handled, told.last_handled)


def test_a_page_is_asked_for_once_for_the_mirror_and_for_the_check(books, bookkeeper):
    books.submit("INV-1")
    books.drain()
    asked = books.sandbox.calls()["GET Invoices"]
    on_schedule(books, INVOICES)
    ask_for(books, INVOICES)
    Lane.objects.update(check_due_at=Now())

    books.work()

    assert books.sandbox.calls()["GET Invoices"] - asked == 1
    assert MirroredDocument.objects.filter(number="INV-1").exists()
    assert books.organisation.checks.get().compared == 1


def test_what_is_to_be_sent_goes_out_between_two_pages(books, bookkeeper, two_a_page):
    """A first import of many pages keeps an invoice waiting for one page, not for all."""
    typed(bookkeeper, *"ABCDEFGH")
    ask_for(books, INVOICES)
    books.submit("INV-1")

    books.drain()

    assert books.links_of(books.workspace.documents.get()).get().state == LinkState.SYNCED
    assert reading(books, INVOICES).page == 2, "after one page it gave way"
    books.work()
    assert reading(books, INVOICES).whole_at


def test_kinds_have_their_pages_in_turn_so_that_each_is_soon_there(books, bookkeeper, two_a_page):
    typed(bookkeeper, *"ABCDEFGH")
    for name in range(8):
        bookkeeper.write("PUT", "Contacts", {"Name": f"Contact {name}"})
    ask_for(books, PulledKind.CONTACTS, INVOICES)

    books.drain()

    pages = [reading(books, kind).page for kind in (PulledKind.CONTACTS, INVOICES)]
    assert pages == [4, 4]


def test_the_newest_come_first(books, bookkeeper, two_a_page):
    typed(bookkeeper, *"ABCDEFGH")
    ask_for(books, INVOICES)
    books.submit("INV-1")
    books.drain()

    assert set(MirroredDocument.objects.values_list("number", flat=True)) == {"G", "H"}


def test_a_start_date_leaves_the_older_out_of_the_first_import_alone(books, bookkeeper):
    old = bookkeeper.make("ACCREC", "OLD", contact="Walk In", Date="2020-01-31")
    typed(bookkeeper, "NEW")
    on_schedule(books, INVOICES)
    Reading.objects.filter(kind=INVOICES).update(starts_on="2026-01-01")
    pull(books, INVOICES)
    assert not MirroredDocument.objects.filter(number="OLD").exists()
    assert MirroredDocument.objects.filter(number="NEW").exists()

    bookkeeper.write("POST", "Invoices", {"InvoiceID": old["InvoiceID"], "Reference": "now"})
    pull(books, INVOICES)

    assert MirroredDocument.objects.get(number="OLD").reference == "now"


def test_a_worker_killed_over_a_page_has_kept_all_of_it_or_nothing(books, bookkeeper):
    typed(bookkeeper, *"ABC")
    ask_for(books, INVOICES)

    assert books.worker_dies_at("pull.page.before_commit")
    assert not MirroredDocument.objects.exists()
    assert reading(books, INVOICES).until is None
    books.let_lease_end()
    assert books.worker_dies_at("pull.page.after_commit")
    assert MirroredDocument.objects.filter(number__in="ABC").count() == 3
    assert reading(books, INVOICES).whole_at
    books.come_through()

    assert MirroredDocument.objects.filter(number__in="ABC").count() == 3


def test_the_days_last_calls_are_kept_for_peoples_own_work(books, bookkeeper):
    typed(bookkeeper, "A")
    on_schedule(books, INVOICES)
    ApiCall.objects.create(
        organisation=books.organisation,
        at=Now(),
        method="GET",
        endpoint="Invoices",
        status=200,
        milliseconds=1,
        day_remaining=120,
    )

    pull(books, INVOICES)

    told = reading(books, INVOICES)
    assert told.whole_at is None
    assert "120 more calls today" in told.alarm
    invoice = books.submit("INV-1")
    books.drain()
    assert books.link(invoice).state == LinkState.SYNCED

    ApiCall.objects.update(day_remaining=4000)
    pull(books, INVOICES)
    assert reading(books, INVOICES).whole_at


def test_a_check_is_not_put_off_for_the_days_last_calls(books, bookkeeper):
    """It comes before anything is sent, and must not be told as done with nothing looked at."""
    books.submit("INV-1")
    books.drain()
    books.organisation.calls.update(day_remaining=50)
    ApiCall.objects.filter(day_remaining=None).delete()
    Lane.objects.update(check_due_at=Now())

    books.drain()

    assert books.organisation.checks.get().compared == 1


def test_what_is_due_wakes_the_organisation_and_what_is_paused_or_off_does_not(books):
    on_schedule(books, INVOICES)
    assert due_organisations() == []
    Reading.objects.filter(kind=INVOICES).update(due_at=Now())
    assert due_organisations() == [books.organisation.pk]
    Reading.objects.update(is_paused=True)
    assert due_organisations() == []
    Reading.objects.update(is_paused=False, off_at=Now())
    assert due_organisations() == []


def test_after_a_push_what_xero_made_of_it_is_read_soon(books, bookkeeper):
    on_schedule(books, INVOICES)
    pull(books, INVOICES)
    Reading.objects.update(due_at=None)

    books.submit("INV-1")
    books.drain()

    Reading.objects.update(due_at=F("due_at") - timedelta(seconds=30))
    books.work()
    assert MirroredDocument.objects.filter(number="INV-1").exists()


def test_a_refresh_that_is_asked_for_while_a_cycle_runs_is_not_lost(books, bookkeeper, two_a_page):
    typed(bookkeeper, *"ABCDEFGH")
    on_schedule(books, INVOICES)
    ask_for(books, INVOICES)
    books.submit("INV-1")
    books.drain()
    assert reading(books, INVOICES).page == 2
    Reading.objects.filter(kind=INVOICES).update(due_at=Now(), due_why="asked again")

    books.work()

    told = reading(books, INVOICES)
    assert told.whole_at
    assert told.since


@pytest.mark.django_db
def test_turns_are_spread_over_organisations_and_become_slower_where_nothing_changes():
    now = datetime.fromisoformat("2026-11-30T10:00+00:00")
    readings = [
        Reading(organisation_id=one, kind=kind) for one in range(1, 1001) for kind in (INVOICES,)
    ]

    due = sorted(next_due(one, now) for one in readings)

    seconds = [(at - now).total_seconds() for at in due]
    assert all(
        INTERVAL.total_seconds() / 2 <= one <= INTERVAL.total_seconds() * 1.5 for one in seconds
    )
    in_one_minute = max(sum(at <= other < at + 60 for other in seconds) for at in seconds)
    assert in_one_minute <= 1.2 * len(readings) / (INTERVAL.total_seconds() / 60)
    quiet = Reading(organisation_id=1, kind=INVOICES, quiet=9)
    assert SLOWEST / 2 <= next_due(quiet, now) - now <= SLOWEST * 1.5
    assert next_due(Reading(organisation_id=1, kind=INVOICES, is_by_hand=True), now) is None
    nights = {next_slice_due(Reading(organisation_id=1, kind=kind), now) for kind in PAGED}
    assert len(nights) == len(PAGED)


def test_where_webhooks_tell_of_changes_the_turns_become_rarer_still(books):
    """An hour in which nothing changes takes two calls at most, slices and lists among them."""
    now = datetime.fromisoformat("2026-11-30T10:00+00:00")
    on_schedule(books, *PulledKind)
    quiet = list(Reading.objects.all())
    for one in quiet:
        one.quiet = 20
    without = next_due(reading_of(quiet, INVOICES), now) - now
    assert without <= SLOWEST * 1.5
    WebhookDelivery.objects.create(verdict=DeliveryVerdict.PROBE)

    due = [next_due(one, now) for one in quiet]
    slices = [at for one in quiet if (at := next_slice_due(one, now))]

    times = sorted(due + slices)
    assert max(sum(at <= other < at + timedelta(hours=1) for other in times) for at in times) <= 2
    WebhookRefusal.objects.create(minute=Now(), reason=RefusalReason.WRONG_SIGNATURE, count=1)
    assert next_due(reading_of(quiet, INVOICES), now) - now <= SLOWEST * 1.5


def reading_of(readings: list[Reading], kind: PulledKind) -> Reading:
    return next(one for one in readings if one.kind == kind)
