"""Whoever looks for an invoice that is in Xero is told since when, and led there."""

import uuid
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from factories import make_document
from tallystick.books.models import Document, Kind
from tallystick.connections.models import Organisation
from tallystick.sync.models import LinkState
from tallystick.web.addresses import record_address
from web.conftest import problem

pytestmark = pytest.mark.django_db

#: Half past two on the first of December in Auckland, where the workspace is.
SENT = datetime(2026, 12, 1, 1, 30, tzinfo=UTC)
DRAFTS = "/AccountsReceivable/Search.aspx?invoiceStatus=INVOICESTATUS/DRAFT"


@pytest.fixture
def invoice(workspace, organisation) -> Document:
    Organisation.objects.update(short_code="!AbCdE")
    return make_document(workspace, number="INV-1043", submitted=True)


@pytest.fixture
def sent(put):
    """Put a document's copy into Xero."""

    def sent(document: Document, status: str = "DRAFT", state=LinkState.SYNCED, **more: object):
        values = {"xero_id": uuid.uuid4(), "xero_status": status, "synced_at": SENT, **more}
        return put(document.pk, state, **values)

    return sent


@pytest.fixture(params=["page", "search"])
def look(request, browser, workspace):
    """Look at the document's page, or for its number in the search; return what is there."""

    def look(document: Document) -> str:
        address = record_address(document, workspace)
        if request.param == "search":
            address = f"{reverse('search', args=[workspace.slug])}?q={document.number}"
        return browser.get(address).text

    return look


def test_a_draft_in_xero_is_led_to_with_the_list_it_stands_in(invoice, sent, look) -> None:
    link = sent(invoice)

    text = look(invoice)

    assert "Already synced on 1 Dec 2026 at 14:30, draft in Xero now" in text
    assert f"/AccountsReceivable/View.aspx?InvoiceID={link.xero_id}" in text
    assert DRAFTS in text
    assert "shortcode=!AbCdE" in text


def test_what_is_approved_there_is_not_looked_for_among_the_drafts(invoice, sent, look) -> None:
    sent(invoice, "AUTHORISED")

    text = look(invoice)

    assert "Already synced on 1 Dec 2026 at 14:30, approved in Xero now" in text
    assert DRAFTS not in text


def test_a_bill_is_among_the_drafts_of_bills(workspace, organisation, sent, look) -> None:
    bill = make_document(workspace, kind=Kind.BILL, number="B-7", submitted=True)
    sent(bill)

    assert DRAFTS.replace("Receivable", "Payable") in look(bill)


@pytest.mark.parametrize(
    ("state", "more"),
    [
        (LinkState.QUEUED, {}),
        (LinkState.QUEUED, {"xero_id": None, "xero_status": "", "synced_at": None}),
        (LinkState.FAILED, {"problem": problem("INV-1043 was refused.")}),
        (LinkState.RETRACTED, {"status": "DELETED"}),
        (LinkState.SYNCED, {"status": "VOIDED"}),
    ],
)
def test_of_what_is_not_there_as_it_is_here_nothing_of_the_kind_is_said(
    invoice, sent, look, state, more
) -> None:
    sent(invoice, state=state, **more)

    text = look(invoice)

    assert "INV-1043" in text
    assert "Already synced" not in text


def test_a_draft_here_is_found_without_it(workspace, organisation, look) -> None:
    assert "Already synced" not in look(make_document(workspace, number="INV-9"))
