from books_client import UK, allocation, approved, bill, draft, line, note, payment


def books_with(books, *invoices, **changes):
    """Invoices of 12.00 and one credit note of 12.00."""
    credit = books.one("PUT", "CreditNotes", note(**changes))
    return [*books.create(*invoices), credit]


def allocations(credit):
    return f"CreditNotes/{credit['CreditNoteID']}/Allocations"


def read(books, invoice, credit):
    found = books.one("GET", f"Invoices/{invoice['InvoiceID']}")
    note_ = books.one("GET", f"CreditNotes/{credit['CreditNoteID']}")
    return (
        (found["Status"], found["AmountDue"], found["AmountCredited"]),
        (note_["Status"], note_["RemainingCredit"]),
    )


def test_credit_is_spread_over_invoices_until_all_are_paid(books):
    one, other, credit = books_with(books, approved("A"), approved("B"))

    books.one("PUT", allocations(credit), allocation(one, 5))
    part = read(books, one, credit)
    answer = books.put(
        allocations(credit), {"Allocations": [allocation(one, 3), allocation(other, 4)]}
    )
    books.one("PUT", "Payments", payment(one, 4))

    assert part == (("AUTHORISED", 7, 5), ("AUTHORISED", 7))
    assert [made["Amount"] for made in answer.json()["Allocations"]] == [3, 4]
    assert read(books, one, credit) == (("PAID", 0, 8), ("PAID", 0))
    assert read(books, other, credit)[0] == ("AUTHORISED", 8, 4)


def test_both_sides_show_the_allocation(books):
    invoice, credit = books_with(books, approved("A"))

    made = books.one("PUT", allocations(credit), allocation(invoice, 12))

    assert made["Invoice"]["InvoiceID"] == invoice["InvoiceID"]
    assert made["CreditNote"]["CreditNoteID"] == credit["CreditNoteID"]
    [shown] = books.get("Invoices").json()["Invoices"]
    assert shown["CreditNotes"] == [
        {
            "CreditNoteID": credit["CreditNoteID"],
            "CreditNoteNumber": "CN-0001",
            "ID": credit["CreditNoteID"],
            "HasErrors": False,
            "AppliedAmount": 12,
            "DateString": "2026-10-03T00:00:00",
            "Date": "/Date(1790985600000+0000)/",
            "LineItems": [],
            "Total": 12,
        }
    ]
    assert shown["FullyPaidOnDate"] == "/Date(1790985600000+0000)/"
    credited = books.one("GET", "CreditNotes/CN-0001")
    assert credited["FullyPaidOnDate"] == shown["FullyPaidOnDate"]
    [kept] = credited["Allocations"]
    assert kept["AllocationID"] == made["AllocationID"]
    assert kept["Invoice"]["InvoiceNumber"] == "A"


def test_removing_an_allocation_gives_both_documents_back(books):
    invoice, credit = books_with(books, approved("A"))
    made = books.one("PUT", allocations(credit), allocation(invoice, 12))
    path = f"{allocations(credit)}/{made['AllocationID']}"

    answer = books.call("DELETE", path)
    again = books.call("DELETE", path)

    assert (answer.status_code, answer.json()["IsDeleted"]) == (200, True)
    assert again.status_code == 404
    assert read(books, invoice, credit) == (("AUTHORISED", 12, 0), ("AUTHORISED", 12))


def test_credit_goes_to_an_open_document_of_the_same_side_contact_and_currency(books):
    sale, owed, open_draft, other, euro, credit = books_with(
        books,
        approved("A"),
        bill("B"),
        draft("C"),
        approved("D", Contact={"Name": "Bob"}),
        approved("E", CurrencyCode="EUR"),
    )
    path = allocations(credit)

    refused = [
        books.errors("PUT", path, body)
        for body in (
            allocation(owed, 1),
            allocation(open_draft, 1),
            allocation(other, 1),
            allocation(euro, 1),
            allocation(sale, 12.01),
            allocation(sale, 0),
            {"Amount": 1},
        )
    ]
    books.one("PUT", "Payments", payment(sale))

    assert refused == [
        ["Credit Note cannot be allocated to an incorrect invoice type"],
        ["Credit Note can only be allocated to Authorised documents"],
        ["Credit Note cannot be allocated to an invoice of another contact"],
        ["Credit Note cannot be allocated to an invoice in another currency"],
        ["Credit Note cannot be allocated as amount is greater than amount outstanding"],
        ["The Amount of an allocation must be greater than zero."],
        [
            "The Invoice of an allocation must be specified.",
            "The Date of an allocation must be specified.",
        ],
    ]
    assert books.errors("PUT", path, allocation(sale, 1)) == [
        "The invoice you are trying to allocate to has already been paid off",
        "Credit Note cannot be allocated as amount is greater than amount outstanding",
    ]


def test_a_draft_note_has_no_credit_to_give(books):
    invoice, credit = books_with(books, approved("A"), Status="DRAFT")

    refused = books.errors("PUT", allocations(credit), allocation(invoice, 1))

    assert refused == ["Credit Note cannot be allocated as it is not of status AUTHORISED"]


def test_allocated_documents_cannot_be_voided_or_changed(books):
    invoice, credit = books_with(books, approved("A"))
    books.one("PUT", allocations(credit), allocation(invoice, 1))
    void = (
        "The status VOIDED cannot be applied to the invoice because it has payments or "
        "credit notes allocated to it."
    )
    edit = "This document cannot be edited as it has a payment or credit note allocated to it."
    path = f"CreditNotes/{credit['CreditNoteID']}"

    assert books.errors("POST", path, {"Status": "VOIDED"}) == [void]
    assert books.errors("POST", path, {"Reference": "other"}) == [edit]
    assert books.errors("POST", "Invoices/A", {"Status": "VOIDED"}) == [void]
    assert books.errors("POST", "Invoices/A", {"LineItems": [line(UnitAmount=5)]}) == [
        "To update fields on a paid invoice line item, you must supply a LineItemID",
        edit,
    ]


def test_nothing_is_allocated_or_removed_on_a_locked_day(books, http):
    invoice, credit = books_with(books, approved("A"))
    made = books.one("PUT", allocations(credit), allocation(invoice, 1))
    http.post(f"/_sandbox/organisations/{UK}", json={"EndOfYearLockDate": "2026-10-03"})
    locked = (
        "The document date cannot be before the end of year lock date, "
        "currently set at 3 October 2026"
    )

    removed = books.call("DELETE", f"{allocations(credit)}/{made['AllocationID']}")

    assert books.errors("PUT", allocations(credit), allocation(invoice, 1)) == [locked]
    assert removed.status_code == 400
    assert removed.json()["Elements"][0]["ValidationErrors"] == [{"Message": locked}]


def test_a_new_invoice_number_shows_on_the_credit(books):
    invoice, credit = books_with(books, approved("A"))
    books.one("PUT", allocations(credit), allocation(invoice, 1))

    books.one("POST", "Invoices/A", {"InvoiceNumber": "A-renamed"})

    [kept] = books.one("GET", "CreditNotes/CN-0001")["Allocations"]
    assert kept["Invoice"]["InvoiceNumber"] == "A-renamed"
