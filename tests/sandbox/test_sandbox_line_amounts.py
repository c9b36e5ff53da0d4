"""A LineAmount that is sent: what is missing beside it is derived, and it stands (facts 6.1)."""

import pytest
from books_client import connect, draft, line

BARE = {"Description": "Tea", "AccountCode": "200", "TaxType": "NONE"}


def kept(books, lines, **changes):
    """The lines of an invoice as they were stored."""
    made = books.one("PUT", "Invoices", draft(LineItems=lines, **changes))
    return books.one("GET", f"Invoices/{made['InvoiceID']}")


@pytest.mark.parametrize(
    ("sent", "quantity", "price", "amount"),
    [
        ({"Quantity": 3, "LineAmount": 20}, 3, 6.67, 20),
        ({"UnitAmount": 6.67, "LineAmount": 20}, 2.9985, 6.67, 20),
        ({"LineAmount": 20}, 1, 20, 20),
        ({"LineAmount": 0}, 1, 0, 0),
        ({"Quantity": 2, "DiscountRate": 10, "LineAmount": 18}, 2, 10, 18),
        ({"UnitAmount": 10, "DiscountRate": 10, "LineAmount": 18}, 2, 10, 18),
        ({"Quantity": 6, "DiscountAmount": 20, "LineAmount": 0}, 6, 3.33, 0),
        ({"Quantity": 2, "DiscountAmount": 2, "LineAmount": 18}, 2, 10, 18),
    ],
)
def test_what_is_missing_beside_the_amount_is_derived(books, sent, quantity, price, amount):
    invoice = kept(books, [BARE | sent])

    [stored] = invoice["LineItems"]
    assert (stored["Quantity"], stored["UnitAmount"]) == (quantity, price)
    assert (stored["LineAmount"], invoice["Total"]) == (amount, amount)


def test_the_discount_of_a_derived_line_is_told_as_it_was_sent(books):
    sent = {"Quantity": 3, "DiscountAmount": 5, "LineAmount": 20}  # 25 before it, 8.33 each

    assert kept(books, [BARE | sent])["TotalDiscount"] == 5


@pytest.mark.parametrize(
    ("path", "body", "account"),
    [
        ("Invoices", {"Type": "ACCREC"}, "200"),
        ("Invoices", {"Type": "ACCPAY"}, "300"),
        ("Invoices", {"Type": "ACCREC", "Status": "AUTHORISED", "DueDate": "2026-12-31"}, "200"),
        ("CreditNotes", {"Type": "ACCRECCREDIT"}, "200"),
        ("BankTransactions", {"Type": "SPEND", "BankAccount": {"Code": "090"}}, "300"),
        ("Quotes", {"Date": "2026-10-01"}, "200"),
        ("PurchaseOrders", {"Date": "2026-10-01"}, "300"),
    ],
)
def test_the_amount_stands_in_every_document(http, books, path, body, account):
    books.create(draft())  # its contact, whom a purchase order does not make
    if path == "BankTransactions":
        books = connect(http, scope="accounting.banktransactions accounting.contacts")
    sent = {**BARE, "AccountCode": account, "Quantity": 3, "LineAmount": 20}
    body = {"Contact": {"Name": "Ann Archer"}, **body, "LineItems": [sent]}

    made = books.one("PUT", path, body)

    assert made["LineItems"][0]["LineAmount"] == made["Total"] == 20


def test_only_quantity_and_price_together_may_mismatch(books):
    sent = BARE | {"Quantity": 3, "UnitAmount": 6.67, "LineAmount": 20}

    assert books.errors("PUT", "Invoices", draft(LineItems=[sent])) == [
        "The line total 20.00 does not match the expected line total 20.01"
    ]
    for nothing in ({"Quantity": 0}, {"UnitAmount": 0}):  # of which no 20 can be derived
        assert books.errors(
            "PUT", "Invoices", draft(LineItems=[BARE | {"LineAmount": 20} | nothing])
        )


@pytest.mark.parametrize(
    "names",
    [(), ("LineAmount",), ("Quantity", "UnitAmount"), ("Quantity", "UnitAmount", "LineAmount")],
)
def test_a_line_that_comes_back_as_it_was_keeps_its_amount(books, names):
    invoice = kept(books, [BARE | {"Quantity": 3, "LineAmount": 20}])
    [stored] = invoice["LineItems"]
    sent = {name: stored[name] for name in ("LineItemID", *names)} | {"Description": "Best tea"}

    edited = books.one("POST", f"Invoices/{invoice['InvoiceID']}", {"LineItems": [sent]})

    [line_after] = edited["LineItems"]
    assert (line_after["Description"], line_after["LineAmount"]) == ("Best tea", 20)
    assert (line_after["Quantity"], line_after["UnitAmount"]) == (3, 6.67)


def test_an_invoice_approved_by_its_status_alone_keeps_its_amounts(books):
    invoice = kept(books, [BARE | {"Quantity": 3, "LineAmount": 20}], DueDate="2026-12-31")

    approved = books.one("POST", f"Invoices/{invoice['InvoiceID']}", {"Status": "AUTHORISED"})

    assert approved["Total"] == 20


def test_a_line_with_another_quantity_is_worked_out_anew(books):
    invoice = kept(books, [line(Quantity=3, UnitAmount=6.67, TaxType="NONE")])
    [stored] = invoice["LineItems"]

    for sent, amount in (({"Quantity": 4}, 26.68), ({"LineAmount": 30}, 30)):
        body = {"LineItems": [{"LineItemID": stored["LineItemID"], "Description": "Tea"} | sent]}
        edited = books.one("POST", f"Invoices/{invoice['InvoiceID']}", body)
        assert edited["LineItems"][0]["LineAmount"] == amount
    assert edited["LineItems"][0]["UnitAmount"] == 7.5
