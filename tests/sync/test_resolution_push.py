"""What cannot be resolved says every cause, and goes out by itself once its one screen has mended it."""

from decimal import Decimal

import pytest
from bookkeeper import Bookkeeper

from factories import line, make_tax_code
from tallystick.books.models import Charge, Kind
from tallystick.connections.models import Organisation
from tallystick.mapping.models import Direction, Rounding
from tallystick.mapping.services import (
    choose_account,
    choose_default_tax_code,
    choose_rounding,
    choose_tax_type,
)
from tallystick.mapping.wait_keys import WaitSort
from tallystick.sync.models import Attempt, LinkState
from tallystick.sync.reports.waiting_sums import waiting_for
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def chosen(books: Books) -> dict[str, object]:
    return {"organisation": books.organisation, "actor": books.owner}


def test_all_causes_of_a_document_are_told_at_once(books: Books):
    make_tax_code(books.workspace, "VAT5", "5")
    lines = [
        line(tax_code="VAT5", item_code="TEA"),
        line(tax_code="VAT20", account_code="999"),
        line(tax_code="VAT20", tracking=[("Region", "Mars")]),
        line(),
    ]

    bill = books.submit("B-1", kind=Kind.BILL, lines=lines, currency="CHF")
    books.work()

    problem = books.problem(bill)
    told = [problem["message"], *(one["message"] for one in problem["details"]["others"])]
    assert [message.removeprefix("B-1 was not sent: ") for message in told] == [
        "it is in CHF, but Demo Company (UK) keeps its books in GBP and has not added CHF.",
        "line 1 (TEA) has tax code VAT5, which has no tax mapping.",
        "account 999 on line 2 does not exist in Demo Company (UK).",
        "line 3 names Mars in Region, which is no active option in Demo Company (UK).",
        "line 4 has no tax mapping, for neither the line nor its item has a tax code.",
    ]
    assert all(one["remedy"] for one in problem["details"]["others"])
    [attempt] = Attempt.objects.filter(link=books.link(bill))
    assert all(cause in attempt.message for cause in ("CHF", "VAT5", "999", "Mars", "line 4"))
    assert books.sandbox.calls()["PUT Invoices"] == 0


def test_mending_one_screen_releases_all_that_waited_for_it_and_no_other(books: Books):
    reduced = make_tax_code(books.workspace, "VAT5", "5")
    make_tax_code(books.workspace, "ODD", "1")
    sales = [
        books.submit(f"N-{n}", kind=kind, lines=[line(tax_code="VAT5")])
        for n, kind in enumerate([Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE] * 2)
    ]
    bill = books.submit("B-1", kind=Kind.BILL, lines=[line(tax_code="VAT5")])
    odd = books.submit("INV-ODD", lines=[line(tax_code="ODD")])
    books.work()
    assert books.states() == {LinkState.FAILED: 6}
    waiting = waiting_for(books.organisation, WaitSort.TAX_MAPPING)
    assert waiting[f"tax:{reduced.pk}:sales"].documents == 4
    assert waiting[f"tax:{reduced.pk}:sales"].totals == {"GBP": Decimal("42.00")}

    choose_tax_type(
        tax_code=reduced, tax_type="RROUTPUT", direction=Direction.SALES, **chosen(books)
    )
    books.work()

    assert {books.link(document).state for document in sales} == {LinkState.SYNCED}
    assert {books.link(document).state for document in (bill, odd)} == {LinkState.FAILED}
    choose_tax_type(
        tax_code=reduced, tax_type="RRINPUT", direction=Direction.PURCHASES, **chosen(books)
    )
    books.work()
    assert books.link(bill).state == LinkState.SYNCED


def test_what_had_two_causes_tells_the_next_when_the_first_is_mended(books: Books):
    reduced = make_tax_code(books.workspace, "VAT5", "5")
    invoice = books.submit("INV-1", lines=[line(tax_code="VAT5"), line()])
    books.work()

    choose_tax_type(tax_code=reduced, tax_type="RROUTPUT", **chosen(books))
    books.work()

    assert books.problem(invoice)["code"] == "no_tax_code"
    choose_default_tax_code(tax_code=reduced, **chosen(books))
    books.work()
    assert books.link(invoice).state == LinkState.HELD, "it was computed without that tax"
    assert books.problem(invoice)["code"] == "made_untaxed"


def test_a_currency_added_in_xero_is_seen_on_retry(books: Books, bookkeeper: Bookkeeper):
    documents = [books.submit(f"N-{kind}", kind=kind, currency="CHF") for kind in Kind]
    books.work()
    assert books.problem(documents[0])["remedy"] == (
        "Add CHF in Xero under Settings, Currencies, then press Retry."
    )

    bookkeeper.add_currency("EUR", "USD", "CHF")
    books.retry(documents[0])
    books.work()

    assert books.states() == {LinkState.SYNCED: 4}, "one Retry releases all that waited for it"
    assert {copy["currency"] for copy in books.copies()} == {"CHF"}


def test_an_option_added_in_xero_is_seen_on_retry_and_lands_on_the_line(
    books: Books, bookkeeper: Bookkeeper
):
    lines = [line(tax_code="VAT20", tracking=[("region", "mars"), ("Project", "Rocket")])]
    documents = [books.submit(f"N-{kind}", kind=kind, lines=lines) for kind in Kind]
    books.work()
    assert books.states() == {LinkState.FAILED: 4}
    message = books.problem(documents[0])["message"]
    assert "mars in Region, which is no active option" in message

    [region] = bookkeeper.read("TrackingCategories")["TrackingCategories"][:1]
    bookkeeper.write(
        "PUT", f"TrackingCategories/{region['TrackingCategoryID']}/Options", {"Name": "Mars"}
    )
    made = bookkeeper.write("PUT", "TrackingCategories", {"Name": "Project"})
    bookkeeper.write(
        "PUT", f"TrackingCategories/{made['TrackingCategoryID']}/Options", {"Name": "Rocket"}
    )
    books.retry(documents[0])
    books.work()

    assert books.states() == {LinkState.SYNCED: 4}
    for document in documents:
        path = "CreditNotes" if Kind(document.kind).is_credit else "Invoices"
        [copy] = bookkeeper.read(f"{path}/{books.link(document).xero_id}")[path]
        tracking = copy["LineItems"][0]["Tracking"]
        assert {(one["Name"], one["Option"]) for one in tracking} == {
            ("Region", "Mars"), ("Project", "Rocket"),
        }  # fmt: skip


def test_cents_of_difference_are_a_question_until_a_line_may_take_them(books: Books):
    documents = [books.submit(f"N-{kind}", kind=kind, total="14.97") for kind in Kind]
    books.work()
    held = books.link(documents[0])
    assert held.state == LinkState.HELD
    assert held.problem["message"] == (
        "N-sales_invoice was not sent: its source says 14.97 GBP, which is +0.03 beside the sum "
        "of its lines."
    )
    assert held.problem["screen"] == "accounts"

    choose_rounding(rounding=Rounding.LINE, **chosen(books))
    books.work()
    assert books.states() == {LinkState.FAILED: 4}
    assert "no account is chosen for rounding" in books.problem(documents[0])["message"]
    for direction in Direction:
        choose_account(direction=direction, charge=Charge.ROUNDING, code="860", **chosen(books))
    books.work()

    assert books.states() == {LinkState.SYNCED: 4}
    for document in documents:
        copy = books.copy(document)
        assert (Decimal(copy["total"]), copy["lines"]) == (Decimal("14.97"), 2)


def test_freight_goes_to_its_own_account_and_its_page_tells_why(books: Books):
    choose_account(direction=Direction.SALES, charge=Charge.FREIGHT, code="425", **chosen(books))
    lines = [line(tax_code="VAT20"), line("Freight", tax_code="VAT20", charge=Charge.FREIGHT)]
    invoice = books.submit("INV-1", lines=lines)
    books.work()

    failed = books.problem(invoice)
    assert "cannot be used with account 425" in failed["message"]
    choose_account(direction=Direction.SALES, charge=Charge.FREIGHT, code="260", **chosen(books))
    books.retry(invoice)
    books.work()

    [copy] = Bookkeeper.of(books).read(f"Invoices/{books.link(invoice).xero_id}")["Invoices"]
    assert [one["AccountCode"] for one in copy["LineItems"]] == ["200", "260"]


def test_a_locked_day_holds_documents_until_the_books_are_opened(
    books: Books, bookkeeper: Bookkeeper
):
    bookkeeper.lock("2026-11-02")
    Organisation.objects.update(read_at=None)
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    books.work()

    assert books.states() == {LinkState.FAILED: 4}
    assert books.problem(documents[1])["message"] == (
        "N-bill was not sent: it is dated 02 Nov 2026, and Demo Company (UK) is locked up to "
        "02 Nov 2026."
    )
    bookkeeper.lock(None)
    books.retry(documents[1])
    books.work()
    assert books.states() == {LinkState.SYNCED: 4}


def test_a_day_locked_since_the_lists_were_read_is_told_in_xeros_words_and_ours(
    books: Books, bookkeeper: Bookkeeper
):
    documents = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    bookkeeper.lock("2026-11-02")
    books.work()

    for document in documents:
        problem = books.problem(document)
        assert problem["code"] == "period_locked"
        assert "lies in a period that is locked in Xero" in problem["message"]
        assert "currently set at 2 November 2026" in problem["message"]
    bookkeeper.lock(None)
    books.retry(*documents)
    books.work()
    assert books.states() == {LinkState.SYNCED: 4}
