"""Transfers between bank accounts."""

import json

import pytest
from books_client import UK, connect

from xero_sandbox.identity.scopes import GRANULAR

NOBODY = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def banking(http):
    return connect(http, scope=" ".join(GRANULAR))


@pytest.fixture
def ledger(http):
    """Account code to amount of every posting there is."""

    def read():
        texts = http.get(f"/_sandbox/postings?organisation={UK}").text.splitlines()
        return sorted((one["account"], one["amount"]) for one in map(json.loads, texts))

    return read


def transfer(**changes):
    accounts = {"FromBankAccount": {"Code": "090"}, "ToBankAccount": {"Code": "091"}}
    return accounts | {"Amount": "50.00", "Date": "2026-10-01"} | changes


def path(made):
    return f"BankTransfers/{made['BankTransferID']}"


def euro_account(banking, http):
    http.post(f"/_sandbox/organisations/{UK}", json={"Currencies": ["GBP", "EUR"]})
    http.post("/_sandbox/rates", json={"per_dollar": {"GBP": 1, "EUR": 1.25}})
    euros = {"Code": "095", "Name": "Euros", "Type": "BANK", "CurrencyCode": "EUR"}
    return banking.one("PUT", "Accounts", euros | {"BankAccountNumber": "1"})


def test_a_transfer_makes_a_transaction_on_each_account(banking, ledger):
    made = banking.one("PUT", "BankTransfers", transfer(Reference="rent"))
    read = banking.one("GET", path(made))
    sides = [
        banking.one("GET", f"BankTransactions/{made[f'{way}BankTransactionID']}")
        for way in ("From", "To")
    ]

    assert (made["Amount"], made["CurrencyRate"], made["Status"]) == (50, 1, "AUTHORISED")
    assert (read["Reference"], read["HasAttachments"]) == ("rent", False)
    assert (read["FromBankAccount"]["Code"], read["ToBankAccount"]["Code"]) == ("090", "091")
    assert read["CreatedDateUTC"].startswith("/Date(")
    assert [one["Type"] for one in sides] == ["SPEND-TRANSFER", "RECEIVE-TRANSFER"]
    assert [one["BankAccount"]["Code"] for one in sides] == ["090", "091"]
    assert {(one["Total"], one["Reference"], one["LineItems"] == []) for one in sides} == {
        (50, "rent", True)
    }
    assert not any("Contact" in one for one in sides)
    assert ledger() == [("090", "-50.00"), ("091", "50.00")]


def test_the_list_leaves_deleted_ones_out_unless_asked_for(banking):
    first, second = (
        banking.one("PUT", "BankTransfers", transfer(Amount=amount)) for amount in (10, 20)
    )
    banking.one("POST", path(second), {"Status": "DELETED"})

    def found(query=""):
        listed = banking.get(f"BankTransfers{query}").json()["BankTransfers"]
        return [one["Amount"] for one in listed]

    assert found() == [10]
    assert found("?includeDeleted=true&order=Amount DESC") == [20, 10]
    assert found("?includeDeleted=true&where=Amount>10") == [20]
    assert found("?where=HasAttachments==true") == []
    assert found(f'?where=FromBankTransactionID==guid("{first["FromBankTransactionID"]}")') == [10]


def test_deleting_ends_the_transfer_and_both_transactions(banking, ledger):
    one, two, three = (banking.one("PUT", "BankTransfers", transfer()) for _ in range(3))
    gone = {"Status": "DELETED"}

    by_path = banking.one("POST", path(one), gone)
    many = [gone | {"BankTransferID": each["BankTransferID"]} for each in (two, three)]
    answer = banking.post("BankTransfers", {"BankTransfers": many})

    assert by_path["Status"] == "DELETED"
    assert [each["Status"] for each in answer.json()["BankTransfers"]] == ["DELETED"] * 2
    assert ledger() == []
    for ident in (one["FromBankTransactionID"], one["ToBankTransactionID"]):
        assert banking.one("GET", f"BankTransactions/{ident}")["Status"] == "DELETED"
    assert banking.errors("POST", path(one), gone) == [
        "The bank transfer has been deleted already."
    ]
    assert banking.errors("POST", path(two), {"Status": "AUTHORISED"})[0] == (
        "A bank transfer cannot be changed: the only Status it takes is DELETED."
    )


def test_a_bad_one_among_those_to_delete_is_told_apart(banking):
    good, kept = (
        banking.one("PUT", "BankTransfers", transfer(ToIsReconciled=reconciled))
        for reconciled in (False, True)
    )
    body = [{"BankTransferID": one["BankTransferID"], "Status": "DELETED"} for one in (good, kept)]

    answer = banking.post("BankTransfers?summarizeErrors=false", {"BankTransfers": body})

    gone, refused = answer.json()["BankTransfers"]
    assert (gone["StatusAttributeString"], refused["StatusAttributeString"]) == ("OK", "ERROR")
    assert [error["Message"] for error in refused["ValidationErrors"]] == [
        "This Bank Transfer cannot be edited as it has been reconciled with a Bank Statement."
    ]
    assert banking.one("GET", path(good))["Status"] == "DELETED"
    assert banking.one("GET", path(kept))["Status"] == "AUTHORISED"
    unknown = {"BankTransferID": NOBODY, "Status": "DELETED"}
    assert banking.post("BankTransfers", unknown).status_code == 404


def test_each_side_is_reconciled_by_itself(banking, http):
    made = banking.one("PUT", "BankTransfers", transfer(FromIsReconciled=True))
    control = f"/_sandbox/bank_transactions/{made['ToBankTransactionID']}"

    assert (made["FromIsReconciled"], made["ToIsReconciled"]) == (True, False)
    http.post(control, json={"reconciled": True})
    assert banking.one("GET", path(made))["ToIsReconciled"] is True
    side = banking.one("GET", f"BankTransactions/{made['FromBankTransactionID']}")
    assert side["IsReconciled"] is True


def test_its_transactions_change_only_with_it(banking):
    made = banking.one("PUT", "BankTransfers", transfer())
    side = f"BankTransactions/{made['FromBankTransactionID']}"

    for change in ({"Reference": "x"}, {"Status": "DELETED"}):
        assert banking.errors("POST", side, change) == [
            "This Bank Transaction cannot be edited as it is part of a bank transfer."
        ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"ToBankAccount": {"Code": "090"}},
            "The FromBankAccount and the ToBankAccount cannot be the same.",
        ),
        ({"ToBankAccount": None}, "Account could not be found."),
        (
            {"FromBankAccount": {"Code": "200"}},
            "Account type is invalid for making a payment to/from",
        ),
        ({"Amount": 0}, "The Amount of a bank transfer must be greater than zero."),
        ({"Amount": None}, "The Amount of a bank transfer must be greater than zero."),
        (
            {"Amount": 99_999_999_999_999},
            "The bank transfer is too large in the currency of an account.",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused_in_words(banking, change, message):
    assert banking.errors("PUT", "BankTransfers", transfer(**change)) == [message]
    assert banking.get("BankTransfers?includeDeleted=true").json()["BankTransfers"] == []
    assert banking.get("BankTransactions").json()["BankTransactions"] == []


def test_a_locked_day_takes_no_transfer_and_keeps_its_own(banking, http):
    made = banking.one("PUT", "BankTransfers", transfer())
    http.post(f"/_sandbox/organisations/{UK}", json={"PeriodLockDate": "2026-10-01"})
    locked = (
        "The document date cannot be before the period lock date, currently set at 1 October 2026"
    )
    within = "The document cannot be edited as it is currently dated before the period lock date"

    assert banking.errors("PUT", "BankTransfers", transfer()) == [locked]
    assert banking.errors("POST", path(made), {"Status": "DELETED"}) == [within]


def test_a_transfer_to_a_foreign_account_arrives_at_the_rate_of_its_day(banking, http, ledger):
    euro_account(banking, http)
    there = banking.one("PUT", "BankTransfers", transfer(ToBankAccount={"Code": "095"}))
    back = banking.one(
        "PUT",
        "BankTransfers",
        transfer(FromBankAccount={"Code": "095"}, ToBankAccount={"Code": "090"}, Amount=25),
    )

    arrived, left = (
        banking.one("GET", f"BankTransactions/{ident}")
        for ident in (there["ToBankTransactionID"], back["FromBankTransactionID"])
    )

    assert (there["Amount"], there["CurrencyRate"], back["CurrencyRate"]) == (50, 1.25, 1.25)
    assert (arrived["Total"], arrived["CurrencyCode"]) == (62.5, "EUR")
    assert (left["Total"], left["CurrencyCode"]) == (25, "EUR")
    assert ledger() == [("090", "-50.00"), ("090", "20.00"), ("095", "-20.00"), ("095", "50.00")]


def test_tracking_is_of_each_side(banking):
    [category] = banking.get("TrackingCategories").json()["TrackingCategories"]
    north = {
        "TrackingCategoryID": category["TrackingCategoryID"],
        "TrackingOptionID": category["Options"][0]["TrackingOptionID"],
    }

    made = banking.one("PUT", "BankTransfers", transfer(FromTracking=[north]))

    [shown] = banking.one("GET", path(made))["FromTracking"]
    assert shown == north | {"Name": category["Name"], "Option": category["Options"][0]["Name"]}
    assert made["ToTracking"] == []
    assert banking.errors(
        "PUT", "BankTransfers", transfer(ToTracking=[north | {"TrackingOptionID": NOBODY}])
    )


def test_history_and_attachments(banking):
    made = banking.one("PUT", "BankTransfers", transfer())
    file = f"{path(made)}/Attachments/slip.txt"
    banking.call("PUT", file, content=b"slip", headers={"Content-Type": "text/plain"})
    banking.one("POST", path(made), {"Status": "DELETED"})

    read = banking.one("GET", path(made))
    told = banking.get(f"{path(made)}/History").json()["HistoryRecords"]

    assert read["HasAttachments"] is True
    assert [one["FileName"] for one in read["Attachments"]] == ["slip.txt"]
    assert [one["Changes"] for one in told] == ["Deleted", "Attached a file", "Created"]
    assert told[0]["Details"] == "Transfer of 50.00 on 1 October 2026."


def test_each_answer_has_the_keys_of_the_examples(banking):
    created = banking.one("PUT", "BankTransfers", transfer())
    [listed] = banking.get("BankTransfers").json()["BankTransfers"]
    read = banking.one("GET", path(created))
    gone = banking.one("POST", path(created), {"Status": "DELETED"})

    assert set(read) - set(listed) == {"CurrencyRate", "Attachments"}
    assert set(read) - set(created) == {
        "CreatedDateUTCString",
        "CreatedDateUTC",
        "HasAttachments",
        "Attachments",
    }
    assert set(gone) == {
        "BankTransferID",
        "Status",
        "FromBankAccount",
        "ToBankAccount",
        "Amount",
        "Reference",
        "ValidationErrors",
    }
    assert "Code" not in listed["FromBankAccount"]
    assert read["FromBankAccount"]["Code"] == "090"
