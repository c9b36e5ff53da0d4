"""What costs much is made in the background: once for all who ask, within bounds, and kept a while."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from playwright.sync_api import expect

from background_work import desk, look_until, work_off
from factories import line, make_document, make_member, make_party, make_workspace, owner_of
from tallystick.background import files, queue
from tallystick.background.models import FilePart, Task, TaskState
from tallystick.books.models import Party
from tallystick.sync.models import Link, LinkState
from tallystick.sync.preview import plan_tasks
from tallystick.web import exports
from tallystick.workspaces.models import Role


@pytest.fixture
def viewer(workspace, signed_in):
    return signed_in(make_member(workspace, Role.VIEWER))


@pytest.fixture
def stranger(db, signed_in):
    return signed_in(owner_of(make_workspace("Elsewhere")))


@pytest.fixture
def long(monkeypatch):
    """Let everything count as much, so that it is made in the background."""
    monkeypatch.setattr(plan_tasks, "QUICK", -1)
    monkeypatch.setattr(exports, "AT_ONCE", -1)


@pytest.fixture
def waiting(workspace, organisation):
    """Two documents that wait for Sync now; one of them stops."""
    party = make_party(workspace, "=HARBOUR")
    for number in ("INV-7", "INV-8"):
        make_document(workspace, party=party, number=number, lines=[line()], submitted=True)
    Link.objects.update(state=LinkState.WAITING)


def middle(text: str) -> str:
    """Return what a page shows between its title and its end, without times."""
    return text[text.index("<main") :].replace("just now", "").partition('class="figures"')[2]


def test_a_large_plan_is_made_once_however_many_ask_and_is_the_same_as_the_small_one(
    browser, viewer, workspace, waiting, address, monkeypatch
):
    at_once = browser.get(address("sync-plan")).text
    monkeypatch.setattr(plan_tasks, "QUICK", 1)

    asked = [who.get(address("sync-plan")).text for who in [browser, viewer] * 5]
    work_off()
    found = browser.get(address("sync-plan")).text
    seen = viewer.get(address("sync-plan")).text

    assert all('data-refresh-seconds="1"' in text for text in asked)
    assert all("What would be sent" in text for text in asked)
    assert Task.objects.count() == 1
    # The form's token differs from page to page.
    assert middle(found).partition("<form")[0] == middle(at_once).partition("<form")[0]
    assert "INV-7 was not sent" in found
    assert "INV-8" in seen
    assert set(Link.objects.values_list("state", flat=True)) == {LinkState.WAITING}


def test_a_plan_is_made_anew_after_a_minute(browser, waiting, address, long):
    browser.get(address("sync-plan"))
    work_off()
    Task.objects.update(ended_at=Now() - timedelta(seconds=61))

    text = browser.get(address("sync-plan")).text

    assert "Working it out" in text
    assert Task.objects.count() == 2


def test_a_plan_outlives_a_record_that_is_gone(browser, waiting, address, long):
    browser.get(address("sync-plan"))
    work_off()
    Link.objects.filter(document__number="INV-7").delete()

    text = browser.get(address("sync-plan")).text

    assert "INV-8" in text
    assert "INV-7" not in text


def test_a_long_list_is_made_in_the_background_and_is_the_same_as_the_short_one(
    browser, viewer, workspace, waiting, address, monkeypatch
):
    at_once = b"".join(browser.get(address("invoice-export"), {"q": "INV"}).streaming_content)
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    monkeypatch.setattr(files, "_PART", 50)

    report = browser.get(address("invoice-export"), {"q": "INV", "after": "7"}).url
    again = viewer.get(address("invoice-export"), {"q": "INV", "exact": ""}).url
    running = browser.get(report).text
    work_off()
    text = viewer.get(report).text
    file = viewer.get(address("report-file", Task.objects.get().pk))

    assert report == again
    assert "Working it out" in running
    assert address("report-file", Task.objects.get().pk) in text
    content = b"".join(file.streaming_content)
    assert content == at_once
    assert len(content) == int(file["Content-Length"])
    assert b"'=HARBOUR" in content
    assert file["Content-Disposition"] == 'attachment; filename="invoices-harbour-goods.csv"'
    assert FilePart.objects.count() > 1


def test_payments_too(browser, workspace, address, stuck_payment, organisation, long):
    stuck_payment("method:card")
    report = browser.get(address("payment-export"), {"way": "in"}).url
    work_off()

    assert "Download" in browser.get(report).text
    file = browser.get(address("report-file", Task.objects.get().pk))
    assert b"40.00" in b"".join(file.streaming_content)


def test_nobody_else_sees_what_was_made(stranger, browser, workspace, waiting, address, long):
    report = browser.get(address("invoice-export")).url
    work_off()
    task = Task.objects.get()

    for page in (report, address("report-file", task.pk), address("sync-plan")):
        assert stranger.get(page).status_code == 404
    elsewhere = reverse("report", args=["elsewhere", task.pk])
    assert stranger.get(elsewhere).status_code == 404


def test_a_person_has_three_under_way_at_most_and_others_still_get_theirs(
    browser, viewer, waiting, address, long
):
    for text in "abc":
        assert viewer.get(address("invoice-export"), {"q": text}).status_code == 302

    refused = viewer.get(address("invoice-export"), {"q": "d"})

    assert refused.status_code == 429
    assert "3 of yours are being worked on" in refused.text
    assert viewer.get(address("sync-plan")).status_code == 429
    assert browser.get(address("invoice-export"), {"q": "d"}).status_code == 302
    work_off()
    assert viewer.get(address("invoice-export"), {"q": "d"}).status_code == 302  # the remedy works


def test_a_file_that_grows_too_large_ends_in_words(browser, waiting, address, long, monkeypatch):
    monkeypatch.setattr(files, "_MOST_BYTES", 20)
    report = browser.get(address("invoice-export")).url
    work_off()

    failed = browser.get(report).text
    monkeypatch.undo()
    monkeypatch.setattr(exports, "AT_ONCE", -1)
    Task.objects.update(ended_at=Now() - timedelta(seconds=11))
    again = browser.get(address("invoice-export")).url
    work_off()

    assert "Choose a shorter period" in failed
    assert f'href="{address("invoice-export")}?">Try again' in failed
    assert again != report
    assert "Download" in browser.get(again).text


def test_what_was_made_is_kept_for_an_hour_and_the_newest_ten(browser, waiting, address, long):
    for number in range(12):
        browser.get(address("invoice-export"), {"q": str(number)})
        work_off()
    newest = Task.objects.latest("pk")

    queue.forget_old()
    kept = Task.objects.count()
    Task.objects.exclude(pk=newest.pk).update(ended_at=Now() - timedelta(minutes=61))
    queue.forget_old()

    assert kept == 10
    assert Task.objects.get() == newest
    assert set(FilePart.objects.values_list("task", flat=True)) == {newest.pk}


@pytest.mark.django_db(transaction=True)
def test_what_dies_while_it_is_made_is_made_anew(browser, waiting, address, long, monkeypatch):
    monkeypatch.setenv("TALLYSTICK_FAILPOINT", "background.before_end")
    with desk() as at_work:
        report = browser.get(address("invoice-export")).url
        look_until(at_work, lambda: Task.objects.get().deaths == 1)
        interrupted = browser.get(report).text
        monkeypatch.delenv("TALLYSTICK_FAILPOINT")
        Task.objects.update(leased_until=Now())  # without the pause
        look_until(at_work, lambda: Task.objects.get().state == TaskState.DONE)

    assert "was interrupted and begins again" in interrupted
    assert "Download" in browser.get(report).text
    assert FilePart.objects.count() == 1


@pytest.mark.browser
def test_the_progress_turns_into_the_plan_by_itself(page, workspace, waiting, address, long):
    page.goto(address("sync-plan"))
    expect(page.get_by_text("Working it out in the background")).to_be_visible()

    work_off()

    expect(page.get_by_role("heading", name="Calls to Xero")).to_be_visible()
    assert Party.objects.count() == 1
