"""Shopify's orders, to the cent."""

from datetime import date
from decimal import Decimal

from tallystick.books.models import Document, Party
from tallystick.importing.report import Cause

INVOICE = "sales_invoice"


def test_orders_are_read_to_the_cent(sample, made, lines, document):
    report = sample("shopify-orders")

    # #1001, tax inside: 24.00 - 2.40 + 20.00 - 2.00 = 39.60, + 4.95 = 44.55; tax 3.60 + 3.00 + 0.83.
    # #1002, without tax: 45.00 + 5.00, and 20 % of 50.00.
    # #1003, tax inside: 20.00 - 3.00 off the line, which the order's discount says again; 17 / 6.
    # #1009: a book and a tip, both without tax. #1010: 100 + 20 shipping + 12.50 duties.
    assert (report.format, report.questions) == ("shopify-orders", [])
    assert made() == {
        "#1001": (INVOICE, "7.43", "44.55"),
        "#1002": (INVOICE, "10.00", "60.00"),
        "#1003": (INVOICE, "2.83", "17.00"),
        "#1009": (INVOICE, "0.00", "10.00"),
        "#1010": (INVOICE, "0.00", "132.50"),
    }
    assert lines("#1001") == [
        ("Mug - Blue", "21.60", "3.60"),
        ("Bowl, large", "18.00", "3.00"),
        ("Shipping", "4.95", "0.83"),
    ]
    assert lines("#1010") == [
        ("Vase", "100.00", "0.00"),
        ("Shipping", "20.00", "0.00"),
        ("Duties", "12.50", "0.00"),
    ]
    assert document("#1001").tax_basis == "inclusive"
    assert document("#1002").tax_basis == "exclusive"
    assert document("#1001").lines.get(position=3).charge == "shipping"


def test_what_is_no_sale_any_more_is_left_out_by_name_and_sum(sample):
    report = sample("shopify-orders")

    assert {each.document: each.reason for each in report.not_made} == {
        "#1004": "It is left out: its status is refunded.",
        "#1005": "It is left out: its status is voided.",
        "#1006": "It is left out: it was cancelled.",
        "#1007": "It is left out: it bears more than one tax, and the file does not say which line "
        "bears which.",
        "#1008": "It is left out: its status is partially_refunded.",
    }
    assert report.left_out[Cause.ON_PURPOSE].total == {"GBP": 50, "USD": Decimal("32.25")}


def test_money_refunded_of_an_order_that_is_called_paid_keeps_it_out(run, sample):
    file = HEAD + "\n#1,paid,2026-10-07,10,0,0,10,1,Mug,10,3.00"

    report = run(file)
    again = run(file, answers={"status:partially_refunded": "take"})

    assert "does not say for which lines" in report.not_made[0].reason
    assert again.documents == 1


def test_days_are_those_of_the_organisation_and_terms_count(sample, document):
    sample("shopify-orders")

    # 20:30 in New York on the last day of October is past midnight in London.
    assert document("#1010").issued_on == date(2026, 11, 1)
    assert (document("#1002").issued_on, document("#1002").due_on) == (
        date(2026, 10, 7),
        date(2026, 11, 6),
    )
    assert document("#1001").due_on == document("#1001").issued_on


def test_customers_are_known_by_e_mail_and_their_codes_lose_the_apostrophe(sample, document):
    sample("shopify-orders")

    assert document("#1001").party == document("#1003").party
    assert document("#1010").party.postal_code == "02134"
    assert document("#1009").party.name == "Jo Reader"
    assert Party.objects.get(number="office@trade.example").name == "Lee Office"


HEAD = (
    "Name,Financial Status,Created at,Subtotal,Shipping,Taxes,Total,Lineitem quantity,Lineitem name,"
    "Lineitem price,Refunded Amount"
)


def test_the_order_of_case_14_comes_out_with_shipping_and_discount(run, made, lines, vat):
    header = (
        "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount "
        "Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing "
        "Name,Cancelled at,Refunded Amount,Tax 1 Name,Tax 1 Value"
    )
    file = f"""{header}
"#3001",kim@buyer.example,paid,GBP,54.00,4.95,9.83,58.95,TEN,6.00,2026-10-07 09:50:26 +0100,1,Mug,20.00,MUG,Kim,,0.00,VAT 20%,9.83
"#3001",kim@buyer.example,,,,,,,,,2026-10-07 09:50:26 +0100,2,Bowl,20.00,BWL,,,,,
"#3002",lee@buyer.example,paid,GBP,40.00,0.00,6.67,40.00,,0.00,2026-10-07 23:50:26 +0100,1,Mug,20.00,MUG,Lee,,0.00,VAT 20%,6.67
"#3002",lee@buyer.example,,,,,,,,,2026-10-07 23:50:26 +0100,1,Bowl,20.00,BWL,,,,,
"""

    report = run(file)
    again = run(file)

    assert (report.documents, report.questions) == (2, [])
    assert again.already_here == 2
    assert made() == {
        "#3001": (INVOICE, "9.83", "58.95"),
        "#3002": (INVOICE, "6.67", "40.00"),
    }
    assert lines("#3001")[2] == ("Shipping", "4.95", "0.83")


def test_an_order_whose_sums_fit_neither_way_is_held(run):
    report = run(HEAD + "\n#1,paid,2026-10-07,10,0,3.00,14,1,Mug,10,0")

    assert (report.documents, report.count(Cause.SUMS)) == (0, 1)
    assert not Document.objects.exists()


def test_tax_that_is_more_than_rounding_off_is_held_and_can_be_taken_as_the_file_has_it(run, made):
    header = HEAD.replace("Refunded Amount", "Tax 1 Name")
    order = "{},paid,2026-10-07,40,0,{},40,{},Mug,{},VAT 20%"
    file = "\n".join(
        [header, order.format("#1", "6.69", 1, "40"), order.format("#2", "6.68", 1, "40")]
    )

    report = run(file)
    [question] = report.questions
    again = run(file, answers={question.key: question.choices[0].value})

    assert [each.document for each in report.not_made] == ["#1"]
    assert (again.documents, again.already_here, again.questions) == (1, 1, [])
    assert made() == {"#1": (INVOICE, "6.69", "40.00"), "#2": (INVOICE, "6.68", "40.00")}


def test_an_order_saved_anew_with_decimal_commas_is_read(run, made):
    row = '#1,paid,2026-10-07,"1.010,00","5,50","0,00","1.015,50",1,Mug,"1.010,00","0,00"'

    report = run(f"{HEAD}\n{row}")

    assert (report.questions, made()) == ([], {"#1": (INVOICE, "0.00", "1015.50")})


def test_tax_as_stated_is_not_offered_where_the_total_is_another_even_so(run):
    head = HEAD.replace("Refunded Amount", "Tax 1 Name")
    # A line that was taken off the order stands in the file all the same.
    rows = "#1,paid,2026-10-07,20,0,3.33,20,1,Mug,20,VAT 20%\n#1,,,,,,,1,Taken off,9,"

    report = run(f"{head}\n{rows}")

    assert (report.questions, report.count(Cause.SUMS)) == ([], 1)
