"""Runs of many records: counted in the background, told with their moment, and never guessed."""

import re
from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from playwright.sync_api import expect

from background_work import work_off
from factories import line, make_document, make_payment
from tallystick.background import queue, working
from tallystick.background.models import Pool, Task, TaskState
from tallystick.sync.acts.undoing_runs import undo_preview, undo_run
from tallystick.sync.models import Attempt, Link, LinkState, Run
from tallystick.sync.reports import run_figures, run_standings
from tallystick.web.views import runs as views

_COUNTING = "Counting its records in the background"


@pytest.fixture
def large(monkeypatch, run) -> Run:
    """The run of four, for which that is many."""
    lower_bound(monkeypatch)
    return run


def lower_bound(monkeypatch) -> None:
    for module in (run_figures, views):
        monkeypatch.setattr(module, "AT_ONCE", 1)


@pytest.fixture
def page_of_run(address, run) -> str:
    return address("run", run.pk)


def later() -> None:
    """Let what was counted be of half a minute ago."""
    Task.objects.update(ended_at=Now() - timedelta(seconds=31))


def middle(text: str) -> str:
    """Return what the page shows of the run, without form tokens and the moment of counting."""
    found = text[text.index('id="run"') : text.index("</main>")].partition(">")[2]
    found = re.sub(r'value="[A-Za-z0-9]{64}"|<span class="quiet">as of [^<]*</span>', "", found)
    return re.sub(r"\s+", " ", found)


def test_a_large_run_is_counted_once_and_its_figures_are_those_of_a_small_one(
    browser, run, page_of_run, monkeypatch
):
    at_once = browser.get(page_of_run).text
    lower_bound(monkeypatch)

    asked = [browser.get(page_of_run).text for _ in range(3)]
    work_off()
    counted = browser.get(page_of_run).text

    for text in asked:
        assert _COUNTING in text
        assert 'data-refresh-seconds="1"' in text
        assert "<dt>Records</dt><dd>more than 1</dd>" in text
        assert "In Xero</dt>" not in text
        assert "60.00" not in text
    assert Task.objects.count() == 1
    assert "as of " not in at_once
    assert re.search(r"as of \d\d:\d\d</span>", counted)
    assert "data-refresh-seconds" not in counted[counted.index('id="run"') :].partition(">")[0]
    assert middle(counted) == middle(at_once)


def test_a_large_run_that_moves_shows_its_last_figures_until_there_are_new_ones(
    browser, large, page_of_run
):
    Link.objects.filter(run=large, state=LinkState.FAILED).update(state=LinkState.QUEUED)
    browser.get(page_of_run)
    work_off()
    Link.objects.filter(run=large).update(state=LinkState.SYNCED, xero_id=None)

    fresh = browser.get(page_of_run).text
    later()
    renewing = browser.get(page_of_run).text
    work_off()
    renewed = browser.get(page_of_run).text

    for text in (fresh, renewing):
        assert "data-refresh-seconds" in text
        assert "<dt>In Xero</dt><dd>3 invoices, 60.00 NZD</dd>" in text
        assert "<dt>On the way there</dt><dd>1 invoice, 20.00 NZD</dd>" in text
    assert "being counted anew" not in fresh
    assert re.search(r"as of \d\d:\d\d, being counted anew", renewing)
    assert "<dt>In Xero</dt><dd>nothing</dd>" in renewed


def test_undoing_a_large_run_can_be_pressed_before_it_is_counted_and_tells_what_follows(
    browser, large, page_of_run, address
):
    undoing = address("run-undo", large.pk)
    counting = browser.get(page_of_run).text
    asked = browser.post(undoing).text

    assert f'action="{undoing}"' in counting
    assert "What would become of it is counted and told first" in counting
    assert "2 invoices, 40.00 NZD will be deleted there." in asked

    after = browser.post(undoing, {"confirmed": "yes"}, follow=True).text
    work_off()
    counted = browser.get(page_of_run).text

    assert "Undoing the run has begun" in after
    assert "Taken out of Xero: 0 of 3" in counted
    assert Link.objects.filter(intent="retract", state=LinkState.QUEUED).count() == 3


def test_nothing_that_was_counted_before_an_act_is_shown_after_it(
    browser, large, page_of_run, address
):
    browser.get(page_of_run)
    work_off()
    later()
    browser.get(page_of_run)
    under_way = queue.take(Pool.COUNT)

    browser.post(address("run-undo", large.pk), {"confirmed": "yes"})
    working.carry_out(under_way, lambda *_: None)
    undone = browser.get(page_of_run).text
    Link.objects.filter(run=large, intent="retract").update(
        state=LinkState.RETRACTED, xero_status="DELETED"
    )
    work_off()
    gone = browser.get(page_of_run).text
    said = browser.post(address("run-again", large.pk), follow=True).text

    assert _COUNTING in undone
    assert "as of" not in undone
    assert "Send 3 invoices again" in gone
    assert "3 invoices, 60.00 NZD, queued for Xero as new ones." in said
    assert _COUNTING in said


def test_what_could_not_be_counted_says_so_can_be_undone_and_is_counted_again(
    browser, large, page_of_run, address
):
    browser.get(page_of_run)
    queue.fail(queue.take(Pool.COUNT), "It was broken off three times.")

    failed = browser.get(page_of_run).text
    asked = browser.post(address("run-undo", large.pk)).text
    Task.objects.update(ended_at=Now() - timedelta(seconds=11))
    again = browser.get(page_of_run).text
    work_off()

    assert "Its records could not be counted" in failed
    assert "It was broken off three times." in failed
    assert f'href="{page_of_run}">Count again' in failed
    assert "2 invoices, 40.00 NZD will be deleted there." in asked
    assert _COUNTING in again
    assert "Drafts in Xero" in browser.get(page_of_run).text


def test_counting_stands_in_nobodys_way_and_drops_nobodys_file(
    browser, large, page_of_run, address, workspace, owner
):
    report = Task(workspace=workspace, kind="export", pool=Pool.REPORT, actor=owner)
    Task.objects.bulk_create([report] * 3)
    file = Task.objects.latest("pk")
    for _ in range(12):
        browser.get(page_of_run)
        work = queue.take(Pool.COUNT)
        working.carry_out(work, lambda *_: None)
        later()
    queue.end(queue.take(Pool.REPORT), file_name="a.csv")

    queue.forget_old()

    assert Task.objects.filter(pk__lte=file.pk).count() == 3
    assert Task.objects.filter(kind="run", state=TaskState.DONE).count() == 10


def test_so_many_runs_are_counted_at_once_and_no_more(browser, large, page_of_run, workspace):
    Task.objects.bulk_create(
        Task(workspace=workspace, kind="run", pool=Pool.COUNT, question={"run": n})
        for n in range(20)
    )

    refused = browser.get(page_of_run)
    Task.objects.filter(pk=Task.objects.latest("pk").pk).update(state=TaskState.DONE)

    assert refused.status_code == 429
    assert "20 of this workspace are being worked on" in refused.text
    assert _COUNTING in browser.get(page_of_run).text  # the remedy works


def test_the_list_says_of_many_records_how_many_at_least(browser, run, address, monkeypatch):
    monkeypatch.setattr(run_standings, "LISTED", 3)
    large = browser.get(address("run-list")).text
    Run.objects.filter(pk=run.pk).update(undone_at=Now())
    pressed = browser.get(address("run-list")).text

    assert "More than 3 records; counted on its page" in large
    assert "More than 3 records, undo pressed; counted on its page" in pressed
    for text in (large, pressed):
        assert "60.00 NZD" not in text
        assert address("run", run.pk) in text


def test_the_list_tells_the_newest_runs_and_of_the_others_how_many_records(
    browser, workspace, run, organisation, address, monkeypatch
):
    newest = Run.objects.create(organisation=organisation)
    document = make_document(workspace, lines=[line(unit_price="7")], submitted=True)
    Link.objects.filter(document=document).update(run=newest, state=LinkState.QUEUED)
    monkeypatch.setattr(run_standings, "LISTED_IN_ALL", 4)

    text = browser.get(address("run-list")).text

    assert "<td>1 invoice</td>" in text
    assert "4 records; counted on its page" in text
    assert "60.00 NZD" not in text


def test_undoing_does_what_its_preview_tells_in_every_state(workspace, organisation, owner):
    """One link of each state, intent and word of Xero's; some paid by the same run."""
    run = Run.objects.create(organisation=organisation)
    each = list(product(LinkState.values, ("push", "retract"), ("", "DRAFT", "PAID", "VOIDED")))
    for n, (state, intent, status) in enumerate(each):
        document = make_document(workspace, number=f"INV-{n}", lines=[line()], submitted=True)
        given = {"state": state, "intent": intent, "run": run, "xero_status": status}
        Link.objects.filter(document=document).update(xero_id=uuid4() if status else None, **given)
        if status == "PAID" and state == LinkState.SYNCED:
            paid = make_payment(document, document.total)
            Link.objects.filter(payment=paid).update(
                run=run, state=LinkState.SYNCED, xero_id=uuid4()
            )
    Link.objects.update(changed_at=Now() - timedelta(days=1))
    before = dict(Link.objects.filter(run=run).values_list("pk", "state"))

    told = undo_preview(run)
    done = undo_run(workspace=workspace, actor=owner, run_id=run.pk)

    changed = Link.objects.filter(run=run, changed_at__gt=Now() - timedelta(hours=1))
    out, waiting = changed.filter(intent="retract"), changed.filter(state=LinkState.WAITING)
    assert done == told
    assert told.refused.count == 4  # the fifth is paid by this run alone
    assert told.leaves + told.refused.count + told.gone.count == out.count()
    assert told.stopped.count == waiting.count()
    assert set(out.values_list("pk")) == set(Attempt.objects.values_list("link"))
    for link in Link.objects.filter(run=run).exclude(pk__in=changed):
        assert link.state == before[link.pk]


@pytest.mark.browser
def test_counting_turns_into_figures_by_itself(page, large, page_of_run):
    page.goto(page_of_run)
    expect(page.get_by_role("progressbar", name=_COUNTING)).to_be_visible()

    work_off()

    expect(page.get_by_text("Drafts in Xero")).to_be_visible()
    expect(page.get_by_text(re.compile(r"as of \d\d:\d\d"))).to_be_visible()
