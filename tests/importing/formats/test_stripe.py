"""Stripe's invoices and its itemised balance, to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from tallystick.books.tax_codes import set_default_tax_code
from tallystick.importing.errors import UnknownFormat
from tallystick.importing.report import Cause

INVOICE, CREDIT = "sales_invoice", "sales_credit_note"


def test_invoices_are_read_to_the_cent(sample, made, document, lines):
    report = sample("stripe-invoices")

    # 0003: 50.00 - 5.00, and 20 % of 45.00. 0004 has its tax inside: 60 / 6. 0007: 33.33 x 20 % is
    # 6.67, of which the file cuts a cent.
    assert (report.format, report.questions, report.bad_rows) == ("stripe-invoices", [], [])
    assert made() == {
        "ABCD-0001": (INVOICE, "20.00", "120.00"),
        "ABCD-0003": (INVOICE, "9.00", "54.00"),
        "ABCD-0004": (INVOICE, "10.00", "60.00"),
        "ABCD-0005": (INVOICE, "0.00", "5000.00"),
        "ABCD-0007": (INVOICE, "6.66", "39.99"),
    }
    assert lines("ABCD-0001") == [('Plan "Gold", monthly', "100.00", "20.00")]
    assert lines("ABCD-0003") == [("Invoice ABCD-0003", "45.00", "9.00")]
    # 23:40 UTC in July is past midnight in London, in winter time not yet.
    assert document("ABCD-0003").issued_on == date(2026, 8, 1)
    assert document("ABCD-0001").issued_on == date(2026, 10, 31)
    assert document("ABCD-0005").currency == "JPY"
    assert document("ABCD-0007").party == document("ABCD-0001").party


def test_invoices_that_nobody_owes_are_left_out_by_name(sample):
    report = sample("stripe-invoices")

    assert [(each.document, each.reason.split()[-1]) for each in report.not_made] == [
        ("ABCD-0002", "void."),
        ("in_6", "draft."),
        ("ABCD-0006", "uncollectible."),
    ]
    assert report.left_out[Cause.ON_PURPOSE].total == {"GBP": Decimal("216.00")}


CASE_16 = (
    "id,Number,Status,Customer Name,Customer Email,Currency,Date (UTC),Due Date (UTC),Subtotal,Tax,"
    "Total,Description\n"
    "in_1,ABCD-0001,paid,Kim,kim@buyer.example,gbp,2026-10-31 23:40,2026-11-30 23:40,100,{},{},Plan"
)


def test_without_a_percentage_the_default_tax_code_must_make_the_stated_tax(
    run, made, workspace, vat
):
    without = run(CASE_16.format("20.00", "120.00"))
    set_default_tax_code(workspace=workspace, tax_code=vat)
    other = run(CASE_16.format("5.00", "105.00"))
    nearly = run(CASE_16.format("20.01", "120.01"))

    assert "choose a default tax code" in without.not_made[0].reason
    assert without.questions == []
    assert (other.documents, other.count(Cause.SUMS)) == (0, 1)
    assert [question.key for question in other.questions] == ["tax_amounts"]
    assert nearly.documents == 1
    assert made() == {"ABCD-0001": (INVOICE, "20.01", "120.01")}


def test_a_file_without_statuses_is_not_taken(run):
    with pytest.raises(UnknownFormat, match="Status"):
        run(CASE_16.format("20.00", "120.00").replace(",Status,", ",").replace(",paid,", ","))


def test_charges_and_refunds_of_the_balance_become_documents(sample, made, document, lines):
    report = sample("stripe-balance")

    assert report.format == "stripe-balance"
    assert made() == {
        "txn_1": (INVOICE, "0.00", "120.00"),
        "txn_2": (INVOICE, "0.00", "36.00"),
        "txn_3": (CREDIT, "0.00", "12.00"),
        "txn_4": (INVOICE, "0.00", "5000.00"),
    }
    assert document("txn_1").issued_on == date(2026, 10, 31)
    assert document("txn_1").tax_basis == "inclusive"
    assert document("txn_2").party.name == "lee@buyer.example"
    assert lines("txn_4") == [("Payment txn_4", "5000.00", "0.00")]


def test_what_is_no_sale_in_the_balance_is_named_and_summed(sample):
    report = sample("stripe-balance")

    # 141.26 paid out, 36.00 charged back, 1.50 of fees.
    assert [each.document for each in report.not_made] == ["txn_5", "txn_6", "txn_7"]
    assert report.left_out[Cause.ON_PURPOSE].total == {"GBP": Decimal("178.76")}
    assert any("once more as stripe-fees" in each for each in report.told)


def test_fees_become_bills_of_stripe(sample, made):
    sample("stripe-balance")
    report = sample("stripe-balance", format="stripe-fees")

    # 2.00 + 0.74 + 15.00, and 180 yen.
    assert report.total == {"GBP": Decimal("17.74"), "JPY": Decimal(180)}
    assert report.count(Cause.ZERO) == 3
    assert made()["txn_6 of Stripe"] == ("bill", "0.00", "15.00")


def test_a_category_that_is_new_is_asked_about(sample, run):
    header = (
        "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,description"
    )

    report = run(f"{header}\ntxn_1,2026-11-01 10:00:00,gbp,5.00,0,5.00,lottery,Won")

    assert [question.key for question in report.questions] == ["kind:lottery"]
    assert report.documents == 0


def test_decimals_behind_a_comma_are_read_as_such(run, made, workspace, vat):
    set_default_tax_code(workspace=workspace, tax_code=vat)

    run(CASE_16.replace(",100,{},{},", ",{},{},{},").format('"1.100,50"', '"220,10"', '"1.320,60"'))

    assert made() == {"ABCD-0001": (INVOICE, "220.10", "1320.60")}


DASHBOARD = (
    "balance_transaction_id,{},available_on,currency,gross,fee,net,reporting_category,description\n"
    "txn_1,2026-08-21 23:35:28,2026-08-25 10:00:00,gbp,40.00,1.40,38.60,charge,Mug\n"
)


def test_times_of_the_dashboards_own_report_are_asked_about(run, document):
    asked = run(DASHBOARD.format("created"))
    run(DASHBOARD.format("created"), answers={"time_zone": "Europe/London"})

    assert (asked.format, [each.key for each in asked.questions]) == (
        "stripe-balance",
        ["time_zone"],
    )
    assert document("txn_1").issued_on == date(2026, 8, 21)


def test_what_was_answered_for_such_times_does_not_hold_for_those_in_utc(run, document):
    run(DASHBOARD.format("created_utc"), answers={"time_zone": "Europe/London"})

    assert document("txn_1").issued_on == date(2026, 8, 22)


def test_fees_of_the_dashboards_own_report_become_bills(run, made):
    run(DASHBOARD.format("created"), format="stripe-fees", answers={"time_zone": "UTC"})

    assert made() == {"txn_1 of Stripe": ("bill", "0.00", "1.40")}


def test_the_balance_is_read_with_decimal_commas_too(run, made):
    file = DASHBOARD.format("created_utc").replace(
        "40.00,1.40,38.60", '"1.040,00","1,40","1.038,60"'
    )

    run(file)

    assert made() == {"txn_1": (INVOICE, "0.00", "1040.00")}
