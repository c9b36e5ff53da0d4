"""What still can change on invoices and bills with payments, and roundings of totals."""

import pytest
from books_client import approved, bill, draft, line, payment

SETTLED = "This document cannot be edited as it has a payment or credit note allocated to it."
NOT_MODIFIABLE = "Invoice not of valid status for modification"
APPLIED = (
    "The status {} cannot be applied to the invoice because it has payments or credit notes "
    "allocated to it."
)
LINE_ID = "To update fields on a paid invoice line item, you must supply a LineItemID"


def paid(books, invoice, amount=12):
    books.one("PUT", "Payments", payment(invoice, amount))
    return books.one("GET", f"Invoices/{invoice['InvoiceID']}")


@pytest.mark.parametrize("amount", [5, 12])
def test_a_paid_bill_takes_edits_that_move_no_money(books, amount):
    [made] = books.create(bill("B-1"))
    [item] = paid(books, made, amount)["LineItems"]
    edits = {
        "DueDate": "2027-01-31",
        "PlannedPaymentDate": "2027-01-30",
        "InvoiceNumber": "B-2",
        "Contact": {"Name": "Bob"},
        "Url": "https://a.example/1",
        "LineItems": [
            {"LineItemID": item["LineItemID"], "Description": "Coffee", "AccountCode": "310"}
        ],
    }

    changed = books.one("POST", f"Invoices/{made['InvoiceID']}", edits)

    assert changed["Status"] == ("PAID" if amount == 12 else "AUTHORISED")
    assert (changed["AmountDue"], changed["Total"]) == (12 - amount, 12)
    assert changed["InvoiceNumber"] == "B-2"
    assert changed["Contact"]["Name"] == "Bob"
    assert changed["DueDateString"] == "2027-01-31T00:00:00"
    [item] = changed["LineItems"]
    assert (item["Description"], item["AccountCode"]) == ("Coffee", "310")


@pytest.mark.parametrize(
    "edit",
    [
        {"Date": "2026-10-09"},
        {"LineAmountTypes": "Inclusive"},
        {"CurrencyCode": "EUR"},
        {"LineItems": [{"Quantity": 2}]},
        {"LineItems": [{"UnitAmount": 11}]},
        {"LineItems": [{"TaxType": "NONE"}]},
        {"LineItems": [{"TaxAmount": 1}]},
    ],
)
def test_nothing_that_moves_money_changes_on_a_settled_document(books, edit):
    part, full = books.create(bill("B-1"), approved("S-1"))
    for invoice, amount in ((part, 5), (full, 12)):
        [item] = paid(books, invoice, amount)["LineItems"]
        sent = dict(edit)
        if "LineItems" in sent:
            sent["LineItems"] = [{"LineItemID": item["LineItemID"]} | sent["LineItems"][0]]

        refused = books.errors("POST", f"Invoices/{invoice['InvoiceID']}", sent)

        assert refused == ([SETTLED] if invoice is part else [NOT_MODIFIABLE, SETTLED])


def test_a_whole_paid_invoice_may_be_sent_again_with_its_line_ids(books):
    [made] = books.create(approved("S-1"))
    shown = paid(books, made)
    line_ids = {"LineItems": [{"LineItemID": one["LineItemID"]} for one in shown["LineItems"]]}

    same = books.one("POST", "Invoices", approved("S-1") | {"Status": "PAID"} | line_ids)
    without = books.errors("POST", "Invoices", approved("S-1") | {"Status": "PAID"})

    assert same["Status"] == "PAID"
    assert without == [LINE_ID, NOT_MODIFIABLE, SETTLED]


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED", "AUTHORISED", "VOIDED"])
def test_a_paid_invoice_takes_no_other_status(books, status):
    [made] = books.create(approved("S-1"))
    paid(books, made)

    refused = books.errors("POST", "Invoices/S-1", {"Status": status})

    assert refused == [APPLIED.format(status)]
    assert books.errors("POST", "Invoices/S-1", {"Status": "DELETED"}) == [NOT_MODIFIABLE]


def test_a_due_date_alone_does_not_count_as_a_change_of_a_part_paid_invoice(books):
    [made] = books.create(approved("S-1"))
    before = paid(books, made, 5)["UpdatedDateUTC"]

    quiet = books.one("POST", "Invoices/S-1", {"DueDate": "2027-02-01", "SentToContact": True})
    loud = books.one("POST", "Invoices/S-1", {"Reference": "late", "DueDate": "2027-02-02"})

    assert quiet["UpdatedDateUTC"] == before
    assert quiet["SentToContact"] is True
    assert loud["UpdatedDateUTC"] > before


def test_an_approved_invoice_of_zero_is_paid_at_once(books):
    [made] = books.create(approved("S-1", LineItems=[line(UnitAmount=0)]))

    assert (made["Status"], made["AmountDue"]) == ("PAID", 0)


def test_a_bill_has_no_reference_and_no_discounts(books):
    [made] = books.create(bill("B-1", Reference="told back once"))
    lines = [line(AccountCode="300", TaxType="INPUT2", DiscountAmount=1)]

    assert made["Reference"] == "told back once"
    assert books.one("GET", f"Invoices/{made['InvoiceID']}")["Reference"] == ""
    assert books.errors("PUT", "Invoices", bill("B-2", LineItems=lines)) == [
        "Discounts can only be applied to sales invoices and quotes."
    ]


def test_a_rounding_counts_where_all_totals_agree_with_it(books):
    sums = {"SubTotal": 10, "TotalTax": 2, "RoundingAmount": 0.05}

    found = {
        case: books.create(invoice)[0]
        for case, invoice in {
            "agrees": approved("R-1", Total=12.05, **sums),
            "differs": approved("R-2", Total=12.06, **sums),
            "draft": draft("R-3", Total=12.05, **sums),
        }.items()
    }
    too_much = books.errors("PUT", "Invoices", approved(RoundingAmount=0.11))
    edited = books.one("POST", "Invoices/R-1", {"Reference": "x"})
    new_lines = books.one("POST", "Invoices/R-1", {"LineItems": [line(UnitAmount=20)]})

    totals = {case: (one["Total"], one.get("RoundingAmount")) for case, one in found.items()}
    assert totals == {"agrees": (12.05, 0.05), "differs": (12, None), "draft": (12, None)}
    assert too_much == ["The RoundingAmount must be from -0.10 to 0.10."]
    assert (edited["Total"], new_lines["Total"]) == (12.05, 24)
