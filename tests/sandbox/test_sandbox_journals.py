"""Journals: what the ledger has posted, only ever added to (UK demo company)."""

from datetime import UTC, datetime

import pytest
from books_client import allocation, approved, bill, connect, draft, line, note, payment

SCOPES = (
    "accounting.invoices accounting.payments accounting.contacts accounting.settings "
    "accounting.banktransactions accounting.manualjournals accounting.journals.read"
)


@pytest.fixture
def books(http):
    return connect(http, scope=SCOPES)


def journals(books, query=""):
    answer = books.get(f"Journals{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["Journals"]


def amounts(journal):
    assert sum(round(line["NetAmount"] * 100) for line in journal["JournalLines"]) == 0
    return {line["AccountCode"]: line["NetAmount"] for line in journal["JournalLines"]}


def test_an_approved_invoice_is_a_journal_with_a_line_for_each_of_its_own(books):
    items = [
        line(Description="Tea", Tracking=[{"Name": "Region", "Option": "North"}]),
        line(Description="Cups", UnitAmount=5),
    ]
    books.create(draft("D"))
    [made] = books.create(approved("A", Reference="order 1", Date="2026-09-30", LineItems=items))

    [journal] = journals(books)
    owed, tea, cups, vat = journal.pop("JournalLines")

    assert journal | {"JournalID": "", "CreatedDateUTC": ""} == {
        "JournalID": "",
        "JournalDate": made["Date"],
        "JournalNumber": 1,
        "CreatedDateUTC": "",
        "Reference": "order 1",
        "SourceID": made["InvoiceID"],
        "SourceType": "ACCREC",
    }
    assert journal["CreatedDateUTC"] == made["UpdatedDateUTC"]
    assert (owed["AccountName"], owed["NetAmount"]) == ("Accounts Receivable", 18)
    assert "TaxType" not in owed
    assert tea | {"JournalLineID": "", "AccountID": "", "TrackingCategories": []} == {
        "JournalLineID": "",
        "AccountID": "",
        "AccountCode": "200",
        "AccountType": "REVENUE",
        "AccountName": "Sales",
        "Description": "Tea",
        "NetAmount": -10,
        "GrossAmount": -12,
        "TaxAmount": -2,
        "TaxType": "OUTPUT2",
        "TaxName": "20% (VAT on Income)",
        "TrackingCategories": [],
    }
    [tracked] = tea["TrackingCategories"]
    assert (tracked["Name"], tracked["Option"]) == ("Region", "North")
    assert (cups["Description"], cups["NetAmount"]) == ("Cups", -5)
    assert (vat["AccountCode"], vat["NetAmount"], vat["TaxAmount"]) == ("820", -3, 0)


def test_what_is_edited_or_voided_is_reversed_and_nothing_before_changes(books):
    books.create(approved("A"))
    first = journals(books)
    books.one("POST", "Invoices/A", {"LineItems": [line(UnitAmount=20)]})
    books.one("POST", "Invoices/A", {"Reference": "no money moves"})
    edited = journals(books)
    books.one("POST", "Invoices/A", {"Status": "VOIDED"})
    voided = journals(books)

    assert [one["JournalNumber"] for one in voided] == [1, 2, 3, 4]
    assert [amounts(one)["610"] for one in voided] == [12, -12, 24, -24]
    assert [one["JournalLines"] for one in edited[:1]] == [one["JournalLines"] for one in first]
    assert edited == voided[:3]
    assert {one["SourceID"] for one in voided} == {voided[0]["SourceID"]}


def test_paying_and_deleting_a_payment_leave_the_invoices_journal_alone(books):
    [made] = books.create(approved("A"))
    paid = books.one("PUT", "Payments", payment(made, 5, Reference="cheque"))
    books.one("POST", f"Payments/{paid['PaymentID']}", {"Status": "DELETED"})

    sale, came, back = journals(books)

    assert sale["SourceType"] == "ACCREC"
    assert (came["SourceType"], came["SourceID"]) == ("ACCRECPAYMENT", paid["PaymentID"])
    assert came["Reference"] == "cheque"
    assert amounts(came) == {"090": 5, "610": -5}
    assert amounts(back) == {"090": -5, "610": 5}


def test_every_kind_of_document_is_named_as_xero_names_it(books):
    sale, owed = books.create(approved("A"), bill("B"))
    credit = books.one("PUT", "CreditNotes", note(CurrencyCode="EUR", CurrencyRate=2))
    supplier = books.one(
        "PUT",
        "CreditNotes",
        note(Type="ACCPAYCREDIT", LineItems=[line(AccountCode="300", TaxType="INPUT2")]),
    )
    books.one("PUT", "Payments", payment(owed))
    refund = {"CreditNote": {"CreditNoteID": supplier["CreditNoteID"]}, "Account": {"Code": "090"}}
    books.one("PUT", "Payments", refund | {"Date": "2026-10-02", "Amount": 12})
    advance = {
        "Type": "RECEIVE-PREPAYMENT",
        "Contact": {"Name": "Ann"},
        "BankAccount": {"Code": "090"},
    }
    books.one("PUT", "BankTransactions", advance | {"LineItems": [line()]})
    [euros] = books.create(approved("E", CurrencyCode="EUR", CurrencyRate=1))
    path = f"CreditNotes/{credit['CreditNoteID']}/Allocations"
    books.one("PUT", path, allocation(euros, 12))

    found = journals(books)

    assert [one.get("SourceType") for one in found] == [
        "ACCREC", "ACCPAY", "ACCRECCREDIT", "ACCPAYCREDIT", "ACCPAYPAYMENT", "APCREDITPAYMENT",
        "ARPREPAYMENT", "ACCREC", None,
    ]  # fmt: skip
    assert amounts(found[-1]) == {"610": -6, "499": 6}
    assert sale["InvoiceID"] == found[0]["SourceID"]


def test_journals_are_read_a_hundred_at_a_time_from_an_offset(books):
    for start in range(0, 120, 40):
        books.create(*(approved(f"A{start + number}") for number in range(40)))

    page = journals(books)
    rest = journals(books, "?offset=100")

    assert [one["JournalNumber"] for one in page + rest] == list(range(1, 121))
    assert len(page) == 100
    assert journals(books, "?offset=120") == []
    assert books.get("Journals?offset=x").json()["Type"] == "QueryParseException"


def test_journals_since_a_moment_and_of_money_only(books, http):
    [made] = books.create(approved("A"))
    [sale] = journals(books)
    http.post("/_sandbox/clock", json={"advance_seconds": 60})
    books.one("PUT", "Payments", payment(made))
    moment = datetime.fromtimestamp(int(sale["CreatedDateUTC"][6:16]) + 30, UTC)

    stamp = {"If-Modified-Since": f"{moment:%Y-%m-%dT%H:%M:%S}"}
    later = books.get("Journals", headers=stamp).json()["Journals"]
    money = journals(books, "?paymentsOnly=true")

    assert [one["SourceType"] for one in later] == ["ACCRECPAYMENT"]
    assert money == later
    assert books.get("Journals?offset=2", headers=stamp).json()["Journals"] == []


def test_one_journal_is_read_by_its_id_and_by_its_number(books):
    books.create(approved("A"))
    [listed] = journals(books)

    by_id = books.get(f"Journals/{listed['JournalID']}").json()["Journals"]
    by_number = books.get("Journals/1").json()["Journals"]

    assert by_id == by_number
    assert by_id[0]["JournalLines"][0] == listed["JournalLines"][0] | {"TaxType": "", "TaxName": ""}
    assert books.get("Journals/2").status_code == 404
    assert books.get("Journals/none").status_code == 404


def test_journals_need_their_own_scope_and_belong_to_one_organisation(http, books):
    books.create(approved("A"))
    other = http.post("/_sandbox/organisations", json={"country": "UK"}).json()["id"]

    assert journals(connect(http, other, scope=SCOPES)) == []
    assert connect(http).get("Journals").status_code == 401


def test_an_account_in_a_journal_cannot_be_deleted(books):
    account = books.one("PUT", "Accounts", {"Code": "X1", "Name": "Once", "Type": "REVENUE"})
    books.create(approved("A", LineItems=[line(AccountCode="X1")]))
    books.one("POST", "Invoices/A", {"LineItems": [line()]})

    assert books.call("DELETE", f"Accounts/{account['AccountID']}").status_code == 400
    assert "X1" in amounts(journals(books)[0])
