import json
import os
import signal
import subprocess
import sys

import httpx2
import pytest
from books_client import UK, allocation, approved, connect, draft, note, payment

from plain_http import NO_TLS
from xero_sandbox.organisations.countries import COUNTRIES
from xero_sandbox.organisations.demo import organisation_id
from xero_sandbox.server import start


def test_a_fresh_sandbox_holds_the_five_demo_companies(http):
    found = http.get("/_sandbox/organisations").json()["organisations"]

    assert [one["name"] for one in found] == [f"Demo Company ({name})" for name in COUNTRIES]
    assert [one["base_currency"] for one in found] == ["AUD", "NZD", "GBP", "USD", "USD"]
    assert [one["id"] for one in found] == [organisation_id(name) for name in COUNTRIES]


@pytest.mark.parametrize(
    ("country", "sales_code", "tax_type", "rate"),
    [
        ("AU", "200", "OUTPUT", 10),
        ("NZ", "200", "OUTPUT2", 15),
        ("UK", "200", "OUTPUT2", 20),
        ("US", "400", "OUTPUT", 9.25),
        ("Global", "200", "OUTPUT", 8.25),
    ],
)
def test_each_country_sells_under_its_own_tax(http, country, sales_code, tax_type, rate):
    books = connect(http, organisation_id(country))

    accounts = {one.get("Code"): one for one in books.get("Accounts").json()["Accounts"]}
    rates = {one["TaxType"]: one for one in books.get("TaxRates").json()["TaxRates"]}

    assert accounts[sales_code]["Name"] == "Sales"
    assert accounts[sales_code]["TaxType"] == tax_type
    assert rates[tax_type]["EffectiveRate"] == rate
    assert all(one["TaxType"] in rates for one in accounts.values())
    parts = sum(part["Rate"] for part in rates[tax_type]["TaxComponents"])
    assert parts == pytest.approx(rate)


def test_every_request_is_kept_and_counted_by_route(http, books):
    http.delete("/_sandbox/requests")
    books.create(draft("A"))
    books.get("Invoices?page=1")
    books.get("Invoices?page=2")
    books.get("Invoices/missing")

    served = http.get("/_sandbox/requests").json()["requests"]
    counted = http.get("/_sandbox/requests/summary").json()["calls"]
    after_first = http.get("/_sandbox/requests", params={"after": served[0]["id"]}).json()

    assert [one["status"] for one in served] == [200, 200, 200, 404]
    assert served[1]["query"] == "page=1"
    assert served[0]["organisation"] == UK
    assert served[0]["client_id"] == "sandbox-client"
    assert all(one["bytes_out"] > 0 for one in served[:3])
    assert [(one["method"], one["route"], one["calls"]) for one in counted] == [
        ("GET", "/api.xro/2.0/Invoices", 2),
        ("PUT", "/api.xro/2.0/Invoices", 1),
        ("GET", "/api.xro/2.0/Invoices/{id}", 1),
    ]
    assert len(after_first["requests"]) == 3


def test_no_token_is_ever_in_the_journal(http, books):
    books.get("Organisation")

    assert books.tokens["access_token"] not in http.get("/_sandbox/requests").text


def test_the_dump_lists_every_invoice_with_exact_amounts(http, books):
    books.create(
        draft("A", Url="https://a.example/1", Contact={"Name": "Ann", "ContactNumber": "C-1"}),
        draft("B"),
    )

    rows = _dump(http, "invoices")

    assert [row["number"] for row in rows] == ["A", "B"]
    assert rows[0] | {"id": "", "contact_id": "", "date": "", "updated": ""} == {
        "id": "",
        "type": "ACCREC",
        "number": "A",
        "status": "DRAFT",
        "date": "",
        "due_date": None,
        "currency": "GBP",
        "sub_total": "10.00",
        "total_tax": "2.00",
        "total": "12.00",
        "lines": 1,
        "reference": "",
        "amount_due": "12.00",
        "amount_paid": "0.00",
        "amount_credited": "0.00",
        "url": "https://a.example/1",
        "contact_id": "",
        "contact": "Ann",
        "contact_number": "C-1",
        "updated": "",
    }


def test_the_dumps_tell_what_is_paid_and_credited(http, books):
    [invoice] = books.create(approved("A"))
    credit = books.one("PUT", "CreditNotes", note(CreditNoteNumber="N"))
    books.one("PUT", f"CreditNotes/{credit['CreditNoteID']}/Allocations", allocation(invoice, 4))
    books.one("PUT", "Payments", payment(invoice, 5, Reference="first"))

    [row] = _dump(http, "invoices")
    [noted] = _dump(http, "credit_notes")
    [allocated] = _dump(http, "allocations")
    [paid] = _dump(http, "payments")
    [counted] = [
        one
        for one in http.get("/_sandbox/organisations").json()["organisations"]
        if one["id"] == UK
    ]

    amounts = ("total", "amount_paid", "amount_credited", "amount_due", "status")
    assert [row[name] for name in amounts] == ["12.00", "5.00", "4.00", "3.00", "AUTHORISED"]
    assert (noted["type"], noted["number"], noted["remaining"]) == ("ACCRECCREDIT", "N", "8.00")
    assert allocated | {"id": ""} == {
        "id": "",
        "date": "2026-10-03",
        "amount": "4.00",
        "credit_id": credit["CreditNoteID"],
        "credit": "N",
        "invoice_id": invoice["InvoiceID"],
        "invoice": "A",
    }
    assert paid | {"id": "", "updated": ""} == {
        "id": "",
        "type": "ACCRECPAYMENT",
        "status": "AUTHORISED",
        "date": "2026-10-02",
        "amount": "5.00",
        "currency": "GBP",
        "reference": "first",
        "account": "090",
        "account_name": "Business Bank Account",
        "document_id": invoice["InvoiceID"],
        "document": "A",
        "reconciled": False,
        "updated": "",
    }
    assert [counted[name] for name in ("credits", "allocations", "payments")] == [1, 1, 1]


def _dump(http, sort):
    answer = http.get(f"/_sandbox/{sort}", params={"organisation": UK})
    return [json.loads(row) for row in answer.text.splitlines()]


def test_reset_forgets_everything_but_the_app(http, books):
    books.create(draft("A"))
    http.post("/_sandbox/clock", json={"advance_seconds": 1000})
    http.post("/_sandbox/switches", json={"broad_scopes": True})
    http.post("/_sandbox/faults", json={"action": "cut_before"})

    http.post("/_sandbox/reset")

    assert books.get("Invoices").status_code == 403
    assert connect(http).get("Invoices").json()["Invoices"] == []
    assert http.get("/_sandbox/clock").json()["offset_seconds"] == 0
    assert http.get("/_sandbox/switches").json()["broad_scopes"] is False


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {"advance_seconds": "soon"}),
        ("clock", {"advance_seconds": -1}),
        ("clock", {}),
        ("switches", {"nope": True}),
        ("switches", {"total_mismatch": "maybe"}),
        ("apps", {"client_id": 3}),
        ("apps", {"client_id": "a", "redirect_uris": "x"}),
        ("tokens", {"organisation": "nowhere"}),
        ("tokens", {"organisation": UK, "scope": "everything"}),
        (f"organisations/{UK}", {"PeriodLockDate": "soon"}),
        (f"organisations/{UK}", {"BaseCurrency": "EUR"}),
        ("reset/", []),
    ],
)
def test_controls_refuse_nonsense_in_words(http, path, body):
    answer = http.post(f"/_sandbox/{path}", json=body)

    assert answer.status_code == 400 or path == "reset/"
    assert answer.status_code == 200 or answer.json()["error"]


def test_an_unknown_organisation_is_404(http):
    unknown = http.post("/_sandbox/organisations/nowhere", json={})
    dump = http.get("/_sandbox/invoices?organisation=nowhere")

    assert (unknown.status_code, dump.status_code) == (404, 404)


def test_the_state_is_there_again_after_a_stop(tmp_path):
    with start(data=tmp_path) as first, httpx2.Client(base_url=first.url, verify=NO_TLS) as http:
        books = connect(http)
        books.create(draft("A"))
        http.post("/_sandbox/clock", json={"advance_seconds": 60})

    with start(data=tmp_path) as second, httpx2.Client(base_url=second.url, verify=NO_TLS) as http:
        books.http = http
        assert books.get("Invoices").json()["Invoices"][0]["InvoiceNumber"] == "A"
        assert http.get("/_sandbox/clock").json()["offset_seconds"] == 60


def spawn(tmp_path, *more):
    command = [sys.executable, "-m", "xero_sandbox", "--port", "0", "--data", str(tmp_path), *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("xero-sandbox listening on http://localhost:")
    return process, httpx2.Client(base_url=line.split()[-1], timeout=10, verify=NO_TLS)


def test_a_killed_sandbox_still_has_all_it_answered_for(tmp_path):
    process, http = spawn(tmp_path)
    books = connect(http)
    key = {"Idempotency-Key": "k"}
    answered = books.put("Invoices", {"Invoices": [draft() for _ in range(20)]}, headers=key)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    http.close()

    process, http = spawn(tmp_path)
    books.http = http
    replayed = books.put("Invoices", {"Invoices": [draft() for _ in range(20)]}, headers=key)

    assert replayed.content == answered.content
    assert len(books.get("Invoices").json()["Invoices"]) == 20
    http.close()
    process.terminate()
    process.communicate(timeout=10)
    assert process.returncode == 0


def test_the_command_takes_limits_and_an_app_of_its_own(tmp_path):
    process, http = spawn(tmp_path, "--limits", "off", "--client-id", "me", "--client-secret", "s")

    limits = http.get("/_sandbox/limits").json()
    refused = http.post("/connect/token", data={"grant_type": "x"}, auth=("me", "s")).json()

    assert limits["on"] is False
    assert refused == {"error": "unsupported_grant_type"}
    http.close()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 0
