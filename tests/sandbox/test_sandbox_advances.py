"""Prepayments and overpayments."""

import pytest
from books_client import allocation, approved, bill, connect, line

SCOPE = (
    "accounting.invoices accounting.payments accounting.contacts accounting.banktransactions "
    "accounting.settings"
)


@pytest.fixture
def banking(http):
    return connect(http, scope=SCOPE)


def advance(kind, **changes):
    body = {"Type": kind, "Contact": {"Name": "Ann Archer"}, "BankAccount": {"Code": "090"}}
    return body | {"Date": "2026-10-01", "LineItems": [line()]} | changes


def test_a_bank_transaction_makes_a_prepayment_that_is_allocated(banking):
    made = banking.one("PUT", "BankTransactions", advance("RECEIVE-PREPAYMENT", Reference="dep"))
    ident = made["PrepaymentID"]
    [invoice] = banking.create(approved("A"))
    path = f"Prepayments/{ident}"

    kept = banking.one("PUT", f"{path}/Allocations", allocation(invoice, 12))
    prepayment = banking.one("GET", path)
    paid = banking.one("GET", "Invoices/A")
    removed = banking.call("DELETE", f"{path}/Allocations/{kept['AllocationID']}")

    assert made["BankAccount"]["Code"] == "090"
    assert kept["Prepayment"]["PrepaymentID"] == ident
    assert (prepayment["Status"], prepayment["RemainingCredit"]) == ("PAID", 0)
    assert (prepayment["Type"], prepayment["Total"]) == ("RECEIVE-PREPAYMENT", 12)
    assert prepayment["Reference"] == "dep"
    assert (paid["Status"], paid["AmountCredited"]) == ("PAID", 12)
    assert [one["PrepaymentID"] for one in paid["Prepayments"]] == [ident]
    assert removed.json()["IsDeleted"] is True
    assert banking.one("GET", path)["Status"] == "AUTHORISED"
    assert banking.get("CreditNotes").json()["CreditNotes"] == []


def test_an_overpayment_has_no_tax_and_can_be_refunded(banking):
    sent = advance("SPEND-OVERPAYMENT", LineItems=[line(AccountCode="800", UnitAmount=30)])
    made = banking.one("PUT", "BankTransactions", sent)
    [owed] = banking.create(bill("B"))
    path = f"Overpayments/{made['OverpaymentID']}"

    banking.one("PUT", f"{path}/Allocations", allocation(owed, 12))
    refund = banking.one(
        "PUT",
        "Payments",
        {
            "Overpayment": {"OverpaymentID": made["OverpaymentID"]},
            "Account": {"Code": "090"},
            "Date": "2026-10-04",
            "Amount": 18,
        },
    )

    left = banking.one("GET", path)
    assert (left["Total"], left["TotalTax"], left["LineAmountTypes"]) == (30, 0, "NoTax")
    assert (left["Status"], left["RemainingCredit"]) == ("PAID", 0)
    assert (refund["PaymentType"], refund["Invoice"]["Type"]) == (
        "APOVERPAYMENTPAYMENT",
        "APOVERPAYMENT",
    )
    assert banking.one("GET", "Invoices/B")["Overpayments"][0]["AppliedAmount"] == 12


def test_both_lists_are_apart_and_filtered(banking):
    for kind in ("RECEIVE-PREPAYMENT", "SPEND-PREPAYMENT", "RECEIVE-OVERPAYMENT"):
        banking.one("PUT", "BankTransactions", advance(kind, Reference=kind[:3]))

    def found(query, plural="Prepayments"):
        return [one["Type"] for one in banking.get(query).json()[plural]]

    assert len(found("Prepayments")) == 2
    assert found('Prepayments?where=Type=="SPEND-PREPAYMENT"&page=1') == ["SPEND-PREPAYMENT"]
    assert found("Overpayments?References=rec", "Overpayments") == ["RECEIVE-OVERPAYMENT"]
    assert found("Overpayments?References=spe", "Overpayments") == []


def test_deleting_the_bank_transaction_voids_what_is_not_used(banking):
    made = banking.one("PUT", "BankTransactions", advance("RECEIVE-PREPAYMENT"))
    used = banking.one("PUT", "BankTransactions", advance("RECEIVE-PREPAYMENT"))
    [invoice] = banking.create(approved("A"))
    banking.one("PUT", f"Prepayments/{used['PrepaymentID']}/Allocations", allocation(invoice, 1))

    path = "BankTransactions/{}"
    gone = banking.one("POST", path.format(made["PrepaymentID"]), {"Status": "DELETED"})
    kept = banking.errors("POST", path.format(used["PrepaymentID"]), {"Status": "DELETED"})

    assert gone["Status"] == "DELETED"
    assert banking.one("GET", f"Prepayments/{made['PrepaymentID']}")["Status"] == "VOIDED"
    assert kept == [
        "This document cannot be edited as it has a payment or credit note allocated to it."
    ]


def test_an_advance_comes_in_on_a_bank_account(banking):
    bank = banking.errors(
        "PUT", "BankTransactions", advance("RECEIVE-PREPAYMENT", BankAccount={"Code": "200"})
    )

    assert bank == ["Account type is invalid for making a payment to/from"]
