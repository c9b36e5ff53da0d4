"""MYOB AccountRight's export of sales, to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from importing.formats.offices import SAMPLES
from tallystick.importing.report import Cause

SAMPLE = SAMPLES / "myob-sales.txt"
AUSTRALIAN = {"currency": "AUD", "zone": "Australia/Sydney", "codes": [("GST", "10"), ("FRE", "0")]}
#: By hand: 54.55 + 5.45 + 30.00 + freight 9.09 + 0.91 = 100.00
#: 10 x 12.50 less 10 % = 112.50 + 11.25, and 1,250.00 + 125.00 = 1,498.75; 18.18 + 1.82 came back
TOTALS = {
    "00000101": Decimal("100.00"),
    "00000102": Decimal("1498.75"),
    "00000103": Decimal("-20.00"),
}
LEDGER = (
    "{}\nCo./Last Name\tInvoice #\tDate\tItem Number\tQuantity\tDescription\tPrice\n"
    "Buyer\t00000123\t7/10/2026\tMUG\t1\tMug\t20.00\n"
)


def test_sales_come_in_to_the_cent(books):
    office = books(**AUSTRALIAN)

    report = office.take(SAMPLE)

    assert (report.format, report.questions, report.bad_rows) == ("myob-sales", [], [])
    assert office.totals() == TOTALS
    # The order is named with what it comes to: 363.64 + 36.36
    assert (report.not_made[0].document, report.not_made[0].amount) == ("00000104", "400.00")
    assert report.left_out[Cause.ON_PURPOSE].count == 1


def test_lines_bear_the_amount_and_tax_of_the_file_and_freight_is_one_of_them(books):
    office = books(**AUSTRALIAN)

    office.take(SAMPLE)

    invoice = office.document("00000101")
    assert office.lines("00000101") == [
        ("Mug, blue", 3, Decimal("54.55"), Decimal("5.45")),
        ("Harbour guide", 1, Decimal("30.00"), Decimal("0.00")),
        ("Freight", 1, Decimal("9.09"), Decimal("0.91")),
    ]
    # 3 x 18.18 would be 54.54: the price has more decimals than are shown.
    assert invoice.lines.first().unit_price == Decimal("18.1833")
    assert [line.tax_code.code for line in invoice.lines.order_by("position")] == [
        "GST",
        "FRE",
        "GST",
    ]
    assert (invoice.issued_on, invoice.reference) == (date(2026, 10, 7), "PO-88")
    assert invoice.party.address == "Shed 4\n12 Wharf Rd\nNewcastle NSW 2300"
    assert office.document("00000102").party.name == "Siobhán O'Brien"


def test_a_price_that_no_rounding_explains_leaves_its_invoice_out(books):
    office = books(**AUSTRALIAN)
    text = SAMPLE.read_text().replace("$54.55\t$60.00", "$54.75\t$60.20", 1)

    report = office.take(text)

    assert report.not_made[0].document == "00000101"
    assert "quantity times price make 54.54" in report.not_made[0].reason


def test_a_tax_code_of_freight_that_is_not_known_is_named_itself(books):
    office = books(currency="AUD", zone="Australia/Sydney", codes=[("FRE", "0")])

    report = office.take(SAMPLE)

    freight = [bad.value for bad in report.bad_rows if bad.column == "Freight Amount"]
    assert set(freight) == {"GST"}


def test_tax_that_does_not_make_the_rows_total_leaves_its_invoice_out(books):
    office = books(**AUSTRALIAN)

    report = office.take(SAMPLE.read_text().replace("$5.45", "$4.55", 1))

    assert "The file says the row comes to 60.00, but its figures make 59.10" in (
        report.not_made[0].reason
    )


def test_an_export_of_few_columns_is_known_and_keeps_the_zeros_of_its_numbers(books):
    office = books(zone="Europe/London", currency="GBP")

    report = office.take(LEDGER)

    assert (report.format, office.totals()) == ("myob-sales", {"00000123": Decimal("20.00")})
    assert office.document("00000123").issued_on == date(2026, 10, 7)
    assert office.document("00000123").party.name == "Buyer"


def test_services_have_an_amount_alone(books):
    office = books(**AUSTRALIAN)

    office.take(
        "{}\nCo./Last Name\tFirst Name\tInclusive\tInvoice #\tDate\tDescription\tAccount #\tAmount\t"
        "Inc-Tax Amount\tTax Code\tGST Amount\tSale Status\n"
        "Quay Clinic\t\t\t00000200\t1/10/2026\tCleaning\t4-1000\t$200.00\t$220.00\tGST\t$20.00\tI\n"
    )

    assert office.totals() == {"00000200": Decimal("220.00")}


def test_one_number_of_two_people_of_a_name_is_nobodys_invoice(books):
    office = books(**AUSTRALIAN)
    text = SAMPLE.read_text().replace("O'Brien\tSiobhán", "O'Brien\tMary", 1)

    report = office.take(text)

    assert report.left_out[Cause.CONTRADICTION].count == 1
    assert "00000102" not in office.totals()


@pytest.mark.parametrize("column", ["Freight Tax Amount", "Freight VAT Amount"])
def test_the_tax_of_freight_is_read_whatever_an_edition_calls_it(books, column):
    office = books(**AUSTRALIAN)

    report = office.take(
        f"{{}}\nCo./Last Name,Invoice #,Date,Item Number,Quantity,Description,Price,Total,Inc-Tax Total,"
        f"Tax Code,GST Amount,Freight Amount,Freight Tax Code,{column}\n"
        "Buyer,0001,27/10/2026,MUG,2,Mug,$10.00,$20.00,$22.00,GST,$2.00,$5.00,GST,$0.50\n"
    )

    assert (report.questions, office.totals()) == ([], {"0001": Decimal("27.50")})
    assert office.document("0001").tax == Decimal("2.50")
