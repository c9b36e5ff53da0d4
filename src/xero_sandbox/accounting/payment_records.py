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
from xero_sandbox.accounting.documents import Document, days
from xero_sandbox.accounting.invoice_records import INVOICE, SHORT_INVOICE, Invoice
from xero_sandbox.accounting.shapes import (
    EVERY,
    LISTS,
    NESTS,
    WRITES,
    AnswerKind,
    FieldShape,
    Presence,
    shaped,
)
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
_ALONE = EVERY - NESTS  #: not inside the document that it pays (facts 5.2)
PAYMENT = (
    FieldShape("PaymentID"),
    FieldShape("BatchPaymentID", Presence.ABSENT),
    FieldShape("BatchPayment", Presence.ABSENT, answers=_ALONE),
    FieldShape("Date"),
    FieldShape("BankAmount", answers=_ALONE),
    FieldShape("Amount"),
    FieldShape("Reference", Presence.ABSENT),
    *(
        FieldShape(name, Presence.ABSENT, answers=_ALONE)
        for name in ("Particulars", "Details", "Code")
    ),
    FieldShape("BankAccountNumber", Presence.ABSENT, answers=_ALONE),
    FieldShape("CurrencyRate"),
    FieldShape("PaymentType", answers=_ALONE),
    FieldShape("Status", answers=_ALONE),
    FieldShape("UpdatedDateUTC", answers=_ALONE),
    FieldShape("UpdatedDateUTCString", answers=_ALONE),
    FieldShape("HasAccount"),
    FieldShape("IsReconciled", answers=_ALONE),
    FieldShape("Account", answers=_ALONE),
    FieldShape("Invoice", answers=_ALONE),
    FieldShape("HasValidationErrors"),
)
#: As a payment names its account; lists leave out the name.
ACCOUNT = (
    FieldShape("AccountID"),
    FieldShape("Code", Presence.ABSENT),
    FieldShape("Name", answers=EVERY - LISTS),
)
#: As the document inside a single payment names its contact.
PARTY = (
    FieldShape("ContactID"),
    FieldShape("Name"),
    FieldShape("ContactPersons", Presence.EMPTY, []),
    FieldShape("HasValidationErrors", Presence.EMPTY, False),
)


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
        values = {
            "PaymentID": self.id,
            "BatchPaymentID": self.batch_id,
            "Date": wire.day_instant(self.day),
            "Amount": self.amount,
            "Reference": self.details.get("Reference"),
            "CurrencyRate": self.rate,
            "HasAccount": False,
            "HasValidationErrors": False,
        }
        return shaped(PAYMENT, values, AnswerKind.NESTED)

    def values(self) -> dict[str, Any]:
        """What it has of each field but account, document and batch."""
        return {
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


def shown(
    payment: Payment,
    account: dict[str, Any],
    document: dict[str, Any],
    batch: dict[str, Any] | None,
    answer: AnswerKind,
) -> dict[str, Any]:
    """The payment as this kind of answer has it; the rest is on the wire already.

    The document goes as `Invoice`, also where it is a credit note (facts 6.4).
    """
    parts = {
        "BatchPayment": batch,
        "Account": shaped(ACCOUNT, account, answer),
        "Invoice": document,
    }
    return shaped(PAYMENT, payment.values() | parts, answer)


def account_of(account: Account) -> dict[str, Any]:
    """As a payment names the account; bank accounts may lack a code."""
    return {"AccountID": account.id, "Code": account.code or None, "Name": account.name}


def short_invoice(
    kind: str, ident: str, number: str, currency: str, contact: dict[str, Any]
) -> dict[str, Any]:
    """The document as a list of payments shows it."""
    values = {
        "Type": _AS_INVOICE.get(kind, kind),
        "InvoiceID": ident,
        "InvoiceNumber": number,
        "Contact": contact,
        "CurrencyCode": currency,
    }
    return shaped(SHORT_INVOICE, values, AnswerKind.NESTED)


def whole_invoice(document: Invoice | Credit, answer: AnswerKind) -> dict[str, Any]:
    """The document as other answers show it; those to writes say nothing of what pays it."""
    values = document.values() if isinstance(document, Invoice) else _as_invoice(document)
    assert document.contact is not None  # noqa: S101 - stored documents have one
    values["Contact"] = shaped(
        PARTY, {"ContactID": document.contact.id, "Name": document.contact.name}, answer
    )
    values["LineItems"] = [line.wire(answer) for line in document.lines]
    if answer in WRITES:
        values["Payments"] = None
    return shaped(INVOICE, values, AnswerKind.NESTED)


def _as_invoice(credit: Credit) -> dict[str, Any]:
    return {
        "Type": _AS_INVOICE.get(credit.type, credit.type),
        "InvoiceID": credit.id,
        "InvoiceNumber": credit.number,
        "Reference": credit.reference,
        "Payments": credit.payments or None,
        "AmountDue": credit.remaining,
        "AmountPaid": credit.applied,
        "SentToContact": credit.sent_to_contact,
        "CurrencyRate": credit.currency_rate,
        "IsDiscounted": False,
        "HasAttachments": credit.has_attachments,
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
