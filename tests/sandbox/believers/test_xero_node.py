"""A second independent client: Xero's own for JavaScript reads all that the stand-in holds."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from books_client import UK, approved, connect, line
from example_calls import OWNERS, allocate, credit_note, fresh, linked
from interface_flaws import FLAWS

from xero_sandbox.identity.scopes import GRANULAR

FOLDER = Path(__file__).parent / "node"
pytestmark = pytest.mark.skipif(
    not (shutil.which("node") and (FOLDER / "node_modules").is_dir()),
    reason="needs node and `make node-setup`",
)
#: By list: where the sandbox keeps it, and what the client calls its ids.
TABLES = {
    "accounts": ("account", "accountID"),
    "items": ("item", "itemID"),
    "contacts": ("contact", "contactID"),
    "invoices": ("invoice", "invoiceID"),
    "creditNotes": ("credit WHERE family = 'CreditNotes' AND", "creditNoteID"),
    "prepayments": ("credit WHERE family = 'Prepayments' AND", "prepaymentID"),
    "overpayments": ("credit WHERE family = 'Overpayments' AND", "overpaymentID"),
    "payments": ("payment", "paymentID"),
    "batchPayments": ("batch_payment", "batchPaymentID"),
    "quotes": ("quote", "quoteID"),
    "repeatingInvoices": ("repeating_invoice", "repeatingInvoiceID"),
    "linkedTransactions": ("linked_transaction", "linkedTransactionID"),
}
PAGED = ("contacts", "invoices", "creditNotes", "payments", "prepayments", "overpayments")
UNKNOWN_TO_THE_CLIENT = {flaw.field.partition(".")[2].lower() for flaw in FLAWS}
INVOICE = {
    "type": "ACCREC",
    "invoiceNumber": "NODE-1",
    "contact": {"name": "Zoë Ørsted & Söhne"},
    "date": "2026-10-01",
    "dueDate": "2026-11-01",
    "reference": "order 7",
    "url": "https://shop.example/orders/7",
    "lineAmountTypes": "Inclusive",
    "status": "AUTHORISED",
    "lineItems": [
        {
            "description": "Tea, ½ lb, naïve",
            "quantity": 2,
            "unitAmount": 3.55,
            "accountCode": "200",
            "taxType": "OUTPUT2",
        },
        {
            "description": "Postage",
            "quantity": 1,
            "unitAmount": 4,
            "accountCode": "425",
            "taxType": "NONE",
        },
    ],
}


@pytest.fixture(scope="module")
def books(browser):
    """Some of everything, and enough invoices for two pages."""
    books = connect(browser, UK, scope=" ".join(GRANULAR))
    for make in OWNERS.values():
        make(books)
    linked(books)
    assert allocate(credit_note)(books).is_success
    books.create(*(approved(fresh("N-"), LineItems=[line()] * 2) for _ in range(120)))
    return books


@pytest.fixture(scope="module")
def seen(running, books) -> dict[str, Any]:
    """What the client has read, beside what the sandbox held when it began."""
    held = {
        name: books.get(name[0].upper() + name[1:], params=_page(name)).json() for name in TABLES
    }
    wanted = {
        "host": running.url,
        "token": books.tokens["access_token"],
        "organisation": UK,
        "invoice": INVOICE,
    }
    done = subprocess.run(
        ["node", FOLDER / "read_and_write.mjs"],
        check=False,
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"held": held}


def _page(name: str) -> dict[str, int]:
    return {"page": 1, "pageSize": 1000} if name in PAGED else {}


@pytest.mark.parametrize("name", TABLES)
def test_every_record_that_the_sandbox_holds_is_read_once(running, seen, name):
    table, ident = TABLES[name]
    where = f"{table} organisation = ?" if "WHERE" in table else f"{table} WHERE organisation = ?"
    with running.sandbox.store.read() as db:
        held = [row["id"] for row in db.execute(f"SELECT id FROM {where}", (UK,))]  # noqa: S608

    read = [record[ident] for record in seen["lists"][name]]

    added = [seen["written"]["invoiceID"]] if name == "invoices" else []
    added += [seen["written"]["contact"]["contactID"]] if name == "contacts" else []
    assert read
    assert sorted(read) == sorted(set(held) - set(added))


@pytest.mark.parametrize("name", TABLES)
def test_every_record_is_read_field_for_field(seen, name):
    plural = name[0].upper() + name[1:]

    assert [
        difference
        for number, pair in enumerate(
            zip(seen["held"][name][plural], seen["lists"][name], strict=True)
        )
        for difference in differences(*pair, f"{name}/{number}")
    ] == []


def differences(held: Any, read: Any, where: str) -> list[str]:
    """Where what the client understood is not what was said."""
    if isinstance(held, list):
        if len(held) != len(read):
            return [f"{where}: {len(held)} were said, {len(read)} understood"]
        pairs = enumerate(zip(held, read, strict=True))
        return [d for n, (one, other) in pairs for d in differences(one, other, f"{where}/{n}")]
    if not isinstance(held, dict):
        return [] if _plain(held) == _plain(read) else [f"{where}: {held!r} became {read!r}"]
    understood = {name.lstrip("_").lower(): value for name, value in read.items()}
    found = []
    for name, value in held.items():
        if name.lower() in understood:
            found += differences(value, understood[name.lower()], f"{where}/{name}")
        elif name.lower() not in UNKNOWN_TO_THE_CLIENT:
            found.append(f"{where}/{name}: {value!r} was not understood")
    return found


def _plain(value: Any) -> Any:
    """A date of either side as one moment; numbers as numbers; the rest as it is."""
    if isinstance(value, str) and (found := re.fullmatch(r"/Date\((-?\d+)(\+0000)?\)/", value)):
        return datetime.fromtimestamp(int(found[1]) / 1000, UTC)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", value):
        return datetime.fromisoformat(value)
    return value


def test_the_invoices_agree_with_the_sandbox_s_own_dump(browser, seen):
    dump = browser.get("/_sandbox/invoices", params={"organisation": UK}).text.splitlines()

    read = {
        one["invoiceNumber"]: (one["status"], f"{one['total']:.2f}", len(one["lineItems"]))
        for one in [*seen["lists"]["invoices"], seen["read"]]
    }

    entries = map(json.loads, dump)
    assert read == {one["number"]: (one["status"], one["total"], one["lines"]) for one in entries}


def test_a_written_invoice_comes_back_as_sent(seen):
    read, sent = seen["read"], INVOICE

    plain = ("type", "invoiceNumber", "reference", "url", "lineAmountTypes", "status")
    assert {name: read[name] for name in plain} == {name: sent[name] for name in plain}
    assert read["contact"]["name"] == "Zoë Ørsted & Söhne"
    assert (read["date"][:10], read["dueDate"][:10]) == (sent["date"], sent["dueDate"])
    assert [
        {name: kept[name] for name in line}
        for kept, line in zip(read["lineItems"], sent["lineItems"], strict=True)
    ] == sent["lineItems"]
    assert (read["subTotal"], read["totalTax"], read["total"]) == (9.92, 1.18, 11.1)
    written = {name: value for name, value in seen["written"].items() if name in read}
    assert written == {name: value for name, value in read.items() if name in written}
