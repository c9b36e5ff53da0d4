"""Budgets, the summaries, and reports that a person publishes (UK demo company)."""

from decimal import Decimal

import pytest
from books_client import UK, approved, bill, connect, line, payment

from xero_sandbox.identity.scopes import GRANULAR
from xero_sandbox.organisations.demo import organisation_id

EVERY = " ".join(GRANULAR)


@pytest.fixture
def books(http):
    return connect(http, scope=EVERY)


def told(code, **months):
    balances = [
        {"Period": f"2026-{month[1:]}", "Amount": amount} for month, amount in months.items()
    ]
    return {"AccountCode": code, "BudgetBalances": balances}


def plan(http, **wanted):
    answer = http.post(f"/_sandbox/organisations/{UK}/budgets", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


def report(books, path):
    answer = books.get(f"Reports/{path}")
    assert answer.status_code == 200, answer.text
    [found] = answer.json()["Reports"]
    return found


def cells(found):
    """Every line by its first cell, in the order of the report; a name comes back once."""
    rows = [row for top in found["Rows"] for row in top.get("Rows", [top])]
    texts = [[cell["Value"] for cell in row["Cells"]] for row in rows]
    return {name: values for name, *values in texts}


def test_budgets_are_listed_without_lines_and_read_with_them(books, http):
    tracking = [{"Name": "Region", "Option": "North"}]
    overall = plan(http, BudgetLines=[told("200", m08=1000, m09=1050.5)])
    north = plan(http, Type="TRACKING", Description="North", Tracking=tracking)

    listed = books.get("Budgets").json()["Budgets"]
    read = books.one("GET", f"Budgets/{overall['BudgetID']}")
    [asked] = books.get(f"Budgets?IDs={north['BudgetID']}").json()["Budgets"]

    assert [(one["Type"], one["Description"]) for one in listed] == [
        ("OVERALL", "Overall Budget"),
        ("TRACKING", "North"),
    ]
    assert all(one["BudgetLines"] == one["Tracking"] == [] for one in listed)
    assert read["BudgetLines"][0]["AccountCode"] == "200"
    assert [one["Amount"] for one in read["BudgetLines"][0]["BudgetBalances"]] == [1000, 1050.5]
    assert asked["Tracking"][0]["Option"] == "North"
    assert asked == north
    assert books.get(f"Budgets/{UK}").status_code == 404


def test_a_budget_is_read_for_some_months(books, http):
    months = {"m07": 1, "m08": 2, "m09": 3, "m10": 4}
    made = plan(http, BudgetLines=[told("200", **months)])

    def amounts(query):
        read = books.get(f"Budgets/{made['BudgetID']}?{query}").json()["Budgets"][0]
        return [one["Amount"] for one in read["BudgetLines"][0]["BudgetBalances"]]

    assert amounts("DateFrom=2026-08-31") == [2, 3, 4]
    assert amounts("DateFrom=2026-08-01&DateTo=2026-09-01") == [2, 3]
    assert amounts("DateTo=2026-06-30") == []


def test_an_organisation_has_one_overall_budget(books, http):
    first = plan(http, BudgetLines=[told("200", m08=1)])
    second = plan(http, Description="Again", BudgetLines=[told("400", m08=2)])

    [only] = books.get(f"Budgets?IDs={first['BudgetID']}").json()["Budgets"]

    assert second["BudgetID"] == first["BudgetID"]
    assert only == second


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"Type": "MONTHLY"}, "Type is OVERALL or TRACKING."),
        ({"Type": "TRACKING"}, "A budget of type TRACKING has Tracking, and only that."),
        ({"Tracking": [{"Name": "Region", "Option": "Moon"}]}, "does not exist"),
        ({"BudgetLines": [told("nope")]}, "There is no account with the code 'nope'."),
        ({"BudgetLines": [told("200", mX=1)]}, "Period is a month such as 2026-08"),
        ({"BudgetLines": [told("200", m08=None)]}, "Amount is a number."),
        ({"BudgetLines": 1}, "Budget.BudgetLines"),
        ({"Description": "x" * 256}, "not be longer than 255"),
    ],
)
def test_a_budget_that_cannot_be_is_refused_in_words(http, wanted, words):
    answer = http.post(f"/_sandbox/organisations/{UK}/budgets", json=wanted)

    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_an_account_that_is_planned_for_is_kept(books, http):
    account = books.one("PUT", "Accounts", {"Code": "X1", "Name": "Once", "Type": "EXPENSE"})
    plan(http, BudgetLines=[told("X1", m08=2)])

    assert books.call("DELETE", f"Accounts/{account['AccountID']}").status_code == 400


def test_the_budget_summary_adds_the_months_of_each_period(books, http):
    lines = [told("200", m10=100, m11=50, m12=25), told("310", m10=40), told("400", m12=10)]
    plan(http, BudgetLines=lines)

    found = report(books, "BudgetSummary?date=2026-10-14&timeframe=3&periods=2")
    monthly = report(books, "BudgetSummary?date=2026-10-01")

    assert found["ReportTitles"] == [
        "Overall Budget", "Budget Summary", "Demo Company (UK)", "October 2026 to March 2027",
    ]  # fmt: skip
    assert cells(found) == {
        "Account": ["Dec-26", "Mar-27"],
        "Sales": ["175.00", "0.00"],
        "Cost of Goods Sold": ["40.00", "0.00"],
        "Gross Profit": ["135.00", "0.00"],
        "Advertising": ["10.00", "0.00"],
        "Total Expenses": ["10.00", "0.00"],
        "Net Profit": ["125.00", "0.00"],
    }
    assert cells(monthly)["Account"][:3] == ["Oct-26", "Nov-26", "Dec-26"]
    assert cells(monthly)["Net Profit"][:3] == ["60.00", "50.00", "15.00"]
    assert len(cells(monthly)["Account"]) == 12


def test_a_budget_summary_without_a_budget_is_all_noughts(books):
    found = cells(report(books, "BudgetSummary?periods=1"))

    assert found.keys() == {"Account", "Gross Profit", "Total Expenses", "Net Profit"}
    assert found["Net Profit"] == ["0.00"]


@pytest.mark.parametrize("query", ["timeframe=2", "periods=13", "periods=x", "date=soon"])
def test_a_budget_summary_is_asked_in_whole_periods(books, query):
    assert books.get(f"Reports/BudgetSummary?{query}").json()["ErrorNumber"] == 16


def test_the_executive_summary_compares_a_month_with_the_one_before(books):
    day = {"Date": "2026-11-05"}
    books.create(approved("A", Date="2026-10-05", LineItems=[line(UnitAmount=30)]))
    sale, owed = books.create(
        approved("B", **day, LineItems=[line(UnitAmount=60), line(UnitAmount=40)]),
        bill("C", **day, LineItems=[line(UnitAmount=50, AccountCode="400", TaxType="INPUT2")]),
    )
    books.one("PUT", "Payments", payment(sale, 20, Date="2026-11-06"))
    books.one("PUT", "Payments", payment(owed, 15, Date="2026-11-06"))

    found = report(books, "ExecutiveSummary?date=2026-11-14")
    figures = cells(found)

    assert found["ReportTitles"][-1] == "For the month of November 2026"
    assert figures == {
        "": ["Nov 2026", "Oct 2026", "Variance"],
        "Cash received": ["20.00", "0.00", "0.0%"],
        "Cash spent": ["15.00", "0.00", "0.0%"],
        "Cash surplus (deficit)": ["5.00", "0.00", "0.0%"],
        "Closing bank balance": ["5.00", "0.00", "0.0%"],
        "Income": ["100.00", "30.00", "233.3%"],
        "Direct costs": ["0.00", "0.00", "0.0%"],
        "Gross profit (loss)": ["100.00", "30.00", "233.3%"],
        "Other Income": ["0.00", "0.00", "0.0%"],
        "Expenses": ["50.00", "0.00", "0.0%"],
        "Profit (loss)": ["50.00", "30.00", "66.7%"],
        "Debtors": ["136.00", "36.00", "277.8%"],
        "Creditors": ["45.00", "0.00", "0.0%"],
        "Net assets": ["80.00", "30.00", "166.7%"],
        "Number of invoices issued": ["1", "1", "0.0%"],
        "Average value of invoices": ["120.00", "36.00", "233.3%"],
        "Gross profit margin": ["100.0%", "100.0%", "0.0%"],
        "Net profit margin": ["50.0%", "100.0%", "-50.0%"],
        "Return on investment (p.a.)": ["750.0%", "1200.0%", "-37.5%"],
        "Average debtors days": ["40.8", "37.2", "9.7%"],
        "Average creditors days": ["27", "0", "0.0%"],
        "Short term cash forecast": ["91.00", "36.00", "152.8%"],
        "Current assets to liabilities": [
            str(Decimal(141) / Decimal(61)), "6", "-61.5%",
        ],
        "Term assets to liabilities": ["", "", "0.0%"],
    }  # fmt: skip


def test_what_a_person_publishes_is_listed_and_read_by_its_id(books, http):
    rows = [{"RowType": "Header", "Cells": [{"Value": "Box 1"}]}]
    told_ = {"ReportName": "VAT Return", "Rows": rows, "ReportDate": "30 November 2026"}
    made = http.post(f"/_sandbox/organisations/{UK}/reports", json=told_).json()

    [listed] = books.get("Reports").json()["Reports"]
    read = report(books, made["ReportID"])

    assert read == made
    assert read["Rows"] == rows
    assert listed == {name: value for name, value in made.items() if name != "Rows"}
    assert (read["ReportType"], read["ReportTitles"]) == ("VATReturn", ["VAT Return"])
    assert books.get(f"Reports/{UK}").status_code == 404
    assert books.get("Reports/Nothing").status_code == 404
    refused = http.post(f"/_sandbox/organisations/{UK}/reports", json={"Name": "VAT"})
    assert "A report has a ReportName" in refused.json()["error"]


def test_only_american_books_have_1099_reports(http, books):
    american = connect(http, organisation_id("US"), scope=EVERY)

    found = american.get("Reports/TenNinetyNine?reportYear=2025").json()["Reports"]

    assert [one["ReportName"] for one in found] == ["1099-NEC report", "1099-MISC report"]
    assert {one["ReportDate"] for one in found} == {"1 Jan 2025 to 31 Dec 2025"}
    assert books.get("Reports/TenNinetyNine").json()["Reports"] == []
    assert american.get("Reports/TenNinetyNine?reportYear=20").json()["ErrorNumber"] == 16


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("Budgets", "accounting.budgets.read"),
        ("Reports", "accounting.reports.taxreports.read"),
        ("Reports/BudgetSummary", "accounting.reports.budgetsummary.read"),
        ("Reports/ExecutiveSummary", "accounting.reports.executivesummary.read"),
        ("Reports/TenNinetyNine", "accounting.reports.tenninetynine.read"),
    ],
)
def test_each_needs_its_own_scope(http, path, scope):
    assert connect(http, scope=scope).get(path).status_code == 200
    others = " ".join(name for name in GRANULAR if name != scope)
    assert connect(http, scope=others).get(path).status_code == 401
