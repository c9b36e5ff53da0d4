"""What tests send through Xero's own Python client."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from books_client import Books, connect
from example_calls import fresh
from xero_python.accounting import models as m
from xero_python.exceptions import AccountingBadRequestException

TODAY = dt.date(2026, 10, 1)
UNKNOWN = "11111111-1111-1111-1111-111111111111"


def many(*elements: Any) -> Any:
    """The elements in the body that takes several of them: `Invoices` of `Invoice` and so on."""
    plural = type(elements[0]).__name__ + "s"
    [field] = [
        name
        for name, kind in getattr(m, plural).openapi_types.items()
        if kind == f"list[{type(elements[0]).__name__}]"
    ]
    return getattr(m, plural)(**{field: list(elements)})


def line(**changes: Any) -> m.LineItem:
    fields = {"description": "Tea", "quantity": 1, "unit_amount": 10, "account_code": "200"}
    return m.LineItem(**fields | {"tax_type": "OUTPUT2"} | changes)


def ann() -> m.Contact:
    return m.Contact(name="Ann Archer")


def sale(**changes: Any) -> m.Invoice:
    fields = {"type": "ACCREC", "contact": ann(), "line_items": [line()], "date": TODAY}
    fields |= {"invoice_number": fresh("PY-"), "due_date": TODAY, "status": "AUTHORISED"}
    return m.Invoice(**fields | changes)


def bill(**changes: Any) -> m.Invoice:
    lines = [line(account_code="300", tax_type="INPUT2")]
    return sale(**{"type": "ACCPAY", "line_items": lines} | changes)


def order(api: Any, **changes: Any) -> m.PurchaseOrder:
    """A purchase order from a supplier made for it."""
    supplier = api.create_contacts(many(m.Contact(name=fresh("Farm ")))).contacts[0]
    lines = [line(account_code="300", tax_type="INPUT2")]
    fields = {"contact": m.Contact(contact_id=supplier.contact_id), "line_items": lines}
    return m.PurchaseOrder(**fields | {"date": TODAY} | changes)


def note() -> m.CreditNote:
    return m.CreditNote(
        type="ACCRECCREDIT", contact=ann(), date=TODAY, line_items=[line()], status="AUTHORISED"
    )


def recoded(*amounts: float, **changes: Any) -> m.ManualJournal:
    lines = [
        m.ManualJournalLine(line_amount=amount, account_code=code, description="Recode")
        for amount, code in zip(amounts or (100, -100), ("412", "453"), strict=True)
    ]
    fields = {"narration": "Recode", "date": TODAY, "journal_lines": lines, "status": "POSTED"}
    return m.ManualJournal(**fields | changes)


def invoice(api: Any, body: m.Invoice | None = None) -> m.Invoice:
    return api.create_invoices(many(body or sale())).invoices[0]


def payment(made: m.Invoice, amount: float = 12) -> m.Payment:
    return m.Payment(
        invoice=m.Invoice(invoice_id=made.invoice_id),
        account=m.Account(code="090"),
        date=TODAY,
        amount=amount,
    )


def allocations(made: m.Invoice) -> m.Allocations:
    part = m.Allocation(invoice=m.Invoice(invoice_id=made.invoice_id), amount=2, date=TODAY)
    return many(part)


def advance(kind: str) -> m.BankTransaction:
    return m.BankTransaction(
        type=f"RECEIVE-{kind}",
        contact=ann(),
        bank_account=m.Account(code="090"),
        date=TODAY,
        line_items=[line()],
    )


def spent(**changes: Any) -> m.BankTransaction:
    fields = {"type": "SPEND", "contact": ann(), "bank_account": m.Account(code="090")}
    lines = [line(account_code="420", tax_type="INPUT2")]
    return m.BankTransaction(**fields | {"date": TODAY, "line_items": lines} | changes)


def transfer(amount: float = 50) -> m.BankTransfer:
    accounts = {name: m.Account(code=code) for name, code in _TRANSFERRED.items()}
    return m.BankTransfer(amount=amount, date=TODAY, **accounts)


_TRANSFERRED = {"from_bank_account": "090", "to_bank_account": "091"}


def kept(api: Any, maker: Callable[[Books], str]) -> str:
    """The id of what is loaded by control, since no client can write it."""
    return maker(connect(api.browser)).split("/")[1]


def refusal(call: Callable[..., Any], *args: Any) -> str:
    """The first message of the refusal that this call earns."""
    with pytest.raises(AccountingBadRequestException) as caught:
        call(*args)
    assert caught.value.http_resp.status == 400
    return caught.value.reason
