"""Refusals in Xero's own words, and all that is wrong with an element at once (facts 12.3)."""

import pytest
from books_client import UK, approved, bill, draft, line, note, payment
from test_sandbox_switches import switch

NO_TEXT = "The description field is mandatory for each line item."
NO_ACCOUNT, NO_TAX = "Account code must be specified", "The TaxType field is mandatory"
NO_DUE_DATE = "The document DueDate field must be specified"
NEGATIVE = "The Total for this document must be greater than or equal to zero."
DATE_FIXED = (
    "Date cannot be changed on an invoice that has payment or credit notes allocated to it."
)
SETTLED = "This document cannot be edited as it has a payment or credit note allocated to it."
OVER = "The discount rate '{}' is invalid. Discount must not be greater than the line total."
HELD = "The document cannot be edited as it is currently dated before the {} lock date"
BEFORE = "The document date cannot be before the {} lock date, currently set at 30 September 2026"
NO_STATUS = "Invoice not of valid status for creation"
CURRENCY = "Organisation is not subscribed to currency JPY"
NO_CONTACT = "A Contact must be specified for this type of transaction"


def refused(books, *lines, **changes):
    return books.errors("PUT", "Invoices", approved(LineItems=list(lines), **changes))


def lock(http, **dates):
    assert http.post(f"/_sandbox/organisations/{UK}", json=dates).status_code == 200


def test_all_that_is_wrong_with_an_invoice_is_told_in_one_order(http, books):
    lock(http, PeriodLockDate="2026-09-30")
    sent = {
        "Type": "ODD",
        "Status": "PAID",
        "Date": "2026-09-01",
        "CurrencyCode": "JPY",
        "Url": "books",
        "LineItems": [{"Quantity": 1}, line(Description="", TaxType="NOPE", LineAmount=7)],
    }

    assert books.errors("PUT", "Invoices", sent) == [
        NO_STATUS,
        NO_CONTACT,
        "Invoice not of valid type for creation",
        NO_DUE_DATE,
        BEFORE.format("period"),
        CURRENCY,
        "The Url must be an absolute http or https address.",
        NO_TEXT,
        "A line item must have a Quantity and a UnitAmount.",
        NO_ACCOUNT,
        NO_TAX,
        "The TaxType code NOPE does not exist or cannot be used for this type of transaction",
        "The TaxType code 'NOPE' cannot be used with account code '200'.",
        "The line total 7.00 does not match the expected line total 10.00",
    ]


def test_all_that_is_wrong_with_a_credit_note_is_told_in_the_same_order(books):
    sent = note(
        Type="ODD",
        Status="NONE",
        Contact=None,
        CurrencyCode="JPY",
        LineItems=[line(Description="")],
    )

    assert books.errors("PUT", "CreditNotes", sent) == [
        "The Status NONE is not valid.",
        NO_CONTACT,
        "Credit note not of valid type for creation",
        CURRENCY,
        NO_TEXT,
    ]


def test_a_bad_status_of_a_stored_invoice_does_not_end_the_check(books):
    [made] = books.create(approved("S-1"))
    sent = {"Status": "DRAFT", "CurrencyCode": "JPY", "LineItems": [line(Description="")]}

    messages = books.errors("POST", f"Invoices/{made['InvoiceID']}", sent)
    ended = books.errors("POST", f"Invoices/{made['InvoiceID']}", sent | {"Status": "DELETED"})

    status = "Invoice not of valid status for modification"
    assert messages == [status, CURRENCY, NO_TEXT]
    assert ended == [status]


def test_lines_lack_what_they_must_have(books):
    assert refused(books, line(AccountCode=None)) == [NO_ACCOUNT]
    assert refused(books, line(AccountCode=None, TaxType=None)) == [NO_ACCOUNT, NO_TAX]
    assert refused(books, line(Description=None)) == [NO_TEXT]


def test_totals_below_zero(books):
    assert refused(books, line(UnitAmount=-1)) == [NEGATIVE]
    assert books.errors("PUT", "CreditNotes", note(LineItems=[line(Quantity=-1)])) == [NEGATIVE]


def test_discounts_on_bills_and_credit_notes(books):
    lines = [line(AccountCode="300", TaxType="INPUT2", DiscountRate=5)]

    assert books.errors("PUT", "Invoices", bill(LineItems=lines)) == [
        "Discounts may not be applied to ACCPAY invoices."
    ]
    assert books.errors("PUT", "CreditNotes", note(LineItems=[line(DiscountRate=5)])) == [
        "Discounts can only be applied to sales invoices and quotes."
    ]


@pytest.mark.parametrize(
    ("discount", "message"),
    [
        ({"DiscountAmount": 11}, OVER.format("0.00")),
        ({"DiscountAmount": 0, "UnitAmount": -10}, OVER.format("0.00")),
        ({"DiscountRate": 101}, OVER.format("101.00")),
        ({"DiscountRate": -1}, "The DiscountRate must not be less than zero."),
    ],
)
def test_discounts_larger_than_their_line(books, discount, message):
    assert message in books.errors("PUT", "Invoices", draft(LineItems=[line(**discount)]))


@pytest.mark.parametrize(
    ("discount", "total"),
    [
        ({"DiscountAmount": 10}, 0),
        ({"DiscountAmount": 0}, 10),
        ({"DiscountRate": 100}, 0),
        ({"DiscountRate": 0, "UnitAmount": -10}, -10),
    ],
)
def test_discounts_up_to_their_line(books, discount, total):
    [made] = books.create(draft(LineItems=[line(**discount)]))

    assert made["LineItems"][0]["LineAmount"] == total


def test_discount_rates_keep_two_decimals_or_four_by_switch(http, books):
    def first_line():
        [made] = books.create(draft(LineItems=[line(UnitAmount=1000, DiscountRate="33.3333")]))
        return made["LineItems"][0]["DiscountRate"], made["LineItems"][0]["LineAmount"]

    two = first_line()
    switch(http, discount_places="4")

    assert two == (33.33, 666.7)
    assert first_line() == (33.3333, 666.67)


def test_negative_quantities_are_taken_or_refused_by_switch(http, books):
    sent = draft(LineItems=[line(Quantity=-1)])
    [taken] = books.create(sent)
    switch(http, negative_quantity="refused")

    assert taken["Total"] == -12
    assert books.errors("PUT", "Invoices", sent) == [
        "The quantity value '-1.0000' is invalid. Quantity must not be less than zero."
    ]


def test_a_remark_stands_on_any_document_or_on_drafts_alone_by_switch(http, books):
    remark = {"Description": "Delivered in person", "Tracking": []}
    sent = [
        ("Invoices", approved(LineItems=[line(), remark])),
        ("Invoices", bill(LineItems=[remark])),
        ("Invoices", approved(LineAmountTypes="NoTax", LineItems=[remark, line(TaxType=None)])),
        ("CreditNotes", note(LineItems=[remark, line()])),
    ]
    for path, document in sent:
        made = books.one("PUT", path, document)
        [stored] = [item for item in made["LineItems"] if item["Description"] != "Tea"]
        assert stored["LineAmount"] == stored["TaxAmount"] == 0
        assert not {"UnitAmount", "TaxType", "Quantity", "AccountCode"} & stored.keys()

    switch(http, description_lines="drafts")

    for path, document in sent:
        assert NO_ACCOUNT in books.errors("PUT", path, document)
    assert books.create(draft(LineItems=[remark]))


@pytest.mark.parametrize(
    ("locked", "name", "held"),
    [
        ("PeriodLockDate", "period", "period"),
        ("EndOfYearLockDate", "end of year", "end of the year"),
    ],
)
def test_what_lies_in_a_lock_is_refused_in_other_words_than_what_is_put_there(
    http, books, locked, name, held
):
    inside, outside = books.create(
        approved("L-1", Date="2026-09-01"), approved("L-2", Date="2026-10-01")
    )
    lock(http, **{locked: "2026-09-30"})

    def edit(invoice, **changes):
        return books.errors("POST", f"Invoices/{invoice['InvoiceID']}", changes)

    before, held = BEFORE.format(name), HELD.format(held)
    assert books.errors("PUT", "Invoices", draft(Date="2026-09-01")) == [before]
    assert edit(inside, Reference="x") == [held]
    assert edit(inside, Status="VOIDED") == [held]
    assert edit(inside, Date="2026-10-01") == [held]
    assert edit(outside, Date="2026-09-30") == [before]
    assert edit(inside, Date="2026-09-02") == [held, before]


@pytest.mark.parametrize("amount", [5, 12])
def test_the_day_of_a_settled_document_is_fixed(books, amount):
    [made] = books.create(approved("D-1", Date="2026-10-01"))
    books.one("PUT", "Payments", payment(made, amount))

    assert books.errors("POST", "Invoices/D-1", {"Date": "2026-10-02"}) == [DATE_FIXED]
    both = books.errors("POST", "Invoices/D-1", {"Date": "2026-10-02", "LineAmountTypes": "NoTax"})
    assert (both[0], both[-1]) == (DATE_FIXED, SETTLED)


def test_the_day_of_a_refunded_credit_note_is_fixed(books):
    made = books.one("PUT", "CreditNotes", note(CreditNoteNumber="C-1"))
    refund = {"CreditNote": {"CreditNoteID": made["CreditNoteID"]}, "Account": {"Code": "090"}}
    books.one("PUT", "Payments", refund | {"Date": "2026-10-02", "Amount": 5})

    assert books.errors("POST", "CreditNotes/C-1", {"Date": "2026-10-02"}) == [DATE_FIXED]


def test_a_rate_that_is_sent_while_payments_stand_is_ignored(books):
    [made] = books.create(approved("R-1", CurrencyCode="EUR", CurrencyRate=1.2))
    bank = {"Account": {"Code": "090"}, "CurrencyRate": 1.2}
    books.one("PUT", "Payments", payment(made, 5, **bank))

    changed = books.one("POST", "Invoices/R-1", {"CurrencyRate": 1.5, "Reference": "x"})

    assert (changed["CurrencyRate"], changed["Reference"]) == (1.2, "x")


def test_amounts_sent_to_a_paid_line_are_refused_or_ignored_by_switch(http, books):
    [made] = books.create(approved("P-1"))
    books.one("PUT", "Payments", payment(made))
    ident = made["LineItems"][0]["LineItemID"]
    sent = {
        "LineItems": [
            {"LineItemID": ident, "Description": "Coffee", "AccountCode": "260", "UnitAmount": 99}
        ]
    }
    before = books.errors("POST", "Invoices/P-1", sent)

    switch(http, paid_amounts="ignored")
    [kept] = books.one("POST", "Invoices/P-1", sent)["LineItems"]

    assert before[-1] == SETTLED
    assert (kept["UnitAmount"], kept["Description"], kept["AccountCode"]) == (10, "Coffee", "260")
    assert SETTLED in books.errors("POST", "Invoices/P-1", {"LineItems": [line()]})


def test_every_part_of_a_payment_is_judged_at_once(books):
    sent = {"Amount": -1, "Invoice": {"InvoiceNumber": "none"}, "Account": {}}

    assert books.errors("PUT", "Payments", sent) == [
        "An existing Invoice with the specified InvoiceID could not be found",
        "The account code or ID must be specified",
        "The Date of a payment must be specified.",
        "Payment amounts must be positive amounts",
    ]


def test_a_deleted_payment_is_not_on_its_invoice_but_in_the_list(books):
    [made] = books.create(approved("P-1"))
    first = books.one("PUT", "Payments", payment(made, 5))
    kept = books.one("PUT", "Payments", payment(made, 4))

    deleted = books.one("POST", f"Payments/{first['PaymentID']}", {"Status": "DELETED"})

    assert deleted["Status"] == "DELETED"
    on_it = books.one("GET", "Invoices/P-1")["Payments"]
    assert [one["PaymentID"] for one in on_it] == [kept["PaymentID"]]
    listed = {one["PaymentID"]: one["Status"] for one in books.get("Payments").json()["Payments"]}
    assert listed == {first["PaymentID"]: "DELETED", kept["PaymentID"]: "AUTHORISED"}


def test_bills_made_by_xero_expenses_take_payments_but_no_changes(http, books):
    [made] = books.create(bill("B-1"))
    path = f"invoices/{made['InvoiceID']}"
    wrong = http.post(f"/_sandbox/{path}", json={"made_by": "me"})
    unknown = http.post(f"/_sandbox/invoices/{UK}", json={"made_by": "Xero Expenses"})

    told = http.post(f"/_sandbox/{path}", json={"made_by": "Xero Expenses"})

    assert (wrong.status_code, unknown.status_code, told.status_code) == (400, 404, 200)
    words = ["Sorry this was created by Xero Expenses and can't be modified via the API"]
    for sent in ({"DueDate": "2027-01-01"}, {"Status": "VOIDED"}):
        assert books.errors("POST", f"Invoices/{made['InvoiceID']}", sent) == words
    books.one("PUT", "Payments", payment(made))
    assert books.one("GET", f"Invoices/{made['InvoiceID']}")["Status"] == "PAID"


def test_contact_names_that_are_taken(books):
    ann = books.one("PUT", "Contacts", {"Name": "Ann"})
    books.one("PUT", "Contacts", {"Name": "Bob"})

    [message] = books.errors("PUT", "Contacts", {"Name": "bob"})
    assert message == (
        "The contact name bob is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    )
    assert books.errors("POST", "Contacts", {"ContactID": ann["ContactID"], "Name": "Bob"}) == [
        "The contact name already exists. Please enter a different contact name"
    ]


def test_no_contact_persons_leave_those_that_are_there(books):
    people = [{"FirstName": "Ann"}, {"FirstName": "Bob"}]
    made = books.one("PUT", "Contacts", {"Name": "Shop", "ContactPersons": people})

    def edit(persons):
        sent = {"ContactID": made["ContactID"], "ContactPersons": persons}
        shown = books.one("POST", "Contacts", sent)["ContactPersons"]
        return [person["FirstName"] for person in shown]

    assert edit([]) == ["Ann", "Bob"]
    assert edit([{"FirstName": "Eve"}]) == ["Eve"]
