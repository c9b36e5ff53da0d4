"""What would be sent, before anybody presses; and Sync now's cooldown on the Xero card."""

import pytest
from django.urls import reverse
from django.utils import timezone

from factories import line, make_document, make_party
from tallystick.connections.models import ApiCall, Organisation, ScopePress
from tallystick.sync.models import Link, LinkState


@pytest.fixture
def page(workspace) -> str:
    return reverse("sync-plan", args=[workspace.slug])


def test_the_plan_shows_calls_money_and_what_stops(browser, workspace, organisation, page) -> None:
    party = make_party(workspace, "Harbour Cafe")
    make_document(workspace, party=party, number="INV-7", lines=[line()], submitted=True)
    Link.objects.update(state=LinkState.WAITING)
    Organisation.objects.update(read_at=timezone.now())
    ApiCall.objects.create(
        organisation=organisation,
        at=timezone.now(),
        method="GET",
        endpoint="Invoices",
        milliseconds=1,
        day_remaining=900,
    )

    text = browser.get(page).text

    assert "INV-7 was not sent" in text
    assert "Stops" in text
    assert "900 of today" in text
    assert "10.00" in text
    assert reverse("accounts", args=[workspace.slug]) in text
    assert set(Link.objects.values_list("state", flat=True)) == {LinkState.WAITING}


def test_with_nothing_to_send_that_is_said(browser, organisation, page) -> None:
    assert "Nothing waits to be sent" in browser.get(page).text


def test_without_xero_the_plan_leads_to_the_card(browser, workspace, page) -> None:
    assert browser.get(page).url == reverse("integrations", args=[workspace.slug])


def test_the_card_offers_the_plan_and_counts_the_cooldown_down(
    browser, workspace, organisation, page
) -> None:
    card = reverse("integrations", args=[workspace.slug])
    assert page in browser.get(card).text
    assert "data-until" not in browser.get(card).text

    first = browser.post(reverse("sync-now", args=[workspace.slug]), follow=True).text
    second = browser.post(reverse("sync-now", args=[workspace.slug]), follow=True).text

    assert 'data-until="' in first
    assert "Press it again in" in second
    assert ScopePress.objects.get(organisation=organisation).pressed_at
