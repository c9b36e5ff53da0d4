"""Needs attention: what waits for a person, by cause, and what each button does."""

import copy
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from factories import line, make_document, make_member, make_party, make_payment, make_workspace
from tallystick.books.models import Kind
from tallystick.connections.models import Organisation
from tallystick.sync.models import Check, Lane, Link, LinkState
from tallystick.sync.reports import attention
from tallystick.workspaces.models import Role
from web.conftest import problem


@pytest.fixture
def page(workspace) -> str:
    return reverse("needs-attention", args=[workspace.slug])


@pytest.fixture
def press(browser, workspace, page):
    """Press a button of the page; returns what the next page says."""

    def press(act: str, **form: object) -> str:
        address = reverse("attention-act", args=[workspace.slug])
        return browser.post(address, {"act": act, "next": page, **form}, follow=True).text

    return press


@pytest.fixture
def stop(workspace, organisation, put):
    """Make a submitted invoice and let its link stop for a cause."""

    def stop(number: str, code: str, state=LinkState.FAILED, *, price="50", **values) -> Link:
        document = make_document(
            workspace,
            number=number,
            party=values.pop("party", None),
            lines=[line(unit_price=price)],
            submitted=True,
        )
        told = problem(f"{number} was not sent.", code=code)
        details = values.pop("details", {})
        return put(document.pk, state, problem=told | {"details": details}, **values)

    return stop


def titles(answer) -> list[tuple[str, str, int]]:
    return [
        (section.title, group.title, group.count)
        for section in answer.context["sections"]
        for group in section.groups
    ]


def test_causes_are_grouped_by_kind_of_trouble_the_newest_first(browser, stop, page) -> None:
    stop("INV-1", "tax_not_mapped", waits_for="tax:1:sales")
    stop("INV-2", "tax_not_mapped", waits_for="tax:1:sales")
    stop("INV-3", "account_unknown")
    stop("INV-4", "number_taken", LinkState.HELD)
    stop("INV-5", "has_payments", intent="retract", xero_status="AUTHORISED")
    stop("INV-6", "differs", LinkState.HELD)

    answer = browser.get(page)

    assert titles(answer) == [
        ("Should be gone, still in Xero", "Payments or credits stand on it", 1),
        ("Number taken in Xero", "The number is taken in Xero", 1),
        ("Changed or removed in Xero", "Somebody changed it in Xero", 1),
        ("Could not be sent", "Xero does not know the account", 1),
        ("Could not be sent", "A tax code has no tax mapping", 2),
    ]
    assert "100.00" in answer.text
    assert "Retry 2 invoices" in answer.text
    assert reverse("tax-mapping", args=[answer.context["workspace"].slug]) in answer.text


def test_payments_allocations_and_customers_stand_there_too(
    browser, workspace, organisation, stop, page
) -> None:
    cafe = make_party(workspace, "Harbour Cafe")
    stop("INV-1", "contact_name_taken", LinkState.HELD, party=cafe, waits_for=f"party:{cafe.pk}")
    Link.objects.create(
        organisation=organisation,
        party=cafe,
        state=LinkState.HELD,
        problem=problem("Is it the same?", code="contact_name_taken")
        | {"details": {"candidates": [{"id": "c-1", "name": "Harbour Cafe", "number": ""}]}},
    )
    paid = make_document(workspace, number="INV-2", lines=[line(unit_price="50")], submitted=True)
    payment = make_payment(paid, "12.00")
    Link.objects.filter(payment=payment).update(
        state=LinkState.HELD,
        problem=problem("Still a draft.", code="not_approved"),
        waits_for=f"document:{paid.pk}",
    )

    answer = browser.get(page)

    assert titles(answer) == [
        ("Questions only you can answer", "What it is for is not approved in Xero", 1),
        ("Questions only you can answer", "Is it the same customer?", 2),
    ]
    assert "1 invoice and 1 customer" in answer.text or "1 customer and 1 invoice" in answer.text
    assert "Use Harbour Cafe" in answer.text
    assert "12.00" in answer.text
    assert "Approve in Xero" in answer.text


def test_a_customer_is_not_offered_what_is_done_to_documents_alone(
    browser, workspace, organisation, page
) -> None:
    cafe = make_party(workspace, "Harbour Cafe")
    Link.objects.create(
        organisation=organisation,
        party=cafe,
        state=LinkState.FAILED,
        problem=problem("Xero refused Harbour Cafe.", code="refused"),
    )

    text = browser.get(page).text

    assert 'value="retry"' in text
    assert 'value="mark_done"' not in text


def test_a_contact_used_once_more_changes_nothing_and_says_so(
    browser, workspace, organisation
) -> None:
    cafe = make_party(workspace, "Harbour Cafe")
    address = reverse("party-contact", args=[workspace.slug, cafe.pk])

    first = browser.post(address, {"contact": _any_id()[:8]}, follow=True).text
    chosen = Link.objects.get(party=cafe).claim
    again = browser.post(address, {"contact": chosen}, follow=True).text

    assert "Harbour Cafe is linked to that contact once Xero has confirmed it." in first
    assert "Nothing was changed" in again


def test_a_button_does_its_act_to_all_of_the_cause_and_says_what_it_did(stop, press) -> None:
    links = [stop(f"INV-{n}", "no_clear_answer", price="40") for n in range(3)]
    other = stop("INV-9", "locked")

    text = press("retry", everything="yes", filter="failed~no_clear_answer~")

    assert "3 invoices, 120.00 NZD, queued again." in text
    states = Link.objects.filter(pk__in=[link.pk for link in links]).values_list("state", flat=True)
    assert set(states) == {LinkState.QUEUED}
    other.refresh_from_db()
    assert other.state == LinkState.FAILED
    again = press("retry", everything="yes", filter="failed~no_clear_answer~")
    assert "Nothing was changed" in again


def test_more_than_a_thousand_of_one_cause_are_taken_at_once(
    browser, workspace, organisation, page, press
) -> None:
    made = [make_document(workspace, number=f"INV-{n}", submitted=True) for n in range(3)]
    Link.objects.update(state=LinkState.FAILED, problem=problem("Failed.", code="locked"))
    first = made[0]
    copies = [_copy_of(first, f"C-{n}") for n in range(1200)]
    type(first).objects.bulk_create(copies)
    Link.objects.bulk_create(
        Link(
            organisation=organisation,
            document=copy,
            state=LinkState.FAILED,
            problem=problem("Failed.", code="locked"),
        )
        for copy in copies
    )

    answer = browser.get(page)
    text = press("retry", everything="yes", filter="failed~locked~")

    assert titles(answer) == [("Could not be sent", "Dated before the lock date", 1203)]
    assert "1,203 invoices" in text
    assert not Link.objects.filter(state=LinkState.FAILED).exists()


def _copy_of(document, number: str):
    made = copy.copy(document)
    made._state = copy.copy(document._state)
    made._state.adding, made.pk, made.uid, made.number = True, None, uuid.uuid4(), number
    return made


def test_one_cause_alone_shows_all_it_holds_up_page_by_page(browser, stop, page) -> None:
    for n in range(52):
        stop(f"INV-{n}", "locked")

    first = browser.get(page, {"cause": "failed~locked~"})
    second = browser.get(page, {"cause": "failed~locked~", "after": first.context["page"].after})

    def rows(answer):
        return answer.context["sections"][0].groups[0].rows

    assert (len(rows(first)), len(rows(second))) == (50, 2)
    assert "52 invoices" in second.text


def test_of_very_many_only_the_newest_are_grouped_and_the_page_says_so(
    browser, stop, page, monkeypatch
) -> None:
    monkeypatch.setattr(attention, "LOOKED_AT", 3)
    for count in range(4):
        stop(f"INV-{count}", "refused")
    stop("INV-8", "account_unknown")
    Link.objects.filter(document__number="INV-0").update(
        problem=problem("No.", code="tax_not_mapped"), changed_at=timezone.now() - timedelta(days=2)
    )

    answer = browser.get(page)

    assert titles(answer) == [
        ("Could not be sent", "Xero does not know the account", 1),
        ("Could not be sent", "Xero refused it", 2),
    ]
    assert "More records wait for a person than are counted here" in answer.text
    assert "Retry 2+ records" in answer.text
    assert "Retry 1+ records" in answer.text
    assert answer.context["sections"][0].groups[0].part.totals == {}
    monkeypatch.setattr(attention, "LOOKED_AT", 5)
    assert "More records wait" not in browser.get(page).text


def test_of_very_many_that_are_stuck_the_longest_are_shown(
    browser, stop, page, monkeypatch
) -> None:
    monkeypatch.setattr(attention, "LOOKED_AT_STUCK", 2)
    for count in range(3):
        link = stop(f"INV-{count}", "refused")
        Link.objects.filter(pk=link.pk).update(
            state=LinkState.QUEUED,
            problem=None,
            queued_at=timezone.now() - timedelta(hours=9 - count),
        )
    stop("INV-9", "refused")

    (failed, stuck) = browser.get(page).context["sections"]
    alone = browser.get(page, {"cause": "stuck~queued~"})

    assert [row.name for row in failed.groups[0].rows] == ["INV-9"]
    assert {row.name for row in stuck.groups[0].rows} == {"INV-0", "INV-1"}
    assert stuck.groups[0].part.counted == "2+ records"
    assert len(alone.context["sections"][0].groups[0].rows) == 2
    organisation = Link.objects.first().organisation
    assert attention.count_of(organisation) == 4
    assert attention.count_of(organisation, at_most=2) == 2


def test_a_cause_of_very_many_is_paged_to_its_end_the_newest_first(
    browser, stop, page, monkeypatch
) -> None:
    monkeypatch.setattr(attention, "LOOKED_AT", 10)
    for count in range(60):
        stop(f"INV-{count:02}", "refused")
    Link.objects.filter(document__number__lt="INV-30").update(changed_at=timezone.now())
    cause = {"cause": "failed~refused~"}

    first = browser.get(page, cause)
    second = browser.get(page, {**cause, "after": first.context["page"].after})

    names = [
        row.name
        for answer in (first, second)
        for row in answer.context["sections"][0].groups[0].rows
    ]
    assert names == [f"INV-{count:02}" for count in (*range(29, -1, -1), *range(59, 29, -1))]
    assert "More wait for this than are counted here." in first.text


def test_ticked_records_and_single_ones_are_taken_alone(stop, press) -> None:
    one, two, three = (stop(f"INV-{n}", "locked") for n in range(3))

    press("retry", id=[one.pk, two.pk])
    text = press(f"retry:{three.pk}")

    assert "1 invoice, 50.00 NZD, queued again." in text
    for link in (one, two, three):
        link.refresh_from_db()
        assert link.state == LinkState.QUEUED


def test_removing_from_xero_names_count_and_money_and_asks_once(stop, press) -> None:
    link = stop(
        "INV-1", "has_payments", intent="retract", xero_status="AUTHORISED", xero_id=_any_id()
    )

    asked = press("remove", everything="yes", filter="orphaned~has_payments~")
    link.refresh_from_db()
    assert "1 invoice, 50.00 NZD will be deleted in Xero" in asked
    assert link.state == LinkState.FAILED

    said = press("remove", everything="yes", filter="orphaned~has_payments~", confirmed="yes")
    link.refresh_from_db()

    assert "1 invoice, 50.00 NZD, queued to go out of Xero." in said
    assert (link.state, link.intent) == (LinkState.QUEUED, "retract")


def test_a_taken_number_is_marked_as_the_one_in_xero(browser, stop, press, page) -> None:
    links = [
        stop(
            f"INV-{n}",
            "number_taken",
            LinkState.HELD,
            details={"candidates": [{"id": "1", "name": f"X-{n}", "number": f"X-{n}"}]},
        )
        for n in range(2)
    ]
    assert "Mark as this one" in browser.get(page).text

    text = press("mark", everything="yes", filter="number_taken~number_taken~")

    assert "2 invoices, 100.00 NZD, compared with what Xero has" in text
    for n, link in enumerate(links):
        link.refresh_from_db()
        assert (link.state, link.claim) == (LinkState.QUEUED, f"X-{n}")


def test_drift_is_answered_by_keeping_theirs_or_sending_ours(stop, press) -> None:
    theirs = {"details": {"theirs": {"total": "40"}, "status": "DRAFT"}}
    kept = stop("INV-1", "differs", LinkState.HELD, xero_id=_any_id(), **theirs)
    sent = stop("INV-2", "differs", LinkState.HELD, xero_id=_any_id(), **theirs)

    assert "as Xero has them" in press(f"keep_theirs:{kept.pk}")
    assert "will take the place of what stands in Xero" in press(f"send_ours:{sent.pk}")
    press(f"send_ours:{sent.pk}", confirmed="yes")

    kept.refresh_from_db()
    sent.refresh_from_db()
    assert kept.state == LinkState.SYNCED
    assert (sent.state, sent.forced_revision) == (LinkState.QUEUED, 1)


def test_marking_done_and_clearing_the_id_ask_first(stop, press) -> None:
    done = stop("INV-1", "gone_in_xero", LinkState.HELD, xero_id=_any_id(), xero_status="VOIDED")
    cleared = stop("INV-2", "gone_in_xero", LinkState.HELD, xero_id=_any_id(), xero_status="VOIDED")

    for act, link in (("mark_done", done), ("clear_xero_id", cleared)):
        assert "50.00 NZD" in press(f"{act}:{link.pk}")
        link.refresh_from_db()
        assert link.state == LinkState.HELD
        press(f"{act}:{link.pk}", confirmed="yes")
        link.refresh_from_db()

    assert done.state == LinkState.EXCLUDED
    assert (cleared.state, cleared.xero_id) == (LinkState.QUEUED, None)


def test_what_is_stuck_for_half_an_hour_stands_there_and_is_retried(
    browser, stop, page, press, workspace
) -> None:
    link = stop("INV-1", "", LinkState.QUEUED)
    Link.objects.update(queued_at=timezone.now() - timedelta(minutes=29))
    assert titles(browser.get(page)) == []

    Link.objects.update(queued_at=F("queued_at") - timedelta(minutes=2))

    answer = browser.get(page)
    assert titles(answer) == [("On the way for too long", "Queued, and not taken up", 1)]
    assert 'data-tone="warning">1</span>' in answer.text
    assert "1 invoice, 50.00 NZD, queued again." in press(f"retry:{link.pk}")
    assert titles(browser.get(page)) == []


def test_what_xero_breaks_off_each_time_is_told_apart_from_what_nobody_takes_up(
    browser, stop, page, press
) -> None:
    link = stop("INV-1", "", LinkState.QUEUED, tries=4)
    Link.objects.update(
        queued_at=timezone.now() - timedelta(minutes=31),
        not_before=timezone.now() + timedelta(minutes=40),
    )

    answer = browser.get(page)

    assert titles(answer) == [("On the way for too long", "Xero breaks off each time", 1)]
    assert "tried again by itself" in answer.text
    assert "1 invoice, 50.00 NZD, queued again." in press(f"retry:{link.pk}")
    assert titles(browser.get(page)) == []


def test_nothing_is_stuck_while_sending_waits_for_a_told_reason(
    browser, stop, page, organisation
) -> None:
    stop("INV-1", "", LinkState.QUEUED)
    Link.objects.update(queued_at=timezone.now() - timedelta(hours=5))
    Lane.objects.update_or_create(
        organisation=organisation,
        defaults={
            "blocked_until": timezone.now() + timedelta(hours=3),
            "blocked_reason": "Xero allows 1,000 calls a day and today's are used up.",
        },
    )

    answer = browser.get(page)

    assert titles(answer) == []
    assert "today&#x27;s are used up" in answer.text


def test_the_minutes_until_stuck_can_be_set(browser, stop, page, settings) -> None:
    settings.STUCK_MINUTES = 5
    stop("INV-1", "", LinkState.SENDING)
    Link.objects.update(queued_at=timezone.now() - timedelta(minutes=6))

    assert titles(browser.get(page)) == [
        ("On the way for too long", "Sent, and no answer known", 1)
    ]


def test_the_last_check_tells_what_it_found_and_links_what_nobody_knows(
    browser, organisation, page
) -> None:
    Check.objects.create(
        organisation=organisation,
        reason="Nothing had run since 20 Nov 2026 10:00 UTC.",
        looked_at=1204,
        relinked=2,
        orphans=1,
        strays=0,
        unknown=[{"id": "0a", "type": "ACCPAY", "number": "B-7", "url": "https://x/d/1"}],
    )

    text = browser.get(page).text

    assert "1,204 records" in text
    assert "2 records that our links had lost: linked again." in text
    assert "1 record withdrawn here: removed there." in text
    assert "Nothing had run since" in text
    assert "/AccountsPayable/Edit.aspx?InvoiceID=0a" in text


def test_a_check_is_asked_for_at_once_and_only_by_who_may(
    browser, workspace, organisation, signed_in
) -> None:
    address = reverse("check-now", args=[workspace.slug])

    said = browser.post(address, follow=True).text

    lane = Lane.objects.get(organisation=organisation)
    assert lane.check_due_at <= timezone.now()
    assert "asked for it" in lane.check_reason
    assert "is being looked through" in said
    viewer = signed_in(make_member(workspace, Role.VIEWER))
    assert viewer.post(address).status_code == 403


def test_a_viewer_may_retry_and_no_more(workspace, stop, page, signed_in) -> None:
    link = stop("INV-1", "differs", LinkState.HELD, xero_id=_any_id())
    stop("INV-2", "locked")
    viewer = signed_in(make_member(workspace, Role.VIEWER))
    act = reverse("attention-act", args=[workspace.slug])

    text = viewer.get(page).text

    assert 'value="retry"' in text
    assert 'value="send_ours"' not in text
    assert viewer.post(act, {"act": f"send_ours:{link.pk}", "confirmed": "yes"}).status_code == 403


def test_links_of_another_workspace_are_out_of_reach(
    browser, workspace, organisation, other_link, press
) -> None:
    press("retry", id=[other_link.pk])

    other_link.refresh_from_db()
    assert other_link.state == LinkState.FAILED


@pytest.fixture
def other_link(db) -> Link:
    elsewhere = make_workspace("Elsewhere")
    books = Organisation.objects.create(
        workspace=elsewhere, tenant_id=uuid.uuid4(), name="Other", country="NZ", currency="NZD"
    )
    document = make_document(elsewhere, number="INV-1", submitted=True)
    return Link.objects.create(organisation=books, document=document, state=LinkState.FAILED)


def test_nothing_to_attend_to_is_said(browser, organisation, page) -> None:
    assert "Nothing needs you" in browser.get(page).text


def test_bills_and_money_of_several_currencies_are_named(
    browser, workspace, organisation, put, page
) -> None:
    for number, kind, currency in (("B-1", Kind.BILL, "USD"), ("B-2", Kind.BILL, "NZD")):
        document = make_document(
            workspace, number=number, kind=kind, currency=currency, submitted=True
        )
        put(document.pk, LinkState.FAILED, problem=problem("Failed.", code="locked"))

    group = browser.get(page).context["sections"][0].groups[0]

    assert group.part.totals == {"USD": Decimal("10.00"), "NZD": Decimal("10.00")}
    assert str(group.part) == "2 bills, 10.00 NZD and 10.00 USD"


def _any_id() -> str:
    return str(uuid.uuid4())
