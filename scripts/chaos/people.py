"""People at browsers: one at Tallystick's pages, one at Xero's own screens."""

import contextlib
import html
import re
from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlsplit

import httpx2
from browsing import Browser

from chaos.model import (
    BILL,
    SALES_CREDIT_NOTE,
    SALES_INVOICE,
    SUPPLIER_CREDIT_NOTE,
    XERO_TYPES,
    Document,
)
from chaos.xero_records import dump, is_live

_PAGES = {
    SALES_INVOICE: "sales/invoices",
    SALES_CREDIT_NOTE: "sales/credit-notes",
    BILL: "purchases/bills",
    SUPPLIER_CREDIT_NOTE: "purchases/supplier-credits",
}
_DESCRIPTION = re.compile(r'<textarea name="(description-\d+)"[^>]*>(.*?)</textarea>', re.DOTALL)


class PageUser(Browser):
    """Presses buttons on the lists of one workspace; a page that dies under it is no surprise."""

    def __init__(self, web: str, slug: str, *, email: str, password: str) -> None:
        super().__init__()
        self._home = f"{web}/w/{slug}"
        self._sign_in = f"{web}/sign-in/"
        self._who = {"email": email, "password": password}

    def press_for(self, act: str, documents: Sequence[Document]) -> None:
        """Submit or cancel the documents with the button of their lists."""
        with contextlib.suppress(httpx2.TransportError, LookupError):
            if not self.url:
                self.open(self._sign_in)
                self.press("Sign in", **self._who)
            for kind in sorted({document.kind for document in documents}):
                ids = [str(document.pk) for document in documents if document.kind == kind]
                self._send(f"{self._home}/{_PAGES[kind]}/act/", act, ids)

    def _send(self, address: str, act: str, ids: Sequence[str]) -> None:
        fields = {
            "csrfmiddlewaretoken": self._http.cookies.get("tallystick_csrf", ""),
            "act": act,
            "id": list(ids),
            "confirmed": "yes",
        }
        home = urlsplit(address)
        headers = {"Origin": f"{home.scheme}://{home.netloc}", "Referer": self.url}
        self._arrive(self._http.post(address, data=fields, headers=headers))


class XeroUser:
    """Approves, changes and removes invoices and bills on the stand-in's own screens."""

    def __init__(self, sandbox: str, organisation: str, prefix: str) -> None:
        self._sandbox, self._organisation, self._prefix = sandbox, organisation, prefix
        self._http = httpx2.Client(timeout=60, follow_redirects=True)

    def find(self, document: Document) -> dict[str, str] | None:
        """Return what the stand-in has of the document that is not gone."""
        for row in dump(self._sandbox, "invoices", self._organisation):
            same = (row["type"], row["number"]) == (
                XERO_TYPES[document.kind],
                self._prefix + document.number,
            )
            if same and row["contact_number"] == document.party and is_live(row):
                return dict(row)
        return None

    def approve(self, document: Document) -> bool:
        row = self.find(document)
        return bool(row) and self._press(row["id"], "approve")

    def change(self, document: Document) -> bool:
        """Put the due date a week later."""
        row = self.find(document)
        if row is None or row["status"] == "PAID":
            return False
        address = f"{self._sandbox}/org/{self._organisation}/invoices/{row['id']}/edit"
        with Browser() as browser:
            try:
                browser.open(address)
                fields = browser.form_with("Save").fields | {
                    name: html.unescape(text) for name, text in _DESCRIPTION.findall(browser.text)
                }
                later = date.fromisoformat(fields["due_date"]) + timedelta(days=7)
                browser.press("Save", **(fields | {"due_date": later.isoformat()}))
            except LookupError:
                return False
        return True

    def remove(self, document: Document) -> bool:
        """Delete or void it."""
        row = self.find(document)
        if row is None:
            return False
        return self._press(row["id"], "void" if row["status"] == "AUTHORISED" else "delete")

    def _press(self, ident: str, button: str) -> bool:
        address = f"{self._sandbox}/org/{self._organisation}/invoices/{ident}/{button}"
        return self._http.post(address).status_code == 200
