"""What a contact owes and is owed, its website and its discount, as reads show them."""

import pytest
from books_client import allocation, approved, connect, draft, line, note, payment

ANN = {"Name": "Ann Archer"}


def owing(number, due="2099-12-31", **changes):
    return draft(number, Status="AUTHORISED", DueDate=due, **changes)


def of(books, query=""):
    [contact] = books.get(f"Contacts{query}").json()["Contacts"]
    return contact


@pytest.fixture
def ann(books):
    """Ann owes 12.00 since October and 36.00 one day; we owe her 12.00; 1.20 of hers is credit."""
    books.create(
        owing("A", "2026-10-31"),
        owing("B", LineItems=[line(UnitAmount=30)]),
        owing("C", Type="ACCPAY", LineItems=[line(AccountCode="300", TaxType="INPUT2")]),
        draft("D"),
    )
    books.one("PUT", "CreditNotes", note(LineItems=[line(UnitAmount=1)]))
    return of(books)["ContactID"]


def test_balances_are_of_what_is_approved_and_unpaid_less_open_credit(books, ann):
    balances = of(books, f"/{ann}")["Balances"]

    assert balances == {
        "AccountsReceivable": {"Outstanding": 46.8, "Overdue": 12},
        "AccountsPayable": {"Outstanding": 12, "Overdue": 0},
    }


def test_credit_alone_is_less_than_nothing(books):
    credit = note(Type="ACCPAYCREDIT", LineItems=[line(AccountCode="300", TaxType="INPUT2")])
    books.one("PUT", "CreditNotes", credit)

    assert of(books, "?page=1")["Balances"] == {
        "AccountsReceivable": {"Outstanding": 0, "Overdue": 0},
        "AccountsPayable": {"Outstanding": -12, "Overdue": 0},
    }


def test_an_overpayment_counts_as_credit(http):
    banking = connect(http, scope="accounting.banktransactions accounting.contacts")
    over = {"Type": "RECEIVE-OVERPAYMENT", "Contact": ANN, "BankAccount": {"Code": "090"}}
    lines = [{"Description": "Too much", "LineAmount": 5}]
    banking.one("PUT", "BankTransactions", over | {"LineAmountTypes": "NoTax", "LineItems": lines})

    assert of(banking, "?page=1")["Balances"]["AccountsReceivable"]["Outstanding"] == -5


@pytest.mark.parametrize("query", ["", "?summaryOnly=true"])
def test_lists_without_a_page_and_summaries_have_no_balances(books, ann, query):
    assert "Balances" not in of(books, query)
    assert "Balances" in of(books, "?page=1")


def test_neither_writes_nor_documents_show_balances(books, ann):
    written = books.one("POST", f"Contacts/{ann}", {"FirstName": "Ann"})
    [invoice] = books.get("Invoices/A").json()["Invoices"]

    assert "Balances" not in written
    assert "Balances" not in invoice["Contact"]


def test_without_anything_open_there_are_none(books):
    [paid] = books.create(approved("A"))
    books.create(draft("B"))
    assert "Balances" in of(books, "?page=1")

    books.one("PUT", "Payments", payment(paid))

    assert "Balances" not in of(books, "?page=1")


def test_each_contact_of_a_page_has_its_own(books):
    for number, name in enumerate(("Ann", "Bo", "Cy"), 1):
        contact = {"Name": name}
        books.create(approved(Contact=contact, LineItems=[line(UnitAmount=10 * number)]))

    page = books.get("Contacts?page=1&pageSize=2&order=Name").json()["Contacts"]

    sums = [one["Balances"]["AccountsReceivable"]["Outstanding"] for one in page]
    assert sums == [12, 24]


def test_nothing_that_moves_balances_moves_the_date_of_the_contact(http, books, ann):
    before = of(books, f"/{ann}")
    since = {"If-Modified-Since": http.get("/_sandbox/clock").json()["now"][:19]}
    http.post("/_sandbox/clock", json={"advance_seconds": 5})

    [first, *_] = books.get("Invoices?order=InvoiceNumber").json()["Invoices"]
    books.one("PUT", "Payments", payment(first, 5))
    credit = books.one("PUT", "CreditNotes", note())
    books.one("PUT", f"CreditNotes/{credit['CreditNoteID']}/Allocations", allocation(first, 7))

    after = of(books, f"/{ann}")
    assert after["Balances"] != before["Balances"]
    assert after["UpdatedDateUTC"] == before["UpdatedDateUTC"]
    assert books.get("Contacts?page=1", headers=since).json()["Contacts"] == []


def test_what_was_due_is_overdue_the_day_after(http, books):
    day = http.get("/_sandbox/clock").json()["now"][:10]
    books.create(owing("A", day))
    assert of(books, "?page=1")["Balances"]["AccountsReceivable"]["Overdue"] == 0

    http.post("/_sandbox/clock", json={"advance_seconds": 86400})
    books = connect(http)  # no token lives that long

    assert of(books, "?page=1")["Balances"]["AccountsReceivable"]["Overdue"] == 12


def test_a_website_and_a_discount_are_entered_by_hand_and_by_no_app(http, books, ann):
    screen = f"/org/{books.organisation}/contacts/{ann}"
    books.one("POST", f"Contacts/{ann}", {"Website": "https://x.example.com", "Discount": 9})
    assert not {"Website", "Discount"} & set(of(books, f"/{ann}"))

    http.post(screen, data={"website": "https://ann.example.com", "discount": "2.5"})

    shown = of(books, "?page=1")
    assert (shown["Website"], shown["Discount"]) == ("https://ann.example.com", 2.5)
    assert not {"Website", "Discount"} & set(of(books))
    refused = http.post(screen, data={"discount": "101"})
    assert (refused.status_code, of(books, f"/{ann}")["Discount"]) == (409, 2.5)
    http.post(screen, data={"website": "", "discount": ""})
    assert not {"Website", "Discount"} & set(of(books, "?page=1"))
