"""Organisations made to order, books loaded in bulk, snapshots, and the version of the state."""

import hashlib
import json
import sqlite3
import subprocess
import sys
from importlib.resources import files

import pytest
from books_client import UK, approved, connect, draft, line

from xero_sandbox.server import start
from xero_sandbox.store import SCHEMA_VERSION


def load(http, organisation, *elements):
    body = "\n".join(json.dumps(element) for element in elements)
    return http.post(f"/_sandbox/organisations/{organisation}/load", content=body)


def make(http, **wanted):
    answer = http.post("/_sandbox/organisations", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_an_organisation_is_made_to_order_and_can_be_connected(http):
    made = make(http, country="NZ", name="Harbour Cafe", currency="aud", plan="Starter")

    organisation = connect(http, made["id"]).get("Organisation").json()["Organisations"][0]

    assert (made["name"], made["base_currency"]) == ("Harbour Cafe", "AUD")
    assert (organisation["Name"], organisation["Class"]) == ("Harbour Cafe", "STARTER")
    assert organisation["IsDemoCompany"] is False


@pytest.mark.parametrize(
    "wanted", [{"country": "FR"}, {"currency": "EURO"}, {"id": "x"}, {"id": UK}]
)
def test_an_organisation_that_cannot_be_is_refused_in_words(http, wanted):
    answer = http.post("/_sandbox/organisations", json=wanted)

    assert answer.status_code in (400, 409)
    assert answer.json()["error"]


def test_books_are_loaded_as_json_lines_behind_lock_dates(http, books):
    http.post(f"/_sandbox/organisations/{UK}", json={"PeriodLockDate": "2026-06-30"})

    answer = load(
        http,
        UK,
        {"Contacts": {"Name": "Old Customer", "ContactNumber": "C1"}},
        {"Invoices": approved("L-1", Date="2026-01-31", Contact={"ContactNumber": "C1"})},
        {"Invoices": approved("L-2", Date="2026-01-31", LineItems=[line(UnitAmount="0.1234")])},
    )

    assert answer.json() == {"loaded": {"Contacts": 1, "Invoices": 2}}
    stored = books.get("Invoices/L-1").json()["Invoices"][0]
    assert stored["Contact"]["Name"] == "Old Customer"
    assert stored["Total"] == 12
    assert books.errors("PUT", "Invoices", draft(Date="2026-01-31"))


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ({"Invoices": {"Type": "ACCREC"}}, "Line 2: A Contact must be specified"),
        ({"Nothing": {}}, "Line 2: 'Nothing' is none of"),
        ([], "Line 2 is not an object with one resource"),
        ({"Contacts": "x"}, "Lines 1 to 2"),
    ],
)
def test_a_load_with_one_bad_line_changes_nothing_and_names_it(http, books, element, words):
    answer = load(http, UK, {"Contacts": {"Name": "Good"}}, element)

    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert books.get("Contacts").json()["Contacts"] == []


def test_a_snapshot_brings_back_books_tokens_clock_and_switches(http, books):
    books.create(draft("S-1"))
    http.post("/_sandbox/clock", json={"advance_seconds": 60})
    http.post("/_sandbox/switches", json={"code_seconds": 30})
    assert http.post("/_sandbox/snapshots/before").status_code == 204
    books.create(draft("S-2"))
    http.post("/_sandbox/clock", json={"advance_seconds": 86_400})
    http.post("/_sandbox/switches", json={"code_seconds": 40})

    assert http.post("/_sandbox/snapshots/before/restore").status_code == 204

    assert [i["InvoiceNumber"] for i in books.get("Invoices").json()["Invoices"]] == ["S-1"]
    assert http.get("/_sandbox/clock").json()["offset_seconds"] == 60
    assert http.get("/_sandbox/switches").json()["code_seconds"] == 30
    assert http.get("/_sandbox/snapshots").json() == {"snapshots": ["before"]}
    assert http.delete("/_sandbox/snapshots/before").status_code == 204
    assert http.post("/_sandbox/snapshots/before/restore").status_code == 404


@pytest.mark.parametrize("name", ["a b", ".hidden", "x" * 61, "%2F"])
def test_a_snapshot_needs_a_plain_name(http, name):
    assert http.post(f"/_sandbox/snapshots/{name}").status_code == 400


def test_egress_is_counted_by_app_and_organisation_without_the_organisation_itself(http, books):
    books.get("Organisation")
    sizes = [len(books.get(path).content) for path in ("Invoices", "Contacts")]

    [entry] = http.get("/_sandbox/egress").json()["egress"]

    assert (entry["client_id"], entry["organisation"]) == ("sandbox-client", UK)
    assert (entry["calls"], entry["bytes_out"]) == (2, sum(sizes))


def test_a_state_of_another_version_is_refused_in_words(tmp_path):
    with start(data=tmp_path):
        pass
    with sqlite3.connect(tmp_path / "books.sqlite") as db:
        db.execute("PRAGMA user_version = 1")
    db.close()

    command = [sys.executable, "-m", "xero_sandbox", "--port", "0", "--data", str(tmp_path)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)

    assert ended.returncode == 2
    assert "was made by an older xero-sandbox" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_changed_schema_is_a_new_version():
    """If this fails: raise SCHEMA_VERSION in store.py where columns changed, then the digest here."""
    db = sqlite3.connect(":memory:")
    db.create_function("fold", 1, str)
    db.executescript((files("xero_sandbox") / "schema.sql").read_text())
    columns = {
        table: [row[1:4] for row in db.execute(f"PRAGMA table_info({table})")]
        for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if not table.startswith("sqlite_")
    }
    db.close()

    digest = hashlib.sha256(json.dumps(columns, sort_keys=True).encode()).hexdigest()[:12]

    assert (SCHEMA_VERSION, digest) == (3, "d3f04db29547")
