from books_client import approved, bill


def batch(*invoices, amount=12, **changes):
    parts = [
        {"Invoice": {"InvoiceID": one["InvoiceID"]}, "Amount": amount, "Reference": "run"}
        for one in invoices
    ]
    body = {"Account": {"Code": "090"}, "Date": "2026-10-05", "Reference": "May", "Payments": parts}
    return {"BatchPayments": [body | changes]}


def statuses(books):
    return [one["Status"] for one in books.get("Invoices?order=InvoiceNumber").json()["Invoices"]]


def test_one_batch_pays_several_bills(books):
    made = books.create(bill("B-1"), bill("B-2"))

    paid = books.one("PUT", "BatchPayments", batch(*made))

    assert (paid["Type"], paid["Status"], paid["TotalAmount"]) == ("PAYBATCH", "AUTHORISED", 24)
    assert [one["Amount"] for one in paid["Payments"]] == [12, 12]
    assert paid["Account"]["CurrencyCode"] == "GBP"
    assert statuses(books) == ["PAID", "PAID"]
    ident = paid["BatchPaymentID"]
    assert books.one("GET", f"BatchPayments/{ident}") == paid
    assert books.get("BatchPayments?page=2").json()["BatchPayments"] == [paid]
    [first, _] = books.get("Payments").json()["Payments"]
    assert first["BatchPayment"]["TotalAmount"] == 24
    assert first["BatchPaymentID"] == ident


def test_a_payment_of_a_batch_is_deleted_only_with_it(books):
    made = books.create(approved("S-1"), approved("S-2"))
    paid = books.one("PUT", "BatchPayments", batch(*made))
    ident = paid["BatchPaymentID"]
    part = f"Payments/{paid['Payments'][0]['PaymentID']}"

    alone = books.errors("POST", part, {"Status": "DELETED"})
    deleted = books.one("POST", "BatchPayments", {"BatchPaymentID": ident, "Status": "DELETED"})
    again = books.errors("POST", f"BatchPayments/{ident}", {"Status": "DELETED"})

    assert alone == ["A payment of a batch payment can only be deleted with the batch."]
    assert (deleted["Status"], deleted["Payments"]) == ("DELETED", [])
    assert statuses(books) == ["AUTHORISED", "AUTHORISED"]
    assert books.one("GET", part)["Status"] == "DELETED"
    assert again == ["The batch payment has been deleted already."]


def test_a_batch_that_breaks_a_rule_pays_nothing(books):
    sale, owed = books.create(approved("S-1"), bill("S-2"))

    mixed = books.errors("PUT", "BatchPayments", batch(sale, owed))
    too_much = books.errors("PUT", "BatchPayments", batch(sale, amount=13))
    empty = books.errors("PUT", "BatchPayments", batch())
    long = books.errors("PUT", "BatchPayments", batch(sale, Particulars="thirteen long"))

    assert mixed == ["All invoices of a batch payment must be of the same type."]
    assert too_much == ["Payment amount exceeds the amount outstanding on this document"]
    assert empty == ["One or more payments must be specified."]
    assert long == ["The Particulars must not be longer than 12 characters."]
    assert statuses(books) == ["AUTHORISED", "AUTHORISED"]
    assert books.get("Payments").json()["Payments"] == []
