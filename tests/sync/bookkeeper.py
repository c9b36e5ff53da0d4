"""A person at work in Xero, with all rights: what they type there, our engine has to bear with."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx2

from plain_http import plain_http
from tallystick.sync.links.pushed_records import PushedDocument
from tallystick.sync.models import Link
from xero_books import Books

_ID = {"Invoices": "InvoiceID", "CreditNotes": "CreditNoteID"}
_REF = {"Invoices": "Invoice", "CreditNotes": "CreditNote"}


@dataclass
class Bookkeeper:
    """Writes to the organisation's books with a token of their own; refusals raise."""

    books: Books
    token: str

    @classmethod
    def of(cls, books: Books) -> "Bookkeeper":
        wanted = {"organisation": str(books.organisation.tenant_id)}
        return cls(books, books.sandbox.post("/_sandbox/tokens", wanted)["access_token"])

    def write(self, method: str, path: str, element: Any) -> dict[str, Any]:
        """Write one element, and return it as Xero has it then."""
        plural = path.split("/")[-1 if method == "PUT" else 0]
        answer = plain_http.request(
            method,
            f"{self.books.sandbox.url}/api.xro/2.0/{path}",
            params={"unitdp": "4"},
            headers=self._headers("application/json"),
            json=element,
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found[plural][0] if plural in found else found

    def delete(self, path: str) -> None:
        """Delete what stands at the path, such as an account that nothing lies on."""
        answer = plain_http.delete(
            f"{self.books.sandbox.url}/api.xro/2.0/{path}",
            headers=self._headers("application/json"),
        )
        assert answer.status_code in (200, 204), answer.text

    def change(self, link: Link, **fields: Any) -> dict[str, Any]:
        """Change a document's copy, by the names of Xero's fields."""
        endpoint = PushedDocument.of(link).endpoint
        return self.write("POST", endpoint, {_ID[endpoint]: str(link.xero_id), **fields})

    def approve(self, link: Link) -> None:
        self.change(link, Status="AUTHORISED")

    def pay(self, link: Link, amount: str, *, on: date = date(2026, 11, 10), **more: Any) -> str:
        """Record a payment on a document's copy, on the bank account; return its id."""
        endpoint = PushedDocument.of(link).endpoint
        payment = {
            _REF[endpoint]: {_ID[endpoint]: str(link.xero_id)},
            "Account": {"Code": "090"},
            "Date": on.isoformat(),
            "Amount": amount,
            **more,
        }
        return str(self.write("PUT", "Payments", payment)["PaymentID"])

    def unpay(self, payment_id: object) -> None:
        self.write("POST", f"Payments/{payment_id}", {"Status": "DELETED"})

    def press(self, path: str) -> None:
        """Press a button of the organisation's screens, such as `payments/ID/reconcile`."""
        organisation = self.books.organisation.tenant_id
        url = f"{self.books.sandbox.url}/org/{organisation}/{path}"
        answer = plain_http.post(url)
        assert answer.status_code == 303, answer.text

    def allocate(self, note: Link, link: Link, amount: str) -> str:
        allocation = {
            "Invoice": {"InvoiceID": str(link.xero_id)},
            "Amount": amount,
            "Date": "2026-11-12",
        }
        made = self.write("PUT", f"CreditNotes/{note.xero_id}/Allocations", allocation)
        return str(made["AllocationID"])

    def merge(self, contact_id: str, *, into: str) -> None:
        """Merge a contact into that of the name, as only a person on Xero's screens can."""
        answer = plain_http.post(
            f"{self.books.sandbox.url}/org/{self.books.organisation.tenant_id}"
            f"/contacts/{contact_id}/merge",
            data={"into": into},
        )
        assert answer.status_code == 303, answer.text

    def make(
        self, kind: str, number: str, *, contact: str, amount: str = "210", **more: Any
    ) -> dict[str, Any]:
        """Type a document without tax, of one of Xero's types such as ACCPAY; return it."""
        is_note = kind.endswith("CREDIT")
        named = {"CreditNoteNumber" if is_note else "InvoiceNumber": number}
        document = {
            "Type": kind,
            "Contact": {"Name": contact},
            "Date": "2026-11-01",
            "DueDate": "2026-12-01",
            "LineAmountTypes": "NoTax",
            "LineItems": [{"Description": "Typed", "Quantity": 1, "UnitAmount": amount}],
            **named,
            **more,
        }
        return self.write("PUT", "CreditNotes" if is_note else "Invoices", document)

    def write_twice(self, link: Link, **more: Any) -> None:
        """Write a document's copy once more, as a process does that was frozen for too long."""
        endpoint = PushedDocument.of(link).endpoint
        [copy] = self.read(f"{endpoint}/{link.xero_id}", unitdp="4")[endpoint]
        said = ("Type", "Url", "InvoiceNumber", "CreditNoteNumber", "LineAmountTypes")
        lines = ("Description", "Quantity", "UnitAmount", "AccountCode", "TaxType")
        document = {
            "Contact": {"ContactID": copy["Contact"]["ContactID"]},
            "Date": copy["DateString"],
            "DueDate": copy.get("DueDateString"),
            "LineItems": [{key: line[key] for key in lines} for line in copy["LineItems"]],
            **{key: copy[key] for key in said if key in copy},
            **more,
        }
        self.write("PUT", endpoint, document)

    def lock(self, until: str | None) -> None:
        """Lock the books up to a day, or open them."""
        self.organisation(PeriodLockDate=until)

    def add_currency(self, *codes: str) -> None:
        self.organisation(Currencies=list(codes))

    def organisation(self, **values: Any) -> None:
        self.books.sandbox.post(
            f"/_sandbox/organisations/{self.books.organisation.tenant_id}", values
        )

    def read(self, path: str, **query: str) -> dict[str, Any]:
        """Read a list or a record by its path."""
        found: dict[str, Any] = self._get(path, "application/json", query).json()
        return found

    def content(self, path: str, file: str) -> bytes:
        """Read a file that is attached to the document of the path."""
        return self._get(f"{path}/Attachments/{quote(file)}", "application/pdf", {}).content

    def _get(self, path: str, accept: str, query: dict[str, str]) -> httpx2.Response:
        return plain_http.get(
            f"{self.books.sandbox.url}/api.xro/2.0/{path}",
            params=query,
            headers=self._headers(accept),
        ).raise_for_status()

    def _headers(self, accept: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "xero-tenant-id": str(self.books.organisation.tenant_id),
            "Accept": accept,
        }
