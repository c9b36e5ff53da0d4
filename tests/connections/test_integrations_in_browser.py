"""A person connects Xero, watches invoices go out and disconnects, in a real Chromium."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection as database
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from factories import line, make_document, make_workspace, owner_of
from tallystick.connections.models import Organisation
from tallystick.sync.push.round import drain
from tallystick.workspaces.models import Workspace
from xero_sandbox.server import Running

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def page(live_server: LiveServer, settings: Settings, workspace: Workspace) -> Iterator[Page]:
    """A browser at the workspace's Integrations, signed in as its owner."""
    address = live_server.url.replace("127.0.0.1", "localhost")
    settings.PUBLIC_URL = address
    client = Client()
    client.force_login(owner_of(workspace))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert SessionStore(session).exists(session)
    database.close()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(base_url=address)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}]
        )
        page = context.new_page()
        page.goto(f"/w/{workspace.slug}/settings/integrations/")
        yield page
        browser.close()


def meanwhile(work: object, *given: object) -> None:
    """Do database work in a thread of its own: Playwright keeps an event loop in this one."""

    def run() -> None:
        try:
            work(*given)  # type: ignore[operator]
        finally:
            database.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def allow(page: Page, organisation: str) -> None:
    page.get_by_label(organisation).check()
    page.get_by_role("button", name="Allow").click()


def test_connect_sync_watch_and_disconnect(xero: Running, workspace: Workspace, page: Page) -> None:
    page.get_by_role("button", name="Connect Xero").click()
    allow(page, "Demo Company (UK)")

    card = page.locator("#xero-card")
    expect(page.get_by_text("Demo Company (UK) is connected")).to_be_visible()
    expect(card).to_contain_text("Demo Company (UK)")
    expect(card).to_contain_text("Nothing waits to be sent")
    assert "?xero=connected&org=Demo+Company+%28UK%29" in page.url

    def submit() -> None:
        for price in ("1200.00", "88.40"):
            make_document(workspace, lines=[line(unit_price=price)], submitted=True)

    meanwhile(submit)
    page.reload()
    expect(card).to_contain_text("Sent 0 of 2 invoices")
    expect(card.get_by_role("progressbar")).to_be_visible()

    meanwhile(lambda: drain(Organisation.objects.get().pk))
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
def test_the_card_is_never_wider_than_the_screen(
    width: int, xero: Running, page: Page, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_role("button", name="Connect Xero").click()
    allow(page, "Demo Company (NZ)")
    expect(page.locator("#xero-card")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
