"""What a payment or refund may be (facts 6.4)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

from xero_sandbox.accounting import bookings, credit_records, invoice_records
from xero_sandbox.accounting import payment_records as records
from xero_sandbox.accounting.bookings import Money
from xero_sandbox.accounting.credit_records import (
    CREDIT_NOTES,
    OVERPAYMENTS,
    PREPAYMENTS,
    Credit,
    Family,
)
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.invoice_records import Invoice
from xero_sandbox.accounting.papers import settling
from xero_sandbox.accounting.payment_records import Payment
from xero_sandbox.accounting.rates import LARGEST, SMALLEST_RATE, day_rate, in_base
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.settlement import settle
from xero_sandbox.accounting.totals import rounded
from xero_sandbox.organisations.records import Account

NOT_APPLIED = "This payment is not applied."
APPLIED_TWICE = "Payment is applied to more than one document."
ACCOUNT_MISSING = "The account code or ID must be specified"
ACCOUNT_UNKNOWN = "Account could not be found."
ACCOUNT_UNFIT = "Account type is invalid for making a payment to/from"
NOT_AUTHORISED = "Payments can only be made against Authorised documents"
NOT_POSITIVE = "Payment amounts must be positive amounts"
RECONCILED = "This payment cannot be edited as it has been reconciled with a Bank Statement"
TOO_MUCH = "Payment amount exceeds the amount outstanding on this document"
_TEXTS = ("Reference", "Particulars", "Code", "Details", "BankAccountNumber")


def find_target(desk: Desk, sent: Sent) -> Invoice | Credit | None:
    """Return the one document that is paid or refunded; else say why in `desk.errors`."""
    invoice, note = sent.child("Invoice"), sent.child("CreditNote")
    if invoice is None and sent.text("InvoiceNumber"):
        invoice = sent
    if note is None and sent.text("CreditNoteNumber"):
        note = sent
    finders: list[Callable[[], Invoice | Credit | None]] = []
    if invoice is not None:
        finders.append(partial(find_invoice, desk, invoice))
    for family, child in (
        (CREDIT_NOTES, note),
        (PREPAYMENTS, sent.child("Prepayment")),
        (OVERPAYMENTS, sent.child("Overpayment")),
    ):
        if child is not None:
            finders.append(partial(find_credit, desk, family, child))
    if len(finders) != 1:
        desk.errors.append(APPLIED_TWICE if finders else NOT_APPLIED)
        return None
    return finders[0]()


def find_invoice(desk: Desk, sent: Sent) -> Invoice | None:
    """Return the invoice or bill of an id or number; else say so in `desk.errors`."""
    ident, number = sent.guid("InvoiceID"), sent.text("InvoiceNumber")
    found = None
    if ident:
        found = invoice_records.by_id(desk.db, desk.books.id, ident)
    elif number:
        found = invoice_records.by_any_number(desk.db, desk.books.id, number)
    if found is None:
        _unknown(desk, "Invoice")
    return found


def find_credit(desk: Desk, family: Family, sent: Sent) -> Credit | None:
    """Return the credit of an id, or a credit note of a number; else say so in `desk.errors`."""
    ident, number = sent.guid(f"{family.singular}ID"), sent.text("CreditNoteNumber")
    found = None
    if ident:
        found = credit_records.by_id(desk.db, desk.books.id, ident)
    elif number and family is CREDIT_NOTES:
        found = credit_records.by_number(desk.db, desk.books.id, family, number)
    if found is None or found.family is not family:
        _unknown(desk, "Credit Note" if family is CREDIT_NOTES else family.singular)
        return None
    return found


def _unknown(desk: Desk, name: str) -> None:
    ident = f"{name.replace(' ', '')}ID"
    desk.errors.append(f"An existing {name} with the specified {ident} could not be found")


def find_account(desk: Desk, sent: Sent) -> Account | None:
    """Return the account that money moves on; else say in `desk.errors` why it cannot."""
    child = sent.child("Account")
    code, ident = (child.text("Code"), child.guid("AccountID")) if child else (None, None)
    if not code and not ident:
        desk.errors.append(ACCOUNT_MISSING)
        return None
    books = desk.books
    account = books.accounts_by_id.get(ident) if ident else books.accounts.get(code or "")
    if account is None:
        desk.errors.append(ACCOUNT_UNKNOWN)
        return None
    if account.status != "ACTIVE" or not account.takes_payments:
        desk.errors.append(ACCOUNT_UNFIT)
        return None
    return account


def read_amount(desk: Desk, sent: Sent, document: Invoice | Credit | None) -> Decimal:
    """Return the amount, judged for itself and against `document` where that is known.

    One below zero, and a document that is paid, are refused in two sentences (facts 6.4, 12.3).
    """
    amount = rounded(sent.number("Amount") or Decimal(0))
    if amount <= 0:
        desk.errors.append(NOT_POSITIVE)
    if document and document.status != "AUTHORISED":
        desk.errors.append(NOT_AUTHORISED)
    if document and (amount < 0 or amount > outstanding(document)):
        desk.errors.append(TOO_MUCH)
    return amount


def read_payment(
    desk: Desk,
    sent: Sent,
    document: Invoice | Credit,
    account: Account,
    *,
    day: date,
    amount: Decimal,
) -> Payment:
    """Make a payment of what was judged already, and judge its rate."""
    payment = Payment(
        id=str(uuid.uuid4()),
        organisation=desk.books.id,
        document_id=document.id,
        type=records.TYPES[document.type],
        account_id=account.id,
        day=day,
        amount=amount,
        bank_amount=amount,
        rate=Decimal(1),
        reconciled=sent.flag("IsReconciled") or False,
        details={name: text for name in _TEXTS if (text := sent.text(name))},
    )
    _convert(desk, sent, payment, document.currency, account.currency)
    return payment


def outstanding(document: Invoice | Credit) -> Decimal:
    return document.amount_due if isinstance(document, Invoice) else document.remaining


def apply_payment(desk: Desk, payment: Payment, document: Invoice | Credit) -> None:
    """Save a payment that broke no rule, post it and bring its document in line."""
    records.save(desk.db, payment, now_ms=desk.now_ms)
    account = desk.books.accounts_by_id[payment.account_id]
    base = desk.books.base_currency
    moved = payment.bank_amount
    if (account.currency or base) != base:
        moved = in_base(payment.amount, payment.rate)
    money = Money(payment.id, payment.day, account.id, payment.amount, moved)
    bookings.book_payment(desk, document, money)
    settle(desk, document)
    settling.paid(desk, document, payment.id, payment.day, payment.amount)


def delete_payment(desk: Desk, payment: Payment, *, with_batch: bool = False) -> Invoice | Credit:
    """Undo a payment and return its document; why it cannot be goes to `desk.errors`."""
    document = records.document_of(desk.db, payment)
    if payment.status == "DELETED":
        desk.errors.append("The payment has been deleted already.")
    if payment.reconciled:
        desk.errors.append(RECONCILED)
    if payment.batch_id and not with_batch:
        desk.errors.append("A payment of a batch payment can only be deleted with the batch.")
    desk.check_edit_locks(payment.day)
    if not desk.errors:
        payment.status = "DELETED"
        records.save(desk.db, payment, now_ms=desk.now_ms)
        bookings.unbook(desk, payment.id)
        settle(desk, document)
        settling.payment_deleted(desk, document, payment.id, payment.day, payment.amount)
    return document


def _convert(
    desk: Desk, sent: Sent, payment: Payment, currency: str, account_currency: str | None
) -> None:
    """Set the rate and what the bank account moves. `BankAmount` goes before `CurrencyRate`.

    The account is in the base currency or in the document's; for a document in the base
    currency it may be in any.
    """
    base = desk.books.base_currency
    bank = account_currency or base
    rate, moved = sent.number("CurrencyRate"), sent.number("BankAmount")
    if (rate is not None and rounded(rate, 6) <= 0) or (moved is not None and rounded(moved) <= 0):
        desk.errors.append("CurrencyRate and BankAmount must be greater than zero.")
    elif currency == base:
        if bank != base:
            payment.bank_amount = rounded(moved or payment.amount * _rate(desk, bank, payment.day))
    elif bank not in (base, currency):
        desk.errors.append("The currency of the account does not fit the document.")
    else:
        payment.rate = rounded(rate, 6) if rate else _rate(desk, currency, payment.day)
        if bank == base and moved:
            payment.bank_amount = rounded(moved)
            payment.rate = max(rounded(payment.amount / moved, 6), SMALLEST_RATE)
        elif bank == base:
            payment.bank_amount = in_base(payment.amount, payment.rate)
    if max(payment.bank_amount, in_base(payment.amount, payment.rate)) > LARGEST:
        desk.errors.append("The payment is too large in the currency of the account.")


def _rate(desk: Desk, currency: str, day: date) -> Decimal:
    return day_rate(desk.db, desk.books.base_currency, currency, day)
