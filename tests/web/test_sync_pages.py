"""Home, Needs attention and the Sync log."""

import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from factories import line, make_document
from tallystick.connections.models import Connection, ConnectionStatus
from tallystick.sync.models import Attempt, LinkState, Outcome
from web.conftest import problem


def note(link, outcome: Outcome, message: str, *, action: str = "create") -> Attempt:
    return Attempt.objects.create(
        organisation=link.organisation,
        link=link,
        action=action,
        outcome=outcome,
        message=message,
        finished_at=timezone.now(),
    )


@pytest.fixture
def log(workspace) -> str:
    return reverse("sync-log", args=[workspace.slug])


def test_home_shows_what_needs_me_and_what_flowed_today(
    browser, workspace, organisation, put
) -> None:
    sent = make_document(workspace, lines=[line(unit_price="88.40")], submitted=True)
    there = {"xero_status": "DRAFT", "xero_id": uuid.uuid4()}
    note(put(sent.pk, LinkState.SYNCED, **there), Outcome.DONE, "Created.")
    stuck = make_document(workspace, submitted=True)
    put(stuck.pk, LinkState.HELD, problem=problem("Is this the same?"))

    context = browser.get(f"/w/{workspace.slug}/").context

    assert context["summary"].attention_count == 1
    assert context["today"].sums.totals == [("NZD", Decimal("88.40"))]
    assert context["approval"].sums.count == 1


def test_home_of_a_workspace_without_xero_says_the_first_step(browser, workspace) -> None:
    answer = browser.get(f"/w/{workspace.slug}/")

    assert "Sign in at Xero and choose the organisation whose books these are." in answer.text
    assert reverse("integrations", args=[workspace.slug]) in answer.text


def test_home_says_when_access_was_lost(browser, workspace, organisation) -> None:
    Connection.objects.filter(workspace=workspace).update(
        status=ConnectionStatus.ERROR, problem="Xero no longer accepts our access."
    )

    answer = browser.get(f"/w/{workspace.slug}/")

    assert "Xero no longer accepts our access." in answer.text
    assert "is kept" in answer.text


def test_the_log_shows_each_attempt_with_its_message(
    browser, workspace, organisation, put, log
) -> None:
    document = make_document(workspace, number="INV-1043", submitted=True)
    note(put(document.pk, LinkState.FAILED), Outcome.FAILED, "Line 3 has no tax mapping.")

    answer = browser.get(log)

    assert "INV-1043" in answer.text
    assert "Line 3 has no tax mapping." in answer.text
    assert reverse("retry", args=[workspace.slug]) in answer.text


def test_the_log_is_filtered_by_outcome_action_and_text(
    browser, workspace, organisation, put, log
) -> None:
    one = put(make_document(workspace, number="INV-1", submitted=True).pk, LinkState.SYNCED)
    two = put(make_document(workspace, number="INV-2", submitted=True).pk, LinkState.FAILED)
    note(one, Outcome.DONE, "First.")
    note(two, Outcome.FAILED, "Second.", action="resolve")

    for query in ({"outcome": "failed"}, {"action": "resolve"}, {"q": "inv-2"}, {"q": "second"}):
        text = browser.get(log, query).text
        assert ("Second." in text, "First." in text) == (True, False)


def test_only_the_newest_page_of_the_log_refreshes_itself(
    browser, workspace, organisation, put, log
) -> None:
    link = put(make_document(workspace, submitted=True).pk, LinkState.SYNCED)
    for _ in range(55):
        note(link, Outcome.DONE, "Done.")
    first = browser.get(log)

    second = browser.get(log, {"after": first.context["page"].after})

    assert "data-refresh-seconds" in first.text
    assert "data-refresh-seconds" not in second.text
    assert len(second.context["rows"]) == 5


def test_a_failed_attempt_is_retried_from_the_log(
    browser, workspace, organisation, put, log
) -> None:
    link = put(make_document(workspace, submitted=True).pk, LinkState.FAILED)

    answer = browser.post(
        reverse("retry", args=[workspace.slug]), {"link": link.pk, "next": log}, follow=True
    )

    link.refresh_from_db()
    assert link.state == LinkState.QUEUED
    assert "1 queued again." in answer.text


def test_ten_more_attempts_cost_no_more_queries(browser, workspace, organisation, put, log) -> None:
    link = put(make_document(workspace, submitted=True).pk, LinkState.SYNCED)
    note(link, Outcome.DONE, "Done.")
    browser.get(log)
    with CaptureQueriesContext(connection) as few:
        browser.get(log)
    for _ in range(10):
        note(put(make_document(workspace, submitted=True).pk, LinkState.FAILED), Outcome.FAILED, "")

    with CaptureQueriesContext(connection) as many:
        browser.get(log)

    # The count in the rail is one query either way.
    assert len(many) == len(few)
