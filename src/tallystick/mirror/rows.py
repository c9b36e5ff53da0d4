"""From a record as Xero wrote it to the row that mirrors it.

What a row cannot hold raises ValueError, with the reason for whoever looks at what was not read.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.mirror.models import (
    Mirrored,
    MirroredAllocation,
    MirroredContact,
    MirroredDocument,
    MirroredItem,
    MirroredLine,
    MirroredPayment,
)

#: Amounts of more digits than these before the point are no money.
_MOST = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class ReadAt:
    """When a page was read: by Xero's clock, and by ours."""

    theirs: datetime
    ours: datetime


def row_of(
    which: xero.ChangedList[Any],
    organisation: Organisation,
    one: xero.ChangedRecord[Any],
    at: ReadAt,
) -> Mirrored:
    """Return the row of a record, not saved. Raises ValueError."""
    model, fields = _ROWS[which.endpoint]
    record = one.record
    return model(
        organisation=organisation,
        xero_id=UUID(record.record_id),
        updated_at=record.updated_at,
        read_at=at.theirs,
        noticed_at=at.ours,
        digest=hashlib.sha256(one.raw).digest(),
        raw=zlib.compress(one.raw, level=1),
        **fields(record, which),
    )


def lines_of(record: xero.Document, document_id: int) -> Iterator[MirroredLine]:
    """Yield the rows of the record's lines, not saved. Raises ValueError."""
    for position, line in enumerate(record.line_items, start=1):
        yield MirroredLine(
            document_id=document_id,
            position=position,
            xero_id=_id(line.line_item_id),
            description=_text(line.description),
            quantity=_amount(line.quantity),
            unit_price=_amount(line.unit_amount),
            discount=_amount(line.discount_rate),
            discount_amount=_amount(line.discount_amount),
            item_code=_text(line.item_code),
            account_code=_text(line.account_code),
            tax_type=_text(line.tax_type),
            tax=_amount(line.tax_amount),
            amount=_amount(line.line_amount),
            tracking=[[_text(one.name), _text(one.option)] for one in line.tracking],
        )


def allocations_of(record: xero.Document, document_id: int) -> Iterator[MirroredAllocation]:
    """Yield the rows of what the credit is set against, not saved; deleted ones are none."""
    told: tuple[xero.Allocation, ...] = getattr(record, "allocations", ())
    standing = [one for one in told if not one.is_deleted]
    for position, one in enumerate(standing, start=1):
        yield MirroredAllocation(
            document_id=document_id,
            position=position,
            xero_id=_id(one.allocation_id),
            invoice_id=_id(one.invoice.invoice_id if one.invoice else ""),
            invoice_number=_text(one.invoice.invoice_number if one.invoice else ""),
            amount=_amount(one.amount) or Decimal(0),
            allocated_on=one.allocated_on,
        )


def _contact(record: xero.Contact, _: object) -> dict[str, Any]:
    owed = record.balances or xero.Balances()
    receivable, payable = owed.accounts_receivable, owed.accounts_payable
    return {
        "name": _text(record.name),
        "status": _text(record.status),
        "merged_to_id": _id(record.merged_to_contact_id),
        "contact_number": _text(record.contact_number),
        "account_number": _text(record.account_number),
        "first_name": _text(record.first_name),
        "last_name": _text(record.last_name),
        "email": _text(record.email_address),
        "tax_number": _text(record.tax_number),
        "company_number": _text(record.company_number),
        "default_currency": _text(record.default_currency),
        "is_customer": record.is_customer,
        "is_supplier": record.is_supplier,
        "groups": [_text(one.name) for one in record.groups],
        "addresses": [_plain(one) for one in record.addresses],
        "phones": [_plain(one) for one in record.phones],
        "receivable": _amount(receivable.outstanding if receivable else None),
        "receivable_overdue": _amount(receivable.overdue if receivable else None),
        "payable": _amount(payable.outstanding if payable else None),
        "payable_overdue": _amount(payable.overdue if payable else None),
    }


def _item(record: xero.Item, _: object) -> dict[str, Any]:
    sales, purchase = record.sales or xero.ItemPrice(), record.purchase or xero.ItemPrice()
    return {
        "code": _text(record.code),
        "name": _text(record.name),
        "description": _text(record.description),
        "purchase_description": _text(record.purchase_description),
        "is_sold": record.is_sold,
        "is_purchased": record.is_purchased,
        "is_tracked": record.is_tracked,
        "sales_price": _amount(sales.unit_price),
        "sales_account_code": _text(sales.account_code),
        "sales_tax_type": _text(sales.tax_type),
        "purchase_price": _amount(purchase.unit_price),
        "purchase_account_code": _text(purchase.account_code or purchase.cogs_account_code),
        "purchase_tax_type": _text(purchase.tax_type),
        "gone_at": None,
    }


def _document(record: xero.Document, which: xero.ChangedList[Any]) -> dict[str, Any]:
    contact = record.contact
    bank = record.bank_account if isinstance(record, xero.BankTransaction) else None
    return {
        "endpoint": which.endpoint,
        "type": _text(record.type),
        "status": _text(record.status),
        "number": _text(record.number),
        "reference": _text(record.reference),
        "url": _text(record.url),
        "contact_id": _id(contact.contact_id if contact else ""),
        "contact_name": _text(contact.name if contact else ""),
        "issued_on": record.issued_on,
        "due_on": record.due_on,
        "fully_paid_on": record.fully_paid_on,
        "currency": _text(record.currency_code),
        "currency_rate": _amount(record.currency_rate),
        "line_amount_types": _text(record.line_amount_types),
        "subtotal": _amount(record.sub_total),
        "tax": _amount(record.total_tax),
        "total": _amount(record.total),
        "outstanding": _amount(record.outstanding),
        "applied": _amount(record.applied),
        "sent_to_contact": record.sent_to_contact,
        "has_attachments": record.has_attachments,
        "bank_account_id": _id(bank.account_id if bank else ""),
    }


def _payment(record: xero.Payment, _: object) -> dict[str, Any]:
    account = record.account
    return {
        "type": _text(record.type),
        "status": _text(record.status),
        "document_id": _id(record.document_id),
        "account_id": _id(account.account_id if account else ""),
        "account_code": _text(account.code if account else ""),
        "paid_on": record.paid_on,
        "amount": _amount(record.amount),
        "bank_amount": _amount(record.bank_amount),
        "currency_rate": _amount(record.currency_rate),
        "reference": _text(record.reference),
        "is_reconciled": record.is_reconciled,
        "batch_payment_id": _id(record.batch_payment_id),
    }


_Fields: TypeAlias = Callable[[Any, xero.ChangedList[Any]], dict[str, Any]]
_OF_DOCUMENTS: tuple[type[Mirrored], _Fields] = (MirroredDocument, _document)
_ROWS: Mapping[str, tuple[type[Mirrored], _Fields]] = MappingProxyType(
    {
        xero.CONTACTS.endpoint: (MirroredContact, _contact),
        xero.ITEMS.endpoint: (MirroredItem, _item),
        xero.INVOICES.endpoint: _OF_DOCUMENTS,
        xero.CREDIT_NOTES.endpoint: _OF_DOCUMENTS,
        xero.OVERPAYMENTS.endpoint: _OF_DOCUMENTS,
        xero.PREPAYMENTS.endpoint: _OF_DOCUMENTS,
        xero.BANK_TRANSACTIONS.endpoint: _OF_DOCUMENTS,
        xero.PAYMENTS.endpoint: (MirroredPayment, _payment),
    }
)


def model_of(which: xero.ChangedList[Any]) -> type[Mirrored]:
    """Return the model that mirrors the records of the list."""
    return _ROWS[which.endpoint][0]


def _text(value: str | None) -> str:
    """Return the text; PostgreSQL keeps no character zero."""
    return (value or "").replace("\x00", "")


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _amount(value: Decimal | None) -> Decimal | None:
    if value is not None and (not value.is_finite() or abs(value) >= _MOST):
        raise ValueError(f"{value} is no amount that books can have")
    return value


def _plain(part: xero.Address | xero.Phone) -> dict[str, str]:
    """Return a part as Xero writes it, without what is empty."""
    plain: dict[str, Any] = msgspec.to_builtins(part)
    return {key: _text(value) for key, value in plain.items() if value}
