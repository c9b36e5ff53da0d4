"""The notice that offers what was chosen for the former books, where choices lack."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from factories import make_member, make_tax_code
from tallystick.connections.models import Connection, Organisation
from tallystick.mapping.models import AccountChoice, TaxMapping
from tallystick.mirror.models import Account, TaxRate
from tallystick.sync.models import LinkState
from tallystick.workspaces.models import Role

BUTTON = "Take over the choices</button>"
PAGES = ("integrations", "tax-mapping", "accounts", "payment-methods")


@pytest.fixture
def code(workspace):
    return make_tax_code(workspace, "GST")


@pytest.fixture
def former(workspace, organisation, lists, code) -> Organisation:
    """Books before: their sales account and rate are in those connected now, freight's is not."""
    former = Organisation.objects.create(
        workspace=workspace, tenant_id=uuid4(), name="Old books", bound_at=timezone.now()
    )
    for number, name in (("200", "Sales"), ("425", "Freight out")):
        Account.objects.create(
            organisation=former,
            xero_id=uuid4(),
            code=number,
            name=name,
            type="SALES",
            account_class="REVENUE",
            status="ACTIVE",
        )
    TaxRate.objects.create(
        organisation=former,
        tax_type="OUTPUT2",
        name="GST of revenue",
        status="ACTIVE",
        effective_rate=Decimal(15),
        can_apply_to=["REVENUE"],
    )
    AccountChoice.objects.create(organisation=former, direction="sales", code="200")
    AccountChoice.objects.create(
        organisation=former, direction="sales", charge="freight", code="425"
    )
    TaxMapping.objects.create(
        organisation=former, tax_code=code, direction="sales", tax_type="OUTPUT2"
    )
    Organisation.objects.filter(pk=organisation.pk).update(read_at=timezone.now())
    return former


@pytest.mark.parametrize("name", PAGES)
def test_the_notice_names_what_fits_and_what_does_not(browser, former, address, name):
    seen = browser.get(address(name)).text

    assert "2 of 3 choices made for the former books fit these" in seen
    assert "They were made for Old books, which was connected before." in seen
    assert "GST on sales: GST of revenue</li>" in seen
    assert "Default account on sales: 200 Sales</li>" in seen
    why = "for these books have no account with this code"
    assert f"Freight on sales: 425 Freight out, {why}</li>" in seen
    assert BUTTON in seen


def test_one_press_takes_over_releases_what_waited_and_leads_back(
    browser, organisation, former, code, stuck, address
):
    link = stuck(f"tax:{code.pk}:sales", "8430.20")
    press = {"act": "take", "next": address("accounts")}

    answer = browser.post(address("former-choices"), press, follow=True)

    told = "2 choices were taken over. 1 did not fit and is not chosen here."
    assert f"{told} 1 document for 8,430.20 NZD goes out now." in answer.text
    assert answer.redirect_chain[-1][0] == address("accounts")
    link.refresh_from_db()
    assert link.state == LinkState.QUEUED
    assert AccountChoice.objects.get(organisation=organisation).code == "200"
    assert all(BUTTON not in browser.get(address(name)).text for name in PAGES)
    again = browser.post(address("former-choices"), press, follow=True)
    assert "Nothing is offered any more, so nothing was changed." in again.text


def test_what_is_left_is_offered_no_more(browser, organisation, former, address):
    answer = browser.post(address("former-choices"), {"act": "leave"}, follow=True)

    assert "The choices made for Old books are not offered any more." in answer.text
    assert answer.redirect_chain[-1][0] == address("integrations")
    assert BUTTON not in answer.text
    assert not AccountChoice.objects.filter(organisation=organisation).exists()


def test_needs_attention_offers_it_where_something_waits(browser, former, stuck, address):
    assert BUTTON not in browser.get(address("needs-attention")).text
    stuck("account:sales:")

    assert BUTTON in browser.get(address("needs-attention")).text


def test_who_may_not_choose_is_offered_nothing(workspace, former, signed_in, address):
    bookkeeper = signed_in(make_member(workspace, Role.BOOKKEEPER))

    assert all(BUTTON not in bookkeeper.get(address(name)).text for name in PAGES)
    assert bookkeeper.post(address("former-choices"), {"act": "take"}).status_code == 403


def test_while_nothing_is_connected_nothing_is_taken_over(browser, former, workspace, address):
    Connection.objects.filter(workspace=workspace).update(organisation=None)

    answer = browser.post(address("former-choices"), {"act": "take"}, follow=True)

    assert "Nothing is offered any more, so nothing was changed." in answer.text
    assert AccountChoice.objects.count() == 2


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_notice_is_answered_on_every_width(page, former, organisation, address, width):
    page.set_viewport_size({"width": width, "height": 900})
    for name in ("integrations", "accounts"):
        page.goto(address(name))
        expect(page.get_by_role("button", name="Take over the choices")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_role("button", name="Take over the choices").click()

    expect(page.get_by_text("2 choices were taken over.")).to_be_visible()
    expect(page.get_by_label("Default account on sales")).to_have_value("200 Sales")
