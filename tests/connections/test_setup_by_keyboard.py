"""From the empty workspace to the first invoice in Xero without a mouse, wide and on a phone."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from by_keyboard import Keyboard
from consenting import UK
from factories import make_workspace, owner_of
from plain_http import plain_http
from tallystick.books.models import Document
from tallystick.connections.models import Organisation
from tallystick.mirror.models import MirroredContact, MirroredItem
from tallystick.sync.models import Lane
from tallystick.sync.rounds.jobs import due_organisations
from tallystick.sync.rounds.push_round import drain_lane
from tallystick.workspaces.models import Workspace
from xero_sandbox.server import Running

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = 1280, 390
#: More than there is to do between two steps.
_ROUNDS = 20
BOOKS = "Demo Company (UK)"
RATE = "20% (VAT on Income)"


@pytest.fixture
def workspace(transactional_db: None) -> Workspace:
    return make_workspace(currency="GBP")


@pytest.fixture(params=[WIDE, PHONE])
def page(
    request: pytest.FixtureRequest,
    live_server: LiveServer,
    settings: Settings,
    workspace: Workspace,
    chromium: Browser,
) -> Iterator[Page]:
    """The owner's browser at Home; fails the test on any script error or blocked part."""
    address = live_server.url.replace("127.0.0.1", "localhost")
    settings.PUBLIC_URL = address
    size = {"width": request.param, "height": 800}
    context = chromium.new_context(base_url=address, viewport=size)
    context.set_default_timeout(10_000)
    client = Client()
    client.force_login(owner_of(workspace))
    name = django_settings.SESSION_COOKIE_NAME
    session = {"name": name, "value": client.cookies[name].value, "url": address}
    context.add_cookies([session])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"/w/{workspace.slug}/")
    yield page
    context.close()
    assert complaints == []


class Setup:
    """The steps of the set-up, each by keys alone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = Keyboard(page)

    @property
    def is_phone(self) -> bool:
        return bool(self.page.viewport_size and self.page.viewport_size["width"] == PHONE)

    def open(self, name: str) -> None:
        """Go to a page by the menu, which a phone has behind a button."""
        if self.is_phone:
            self.keys.follow("button", "Menu")
        self.keys.follow("link", re.compile(f"^{name}( \\d+)?$"))
        self.expect_page(name)

    def expect_page(self, heading: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        self.page.wait_for_load_state("networkidle")
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.page.viewport_size["width"], f"{heading} is wider than the screen"

    def go_home(self) -> None:
        if self.is_phone:
            self.keys.follow("button", "Menu")
        self.keys.follow("link", "Home")
        expect(self.page).to_have_title(re.compile("^Home"))
        self.page.wait_for_load_state("networkidle")

    def expect_done(self, *titles: str) -> None:
        """Home's checklist shows these as done, and no others."""
        done = self.page.locator(".checklist .done .strong")
        expect(done).to_have_text(list(titles))

    def connect(self) -> None:
        self.keys.follow("link", "Connect Xero")
        self.expect_page("Integrations")
        self.keys.follow("button", "Connect Xero")
        self.page.wait_for_url("**/identity/connect/authorize**")
        self.keys.choose_radio(BOOKS)
        self.keys.follow("button", "Allow access")
        expect(self.page.get_by_text(f"{BOOKS} is connected")).to_be_visible()

    def take_tax_codes(self) -> None:
        """Take Xero's rates as tax codes, then confirm what is proposed as their mapping."""
        self.keys.follow("link", "See Xero's rates")
        self.expect_page("Tax mapping")
        self.keys.follow("button", "Use the rates ticked")
        self.keys.follow("button", re.compile("^Save mapping"))
        expect(self.page.get_by_role("status").first).to_contain_text("The mapping was saved.")

    def confirm_accounts(self) -> None:
        self.keys.follow("link", "Choose accounts")
        self.expect_page("Accounts")
        self.keys.pick("Default account on sales", "Sales")
        self.keys.follow("button", re.compile("^Save accounts"))
        expect(self.page.get_by_role("status").first).to_contain_text("The accounts were saved.")

    def enter_customer(self, name: str) -> None:
        self.open("Customers & suppliers")
        self.keys.follow("link", "New customer")
        self.expect_page("New customer or supplier")
        self.keys.type(re.compile("^Name"), name)
        self.keys.press("Enter")
        self.expect_page(name)

    def enter_invoice(self, customer: str) -> None:
        self.open("Invoices")
        self.keys.follow("link", "New invoice")
        self.expect_page("New invoice")
        self.keys.pick("Customer", customer)
        self.keys.type(re.compile("^Description"), "Two days at the quay")
        self.keys.type(re.compile("^Quantity"), "2")
        self.keys.type(re.compile("^Price"), "400")
        self.keys.select(re.compile("^Tax"), RATE)
        expect(self.page.locator("#totals")).to_contain_text("960.00")
        self.keys.follow("button", "Save and submit")


def add_contact(xero: Running, name: str) -> None:
    """Let somebody stand in Xero's books, beside the items of its demo company."""
    asked = plain_http.post(f"{xero.url}/_sandbox/tokens", json={"organisation": UK})
    token = asked.raise_for_status().json()["access_token"]
    answer = plain_http.put(
        f"{xero.url}/api.xro/2.0/Contacts",
        headers={
            "Authorization": f"Bearer {token}",
            "Xero-Tenant-Id": UK,
            "Accept": "application/json",
        },
        json={"Name": name},
    )
    assert answer.status_code == 200, answer.text


def work() -> None:
    """Do what a worker does meanwhile, for as long as something is due."""
    organisation = Organisation.objects.get()
    for _ in range(_ROUNDS):
        drain_lane(organisation.pk)
        if organisation.pk not in due_organisations():
            return
    lane = Lane.objects.get(organisation=organisation)
    raise AssertionError(f"Something is still due. {lane.blocked_reason}")


def test_from_the_empty_workspace_to_the_first_invoice_in_xero(
    xero: Running, workspace: Workspace, page: Page
) -> None:
    add_contact(xero, "Ridgeway University")
    setup = Setup(page)
    setup.expect_done()
    setup.connect()
    work()
    setup.go_home()
    setup.expect_done("Connect Xero", "Tax rates")
    setup.take_tax_codes()
    setup.go_home()
    setup.confirm_accounts()
    work()
    setup.go_home()
    setup.expect_done("Connect Xero", "Tax rates", "Tax codes", "Accounts", "Items and contacts")
    assert MirroredContact.objects.get().name == "Ridgeway University"
    assert MirroredItem.objects.exists()

    setup.enter_customer("Harbour Cafe")
    setup.enter_invoice("Harbour Cafe")
    setup.expect_page(re.compile("^INV-"))
    expect(page.locator(".page-header .state")).to_have_text("Queued")
    work()
    setup.open("Invoices")
    number = Document.objects.get().number
    setup.keys.follow("link", number)
    setup.expect_page(number)

    expect(page.locator(".page-header .state")).to_have_text("In Xero")
    expect(page.get_by_text("Already synced on")).to_be_visible()
    expect(page.get_by_role("link", name="Xero's drafts")).to_be_visible()
    setup.go_home()
    expect(page.get_by_text("Getting started")).to_have_count(0)
