"""The totals that the comparison stands on are those of Xero's own aged reports, to the cent."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bookkeeper import Bookkeeper
from compared_books import read_home

from factories import line, make_allocation, make_party, make_payment
from tallystick.books.models import Kind
from tallystick.sync.reconcile.period.aged import open_in_xero
from xero_books import Books

_REPORTS = {True: "AgedReceivablesByContact", False: "AgedPayablesByContact"}


def token_for_reports(books: Books) -> str:
    """Return a token that may read the reports beside all that a bookkeeper does."""
    scope = (
        "accounting.invoices accounting.payments accounting.contacts accounting.reports.aged.read"
    )
    wanted = {"organisation": str(books.organisation.tenant_id), "scope": scope}
    return str(books.sandbox.post("/_sandbox/tokens", wanted)["access_token"])


def closing(bookkeeper: Bookkeeper, contact: UUID, day: date, *, sales: bool) -> Decimal:
    """Return the closing balance of the contact's aged report, as Xero gives it."""
    path = f"Reports/{_REPORTS[sales]}"
    report: dict[str, Any] = bookkeeper.read(path, contactId=str(contact), date=day.isoformat())
    last = report["Reports"][0]["Rows"][-1]["Rows"][-1]["Cells"]
    assert last[0]["Value"] == "Closing Balance"
    return Decimal(last[-1]["Value"].replace(",", ""))


def test_what_is_open_by_the_mirror_is_what_the_aged_reports_of_the_day_say(
    books: Books, bookkeeper: Bookkeeper
) -> None:
    read_home(books)
    bookkeeper.token = token_for_reports(books)
    bookkeeper.add_currency("USD")
    parties = [make_party(books.workspace, f"Party {n}", number=f"C{n}") for n in range(2)]
    for n in range(4):
        lines = [line(tax_code="VAT20", quantity="3", unit_price=f"{7 + n}.35")]
        for kind in (Kind.SALES_INVOICE, Kind.BILL):
            books.submit(f"{kind}-{n}", parties[n % 2], kind=kind, lines=lines)
    abroad = books.submit("USD-1", parties[0], currency="USD", currency_rate="1.3")
    note = books.submit("CN-1", parties[0], kind=Kind.SALES_CREDIT_NOTE)
    books.work()
    documents = [one for one in books.workspace.documents.all() if books.link(one).xero_id]
    for document in documents:
        bookkeeper.approve(books.link(document))
    invoice = books.workspace.documents.get(number="sales_invoice-0")
    make_payment(invoice, "5.00", paid_on=date(2026, 11, 20))
    make_allocation(note, invoice, "3.33", allocated_on=date(2026, 11, 25))
    bookkeeper.pay(books.link(books.workspace.documents.get(number="bill-1")), "2.22")
    books.work()
    read_home(books)

    assert books.link(abroad).xero_id
    seen = 0
    for sales in (True, False):
        # Before anything was paid, between payment and credit, and after all.
        for day in (date(2026, 11, 5), date(2026, 11, 22), date(2026, 11, 30)):
            found = open_in_xero(books.organisation, day, sales=sales)
            for party in parties:
                contact = books.link(party).xero_id
                assert contact is not None
                there = closing(bookkeeper, contact, day, sales=sales)
                assert found.get(contact, Decimal(0)) == there, (sales, day, party)
                seen += bool(there)
    assert seen == 12


@pytest.mark.parametrize("sales", [True, False])
def test_drafts_owe_nothing(books: Books, sales: bool) -> None:
    books.submit("N-1", kind=Kind.SALES_INVOICE if sales else Kind.BILL)
    books.work()
    read_home(books)

    assert open_in_xero(books.organisation, date(2026, 11, 30), sales=sales) == {}
