"""Bank transactions by the control interface and on the screen."""

import json

import pytest
from books_client import UK, connect, line

from xero_sandbox.identity.scopes import GRANULAR

SCREEN = f"/org/{UK}/bank/transactions"


@pytest.fixture
def banking(http):
    return connect(http, scope=" ".join(GRANULAR))


def spent(books, **changes):
    body = {
        "Type": "SPEND",
        "Contact": {"Name": "Ann Archer"},
        "BankAccount": {"Code": "090"},
        "Date": "2026-10-01",
        "Reference": "card",
        "LineItems": [line(AccountCode="420", TaxType="INPUT2")],
    }
    return books.one("PUT", "BankTransactions", body | changes)


def transferred(books):
    accounts = {"FromBankAccount": {"Code": "090"}, "ToBankAccount": {"Code": "091"}}
    return books.one("PUT", "BankTransfers", accounts | {"Amount": 5, "Date": "2026-10-02"})


def test_the_dump_has_every_type_one_a_line(banking, http):
    made = spent(banking, IsReconciled=True)
    transferred(banking)

    answer = http.get(f"/_sandbox/bank_transactions?organisation={UK}")
    first, *others = map(json.loads, answer.text.splitlines())

    assert first | {"contact_id": "", "updated": ""} == {
        "id": made["BankTransactionID"],
        "type": "SPEND",
        "number": "",
        "status": "AUTHORISED",
        "date": "2026-10-01",
        "currency": "GBP",
        "sub_total": "10.00",
        "total_tax": "2.00",
        "total": "12.00",
        "lines": 1,
        "reference": "card",
        "contact_id": "",
        "contact": "Ann Archer",
        "contact_number": None,
        "updated": "",
        "account": "090",
        "account_name": "Business Bank Account",
        "reconciled": True,
        "url": None,
    }
    assert [(one["type"], one["total"], one["contact"]) for one in others] == [
        ("SPEND-TRANSFER", "5.00", None),
        ("RECEIVE-TRANSFER", "5.00", None),
    ]


def test_the_control_says_what_it_cannot_reconcile(banking, http):
    made = spent(banking)
    path = f"/_sandbox/bank_transactions/{made['BankTransactionID']}"
    odd = http.post(path, json={"reconciled": "yes"})
    banking.one("POST", f"BankTransactions/{made['BankTransactionID']}", {"Status": "DELETED"})

    assert odd.status_code == 400
    assert http.post(path, json={"reconciled": True}).status_code == 404


def test_a_load_brings_them_in(http, banking):
    body = {"Type": "RECEIVE", "Contact": {"Name": "Ann"}, "BankAccount": {"Code": "090"}}
    lines = [
        json.dumps({"BankTransactions": body | {"LineItems": [line()]}}),
        json.dumps(
            {
                "BankTransfers": {
                    "FromBankAccount": {"Code": "090"},
                    "ToBankAccount": {"Code": "091"},
                    "Amount": 1,
                }
            }
        ),
    ]

    answer = http.post(f"/_sandbox/organisations/{UK}/load", content="\n".join(lines))

    assert answer.json() == {"loaded": {"BankTransactions": 1, "BankTransfers": 1}}
    assert len(banking.get("BankTransactions").json()["BankTransactions"]) == 3


def test_a_person_reconciles_undoes_that_and_deletes(banking, http):
    made = spent(banking)
    ident = made["BankTransactionID"]
    open_page = http.get(SCREEN).text

    def press(button):
        answer = http.post(f"{SCREEN}/{ident}/{button}")
        return answer.status_code, banking.one("GET", f"BankTransactions/{ident}")

    reconciled = press("reconcile")
    refused = http.post(f"{SCREEN}/{ident}/delete")
    moved = http.get(f"{SCREEN}?tab=reconciled").text
    undone = press("unreconcile")
    deleted = press("delete")

    assert "Ann Archer" in open_page
    assert f"{ident}/reconcile" in open_page
    assert (reconciled[0], reconciled[1]["IsReconciled"]) == (303, True)
    assert refused.status_code == 409
    assert "reconciled with a Bank Statement" in refused.text
    assert f"{ident}/unreconcile" in moved
    assert f"{ident}/delete" not in moved
    assert (undone[0], undone[1]["IsReconciled"]) == (303, False)
    assert (deleted[0], deleted[1]["Status"]) == (303, "DELETED")
    assert http.post(f"{SCREEN}/{ident}/reconcile").status_code == 404
    assert http.post(f"{SCREEN}/{ident}/pay").status_code == 404


def test_a_transfer_is_reconciled_but_not_deleted_on_the_screen(banking, http):
    made = transferred(banking)
    ident = made["ToBankTransactionID"]

    page = http.get(SCREEN).text
    http.post(f"{SCREEN}/{ident}/reconcile")

    assert "Receive transfer" in page
    assert f"{ident}/delete" not in page
    assert banking.one("GET", f"BankTransfers/{made['BankTransferID']}")["ToIsReconciled"] is True


def test_both_lists_of_the_bank_lead_to_each_other(http):
    assert f'href="{SCREEN}"' in http.get(f"/org/{UK}/bank").text
    assert f'href="/org/{UK}/bank"' in http.get(SCREEN).text


def test_a_merged_contact_gives_its_bank_transactions_away(banking, http):
    first, second = spent(banking), spent(banking, Contact={"Name": "Bo"})
    loser, winner = (one["Contact"]["ContactID"] for one in (first, second))

    http.post(f"/org/{UK}/contacts/{loser}/merge", data={"into": "Bo"})

    read = banking.one("GET", f"BankTransactions/{first['BankTransactionID']}")
    assert read["Contact"]["ContactID"] == winner
