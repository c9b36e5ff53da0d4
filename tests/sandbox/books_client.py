"""A plain caller of the stand-in Xero, and the bodies that its tests send."""

from __future__ import annotations

import time
from typing import Any

import httpx2

from plain_http import NO_TLS
from xero_sandbox.organisations.demo import organisation_id
from xero_sandbox.server import Running

UK, NZ = organisation_id("UK"), organisation_id("NZ")
API = "/api.xro/2.0"


class Books:
    """One organisation's Accounting API through one connection of the default app."""

    def __init__(self, http: httpx2.Client, organisation: str, tokens: dict[str, Any]) -> None:
        self.http = http
        self.organisation = organisation
        self.tokens = tokens

    def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        headers = {
            "Authorization": f"Bearer {self.tokens['access_token']}",
            "xero-tenant-id": self.organisation,
            "Accept": "application/json",
        }
        headers |= options.pop("headers", {})
        return self.http.request(method, f"{API}/{path}", headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return self.call("GET", path, **options)

    def put(self, path: str, body: Any, **options: Any) -> httpx2.Response:
        return self.call("PUT", path, json=body, **options)

    def post(self, path: str, body: Any, **options: Any) -> httpx2.Response:
        return self.call("POST", path, json=body, **options)

    def create(self, *invoices: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.put("Invoices", {"Invoices": list(invoices)})
        assert answer.status_code == 200, answer.text
        return answer.json()["Invoices"]

    def one(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """The one element that a call answers with."""
        answer = self.call(method, path, json=body) if body else self.call(method, path)
        assert answer.status_code == 200, answer.text
        [element] = answer.json()[path.split("?")[0].split("/")[-1 if method == "PUT" else 0]]
        return element

    def errors(self, method: str, path: str, body: Any) -> list[str]:
        """The messages of a refused write, of all its elements."""
        answer = self.call(method, path, json=body)
        assert answer.status_code == 400, answer.text
        assert answer.json()["Type"] == "ValidationException"
        return [
            error["Message"]
            for element in answer.json()["Elements"]
            for error in element["ValidationErrors"]
        ]


def connect(http: httpx2.Client, organisation: str = UK, **wanted: Any) -> Books:
    answer = http.post("/_sandbox/tokens", json={"organisation": organisation, **wanted})
    assert answer.status_code == 200, answer.text
    return Books(http, organisation, answer.json())


def client_of(sandbox: Running) -> httpx2.Client:
    return httpx2.Client(base_url=sandbox.url, timeout=10, verify=NO_TLS)


def wait_until_held(http: httpx2.Client, requests: int) -> None:
    """Wait until the first fault holds back so many requests."""
    while http.get("/_sandbox/faults").json()["faults"][0]["holding"] < requests:
        time.sleep(0.01)


def line(**changes: Any) -> dict[str, Any]:
    return {
        "Description": "Tea",
        "Quantity": 1,
        "UnitAmount": 10,
        "AccountCode": "200",
        "TaxType": "OUTPUT2",
    } | changes


def draft(number: str | None = None, **changes: Any) -> dict[str, Any]:
    body = {"Type": "ACCREC", "Contact": {"Name": "Ann Archer"}, "LineItems": [line()]}
    return body | ({"InvoiceNumber": number} if number else {}) | changes


def approved(number: str | None = None, **changes: Any) -> dict[str, Any]:
    return draft(number, Status="AUTHORISED", DueDate="2026-12-31", **changes)


def bill(number: str | None = None, **changes: Any) -> dict[str, Any]:
    """An approved bill of 10.00 and 2.00 VAT."""
    lines = [line(AccountCode="300", TaxType="INPUT2")]
    return approved(number, Type="ACCPAY", **{"LineItems": lines} | changes)


def note(**changes: Any) -> dict[str, Any]:
    """An approved sales credit note of 10.00 and 2.00 VAT."""
    body = {"Type": "ACCRECCREDIT", "Status": "AUTHORISED", "Date": "2026-10-01"}
    return body | {"Contact": {"Name": "Ann Archer"}, "LineItems": [line()]} | changes


def payment(invoice: dict[str, Any], amount: float = 12, **changes: Any) -> dict[str, Any]:
    """A payment of an invoice or bill from the bank account."""
    body = {"Invoice": {"InvoiceID": invoice["InvoiceID"]}, "Account": {"Code": "090"}}
    return body | {"Date": "2026-10-02", "Amount": amount} | changes


def allocation(invoice: dict[str, Any], amount: float) -> dict[str, Any]:
    return {
        "Invoice": {"InvoiceID": invoice["InvoiceID"]},
        "Amount": amount,
        "Date": "2026-10-03",
    }
