"""What deliveries did not tell is noticed, by their numbers and by what readings find, and is read."""

from datetime import UTC, datetime, timedelta

import pytest
from bookkeeper import Bookkeeper
from django.db.models import F
from django.db.models.functions import Now
from hooked_books import Hook, register

from factories import make_workspace
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.mirror.models import MirroredDocument
from tallystick.sync.models import (
    DeliveryVerdict,
    LapseReason,
    PulledKind,
    Reading,
    WebhookDelivery,
    WebhookEvent,
    WebhookLapse,
    WebhookRefusal,
    WebhookWatch,
)
from tallystick.sync.pull.schedule import start_readings
from tallystick.sync.webhooks import forgetting, silence, watching
from tallystick.sync.webhooks.categories import TOLD_KINDS, TOLD_OF
from tallystick.sync.webhooks.receiving import receive
from webhook_bodies import KEY, body, event, signed
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


class Numbered:
    """Deliveries made by hand, one minute after the other, of one connected organisation."""

    def __init__(self) -> None:
        self.organisation = bound("Harbour Goods")

    def come(self, first: int, last: int | None = None, *, held: int | None = None) -> None:
        """Deliver events with these numbers, or fewer events than that."""
        last = last if last is not None else first
        count = held if held is not None else last - first + 1
        tenant = self.organisation.tenant_id
        self.raw = body(*(event(tenant) for _ in range(count)), first=first, last=last)
        self.again()

    def again(self) -> None:
        [signature] = signed(self.raw).values()
        assert receive(self.raw, signature).value == 200

    def pass_time(self, seconds: float = watching.GRACE.total_seconds() + 1) -> None:
        """Let time pass, for all that has come."""
        wait = timedelta(seconds=seconds)
        WebhookDelivery.objects.update(at=F("at") - wait)
        WebhookWatch.objects.update(
            looked_at=F("looked_at") - wait, sweep_began_at=F("sweep_began_at") - wait
        )

    def look(self) -> None:
        self.pass_time()
        watching.watch_deliveries()


def bound(name: str) -> Organisation:
    """Make a workspace with an organisation that it is connected to."""
    workspace = make_workspace(name)
    organisation = Organisation.objects.create(
        workspace=workspace, tenant_id=workspace_uuid(workspace.pk), name=f"Books of {name}"
    )
    Connection.objects.create(
        workspace=workspace,
        organisation=organisation,
        tenant_id=organisation.tenant_id,
        status=ConnectionStatus.CONNECTED,
        connected_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return organisation


def workspace_uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


@pytest.fixture
def numbered(transactional_db: None, settings) -> Numbered:
    settings.XERO_WEBHOOK_KEYS = [KEY]
    return Numbered()


def lapses() -> list[tuple[str, int | None, int | None]]:
    rows = WebhookLapse.objects.order_by("pk")
    return list(rows.values_list("reason", "first_sequence", "last_sequence"))


def due_kinds(organisation: Organisation) -> set[str]:
    due = Reading.objects.filter(organisation=organisation, due_at__lte=Now())
    return set(due.values_list("kind", flat=True))


def test_numbers_that_follow_one_another_are_no_lapse(numbered: Numbered):
    for first, last in ((76, 76), (77, 80), (81, 81)):
        numbered.come(first, last)
        numbered.look()

    assert lapses() == []
    assert WebhookWatch.objects.get().counted_to == 81
    assert due_kinds(numbered.organisation) == set()


def test_a_gap_has_what_webhooks_tell_read_at_once(numbered: Numbered):
    start_readings(numbered.organisation, TOLD_KINDS)
    Reading.objects.update(due_at=None)
    numbered.come(1)
    numbered.look()
    numbered.come(4)

    numbered.look()

    assert lapses() == [(LapseReason.GAP, 2, 3)]
    assert due_kinds(numbered.organisation) == set(TOLD_KINDS)
    reading = Reading.objects.get(kind=PulledKind.INVOICES)
    assert reading.due_why == "Xero's webhooks did not tell of everything."
    assert WebhookLapse.objects.get().swept_at


def test_what_comes_out_of_its_order_is_waited_for(numbered: Numbered):
    numbered.come(1)
    numbered.look()
    numbered.come(3)
    numbered.come(4)
    watching.watch_deliveries()
    numbered.come(2)

    numbered.look()

    assert lapses() == []
    assert WebhookWatch.objects.get().counted_to == 4


def test_what_comes_after_its_gap_was_noted_is_taken_and_no_second_lapse(numbered: Numbered):
    numbered.come(1)
    numbered.come(3)
    numbered.look()
    assert lapses() == [(LapseReason.GAP, 2, 2)]

    numbered.come(2)
    numbered.look()

    assert lapses() == [(LapseReason.GAP, 2, 2)]
    assert WebhookEvent.objects.count() == 3


def test_a_doubled_delivery_is_no_lapse(numbered: Numbered):
    numbered.come(1, 3)
    numbered.look()
    numbered.come(4, 6)
    numbered.again()
    numbered.look()
    numbered.again()
    numbered.look()

    assert lapses() == []


def test_a_delivery_with_fewer_events_than_numbers_is_a_lapse_once(numbered: Numbered):
    numbered.come(1, 5, held=3)
    numbered.look()
    numbered.again()
    numbered.look()

    assert lapses() == [(LapseReason.SHORT, 1, 5)]


def test_numbers_that_begin_anew_are_noticed_and_counted_from_there(numbered: Numbered):
    for first, last in ((5000, 5003), (5004, 5009)):
        numbered.come(first, last)
        numbered.look()

    numbered.come(1, 2)  # the webhook was made anew at Xero
    numbered.look()
    numbered.come(3)
    numbered.look()
    assert lapses() == [(LapseReason.ANEW, 1, 2)]
    assert WebhookWatch.objects.get().counted_to == 3

    numbered.come(5)
    numbered.look()
    assert lapses()[1:] == [(LapseReason.GAP, 4, 4)]


def test_an_event_that_could_not_be_read_has_the_readings_look(numbered: Numbered):
    raw = body(event(numbered.organisation.tenant_id, resourceId="?"), first=1)
    receive(raw, signed(raw)["x-xero-signature"])
    receive(b"?", signed(b"?")["x-xero-signature"])

    numbered.look()

    assert lapses() == [(LapseReason.UNREAD, 1, 1), (LapseReason.UNREAD, None, None)]
    assert due_kinds(numbered.organisation) == set(TOLD_KINDS)


def test_however_much_is_lost_readings_are_not_made_due_again_and_again(numbered: Numbered):
    for number in (1, 3, 5):
        numbered.come(number)
        numbered.look()
    began = WebhookWatch.objects.get().sweep_began_at
    assert WebhookLapse.objects.filter(swept_at=None).count() == 1  # it came after that

    Reading.objects.update(due_at=None)
    numbered.pass_time(240)
    numbered.look()
    assert due_kinds(numbered.organisation) == set()

    numbered.pass_time(60)
    numbered.look()

    assert not WebhookLapse.objects.filter(swept_at=None).exists()
    assert due_kinds(numbered.organisation) == set(TOLD_KINDS)
    assert WebhookWatch.objects.get().sweep_began_at > began


def test_of_many_organisations_a_part_becomes_due_at_a_time(numbered: Numbered, monkeypatch):
    monkeypatch.setattr(watching, "_AT_ONCE", 2)
    others = [bound(f"Number {number}") for number in range(4)]
    away = bound("Away")
    Connection.objects.filter(organisation=away).update(status=ConnectionStatus.ERROR)
    numbered.come(1)
    numbered.come(3)
    numbered.look()
    due = Reading.objects.values("organisation").distinct()
    assert due.count() == 2

    for expected in (4, 5, 5):
        watching.watch_deliveries()
        assert due.count() == expected

    assert due_kinds(others[-1]) == set(TOLD_KINDS)
    assert due_kinds(away) == set()
    assert WebhookWatch.objects.get().sweep_to is None


def test_without_a_key_nothing_is_looked_at(
    numbered: Numbered, settings, django_assert_num_queries
):
    numbered.come(1)
    settings.XERO_WEBHOOK_KEYS = []

    with django_assert_num_queries(0):
        watching.watch_deliveries()
        silence.look_for_silence()


# What a lost event told stands here all the same


@pytest.fixture
def hook(books: Books, live_server, settings) -> Hook:
    return register(books, live_server.url, settings)


@pytest.mark.parametrize("manners", [{"lose": 100}, {"lose": 100, "batch": 1}])
def test_what_was_lost_on_its_way_is_read_once_the_next_has_come(
    books: Books, hook: Hook, bookkeeper: Bookkeeper, manners
):
    documents = [books.submit(f"INV-{number}") for number in range(2)]
    books.work()
    hook.fetch()
    hook.watch()
    assert lapses() == []
    lost, seen = (books.link(document) for document in documents)
    hook.manners(**manners)
    bookkeeper.approve(lost)
    hook.settle()
    hook.manners(lose=0)
    bookkeeper.approve(seen)
    hook.fetch()
    assert [books.link(one).xero_status for one in documents] == ["DRAFT", "AUTHORISED"]

    hook.watch()
    books.work()

    assert [books.link(one).xero_status for one in documents] == ["AUTHORISED", "AUTHORISED"]
    assert WebhookLapse.objects.get().reason == LapseReason.GAP


# Silence


def mirrored(
    organisation: Organisation, minutes: int, endpoint: str = "Invoices"
) -> MirroredDocument:
    """A change that a reading has found, so many minutes after Xero made it."""
    row = MirroredDocument(
        organisation=organisation,
        xero_id=workspace_uuid(minutes + 1000),
        updated_at=datetime.now(UTC) - timedelta(minutes=minutes),
        read_at=datetime.now(UTC),
        noticed_at=datetime.now(UTC),
        digest=b"",
        raw=b"",
        endpoint=endpoint,
    )
    row.save()
    return row


@pytest.fixture
def heard(numbered: Numbered) -> Numbered:
    """Deliveries came a while ago."""
    numbered.come(1)
    WebhookEvent.objects.update(
        event_at=F("event_at") - timedelta(hours=2), noticed_at=F("noticed_at") - timedelta(hours=2)
    )
    numbered.pass_time(7200)
    watching.watch_deliveries()
    return numbered


def silences() -> list[tuple[str, bool]]:
    rows = WebhookLapse.objects.filter(reason=LapseReason.SILENCE).order_by("pk")
    return [(row.category, row.ended_at is None) for row in rows]


def test_a_change_that_no_delivery_told_is_a_silence_and_is_read_again(heard: Numbered):
    mirrored(heard.organisation, 30)

    silence.look_for_silence()
    silence.look_for_silence()

    assert silences() == [("INVOICE", True)]
    assert due_kinds(heard.organisation) == {PulledKind.INVOICES}

    Reading.objects.update(due_at=None)
    WebhookLapse.objects.update(swept_at=F("swept_at") - silence.READ_AGAIN)
    silence.look_for_silence()
    assert silences() == [("INVOICE", True)]
    assert due_kinds(heard.organisation) == {PulledKind.INVOICES}


def test_a_silence_ends_with_the_next_event_of_its_category(heard: Numbered):
    mirrored(heard.organisation, 30)
    silence.look_for_silence()

    heard.come(2)
    silence.look_for_silence()

    assert silences() == [("INVOICE", False)]


@pytest.mark.parametrize("minutes", [1, 9, 60 * 7])
def test_what_is_still_to_be_told_or_long_past_is_no_silence(heard: Numbered, minutes):
    WebhookDelivery.objects.update(at=F("at") - timedelta(days=1))
    mirrored(heard.organisation, minutes)

    silence.look_for_silence()

    assert silences() == []


def test_what_was_changed_before_anything_came_is_no_silence(heard: Numbered):
    mirrored(heard.organisation, 180)

    silence.look_for_silence()

    assert silences() == []


def test_what_was_changed_before_the_books_were_connected_is_no_silence(heard: Numbered):
    mirrored(heard.organisation, 30)
    Connection.objects.update(connected_at=Now())

    silence.look_for_silence()

    assert silences() == []


def test_a_change_that_was_told_is_no_silence(heard: Numbered):
    row = mirrored(heard.organisation, 30)
    at = row.updated_at - timedelta(seconds=30)  # Xero's two clocks need not agree
    told = event(heard.organisation.tenant_id, row.xero_id, at=at)
    raw = body(told, first=2)
    receive(raw, signed(raw)["x-xero-signature"])

    silence.look_for_silence()

    assert silences() == []


def test_each_category_is_silent_on_its_own(heard: Numbered):
    mirrored(heard.organisation, 30)
    mirrored(heard.organisation, 31, "CreditNotes")
    mirrored(heard.organisation, 32, "BankTransactions")  # of these Xero never tells

    silence.look_for_silence()

    assert sorted(silences()) == [("CREDITNOTE", True), ("INVOICE", True)]
    expected = {TOLD_OF[category].kind for category in ("CREDITNOTE", "INVOICE")}
    assert due_kinds(heard.organisation) == expected


# Growth


def age(**days: int) -> None:
    """Move everything into the past."""
    by = timedelta(**days)
    WebhookDelivery.objects.update(at=F("at") - by)
    WebhookEvent.objects.update(noticed_at=F("noticed_at") - by)
    WebhookRefusal.objects.update(minute=F("minute") - by)
    WebhookLapse.objects.update(noticed_at=F("noticed_at") - by)


def test_what_is_old_is_forgotten_and_what_waits_is_not(numbered: Numbered):
    numbered.come(1)
    WebhookEvent.objects.update(done_at=Now())
    numbered.come(2)
    numbered.come(3, 9, held=1)
    receive(b"?", signed(b"?")["x-xero-signature"])
    receive(b"!", signed(b"!")["x-xero-signature"])
    receive(b"?", "wrong")
    numbered.look()
    assert WebhookLapse.objects.count() == 3

    age(days=2)
    forgetting.forget_old()
    assert WebhookEvent.objects.count() == 3
    assert WebhookDelivery.objects.count() == 5
    assert WebhookRefusal.objects.exists()

    age(days=2)
    forgetting.forget_old()
    assert WebhookEvent.objects.count() == 2  # they wait
    verdicts = sorted(WebhookDelivery.objects.values_list("verdict", flat=True))
    assert verdicts == [DeliveryVerdict.TAKEN, *2 * [DeliveryVerdict.UNREADABLE]]
    assert not WebhookRefusal.objects.exists()
    assert WebhookLapse.objects.count() == 3

    age(days=30)
    forgetting.forget_old()
    assert not WebhookEvent.objects.exists()
    assert not WebhookLapse.objects.exists()
    verdicts = sorted(WebhookDelivery.objects.values_list("verdict", flat=True))
    assert verdicts == [DeliveryVerdict.TAKEN, DeliveryVerdict.UNREADABLE]  # the newest of each
