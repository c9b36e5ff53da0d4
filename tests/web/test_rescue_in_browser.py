"""Needs attention and runs in a real Chromium: ticks, questions in a dialog, without script too."""

import uuid

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from factories import make_document
from tallystick.sync.models import Link, LinkState, Run
from web.conftest import problem

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def failed(workspace, organisation, put) -> list[Link]:
    """Three invoices stopped by one cause."""
    return [
        put(
            make_document(workspace, number=f"INV-{n}", submitted=True).pk,
            LinkState.FAILED,
            problem=problem(f"INV-{n} was not sent.", code="locked", screen="xero"),
        )
        for n in range(3)
    ]


@pytest.fixture
def ghost(workspace, organisation, put) -> Link:
    """One that is cancelled here and stands approved in Xero."""
    return put(
        make_document(workspace, number="INV-9", submitted=True).pk,
        LinkState.FAILED,
        intent="retract",
        xero_id=uuid.uuid4(),
        xero_status="AUTHORISED",
        problem=problem("INV-9 still stands in Xero.", code="has_payments", screen="xero"),
    )


def state_of(link: Link) -> tuple[str, str]:
    link.refresh_from_db()
    return link.state, link.intent


def test_ticked_records_are_retried_and_the_others_stay(page: Page, workspace, failed) -> None:
    page.goto(reverse("needs-attention", args=[workspace.slug]))
    expect(page.locator(".bulk")).to_be_hidden()

    page.get_by_label("Tick INV-0").check()
    page.get_by_label("Tick INV-2").check()
    page.locator(".bulk").get_by_role("button", name="Retry").click()

    expect(page.get_by_role("status").first).to_contain_text("2 invoices, 20.00 NZD, queued again.")
    expect(page.get_by_text("INV-1 was not sent.")).to_be_visible()
    assert state_of(failed[1])[0] == LinkState.FAILED


def test_voiding_asks_in_a_dialog_by_keyboard(page: Page, workspace, ghost) -> None:
    page.goto(reverse("needs-attention", args=[workspace.slug]))

    page.get_by_role("button", name="Void in Xero").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("1 invoice, 10.00 NZD will be deleted")
    page.get_by_role("dialog").get_by_role("button").click()

    expect(page.get_by_role("status").first).to_contain_text("queued to go out of Xero.")
    assert state_of(ghost) == (LinkState.QUEUED, "retract")


def test_without_script_the_question_is_a_page(plain: Page, workspace, failed, ghost) -> None:
    plain.goto(reverse("needs-attention", args=[workspace.slug]))

    plain.get_by_role("button", name="Void in Xero").click()
    expect(plain.get_by_role("heading", name="Remove 1 invoice from Xero?")).to_be_visible()
    plain.get_by_role("button", name="Remove 1 invoice from Xero").click()
    expect(plain.get_by_role("status").first).to_contain_text("queued to go out of Xero.")
    plain.get_by_role("button", name="Retry 3 invoices").click()

    expect(plain.get_by_text("Nothing needs you")).to_be_visible()


def test_a_run_is_undone_from_its_page(page: Page, workspace, organisation, owner, put) -> None:
    run = Run.objects.create(organisation=organisation, started_by=owner)
    link = put(
        make_document(workspace, number="INV-1", submitted=True).pk,
        LinkState.SYNCED,
        run=run,
        xero_id=uuid.uuid4(),
        xero_status="DRAFT",
    )

    page.goto(f"/w/{workspace.slug}/")
    page.get_by_role("link", name="Runs").click()
    page.locator(".row-link").click()
    page.get_by_role("button", name="Undo this run").click()
    expect(page.get_by_role("dialog")).to_contain_text(
        "1 invoice, 10.00 NZD will be deleted there."
    )
    page.get_by_role("dialog").get_by_role("button").click()

    expect(page.get_by_text("Taken out of Xero: 0 of 1")).to_be_visible()
    assert state_of(link) == (LinkState.QUEUED, "retract")


def test_sync_now_counts_down_and_is_free_again(page: Page, workspace, organisation) -> None:
    page.goto(reverse("integrations", args=[workspace.slug]))

    page.get_by_role("button", name="Sync now").click()

    button = page.get_by_role("button", name="Sync now")
    expect(button).to_be_disabled()
    expect(button).to_contain_text("0:0")
    expect(button).to_be_enabled(timeout=8000)
