"""The report of what came in and went out of bank accounts."""

from decimal import Decimal

import pytest
from books_client import UK, approved, connect, line, payment

from xero_sandbox.identity.scopes import GRANULAR


@pytest.fixture
def banking(http):
    return connect(http, scope=" ".join(GRANULAR))


def money(kind, amount, day):
    code = {"SPEND": ("420", "NONE"), "RECEIVE": ("200", "NONE")}[kind]
    item = line(UnitAmount=amount, AccountCode=code[0], TaxType=code[1])
    body = {"Type": kind, "Contact": {"Name": "Ann Archer"}, "BankAccount": {"Code": "090"}}
    return body | {"Date": day, "LineItems": [item]}


def summary(books, query=""):
    answer = books.get(f"Reports/BankSummary{query}")
    assert answer.status_code == 200, answer.text
    [report] = answer.json()["Reports"]
    return report


def texts(report):
    section = report["Rows"][1]
    return [[cell["Value"] for cell in row["Cells"]] for row in section["Rows"]]


def test_it_shows_what_opened_moved_and_closed(banking):
    banking.one("PUT", "BankTransactions", money("RECEIVE", 100, "2026-09-30"))
    banking.one("PUT", "BankTransactions", money("RECEIVE", 30, "2026-10-01"))
    banking.one("PUT", "BankTransactions", money("SPEND", 5, "2026-10-31"))
    banking.one("PUT", "BankTransactions", money("SPEND", 7, "2026-11-01"))
    [invoice] = banking.create(approved("A"))
    banking.one("PUT", "Payments", payment(invoice, 12))
    accounts = {"FromBankAccount": {"Code": "090"}, "ToBankAccount": {"Code": "091"}}
    moved = accounts | {"Amount": 20, "Date": "2026-10-10"}
    banking.one("PUT", "BankTransfers", moved)
    gone = banking.one("PUT", "BankTransfers", moved)
    banking.one("POST", f"BankTransfers/{gone['BankTransferID']}", {"Status": "DELETED"})

    report = summary(banking, "?fromDate=2026-10-01&toDate=2026-10-31")

    assert report["ReportTitles"] == [
        "Bank Summary",
        "Demo Company (UK)",
        "From 1 October 2026 to 31 October 2026",
    ]
    assert [cell["Value"] for cell in report["Rows"][0]["Cells"]] == [
        "Bank Accounts",
        "Opening Balance",
        "Cash Received",
        "Cash Spent",
        "Closing Balance",
    ]
    assert texts(report) == [
        ["Business Bank Account", "100.00", "42.00", "25.00", "117.00"],
        ["Business Savings Account", "0.00", "20.00", "0.00", "20.00"],
        ["Total", "100.00", "62.00", "25.00", "137.00"],
    ]


def cells(books, query):
    """The cells of every line of a report, by the first of them."""
    [report] = books.get(f"Reports/{query}").json()["Reports"]
    rows = [one for row in report["Rows"] for one in row.get("Rows", [row]) if "Cells" in one]
    return {row["Cells"][0]["Value"]: [cell["Value"] for cell in row["Cells"][1:]] for row in rows}


def test_all_reports_agree_on_what_the_bank_holds(banking, http):
    http.post(f"/_sandbox/organisations/{UK}", json={"Currencies": ["GBP", "EUR"]})
    euros = {"Code": "095", "Name": "Euros", "Type": "BANK", "CurrencyCode": "EUR"}
    banking.one("PUT", "Accounts", euros | {"BankAccountNumber": "1"})
    abroad = {"BankAccount": {"Code": "095"}, "CurrencyRate": 1.3}
    spent = banking.one("PUT", "BankTransactions", money("SPEND", 9.99, "2026-10-03") | abroad)
    banking.one("PUT", "BankTransactions", money("RECEIVE", 33.33, "2026-10-04") | abroad)
    taxed = {"LineAmountTypes": "Inclusive", "LineItems": [line(UnitAmount=7.77)]}
    banking.one("PUT", "BankTransactions", money("RECEIVE", 0, "2026-10-04") | taxed)
    deposit = money("RECEIVE", 50, "2026-10-05") | {"Type": "RECEIVE-PREPAYMENT"}
    banking.one("PUT", "BankTransactions", deposit)
    accounts = {"FromBankAccount": {"Code": "095"}, "ToBankAccount": {"Code": "091"}}
    banking.one("PUT", "BankTransfers", accounts | {"Amount": 3.33, "Date": "2026-10-06"})
    path = f"BankTransactions/{spent['BankTransactionID']}"
    banking.one("POST", path, {"LineItems": [line(UnitAmount=5, AccountCode="420")]} | _UNTAXED)

    held = cells(banking, "BankSummary?fromDate=2026-10-01&toDate=2026-10-31")["Total"][3]
    sheet = cells(banking, "BalanceSheet?date=2026-10-31")
    debit, credit, *_ = cells(banking, "TrialBalance?date=2026-10-31")["Total"]

    assert sheet["Total Bank"] == [held]
    assert sheet["Net Assets"] == sheet["Total Equity"]
    assert debit == credit
    assert Decimal(held) > 50


_UNTAXED = {"LineAmountTypes": "NoTax"}


def test_its_cells_name_the_account(banking):
    [account] = banking.get('Accounts?where=Code=="090"').json()["Accounts"]

    row = summary(banking)["Rows"][1]["Rows"][0]["Cells"]

    ident = account["AccountID"]
    assert row[0]["Attributes"] == [{"Value": ident, "Id": "accountID"}]
    assert [cell.get("Attributes") for cell in row[1:]] == [
        None,
        [{"Value": ident, "Id": "account"}],
        [{"Value": ident, "Id": "account"}],
        None,
    ]


def test_an_archived_account_is_shown_while_it_holds_money(banking):
    for code, name in (("095", "Till"), ("096", "Empty till")):
        bank = {"Code": code, "Name": name, "Type": "BANK", "BankAccountNumber": code}
        made = banking.one("PUT", "Accounts", bank)
        if code == "095":
            got = money("RECEIVE", 1, "2026-10-01") | {"BankAccount": {"Code": code}}
            banking.one("PUT", "BankTransactions", got)
        archived = {"Status": "ARCHIVED"}
        assert banking.post(f"Accounts/{made['AccountID']}", archived).status_code == 200

    names = [row[0] for row in texts(summary(banking, "?fromDate=2026-11-01&toDate=2026-11-30"))]

    assert names == ["Business Bank Account", "Business Savings Account", "Till", "Total"]


def test_days_the_wrong_way_round_are_refused_and_the_scope_is_its_own(banking, http):
    wrong = banking.get("Reports/BankSummary?fromDate=2026-10-02&toDate=2026-10-01")
    other = connect(http, scope="accounting.reports.balancesheet.read")

    assert wrong.status_code == 400
    assert wrong.json()["Type"] == "QueryParseException"
    assert other.get("Reports/BankSummary").status_code == 401
