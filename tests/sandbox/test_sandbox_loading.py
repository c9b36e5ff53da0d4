"""Whole books are loaded at once, with dates of change spread over time, and told from outside."""

import json

import pytest
from books_client import UK, approved, connect, draft, line, note

SPAN = {"from": "2026-01-01T00:00:00", "to": "2026-06-30T00:00:00"}


def load(http, *lines):
    text = "\n".join(map(json.dumps, lines))
    return http.post(f"/_sandbox/organisations/{UK}/load", content=text)


def dump(http, sort, **query):
    answer = http.get(f"/_sandbox/{sort}", params={"organisation": UK, **query})
    assert answer.status_code == 200, answer.text
    return [json.loads(row) for row in answer.text.splitlines()]


def allocation(credit, invoice, amount):
    return {
        "Allocations": {
            "CreditNote": {"CreditNoteNumber": credit},
            "Invoice": {"InvoiceNumber": invoice},
            "Amount": amount,
            "Date": "2026-10-03",
        }
    }


def paid(invoice, amount):
    return {
        "Payments": {
            "Invoice": {"InvoiceNumber": invoice},
            "Account": {"Code": "090"},
            "Date": "2026-10-02",
            "Amount": amount,
        }
    }


BOOKS = (
    {"Contacts": {"Name": "Ann Archer", "ContactNumber": "C-1"}},
    {"Items": {"Code": "TEA-1", "Name": "Tea", "SalesDetails": {"UnitPrice": 2.5}}},
    {"Invoices": approved("A", LineItems=[line(Quantity=2, Description="Tea, green")])},
    {"Invoices": approved("B")},
    {"Invoices": draft("C")},
    {"CreditNotes": note(CreditNoteNumber="N")},
    allocation("N", "A", 4),
    paid("A", 5),
    paid("B", 12),
)


def test_books_with_payments_and_credit_are_loaded_in_one_request(http, books):
    answer = load(http, *BOOKS)

    assert answer.status_code == 200, answer.text
    assert answer.json()["loaded"] == {
        "Contacts": 1,
        "Items": 1,
        "Invoices": 3,
        "CreditNotes": 1,
        "Allocations": 1,
        "Payments": 2,
    }
    rows = {row["number"]: row for row in dump(http, "invoices")}
    assert {number: (row["status"], row["amount_due"]) for number, row in rows.items()} == {
        "A": ("AUTHORISED", "15.00"),
        "B": ("PAID", "0.00"),
        "C": ("DRAFT", "12.00"),
    }
    assert dump(http, "credit_notes")[0]["remaining"] == "8.00"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (allocation("X", "A", 1), "An existing Credit Note with the specified CreditNoteID"),
        (allocation("N", "A", 100), "greater than amount outstanding"),
        ({"Allocations": {"Amount": 1}}, "The credit of an allocation must be specified."),
    ],
)
def test_an_allocation_that_cannot_be_is_refused_and_nothing_is_loaded(http, books, wrong, words):
    answer = load(http, *BOOKS[:6], wrong)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Line 7: ")
    assert words in answer.json()["error"]
    assert dump(http, "invoices") == []


def test_no_app_can_allocate_without_an_address(books):
    assert books.put("Allocations", allocation("N", "A", 4)).status_code == 404


def test_every_record_gets_a_date_of_change_of_its_own(http, books, hook):
    load(http, *BOOKS)

    answer = http.post(f"/_sandbox/organisations/{UK}/spread", json=SPAN)

    assert answer.status_code == 200, answer.text
    assert answer.json()["spread"].items() >= {"invoice": 3, "payment": 2, "contact": 1}.items()
    dates = [row["updated"] for row in dump(http, "invoices")]
    assert len(set(dates)) == 3
    assert all(SPAN["from"] < date[:19] <= SPAN["to"] for date in dates)
    page = books.get("Invoices?page=1").json()["Invoices"]
    assert sorted(one["UpdatedDateUTCString"] for one in page) == sorted(dates)
    since = {"If-Modified-Since": "2026-03-15T00:00:00"}
    assert len(books.get("Invoices?page=1", headers=since).json()["Invoices"]) == 2
    assert http.get("/_sandbox/webhooks/sandbox-client/events").json()["events"] == []


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"from": "soon", "to": "later"}, "A moment is written"),
        ({"from": SPAN["to"], "to": SPAN["from"]}, "from is not after to"),
        ({}, "A moment is written"),
    ],
)
def test_a_span_that_cannot_be_is_refused_in_words(http, books, wanted, words):
    answer = http.post(f"/_sandbox/organisations/{UK}/spread", json=wanted)

    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_contacts_items_and_lines_are_told_from_outside(http, books):
    load(http, *BOOKS)
    merged = books.one("PUT", "Contacts", {"Name": "Ann A"})["ContactID"]
    http.post(f"/org/{UK}/contacts/{merged}/merge", data={"into": "Ann Archer"})

    ann, loser = dump(http, "contacts")
    tea = next(row for row in dump(http, "items") if row["code"] == "TEA-1")
    [first, *_] = dump(http, "invoices", lines="true")

    assert (ann["name"], ann["number"], ann["status"]) == ("Ann Archer", "C-1", "ACTIVE")
    assert (loser["status"], loser["merged_to"]) == ("ARCHIVED", ann["id"])
    assert (tea["name"], tea["sales_price"]) == ("Tea", "2.5")
    [told] = first["line_items"]
    assert (told["Description"], told["Quantity"], told["LineAmount"], told["TaxAmount"]) == (
        "Tea, green",
        "2",
        "20",
        "4",
    )
    assert "line_items" not in dump(http, "invoices")[0]


def test_advances_are_told_from_outside(http):
    banking = connect(http, scope="accounting.banktransactions accounting.contacts")
    for kind in ("RECEIVE-PREPAYMENT", "RECEIVE-OVERPAYMENT"):
        body = {"Type": kind, "Contact": {"Name": "Ann"}, "BankAccount": {"Code": "090"}}
        banking.one("PUT", "BankTransactions", body | {"LineItems": [line()]})

    [prepaid], [overpaid] = dump(http, "prepayments"), dump(http, "overpayments")

    assert (prepaid["type"], prepaid["remaining"]) == ("RECEIVE-PREPAYMENT", "12.00")
    assert (overpaid["type"], overpaid["status"]) == ("RECEIVE-OVERPAYMENT", "AUTHORISED")
