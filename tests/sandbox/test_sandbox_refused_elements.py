"""What a refused element shows: days as Xero writes them, no date of what was never stored."""

import pytest
from books_client import approved, connect, line

from xero_sandbox.identity.scopes import GRANULAR

DAY, INSTANT = "2026-10-01", "/Date(1790812800000+0000)/"


@pytest.fixture
def whole(http):
    """The UK demo company with every scope."""
    return connect(http, scope=" ".join(GRANULAR))


def refused(books, path, body):
    answer = books.put(path, body)
    assert answer.status_code == 400, answer.text
    assert "/Date(0" not in answer.text
    assert "1970-" not in answer.text
    [element] = answer.json()["Elements"]
    return element


@pytest.mark.parametrize("path", ["Payments", "BankTransfers", "BatchPayments"])
@pytest.mark.parametrize("sent", [DAY, f"{DAY}T00:00:00", INSTANT])
def test_days_are_shown_as_xero_writes_them(whole, path, sent):
    assert refused(whole, path, {"Date": sent})["Date"] == INSTANT


def test_so_is_the_first_day_of_a_repeating_invoice(whole):
    schedule = {"StartDate": DAY, "Period": 0, "DueDate": 20}

    element = refused(whole, "RepeatingInvoices", {"Type": "ACCREC", "Schedule": schedule})

    assert element["Schedule"] == schedule | {"StartDate": INSTANT}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("BankTransactions", {"Type": "SPEND"}),
        ("ManualJournals", {"Narration": "none"}),
        ("PurchaseOrders", {"Date": DAY}),
        ("Quotes", {"Date": DAY}),
    ],
)
def test_what_was_never_stored_has_no_date_of_change(whole, path, body):
    assert "UpdatedDateUTC" not in refused(whole, path, body)


def test_a_refused_payment_has_none_while_its_invoice_keeps_its_own(whole):
    [invoice] = whole.create(approved("OURS"))
    body = {"Invoice": {"InvoiceNumber": "OURS"}, "Account": {"Code": "090"}, "Date": DAY}

    element = refused(whole, "Payments", body | {"Amount": 99})

    assert element["Invoice"]["UpdatedDateUTC"] == invoice["UpdatedDateUTC"]


def test_what_is_stored_keeps_its_date_when_an_edit_is_refused(whole):
    body = {"Type": "SPEND", "Contact": {"Name": "Ann"}, "BankAccount": {"Code": "090"}}
    lines = [line(AccountCode="420", TaxType="INPUT2")]
    made = whole.one("PUT", "BankTransactions", body | {"LineItems": lines})
    wanted = {"BankTransactionID": made["BankTransactionID"], "Type": "RECEIVE", "Date": DAY}

    answer = whole.post("BankTransactions", wanted)

    assert answer.status_code == 400
    assert answer.json()["Elements"][0]["UpdatedDateUTC"] == made["UpdatedDateUTC"]


def test_a_batch_payment_is_told_all_that_is_wrong_at_once(whole):
    sale, paid = whole.create(approved("ONE"), approved("TWO"))
    parts = [{"Invoice": {"InvoiceID": one["InvoiceID"]}, "Amount": 99} for one in (sale, paid)]
    body = {"Payments": [*parts, {"Amount": 1}], "Particulars": "thirteen long"}

    assert whole.errors("PUT", "BatchPayments", body) == [
        "The account code or ID must be specified",
        "The Date of a payment must be specified.",
        "The Particulars must not be longer than 12 characters.",
        "Payment amount exceeds the amount outstanding on this document",
        "This payment is not applied.",
    ]
    assert [one["AmountDue"] for one in whole.get("Invoices").json()["Invoices"]] == [12, 12]
