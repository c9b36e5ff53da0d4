"""Home, Needs attention and the Sync log."""

import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from factories import line, make_document, make_party
from tallystick.connections.models import Connection, ConnectionStatus
from tallystick.sync.models import Attempt, AttemptOutcome, Link, LinkState
from tallystick.sync.reports import log_search
from web.conftest import problem


def note(link, outcome: AttemptOutcome, message: str, *, action: str = "create") -> Attempt:
    return Attempt.objects.create(
        organisation=link.organisation,
        link=link,
        action=action,
        outcome=outcome,
        message=message,
        finished_at=timezone.now(),
    )


def messages_of(answer) -> list[str]:
    return [row.attempt.message for row in answer.context["rows"]]


@pytest.fixture
def log(workspace) -> str:
    return reverse("sync-log", args=[workspace.slug])


def test_home_shows_what_needs_me_and_what_flowed_today(
    browser, workspace, organisation, put
) -> None:
    sent = make_document(workspace, lines=[line(unit_price="88.40")], submitted=True)
    there = {"xero_status": "DRAFT", "xero_id": uuid.uuid4()}
    note(put(sent.pk, LinkState.SYNCED, **there), AttemptOutcome.DONE, "Created.")
    stuck = make_document(workspace, submitted=True)
    put(stuck.pk, LinkState.HELD, problem=problem("Is this the same?"))

    context = browser.get(f"/w/{workspace.slug}/").context

    assert context["needs_you"] == "1"
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
    note(put(document.pk, LinkState.FAILED), AttemptOutcome.FAILED, "Line 3 has no tax mapping.")

    answer = browser.get(log)

    assert "INV-1043" in answer.text
    assert "Line 3 has no tax mapping." in answer.text
    assert reverse("retry", args=[workspace.slug]) in answer.text


def test_the_log_is_filtered_by_outcome_action_and_text(
    browser, workspace, organisation, put, log
) -> None:
    one = put(make_document(workspace, number="INV-1", submitted=True).pk, LinkState.SYNCED)
    two = put(make_document(workspace, number="INV-2", submitted=True).pk, LinkState.FAILED)
    note(one, AttemptOutcome.DONE, "First.")
    note(two, AttemptOutcome.FAILED, "Second.", action="resolve")

    for query in ({"outcome": "failed"}, {"action": "resolve"}, {"q": "inv-2"}, {"q": "second"}):
        text = browser.get(log, query).text
        assert ("Second." in text, "First." in text) == (True, False)


def test_the_log_of_a_customer_is_found_by_name_with_all_their_documents(
    browser, workspace, organisation, put, log
) -> None:
    cafe, other = make_party(workspace, "Harbour Cafe"), make_party(workspace, "Peak Bikes")
    for party, number in ((cafe, "INV-1"), (cafe, "INV-2"), (other, "INV-3")):
        note(
            put(
                make_document(workspace, number=number, party=party, submitted=True).pk,
                LinkState.SYNCED,
            ),
            AttemptOutcome.DONE,
            number,
        )
    of_cafe = Link.objects.create(organisation=organisation, party=cafe, state=LinkState.SYNCED)
    note(of_cafe, AttemptOutcome.DONE, "Made.")

    answer = browser.get(log, {"q": "harbour c"})

    assert messages_of(answer) == ["Made.", "INV-2", "INV-1"]
    assert answer.context["left_out"] == []


def test_a_search_of_the_log_pages_through_all_that_it_found_both_ways(
    browser, workspace, organisation, put, log
) -> None:
    one = put(make_document(workspace, number="INV-7", submitted=True).pk, LinkState.SYNCED)
    two = put(make_document(workspace, number="OTHER", submitted=True).pk, LinkState.SYNCED)
    for count in range(60):
        note(one, AttemptOutcome.DONE, f"A {count}")
        note(two, AttemptOutcome.DONE, f"Not it {count}")
        note(two, AttemptOutcome.DONE, f"Beside INV-7 {count}")

    first = browser.get(log, {"q": "inv-7"})
    second = browser.get(log, {"q": "inv-7", "after": first.context["page"].after})
    third = browser.get(log, {"q": "inv-7", "after": second.context["page"].after})
    back = browser.get(log, {"q": "inv-7", "before": third.context["page"].before})

    found = [told for page in (first, second, third) for told in messages_of(page)]
    wanted = [told for count in range(60) for told in (f"A {count}", f"Beside INV-7 {count}")]
    assert found == wanted[::-1]
    assert messages_of(back) == messages_of(second)


def test_what_a_search_of_the_log_did_not_look_at_is_told(
    browser, workspace, organisation, put, log, monkeypatch
) -> None:
    for name, most in (("FOUND", 4), ("MESSAGES", 3), ("NAMED", 2), ("DOCUMENTS", 4)):
        monkeypatch.setattr(log_search, name, most)
    links = [
        put(make_document(workspace, number=f"INV-{count}", submitted=True).pk, LinkState.SYNCED)
        for count in range(6)
    ]
    for link in (*links, *links):
        note(link, AttemptOutcome.DONE, f"Sent as {link.document.number}.")

    by_word = browser.get(log, {"q": "sent as"})
    by_number = browser.get(log, {"q": "inv-"})

    assert messages_of(by_word) == ["Sent as INV-5.", "Sent as INV-4.", "Sent as INV-3."]
    assert "Messages were looked through in the newest 3 lines of the log." in by_word.text
    assert messages_of(by_number) == [f"Sent as INV-{count}." for count in (5, 4, 3, 5)]
    assert (
        "More than 2 documents fit; looked at were the newest 2 of them among the newest 4 of all."
        in by_number.text
    )
    assert "Shown are the newest 4 lines that fit." in by_number.text
    assert "looked" not in browser.get(log).text


def test_only_the_newest_page_of_the_log_refreshes_itself(
    browser, workspace, organisation, put, log
) -> None:
    link = put(make_document(workspace, submitted=True).pk, LinkState.SYNCED)
    for _ in range(55):
        note(link, AttemptOutcome.DONE, "Done.")
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
    note(link, AttemptOutcome.DONE, "Done.")
    browser.get(log)
    with CaptureQueriesContext(connection) as few:
        browser.get(log)
    for _ in range(10):
        note(
            put(make_document(workspace, submitted=True).pk, LinkState.FAILED),
            AttemptOutcome.FAILED,
            "",
        )

    with CaptureQueriesContext(connection) as many:
        browser.get(log)

    # The count in the rail is one query either way.
    assert len(many) == len(few)
