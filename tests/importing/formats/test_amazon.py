"""Amazon's settlement report and date range report, to the cent."""

import io
from datetime import date
from decimal import Decimal

import pytest

from importing.formats.offices import SAMPLES
from tallystick.books.models import Document, Kind
from tallystick.importing.errors import ImportRefused, UnknownFormat
from tallystick.importing.report import Cause
from tallystick.importing.run import Lists

SETTLEMENT = SAMPLES / "amazon-settlement.txt"
DATE_RANGE = SAMPLES / "amazon-date-range.csv"
GERMAN = {"currency": "GBP", "zone": "Europe/Berlin"}
#: By hand, the amounts of each:
#: 1: 49.90 + 4.99 - 4.99 - 7.49 - 3.12 + 1,234.50 - 185.18 = 1,088.61
#: 2: 20.00 + 3.80 - 3.80 - 3.00 = 17.00
#: refund of 1: -49.90 + 7.49 - 1.50 = -43.91; of 3 only a fee came back: 0.80
#: all else: -12.30 + 25.00 - 60.00 - 39.00 = -86.30
SETTLED = {
    "302-1111111-0000001-18906540001": Decimal("1088.61"),
    "302-2222222-0000002-18906540001": Decimal("17.00"),
    "302-1111111-0000001-18906540001-R": Decimal("-43.91"),
    "302-3333333-0000003-18906540001-R": Decimal("0.80"),
    "18906540001": Decimal("-86.30"),
}
#: By hand, the totals of the rows: 65.45 + 850.82 = 916.27; -25.00 + 14.10 = -10.90
IN_RANGE = {
    "111-1111111-1111111-21873640001": Decimal("916.27"),
    "111-1111111-1111111-21873640001-R": Decimal("-31.38"),
    "111-2222222-2222222-21873640001": Decimal("6.98"),
    "21873640001": Decimal("-10.90"),
}


def test_a_settlement_comes_in_whole_to_the_cent(books):
    shop = books(**GERMAN)

    report = shop.take(SETTLEMENT)

    assert (report.format, report.questions, report.not_made_count) == ("amazon-settlement", [], 0)
    assert shop.totals() == SETTLED
    # What the first row states.
    assert sum(shop.totals().values()) == Decimal("976.20")
    assert report.total == {"EUR": Decimal("1106.41")}
    assert report.credit_total == {"EUR": Decimal("130.21")}


def test_each_amount_of_an_order_is_a_line_in_the_settlements_currency_without_tax(books):
    shop = books(**GERMAN, codes=[("UST", "19")], default="UST")

    shop.take(SETTLEMENT)

    order = shop.document("302-2222222-0000002-18906540001")
    assert shop.lines(order.number) == [
        ("ItemPrice Principal TEE-50", 1, Decimal("20.00"), 0),
        ("ItemPrice Tax TEE-50", 1, Decimal("3.80"), 0),
        ("ItemWithheldTax MarketplaceFacilitatorVAT-Principal TEE-50", -1, Decimal("-3.80"), 0),
        ("ItemFees Commission TEE-50", -1, Decimal("-3.00"), 0),
    ]
    assert (order.currency, order.reference, order.party.name) == (
        "EUR",
        "302-2222222-0000002",
        "Amazon",
    )
    # 23:10 in UTC is the next day in Berlin.
    assert order.issued_on == date(2026, 10, 1)
    assert shop.document("18906540001").kind == Kind.SALES_CREDIT_NOTE


@pytest.mark.parametrize(
    ("old", "new"),
    [("976,20", "976,21"), ("\t-7,49\t", "\t-7,94\t"), ("\t4,99\t", "\t\t"), ("976,20", "")],
    ids=["another total", "another amount", "an amount lost", "the total lost"],
)
def test_a_settlement_that_does_not_come_to_its_total_is_held(books, old, new):
    shop = books(**GERMAN)

    with pytest.raises(ImportRefused, match=r"For 18906540001 the file states .* in total-amount"):
        shop.take(SETTLEMENT.read_text().replace(old, new, 1))

    assert shop.totals() == {}


def test_a_settlement_without_one_of_its_rows_is_held(books):
    shop = books(**GERMAN)
    lines = SETTLEMENT.read_text().splitlines()

    with pytest.raises(ImportRefused, match="rows are missing or were changed"):
        shop.take("\n".join([*lines[:5], *lines[6:]]))


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("\tx7,49\t", r"“x7,49” in amount is no number"),
        ("\t-7,49\t\t\t\t\t\t\t\t\t\t\t\t\t", r"line \d+ cannot be read. The row has"),
    ],
    ids=["a figure", "a row"],
)
def test_a_settlement_with_what_cannot_be_read_names_it(books, new, said):
    shop = books(**GERMAN)

    with pytest.raises(ImportRefused, match=said):
        shop.take(SETTLEMENT.read_text().replace("\t-7,49\t", new, 1))


def test_several_settlements_in_one_file_are_each_compared(books):
    shop = books(**GERMAN)
    text = SETTLEMENT.read_text()
    second = text.replace("18906540001", "18906540002")

    shop.take(text + second)

    assert sum(shop.totals().values()) == 2 * Decimal("976.20")
    with pytest.raises(ImportRefused, match="amounts in EUR, SEK"):
        books(**GERMAN).take(text + second.replace("\tEUR", "\tSEK"))


def test_british_and_american_files_write_days_and_decimals_their_way(books):
    shop = books(currency="USD", zone="America/Los_Angeles")
    header = SETTLEMENT.read_text().splitlines()[0].replace("\tposted-date-time", "")
    row = "7\t\t\t\t\t\tOrder\t114-1\t114-1\t\t\tAmazon.com\tItemPrice\tPrincipal\t1,014.90\tAFN\t09/16/26"

    report = shop.take(f"{header}\n7\t\t\t\t1,014.90\tUSD\n{row}\n")

    assert (report.questions, shop.totals()) == ([], {"114-1-7": Decimal("1014.90")})
    assert shop.document("114-1-7").issued_on == date(2026, 9, 16)


def test_the_date_range_report_comes_in_to_the_cent_but_for_the_payout(books):
    shop = books()

    report = shop.take(DATE_RANGE)

    assert (report.format, report.questions, report.bad_rows) == ("amazon-date-range", [], [])
    assert shop.totals() == IN_RANGE
    payout = report.left_out[Cause.ON_PURPOSE]
    assert (payout.count, payout.total) == (1, {"USD": Decimal("880.97")})
    assert report.not_made[0].reason == "It is left out: its kind is Transfer."
    # The payout is what all came to.
    assert sum(shop.totals().values()) == Decimal("880.97")


def test_each_column_with_a_figure_is_a_line_of_its_row(books):
    shop = books()

    shop.take(DATE_RANGE)

    assert [line[:3] for line in shop.lines("111-1111111-1111111-21873640001")] == [
        ("Speckled mug, 12 oz", 2, Decimal("76.00")),
        ('Bowl "Nørth", 9"', 1, Decimal("1024.50")),
        ("Product sales tax", 1, Decimal("6.08")),
        ("Shipping credits", 1, Decimal("5.00")),
        ("Promotional rebates", -1, Decimal("-4.00")),
        ("Marketplace withheld tax", -1, Decimal("-6.08")),
        ("Selling fees", -1, Decimal("-11.55")),
        ("Selling fees", -1, Decimal("-153.68")),
        ("Fba fees", -1, Decimal("-20.00")),
    ]
    # Half past eleven at night in Seattle is the next day in New York.
    assert shop.document("111-2222222-2222222-21873640001").issued_on == date(2026, 10, 1)


def test_a_row_that_does_not_come_to_its_total_leaves_its_order_out(books):
    shop = books()
    text = DATE_RANGE.read_text().replace('"-11.55"', '"-11.50"')

    report = shop.take(text)

    assert "The file says the row comes to 65.45, but its figures make 65.50" in (
        report.not_made[0].reason
    )
    assert "111-1111111-1111111-21873640001" not in shop.totals()
    assert shop.totals().items() <= IN_RANGE.items()


def test_next_years_fee_is_asked_about_and_without_it_no_total_fits(books):
    shop = books()
    lines = DATE_RANGE.read_text().splitlines()
    text = "\n".join(
        f'{line},"{"climate fee" if "date/time" in line else "-1.00"}"' if len(line) > 90 else line
        for line in lines
    )

    assert [each.key for each in shop.take(text).questions] == ["column:climate fee"]


def test_what_is_not_released_yet_is_asked_about(books):
    report = books().take(DATE_RANGE.read_text().replace('"Released"', '"Deferred"'))

    assert [question.key for question in report.questions] == ["status:Deferred"]


@pytest.mark.parametrize("lost", ["Order", "302-2222222-0000002"])
def test_an_amount_whose_type_or_order_is_lost_is_put_to_no_other_document(books, lost):
    shop = books(**GERMAN)
    lines = SETTLEMENT.read_text().splitlines()
    place = next(place for place, line in enumerate(lines) if "MarketplaceFacilitator" in line)
    lines[place] = lines[place].replace(lost, "")

    report = shop.take("\n".join(lines))

    assert "names no document" in report.bad_rows[0].reason
    assert shop.totals().items() <= SETTLED.items()
    assert "302-2222222-0000002-18906540001" not in shop.totals()


def test_a_report_of_the_older_layout_is_not_taken_for_this_one(books):
    text = SETTLEMENT.read_text().replace("total-amount", "deposit-amount")

    with pytest.raises(UnknownFormat, match="but total-amount is missing"):
        books().take(text)


def test_the_currency_of_a_date_range_report_stands_before_its_header(books):
    shop = books(currency="GBP", zone="Europe/London")

    report = shop.take(DATE_RANGE)

    assert {each.currency for each in Document.objects.in_workspace(shop.workspace)} == {"USD"}
    assert "All amounts are taken for USD, as the file says." in report.told


def test_a_date_range_report_that_lost_those_lines_is_told_to_name_no_currency(books):
    shop = books(currency="GBP", zone="Europe/London")

    report = shop.take(DATE_RANGE.read_text().replace("amounts in USD", "amounts"))

    assert shop.document("21873640001").currency == "GBP"
    assert any("taken for GBP, that of your books" in each for each in report.told)


def test_what_was_left_out_of_a_date_range_report_keeps_its_currency(books):
    shop = books(currency="GBP", zone="Europe/London")
    failed = io.StringIO()
    text = DATE_RANGE.read_text()

    shop.take(text.replace('"-11.55"', '"-11.50"'), lists=Lists(None, failed))
    shop.take(failed.getvalue().replace("-11.50", "-11.55"))

    order = shop.document("111-1111111-1111111-21873640001")
    assert (order.total, order.currency) == (Decimal("916.27"), "USD")


DATED = (
    '"All amounts in {}, unless specified"\n"date/time","settlement id","type","order id","sku",'
    '"description","quantity",{},"selling fees","fba fees","other transaction fees","other","total"\n'
    '"1 Sept 2026 01:23:45 UTC","12","{}","503-1","S1","Mug","1",{},"-1.50","-3.00","0","0",{}\n'
)


@pytest.mark.parametrize(
    ("currency", "columns", "figures", "total"),
    [
        # By hand: 10.00 + 1.00 - 1.00 - 4.50
        (
            "AUD",
            '"product sales","sales tax collected","low value goods"',
            '"10.00","1.00","-1.00"',
            "5.50",
        ),
        # 1,000.00 - 50.00 + 180.00 - 2.50 - 2.50 - 1.00 - 4.50
        (
            "INR",
            (
                '"product sales","promotional rebates","Total sales tax liable(GST before adjusting TCS)",'
                '"TCS-CGST","TCS-SGST","TCS-IGST","TDS (Section 194-O)"'
            ),
            '"1,000.00","-50.00","180.00","-2.50","-2.50","0","-1.00"',
            "1,119.50",
        ),
    ],
)
def test_columns_of_other_countries_are_lines_too(books, currency, columns, figures, total):
    shop = books(currency="NZD", zone="Pacific/Auckland")

    report = shop.take(DATED.format(currency, columns, "Order", figures, f'"{total}"'))

    assert (report.questions, report.not_made_count) == ([], 0)
    assert report.total == {currency: Decimal(total.replace(",", ""))}


@pytest.mark.parametrize("type", ["Others", "Delivery Services"])
def test_types_of_later_years_are_known(books, type):
    shop = books(currency="GBP", zone="Europe/London")

    report = shop.take(DATED.format("GBP", '"product sales"', type, '"0"', '"-4.50"'))

    assert (report.questions, shop.totals()) == ([], {"12": Decimal("-4.50")})


def test_an_order_that_was_shipped_on_two_days_is_of_its_first_one(books):
    shop = books(**GERMAN)
    text = SETTLEMENT.read_text()
    lines = text.splitlines()
    place = next(place for place, line in enumerate(lines) if "MarketplaceFacilitator" in line)
    days = [cell for cell in lines[place].split("\t") if "UTC" in cell]
    lines[place] = lines[place].replace(days[0], "05.10.2026 10:00:00 UTC")

    report = shop.take("\n".join(lines))

    assert (report.questions, shop.totals()) == ([], SETTLED)
    assert shop.document("302-2222222-0000002-18906540001").issued_on == date(2026, 10, 1)
