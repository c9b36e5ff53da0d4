"""The list of invoices, an invoice's page, and what can be done to them."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import line, make_document, make_party, make_workspace
from tallystick.books.models import Document, Status
from tallystick.sync.models import Link, LinkState
from web.conftest import problem


@pytest.fixture
def address(workspace) -> str:
    return reverse("invoice-list", args=[workspace.slug])


@pytest.fixture
def act(workspace) -> str:
    return reverse("invoice-act", args=[workspace.slug])


def numbers(text: str) -> list[str]:
    return [
        part.split("<")[0]
        for part in text.split('row-link" href="')[1:]
        for part in [part.split(">", 1)[1]]
    ]


def test_an_empty_list_teaches_the_first_step(browser: Client, address: str) -> None:
    answer = browser.get(address)

    assert "No invoices yet" in answer.text
    assert "Import invoices" in answer.text


def test_the_list_shows_count_and_sum_of_what_is_filtered(browser, workspace, address) -> None:
    cafe = make_party(workspace, "Harbour Cafe")
    make_document(workspace, party=cafe, number="INV-1", lines=[line(unit_price="88.40")])
    make_document(workspace, party=cafe, number="INV-2", lines=[line(unit_price="11.60")])
    make_document(workspace, number="INV-3", party=make_party(workspace, "Bayside Ltd"))

    answer = browser.get(address, {"q": "harbour"})

    assert numbers(answer.text) == ["INV-2", "INV-1"]
    assert "100.00" in answer.text
    assert "2</span> invoices" in answer.text


def test_an_amount_finds_the_invoice_with_that_total(browser, workspace, address) -> None:
    make_document(workspace, number="INV-1", lines=[line(unit_price="1234.50")])
    make_document(workspace, number="INV-2")

    assert numbers(browser.get(address, {"q": "1,234.50"}).text) == ["INV-1"]


def test_the_state_chips_filter_by_what_is_in_xero(
    browser, workspace, address, organisation, put
) -> None:
    failed = make_document(workspace, number="INV-1", submitted=True)
    make_document(workspace, number="INV-2", submitted=True)
    put(failed.pk, LinkState.FAILED, problem=problem("INV-1 was not sent."))

    assert numbers(browser.get(address, {"state": "failed"}).text) == ["INV-1"]
    assert numbers(browser.get(address, {"state": "queued"}).text) == ["INV-2"]
    assert numbers(browser.get(address, {"state": "synced"}).text) == []


def test_the_period_is_one_of_the_workspaces_days(browser, workspace, address) -> None:
    make_document(workspace, number="INV-1", issued_on=date(2026, 2, 28))
    make_document(workspace, number="INV-2", issued_on=date(2026, 3, 1))

    answer = browser.get(address, {"since": "2026-03-01", "until": "2026-03-31"})

    assert numbers(answer.text) == ["INV-2"]


def test_what_makes_no_sense_in_the_address_is_ignored(browser, workspace, address) -> None:
    make_document(workspace, number="INV-1")
    nonsense = {
        "state": "x", "status": "x", "period": "x", "since": "2026-02-31", "party": "-1",
        "sort": "total", "after": "nobody~x",
    }  # fmt: skip

    assert numbers(browser.get(address, nonsense).text) == ["INV-1"]


def test_pages_follow_each_other_without_gap_or_repeat(browser, workspace, address) -> None:
    party = make_party(workspace)
    for count in range(120):
        day = date(2026, 3, 1 + count % 3)  # many share a day, so the key must break the tie
        make_document(workspace, party=party, number=f"INV-{count:03d}", issued_on=day)

    seen, query = [], {}
    for _ in range(3):
        answer = browser.get(address, query)
        seen += numbers(answer.text)
        query = {"after": answer.context["page"].after}
    back = browser.get(address, {"before": answer.context["page"].before})

    assert len(seen) == len(set(seen)) == 120
    assert query == {"after": ""}
    assert numbers(back.text) == seen[50:100]


def test_the_list_can_be_ordered_by_number(browser, workspace, address) -> None:
    for number in ("INV-2", "INV-3", "INV-1"):
        make_document(workspace, number=number)

    assert numbers(browser.get(address, {"sort": "number"}).text) == ["INV-1", "INV-2", "INV-3"]
    assert numbers(browser.get(address, {"sort": "-number"}).text)[0] == "INV-3"


def test_ten_more_rows_cost_no_more_queries(browser, workspace, address, organisation) -> None:
    make_document(workspace, submitted=True)
    browser.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(address)
    for _ in range(10):
        make_document(workspace, submitted=True)

    with CaptureQueriesContext(connection) as many:
        browser.get(address)

    assert len(many) == len(few)


@pytest.mark.parametrize("sort", ["issued", "-issued", "number", "-number"])
def test_two_states_with_one_word_are_paged_as_one_list(
    browser, workspace, address, organisation, put, sort
) -> None:
    for count in range(70):
        day = date(2026, 3, 1 + count % 3)
        document = make_document(
            workspace, number=f"INV-{count * 11 % 70:03d}", issued_on=day, submitted=True
        )
        put(document.pk, LinkState.RETRACTED if count % 4 else LinkState.EXCLUDED)
    make_document(workspace, number="QUEUED", submitted=True)

    first = browser.get(address, {"state": "excluded", "sort": sort})
    cursor = first.context["page"].after
    second = browser.get(address, {"state": "excluded", "sort": sort, "after": cursor})
    start = second.context["page"].before
    back = browser.get(address, {"state": "excluded", "sort": sort, "before": start})

    order = {"issued": ("issued_on", "pk"), "number": ("number", "pk")}[sort.strip("-")]
    expected = Document.objects.exclude(number="QUEUED").order_by(*order)
    wanted = [document.number for document in expected]
    if sort.startswith("-"):
        wanted.reverse()
    assert (numbers(first.text), numbers(second.text)) == (wanted[:50], wanted[50:])
    assert numbers(back.text) == wanted[:50]


def test_filters_together_show_what_each_of_them_keeps(
    browser, workspace, address, organisation, put
) -> None:
    cafe, bayside = make_party(workspace, "Harbour Cafe"), make_party(workspace, "Bayside")
    for count, party in enumerate([cafe, cafe, cafe, bayside, bayside]):
        day = date(2026, 1 + count, 5)
        price = [line(unit_price=str(10 + count))]
        document = make_document(
            workspace,
            party=party,
            number=f"INV-{count}",
            issued_on=day,
            lines=price,
            submitted=True,
        )
        if count % 2 == 0:
            put(document.pk, LinkState.FAILED, problem=problem("It was not sent."))
    make_document(workspace, party=cafe, number="DRAFT", issued_on=date(2026, 1, 5))

    shown = {
        text: numbers(browser.get(f"{address}?{text}").text)
        for text in (
            f"party={cafe.pk}&state=failed",
            "state=failed&q=harbour",
            "state=failed&since=2026-02-01",
            "state=failed&status=submitted&q=INV&until=2026-03-31",
            f"party={cafe.pk}&status=draft",
            f"party={bayside.pk}&status=draft",
            f"party={cafe.pk}&state=failed&sort=number&since=2026-01-01&q=12.00",
        )
    }
    told = browser.get(address, {"party": cafe.pk, "state": "failed"})

    assert list(shown.values()) == [
        ["INV-2", "INV-0"],
        ["INV-2", "INV-0"],
        ["INV-4", "INV-2"],
        ["INV-2", "INV-0"],
        ["DRAFT"],
        [],
        ["INV-2"],
    ]
    assert "2</span> invoices" in told.text
    assert "22.00" in told.text


def test_another_workspaces_invoices_are_not_shown(browser, workspace, address) -> None:
    theirs = make_document(make_workspace("Elsewhere"), number="SECRET-1")

    assert "SECRET-1" not in browser.get(address).text
    assert browser.get(reverse("invoice", args=[workspace.slug, theirs.pk])).status_code == 404


def test_ticked_drafts_are_submitted_and_queued(browser, workspace, act, organisation) -> None:
    drafts = [make_document(workspace) for _ in range(2)]

    answer = browser.post(act, {"act": "submit", "id": [d.pk for d in drafts]}, follow=True)

    assert "2 invoices were submitted. They are on the way to Xero." in answer.text
    assert Link.objects.filter(state=LinkState.QUEUED).count() == 2


def test_a_strangers_document_cannot_be_submitted_through_ones_own_workspace(browser, act) -> None:
    theirs = make_document(make_workspace("Elsewhere"))

    answer = browser.post(act, {"act": "submit", "id": theirs.pk}, follow=True)

    theirs.refresh_from_db()
    assert theirs.status == Status.DRAFT
    assert "Nothing was submitted" in answer.text


def test_cancelling_names_count_and_money_and_asks_once(browser, workspace, act) -> None:
    documents = [make_document(workspace, lines=[line(unit_price="50")]) for _ in range(2)]
    form = {"act": "cancel", "id": [document.pk for document in documents]}

    question = browser.post(act, form)
    assert "Cancel 2 invoices?" in question.text
    assert "100.00 NZD" in question.text
    assert Document.objects.filter(status=Status.CANCELLED).count() == 0

    browser.post(act, {**form, "confirmed": "yes"})
    assert Document.objects.filter(status=Status.CANCELLED).count() == 2


def test_with_htmx_the_question_comes_as_a_part_of_the_page(browser, workspace, act) -> None:
    document = make_document(workspace)

    answer = browser.post(act, {"act": "cancel", "id": document.pk}, headers={"HX-Request": "true"})

    assert answer.text.lstrip().startswith("<form")


def test_all_that_match_are_submitted_beyond_the_page(browser, workspace, act) -> None:
    cafe = make_party(workspace, "Harbour Cafe")
    for _ in range(55):
        make_document(workspace, party=cafe)
    other = make_document(workspace, party=make_party(workspace, "Bayside"))
    form = {"act": "submit", "everything": "yes", "filter": "q=harbour"}

    assert "Submit 55 invoices?" in browser.post(act, form).text
    browser.post(act, {**form, "confirmed": "yes"})

    assert Document.objects.filter(status=Status.SUBMITTED).count() == 55
    other.refresh_from_db()
    assert other.status == Status.DRAFT


def test_retry_queues_what_failed(browser, workspace, act, organisation, put) -> None:
    document = make_document(workspace, submitted=True)
    link = put(document.pk, LinkState.FAILED, problem=problem("It was not sent."))

    answer = browser.post(act, {"act": "retry", "id": document.pk}, follow=True)

    link.refresh_from_db()
    assert link.state == LinkState.QUEUED
    assert "1 invoice was queued again." in answer.text


def test_after_an_act_one_never_lands_on_another_site(browser, workspace, act) -> None:
    document = make_document(workspace)

    answer = browser.post(act, {"act": "submit", "id": document.pk, "next": "//evil.example/"})

    assert answer["Location"] == reverse("invoice-list", args=[workspace.slug])


def test_the_page_of_a_failed_invoice_says_why_and_leads_to_the_remedy(
    browser, workspace, organisation, put
) -> None:
    document = make_document(workspace, number="INV-1043", submitted=True)
    put(document.pk, LinkState.FAILED, problem=problem("INV-1043 was not sent: no tax mapping."))

    answer = browser.get(reverse("invoice", args=[workspace.slug, document.pk]))

    assert "INV-1043 was not sent: no tax mapping." in answer.text
    assert reverse("tax-mapping", args=[workspace.slug]) in answer.text
    assert 'value="retry"' in answer.text
    assert "INV-1043 was submitted." in answer.text


def test_foreign_text_is_shown_as_text(browser, workspace) -> None:
    party = make_party(workspace, "<script>alert(1)</script>")
    document = make_document(workspace, party=party, reference='"><img src=x onerror=alert(1)>')

    answer = browser.get(reverse("invoice", args=[workspace.slug, document.pk]))

    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text


def test_the_permalink_brings_a_member_to_the_document_and_nobody_else(
    browser, workspace, signed_in
) -> None:
    document = make_document(workspace)
    theirs = make_document(make_workspace("Elsewhere"))
    link = reverse("document-permalink", args=[document.uid])

    assert browser.get(link)["Location"] == reverse("invoice", args=[workspace.slug, document.pk])
    assert browser.get(reverse("document-permalink", args=[theirs.uid])).status_code == 404
    assert "xero" not in link


def test_the_export_holds_what_is_filtered_and_runs_no_formula(browser, workspace) -> None:
    party = make_party(workspace, '=HYPERLINK("http://evil")', number="@C1")
    make_document(
        workspace, party=party, number="INV-1", reference="+1", lines=[line(unit_price="-5")]
    )
    make_document(workspace, number="OTHER", party=make_party(workspace, "Bayside"))

    answer = browser.get(reverse("invoice-export", args=[workspace.slug]), {"q": "INV-"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    head, row = text.splitlines()
    assert head.startswith("Number,Customer number,Customer,Issued")
    assert row.startswith("INV-1,'@C1,\"'=HYPERLINK")
    assert ",'+1,Draft," in row
    assert row.endswith("-5.00,0.00,-5.00")
