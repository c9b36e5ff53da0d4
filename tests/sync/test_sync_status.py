"""Sync status: what is read, what is on its way, and what the calls of the day were for."""

import json
import zlib
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from pulling import pull, reading
from typer.testing import CliRunner

from tallystick.cli import app
from tallystick.connections.call_counts import calls_since
from tallystick.connections.models import ApiCall, CallPurpose, Connection
from tallystick.mirror.models import UnreadElement
from tallystick.sync.models import PulledKind, Reading
from tallystick.sync.reports.reading_status import ReadingState
from tallystick.sync.reports.sync_status import status_facts, support_text, sync_status
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)
INVOICES = PulledKind.INVOICES


def purposes(books: Books) -> dict[str, int]:
    told = calls_since(books.organisation, timezone.now() - timedelta(hours=1))
    return {one.purpose: one.calls for one in told.by_purpose}


def test_every_call_of_a_round_is_noted_with_what_it_was_for(books):
    ApiCall.objects.all().delete()
    Connection.objects.update(access_expires_at=Now())
    books.submit("INV-1")
    books.drain()
    pull(books, INVOICES)

    by_endpoint = set(ApiCall.objects.values_list("method", "endpoint", "purpose"))

    assert ("PUT", "Invoices", CallPurpose.SENDING) in by_endpoint
    assert ("GET", "Invoices", CallPurpose.ASKING) in by_endpoint
    assert ("GET", "Invoices", CallPurpose.READING) in by_endpoint
    assert not [one for one in by_endpoint if not one[2]]
    assert purposes(books)[CallPurpose.ACCESS] == 1


def test_the_forecast_goes_on_like_the_last_hour_and_never_beyond_what_is_left(books):
    ApiCall.objects.all().delete()
    now = timezone.now()
    for minutes, left in ((200, 90), (30, 80), (20, 70), (10, 60)):
        ApiCall.objects.create(
            organisation=books.organisation,
            at=now - timedelta(minutes=minutes),
            method="GET",
            endpoint="Invoices",
            status=200,
            milliseconds=5,
            request_bytes=1,
            response_bytes=100,
            day_remaining=left,
            purpose=CallPurpose.READING,
            error="ServerFailed" if minutes == 30 else "",
        )

    told = calls_since(books.organisation, now - timedelta(hours=5))

    assert (told.calls, told.failed, told.received_bytes, told.lately) == (4, 1, 400, 3)
    assert (told.left, told.last_error) == (60, "ServerFailed")
    assert told.forecast(now, now + timedelta(hours=2)) == 4 + 6
    assert told.forecast(now, now + timedelta(hours=100)) == 4 + 60


def test_a_first_import_tells_how_far_it_is_and_how_long_it_takes(books):
    Reading.objects.all().delete()
    ApiCall.objects.all().delete()
    Reading.objects.create(
        organisation=books.organisation,
        kind=INVOICES,
        begun_at=Now(),
        due_at=Now(),
        page=3,
        found=5000,
        handled=2000,
    )
    for seconds in (60, 40):
        ApiCall.objects.create(
            organisation=books.organisation,
            at=timezone.now() - timedelta(seconds=seconds),
            method="GET",
            endpoint="Invoices",
            status=200,
            milliseconds=5,
            day_remaining=4000,
            purpose=CallPurpose.READING,
        )

    first = sync_status(books.workspace).first_import

    assert (first.is_open, first.found, first.done, first.uncounted) == (True, 5000, 2000, [])
    assert first.per_minute == pytest.approx(2000, rel=0.05)
    assert first.minutes_left == 2
    assert first.calls_left == 4000


def test_a_kind_that_xero_refuses_says_so_with_its_reason(books):
    pull(books, INVOICES)
    Reading.objects.filter(kind=INVOICES).update(off_at=Now(), off_reason="Xero does not allow it.")

    told = {one.kind: one for one in sync_status(books.workspace).kinds}

    assert told[INVOICES].state is ReadingState.OFF
    facts = next(
        one
        for one in status_facts(sync_status(books.workspace))["reading"]
        if one["kind"] == INVOICES
    )
    assert facts["off_reason"] == "Xero does not allow it."
    assert facts["last_at"] is not None


def test_what_is_not_as_it_should_be_is_never_called_read(books):
    pull(books, INVOICES)
    Reading.objects.filter(kind=INVOICES).update(alarm="Xero counts 3 and 2 are here.")

    status = sync_status(books.workspace)

    assert {one.kind: one.state for one in status.kinds}[INVOICES] is ReadingState.ALARMED
    assert status.alarms == [("Invoices and bills", "Xero counts 3 and 2 are here.")]


def test_what_could_not_be_read_is_counted_and_shown_as_it_came(books):
    pull(books, INVOICES)
    UnreadElement.objects.create(
        organisation=books.organisation,
        endpoint="Invoices",
        key="1",
        reason="Total is no number",
        raw=zlib.compress(b'{"Total": "many"}' + b" " * 9000),
        first_at=timezone.now(),
        last_at=timezone.now(),
    )

    status = sync_status(books.workspace)

    assert status.unread_count == 1
    [shown] = status.unread
    assert (shown.reason, shown.is_cut) == ("Total is no number", True)
    assert shown.text.startswith('{"Total": "many"}')


def test_details_for_support_hold_what_helps_and_no_secret(books):
    books.submit("INV-1")
    pull(books, INVOICES)
    held = Connection.objects.get()

    text = support_text(sync_status(books.workspace))

    assert "Invoices and bills: " in text
    assert str(books.organisation.tenant_id) in text
    for secret in (held.access_token, held.refresh_token, books.owner.email, "Harbour Cafe"):
        assert secret
        assert secret not in text


def test_the_commands_tell_the_same_and_pause_and_resume(books):
    pull(books, INVOICES)
    Reading.objects.filter(kind=INVOICES).update(whole_at=None, is_by_hand=False)
    told = sync_status(books.workspace)

    def command(*arguments: str) -> str:
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        return result.output

    found = json.loads(command("status", "--json"))
    assert found["reading"] == json.loads(json.dumps(status_facts(told)["reading"]))
    assert found["calls_today"]["calls"] == ApiCall.objects.count()
    assert "Invoices and bills" in command("status")
    assert json.loads(command("pull", "--pause", "--json"))["first_import"]["paused"]
    assert reading(books, INVOICES).is_paused
    assert "paused" in command("pull")
    assert (
        json.loads(command("pull", "--from", "2026-01-31", "--json"))["first_import"]["starts_on"]
        == "2026-01-31"
    )
    command("pull", "--resume")
    assert not reading(books, INVOICES).is_paused
    assert CliRunner().invoke(app, ["pull", "--from", "yesterday"]).exit_code != 0


def test_a_log_of_earlier_days_is_not_counted(books):
    ApiCall.objects.update(at=F("at") - timedelta(days=2))

    assert sync_status(books.workspace).calls.calls == 0
