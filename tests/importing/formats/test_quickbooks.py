"""QuickBooks' file of invoices, to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from importing.formats.offices import SAMPLES
from tallystick.importing.errors import ImportRefused

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


BY_CUSTOMER = SAMPLES / "quickbooks-sales-by-customer.csv"
BY_PRODUCT = SAMPLES / "quickbooks-sales-by-product.csv"
#: By hand: 4 x 75.00 + 2 x 15.00; one pump came back; 2.5 x 33.33 = 83.325; 100.00 as it stands.
SOLD = {
    "1037": Decimal("330.00"),
    "1038": Decimal("-15.00"),
    "1037-SR": Decimal("83.33"),
    "1040": Decimal("100.00"),
}
SOLD_BY_PRODUCT = {"1037": Decimal("330.00"), "1038": Decimal("-15.00")}


def test_a_report_of_sales_is_read_without_its_headings_and_totals(books):
    office = books()

    report = office.take(BY_CUSTOMER)

    assert (report.format, report.questions, report.bad_rows) == (
        *("quickbooks-sales-by-customer", [], []),
    )
    assert report.not_made == []
    assert office.totals() == SOLD
    # The last row of the report.
    assert sum(office.totals().values()) == Decimal("498.33")
    assert office.document("1037").party.name == "Amy's Bird Sanctuary"
    assert office.document("1040").party.name == "0969 Ocean View Road"
    assert office.lines("1037-SR")[0][:3] == ("Hours", Decimal("2.5"), Decimal("83.33"))


def test_the_report_by_product_names_customers_in_its_rows_and_products_above_them(books):
    office = books()

    report = office.take(BY_PRODUCT)

    assert (report.format, report.questions) == ("quickbooks-sales-by-product", [])
    assert office.totals() == SOLD_BY_PRODUCT
    assert [line[0] for line in office.lines("1037")] == ["Design", "Fountain pump"]
    assert office.document("1038").party.name == "Amy's Bird Sanctuary"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "75.00,300.00",
            "75.00,301.00",
            "Line 10, Total for Amy's Bird Sanctuary: \\$315.00 is not",
        ),
        ("$183.33,\nTOTAL", "$183.34,\nTOTAL", "Total for Freeman Sporting Goods with"),
        ("$498.33", "$489.33", "Line 17, TOTAL"),
        ("Total for Amy's", "Total for Ann's", "Line 10"),
        ("TOTAL,", "FINAL,", "ends without its last row, TOTAL"),
        (",10/14/2026,Invoice,1040", "10/14/2026,Invoice,1040", "Total for 0969 Ocean View Road"),
    ],
    ids=["amount", "total of totals", "grand total", "name", "no end", "a cell lost"],
)
def test_a_report_whose_totals_do_not_fit_is_refused_whole(books, old, new, said):
    office = books()
    text = BY_CUSTOMER.read_text()
    assert old in text

    with pytest.raises(ImportRefused, match=said):
        office.take(text.replace(old, new, 1))

    assert office.totals() == {}


def test_a_row_without_a_heading_is_nobodys(books):
    office = books()
    text = BY_CUSTOMER.read_text().replace("Amy's Bird Sanctuary,,,,,,,,,\n", "", 1)

    with pytest.raises(ImportRefused):
        office.take(text)


UNITED_STATES = (
    "*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Location,Memo,Item(Product/Service),"
    "ItemDescription,ItemQuantity,ItemRate,*ItemAmount,Taxable,TaxRate,Shipping address,Ship via,"
    "Shipping date,Tracking no,Service Date\n"
    "1001,Acme,08/26/2026,09/25/2026,Net 30,,,Mug,Mug,2,10.00,20.00,{},1 High St,UPS,08/27/2026,1Z,\n"
    "1001,,,,,,,Bread,Bread,1,5.00,5.00,{},,,,,\n"
)


@pytest.mark.parametrize("taxed", ["Y,8.25%", "yes,8.25"])
@pytest.mark.parametrize("untaxed", ["N,", "No,0", "n,8.25%"])
def test_what_is_taxable_bears_the_rate_beside_it(books, taxed, untaxed):
    shop = books(codes=[("DEF", "5")], default="DEF")

    report = shop.take(UNITED_STATES.format(taxed, untaxed))

    assert report.questions == []
    # 8.25 % of 20.00.
    assert shop.lines("1001") == [("Mug", 2, 20, Decimal("1.65")), ("Bread", 1, 5, 0)]
    assert [each.tax_code.name for each in shop.document("1001").lines.order_by("position")] == [
        "8.25%",
        "No tax",
    ]


def test_what_is_taxable_without_a_rate_bears_that_of_the_books(books):
    shop = books(codes=[("DEF", "5")], default="DEF")

    shop.take(UNITED_STATES.format("Y,", "N,"))

    assert shop.document("1001").tax == 1


def test_a_rate_that_may_be_a_fraction_is_asked_about(books):
    report = books().take(UNITED_STATES.format("Y,0.0825", "N,"))

    assert report.documents == 0
    assert report.unknown_tax_codes == {"0.0825%": 1}


def test_a_report_with_a_currency_beside_amounts_is_asked_about(books):
    shop = books()
    text = REPORT.replace(",Balance", ",Balance,Currency").replace(
        "10.00,10.00\n", "10.00,10.00,EUR\n"
    )

    report = shop.take(text)

    assert [each.key for each in report.questions] == ["column:Currency"]


REPORT = """,Date,Transaction Type,Num,Product/Service,Qty,Sales Price,Amount,Balance
Acme,,,,,,,,
,11/25/2026,Invoice,1001,Tea,1,10.00,10.00,10.00
Total for Acme,,,,,,,10.00,
TOTAL,,,,,,,10.00,
"""
