"""Whatever is bought, sold, edited, returned, paid or voided: the books and the stock agree.

The model knows only how many units stand on which document.
"""

import json
import os
import signal
from collections import defaultdict
from decimal import Decimal

import pytest
from books_client import UK, approved, bill, client_of, connect, note, payment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_sandbox_control import spawn
from test_sandbox_journals import SCOPES, journals
from test_sandbox_manual_journals import entry
from test_sandbox_stock import cups

from xero_sandbox.server import start

PRICES = st.sampled_from([0, 0.01, 1, 3.33, 7.77, 100])
UNITS = st.sampled_from([0.5, 1, 2, 3, 7, 10.3333])
WORKS = st.one_of(
    st.tuples(st.just("buy"), UNITS, PRICES),
    st.tuples(st.just("sell"), UNITS, PRICES),
    st.tuples(st.just("backorder"), UNITS, PRICES),
    st.tuples(st.just("return"), UNITS, PRICES),
    st.tuples(st.just("send back"), UNITS, PRICES),
    st.tuples(st.just("edit"), st.integers(0, 5), UNITS, PRICES),
    st.tuples(st.just("void"), st.integers(0, 5)),
    st.tuples(st.just("pay"), st.integers(0, 5)),
    st.tuples(st.just("by hand"), PRICES),
)
#: What every history begins with, so that there is something to sell, edit and void.
FILLED = (("buy", 20, 1), ("buy", 10.5, 7.77), ("sell", 3, 9))
BODIES = {
    "buy": (1, "Invoices", bill()),
    "sell": (-1, "Invoices", approved()),
    "backorder": (-1, "Invoices?allowBackorders=true", approved()),
    "return": (1, "CreditNotes", note()),
    "send back": (-1, "CreditNotes", note(Type="ACCPAYCREDIT")),
}


class Shop:
    """An organisation that trades in cups, and how many should be there."""

    def __init__(self, books):
        self.books = books
        self.papers = []  #: path, way and units of each
        details = {"COGSAccountCode": "310", "TaxType": "INPUT2"}
        body = {"Code": "CUP", "InventoryAssetAccountCode": "630", "PurchaseDetails": details}
        sales = {"AccountCode": "200", "TaxType": "OUTPUT2"}
        books.post("Items", body | {"SalesDetails": sales})

    @property
    def units(self):
        return sum((way * units for _, way, units in self.papers), Decimal(0))

    def work(self, name, *values):
        if name in BODIES:
            self.write(*BODIES[name], *values, beyond=name == "backorder")
        elif name == "by hand":
            body = entry(values[0], -values[0])
            assert self.books.put("ManualJournals", body).status_code == 200
        elif self.papers:
            getattr(self, name)(values[0] % len(self.papers), *values[1:])

    def write(self, way, path, body, units, price, *, beyond):
        units = Decimal(str(units))
        answer = self.books.put(path, body | {"LineItems": [cups(float(units), price)]})
        taken = way > 0 or self.units >= units or beyond
        assert (answer.status_code == 200) == taken, answer.text
        if taken:
            plural = path.partition("?")[0]
            [made] = answer.json()[plural]
            self.papers.append((f"{plural}/{made[plural[:-1] + 'ID']}", way, units))

    def edit(self, at, units, price):
        path, way, before = self.papers[at]
        units = Decimal(str(units))
        answer = self.books.post(path, {"LineItems": [cups(float(units), price)]})
        paid = "allocated" in answer.text or "status" in answer.text
        less = way * (units - before)
        if not paid or answer.status_code == 200:
            assert (answer.status_code == 200) == (less >= 0 or self.units + less >= 0)
        if answer.status_code == 200:
            self.papers[at] = (path, way, units)

    def void(self, at):
        path, way, units = self.papers[at]
        answer = self.books.post(path, {"Status": "VOIDED"})
        if answer.status_code == 200:
            assert way < 0 or self.units >= units
            del self.papers[at]

    def pay(self, at):
        path, _, _ = self.papers[at]
        if path.startswith("Invoices"):
            self.books.put("Payments", payment({"InvoiceID": path.split("/")[1]}, 0.01))

    def check(self):
        item = self.books.one("GET", "Items/CUP")
        by_journals, by_postings = self.balances()
        assert by_journals == by_postings
        assert sum(by_postings.values()) == 0
        assert Decimal(str(item["QuantityOnHand"])) == self.units
        assert Decimal(str(item["TotalCostPool"])) == by_postings.get("Inventory", 0)
        assert self.units != 0 or item["TotalCostPool"] == 0

    def balances(self):
        """By account, what all journals add up to and what the ledger says; each is balanced."""
        by_journals, by_postings = defaultdict(Decimal), defaultdict(Decimal)
        offset = 0
        while page := journals(self.books, f"?offset={offset}"):
            for journal in page:
                lines = [
                    (one["AccountName"], Decimal(str(one["NetAmount"])))
                    for one in journal["JournalLines"]
                ]
                assert sum(amount for _, amount in lines) == 0
                for name, amount in lines:
                    by_journals[name] += amount
                assert journal["JournalNumber"] > offset
                offset = journal["JournalNumber"]
        answer = self.books.http.get(f"/_sandbox/postings?organisation={self.books.organisation}")
        for one in map(json.loads, answer.text.splitlines()):
            by_postings[one["account_name"]] += Decimal(one["amount"])
        return (
            {name: amount for name, amount in found.items() if amount}
            for found in (by_journals, by_postings)
        )


@pytest.fixture(scope="module")
def running():
    with start() as sandbox:
        yield sandbox


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(works=st.lists(WORKS, min_size=2, max_size=8))
def test_books_and_stock_agree_after_any_history(running, works):
    with client_of(running) as http:
        made = http.post("/_sandbox/organisations", json={"country": "UK"}).json()["id"]
        shop = Shop(connect(http, made, scope=SCOPES))
        for work in (*FILLED, *works):
            shop.work(*work)
            shop.check()


def test_a_killed_sandbox_keeps_stock_and_journals(tmp_path):
    process, http = spawn(tmp_path, "--limits", "off")
    shop = Shop(connect(http, UK, scope=SCOPES))
    for work in (("buy", 10.3333, 7.77), ("sell", 3, 100), ("by hand", 3.33), ("void", 1)):
        shop.work(*work)
    before = journals(shop.books)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    http.close()

    process, http = spawn(tmp_path, "--limits", "off")
    shop.books.http = http

    assert journals(shop.books) == before
    shop.check()
    shop.work("sell", 2, 1)
    assert [one["JournalNumber"] for one in journals(shop.books)][:-2] == [
        one["JournalNumber"] for one in before
    ]
    http.close()
    process.terminate()
    process.communicate(timeout=10)
