"""Stock of tracked items at average cost (UK demo company, GBP)."""

from collections import defaultdict
from decimal import Decimal

import pytest
from books_client import allocation, approved, bill, connect, draft, line, note, payment
from test_sandbox_journals import SCOPES, journals

ASSET, COST, GAINS = "630", "310", "499"
REPORTS = "accounting.reports.trialbalance.read accounting.reports.balancesheet.read"


@pytest.fixture
def books(http):
    books = connect(http, scope=f"{SCOPES} {REPORTS}")
    details = {"UnitPrice": 3, "COGSAccountCode": COST, "TaxType": "INPUT2"}
    body = {"Code": "CUP", "Name": "Cup", "InventoryAssetAccountCode": ASSET}
    sales = {"UnitPrice": 9, "AccountCode": "200", "TaxType": "OUTPUT2"}
    books.one("PUT", "Items", body | {"PurchaseDetails": details, "SalesDetails": sales})
    return books


def cups(quantity, price=None, **changes):
    body = {"ItemCode": "CUP", "Description": "Cup", "Quantity": quantity}
    return body | ({} if price is None else {"UnitAmount": price}) | changes


def buy(books, quantity, price, **changes):
    body = bill(LineItems=[cups(quantity, price)], **changes)
    return books.create(body)[0]


def sell(books, quantity, **changes):
    return books.create(approved(LineItems=[cups(quantity)], **changes))[0]


def stock(books):
    """Quantity on hand and cost, which is what the inventory account holds."""
    item = books.one("GET", "Items/CUP")
    assert item["IsTrackedAsInventory"] is True
    assert Decimal(str(item["TotalCostPool"])) == ledger(books)[ASSET]
    return item["QuantityOnHand"], item["TotalCostPool"]


def ledger(books):
    """Every account's balance by all journals; each of them balances."""
    found = defaultdict(Decimal)
    for journal in journals(books):
        moved = {one["AccountCode"]: Decimal(0) for one in journal["JournalLines"]}
        for one in journal["JournalLines"]:
            moved[one["AccountCode"]] += Decimal(str(one["NetAmount"]))
        assert sum(moved.values()) == 0
        for code, amount in moved.items():
            found[code] += amount
    return found


def test_bills_add_at_cost_and_sales_take_at_the_average(books):
    buy(books, 10, 2)
    buy(books, 5, 5)
    held = stock(books)
    sell(books, 4)

    assert held == (15, 45)
    assert stock(books) == (11, 33)
    balances = ledger(books)
    assert (balances[COST], balances["200"]) == (12, -36)


def test_only_what_is_approved_counts(books):
    buy(books, 10, 2)
    waiting = books.create(draft(DueDate="2026-12-31", LineItems=[cups(4)]))[0]
    before = stock(books)
    books.one("POST", f"Invoices/{waiting['InvoiceID']}", {"Status": "AUTHORISED"})
    sold = stock(books)
    books.one("POST", f"Invoices/{waiting['InvoiceID']}", {"Status": "VOIDED"})

    assert (before, sold, stock(books)) == ((10, 20), (6, 12), (10, 20))
    assert ledger(books)[COST] == 0


def test_the_cost_is_a_journal_of_the_sale(books):
    buy(books, 10, 2)
    sold = sell(books, 4, Reference="order 1")

    [cost] = [
        one
        for one in journals(books)
        if one["SourceID"] == sold["InvoiceID"] and len(one["JournalLines"]) == 2
    ]

    assert (cost["SourceType"], cost["Reference"]) == ("ACCREC", "order 1")
    amounts = {one["AccountCode"]: one["NetAmount"] for one in cost["JournalLines"]}
    assert amounts == {ASSET: -8, COST: 8}


def test_a_customers_return_comes_back_at_the_average_and_a_suppliers_leaves_at_it(books):
    buy(books, 10, 2)
    buy(books, 10, 4)
    sell(books, 10)
    books.one("PUT", "CreditNotes", note(LineItems=[cups(2)]))
    returned = stock(books)
    supplier = note(Type="ACCPAYCREDIT", LineItems=[cups(2, 4)])
    books.one("PUT", "CreditNotes", supplier)

    assert returned == (12, 36)
    assert stock(books) == (10, 30)
    assert ledger(books)[COST] == 30 - 6 - 2


def test_nothing_on_hand_costs_nothing(books):
    buy(books, 3, 3.33)
    buy(books, 1, 0.02)
    for _ in range(4):
        sell(books, 1)

    assert stock(books) == (0, 0)
    assert ledger(books)[COST] == Decimal("10.01")


def test_stock_is_counted_in_base_currency_and_without_tax(books):
    buy(books, 10, 2.5, CurrencyCode="EUR", CurrencyRate=1.25)
    buy(books, 10, 1.2, LineAmountTypes="Inclusive")

    assert stock(books) == (20, 30)


def test_more_than_there_is_cannot_be_sold(books):
    buy(books, 3, 2)

    refused = books.errors("PUT", "Invoices", approved(LineItems=[cups(2), cups(2)]))
    sell(books, 3)

    assert refused == ["Only 3 items available to sell"]
    words = ["No items available to sell"]
    assert books.errors("PUT", "Invoices", approved(LineItems=[cups(1)])) == words
    assert stock(books) == (0, 0)


def test_a_refused_sale_leaves_the_rest_of_its_batch_in_order(books):
    buy(books, 3, 2)
    bodies = [approved(LineItems=[cups(count)]) for count in (2, 2, 1)]

    answer = books.put("Invoices?summarizeErrors=false", {"Invoices": bodies}).json()["Invoices"]

    assert [one["StatusAttributeString"] for one in answer] == ["OK", "ERROR", "OK"]
    assert stock(books) == (0, 0)


def test_backorders_are_let_through_and_cost_what_is_bought_for_them(books):
    sold = books.put("Invoices?allowBackorders=true", approved(LineItems=[cups(5)]))
    short = stock(books)
    buy(books, 2, 3)
    covered = stock(books)
    buy(books, 10, 4)

    assert sold.status_code == 200
    assert (short, covered) == ((-5, 0), (-3, 0))
    assert stock(books) == (7, 28)
    assert ledger(books)[COST] == 2 * 3 + 3 * 4


@pytest.mark.parametrize(
    ("plural", "body"),
    [
        ("CreditNotes", note(Type="ACCPAYCREDIT", LineItems=[cups(1, 2)])),
        ("Invoices", bill(LineItems=[cups(-1, 2), line(AccountCode="300", TaxType="INPUT2")])),
    ],
)
def test_backorders_are_for_sales_invoices_only(books, plural, body):
    refused = books.errors("PUT", f"{plural}?allowBackorders=true", body)

    assert refused == ["No items available to sell"]


def test_a_bill_whose_goods_are_sold_cannot_be_voided(books):
    bought = buy(books, 10, 2)
    sell(books, 4)
    path = f"Invoices/{bought['InvoiceID']}"

    assert books.errors("POST", path, {"Status": "VOIDED"}) == ["Only 6 items available to sell"]
    assert books.errors("POST", path, {"LineItems": [cups(3, 2)]})
    assert books.one("GET", path)["Status"] == "AUTHORISED"
    assert stock(books) == (6, 12)


def test_what_changes_early_costs_the_sales_behind_it_anew(books):
    cheap = buy(books, 10, 2)
    buy(books, 10, 4)
    sell(books, 10)
    before = ledger(books)[COST]
    path = f"Invoices/{cheap['InvoiceID']}"
    books.one("POST", path, {"LineItems": [cups(10, 6)]})
    dearer = stock(books), ledger(books)[COST]
    books.one("POST", path, {"Status": "VOIDED"})

    assert before == 30
    assert dearer == ((10, 50), 50)
    assert stock(books) == (0, 0)
    assert ledger(books)[COST] == 40


def test_payments_and_allocations_move_no_stock(books):
    buy(books, 10, 2)
    sold = sell(books, 4)
    count = len(journals(books))
    credit = books.one("PUT", "CreditNotes", note())
    books.one("PUT", "Payments", payment(sold, 10))
    path = f"CreditNotes/{credit['CreditNoteID']}/Allocations"
    books.one("PUT", path, allocation(sold, 12))

    assert stock(books) == (6, 12)
    assert len(journals(books)) == count + 2


def test_goods_are_bought_into_their_own_account(books):
    refused = books.errors("PUT", "Invoices", bill(LineItems=[cups(1, 2, AccountCode="300")]))

    assert refused == ["Account code '300' is not a valid code for this document."]


def test_an_item_with_stock_is_kept(books):
    buy(books, 1, 2)

    assert books.call("DELETE", "Items/CUP").status_code == 400
    assert stock(books) == (1, 2)


def test_stock_has_room_for_what_the_ledger_has(books):
    huge = approved(LineItems=[cups(1e14, 0)])
    buy(books, 1, 9e9)

    answer = books.put("Invoices?allowBackorders=true", huge)

    assert answer.json()["Elements"][0]["ValidationErrors"] == [
        {"Message": "The total is too large in the organisation's currency."}
    ]


def test_the_reports_hold_the_stock(books):
    buy(books, 10, 2)
    sell(books, 4)

    [sheet] = books.get("Reports/BalanceSheet").json()["Reports"]
    [assets] = [row for row in sheet["Rows"] if row.get("Title") == "Current Assets"]

    texts = [[cell["Value"] for cell in row["Cells"]] for row in assets["Rows"]]
    assert ["Inventory", "12.00"] in texts


def test_items_are_found_by_their_stock(books):
    buy(books, 10, 2.5)

    def found(where):
        answer = books.get("Items", params={"where": where, "order": "QuantityOnHand DESC"})
        return [item["Code"] for item in answer.json()["Items"]]

    assert found("QuantityOnHand>0") == found("TotalCostPool==25") == ["CUP"]
    assert found("QuantityOnHand==10 AND TotalCostPool>25") == []


def test_cash_sales_and_purchases_move_stock_too(books):
    def banked(kind, *lines):
        account, contact = {"Code": "090"}, {"Name": "Ann Archer"}
        body = {"Type": kind, "BankAccount": account, "Contact": contact, "LineItems": lines}
        return books.put("BankTransactions", body)

    bought = banked("SPEND", cups(10, 2)).json()["BankTransactions"][0]
    sold = banked("RECEIVE", cups(4))

    assert sold.status_code == 200
    assert stock(books) == (6, 12)
    assert ledger(books)[COST] == 8
    assert "Only 6 items" in banked("RECEIVE", cups(7)).text
    path = f"BankTransactions/{bought['BankTransactionID']}"
    assert "Only 6 items" in books.post(path, {"Status": "DELETED"}).text
    assert [one["SourceType"] for one in journals(books)] == [
        "CASHPAID", "CASHREC", "CASHREC",
    ]  # fmt: skip


def test_a_transfer_is_a_journal_of_its_own(books):
    sides = {"FromBankAccount": {"Code": "090"}, "ToBankAccount": {"Code": "091"}}
    made = books.one("PUT", "BankTransfers", sides | {"Amount": 5, "Reference": "save"})

    [journal] = journals(books, "?paymentsOnly=true")

    assert (journal["SourceType"], journal["SourceID"]) == ("TRANSFER", made["BankTransferID"])
    assert journal["Reference"] == "save"
    amounts = {one["AccountCode"]: one["NetAmount"] for one in journal["JournalLines"]}
    assert amounts == {"090": -5, "091": 5}
