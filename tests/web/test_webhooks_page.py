"""The page about webhooks, and the command: what to enter at Xero, and whether deliveries arrive."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from typer.testing import CliRunner

from factories import make_member
from tallystick.cli import app
from tallystick.cli.exits import Exit
from tallystick.connections.models import Connection, Organisation
from tallystick.sync.models import (
    LapseReason,
    Reading,
    RefusalReason,
    WebhookCategory,
    WebhookDelivery,
    WebhookLapse,
    WebhookRefusal,
)
from tallystick.sync.webhooks.categories import TOLD_KINDS
from tallystick.sync.webhooks.receiving import receive
from tallystick.sync.webhooks.registration import PATH
from tallystick.sync.webhooks.standing import LIKELY, Health, webhook_standing
from tallystick.workspaces.models import Role
from webhook_bodies import KEY, OTHER_KEY, body, event, signed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(settings) -> None:
    settings.XERO_WEBHOOK_KEYS = [KEY]


@pytest.fixture
def organisation(organisation: Organisation) -> Organisation:
    Connection.objects.update(tenant_id=organisation.tenant_id)
    return organisation


@pytest.fixture
def page(browser: Client, address):
    return lambda: browser.get(address("webhooks"))


def come(raw: bytes, key: str = KEY) -> None:
    receive(raw, signed(raw, key)["x-xero-signature"])


def health(organisation: Organisation | None = None) -> Health:
    return webhook_standing(organisation).health


def test_the_page_says_what_to_enter_at_xero(page, organisation, settings):
    settings.PUBLIC_URL = "https://books.example.com"

    text = page().text

    assert f"https://books.example.com{PATH}" in text
    for category in WebhookCategory:
        assert f"<code>{category.value}</code>" in text
    assert "One key is set here." in text
    assert KEY not in text


def test_integrations_leads_there(browser: Client, address):
    assert f'href="{address("webhooks")}"' in browser.get(address("integrations")).text


def test_whoever_may_look_at_the_workspace_may_look_at_it(workspace, address, signed_in):
    viewer = signed_in(make_member(workspace, Role.VIEWER))

    assert viewer.get(address("webhooks")).status_code == 200
    assert Client().get(address("webhooks")).status_code == 302


def test_an_address_that_xero_cannot_deliver_to_is_told(page, organisation, settings):
    settings.XERO_API_URL = "https://api.xero.com"
    for public, is_told in (
        ("http://localhost:8000", True),
        ("https://books.example.com:8443", True),
        ("https://books.example.com", False),
        ("https://books.example.com:443", False),
    ):
        settings.PUBLIC_URL = public
        assert ("Xero cannot deliver to this address" in page().text) is is_told


def test_the_stand_in_delivers_anywhere(page, organisation, settings):
    settings.XERO_API_URL, settings.PUBLIC_URL = "http://localhost:9000", "http://localhost:8000"

    assert "Xero cannot deliver to this address" not in page().text


def test_how_it_stands_follows_what_has_come(page, organisation, settings):
    settings.XERO_WEBHOOK_KEYS = []
    assert health() == Health.OFF
    settings.XERO_WEBHOOK_KEYS = [KEY]
    assert health() == Health.UNHEARD
    come(body())
    assert health() == Health.TESTED
    come(body(event(organisation.tenant_id)))
    assert health() == Health.ARRIVING
    assert Health.ARRIVING.title in page().text


def test_deliveries_that_are_refused_since_the_last_good_one_are_told_with_the_likely_reason(
    page, organisation
):
    come(body(event(organisation.tenant_id)))
    WebhookDelivery.objects.update(at=F("at") - timedelta(hours=1))
    come(body(event(organisation.tenant_id)), OTHER_KEY)

    assert health(organisation) == Health.REFUSED
    text = page().text
    assert Health.REFUSED.title in text
    assert "1 because no key that is set here makes its signature" in text
    assert "Compare the key with XERO_WEBHOOK_KEYS." in text

    come(body(event(organisation.tenant_id)))
    assert health(organisation) == Health.ARRIVING


def test_wrong_signatures_of_xeros_own_test_are_no_alarm(page, organisation):
    come(body())
    come(body(), OTHER_KEY)

    assert health() == Health.TESTED
    text = page().text
    assert "1 wrong signature came about the time of Xero" in text
    assert "Refused in the last 24 hours" not in text


def test_what_a_stranger_sends_unsigned_is_told_and_is_no_alarm(page, organisation):
    come(body(event(organisation.tenant_id)))
    WebhookDelivery.objects.update(at=F("at") - timedelta(hours=1))
    receive(b"x", "")

    assert health() == Health.ARRIVING
    assert "1 because it bore no signature" in page().text


def test_every_reason_has_its_likely_cause():
    assert set(LIKELY) == set(RefusalReason)


def test_each_category_shows_what_was_told_and_when_it_is_read_in_any_case(page, organisation):
    come(body(*(event(organisation.tenant_id) for _ in range(3))))
    Reading.objects.create(
        organisation=organisation, kind="invoices", due_at=Now() + timedelta(minutes=12)
    )

    [invoices] = [
        one for one in webhook_standing(organisation).categories if one.category == "INVOICE"
    ]

    assert (invoices.told, bool(invoices.last_told_at)) == (3, True)
    text = page().text
    assert "in 12 min" in text
    assert "3, since" in text  # they wait to be fetched
    assert "Of contacts, credit notes, prepayments and overpayments no reading is planned" in text


def test_that_nothing_is_missed_is_said_only_where_all_is_read(page, organisation):
    for kind in TOLD_KINDS:
        assert "nothing is missed" not in page().text
        Reading.objects.create(organisation=organisation, kind=kind, due_at=Now())

    assert "nothing is missed and nothing doubled" in page().text


def test_until_something_came_what_to_enter_stands_first(page, organisation):
    first = page().text
    come(body())
    then = page().text

    def is_first(text: str) -> bool:
        return text.index("What to enter at Xero") < text.index("What has come")

    assert (is_first(first), is_first(then)) == (True, False)


def test_what_was_not_told_stands_there_with_what_was_done_about_it(page, organisation):
    other = Organisation.objects.create(
        workspace=organisation.workspace, tenant_id=uuid.uuid4(), name="Other books"
    )
    made = WebhookLapse.objects.create
    made(reason=LapseReason.GAP, first_sequence=12, last_sequence=14, swept_at=Now())
    made(reason=LapseReason.UNREAD)
    made(reason=LapseReason.SILENCE, organisation=organisation, category="INVOICE", swept_at=Now())
    made(reason=LapseReason.SILENCE, organisation=other, category="CONTACT", swept_at=Now())

    text = page().text

    assert "events 12 to 14 did not arrive." in text
    assert "Readings become due over it within five minutes" in text
    assert "A change among invoices and bills was found of which no delivery had told." in text
    assert "among contacts" not in text
    assert health(organisation) == Health.UNHEARD  # nothing ever came: that comes first


def test_a_silence_is_told_until_it_is_over(page, organisation):
    come(body(event(organisation.tenant_id)))
    silence = WebhookLapse.objects.create(
        reason=LapseReason.SILENCE, organisation=organisation, category="INVOICE", swept_at=Now()
    )
    assert health(organisation) == Health.SILENT
    assert "silent, noticed" in page().text

    WebhookLapse.objects.filter(pk=silence.pk).update(ended_at=Now())
    assert health(organisation) == Health.ARRIVING
    assert "Told again" in page().text


def test_before_anything_is_connected_the_page_stands_all_the_same(page):
    answer = page()

    assert answer.status_code == 200
    assert "Waiting to be fetched" not in answer.text


def test_nothing_of_another_workspace_shows(page, organisation):
    stranger = str(uuid.uuid4())
    come(body(event(stranger)))

    text = page().text

    assert "1 event in the last 24 hours told of organisations that no workspace" in text
    assert stranger not in text


def test_the_command_tells_the_same(organisation, settings):
    settings.PUBLIC_URL = "https://books.example.com"
    come(body(event(organisation.tenant_id)))
    WebhookRefusal.objects.create(
        minute=Now() - timedelta(hours=2), reason=RefusalReason.NO_SIGNATURE, count=4
    )

    ended = CliRunner().invoke(app, ["webhooks", "--json"])

    facts = json.loads(ended.stdout)
    assert ended.exit_code == Exit.OK
    assert facts["health"] == "arriving"
    assert facts["address"] == f"https://books.example.com{PATH}"
    assert (facts["keys_set"], facts["deliveries_last_day"], facts["waiting"]) == (1, 1, 1)
    assert facts["refused_last_day"][0]["count"] == 4
    assert facts["told"][1]["category"] == "INVOICE"
    assert KEY not in ended.stdout


def test_the_command_ends_with_3_where_a_person_is_needed(organisation):
    come(body(event(organisation.tenant_id)), OTHER_KEY)

    ended = CliRunner().invoke(app, ["webhooks"])

    assert ended.exit_code == Exit.NEEDS_PERSON
    assert "Deliveries are refused." in ended.stdout
    assert "Refused 1 because no key that is set here makes its signature" in ended.stdout
