"""Near-good bodies and odd parameters to the smaller resources: never a 500."""

import json
from urllib.parse import quote

import pytest
from books_client import approved, connect, draft, line
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_sandbox_fuzz import mutated, shared, shared_http

__all__ = ["shared", "shared_http"]

quick = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
DETAILS = {"UnitPrice": 1, "AccountCode": "200", "TaxType": "OUTPUT2"}
SCHEDULE = {"Period": 1, "Unit": "WEEKLY", "DueDate": 1, "DueDateType": "OFCURRENTMONTH"}
SCHEDULE |= {"StartDate": "2026-01-01", "EndDate": None}
BODIES = {
    "Items": {
        "Code": "T", "Name": "N", "Description": "D", "IsSold": True, "IsPurchased": True,
        "SalesDetails": DETAILS, "PurchaseDetails": {}, "InventoryAssetAccountCode": None,
        "ItemID": None,
    },
    "Accounts": {
        "Code": "T1", "Name": "N1", "Type": "EXPENSE", "TaxType": "NONE", "Description": "D",
        "BankAccountNumber": "1", "BankAccountType": "BANK", "CurrencyCode": "GBP",
        "EnablePaymentsToAccount": False, "Status": "ACTIVE",
    },
    "TaxRates": {
        "Name": "R", "TaxType": None, "ReportTaxType": "OUTPUT2", "Status": "ACTIVE",
        "TaxComponents": [{"Name": "A", "Rate": 1, "IsCompound": False}],
    },
    "Currencies": {"Code": "JPY", "Description": "x"},
    "TrackingCategories": {"Name": "C", "Status": "ACTIVE"},
    "Quotes": draft(
        QuoteNumber="Q", Date="2026-01-01", ExpiryDate=None, Status="DRAFT", Title="t",
        LineAmountTypes="Exclusive", CurrencyCode="GBP", QuoteID=None, Terms="",
    ),
    "RepeatingInvoices": draft(
        Schedule=SCHEDULE, Status="DRAFT", Reference="r", RepeatingInvoiceID=None, SendCopy=False
    ),
    "LinkedTransactions": {
        "SourceTransactionID": None, "SourceLineItemID": None, "ContactID": None,
        "TargetTransactionID": None, "TargetLineItemID": None,
    },
}  # fmt: skip
JSON = {"Content-Type": "application/json"}
KNOWN = (200, 400, 404, 405)
REPORTS = (
    "ProfitAndLoss",
    "BalanceSheet",
    "TrialBalance",
    "AgedReceivablesByContact",
    "AgedPayablesByContact",
)


@pytest.fixture(scope="module")
def writer(shared_http):
    scopes = "accounting.invoices accounting.settings accounting.contacts accounting.attachments"
    names = ("aged", "balancesheet", "profitandloss", "trialbalance")
    reports = " ".join(f"accounting.reports.{name}.read" for name in names)
    return connect(shared_http, scope=f"{scopes} {reports}")


@pytest.mark.parametrize("plural", BODIES)
@pytest.mark.parametrize("method", ["PUT", "POST"])
@quick
@given(data=st.data())
def test_a_near_good_body_is_answered(writer, plural, method, data):
    body = data.draw(mutated(BODIES[plural]))

    assert writer.call(method, plural, content=json.dumps(body), headers=JSON).status_code in KNOWN


@quick
@given(data=st.data())
def test_a_schedule_of_any_kind_is_answered(writer, data):
    body = BODIES["RepeatingInvoices"] | {"Schedule": data.draw(mutated(SCHEDULE))}

    answer = writer.call("PUT", "RepeatingInvoices", content=json.dumps(body), headers=JSON)

    assert answer.status_code in KNOWN
    assert writer.get("RepeatingInvoices").status_code == 200


@quick
@given(data=st.data())
def test_tracking_and_item_codes_of_any_kind_are_answered(writer, data):
    tracking = {"Name": "Region", "Option": "North", "TrackingCategoryID": None}
    entry = data.draw(mutated(tracking | {"TrackingOptionID": None}))
    one = data.draw(mutated(line(ItemCode="GB1-White", Tracking=[entry])))
    body = approved(LineItems=[one])

    assert (
        writer.call("PUT", "Invoices", content=json.dumps(body), headers=JSON).status_code in KNOWN
    )


@pytest.mark.parametrize("report", REPORTS)
@quick
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "fromDate",
                "toDate",
                "date",
                "periods",
                "timeframe",
                "contactId",
                "trackingCategoryID",
                "trackingOptionID",
                "trackingOptionID1",
            ]
        ),
        st.one_of(
            st.text(max_size=12),
            st.dates().map(str),
            st.integers(-5, 500).map(str),
            st.sampled_from(["MONTH", "YEAR", "9999-12-31", "0001-01-01", "2026-02-29"]),
        ),
        max_size=4,
    )
)
def test_a_report_with_any_parameters_is_answered(writer, report, params):
    assert writer.get(f"Reports/{report}", params=params).status_code in KNOWN


@pytest.mark.parametrize("plural", [*BODIES, "Users", "BrandingThemes"])
@quick
@given(st.text(max_size=30), st.text(max_size=12), st.text(max_size=8))
def test_a_list_with_any_parameters_is_answered(writer, plural, where, order, page):
    params = {"where": where, "order": order, "page": page, "Status": order, "DateFrom": page}

    assert writer.get(plural, params=params).status_code in KNOWN


@quick
@given(st.text(min_size=1, max_size=20), st.binary(max_size=20))
def test_a_file_of_any_name_is_answered(writer, name, content):
    account = writer.get("Accounts").json()["Accounts"][0]["AccountID"]
    path = f"Accounts/{account}/Attachments/{quote(name, safe='')}"

    assert writer.call("PUT", path, content=content).status_code in KNOWN
