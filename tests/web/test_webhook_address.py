"""The address that Xero delivers to: what it answers, and what it keeps, whatever comes."""

import json
import logging
import uuid
import zlib
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import OperationalError
from django.test import Client

from factories import make_workspace
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.sync.models import (
    DeliveryVerdict,
    RefusalReason,
    WebhookDelivery,
    WebhookEvent,
    WebhookRefusal,
)
from tallystick.sync.webhooks import receiving
from tallystick.sync.webhooks.registration import PATH
from webhook_bodies import KEY, OTHER_KEY, body, event, signed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(settings) -> None:
    settings.XERO_WEBHOOK_KEYS = [KEY]


@pytest.fixture
def deliver(client: Client):
    """Deliver as Xero would, and see that the answer is as it wants it."""

    def deliver(raw: bytes, headers: dict[str, str] | None = None, **more) -> int:
        sent = {"content_type": "application/json", "headers": headers or signed(raw), **more}
        answer = client.post(PATH, raw, **sent)
        assert answer.content == b""
        assert not answer.cookies
        assert "Vary" not in answer
        return answer.status_code

    return deliver


def test_what_is_rightly_signed_is_kept_and_answered_with_nothing(deliver, organisation):
    told = event(organisation.tenant_id, at=datetime(2026, 11, 30, 10, 0, 1, 234000, UTC))

    assert deliver(body(told, first=76)) == 200

    [kept] = WebhookEvent.objects.all()
    assert (kept.organisation, kept.category) == (organisation, "INVOICE")
    assert str(kept.resource_id) == told["resourceId"]
    assert kept.event_at == datetime(2026, 11, 30, 10, 0, 1, 234000, UTC)
    assert kept.done_at is None
    [delivery] = WebhookDelivery.objects.all()
    assert (delivery.verdict, delivery.first_sequence, delivery.last_sequence) == ("taken", 76, 76)
    assert (delivery.event_count, delivery.new_count, delivery.left_out) == (1, 1, {})
    assert delivery.raw is None


def test_the_bytes_are_verified_as_they_came(deliver, organisation):
    spaced = body(event(organisation.tenant_id)).replace(b":", b" :  ") + b"\n"

    assert deliver(spaced) == 200
    assert deliver(spaced.strip(), signed(spaced)) == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"x-xero-signature": "x"},
        {"x-xero-signature": "é" * 44},
        {"x-xero-signature": ""},
        {"x-other": "1"},
    ],
)
def test_what_is_not_signed_is_refused_and_nothing_of_it_kept(deliver, organisation, headers):
    assert deliver(body(event(organisation.tenant_id)), headers) == 401

    assert not WebhookDelivery.objects.exists()
    assert not WebhookEvent.objects.exists()


def test_a_signature_that_is_one_letter_off_is_refused(deliver):
    raw = body()
    [right] = signed(raw).values()

    for place in (0, 20, len(right) - 2):
        letter = "B" if right[place] == "A" else "A"
        wrong = right[:place] + letter + right[place + 1 :]
        assert deliver(raw, {"x-xero-signature": wrong}) == 401
    assert deliver(raw, {"x-xero-signature": right}) == 200


def test_while_keys_are_changed_both_are_good_and_afterwards_only_the_new_one(deliver, settings):
    raw = body()
    for live, good, bad in (
        ([KEY], [KEY], [OTHER_KEY]),
        ([OTHER_KEY, KEY], [KEY, OTHER_KEY], []),
        ([OTHER_KEY], [OTHER_KEY], [KEY]),
    ):
        settings.XERO_WEBHOOK_KEYS = live
        assert {deliver(raw, signed(raw, key)) for key in good} == {200}
        assert {deliver(raw, signed(raw, key)) for key in bad} <= {401}


def test_without_a_key_whatever_comes_is_refused(deliver, settings):
    settings.XERO_WEBHOOK_KEYS = []

    assert deliver(body(), signed(body(), "")) == 401

    assert refusals() == {RefusalReason.NO_KEYS: 1}


def test_refusals_are_counted_by_the_minute_and_not_one_by_one(deliver):
    for _ in range(5):
        deliver(b"{}", {"x-xero-signature": "wrong"})
    deliver(b"{}", {"x-other": "1"})

    assert refusals() == {RefusalReason.WRONG_SIGNATURE: 5, RefusalReason.NO_SIGNATURE: 1}
    assert WebhookRefusal.objects.count() <= 4  # a minute may have ended meanwhile


def refusals() -> Counter[str]:
    found: Counter[str] = Counter()
    for row in WebhookRefusal.objects.all():
        found[row.reason] += row.count
    return found


def test_xeros_own_test_passes(deliver):
    probe = body(first=0, last=0)

    assert deliver(probe) == 200
    assert deliver(probe, signed(probe, OTHER_KEY)) == 401

    assert WebhookDelivery.objects.get().verdict == DeliveryVerdict.PROBE


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_nothing_but_a_delivery_is_taken(client: Client, method):
    answer = getattr(client, method)(PATH)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.content == b""
    assert not answer.cookies


def test_nobody_is_asked_who_they_are(browser: Client, django_assert_num_queries):
    raw = body()

    with django_assert_num_queries(1) as asked:  # the one that keeps it: no session is looked for
        answer = browser.post(PATH, raw, content_type="application/json", headers=signed(raw))

    assert answer.status_code == 200
    assert "session" not in asked.captured_queries[0]["sql"]
    assert "Vary" not in answer


def test_the_protection_of_forms_does_not_stop_it(organisation):
    strict, raw = Client(enforce_csrf_checks=True), body(event(organisation.tenant_id))

    answer = strict.post(PATH, raw, content_type="application/json", headers=signed(raw))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
)
def test_whatever_type_it_is_said_to_have_its_bytes_are_read(deliver, organisation, kind):
    assert deliver(body(event(organisation.tenant_id)), content_type=kind) == 200
    assert WebhookEvent.objects.count() == 1


UNREADABLE = {
    "no JSON": b"hello",
    "nothing": b"",
    "no text": b"\xff\xfe\x00{",
    "a list": b"[]",
    "a number": b"7",
    "no events": b"{}",
    "events of another type": b'{"events": {"a": 1}}',
    "events twice": b'{"events": [], "events": [{}]}',
    "no number": b'{"events": [], "firstEventSequence": NaN}',
    "too long a number": b'{"events": [], "firstEventSequence": ' + b"9" * 5000 + b"}",
    "too deep": b'{"events": ' + b"[" * 100_000 + b"}",
    "null bytes": b"\0" * 50,
}


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_signed_and_cannot_be_read_is_taken_and_kept_as_it_came(deliver, raw):
    assert deliver(raw) == 200

    [kept] = WebhookDelivery.objects.all()
    assert kept.verdict == DeliveryVerdict.UNREADABLE
    assert kept.problem
    assert zlib.decompress(kept.raw) == raw


STRANGE = {
    "no object": "x",
    "nothing in it": {},
    "a number for an id": {"resourceId": 7},
    "a list for an id": {"resourceId": ["a"]},
    "an id in braces": {"resourceId": "{" + str(uuid.uuid4()) + "}"},
    "a null byte": {"resourceId": "a\0b"},
    "half a letter": {"resourceId": "\ud800"},
    "a tenant of another type": {"tenantId": True},
    "no time": {"eventDateUtc": "yesterday"},
    "a time before all time": {"eventDateUtc": "0001-01-01T00:00:00+14:00"},
    "a number for a time": {"eventDateUtc": 1},
    "no category": {"eventCategory": None},
}


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE.keys())
def test_an_event_that_cannot_be_read_is_counted_and_the_others_are_kept(
    deliver, organisation, strange
):
    good = event(organisation.tenant_id)
    bad = good | strange if isinstance(strange, dict) and strange else strange

    assert deliver(body(bad, good)) == 200

    assert WebhookEvent.objects.count() == 1
    assert WebhookDelivery.objects.get().left_out == {"unreadable": 1}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-30T10:00:00", datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("2026-11-30T10:00:00.1234567", datetime(2026, 11, 30, 10, 0, 0, 123456, UTC)),
        ("2026-11-30T10:00:00Z", datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("2026-11-30T23:00:00+13:00", datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999", datetime(9999, 12, 31, 23, 59, 59, 999000, UTC)),
    ],
)
def test_times_mean_utc(deliver, organisation, text, read):
    assert deliver(body(event(organisation.tenant_id, eventDateUtc=text))) == 200

    assert WebhookEvent.objects.get().event_at == read


@pytest.mark.parametrize(
    ("first", "last", "kept"),
    [
        (1, 2**31 - 1, (1, 2**31 - 1)),
        ("1", "2", (None, None)),
        (True, True, (None, None)),
        (2, 1, (None, None)),
        (-1, 1, (None, None)),
        (1, 2**70, (None, None)),
        (1.5, 2, (None, None)),
    ],
)
def test_numbers_that_are_none_are_not_counted_by(deliver, organisation, first, last, kept):
    assert deliver(body(event(organisation.tenant_id), first=first, last=last)) == 200

    delivery = WebhookDelivery.objects.get()
    assert (delivery.first_sequence, delivery.last_sequence) == kept
    assert WebhookEvent.objects.count() == 1


def test_what_is_left_out_is_counted_by_its_reason(deliver, organisation):
    known = event(organisation.tenant_id)
    events = [
        *(known, known),
        event(uuid.uuid4()),
        event(organisation.tenant_id, category="PAYMENT"),
        event(uuid.uuid4(), category="SUBSCRIPTION", tenantType="APPLICATION"),
        event(organisation.tenant_id, resourceId=None),
        event(organisation.tenant_id, category="CONTACT"),
    ]

    assert deliver(body(*events)) == 200

    delivery = WebhookDelivery.objects.get()
    assert (delivery.event_count, delivery.new_count) == (7, 2)
    assert delivery.left_out == {
        "doubled": 1,
        "unknown_organisation": 1,
        "unknown_category": 1,
        "subscription": 1,
        "unreadable": 1,
    }
    assert sum(delivery.left_out.values()) + delivery.new_count == delivery.event_count


def test_a_delivery_that_comes_twice_adds_nothing(deliver, organisation):
    raw = body(event(organisation.tenant_id), event(organisation.tenant_id))

    assert (deliver(raw), deliver(raw)) == (200, 200)

    assert WebhookEvent.objects.count() == 2
    assert [one.new_count for one in WebhookDelivery.objects.order_by("pk")] == [2, 0]


def test_of_several_workspaces_that_know_an_organisation_only_the_bound_one_counts(
    deliver, organisation
):
    former = make_workspace("Former")
    known = Organisation.objects.create(
        workspace=former, tenant_id=organisation.tenant_id, name="The same books"
    )
    Connection.objects.create(workspace=former)

    deliver(body(event(organisation.tenant_id)))

    assert WebhookEvent.objects.get().organisation == organisation
    assert not known.webhook_events.exists()


@pytest.mark.parametrize(
    ("status", "kept"),
    [
        (ConnectionStatus.CONNECTED, 1),
        (ConnectionStatus.ERROR, 1),  # fetched once somebody has reconnected
        (ConnectionStatus.DISCONNECTED, 0),
    ],
)
def test_what_is_told_of_books_that_are_not_bound_is_not_kept(deliver, organisation, status, kept):
    bound = organisation.tenant_id if kept else None
    Connection.objects.update(
        status=status, tenant_id=bound, organisation=organisation if kept else None
    )

    deliver(body(event(organisation.tenant_id)))

    assert WebhookEvent.objects.count() == kept


@pytest.fixture
def organisation(organisation: Organisation) -> Organisation:
    """Bound as connecting does it: the connection names the tenant, too."""
    Connection.objects.update(tenant_id=organisation.tenant_id)
    return organisation


def test_what_is_too_large_is_refused_by_its_length(client: Client, monkeypatch):
    monkeypatch.setattr(receiving, "keys", lambda: pytest.fail("It was looked at."))

    answer = client.post(PATH, b"x" * (receiving.MOST_BYTES + 1), content_type="application/json")

    assert (answer.status_code, answer.content) == (413, b"")
    assert refusals() == {RefusalReason.TOO_LARGE: 1}


def test_ten_thousand_events_are_one_short_statement(deliver, organisation, settings):
    raw = body(*(event(organisation.tenant_id) for _ in range(10_000)))
    began = datetime.now(UTC)

    assert deliver(raw) == 200

    assert WebhookEvent.objects.count() == 10_000
    assert (datetime.now(UTC) - began).total_seconds() < 5


def test_while_the_database_is_away_xero_is_asked_to_come_again(deliver, monkeypatch):
    def broken(*_):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(receiving, "_keep", broken)

    assert deliver(body()) == 503


def test_what_is_not_signed_is_refused_though_the_database_is_away(deliver, monkeypatch):
    def broken(*_):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(receiving, "_count_refusal", broken)

    assert deliver(body(), signed(body(), OTHER_KEY)) == 401


def test_neither_key_nor_signature_nor_body_stands_in_a_log(deliver, caplog):
    caplog.set_level(logging.DEBUG)
    raw = json.dumps({"events": "SECRET-BODY"}).encode()
    [right] = signed(raw).values()

    deliver(raw)
    deliver(raw, {"x-xero-signature": "SECRET-SIGNATURE"})

    assert "webhooks" in caplog.text
    for secret in (KEY, right, "SECRET-BODY", "SECRET-SIGNATURE"):
        assert secret not in caplog.text
