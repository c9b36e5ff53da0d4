"""QuickBooks' file of invoices, to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from importing.formats.offices import SAMPLES

SAMPLE = SAMPLES / "quickbooks-invoices.csv"
BRITISH = {"currency": "GBP", "zone": "Europe/London"}
COMMON = "*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Location,Memo"
LINE = "ItemDescription,ItemQuantity,ItemRate,*ItemAmount"
#: By hand: 450.00 + 616.25 - 50.00 = 1,016.25 and a fifth of it 203.25; 3 x 12.99;
#: 1,500.00 + 300.00 + 33.35 + 6.67; 20.00 + 4.00 came back
TOTALS = {
    "1001": Decimal("1219.50"),
    "1002": Decimal("38.97"),
    "1003": Decimal("1840.02"),
    "1004": Decimal("-24.00"),
}


def test_invoices_come_in_to_the_cent(books):
    office = books(**BRITISH)

    report = office.take(SAMPLE)

    assert (report.format, report.questions, report.bad_rows) == ("quickbooks-invoices", [], [])
    assert office.totals() == TOTALS
    assert report.total == {"GBP": Decimal("3098.49")}


def test_products_describe_lines_that_say_nothing_else(books):
    office = books(**BRITISH)

    office.take(SAMPLE)

    invoice = office.document("1001")
    assert [line[0] for line in office.lines("1001")] == [
        "Logo \u2013 final artwork",
        "Hours",
        "Loyalty discount",
    ]
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 10, 5), date(2026, 11, 4))
    assert (invoice.reference, invoice.party.name) == ("PO 77", "Harbour Café Ltd")
    # Of the retainer there is an amount alone.
    assert office.lines("1003")[0][1:3] == (1, Decimal("1500.00"))


def test_another_tax_than_the_rate_makes_is_held_until_it_is_said_which_counts(books):
    office = books(**BRITISH)
    text = SAMPLE.read_text().replace(",123.25,", ",123.20,")

    report = office.take(text)

    assert "1001" not in office.totals()
    assert [question.key for question in report.questions] == ["tax_amounts"]
    office.take(text, answers={"tax_amounts": "stated"})
    assert office.totals()["1001"] == Decimal("1219.45")


@pytest.mark.parametrize(
    ("header", "row", "day", "total"),
    [
        (
            f"{COMMON},Item(Product/Service),{LINE},Service Date",
            '7,Haven,10/13/2026,10/13/2026,Due on receipt,,,Clean,,1,"$1,150.50","$1,150.50",',
            date(2026, 10, 13),
            Decimal("1150.50"),
        ),
        (
            f"{COMMON},*Item(Product/Service),{LINE},Item Tax Amount,*Item Tax Code,Currency",
            "8,Haven,13/10/2026,13/10/2026,,,,Clean,,2,50,100,10.00,10% GST,AUD",
            date(2026, 10, 13),
            Decimal("110.00"),
        ),
    ],
    ids=["United States", "Australia"],
)
def test_the_editions_of_other_countries_are_known(books, header, row, day, total):
    office = books(zone="Etc/UTC")

    report = office.take(f"{header}\n{row}\n")

    assert (report.format, report.questions) == ("quickbooks-invoices", [])
    [(number, found)] = office.totals().items()
    assert (found, office.document(number).issued_on) == (total, day)
