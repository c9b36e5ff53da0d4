"""The page Sync status: what it shows, who may act on it, and copying the details."""

import zlib

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from factories import make_member
from tallystick.mirror.models import UnreadElement
from tallystick.sync.models import PulledKind, Reading
from tallystick.workspaces.models import Role


@pytest.fixture
def reading(organisation):
    return Reading.objects.create(
        organisation=organisation,
        kind=PulledKind.INVOICES,
        begun_at=timezone.now(),
        due_at=timezone.now(),
        page=2,
        found=3000,
        handled=1000,
    )


@pytest.fixture
def unread(organisation):
    return UnreadElement.objects.create(
        organisation=organisation,
        endpoint="Invoices",
        key="7",
        reason="Total is no number",
        raw=zlib.compress(b'{"Total": "<b>many</b>"}'),
        first_at=timezone.now(),
        last_at=timezone.now(),
    )


@pytest.mark.django_db
def test_it_shows_the_import_the_kinds_the_calls_and_what_could_not_be_read(
    browser, address, reading, unread
):
    page = browser.get(address("sync-status")).content.decode()

    for words in (
        "1,000 of 3,000 records",
        "Pause the first import",
        "Invoices and bills",
        "Calls to Xero today",
        "No worker is running",
        "Total is no number",
        "&quot;&lt;b&gt;many&lt;/b&gt;&quot;",
        "Copy details for support",
    ):
        assert words in page
    assert "<b>many" not in page


@pytest.mark.django_db
def test_without_books_it_leads_to_the_card(browser, address):
    page = browser.get(address("sync-status")).content.decode()

    assert "Not connected to Xero" in page
    assert address("integrations") in page


@pytest.mark.django_db
def test_the_buttons_pause_resume_and_set_the_day(browser, address, reading):
    def press(**form: str) -> str:
        return browser.post(address("sync-status-act"), form, follow=True).content.decode()

    assert "Invoices and bills rest" in press(act="pause")
    reading.refresh_from_db()
    assert reading.is_paused
    assert "Invoices and bills go on" in press(act="resume")
    assert "dated before 01 Feb 2026" in press(act="start", day="2026-02-01")
    assert "That is not a day" in press(act="start", day="soon")
    assert "takes all there is" in press(act="start", day="")
    assert browser.post(address("sync-status-act"), {"act": "other"}).status_code == 400


@pytest.mark.django_db
def test_who_may_not_manage_the_sync_sees_it_and_has_no_button(
    workspace, signed_in, address, reading
):
    viewer = signed_in(make_member(workspace, Role.VIEWER))

    page = viewer.get(address("sync-status")).content.decode()

    assert "1,000 of 3,000 records" in page
    assert "Pause the first import" not in page
    assert viewer.post(address("sync-status-act"), {"act": "pause"}).status_code == 403
    reading.refresh_from_db()
    assert not reading.is_paused


@pytest.mark.django_db
def test_the_books_of_another_workspace_are_not_shown(signed_in, address, reading):
    from factories import make_user

    assert signed_in(make_user("Eve")).get(address("sync-status")).status_code == 404


@pytest.mark.django_db
def test_the_card_names_the_role_and_what_stays(browser, address, workspace):
    page = browser.get(address("integrations")).content.decode()

    assert "role Standard or Adviser" in page
    assert "links and mappings are kept" in page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_details_are_copied_and_the_page_follows_what_happens(page, address, reading, unread):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address("sync-status"))

    page.get_by_role("button", name="Copy details for support").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Tallystick ")
    assert "Total is no number" in copied

    page.get_by_text("Total is no number").first.click()
    page.evaluate("document.activeElement.blur()")
    Reading.objects.update(handled=2000)
    expect(page.get_by_text("2,000 of 3,000 records")).to_be_visible()
    expect(page.get_by_label("As Xero wrote it")).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1160])
def test_nothing_is_wider_than_the_window(page, address, reading, unread, width):
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(address("sync-status"))

    assert page.evaluate("document.documentElement.scrollWidth") <= width
