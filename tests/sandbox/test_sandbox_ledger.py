"""What documents post, in base currency (GBP here)."""

import json
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from books_client import UK, allocation, approved, bill, draft, line, note, payment

from xero_sandbox.accounting import ledger

AR, AP, VAT, SALES, PURCHASES, BANK, GAINS = "610", "800", "820", "200", "300", "090", "499"


@pytest.fixture
def balances(http):
    def read():
        """Account code to balance; every document on its own is in balance."""
        found, by_document = defaultdict(Decimal), defaultdict(Decimal)
        for text in http.get(f"/_sandbox/postings?organisation={UK}").text.splitlines():
            one = json.loads(text)
            found[one["account"]] += Decimal(one["amount"])
            by_document[one["document_id"]] += Decimal(one["amount"])
        assert set(by_document.values()) <= {0}
        return {code: str(amount) for code, amount in found.items() if amount}

    return read


def euros(number, **changes):
    return approved(number, CurrencyCode="EUR", CurrencyRate=1.2, **changes)


def test_only_approved_documents_post_and_voiding_takes_it_back(books, balances):
    books.create(draft("A", DueDate="2026-12-31"))
    before = balances()
    books.one("POST", "Invoices/A", {"Status": "AUTHORISED"})
    standing = balances()
    books.one("POST", "Invoices/A", {"Status": "VOIDED"})

    assert before == {}
    assert standing == {AR: "12.00", SALES: "-10.00", VAT: "-2.00"}
    assert balances() == {}


def test_sales_and_purchases_post_to_their_own_control_account(books, balances):
    sale, owed = books.create(approved("A", LineAmountTypes="Inclusive"), bill("B"))
    books.one("PUT", "CreditNotes", note(LineItems=[line(UnitAmount=1)]))
    books.one("PUT", "Payments", payment(sale, 10))
    books.one("PUT", "Payments", payment(owed, 5))

    assert balances() == {
        AR: "-1.20",
        AP: "-7.00",
        BANK: "5.00",
        SALES: "-7.33",
        PURCHASES: "10.00",
        VAT: "0.53",
    }


def test_a_foreign_invoice_posts_at_its_rate_and_the_difference_is_a_gain(books, balances):
    [made] = books.create(euros("E"))
    standing = balances()
    paid = books.one("PUT", "Payments", payment(made, BankAmount=9.5))

    assert standing == {AR: "10.00", SALES: "-8.33", VAT: "-1.67"}
    assert (paid["BankAmount"], paid["Amount"], paid["CurrencyRate"]) == (9.5, 12, 1.263158)
    assert balances() == {BANK: "9.50", GAINS: "0.50", SALES: "-8.33", VAT: "-1.67"}


def test_the_rate_of_a_payment_is_sent_or_that_of_its_day(books, http, balances):
    http.post("/_sandbox/rates", json={"per_dollar": {"GBP": 1, "EUR": 1.2}})
    http.post("/_sandbox/rates", json={"day": "2026-10-05", "per_dollar": {"EUR": "1.5"}})
    made = books.create(*(approved(f"E{n}", CurrencyCode="EUR", Date="2026-10-01") for n in "123"))

    paid = [
        books.one("PUT", "Payments", payment(invoice, **changes))
        for invoice, changes in zip(
            made, ({}, {"Date": "2026-10-06"}, {"CurrencyRate": 2}), strict=True
        )
    ]

    assert {invoice["CurrencyRate"] for invoice in made} == {1.2}
    assert [one["BankAmount"] for one in paid] == [10, 8, 6]
    assert balances()[GAINS] == "6.00"


def test_cents_left_by_rounding_part_payments_go_when_the_invoice_is_paid(books, balances):
    [made] = books.create(euros("E", LineItems=[line(UnitAmount=0.1, TaxType="NONE")]))
    for _ in range(10):
        books.one("PUT", "Payments", payment(made, 0.01))

    assert AR not in balances()
    assert made["Total"] == 0.1


def test_allocating_credit_of_another_rate_posts_the_difference(books, balances):
    [made] = books.create(euros("E"))
    credit = books.one("PUT", "CreditNotes", note(CurrencyCode="EUR", CurrencyRate=1.5))
    path = f"CreditNotes/{credit['CreditNoteID']}/Allocations"
    before = balances()

    kept = books.one("PUT", path, allocation(made, 12))
    after = balances()
    books.call("DELETE", f"{path}/{kept['AllocationID']}")

    assert before[AR] == "2.00"
    assert AR not in after
    assert after[GAINS] == "2.00"
    assert balances() == before


def test_queries_take_days_and_tell_what_was_open(books, sandbox):
    sale, _ = books.create(approved("A", Date="2026-09-01"), bill("B", Date="2026-09-20"))
    credit = books.one("PUT", "CreditNotes", note(Date="2026-09-10"))
    books.one(
        "PUT", f"CreditNotes/{credit['CreditNoteID']}/Allocations", allocation(sale, 4)
    )  # on 3 October
    books.one("PUT", "Payments", payment(sale, 5))  # on 2 October

    with sandbox.sandbox.store.read() as db:
        september = ledger.balances(db, UK, date(2026, 9, 1), date(2026, 9, 30))
        early = ledger.postings(db, UK, None, date(2026, 9, 1))
        opens = {
            day: [
                (one.type, one.due, one.due_in_base)
                for one in ledger.open_documents(db, UK, date(2026, *day), sales=True)
            ]
            for day in ((9, 30), (10, 2), (10, 3))
        }
        owed = ledger.open_documents(db, UK, date(2026, 9, 30), sales=False)

        assert sum(september.values()) == 0
        assert [one.amount for one in early] == [12, -10, -2]
        assert opens == {
            (9, 30): [("ACCREC", 12, 12), ("ACCRECCREDIT", -12, -12)],
            (10, 2): [("ACCREC", 7, 7), ("ACCRECCREDIT", -12, -12)],
            (10, 3): [("ACCREC", 3, 3), ("ACCRECCREDIT", -8, -8)],
        }
        assert [(one.number, one.due) for one in owed] == [("B", 12)]


def test_rates_that_make_no_sense_are_refused(http):
    for body in ({}, {"per_dollar": {"EURO": 1}}, {"per_dollar": {"EUR": 0}}, {"per_dollar": 1}):
        assert http.post("/_sandbox/rates", json=body).status_code == 400


def test_amounts_beyond_any_books_are_a_validation_error(books):
    lines = [line(UnitAmount=9_999_999_999, TaxType="NONE") for _ in range(2)]
    huge = approved("H", CurrencyCode="EUR", CurrencyRate=0.000001, LineItems=lines)
    [made] = books.create(euros("E"))

    assert books.errors("PUT", "Invoices", huge) == [
        "The total is too large in the organisation's currency."
    ]
    assert books.errors("PUT", "Payments", payment(made, BankAmount=999_999_999_999_999)) == [
        "The payment is too large in the currency of the account."
    ]
