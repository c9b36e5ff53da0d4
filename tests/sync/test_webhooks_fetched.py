"""What the stand-in delivers, over real HTTP to our real address, and how it is fetched."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from bookkeeper import Bookkeeper
from django.db.models import F
from hooked_books import Hook, eventually, register

from factories import make_party
from tallystick.books.models import Document, Kind
from tallystick.mirror.models import MirroredContact, MirroredDocument
from tallystick.sync.models import (
    DeliveryVerdict,
    EventEnd,
    Lane,
    PulledKind,
    Reading,
    RefusalReason,
    WebhookDelivery,
    WebhookEvent,
    WebhookRefusal,
)
from tallystick.sync.rounds.jobs import due_organisations
from tallystick.sync.webhooks import told_records
from webhook_bodies import event
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hook(books: Books, live_server, settings) -> Hook:
    return register(books, live_server.url, settings)


def ends() -> Counter[str]:
    return Counter(WebhookEvent.objects.values_list("end", flat=True))


def by_ids(calls: Counter[str]) -> int:
    """How many fetches there were among the calls; that they were by ids, the stand-in's log shows."""
    return sum(count for call, count in calls.items() if re.match("GET (Invoices|Contacts)$", call))


def drafts(books: Books, bookkeeper: Bookkeeper, count: int) -> list[str]:
    """Make so many invoices in Xero, as a person or another app would; return their ids."""
    made = []
    for number in range(count):
        lines = [{"Description": "Rope", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200"}]
        contact = {"Name": "Somebody in Xero"}
        invoice = {"Type": "ACCREC", "Contact": contact, "LineItems": lines}
        invoice["InvoiceNumber"] = f"X-{number}"
        made.append(bookkeeper.write("PUT", "Invoices", invoice)["InvoiceID"])
    return made


def sent(books: Books, hook: Hook, number: str = "INV-1") -> Document:
    """Send an invoice, and see to what the stand-in tells of that."""
    document = books.submit(number)
    books.work()
    hook.fetch()
    return document


def test_the_stand_ins_test_passes_at_our_address(hook: Hook):
    assert hook.probe()["report"] == ""

    verdicts = set(WebhookDelivery.objects.values_list("verdict", flat=True))
    assert verdicts == {DeliveryVerdict.PROBE}
    refused = WebhookRefusal.objects.filter(reason=RefusalReason.WRONG_SIGNATURE)
    assert sum(refused.values_list("count", flat=True)) >= 2


def test_a_burst_becomes_one_fetch_a_list(books: Books, hook: Hook, bookkeeper: Bookkeeper):
    made = drafts(books, bookkeeper, 30)

    calls = hook.fetch()

    assert by_ids(calls) == 2  # the invoices, and their one contact
    # And payments are read, for the documents may have been paid.
    assert sum(calls.values()) == 3
    mirrored = MirroredDocument.objects.filter(xero_id__in=made)
    assert mirrored.count() == 30
    assert MirroredContact.objects.filter(name="Somebody in Xero").exists()
    assert ends() == {EventEnd.FETCHED: WebhookEvent.objects.count()}
    asked = [row for row in books.requests("/api.xro/2.0/Invoices") if "IDs=" in row["query"]]
    assert len(asked) == 1


def test_what_somebody_does_in_xero_shows_on_the_linked_document(
    books: Books, hook: Hook, bookkeeper: Bookkeeper
):
    document = sent(books, hook)

    bookkeeper.approve(books.link(document))
    hook.fetch()
    assert books.link(document).xero_status == "AUTHORISED"

    bookkeeper.pay(books.link(document), "14.94")
    hook.fetch()
    assert books.link(document).xero_status == "PAID"


def test_every_category_is_fetched_from_its_list(books: Books, hook: Hook, bookkeeper: Bookkeeper):
    party = make_party(books.workspace, number="C7")
    note = books.submit("CN-1", party, kind=Kind.SALES_CREDIT_NOTE)
    books.work()

    hook.fetch()

    stands = MirroredDocument.objects.get(xero_id=books.link(note).xero_id)
    assert (stands.type, stands.number) == ("ACCRECCREDIT", "CN-1")
    told = set(WebhookEvent.objects.values_list("category", flat=True))
    assert told == {"CREDITNOTE", "CONTACT"}
    assert set(ends()) == {EventEnd.FETCHED}


def test_what_was_read_meanwhile_is_not_asked_for(books: Books, hook: Hook, bookkeeper: Bookkeeper):
    hook.manners(held=True)
    made = drafts(books, bookkeeper, 3)
    told_records.make_due(books.organisation, [PulledKind.INVOICES, PulledKind.CONTACTS], why="")
    books.sandbox.advance(5)
    books.work()
    hook.manners(held=False)

    calls = hook.fetch()

    assert MirroredDocument.objects.filter(xero_id__in=made).count() == 3
    assert calls == {}
    assert ends() == {EventEnd.NOT_NEWER: 4}


def test_a_delivery_that_is_doubled_late_or_out_of_order_changes_nothing(
    books: Books, hook: Hook, bookkeeper: Bookkeeper
):
    document = sent(books, hook)
    hook.manners(duplicate=100, reorder=100, held=True)
    bookkeeper.change(books.link(document), Reference="first")
    books.sandbox.advance(1)
    bookkeeper.change(books.link(document), Reference="second")
    hook.manners(held=False)

    calls = hook.fetch()

    assert by_ids(calls) == 1
    mirrored = MirroredDocument.objects.get(xero_id=books.link(document).xero_id)
    assert mirrored.reference == "second"

    books.sandbox.advance(60)
    hook.manners(duplicate=0, reorder=0)
    hook.repeat(1, 100)  # a day later, all of it once more
    assert by_ids(hook.fetch()) == 0
    mirrored.refresh_from_db()
    assert mirrored.reference == "second"


def test_a_storm_of_a_thousand_events_is_a_few_fetches(
    books: Books, hook: Hook, bookkeeper: Bookkeeper
):
    hook.manners(held=True)
    made = drafts(books, bookkeeper, 50)
    books.organisation.refresh_from_db()
    tenant = books.organisation.tenant_id
    for part in range(10):
        storm = [event(tenant, ident, eventDateUtc=f"2026-11-30T10:{part:02}:00") for ident in made]
        storm += storm
        assert hook.deliver(*storm, first=1 + part * 100).status_code == 200
    assert WebhookEvent.objects.count() == 500

    hook.manners(held=False)
    calls = hook.fetch()

    assert by_ids(calls) <= 3
    assert MirroredDocument.objects.filter(xero_id__in=made).count() == 50
    assert not WebhookEvent.objects.filter(done_at=None).exists()


def test_a_thousand_records_take_forty_a_call(books: Books, hook: Hook):
    tenant = books.organisation.tenant_id
    assert hook.deliver(*(event(tenant) for _ in range(1000))).status_code == 200

    calls = hook.fetch()

    assert by_ids(calls) == 25
    assert ends() == {EventEnd.MISSING: 1000}


def test_unknown_organisations_categories_and_the_apps_own_events_lead_to_nothing(
    books: Books, hook: Hook
):
    hook.tell(category="SUBSCRIPTION")
    hook.tell(category="INVOICE", tenant="11111111-2222-3333-4444-555555555555")
    assert hook.deliver(event(books.organisation.tenant_id, category="PAYMENT")).status_code == 200

    assert hook.fetch() == {}

    assert not WebhookEvent.objects.exists()
    left_out: Counter[str] = Counter()
    for one in WebhookDelivery.objects.all():
        left_out.update(one.left_out)
    assert left_out == {"subscription": 1, "unknown_organisation": 1, "unknown_category": 1}


def test_an_organisation_is_due_once_its_burst_is_over(books: Books, hook: Hook):
    tenant, pk = books.organisation.tenant_id, books.organisation.pk
    assert due_organisations() == []

    hook.deliver(event(tenant))
    assert due_organisations() == []  # more may come
    earlier(3)
    assert due_organisations() == [pk]
    hook.deliver(event(tenant))
    assert due_organisations() == []  # more has come
    earlier(3)
    hook.deliver(event(tenant))
    assert due_organisations() == [pk]  # it is not waited for any longer
    books.work()
    assert due_organisations() == []
    assert not WebhookEvent.objects.filter(done_at=None).exists()


def earlier(seconds: int) -> None:
    WebhookEvent.objects.update(noticed_at=F("noticed_at") - timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "failpoint",
    [
        *("pull.read.before_call", "pull.read.after_call"),
        *("pull.page.before_commit", "pull.page.after_commit"),
    ],
)
def test_a_kill_between_fetch_and_keep_loses_nothing(
    books: Books, hook: Hook, bookkeeper: Bookkeeper, failpoint
):
    document = sent(books, hook)
    bookkeeper.approve(books.link(document))
    hook.settle()
    earlier(30)

    assert books.worker_dies_at(failpoint)
    is_kept = failpoint == "pull.page.after_commit"
    assert WebhookEvent.objects.filter(done_at=None).exists() is not is_kept
    assert (books.link(document).xero_status == "AUTHORISED") is is_kept
    books.come_through()

    assert books.link(document).xero_status == "AUTHORISED"
    assert not WebhookEvent.objects.filter(done_at=None).exists()


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_what_xero_does_not_give_by_id_is_left_to_the_reading(
    books: Books, hook: Hook, bookkeeper: Bookkeeper, status
):
    document = sent(books, hook)
    bookkeeper.approve(books.link(document))
    books.sandbox.fault("status", status=status, method="GET", path="*/Invoices", times=1)

    hook.fetch()

    assert EventEnd.LEFT_TO_READING in ends()
    assert not Lane.objects.exclude(blocked_reason="").exists()  # what is to be sent goes on
    assert Reading.objects.get(kind=PulledKind.INVOICES).last_at
    assert books.link(document).xero_status == "AUTHORISED"


def test_while_xeros_limit_is_reached_events_wait(books: Books, hook: Hook, bookkeeper: Bookkeeper):
    document = sent(books, hook)
    bookkeeper.approve(books.link(document))
    headers = {"Retry-After": "30", "X-Rate-Limit-Problem": "minute"}
    fault = books.sandbox.fault("status", status=429, headers=headers, path="*/Invoices")

    hook.fetch()

    assert WebhookEvent.objects.filter(done_at=None).count() == 1
    assert Lane.objects.get().blocked_until
    books.sandbox.remove_fault(fault)
    books.come_through()
    assert books.link(document).xero_status == "AUTHORISED"


def test_what_is_switched_off_is_not_asked_for(books: Books, hook: Hook, bookkeeper: Bookkeeper):
    document = sent(books, hook)
    told_records.make_due(books.organisation, [PulledKind.INVOICES], why="")
    Reading.objects.update(off_at=F("due_at"), off_reason="The role does not allow it.")
    bookkeeper.approve(books.link(document))

    calls = hook.fetch()

    assert by_ids(calls) == 0
    assert EventEnd.LEFT_TO_READING in ends()


def test_events_of_books_left_wait_until_somebody_connects_again(
    books: Books, hook: Hook, bookkeeper: Bookkeeper
):
    connection = books.workspace.connection
    type(connection).objects.update(status="error", problem="Access was removed.")
    drafts(books, bookkeeper, 1)

    assert hook.fetch() == {}
    assert WebhookEvent.objects.filter(done_at=None).count() == 2

    type(connection).objects.update(status="connected", problem="")
    assert by_ids(hook.fetch()) == 2


def test_forty_ids_a_call_is_what_xero_takes(books: Books, hook: Hook, bookkeeper: Bookkeeper):
    drafts(books, bookkeeper, 41)

    calls = hook.fetch()

    assert by_ids(calls) == 3  # two of invoices, one of the contact
    asked = [row["query"] for row in books.requests("/api.xro/2.0/Invoices")]
    assert sorted(
        query.count("%2C") + query.count(",") + 1 for query in asked if "IDs" in query
    ) == [
        1,
        40,
    ]


def test_deliveries_to_two_threads_at_once_are_both_taken(books: Books, hook: Hook):
    tenant = books.organisation.tenant_id
    events = [event(tenant) for _ in range(200)]

    with (
        books.in_thread(lambda: hook.deliver(*events)),
        books.in_thread(lambda: hook.deliver(*reversed(events))),
    ):
        pass

    eventually(lambda: WebhookDelivery.objects.filter(verdict="taken").count() == 2)
    assert WebhookEvent.objects.count() == 200
