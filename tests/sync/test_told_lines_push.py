"""What Xero finds fault with on a line is told with that line; a warning is no fault."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tallystick.books.models import Document
from tallystick.sync.models import LinkState
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

NO_ID = "00000000-0000-0000-0000-000000000000"


def answer_with(books: Books, document: Document, **told: Any) -> None:
    """Let the stand-in answer the next write of invoices with this about the document."""
    invoice = {
        "Type": "ACCREC",
        "InvoiceNumber": document.number,
        "Contact": {"ContactID": str(books.link(document.party).xero_id)},
        "CurrencyCode": "GBP",
        "Status": "DRAFT",
        **told,
    }
    body = json.dumps({"Invoices": [invoice]})
    books.sandbox.fault("status", status=200, body=body, method="PUT", path="*/Invoices", times=1)


@pytest.fixture
def invoice(books: Books) -> Document:
    """An invoice to be sent whose customer is in Xero."""
    books.submit("INV-1")
    books.work()
    return books.submit("INV-2")


def test_a_fault_of_a_line_is_told_with_the_line_whatever_key_it_stands_under(
    books: Books, invoice: Document
):
    lines = [
        {"ValidationErrors": []},
        {"ValidationErrors": [{"Description": "Account code must be specified"}]},
    ]
    answer_with(books, invoice, InvoiceID=NO_ID, HasErrors=True, LineItems=lines)

    books.work()

    assert books.problem(invoice) | {"details": {}} == {
        "code": "line_incomplete",
        "message": (
            "INV-2 was not sent. Xero was not given the account of line 2. "
            "(Xero: Line 2: Account code must be specified)"
        ),
        "remedy": (
            "Choose its account on the line, on its item or under Settings, Accounts, then press "
            "Retry. Nothing is doubled."
        ),
        "screen": "document",
        "waits_for": "",
        "is_question": False,
        "details": {},
    }
    books.retry(invoice)
    books.work()
    assert books.link(invoice).state == LinkState.SYNCED


@pytest.mark.parametrize(
    ("warning", "state"),
    [
        ("The currency rate is not what is usual.", LinkState.SYNCED),
        ("The tracking option 'North' has been removed as it is not active.", LinkState.HELD),
    ],
)
def test_only_a_warning_that_something_was_left_out_is_asked_about(
    books: Books, invoice: Document, warning: str, state: LinkState
):
    answer_with(
        books,
        invoice,
        InvoiceID=str(uuid4()),
        Total=float(invoice.total),
        StatusAttributeString="WARNING",
        Warnings=[{"Message": warning}],
    )

    books.work()

    assert books.link(invoice).state == state
    said = books.link(invoice).attempts.order_by("-pk").values_list("message", flat=True)[0]
    assert warning in said
