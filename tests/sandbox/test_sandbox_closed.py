"""Receipts, expense claims and employees: read only; and what is not to be had at all."""

import pytest
from books_client import connect, draft
from test_sandbox_consent import authorize_url

from xero_sandbox.accounting.not_implemented import refuse
from xero_sandbox.routes import ROUTES

IDENT = "11111111-1111-1111-1111-111111111111"
LINES = [{"Description": "Tea", "LineAmount": 40}]


@pytest.fixture
def expenses(http):
    return connect(http, scope="accounting.classicexpenses accounting.settings")


def load(books, plural, **element):
    return books.http.post(
        f"/_sandbox/organisations/{books.organisation}/load", json={plural: element}
    )


@pytest.mark.parametrize("plural", ["Receipts", "ExpenseClaims", "Employees"])
def test_there_is_nothing_until_it_is_loaded(expenses, plural):
    assert expenses.get(plural).json()[plural] == []
    assert expenses.get(f"{plural}/{IDENT}").status_code == 404


def test_a_receipt_from_before_is_read(expenses):
    load(expenses, "Receipts", ReceiptID=IDENT, Date="2026-03-12", Total=40, LineItems=LINES)
    load(expenses, "Receipts", Status="DECLINED")

    [first] = expenses.get('Receipts?where=Status=="DRAFT"').json()["Receipts"]
    [read] = expenses.get(f"Receipts/{IDENT}").json()["Receipts"]

    assert first == read | {"LineItems": []}
    assert (read["LineItems"], read["Total"], read["TotalTax"]) == (LINES, 40, 0)
    assert read["Date"] == "/Date(1773273600000+0000)/"
    since = {"If-Modified-Since": "2100-01-01T00:00:00"}
    assert expenses.get("Receipts", headers=since).json()["Receipts"] == []


def test_an_expense_claim_and_an_employee_from_before_are_read(expenses):
    load(expenses, "ExpenseClaims", ExpenseClaimID=IDENT, ReportingDate="2026-03-31", Total=40)
    load(expenses, "Employees", FirstName="Ann", LastName="Archer")

    [claim] = expenses.get(f"ExpenseClaims/{IDENT}").json()["ExpenseClaims"]
    [employee] = expenses.get("Employees").json()["Employees"]

    assert (claim["Status"], claim["Total"], claim["Receipts"]) == ("SUBMITTED", 40, [])
    assert (employee["FirstName"], employee["Status"]) == ("Ann", "ACTIVE")


def test_only_what_such_a_record_has_is_loaded_and_no_id_twice(expenses):
    odd = load(expenses, "Receipts", Colour="red")
    load(expenses, "Receipts", ReceiptID=IDENT)
    twice = load(expenses, "Receipts", ReceiptID=IDENT)
    unreadable = load(expenses, "Receipts", Date="soon")

    assert [answer.status_code for answer in (odd, twice, unreadable)] == [400] * 3
    assert "Receipt has no Colour." in odd.json()["error"]
    assert "is taken" in twice.json()["error"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "Receipts"),
        ("POST", f"Receipts/{IDENT}"),
        ("PUT", "ExpenseClaims"),
        ("POST", f"ExpenseClaims/{IDENT}"),
        ("PUT", "Employees"),
        ("POST", "Organisation"),
        ("POST", "Setup"),
    ],
)
def test_what_is_closed_or_never_was_is_not_implemented(expenses, method, path):
    answer = expenses.call(method, path, json={"Name": "x"})

    assert answer.status_code == 501
    assert answer.json() == {
        "ErrorNumber": 20,
        "Type": "ApiMethodNotImplementedException",
        "Message": "The Api Method called is not implemented",
    }


def test_a_receipt_keeps_its_papers(http, expenses):
    load(expenses, "Receipts", ReceiptID=IDENT)
    load(expenses, "ExpenseClaims", ExpenseClaimID=IDENT.replace("1", "2"))
    files = connect(http, scope="accounting.attachments")

    path = f"Receipts/{IDENT}/Attachments/a.txt"
    files.call("PUT", path, content=b"hello", headers={"Content-Type": "text/plain"})

    assert files.get(path, headers={"Accept": "text/plain"}).content == b"hello"
    [read] = expenses.get(f"Receipts/{IDENT}").json()["Receipts"]
    assert read["HasAttachments"] is True
    [told] = expenses.get(f"Receipts/{IDENT}/History").json()["HistoryRecords"]
    assert told["Changes"] == "Attached a file"
    assert expenses.get(f"ExpenseClaims/{IDENT}/History").status_code == 404


def test_classic_expenses_have_a_scope_which_some_say_is_not_granted(http, books):
    url = authorize_url(scope="accounting.classicexpenses.read")
    granted = http.get(url)
    http.post("/_sandbox/switches", json={"classic_expenses": False})
    refused = http.get(url)

    assert connect(http, scope="accounting.invoices").get("Receipts").status_code == 401
    assert (granted.status_code, refused.status_code) == (200, 400)
    assert "invalid_scope" in refused.text


def test_what_is_not_implemented_stands_after_all_that_is_served():
    api = [route for route in ROUTES if route.kind == "api"]
    first = next(place for place, route in enumerate(api) if route.handler is refuse)

    assert all(route.handler is refuse for route in api[first:])


def test_it_asks_for_scope_and_right_as_others_do(http):
    reader = connect(http, person="read_only", scope="accounting.settings")
    stranger = connect(http, scope="accounting.contacts")

    assert reader.post("Setup", draft()).status_code == 403
    assert stranger.post("Setup", draft()).status_code == 401
