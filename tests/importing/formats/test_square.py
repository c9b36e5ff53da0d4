"""Square's items detail, to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from importing.formats.offices import SAMPLES
from tallystick.books.models import Kind

SAMPLE = SAMPLES / "square-items.csv"
#: Net sales and tax of the rows of a sale, by hand:
#: A: 8.10 + 0.72 + 5.25 + 0.47 = 14.54; refunded of it: 4.05 + 0.36 = 4.41
#: B: 1,234.50. C: 6.38. D: 3.00 - 3.00 = 0. The other refund: 5.25 + 0.47 = 5.72
TOTALS = {
    "tQ3Zb1aSaleA": Decimal("14.54"),
    "tQ3Zb1aSaleB": Decimal("1234.50"),
    "tQ3Zb1aSaleC": Decimal("6.38"),
    "tQ3Zb1aSaleD": Decimal("0.00"),
    "tQ3Zb1aSaleA-R": Decimal("-4.41"),
    "tQ3Zb1aBack2-R": Decimal("-5.72"),
}
TAXED = {"codes": [("NY", "8.875")], "default": "NY"}


def test_sales_and_refunds_come_in_to_the_cent(books):
    shop = books(**TAXED)

    report = shop.take(SAMPLE)

    assert (report.format, report.bad_rows, report.questions) == ("square-items", [], [])
    assert shop.totals() == TOTALS
    assert report.total == {"USD": Decimal("1255.42")}
    assert report.credit_total == {"USD": Decimal("10.13")}


def test_tax_is_taken_over_from_each_row_and_where_there_is_none_it_says_so(books):
    shop = books(**TAXED)

    shop.take(SAMPLE)

    assert shop.lines("tQ3Zb1aSaleA") == [
        ("Flat white Regular Oat milk, extra hot", 2, Decimal("8.10"), Decimal("0.72")),
        ("Café crème “grande” Large", 1, Decimal("5.25"), Decimal("0.47")),
    ]
    assert shop.lines("tQ3Zb1aSaleC")[0][1:] == (Decimal("0.375"), Decimal("6.38"), 0)
    taxed, free = (shop.document(number) for number in ("tQ3Zb1aSaleA", "tQ3Zb1aSaleB"))
    assert [line.tax_code.code for line in taxed.lines.all()] == ["NY", "NY"]
    assert [line.tax_code.code for line in free.lines.all()] == ["No tax"]


def test_a_refund_is_a_credit_note_and_nobodys_sale_the_walk_in_customers(books):
    shop = books(**TAXED)

    shop.take(SAMPLE)

    refund = shop.document("tQ3Zb1aSaleA-R")
    assert (refund.kind, refund.lines.get().quantity) == (Kind.SALES_CREDIT_NOTE, 1)
    assert (refund.party.number, refund.party.name) == ("C0NTACT1", "Dee Example")
    assert shop.document("tQ3Zb1aSaleB").party.is_walk_in


@pytest.mark.parametrize(
    ("zone", "day"), [("America/New_York", 5), ("Pacific/Auckland", 6), ("America/Denver", 5)]
)
def test_the_day_is_that_of_the_time_in_the_organisations_zone(books, zone, day):
    shop = books(zone=zone, **TAXED)

    shop.take(SAMPLE)

    assert shop.document("tQ3Zb1aSaleA").issued_on == date(2026, 10, day)


def test_older_files_have_fewer_columns_and_other_ways_to_write(books):
    shop = books(zone="Australia/Perth")

    report = shop.take(
        "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,"
        "Discounts,Net Sales,Tax,Transaction ID,Payment ID,Device Name,Notes,Details,Event Type\n"
        "12/25/17,09:00,AWST,Drinks,Beer,1,Pint,,,11.95,0.00,11.95,0.00,OLD1,P,,,,Payment\n"
        '12/26/17,09:00,AWST,Drinks,Beer,-1,Pint,,,"(1,011.95)",0,"(1,011.95)",0.00,OLD2,P,,,,Refund\n'
    )

    assert (report.questions, report.bad_rows) == ([], [])
    assert shop.totals() == {"OLD1": Decimal("11.95"), "OLD2-R": Decimal("-1011.95")}
    assert shop.document("OLD1").issued_on == date(2017, 12, 25)


def test_tax_that_no_code_of_the_books_can_bear_leaves_the_sale_out(books):
    shop = books()

    report = shop.take(SAMPLE)

    assert sorted(shop.totals()) == ["tQ3Zb1aSaleB", "tQ3Zb1aSaleC", "tQ3Zb1aSaleD"]
    assert report.not_made_count == 3
    assert "default tax code under Settings, Tax mapping" in report.bad_rows[0].reason


def test_another_kind_of_event_is_asked_about(books):
    text = SAMPLE.read_text().replace(",Refund,", ",Exchange,")

    report = books(**TAXED).take(text)

    assert [question.key for question in report.questions] == ["kind:Exchange"]
    assert report.created == {}


def test_a_sale_that_states_no_tax_on_a_line_is_left_out(books):
    shop = books(**TAXED)

    report = shop.take(SAMPLE.read_text().replace("$8.10,$0.72,", "$8.10,,"))

    assert (report.bad_rows[0].column, report.bad_rows[0].reason) == (
        "Tax",
        "Enter the tax of the line, 0 for none.",
    )
    assert "tQ3Zb1aSaleA" not in shop.totals()


def test_files_that_say_product_sales_have_the_tax_in_gross_sales_and_not_in_net(books):
    shop = books(currency="AUD", zone="Australia/Sydney", codes=[("GST", "10")], default="GST")
    header = (
        "Date,Time,Time Zone,Item,Qty,Product Sales,Discounts,Net Sales,Tax,Gross Sales,"
        "Transaction ID,Event Type"
    )

    report = shop.take(
        f"{header}\n28/12/2026,10:15:00,Sydney,Latte,1,$5.00,-$0.45,$4.55,$0.46,$5.01,T1,Payment\n"
    )

    assert (report.questions, shop.totals()) == ([], {"T1": Decimal("5.01")})


def test_refunds_of_one_sale_on_two_days_are_asked_about(books):
    shop = books()
    header = "Date,Time,Item,Qty,Net Sales,Tax,Transaction ID,Event Type"
    rows = "2026-10-{},10:15:00,Latte,-1,-$4.00,$0.00,T1,Refund\n"
    text = f"{header}\n{rows.format('05')}{rows.format('09')}"

    report = shop.take(text)
    again = shop.take(text, answers={"odd": "take"})

    assert "Line 3 is of 2026-10-09, line 2 of the same document of 2026-10-05" in (
        report.not_made[0].reason
    )
    assert (report.documents, [each.key for each in report.questions]) == (0, ["odd"])
    assert again.documents == 1
    assert shop.document("T1-R").issued_on == date(2026, 10, 5)
