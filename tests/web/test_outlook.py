"""What is told to become of a submitted document is what becomes of it."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from factories import make_document, make_party
from tallystick.books.models import Party
from tallystick.connections.models import Connection, ConnectionStatus
from tallystick.sync.acts.changing_rules import save_policy
from tallystick.sync.models import Lane, Link, LinkState, SentAs, Trigger
from web.conftest import problem


@pytest.fixture
def act(browser, workspace):
    """Do one act to documents by their list's form, and return what is said after it."""

    def act(name: str, *documents, confirmed: bool = True, **form: str) -> str:
        data = {"act": name, "id": [one.pk for one in documents], **form}
        data |= {"confirmed": "yes"} if confirmed else {}
        answer = browser.post(reverse("invoice-act", args=[workspace.slug]), data, follow=True)
        return answer.text

    return act


def kept_out_itself(workspace, organisation, owner, document):
    type(document).objects.filter(pk=document.pk).update(do_not_sync=True)


def kept_out_with_its_customer(workspace, organisation, owner, document):
    Party.objects.filter(pk=document.party_id).update(do_not_sync=True)


def dated_before_syncing_begins(workspace, organisation, owner, document):
    rules(organisation, owner, starts_on=date(2026, 12, 1))


def by_hand(workspace, organisation, owner, document):
    rules(organisation, owner, trigger=Trigger.BY_HAND)


def at_an_hour(workspace, organisation, owner, document):
    rules(organisation, owner, trigger=Trigger.SCHEDULE, send_at=time(17, 30))


def at_once(workspace, organisation, owner, document):
    pass


def in_a_pause(workspace, organisation, owner, document):
    pause(organisation)


def without_access(workspace, organisation, owner, document):
    Connection.objects.filter(workspace=workspace).update(
        status=ConnectionStatus.ERROR, problem="Access was removed in Xero."
    )


def unconnected(workspace, organisation, owner, document):
    Connection.objects.filter(workspace=workspace).update(
        status=ConnectionStatus.DISCONNECTED, organisation=None
    )


def rules(organisation, owner, **values):
    save_policy(organisation=organisation, kind="sales_invoice", actor=owner, **values)


def pause(organisation) -> None:
    until = timezone.now() + timedelta(hours=3)
    told = {"blocked_until": until, "blocked_reason": "Today's calls are used up."}
    Lane.objects.update_or_create(organisation=organisation, defaults=told)


CASES = [
    (kept_out_itself, "It stays out of Xero: marked as not to be synced."),
    (
        kept_out_with_its_customer,
        "It stays out of Xero: for a customer or supplier who is marked as not to be synced.",
    ),
    (
        dated_before_syncing_begins,
        "It stays out of Xero: dated before 01 Dec 2026, when syncing begins.",
    ),
    (by_hand, "It waits for Sync now."),
    (at_an_hour, "It goes to Xero at 17:30."),
    (at_once, "It is on the way to Xero."),
    (
        in_a_pause,
        "It is queued, and nothing goes just now: Today's calls are used up. The next try is at ",
    ),
    (without_access, "It is queued, and nothing goes just now: Access was removed in Xero."),
    (unconnected, "It waits until Xero is connected, and then for Sync now."),
]


@pytest.mark.parametrize(("happens", "said"), CASES)
def test_after_submitting_it_is_said_what_becomes_of_it(
    act, browser, workspace, organisation, owner, happens, said
):
    draft = make_document(workspace, number="INV-1", issued_on=date(2026, 11, 2))
    happens(workspace, organisation, owner, draft)

    asked = act("submit", confirmed=False, everything="yes", filter="")
    page = browser.get(reverse("invoice", args=[workspace.slug, draft.pk])).text
    done = act("submit", draft)

    ahead = said.replace("is on the way", "goes").replace("&#x27;", "'")
    for text in (asked,) if happens is unconnected else (asked, page):
        assert ahead.replace("'", "&#x27;") in text
    assert f"1 invoice was submitted. {said}".replace("'", "&#x27;") in done
    assert ("on the way to Xero" in done) == (happens is at_once)


def test_many_that_go_different_ways_are_told_apart(act, workspace, organisation):
    going = [make_document(workspace) for _ in range(2)]
    kept = make_document(workspace, do_not_sync=True)

    done = act("submit", *going, kept)

    assert (
        "3 invoices were submitted. Of these 2 are on the way to Xero; "
        "1 stays out of Xero: marked as not to be synced." in done
    )


def test_what_is_let_in_is_told_to_stay_out_for_its_customer(act, workspace, organisation):
    party = make_party(workspace, "Harbour Cafe", number="C1")
    document = make_document(workspace, party=party, do_not_sync=True, submitted=True)
    Party.objects.filter(pk=party.pk).update(do_not_sync=True)

    done = act("include", document)

    assert "1 invoice was let into Xero again. It stays out of Xero: for a customer" in done
    assert Link.objects.get(document=document).state == LinkState.EXCLUDED


def test_a_saved_draft_is_not_told_to_go_anywhere(act, workspace, organisation):
    assert (
        "Xero"
        not in act("include", make_document(workspace, do_not_sync=True))
        .partition("let into Xero again.")[2]
        .partition("</div>")[0]
    )


@pytest.mark.parametrize("press", ["list", "log", "attention", "decide"])
def test_a_retry_in_a_pause_says_that_nothing_goes(
    act, browser, workspace, organisation, put, press
):
    document = make_document(workspace, submitted=True)
    link = put(document.pk, LinkState.HELD, problem=problem("Differs.", code="differs"))
    pause(organisation)

    if press == "list":
        said = act("retry", document)
    else:
        name, form = {
            "log": ("retry", {"link": link.pk}),
            "attention": ("attention-act", {"act": f"retry:{link.pk}", "confirmed": "yes"}),
            "decide": ("decide", {"act": "send_ours", "link": link.pk}),
        }[press]
        said = browser.post(reverse(name, args=[workspace.slug]), form, follow=True).text

    assert "Nothing goes just now: Today&#x27;s calls are used up." in said
    assert "on the way to Xero" not in said


def test_sync_now_in_a_pause_says_that_nothing_goes(browser, workspace, organisation, put):
    put(make_document(workspace, submitted=True).pk, LinkState.WAITING)
    pause(organisation)

    said = browser.post(reverse("sync-now", args=[workspace.slug]), follow=True).text

    assert "1 invoice, 10.00 NZD is queued. Nothing goes just now: " in said
    assert "What was to go is queued" in said
    assert "on the way to Xero" not in said


@pytest.mark.parametrize("sort", ["invoice", "payment"])
def test_what_is_said_after_sync_now_agrees_with_the_card_and_home(
    browser, workspace, organisation, put, stuck_payment, sort
):
    if sort == "invoice":
        link = put(make_document(workspace, submitted=True).pk, LinkState.WAITING)
    else:
        link = stuck_payment("", state=LinkState.WAITING, problem=None)

    def page(name: str) -> str:
        return browser.get(reverse(name, args=[workspace.slug])).text

    said = browser.post(reverse("sync-now", args=[workspace.slug]), follow=True).text

    assert f"1 {sort}, " in said
    assert "is on the way to Xero." in said
    assert "What was to go is on its way" in said
    assert "<dt>Next run</dt><dd>under way</dd>" in said
    assert "waits to be sent" not in said + page("workspace-home")
    assert "all is sent" not in page("workspace-home")

    # The answer may be there before the page is: what was said stands beside this then.
    type(link).objects.update(state=LinkState.SYNCED)
    assert "Nothing waits for Sync now" in page("integrations")
    assert "no document waits for Sync now" in page("workspace-home")


def test_what_is_queued_tells_in_the_list_why_it_does_not_go(browser, workspace, organisation):
    make_document(workspace, submitted=True)
    without_access(workspace, organisation, None, None)

    assert (
        'title="Access was removed in Xero."'
        in browser.get(reverse("invoice-list", args=[workspace.slug])).text
    )


def test_what_waits_for_its_hour_tells_it_in_the_list(browser, workspace, organisation, owner):
    at_an_hour(workspace, organisation, owner, None)
    make_document(workspace, submitted=True)

    assert (
        "Goes to Xero at 17:30" in browser.get(reverse("invoice-list", args=[workspace.slug])).text
    )


def test_as_what_it_goes_is_told_before(act, workspace, organisation, owner):
    rules(organisation, owner, sent_as=SentAs.AUTHORISED)
    make_document(workspace)

    asked = act("submit", confirmed=False, everything="yes", filter="")

    assert "It goes to Xero. What goes there goes as approved." in asked
