"""Runs: what each press of Sync now has sent, and undoing it."""

import pytest
from django.urls import reverse

from factories import make_member, make_workspace, owner_of
from tallystick.importing.models import Import
from tallystick.sync.models import Link, LinkState
from tallystick.sync.reports.run_standings import runs_of
from tallystick.workspaces.models import Role


@pytest.fixture
def page(workspace, run) -> str:
    return reverse("run", args=[workspace.slug, run.pk])


def test_runs_are_listed_with_what_became_of_them(browser, workspace, run, owner) -> None:
    text = browser.get(reverse("run-list", args=[workspace.slug])).text

    assert "3 invoices, 60.00 NZD" in text
    assert str(owner) in text
    assert reverse("run", args=[workspace.slug, run.pk]) in text


def test_a_workspace_without_runs_is_told_where_they_come_from(browser, workspace) -> None:
    assert "No run yet" in browser.get(reverse("run-list", args=[workspace.slug])).text


def test_a_run_shows_what_undoing_it_would_do(browser, page) -> None:
    text = browser.get(page).text

    for words in ("Drafts in Xero", "2 invoices", "Approved in Xero", "Not sent yet", "40.00"):
        assert words in text


def test_undoing_asks_once_with_count_and_money_then_goes_on(browser, workspace, run, page) -> None:
    address = reverse("run-undo", args=[workspace.slug, run.pk])

    asked = browser.post(address).text
    assert "2 invoices, 40.00 NZD will be deleted there." in asked
    assert "1 invoice, 20.00 NZD will be voided there." in asked
    assert not Link.objects.filter(intent="retract").exists()

    after = browser.post(address, {"confirmed": "yes"}, follow=True).text

    assert "Undoing the run has begun" in after
    assert "Taken out of Xero: 0 of 3" in after
    assert Link.objects.filter(intent="retract", state=LinkState.QUEUED).count() == 3
    assert Link.objects.filter(state=LinkState.WAITING).count() == 1


def test_what_is_open_gone_or_under_way_is_told_before_undoing(
    browser, workspace, run, page
) -> None:
    draft, another, approved = Link.objects.filter(run=run, state=LinkState.SYNCED).order_by("pk")
    put(draft, state=LinkState.HELD)
    put(another, state=LinkState.SENDING)
    put(approved, state=LinkState.FAILED, xero_status="VOIDED")

    text = browser.get(page).text
    asked = browser.post(reverse("run-undo", args=[workspace.slug, run.pk])).text

    assert "Gone from Xero already" in text
    assert "Something is still open about 2 invoices of these: " in text
    assert "1 record of it is being sent just now; undo once more when it has arrived." in text
    assert "1 invoice, 20.00 NZD will be deleted there." in asked
    assert "1 invoice, 20.00 NZD will only count as taken out" in asked
    assert "Something is still open about 2 invoices, 40.00 NZD of these; undoing ends it." in asked


def test_a_run_that_is_all_under_way_is_not_called_empty(browser, run, page) -> None:
    Link.objects.filter(run=run).update(state=LinkState.SENDING)

    text = browser.get(page).text

    assert "4 records of it are being sent just now" in text
    assert "there is nothing to undo" not in text
    assert "Undo this run</button>" not in text


def test_a_run_that_xero_did_not_let_go_is_not_called_empty(browser, run, page) -> None:
    Link.objects.filter(run=run).update(state=LinkState.FAILED, intent="retract")

    assert "there is nothing to undo" not in browser.get(page).text


def put(link: Link, **values: object) -> None:
    Link.objects.filter(pk=link.pk).update(**values)


def test_what_was_taken_out_is_sent_again(browser, workspace, run, page) -> None:
    Link.objects.filter(run=run).update(
        state=LinkState.RETRACTED, intent="retract", xero_status="DELETED"
    )
    assert "Send 3 invoices again" in browser.get(page).text

    said = browser.post(reverse("run-again", args=[workspace.slug, run.pk]), follow=True).text

    assert "queued for Xero as new ones." in said
    assert Link.objects.filter(state=LinkState.QUEUED, intent="push", xero_id=None).count() == 3


def test_a_viewer_sees_runs_and_undoes_none(workspace, run, page, signed_in) -> None:
    viewer = signed_in(make_member(workspace, Role.VIEWER))

    assert "Undo this run</button>" not in viewer.get(page).text
    answer = viewer.post(reverse("run-undo", args=[workspace.slug, run.pk]), {"confirmed": "yes"})

    assert answer.status_code == 403
    assert Link.objects.filter(run=run, state=LinkState.SYNCED).count() == 3


def test_a_run_of_another_workspace_is_not_found(run, signed_in) -> None:
    elsewhere = make_workspace("Elsewhere")

    answer = signed_in(owner_of(elsewhere)).get(reverse("run", args=[elsewhere.slug, run.pk]))

    assert answer.status_code == 404
    assert not runs_of(elsewhere).exists()


def test_what_an_import_sent_by_itself_names_the_import_and_nobody(
    browser, workspace, run, page
) -> None:
    run.of_import = Import.objects.create(workspace=workspace, file_name="sales.csv", format="x")
    run.started_by = None
    run.save()

    listed, shown = browser.get(reverse("run-list", args=[workspace.slug])), browser.get(page)

    assert "Import of sales.csv" in listed.text
    assert "as the import of sales.csv was submitted" in shown.text
    assert "somebody who left" not in listed.text + shown.text
