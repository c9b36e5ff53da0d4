"""Money spent and received, apart from payments."""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from books_client import UK, allocation, approved, connect, line

from xero_sandbox.identity.scopes import GRANULAR

NOBODY = "11111111-1111-1111-1111-111111111111"
RECONCILED = (
    "This Bank Transaction cannot be edited as it has been reconciled with a Bank Statement."
)


@pytest.fixture
def banking(http):
    return connect(http, scope=" ".join(GRANULAR))


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


def money(kind="SPEND", **changes):
    """12.00 with 2.00 VAT in it, spent on entertainment or received for sales."""
    spent = line(AccountCode="420", TaxType="INPUT2")
    body = {"Type": kind, "Contact": {"Name": "Ann Archer"}, "BankAccount": {"Code": "090"}}
    lines = [spent if kind.startswith("SPEND") else line()]
    return body | {"Date": "2026-10-01", "LineItems": lines} | changes


def made(books, *bodies):
    answer = books.put("BankTransactions", {"BankTransactions": list(bodies)})
    assert answer.status_code == 200, answer.text
    return answer.json()["BankTransactions"]


def path(transaction):
    return f"BankTransactions/{transaction['BankTransactionID']}"


def test_money_spent_and_received_is_created_read_and_booked(banking, balances):
    sent = money(Reference="card", Url="https://shop.example/1")
    spent, got = made(banking, sent, money("RECEIVE", LineAmountTypes="Inclusive"))
    read = banking.one("GET", path(spent))

    assert (spent["Status"], spent["IsReconciled"]) == ("AUTHORISED", False)
    assert (spent["SubTotal"], spent["TotalTax"], spent["Total"]) == (10, 2, 12)
    assert (spent["CurrencyCode"], spent["CurrencyRate"]) == ("GBP", 1)
    assert (spent["Reference"], spent["Url"]) == ("card", "https://shop.example/1")
    assert (spent["BankAccount"]["Code"], spent["Contact"]["Name"]) == ("090", "Ann Archer")
    assert (got["SubTotal"], got["TotalTax"], got["Total"]) == (8.33, 1.67, 10)
    assert read["LineItems"] == spent["LineItems"]
    assert (read["Attachments"], read["HasAttachments"]) == ([], False)
    assert balances() == {"090": "-2.00", "420": "10.00", "200": "-8.33", "820": "0.33"}


def test_a_contact_is_neither_customer_nor_supplier_by_the_bank_alone(banking):
    spent, got = made(banking, money(), money("RECEIVE"))

    contact = banking.one("GET", f"Contacts/{spent['Contact']['ContactID']}")
    assert got["Contact"]["ContactID"] == contact["ContactID"]
    assert (contact["IsCustomer"], contact["IsSupplier"]) == (False, False)


def test_an_update_changes_lines_by_their_id_and_books_anew(banking, balances):
    first, second = line(AccountCode="420", TaxType="INPUT2"), line(AccountCode="429")
    [spent] = made(banking, money(LineItems=[first, second | {"TaxType": "NONE"}]))
    kept = {"LineItemID": spent["LineItems"][0]["LineItemID"], "UnitAmount": 20}
    ident = {"BankTransactionID": spent["BankTransactionID"]}

    changed = banking.one("POST", "BankTransactions", ident | {"LineItems": [kept]})
    renamed = banking.one("POST", path(spent), {"Reference": "card"})

    assert [one["LineItemID"] for one in changed["LineItems"]] == [kept["LineItemID"]]
    assert (changed["Total"], renamed["Total"], renamed["Reference"]) == (24, 24, "card")
    assert renamed["LineItems"] == changed["LineItems"]
    assert balances() == {"090": "-24.00", "420": "20.00", "820": "4.00"}


def test_an_account_is_changed_and_a_type_is_not(banking, balances):
    [spent] = made(banking, money())

    moved = banking.one("POST", path(spent), {"BankAccount": {"Code": "091"}})

    assert moved["BankAccount"]["Code"] == "091"
    assert balances()["091"] == "-12.00"
    assert "090" not in balances()
    assert banking.errors("POST", path(spent), {"Type": "RECEIVE"}) == [
        "The Type of a bank transaction cannot be changed."
    ]


def test_post_without_an_id_creates_and_an_unknown_id_is_404_for_all(banking):
    banking.one("POST", "BankTransactions", money())
    unknown = banking.post(
        "BankTransactions",
        {"BankTransactions": [money(), {"BankTransactionID": NOBODY, "Reference": "x"}]},
    )

    assert unknown.status_code == 404
    assert len(banking.get("BankTransactions").json()["BankTransactions"]) == 1
    assert banking.get(f"BankTransactions/{NOBODY}").status_code == 404


def test_deleting_takes_it_out_of_the_ledger_for_good(banking, balances):
    [spent] = made(banking, money())

    gone = banking.one("POST", path(spent), {"Status": "DELETED"})

    assert (gone["Status"], gone["Total"]) == ("DELETED", 12)
    assert balances() == {}
    for status in ("DELETED", "AUTHORISED"):
        assert banking.errors("POST", path(spent), {"Status": status}) == [
            "Bank transaction not of valid status for modification"
        ]


@pytest.mark.parametrize("status", ["DELETED", "VOIDED"])
def test_a_new_one_is_authorised(banking, status):
    assert banking.errors("PUT", "BankTransactions", money(Status=status)) == [
        "Bank transaction not of valid status for modification"
    ]


def test_a_reconciled_one_refuses_edits_until_a_person_undoes_it(banking, http):
    [by_app, by_person] = made(banking, money(IsReconciled=True), money())
    control = f"/_sandbox/bank_transactions/{by_person['BankTransactionID']}"
    http.post(control, json={"reconciled": True})

    assert by_app["IsReconciled"] is True
    for one in (by_app, by_person):
        for change in ({"Reference": "x"}, {"IsReconciled": False}, {"Status": "DELETED"}):
            assert banking.errors("POST", path(one), change) == [RECONCILED]
    assert http.post(control, json={"reconciled": False}).status_code == 200
    assert banking.one("POST", path(by_person), {"Reference": "x"})["Reference"] == "x"


def test_an_app_may_say_reconciled_in_an_update(banking):
    [spent] = made(banking, money())

    assert banking.one("POST", path(spent), {"IsReconciled": True})["IsReconciled"] is True
    assert banking.one("GET", path(spent))["IsReconciled"] is True


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Type": "SPEND-TRANSFER"}, "Bank transaction not of valid type for creation"),
        ({"Type": "PAID"}, "Bank transaction not of valid type for creation"),
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"BankAccount": {"Code": "none"}}, "Account could not be found."),
        (
            {"BankAccount": {"Code": "200"}},
            "Account type is invalid for making a payment to/from",
        ),
        ({"Url": "https://xero.example"}, "The Url must not contain 'xero'."),
        ({"Status": "PAID"}, "The Status PAID is not valid."),
    ],
)
def test_what_breaks_a_rule_is_refused_in_words(banking, change, message):
    answer = banking.put("BankTransactions?summarizeErrors=false", money() | change)

    [refused] = answer.json()["BankTransactions"]
    assert answer.status_code == 200
    assert message in [error["Message"] for error in refused["ValidationErrors"]]
    assert refused["BankTransactionID"] == "00000000-0000-0000-0000-000000000000"
    assert refused["StatusAttributeString"] == "ERROR"
    assert banking.get("BankTransactions").json()["BankTransactions"] == []


def test_a_locked_day_is_neither_entered_nor_left(banking, http):
    [spent] = made(banking, money())
    http.post(f"/_sandbox/organisations/{UK}", json={"PeriodLockDate": "2026-10-01"})
    locked = (
        "The document date cannot be before the period lock date, currently set at 1 October 2026"
    )
    within = "The document cannot be edited as it is currently dated before the period lock date"

    assert banking.errors("PUT", "BankTransactions", money()) == [locked]
    assert banking.errors("POST", path(spent), {"Date": "2026-11-01"}) == [within]
    assert banking.errors("POST", path(spent), {"Status": "DELETED"}) == [within]


def test_a_foreign_account_gives_its_currency_and_posts_at_the_rate(banking, http, balances):
    http.post(f"/_sandbox/organisations/{UK}", json={"Currencies": ["GBP", "EUR"]})
    euros = {"Code": "095", "Name": "Euros", "Type": "BANK", "CurrencyCode": "EUR"}
    banking.one("PUT", "Accounts", euros | {"BankAccountNumber": "1"})

    [spent] = made(
        banking, money(BankAccount={"Code": "095"}, CurrencyRate=1.2, CurrencyCode="GBP")
    )

    assert (spent["CurrencyCode"], spent["CurrencyRate"], spent["Total"]) == ("EUR", 1.2, 12)
    assert balances() == {"095": "-10.00", "420": "8.33", "820": "1.67"}


def test_the_list_has_lines_only_with_a_page_and_filters(banking, sandbox):
    spent, got, kept = made(
        banking,
        money(IsReconciled=True, Reference="x"),
        money("RECEIVE", Contact={"Name": "Bo"}, Date="2026-10-05"),
        money("RECEIVE-PREPAYMENT", BankAccount={"Code": "091"}),
    )

    def found(query):
        answer = banking.get(f"BankTransactions?{query}")
        assert answer.status_code == 200, answer.text
        return [one["BankTransactionID"] for one in answer.json()["BankTransactions"]]

    whole = banking.get("BankTransactions").json()
    paged = banking.get("BankTransactions?page=1&pageSize=2&order=Date DESC").json()
    account = kept["BankAccount"]["AccountID"]
    by_id = {
        name: one["BankTransactionID"]
        for name, one in (("spent", spent), ("got", got), ("kept", kept))
    }

    assert "pagination" not in whole
    assert [one["LineItems"] for one in whole["BankTransactions"]] == [[]] * 3
    assert paged["pagination"] == {"page": 1, "pageSize": 2, "pageCount": 2, "itemCount": 3}
    assert paged["BankTransactions"][0]["BankTransactionID"] == by_id["got"]
    assert paged["BankTransactions"][0]["LineItems"][0]["Description"] == "Tea"
    assert paged["BankTransactions"][0]["Contact"]["Name"] == "Bo"
    assert found('where=Type=="SPEND"') == [by_id["spent"]]
    assert found('where=Type=="RECEIVE-PREPAYMENT" AND PrepaymentID!=null') == [by_id["kept"]]
    assert found("where=IsReconciled==true") == [by_id["spent"]]
    assert found('where=Contact.Name=="BO"') == [by_id["got"]]
    assert found(f'where=BankAccount.AccountID==guid("{account}")') == [by_id["kept"]]
    assert found("where=Date>DateTime(2026,10,1) AND Total==12") == [by_id["got"]]
    assert found('where=Status=="DELETED"') == []


def test_unit_prices_have_four_places_only_if_asked_for(banking):
    sent = money("RECEIVE", LineItems=[line(UnitAmount=1.2345, Quantity=100)])
    made_one = banking.one("PUT", "BankTransactions?unitdp=4", sent)

    def unit(query):
        return banking.get(query).json()["BankTransactions"][0]["LineItems"][0]["UnitAmount"]

    assert made_one["SubTotal"] == 123.45
    assert unit(f"{path(made_one)}?unitdp=4") == unit("BankTransactions?page=1&unitdp=4") == 1.2345
    assert unit(path(made_one)) == unit("BankTransactions?page=1") == 1.23


def test_changes_since_an_hour_are_asked_for(banking, http):
    _, second = made(banking, money(), money())
    now = datetime.fromisoformat(http.get("/_sandbox/clock").json()["now"])
    since = {"If-Modified-Since": f"{now + timedelta(minutes=5):%Y-%m-%dT%H:%M:%S}"}
    http.post("/_sandbox/clock", json={"advance_seconds": 600})
    banking.one("POST", path(second), {"Reference": "late"})

    found = banking.get("BankTransactions", headers=since).json()["BankTransactions"]

    assert [one["BankTransactionID"] for one in found] == [second["BankTransactionID"]]
    assert len(banking.get("BankTransactions").json()["BankTransactions"]) == 2


def test_an_advance_is_edited_while_nothing_of_it_is_applied(banking, balances):
    [kept] = made(banking, money("RECEIVE-PREPAYMENT"))
    tea = {"LineItemID": kept["LineItems"][0]["LineItemID"], "UnitAmount": 20}
    [over] = made(banking, money("RECEIVE-OVERPAYMENT"))

    changed = banking.one("POST", path(kept), {"LineItems": [tea], "Reference": "deposit"})
    banking.one("POST", path(over), {"Reference": "too much"})
    prepayment = banking.one("GET", f"Prepayments/{kept['PrepaymentID']}")
    overpayment = banking.one("GET", f"Overpayments/{over['OverpaymentID']}")
    [invoice] = banking.create(approved("A"))
    allocated = allocation(invoice, 1)
    banking.one("PUT", f"Prepayments/{kept['PrepaymentID']}/Allocations", allocated)

    assert (changed["Total"], prepayment["Total"], prepayment["RemainingCredit"]) == (24, 24, 24)
    assert prepayment["Reference"] == "deposit"
    assert (overpayment["Reference"], overpayment["Total"]) == ("too much", 10)
    assert balances()["090"] == "34.00"
    assert banking.errors("POST", path(kept), {"Reference": "x"}) == [
        "This document cannot be edited as it has a payment or credit note allocated to it."
    ]


def test_history_and_attachments(banking):
    [spent] = made(banking, money())
    file = f"{path(spent)}/Attachments/slip.txt"
    banking.call("PUT", file, content=b"slip", headers={"Content-Type": "text/plain"})
    banking.one("POST", path(spent), {"Reference": "card"})
    banking.one("POST", path(spent), {"Status": "DELETED"})

    read = banking.one("GET", path(spent))
    told = banking.get(f"{path(spent)}/History").json()["HistoryRecords"]
    listed = banking.get("BankTransactions?where=HasAttachments==true").json()

    assert read["HasAttachments"] is True
    assert [one["FileName"] for one in read["Attachments"]] == ["slip.txt"]
    assert len(listed["BankTransactions"]) == 1
    assert [one["Changes"] for one in told] == [
        "Deleted",
        "Edited",
        "Attached a file",
        "Approved",
        "Created",
    ]
    assert told[-1]["Details"] == "Paid to Ann Archer 12.00."


def test_scope_and_role_are_asked_for(http):
    without = connect(http, scope="accounting.payments accounting.contacts")
    reader = connect(http, scope="accounting.banktransactions.read")
    drafter = connect(
        http, scope="accounting.banktransactions", person="invoice.only.draft@sandbox.example"
    )

    assert without.get("BankTransactions").status_code == 401
    assert reader.get("BankTransactions").status_code == 200
    assert reader.put("BankTransactions", money()).status_code == 401
    assert drafter.put("BankTransactions", money()).status_code == 403


def test_an_account_that_is_used_stays(banking):
    accounts = [
        {"Code": "095", "Name": "Till", "Type": "BANK", "BankAccountNumber": "7"},
        {"Code": "496", "Name": "Parties", "Type": "EXPENSE"},
    ]
    tea = line(AccountCode="496", TaxType="INPUT2")
    bank, expense = (banking.one("PUT", "Accounts", one) for one in accounts)
    [spent] = made(banking, money(BankAccount={"Code": "095"}, LineItems=[tea]))
    banking.one("POST", path(spent), {"Status": "DELETED"})

    for account in (bank, expense):
        answer = banking.call("DELETE", f"Accounts/{account['AccountID']}")
        assert answer.status_code == 400, answer.text
    assert banking.one("GET", path(spent))["BankAccount"]["Name"] == "Till"


def test_each_answer_has_the_keys_of_the_examples(banking):
    [created] = made(banking, money())
    [listed] = banking.get("BankTransactions").json()["BankTransactions"]
    [paged] = banking.get("BankTransactions?page=1").json()["BankTransactions"]
    changed = banking.one("POST", path(created), {"Reference": "x"})
    read = banking.one("GET", path(created))

    common = set(listed) - {"HasAttachments"}
    assert common.isdisjoint({"CurrencyRate", "Attachments", "Url", "PrepaymentID"})
    assert set(created) == common | {"CurrencyRate"}
    assert set(paged) == set(listed) | {"CurrencyRate"}
    assert set(read) == set(changed) == set(paged) | {"Attachments"}
    assert ("ContactStatus" in listed["Contact"], "ContactStatus" in read["Contact"]) == (
        False,
        True,
    )
