"""WooCommerce's orders, packed and unpacked, to the cent."""

from datetime import date

import pytest

from tallystick.books.tax_codes import set_default_tax_code
from tallystick.importing.questions import Ask
from tallystick.importing.report import Cause

INVOICE = "sales_invoice"
#: Its times name no zone; one of them is near midnight.
SHOP_ZONE = {"time_zone": "Europe/London"}
#: 15.00 + 30.00 + 4.13 of shipping, 3.00 + 6.00 + 0.83 of tax: 58.96.
ORDER = (INVOICE, "9.83", "58.96")
LINES = [("15.00", "3.00"), ("30.00", "6.00"), ("4.13", "0.83")]


@pytest.fixture(autouse=True)
def default(workspace, vat):
    set_default_tax_code(workspace=workspace, tax_code=vat)


def test_orders_with_packed_lines_are_read_to_the_cent(sample, made, lines, document):
    report = sample("woocommerce-orders", answers=SHOP_ZONE)

    # 502: a book of 8.00 without tax, 2.50 of fees with 0.50.
    assert (report.format, report.questions) == ("woocommerce-orders", [])
    assert made() == {"501": ORDER, "502": (INVOICE, "0.50", "11.00")}
    assert [name for name, *_ in lines("501")] == ["Mug", "Bowl; large", "Shipping"]
    assert [tuple(figures) for _, *figures in lines("501")] == LINES
    assert lines("502") == [("Book", "8.00", "0.00"), ("Fees", "2.50", "0.50")]
    assert document("502").lines.get(position=1).tax_code.code == "No tax"
    assert (document("501").party.name, document("502").issued_on) == (
        "Kim Buyer",
        date(2026, 10, 7),
    )


def test_the_zone_of_the_shop_is_asked_where_a_day_hangs_on_it(sample, document):
    [asked] = sample("woocommerce-orders").questions

    sample("woocommerce-orders", answers={"time_zone": "UTC"})

    assert (asked.key, asked.samples[0].readings) == (
        "time_zone",
        ["7 October 2026", "8 October 2026"],
    )
    assert document("502").issued_on == date(2026, 10, 8)


def test_what_is_no_sale_or_cannot_be_told_apart_is_named_with_its_sum(sample):
    report = sample("woocommerce-orders", answers=SHOP_ZONE)

    reasons = {each.document: each.reason for each in report.not_made}
    assert reasons["503"] == "It is left out: its status is cancelled."
    assert "does not say for which lines" in reasons["504"]
    assert reasons["505"] == "It is left out: its status is on-hold."
    assert "“name:Mug”, does not say its quantity and total" in reasons["506"]
    assert report.left_out[Cause.ON_PURPOSE].total == {"GBP": 60}


def test_the_same_orders_a_second_time_are_here_already(sample):
    sample("woocommerce-orders", answers=SHOP_ZONE)
    again = sample("woocommerce-orders", answers=SHOP_ZONE)

    assert (again.documents, again.already_here) == (0, 2)


def test_orders_with_a_row_for_each_line_are_read_alike(sample, made, lines):
    report = sample("woocommerce-orders.rows")

    assert (report.format, made()) == ("woocommerce-orders", {"511": ORDER})
    assert [tuple(figures) for _, *figures in lines("511")] == LINES


def test_orders_of_the_suite_are_read_alike(sample, made, lines, document):
    asked = sample("woocommerce-orders.suite")
    report = sample("woocommerce-orders.suite", answers={"day_order": "mdy"})

    # Month first, as the plugin documents it, in British books.
    assert [question.key for question in asked.questions] == ["day_order"]
    assert (report.format, made()) == ("woocommerce-orders", {"521": ORDER})
    assert [tuple(figures) for _, *figures in lines("521")] == LINES
    assert document("521").issued_on == date(2026, 10, 13)
    assert [each.document for each in report.not_made] == ["522"]


SHOP = (
    "order_number,date,status,shipping_total,tax_total,discount_total,order_total,order_currency,"
    "billing_name,line_items\n"
    '501,2026-10-07 09:50:26,completed,4.95,9.83,6.00,58.95,GBP,Kim,"{}"'
)


def test_an_order_whose_lines_and_sums_mix_with_and_without_tax_is_held(run):
    lines = "name:Mug|quantity:1|total:16.67;name:Bowl|quantity:2|total:33.33"

    report = run(SHOP.format(lines))

    assert (report.documents, report.count(Cause.SUMS)) == (0, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "Mug x 1",
        "name:Mug|quantity:1",
        "name:Mug|total:5",
        "name:Mug|quantity:1|total:5;Bowl|quantity:1|total:2",
        "name:Mug|quantity:1|total:5|total:6",
        "name:Mug|large|quantity:1|total:5",
    ],
)
def test_a_cell_that_cannot_be_taken_apart_makes_nothing_and_spares_its_neighbours(run, made, cell):
    good = "\n502,2026-10-07 09:50:26,completed,0,1.00,0,6.00,GBP,Lee,name:Cup|quantity:1|total:5"

    report = run(SHOP.format(cell) + good)

    assert [(each.document, each.cause) for each in report.not_made] == [("501", Cause.UNREADABLE)]
    assert list(made()) == ["502"]


def test_taking_tax_as_stated_keeps_the_packed_lines_apart_and_in_order(run, lines):
    cell = "name:Mug|quantity:1|total:10;name:Bowl|quantity:2|total:30;name:Cup|quantity:1|total:5"
    file = SHOP.replace("4.95,9.83,6.00,58.95", "0,4.50,0,49.50").format(cell)

    report = run(file)
    [question] = report.questions
    run(file, answers={question.key: question.choices[0].value})

    assert question.key == Ask.TAX_AMOUNTS
    assert lines("501") == [
        ("Mug", "10.00", "1.00"),
        ("Bowl", "30.00", "3.00"),
        ("Cup", "5.00", "0.50"),
    ]


def test_what_the_suite_says_once_more_of_lines_and_visitors_is_passed_over(run, made):
    header, row = SHOP.replace("line_items", "line_item_1").split("\n")
    header += (
        ",Product Item 1 Name,Product Item 1 Quantity,Product Item 1 Total,Product Item 1 Subtotal,"
        "meta:_wc_order_attribution_source_type"
    )
    row = row.replace("4.95,9.83,6.00,58.95", "0,2.00,0,12.00")

    report = run(f"{header}\n{row.format('name:Mug|quantity:1|total:10')},Mug,1,10.00,10.00,typein")

    assert (report.questions, made()) == ([], {"501": (INVOICE, "2.00", "12.00")})


def test_a_refund_that_only_a_packed_line_tells_of_keeps_its_order_out(run):
    line = "name:{}|quantity:1|total:5.00|total_tax:1.00|refunded:{}"
    cell = ";".join([line.format("Mug", "0.00"), line.format("Cup", "-3.00")])

    report = run(SHOP.replace("4.95,9.83,6.00,58.95", "0,2.00,0,12.00").format(cell))

    assert report.documents == 0
    assert "money of it was refunded" in report.not_made[0].reason
