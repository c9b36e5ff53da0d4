"""Payments and refunds in storage and on the wire."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import credit_records, invoice_records
from xero_sandbox.accounting.credit_records import Credit
from xero_sandbox.accounting.documents import Document, days, with_contact
from xero_sandbox.accounting.invoice_records import CREDITS, Invoice
from xero_sandbox.organisations.records import Account

#: By the type of the document that is paid or refunded (facts 6.4).
TYPES = {
    "ACCREC": "ACCRECPAYMENT",
    "ACCPAY": "ACCPAYPAYMENT",
    "ACCRECCREDIT": "ARCREDITPAYMENT",
    "ACCPAYCREDIT": "APCREDITPAYMENT",
    "RECEIVE-PREPAYMENT": "ARPREPAYMENTPAYMENT",
    "SPEND-PREPAYMENT": "APPREPAYMENTPAYMENT",
    "RECEIVE-OVERPAYMENT": "AROVERPAYMENTPAYMENT",
    "SPEND-OVERPAYMENT": "APOVERPAYMENTPAYMENT",
}
#: What a document is called where a payment shows it as an `Invoice`.
_AS_INVOICE = {
    "RECEIVE-PREPAYMENT": "ARPREPAYMENT",
    "SPEND-PREPAYMENT": "APPREPAYMENT",
    "RECEIVE-OVERPAYMENT": "AROVERPAYMENT",
    "SPEND-OVERPAYMENT": "APOVERPAYMENT",
}


@dataclass
class Payment:
    id: str
    organisation: str
    document_id: str
    type: str
    account_id: str
    day: date
    amount: Decimal  #: in the document's currency
    bank_amount: Decimal  #: in the account's currency
    rate: Decimal  #: the document's currency for one unit of the base currency
    status: str = "AUTHORISED"
    reconciled: bool = False
    batch_id: str | None = None
    details: dict[str, str] = field(default_factory=dict)  #: Reference, Particulars, Code ..
    updated_ms: int = 0
    seq: int | None = None  #: None until it is stored

    def within_document(self) -> dict[str, Any]:
        """As the document shows what is paid on it (facts 5.2)."""
        shown: dict[str, Any] = {"PaymentID": self.id}
        if self.batch_id:
            shown["BatchPaymentID"] = self.batch_id
        shown |= {"Date": wire.day_instant(self.day), "Amount": self.amount}
        if "Reference" in self.details:
            shown["Reference"] = self.details["Reference"]
        return shown | {
            "CurrencyRate": self.rate,
            "HasAccount": False,
            "HasValidationErrors": False,
        }

    def head(self) -> dict[str, Any]:
        """The wire form without account, document and batch."""
        values = {
            "PaymentID": self.id,
            "BatchPaymentID": self.batch_id,
            "Date": wire.day_instant(self.day),
            "BankAmount": self.bank_amount,
            "Amount": self.amount,
            **self.details,
            "CurrencyRate": self.rate,
            "PaymentType": self.type,
            "Status": self.status,
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "UpdatedDateUTCString": wire.iso_seconds(self.updated_ms),
            "HasAccount": True,
            "IsReconciled": self.reconciled,
            "HasValidationErrors": False,
        }
        return {name: value for name, value in values.items() if value is not None}


def single(payment: Payment, account: Account, document: Invoice | Credit) -> dict[str, Any]:
    """Everything, as a single read or a write answers.

    The document goes as `Invoice`, also where it is a credit note (facts 6.4).
    """
    shown = {"AccountID": account.id, "Code": account.code, "Name": account.name}
    return payment.head() | {
        "Account": {name: value for name, value in shown.items() if value},
        "Invoice": _full(document),
    }


def short_invoice(
    kind: str, ident: str, number: str, currency: str, contact: dict[str, Any]
) -> dict[str, Any]:
    """The document as a list of payments shows it."""
    return {
        "Type": _AS_INVOICE.get(kind, kind),
        "InvoiceID": ident,
        "InvoiceNumber": number,
        "Payments": [],
        **{name: [] for name in CREDITS},
        "HasErrors": False,
        "IsDiscounted": False,
        "Contact": contact,
        "LineItems": [],
        "CurrencyCode": currency,
    }


def _full(document: Invoice | Credit) -> dict[str, Any]:
    head = document.head() if isinstance(document, Invoice) else _as_invoice(document)
    assert document.contact is not None  # noqa: S101 - stored documents have one
    contact = {
        "ContactID": document.contact.id,
        "Name": document.contact.name,
        "ContactPersons": [],
        "HasValidationErrors": False,
    }
    items = [line.wire() for line in document.lines]
    return with_contact(head, contact) | {"LineItems": items}


def _as_invoice(credit: Credit) -> dict[str, Any]:
    return {
        "Type": _AS_INVOICE.get(credit.type, credit.type),
        "InvoiceID": credit.id,
        "InvoiceNumber": credit.number,
        "Reference": credit.reference,
        "Payments": credit.payments,
        "Prepayments": [],
        "Overpayments": [],
        "AmountDue": credit.remaining,
        "AmountPaid": credit.applied,
        "SentToContact": credit.sent_to_contact,
        "CurrencyRate": credit.currency_rate,
        "IsDiscounted": False,
        "HasErrors": False,
        **days("Date", credit.issued_on),
        "Status": credit.status,
        "LineAmountTypes": credit.kind,
        "SubTotal": credit.totals.sub_total,
        "TotalTax": credit.totals.total_tax,
        "Total": credit.totals.total,
        "UpdatedDateUTC": wire.instant(credit.updated_ms),
        "UpdatedDateUTCString": wire.iso_seconds(credit.updated_ms),
        "CurrencyCode": credit.currency,
        **days("FullyPaidOnDate", credit.fully_paid_on, text=False),
    }


def from_row(row: sqlite3.Row) -> Payment:
    return Payment(
        id=row["id"],
        organisation=row["organisation"],
        document_id=row["document_id"],
        type=row["type"],
        account_id=row["account_id"],
        day=date.fromisoformat(row["date"]),
        amount=Decimal(row["amount"]).scaleb(-2),
        bank_amount=Decimal(row["bank_amount"]).scaleb(-2),
        rate=Decimal(row["rate"]),
        status=row["status"],
        reconciled=bool(row["reconciled"]),
        batch_id=row["batch_id"],
        details=wire.loads(row["data"]),
        updated_ms=row["updated"],
        seq=row["seq"],
    )


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> Payment | None:
    row = db.execute(
        "SELECT * FROM payment WHERE organisation = ? AND id = ?", (organisation, ident)
    ).fetchone()
    return from_row(row) if row else None


def of_document(db: sqlite3.Connection, ident: str) -> list[Payment]:
    """Payments that stand, oldest first: documents do not show deleted ones (facts 12.2)."""
    rows = db.execute(
        "SELECT * FROM payment WHERE document_id = ? AND status = 'AUTHORISED' ORDER BY date, seq",
        (ident,),
    )
    return [from_row(row) for row in rows.fetchall()]


def of_batch(db: sqlite3.Connection, ident: str) -> list[Payment]:
    """Every payment of a batch, deleted ones too."""
    rows = db.execute("SELECT * FROM payment WHERE batch_id = ? ORDER BY seq", (ident,))
    return [from_row(row) for row in rows.fetchall()]


def document_of(db: sqlite3.Connection, payment: Payment) -> Invoice | Credit:
    """Return what the payment pays or refunds."""
    found: Document | None = invoice_records.by_id(db, payment.organisation, payment.document_id)
    found = found or credit_records.by_id(db, payment.organisation, payment.document_id)
    assert isinstance(found, (Invoice, Credit))  # noqa: S101 - documents are never removed
    return found


def save(db: sqlite3.Connection, payment: Payment, *, now_ms: int) -> None:
    """Insert or update; sets UpdatedDateUTC."""
    payment.updated_ms = now_ms
    values = {
        "seq": payment.seq,
        "id": payment.id,
        "organisation": payment.organisation,
        "document_id": payment.document_id,
        "type": payment.type,
        "account_id": payment.account_id,
        "batch_id": payment.batch_id,
        "date": payment.day.isoformat(),
        "amount": int(payment.amount * 100),
        "bank_amount": int(payment.bank_amount * 100),
        "rate": str(payment.rate),
        "status": payment.status,
        "reconciled": payment.reconciled,
        "updated": now_ms,
        "data": wire.dumps(payment.details),
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    written = db.execute(f"INSERT OR REPLACE INTO payment ({names}) VALUES ({marks})", values)  # noqa: S608
    payment.seq = payment.seq or written.lastrowid
