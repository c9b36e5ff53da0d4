"""What tests of the client against the stand-in Xero share: consent, drafts, faults."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tallystick.xero import (
    App,
    ContactRef,
    CreditNoteDraft,
    Hosts,
    InvoiceDraft,
    LineDraft,
    PaymentDraft,
    TokenSet,
    authorize_url,
    exchange_code,
    make_pkce,
)
from xero_sandbox.organisations.demo import organisation_id
from xero_sandbox.server import Running

APP = App("sandbox-client", "sandbox-secret")
CALLBACK = "http://localhost/callback"
SCOPES = [
    "openid",
    "offline_access",
    "accounting.invoices",
    "accounting.payments",
    "accounting.contacts",
    "accounting.settings.read",
    "accounting.attachments",
]
UK = organisation_id("UK")
DAY = date(2026, 9, 14)
BANK = "090"


def consent(http: httpx2.Client, hosts: Hosts, scopes: list[str] = SCOPES) -> TokenSet:
    """Press Allow for the UK organisation, as a person in a browser does."""
    pkce = make_pkce()
    url = authorize_url(
        hosts,
        client_id=APP.client_id,
        redirect_uri=CALLBACK,
        scopes=scopes,
        state="s",
        code_challenge=pkce.challenge,
    )
    back = http.post(url, data={"decision": "allow", "organisation": UK}).headers["Location"]
    [code] = parse_qs(urlsplit(back).query)["code"]
    return exchange_code(
        http, hosts, APP, code=code, redirect_uri=CALLBACK, code_verifier=pkce.verifier
    )


def a_line(**changes: Any) -> LineDraft:
    """5.00 without tax, 6.00 with it."""
    values = {
        "description": "Tea",
        "quantity": Decimal(3),
        "unit_amount": Decimal("1.6667"),
        "account_code": "200",
        "tax_type": "OUTPUT2",
    }
    return LineDraft(**(values | changes))


def a_purchase(**changes: Any) -> LineDraft:
    """10.00 without tax, 12.00 with it."""
    values = {"unit_amount": Decimal(10), "quantity": Decimal(1), "account_code": "429"}
    return a_line(**(values | {"tax_type": "INPUT2"} | changes))


def an_invoice(number: str | None, contact: ContactRef, **changes: Any) -> InvoiceDraft:
    values = {
        "type": "ACCREC",
        "status": "DRAFT",
        "contact": contact,
        "invoice_number": number,
        "url": f"https://books.test/documents/{number}",
        "issued_on": DAY,
        "due_on": date(2026, 10, 20),
        "currency_code": "GBP",
        "line_amount_types": "Exclusive",
        "line_items": [a_line()],
    }
    return InvoiceDraft(**(values | changes))


def a_bill(number: str | None, contact: ContactRef, **changes: Any) -> InvoiceDraft:
    lines = {"type": "ACCPAY", "line_items": [a_purchase()]}
    return an_invoice(number, contact, **(lines | changes))


def a_credit_note(number: str | None, contact: ContactRef, **changes: Any) -> CreditNoteDraft:
    values = {
        "type": "ACCRECCREDIT",
        "status": "DRAFT",
        "contact": contact,
        "credit_note_number": number,
        "issued_on": DAY,
        "currency_code": "GBP",
        "line_amount_types": "Exclusive",
        "line_items": [a_line()],
    }
    return CreditNoteDraft(**(values | changes))


def a_payment(amount: str, **changes: Any) -> PaymentDraft:
    values = {"paid_on": DAY, "amount": Decimal(amount), "account_code": BANK}
    return PaymentDraft(**(values | changes))


@contextmanager
def fault(sandbox: Running, action: str, path: str) -> Iterator[None]:
    added = sandbox.sandbox.faults.add({"action": action, "match": {"path": path}})
    try:
        yield
    finally:
        sandbox.sandbox.faults.remove(added["id"])
