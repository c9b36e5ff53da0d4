"""Settings, Integrations in all its states, and the way to Xero and back through the pages."""

import re
from datetime import time, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from consenting import NZ, answer_consent, connect
from factories import line, make_document, make_member, make_user, make_workspace, owner_of
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.connections.services import connection_of
from tallystick.sync.acts.changing_rules import save_policy
from tallystick.sync.links.sync_rules import KINDS
from tallystick.sync.models import Lane, Link, LinkState, Trigger
from tallystick.workspaces.models import Role, User, Workspace
from xero_sandbox.server import Running

pytestmark = pytest.mark.django_db
CALLBACK = "/api/integrations/xero/callback"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def browser(workspace: Workspace) -> Client:
    return signed_in(owner_of(workspace))


def address(workspace: Workspace, act: str = "") -> str:
    return f"/w/{workspace.slug}/settings/integrations/{act}"


def page(client: Client, workspace: Workspace, query: str = "") -> str:
    response = client.get(address(workspace) + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def come_back(client: Client, answer: dict[str, str]) -> tuple[int, str]:
    """Follow Xero's redirect; return status and where it leads."""
    response = client.get(CALLBACK, answer)
    return response.status_code, response.get("Location", "")


def press_connect(client: Client, workspace: Workspace) -> str:
    """Return the address of Xero's page that the button leads to."""
    response = client.post(address(workspace, "connect/"))
    assert response.status_code == 302
    return str(response["Location"])


def test_a_person_connects_and_lands_on_the_card_with_the_organisations_name(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    assert "Connect Xero" in page(browser, workspace)

    status, where = come_back(browser, answer_consent(press_connect(browser, workspace)))

    assert status == 302
    assert urlsplit(where).path == address(workspace)
    assert dict(parse_qsl(urlsplit(where).query)) == {
        "xero": "connected",
        "org": "Demo Company (NZ)",
    }
    card = page(browser, workspace, "?" + urlsplit(where).query)
    assert "Demo Company (NZ) is connected" in card
    assert '<p class="name">Demo Company (NZ)</p>' in card
    assert "Connected by" in card
    assert "Ada Lovelace" in card


def test_the_nonce_stays_in_a_cookie_that_scripts_cannot_read(
    xero: Running, workspace: Workspace, browser: Client, settings: Settings
) -> None:
    settings.SESSION_COOKIE_SECURE = True

    response = browser.post(address(workspace, "connect/"))

    cookie = response.cookies["tallystick_xero"]
    assert cookie.value not in response["Location"]
    assert (cookie["httponly"], cookie["secure"]) == (True, True)
    assert (cookie["samesite"], cookie["path"]) == ("Lax", "/api/integrations/xero/")
    assert cookie["max-age"] == 600


def test_a_declined_consent_ends_on_the_card_which_says_so_and_offers_to_try_again(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    url = press_connect(browser, workspace)

    _, where = come_back(browser, answer_consent(url, decision="deny"))

    assert parse_qs(urlsplit(where).query) == {"xero": ["failed"], "why": ["declined"]}
    card = page(browser, workspace, "?" + urlsplit(where).query)
    assert "You declined access on Xero&#x27;s page." in card
    assert "Nothing was changed." in card
    assert "Try again" in card


def test_a_replayed_callback_says_so_and_the_connection_stays(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    answer = answer_consent(press_connect(browser, workspace))
    nonce = browser.cookies["tallystick_xero"].value
    come_back(browser, answer)
    browser.cookies["tallystick_xero"] = nonce

    _, where = come_back(browser, answer)

    assert where == address(workspace) + "?xero=failed&why=replayed"
    assert connection_of(workspace).is_connected


@pytest.mark.parametrize("answer", [{}, {"state": "7:forged", "code": "x"}, {"error": "x"}])
def test_a_forged_callback_gets_a_page_of_its_own(
    answer: dict[str, str], workspace: Workspace, browser: Client
) -> None:
    response = browser.get(CALLBACK, answer)

    assert response.status_code == 400
    assert "was not made by Tallystick" in response.content.decode()


def test_the_callback_in_another_browser_gets_a_page_and_spends_nothing(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    answer = answer_consent(press_connect(browser, workspace))

    elsewhere = signed_in(owner_of(workspace)).get(CALLBACK, answer)
    signed_out = Client().get(CALLBACK, answer)

    assert "begun in another browser" in elsewhere.content.decode()
    assert "You were signed out" in signed_out.content.decode()
    assert "xero=connected" in come_back(browser, answer)[1]


def test_a_look_ahead_by_the_browser_does_not_use_the_answer_up(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    answer = answer_consent(press_connect(browser, workspace))

    assert browser.head(CALLBACK, answer).status_code == 405
    assert "xero=connected" in come_back(browser, answer)[1]


def test_words_in_the_address_are_never_shown(workspace: Workspace, browser: Client) -> None:
    card = page(browser, workspace, "?xero=failed&why=<script>alert(1)</script>")

    assert "<script>alert" not in card
    assert 'role="alert"' not in card
    assert "is connected" not in page(browser, workspace, "?xero=connected&org=Evil")


def test_a_bookkeeper_sees_the_state_and_who_can_change_it(
    xero: Running, workspace: Workspace
) -> None:
    connect(workspace, owner_of(workspace))
    bookkeeper = signed_in(make_member(workspace, Role.BOOKKEEPER))

    card = page(bookkeeper, workspace)

    assert "Demo Company (NZ)" in card
    assert "Ask Ada Lovelace, who can." in card
    for word in ("Sync now", "Disconnect<"):
        assert word not in card
    for act in ("connect/", "disconnect/", "sync/"):
        assert bookkeeper.post(address(workspace, act)).status_code == 403


def test_people_of_other_workspaces_find_no_such_page(workspace: Workspace) -> None:
    stranger = signed_in(owner_of(make_workspace("Elsewhere", owner=make_user())))

    assert stranger.get(address(workspace)).status_code == 404
    for act in ("connect/", "disconnect/", "sync/"):
        assert stranger.post(address(workspace, act)).status_code == 404


def test_acts_need_the_forms_own_token(workspace: Workspace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner_of(workspace))

    for act in ("connect/", "disconnect/", "sync/"):
        assert client.post(address(workspace, act)).status_code == 403


def test_without_a_client_id_the_card_says_what_is_missing(
    workspace: Workspace, browser: Client, settings: Settings
) -> None:
    settings.XERO_CLIENT_ID = ""

    card = page(browser, workspace)

    assert "not registered with Xero yet" in card
    assert "Connect Xero<" not in card
    assert "why=not-set-up" in browser.post(address(workspace, "connect/"))["Location"]


def test_sync_now_tells_count_sum_and_calls_and_queues_what_waits(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    for _ in range(2):
        make_document(workspace, lines=[line(unit_price="1234.50")], submitted=True)
    connect(workspace, owner_of(workspace))

    before = page(browser, workspace)
    browser.post(address(workspace, "sync/"))

    assert '2 invoices, <span class="amount">2,469.00' in before
    assert re.search(r", \d+ calls?</span>", before)
    assert set(Link.objects.values_list("state", flat=True)) == {LinkState.QUEUED}
    after = page(browser, workspace)
    assert "are on the way to Xero." in after
    assert "Sent 0 of 2 documents" in after
    assert 'data-refresh-seconds="2"' in after


def test_the_next_run_is_told_by_the_rules(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    connect(workspace, owner_of(workspace))
    organisation = Organisation.objects.get()

    def rules(**values: Any) -> str:
        for kind in KINDS:
            save_policy(organisation=organisation, kind=kind, actor=owner_of(workspace), **values)
        found = re.search("<dt>Next run</dt><dd>(.*?)</dd>", page(browser, workspace))
        return found[1] if found else ""

    assert rules() == "with what is submitted next"
    assert rules(trigger=Trigger.BY_HAND) == "when somebody presses Sync now"
    at = rules(trigger=Trigger.SCHEDULE, send_at=time(17, 30))
    zone = organisation.timezone
    assert at == f"every day at 17:30 ({zone}), and when somebody presses Sync now"


def test_the_bar_counts_what_is_sent_and_what_needs_a_person(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    connect(workspace, owner_of(workspace))
    for _ in range(4):
        make_document(workspace, submitted=True)
    Link.objects.update(queued_at=timezone.now() - timedelta(minutes=2))
    one, two, three, _ = Link.objects.order_by("pk")
    Link.objects.filter(pk__in=[one.pk, two.pk]).update(state=LinkState.SYNCED)
    Link.objects.filter(pk=three.pk).update(state=LinkState.FAILED)

    card = page(browser, workspace)

    assert "Sent 2 of 4 documents, 1 needs you" in card
    assert 'value="3" max="4"' in card
    assert "1 a minute · about 1 minute left" in card


def test_an_error_says_why_and_what_is_kept_and_offers_to_reconnect(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    connect(workspace, owner_of(workspace))
    make_document(workspace, submitted=True)
    Connection.objects.update(
        status=ConnectionStatus.ERROR, problem="Access to Demo Company (NZ) was removed in Xero."
    )

    card = page(browser, workspace)

    assert "Access to Demo Company (NZ) was removed in Xero." in card
    assert "1 record is kept and will go out after you reconnect." in card
    assert "Reconnect<" in card
    assert "Sync now" not in card


def test_a_xero_that_is_away_is_an_amber_line_and_no_error(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    connect(workspace, owner_of(workspace))
    Lane.objects.update(
        blocked_until=timezone.now() + timedelta(minutes=5),
        blocked_reason="Xero is not available just now.",
    )

    card = page(browser, workspace)

    assert "Xero is not available just now." in card
    assert "Nothing is lost; trying again" in card
    assert 'data-tone="warning"' in card


def test_disconnecting_asks_once_and_then_says_what_is_kept(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    connect(workspace, owner_of(workspace), tenant_id=NZ)

    question = browser.post(address(workspace, "disconnect/"))
    in_dialog = browser.post(address(workspace, "disconnect/"), headers={"HX-Request": "true"})

    assert "Disconnect from Demo Company (NZ)?" in question.content.decode()
    assert "<html" not in in_dialog.content.decode()
    assert connection_of(workspace).is_connected

    browser.post(address(workspace, "disconnect/"), {"confirmed": "yes"})

    assert not connection_of(workspace).is_connected
    assert "Its links and mappings are kept." in page(browser, workspace)


def test_a_name_from_xero_is_shown_as_text(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    connect(workspace, owner_of(workspace))
    Organisation.objects.update(name="<b>Bold & Sons</b>")

    assert "&lt;b&gt;Bold &amp; Sons&lt;/b&gt;" in page(browser, workspace)


def test_ten_more_invoices_cost_the_card_no_more_queries(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    connect(workspace, owner_of(workspace))
    make_document(workspace, submitted=True)
    page(browser, workspace)
    with CaptureQueriesContext(database) as few:
        page(browser, workspace)
    for _ in range(10):
        make_document(workspace, submitted=True)

    with CaptureQueriesContext(database) as many:
        page(browser, workspace)

    assert len(many) == len(few)
