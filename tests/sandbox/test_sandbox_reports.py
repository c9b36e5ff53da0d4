from decimal import Decimal

import pytest
from books_client import connect, line
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCOPES = (
    "accounting.invoices accounting.payments accounting.contacts accounting.settings "
    "accounting.reports.aged.read accounting.reports.balancesheet.read "
    "accounting.reports.profitandloss.read accounting.reports.trialbalance.read"
)
SALE = "2026-11-10"


@pytest.fixture
def ledger(http):
    return connect(http, scope=SCOPES)


def sale(number, *lines, day=SALE, **changes):
    return {
        "Type": "ACCREC",
        "InvoiceNumber": number,
        "Contact": {"Name": "Ann Archer"},
        "Date": day,
        "DueDate": day,
        "Status": "AUTHORISED",
        "LineItems": list(lines) or [line(UnitAmount=100)],
    } | changes


def bill(number, *lines, **changes):
    items = list(lines) or [line(UnitAmount=40, AccountCode="400", TaxType="INPUT2")]
    return sale(number, *items, Type="ACCPAY", **changes)


def pay(books, document, amount, day="2026-11-15"):
    body = {
        "Invoice": {"InvoiceID": document["InvoiceID"]},
        "Account": {"Code": "090"},
        "Date": day,
        "Amount": amount,
    }
    assert books.put("Payments", body).status_code == 200


def report(books, name, **query):
    answer = books.get(f"Reports/{name}", params=query)
    assert answer.status_code == 200, answer.text
    [found] = answer.json()["Reports"]
    return found


def lines_of(found):
    """Every line and sum of a report as texts, sections flattened."""
    rows = []
    for row in found["Rows"]:
        for one in row.get("Rows", [row]):
            rows.append([cell["Value"] for cell in one["Cells"]])
    return rows


def test_profit_and_loss_shows_income_cost_and_profit_of_its_days(ledger):
    ledger.create(
        sale("A-1"),
        sale("A-2", day="2026-10-31"),
        bill("B-1"),
        bill("B-2", line(UnitAmount=30, AccountCode="300", TaxType="INPUT2")),
    )

    found = report(ledger, "ProfitAndLoss", fromDate="2026-11-01", toDate="2026-11-30")

    assert (found["ReportID"], found["ReportName"]) == ("ProfitAndLoss", "Profit and Loss")
    assert found["ReportTitles"] == [
        "Profit & Loss",
        "Demo Company (UK)",
        "1 November 2026 to 30 November 2026",
    ]
    assert [row.get("Title") for row in found["Rows"]] == [
        None,
        "Income",
        "Less Cost of Sales",
        "",
        "Less Operating Expenses",
        "",
    ]
    assert lines_of(found) == [
        ["", "30 Nov 2026"],
        ["Sales", "100.00"],
        ["Total Income", "100.00"],
        ["Purchases", "30.00"],
        ["Total Cost of Sales", "30.00"],
        ["Gross Profit", "70.00"],
        ["Advertising", "40.00"],
        ["Total Operating Expenses", "40.00"],
        ["Net Profit", "30.00"],
    ]
    [sales_account] = ledger.get('Accounts?where=Code=="200"').json()["Accounts"]
    cells = found["Rows"][1]["Rows"][0]["Cells"]
    marks = [{"Value": sales_account["AccountID"], "Id": "account"}]
    assert [cell["Attributes"] for cell in cells] == [marks, marks]


def test_profit_and_loss_compares_with_earlier_periods(ledger):
    ledger.create(sale("A-1"), sale("A-2", day="2026-10-31"), sale("A-3", day="2026-08-05"))
    days = {"fromDate": "2026-11-01", "toDate": "2026-11-30"}

    months = report(ledger, "ProfitAndLoss", periods=2, timeframe="MONTH", **days)
    years = report(ledger, "ProfitAndLoss", periods=1, timeframe="YEAR", **days)

    assert lines_of(months)[:2] == [
        ["", "30 Nov 2026", "31 Oct 2026", "30 Sep 2026"],
        ["Sales", "100.00", "100.00", "0.00"],
    ]
    assert lines_of(years)[0] == ["", "30 Nov 2026", "30 Nov 2025"]


def test_profit_and_loss_is_split_by_tracking(ledger):
    [category] = ledger.get("TrackingCategories").json()["TrackingCategories"]
    north = line(UnitAmount=60, Tracking=[{"Name": "Region", "Option": "North"}])
    ledger.create(sale("A-1", north, line(UnitAmount=5)))
    ident, option = category["TrackingCategoryID"], category["Options"][1]["TrackingOptionID"]
    days = {"fromDate": "2026-11-01", "toDate": "2026-11-30"}

    split = report(ledger, "ProfitAndLoss", trackingCategoryID=ident, **days)
    alone = report(
        ledger, "ProfitAndLoss", trackingCategoryID=ident, trackingOptionID=option, **days
    )

    assert lines_of(split)[:2] == [
        ["", "Eastside", "North", "South", "West Coast", "Unassigned", "Total"],
        ["Sales", "0.00", "60.00", "0.00", "0.00", "5.00", "65.00"],
    ]
    assert lines_of(alone)[1] == ["Sales", "60.00"]


def test_the_balance_sheet_balances_over_a_year_end(ledger):
    [old, new] = ledger.create(sale("A-1", day="2026-03-31"), sale("A-2", day="2026-04-01"))
    pay(ledger, old, 120)

    found = report(ledger, "BalanceSheet", date="2026-11-30")

    lines = {row[0]: row[1:] for row in lines_of(found)}
    assert found["ReportTitles"][2] == "As at 30 November 2026"
    assert lines["Business Bank Account"] == ["120.00"]
    assert lines["Accounts Receivable"] == ["120.00"]
    assert lines["VAT"] == ["40.00"]
    assert lines["Net Assets"] == lines["Total Equity"] == ["200.00"]
    assert lines["Current Year Earnings"] == ["100.00"]
    assert lines["Retained Earnings"] == ["100.00"]
    assert new["Status"] == "AUTHORISED"


def test_the_trial_balance_has_month_and_year_and_equal_sides(ledger):
    ledger.create(sale("A-1"), sale("A-2", day="2026-10-05"), bill("B-1"))

    found = report(ledger, "TrialBalance", date="2026-11-30")

    lines = lines_of(found)
    assert lines[:3] == [
        ["Account", "Debit", "Credit", "YTD Debit", "YTD Credit"],
        ["Sales (200)", "", "100.00", "", "200.00"],
        ["Advertising (400)", "40.00", "", "40.00", ""],
    ]
    assert lines[-1] == ["Total", "160.00", "160.00", "280.00", "280.00"]


def test_aged_receivables_show_what_a_customer_owed_on_a_day(ledger):
    [first, second] = ledger.create(
        sale("A-1", day="2026-09-01"), sale("A-2", DueDate="2026-12-24")
    )
    pay(ledger, first, 20)
    pay(ledger, second, 120, day="2026-11-20")
    contact = first["Contact"]["ContactID"]

    before = report(ledger, "AgedReceivablesByContact", contactId=contact, date="2026-11-16")
    after = report(ledger, "AgedReceivablesByContact", contactId=contact, date="2026-11-21")

    assert before["ReportTitles"] == [
        "Invoices",
        "Ann Archer",
        "From 1 September 2026 to 16 November 2026",
        "Showing payments to 16 November 2026",
    ]
    assert lines_of(before) == [
        ["Date", "Number", "Due Date", "", "Total", "Paid", "Credited", "Due"],
        ["2026-09-01T00:00:00", "Opening Balance", "", "", "", "", "", "0.00"],
        [
            "2026-09-01T00:00:00",
            "A-1",
            "2026-09-01T00:00:00",
            "76 days overdue",
            *("120.00", "20.00", "0.00", "100.00"),
        ],
        [
            "2026-11-10T00:00:00",
            "A-2",
            "2026-12-24T00:00:00",
            "",
            *("120.00", "0.00", "0.00", "120.00"),
        ],
        ["Total", "", "", "", "240.00", "20.00", "0.00", "220.00"],
        ["Closing Balance", "", "", "", "240.00", "20.00", "0.00", "220.00"],
    ]
    assert [row[1] for row in lines_of(after)[2:-2]] == ["A-1"]
    cell = before["Rows"][2]["Rows"][0]["Cells"][0]
    assert cell["Attributes"] == [{"Value": first["InvoiceID"], "Id": "invoiceID"}]


def test_aged_payables_show_bills(ledger):
    [made] = ledger.create(bill("B-1"))

    found = report(ledger, "AgedPayablesByContact", contactId=made["Contact"]["ContactID"])

    assert lines_of(found)[0][1] == "Reference"
    assert lines_of(found)[2][1] == "B-1"
    assert lines_of(found)[-1][4:] == ["48.00", "0.00", "0.00", "48.00"]


@pytest.mark.parametrize(
    "path",
    [
        "ProfitAndLoss?fromDate=yesterday",
        "ProfitAndLoss?fromDate=2024-01-01&toDate=2026-01-01",
        "ProfitAndLoss?periods=13",
        "ProfitAndLoss?timeframe=DECADE",
        "ProfitAndLoss?trackingCategoryID=x",
        "ProfitAndLoss?paymentsOnly=true",
        "BalanceSheet?date=2026-02-30",
        "BalanceSheet?date=0001-01-31&periods=3",
        "TrialBalance?date=0001-01-31",
        "AgedReceivablesByContact",
        "AgedReceivablesByContact?contactId=x",
    ],
)
def test_what_cannot_be_reported_is_refused_in_words(ledger, path):
    answer = ledger.get(f"Reports/{path}")

    assert answer.status_code == 400
    assert answer.json()["Message"]


def test_each_report_needs_its_own_scope(http):
    one = connect(http, scope="accounting.reports.profitandloss.read")
    none = connect(http, scope="accounting.settings")

    assert one.get("Reports/ProfitAndLoss").status_code == 200
    assert none.get("Reports/ProfitAndLoss").status_code == 401
    http.post("/_sandbox/switches", json={"broad_scopes": True})
    broad = connect(http, scope="accounting.reports.read")
    assert broad.get("Reports/TrialBalance").status_code == 200


amounts = st.integers(min_value=1, max_value=99_999).map(lambda cents: cents / 100)
documents = st.tuples(
    st.sampled_from(["ACCREC", "ACCPAY"]),
    st.sampled_from(["GBP", "EUR", "USD"]),
    st.sampled_from(["Exclusive", "Inclusive", "NoTax"]),
    st.lists(amounts, min_size=1, max_size=4),
    st.sampled_from(["2026-02-14", "2026-04-01", "2026-11-03"]),
    st.sampled_from(["open", "part", "paid", "void", "draft"]),
)


@given(st.lists(documents, min_size=1, max_size=5))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_debits_equal_credits_and_the_sheet_balances_whatever_was_done(http, history):
    http.post("/_sandbox/reset")
    books = connect(http, scope=SCOPES)
    for number, entry in enumerate(history):
        act(books, number, *entry)

    trial = lines_of(report(books, "TrialBalance", date="2026-11-30"))
    sheet = {row[0]: row[1] for row in lines_of(report(books, "BalanceSheet", date="2026-11-30"))}

    _, *sides = trial[-1]
    assert sides[0] == sides[1]
    assert sides[2] == sides[3]
    for column, total in enumerate(sides, 1):
        assert sum(Decimal(row[column] or 0) for row in trial[1:-1]) == Decimal(total)
    assert sheet["Net Assets"] == sheet["Total Equity"]


def act(books, number, kind, currency, mode, prices, day, fate):
    account, tax = ("200", "OUTPUT2") if kind == "ACCREC" else ("400", "INPUT2")
    items = [line(UnitAmount=price, AccountCode=account, TaxType=tax) for price in prices]
    body = sale(f"N-{number}", *items, day=day, Type=kind, CurrencyCode=currency)
    body["LineAmountTypes"] = mode
    body["Status"] = "DRAFT" if fate == "draft" else "AUTHORISED"
    [made] = books.create(body)
    if fate in ("part", "paid"):
        due = Decimal(str(made["AmountDue"]))
        amount = due if fate == "paid" else (due / 2).quantize(Decimal("0.01"))
        pay(books, made, float(amount or due))
    elif fate == "void":
        assert books.post(f"Invoices/{made['InvoiceID']}", {"Status": "VOIDED"}).status_code == 200
