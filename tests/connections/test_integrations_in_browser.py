"""A person connects Xero, watches invoices go out and disconnects, in a real Chromium."""

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from factories import line, make_document, make_workspace, owner_of
from tallystick.connections.models import Organisation
from tallystick.connections.services import disconnect, judge_stored_tokens
from tallystick.sync.rounds.push_round import drain_lane
from tallystick.workspaces.models import Workspace
from xero_sandbox.server import Running

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def workspace(transactional_db: None) -> Workspace:
    return make_workspace(currency="GBP")


@pytest.fixture
def page(
    live_server: LiveServer, settings: Settings, workspace: Workspace, chromium: Browser
) -> Iterator[Page]:
    """The owner's browser at Integrations; fails the test on any script error or blocked part."""
    address = live_server.url.replace("127.0.0.1", "localhost")
    settings.PUBLIC_URL = address
    context = chromium.new_context(base_url=address)
    session = sign_in(workspace)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"/w/{workspace.slug}/settings/integrations/")
    yield page
    context.close()
    assert complaints == []


def sign_in(workspace: Workspace) -> str:
    """Return the cookie of a session in which the workspace's owner is signed in."""
    client = Client()
    client.force_login(owner_of(workspace))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def allow(page: Page, organisation: str) -> None:
    page.get_by_label(organisation).check()
    page.get_by_role("button", name="Allow").click()


def test_connect_sync_watch_and_disconnect(xero: Running, workspace: Workspace, page: Page) -> None:
    page.get_by_role("button", name="Connect Xero").click()
    allow(page, "Demo Company (UK)")

    card = page.locator("#xero-card")
    expect(page.get_by_text("Demo Company (UK) is connected")).to_be_visible()
    expect(card).to_contain_text("Demo Company (UK)")
    expect(card).to_contain_text("Nothing waits for Sync now")
    assert "?xero=connected&org=Demo+Company+%28UK%29" in page.url

    for price in ("1200.00", "88.40"):
        make_document(workspace, lines=[line(unit_price=price)], submitted=True)
    page.reload()
    expect(card).to_contain_text("Sent 0 of 2 documents")
    expect(card.get_by_role("progressbar")).to_be_visible()

    drain_lane(Organisation.objects.get().pk)
    expect(card.get_by_role("progressbar")).to_have_count(0)

    card.get_by_role("button", name="Disconnect").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Disconnect from Demo Company (UK)?")
    dialog.get_by_text("Stay connected").click()
    expect(dialog).to_be_hidden()
    card.get_by_role("button", name="Disconnect").click()
    dialog.get_by_role("button", name="Disconnect from Demo Company (UK)").click()

    expect(page.get_by_text("Its links and mappings are kept.")).to_be_visible()
    expect(page.get_by_role("button", name="Connect Xero")).to_be_visible()


def test_declining_ends_on_a_card_that_says_so(xero: Running, page: Page) -> None:
    page.get_by_role("button", name="Connect Xero").click()
    page.get_by_role("button", name="Deny").click()

    expect(page.get_by_role("alert")).to_contain_text("You declined access on Xero's page.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_card_and_question_are_never_wider_than_the_screen(
    width: int, xero: Running, workspace: Workspace, page: Page
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_role("button", name="Connect Xero").click()
    allow(page, "Demo Company (UK)")
    expect(page.locator("#xero-card")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    disconnect(workspace=workspace, user=owner_of(workspace))
    page.reload()
    page.get_by_role("button", name="Connect Xero").click()
    allow(page, "Demo Company (NZ)")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Demo Company (NZ)")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Connect Demo Company (NZ)").click()
    expect(page.get_by_text("Demo Company (NZ) is connected")).to_be_visible()


def test_tokens_that_cannot_be_read_are_told_and_either_remedy_ends_it(
    xero: Running, workspace: Workspace, page: Page, settings: Settings
) -> None:
    page.get_by_role("button", name="Connect Xero").click()
    allow(page, "Demo Company (UK)")
    make_document(workspace, lines=[line(unit_price="1200.00")], submitted=True)
    card, keys = page.locator("#xero-card"), settings.ENCRYPTION_KEYS

    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    judge_stored_tokens()  # as a worker does when it starts
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.reload()
            expect(card.get_by_role("alert")).to_contain_text("this installation lacks the key")
            expect(card.get_by_role("alert")).to_contain_text("1 record is kept")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"/w/{workspace.slug}/")
    expect(page.get_by_text("Demo Company (UK) needs reconnecting.")).to_be_visible()
    page.get_by_role("link", name="Reconnect").first.click()

    settings.ENCRYPTION_KEYS = keys
    judge_stored_tokens()
    page.reload()
    expect(card).to_contain_text("Connected")
    expect(card.get_by_role("alert")).to_have_count(0)

    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    judge_stored_tokens()
    page.reload()
    card.get_by_role("button", name="Reconnect").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alert").first).to_contain_text("connect again and choose Allow access")
    card.get_by_role("button", name="Reconnect").click()
    allow(page, "Demo Company (UK)")
    expect(page.get_by_text("Demo Company (UK) is connected")).to_be_visible()
    organisation = Organisation.objects.get()
    drain_lane(organisation.pk)
    assert organisation.accounts.exists(), "Xero was asked"
