"""Pages of a workspace with many documents: what shows little reads little.

The short form of `make bench-pages`, counted instead of timed: PostgreSQL is asked how many rows it
has read for each query of a page. Whoever goes through a whole table is found on every machine.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

sys.path.append(str(Path(__file__).parents[2] / "bench"))

import addresses
import big_books

from tallystick.books import search
from tallystick.sync.reports import run_figures, run_standings

pytestmark = pytest.mark.django_db(transaction=True)

_SIZE = big_books.Size(
    documents=20_000, failed=100, held=50, waiting=200, under_way=50, lines_each=1
)
#: More than any of these pages shows or counts, and far less than there is.
_ROWS = 2_500
_QUERIES = 60
#: What reached Xero today is looked for among so many of the newest attempts.
_MORE = {"workspace-home": 25_000}
_FINDS_LITTLE = (
    ("workspace-home", {}),
    ("integrations", {}),
    ("needs-attention", {}),
    *(("invoice-list", {"state": state}) for state in ("waiting", "sending", "failed", "held")),
    *(("bill-list", {"state": state}) for state in ("waiting", "queued", "failed", "excluded")),
    *(
        ("supplier-credit-list", {"state": "sending", "sort": sort})
        for sort in ("number", "issued")
    ),
    *(("invoice-list", {"q": q}) for q in ("INV-0000770", "zzzzzz", "Zz", "é", "999999.99")),
    *(("bill-list", {"q": q}) for q in ("INV", "I")),  # as all invoices are numbered
    ("invoice-list", {"state": "failed", "q": "zzzzzz"}),
    ("invoice-list", {"since": "1990-01-01", "until": "1990-12-31"}),
    *(("invoice-list", {"status": "submitted", "state": state}) for state in ("held", "queued")),
    ("invoice-list", {"status": "draft", "since": "1990-01-01", "until": "1990-12-31"}),
    ("payment-list", {"way": "in", "state": "failed", "q": "Quixotic Ltd"}),
    *(("search", {"q": q}) for q in ("INV-0000770", "no such thing", "999999.99", "1")),
    *(("payment-list", {"q": q}) for q in ("zzzzzz", "999999.99")),
    *(("payment-list", {"state": state}) for state in ("failed", "waiting")),
    ("payment-list", {"method": "cheque"}),
    ("payment-list", {"status": "deleted"}),
    ("payment-list", {"way": "out", "state": "excluded"}),
    *(("bill-list", {"state": state, "q": "Harbour"}) for state in ("queued", "failed", "held")),
    ("bill-list", {"state": "excluded"}),
    (
        "invoice-list",
        {"state": "failed", "period": "this-year", "q": "Quixotic Ltd", "sort": "number"},
    ),
    *(("sync-log", more) for more in ({}, {"outcome": "failed"}, {"action": "attach"})),
    *(("party-list", more) for more in ({}, {"q": "no such thing"})),
    ("run-list", {}),
)
_RUNS = ("run newest", "run largest")


def test_what_shows_little_reads_little(monkeypatch):
    # As much less than there is as the bounds are of a million.
    monkeypatch.setattr(search, "MOST", 1_000)
    monkeypatch.setattr(run_standings, "LISTED", 1_000)
    monkeypatch.setattr(run_standings, "LISTED_IN_ALL", 2_000)
    monkeypatch.setattr(run_figures, "AT_ONCE", 1_000)
    books = big_books.make("Many", _SIZE)
    client = Client()
    client.force_login(books.owner)

    told = []
    for name, address in _addresses(books):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) <= _QUERIES, address
        for sql in {one["sql"] for one in asked if one["sql"].startswith(("SELECT", "WITH"))}:
            if (rows := _rows_read(sql)) > _MORE.get(name, _ROWS):
                told.append(f"{address}: {rows:,} rows for {sql}")
    assert not told, "\n".join(told)


def _addresses(books: big_books.BigBooks) -> Iterator[tuple[str, str]]:
    for name, query in _FINDS_LITTLE:
        yield name, f"{reverse(name, args=[books.workspace.slug])}?{urlencode(query)}"
    yield from ((name, address) for name, address in addresses.addresses(books) if name in _RUNS)


def test_every_address_is_measured_and_answers():
    """A new address without an example in `bench/addresses.py` fails here."""
    books = big_books.make("Few", big_books.usual(200))
    client = Client(SERVER_NAME="localhost")
    client.force_login(books.owner)

    found = dict(addresses.addresses(books))

    pages = {name: address for name, address in found.items() if "?" not in name}
    answers = {name: client.get(address).status_code for name, address in pages.items()}
    # 405: an address that is only written to.
    assert {name: code for name, code in answers.items() if code not in (200, 302, 405)} == {}
    assert len(found) > len(pages) > 50


def _rows_read(sql: str) -> int:
    """Return how many rows the query's scans have read, those that they left out among them."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
        (found,) = cursor.fetchone()
    plan = json.loads(found) if isinstance(found, str) else found
    return int(sum(_of_scan(node) for node in _nodes(plan[0]["Plan"])))


def _of_scan(node: dict[str, Any]) -> float:
    if "Scan" not in node["Node Type"]:
        return 0
    # What is counted in an index alone costs next to nothing, and how much of it is bounded; what is
    # passed over there has no end.
    if "Index Only" in node["Node Type"]:
        return node.get("Rows Removed by Filter", 0) * node["Actual Loops"]
    if node["Node Type"] in ("Bitmap Index Scan", "Subquery Scan", "CTE Scan", "WorkTable Scan"):
        return 0
    out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return (node["Actual Rows"] + out) * node["Actual Loops"]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for one in node.get("Plans", ()):
        yield from _nodes(one)
