import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from factories import line, make_document, make_payment, make_workspace, owner_of
from tallystick.books.models import TaxBasis
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.mirror.models import Account, TaxRate
from tallystick.sync.models import Link, LinkState, Run
from tallystick.workspaces.models import User, Workspace


@pytest.fixture
def workspace(db: None) -> Workspace:
    return make_workspace("Harbour Goods")


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return owner_of(workspace)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """Return a browser in which the person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def browser(owner: User, signed_in: Callable[[User], Client]) -> Client:
    """The owner of `workspace`, signed in."""
    return signed_in(owner)


@pytest.fixture
def organisation(workspace: Workspace) -> Organisation:
    """The books in Xero that `workspace` is bound to, as our own tables hold them."""
    organisation = Organisation.objects.create(
        workspace=workspace,
        tenant_id=uuid.uuid4(),
        name="Demo Company (NZ)",
        country="NZ",
        currency="NZD",
        is_demo=True,
    )
    Connection.objects.update_or_create(
        workspace=workspace,
        defaults={"organisation": organisation, "status": ConnectionStatus.CONNECTED},
    )
    return organisation


@pytest.fixture
def run(workspace, organisation, owner) -> Run:
    """A run that has sent two drafts and one approved invoice, with one more failed."""
    run = Run.objects.create(organisation=organisation, started_by=owner)
    for n, status in enumerate(("DRAFT", "DRAFT", "AUTHORISED", "")):
        document = make_document(
            workspace, number=f"INV-{n}", lines=[line(unit_price="20")], submitted=True
        )
        Link.objects.filter(document=document).update(
            run=run,
            state=LinkState.SYNCED if status else LinkState.FAILED,
            xero_status=status,
            xero_id=uuid.uuid4() if status else None,
        )
    return run


@pytest.fixture
def put() -> Callable[..., Link]:
    """Put a document's link into a state, as the engine would."""

    def put(document_id: int, state: LinkState, **values: object) -> Link:
        link = Link.objects.get(document=document_id)
        Link.objects.filter(pk=link.pk).update(state=state, **values)
        link.refresh_from_db()
        return link

    return put


def problem(message: str, *, screen: str = "tax-mapping", code: str = "tax_not_mapped") -> dict:
    return {"code": code, "message": message, "remedy": "Choose one.", "screen": screen}


@pytest.fixture
def address(workspace):
    """Return the address of a page of the workspace by its name."""
    return lambda name, *args: reverse(name, args=[workspace.slug, *args])


@pytest.fixture
def account(organisation):
    """Give the organisation another account."""

    def make(code: str, name: str, account_class: str = "REVENUE", **given: object) -> Account:
        values = {"type": "SALES", "status": "ACTIVE", **given}
        return Account.objects.create(
            organisation=organisation,
            xero_id=uuid.uuid4(),
            code=code,
            name=name,
            account_class=account_class,
            **values,
        )

    return make


@pytest.fixture
def lists(organisation, account):
    """What is read from the organisation: accounts and a rate for each direction."""
    account("200", "Sales")
    account("300", "Purchases", "EXPENSE", type="EXPENSE")
    account("860", "Rounding", "EXPENSE", type="EXPENSE", system_account="ROUNDING")
    account("", "Business account", "ASSET", type="BANK", currency="NZD")
    account("610", "Card clearing", "ASSET", type="CURRENT", takes_payments=True)
    for tax_type, fits in (("OUTPUT2", "REVENUE"), ("INPUT2", "EXPENSE")):
        TaxRate.objects.create(
            organisation=organisation,
            tax_type=tax_type,
            name=f"GST of {fits.lower()}",
            status="ACTIVE",
            effective_rate=Decimal(15),
            can_apply_to=[fits],
        )


@pytest.fixture
def stuck(workspace, put):
    """Submit a document that waits for the key and lacks nothing else."""

    def stuck(key: str, price: str = "100", **given: object) -> Link:
        lines = [line(unit_price=price, account_code="200")]
        values = {"lines": lines, "tax_basis": TaxBasis.NONE, **given}
        document = make_document(workspace, submitted=True, **values)
        return put(document.pk, LinkState.FAILED, waits_for=key, problem=problem("Not sent."))

    return stuck


@pytest.fixture
def stuck_payment(workspace, put):
    """Pay a document that is in Xero, by a payment that waits for the key."""

    def stuck(key: str, method: str = "Card", **values: object) -> Link:
        document = make_document(workspace, lines=[line(unit_price="40")], submitted=True)
        put(document.pk, LinkState.SYNCED, xero_status="AUTHORISED")
        payment = make_payment(document, method=method)
        given = {"state": LinkState.FAILED, "waits_for": key, "problem": problem("No."), **values}
        Link.objects.filter(payment=payment).update(**given)
        return Link.objects.get(payment=payment)

    return stuck


def new_page(chromium: Browser, live_server, **options: object) -> Page:
    """Open the browser of somebody new; it keeps nothing of what others did."""
    context = chromium.new_context(base_url=live_server.url, **options)
    context.set_default_timeout(10_000)
    return context.new_page()


def signed_in_page(chromium: Browser, live_server, workspace, **options: object) -> Page:
    """Open the home page as the workspace's owner, who has signed in already."""
    page = new_page(chromium, live_server, **options)
    client = Client()
    client.force_login(owner_of(workspace))
    name = settings.SESSION_COOKIE_NAME
    session = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    page.context.add_cookies([session])
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(workspace.name)
    return page


@pytest.fixture
def page(chromium: Browser, live_server, workspace) -> Iterator[Page]:
    """The owner's browser on the home page; fails the test on any script error or blocked part."""
    page = signed_in_page(chromium, live_server, workspace)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    page.context.close()
    assert complaints == []


@pytest.fixture
def plain(chromium: Browser, live_server, workspace) -> Iterator[Page]:
    """The owner's browser with script switched off."""
    page = signed_in_page(chromium, live_server, workspace, java_script_enabled=False)
    yield page
    page.context.close()
