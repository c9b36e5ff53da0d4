"""Whoever has no mouse: where the focus goes, that it is seen, and that it is not lost."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from by_keyboard import Keyboard
from factories import make_document
from web.conftest import signed_in_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(chromium, live_server, workspace):
    size = {"width": 390, "height": 780}
    phone = signed_in_page(chromium, live_server, workspace, viewport=size)
    yield phone
    phone.context.close()


def test_the_first_stop_leads_past_the_menu_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator("main :focus")).to_have_count(1)


def test_the_menu_of_a_phone_is_entered_and_left_by_keys(phone: Page) -> None:
    keys = Keyboard(phone)
    keys.follow("button", "Menu")
    keys.go_to("link", "Invoices")

    phone.keyboard.press("Escape")

    expect(phone.get_by_role("link", name="Invoices")).to_be_hidden()
    expect(phone.get_by_role("button", name="Menu")).to_be_focused()


def test_every_chip_is_shown_whole_when_it_has_the_focus(phone: Page, workspace) -> None:
    phone.goto(reverse("invoice-list", args=[workspace.slug]))
    keys, states = Keyboard(phone), phone.locator("nav.chips .chip")
    keys.go_to("link", "All")
    for place in range(1, states.count()):
        phone.keyboard.press("Tab")
        expect(states.nth(place)).to_be_focused()
        expect(states.nth(place)).to_be_in_viewport(ratio=1)


def test_adding_a_line_keeps_the_focus_where_it_is(page: Page, workspace) -> None:
    page.goto(reverse("invoice-new", args=[workspace.slug]))
    Keyboard(page).go_to("button", "Add a line")
    for count in (4, 5):
        page.keyboard.press("Enter")
        expect(page.get_by_label("Description")).to_have_count(count)
        expect(page.get_by_role("button", name="Add a line")).to_be_focused()


def test_a_question_takes_the_focus_and_gives_it_back(page: Page, workspace) -> None:
    page.goto(reverse("invoice", args=[workspace.slug, make_document(workspace).pk]))
    Keyboard(page).follow("button", "Cancel invoice")
    expect(page.get_by_role("dialog").locator(":focus")).to_have_count(1)

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Cancel invoice")).to_be_focused()
