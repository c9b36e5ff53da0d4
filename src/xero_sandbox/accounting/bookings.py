"""What each document posts to the ledger, in base currency.

Control account is Accounts Receivable for sales, Accounts Payable for purchases. Bank transactions
post to their bank account instead; the two of a transfer are posted by the transfer. Amounts are
turned into base currency at the document's own rate and rounded line by line; a cent over goes
to the Rounding account. Money moves at the payment's rate, what it settles at the document's rate,
and the difference is a realised currency gain. A prepayment or overpayment posts its whole total
against the control account (our own choice: no source tells which account Xero keeps it on).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xero_sandbox.accounting import ledger
from xero_sandbox.accounting.bank.transaction_records import BankTransaction
from xero_sandbox.accounting.bank.transfer_records import Transfer
from xero_sandbox.accounting.credit_records import Credit
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.documents import Document
from xero_sandbox.accounting.invoice_records import Invoice
from xero_sandbox.accounting.ledger import Entry
from xero_sandbox.accounting.rates import in_base
from xero_sandbox.accounting.totals import ZERO
from xero_sandbox.organisations.records import Books


@dataclass(frozen=True)
class Money:
    """A payment or refund, as it reaches the bank account."""

    id: str
    day: date
    account_id: str
    amount: Decimal  #: in the document's currency
    in_base: Decimal  #: what the bank account gets or gives, in base currency


def book_invoice(desk: Desk, invoice: Invoice, *, left_over: Decimal = ZERO) -> None:
    """Post an invoice or bill anew.

    `left_over` is what its payments and credits, rounded one by one, leave of it in base
    currency once it is paid.
    """
    entries: list[Entry] = []
    if invoice.stands:
        control = _control(desk.books, invoice)
        entries = [*_of_lines(desk.books, invoice, control, _sign(invoice))]
        entries += _gain(desk.books, invoice, invoice.issued_on, left_over * _sign(invoice))
    _post(desk, "invoice", invoice.id, invoice, entries)


def book_credit(desk: Desk, credit: Credit, *, left_over: Decimal = ZERO) -> None:
    entries: list[Entry] = []
    if credit.stands and credit.bank_account_id:
        total = in_base(credit.totals.total, credit.currency_rate) * _sign(credit)
        control = _control(desk.books, credit)
        entries.append(Entry(credit.issued_on, control, total))
        entries.append(Entry(credit.issued_on, credit.bank_account_id, -total))
    elif credit.stands:
        control = _control(desk.books, credit)
        entries = [*_of_lines(desk.books, credit, control, _sign(credit))]
    if credit.stands:
        entries += _gain(desk.books, credit, credit.issued_on, left_over * _sign(credit))
    _post(desk, "credit", credit.id, credit, entries)


def book_payment(desk: Desk, document: Document, money: Money) -> None:
    """Money against what it settles of `document`, at the rates of each."""
    settles = in_base(money.amount, document.currency_rate) * _sign(document)
    moved = money.in_base * _sign(document)
    entries = [
        Entry(money.day, money.account_id, moved),
        Entry(money.day, _control(desk.books, document), -settles),
        Entry(money.day, _gain_account(desk.books), settles - moved),
    ]
    _post(desk, "payment", money.id, document, entries)


def book_allocation(
    desk: Desk, ident: str, invoice: Invoice, *, credit_rate: Decimal, amount: Decimal, day: date
) -> None:
    """Only a difference of rates is left: both sides are on the same control account."""
    gone = in_base(amount, invoice.currency_rate) * _sign(invoice)
    came = in_base(amount, credit_rate) * _sign(invoice)
    _post(desk, "allocation", ident, invoice, _gain(desk.books, invoice, day, gone - came))


def book_bank_transaction(desk: Desk, transaction: BankTransaction) -> None:
    """Money spent or received: the bank account against lines and tax."""
    entries: list[Entry] = []
    if transaction.stands:
        sign = 1 if transaction.sells else -1
        entries += _of_lines(desk.books, transaction, transaction.bank_account_id, sign)
    _post(desk, "bank_transaction", transaction.id, transaction, entries)


def book_transfer(desk: Desk, transfer: Transfer) -> None:
    """Money from one bank account to another, at the rates of one day."""
    entries: list[Entry] = []
    if transfer.status == "AUTHORISED":
        moved = in_base(transfer.amount, transfer.source.currency_rate)
        for side, tracking, amount in (
            (transfer.source, transfer.from_tracking, -moved),
            (transfer.target, transfer.to_tracking, moved),
        ):
            options = tuple(one["TrackingOptionID"] for one in tracking)
            entries.append(Entry(side.issued_on, side.bank_account_id, amount, options))
    now = desk.now_ms
    ledger.post(desk.db, desk.books.id, "bank_transfer", transfer.id, "", entries, now_ms=now)


def unbook(desk: Desk, ident: str) -> None:
    ledger.unpost(desk.db, desk.books.id, ident, now_ms=desk.now_ms)


def _post(
    desk: Desk, source: ledger.Source, ident: str, document: Document, entries: list[Entry]
) -> None:
    contact, now = document.contact_id, desk.now_ms
    ledger.post(desk.db, desk.books.id, source, ident, contact, entries, now_ms=now)


def _sign(document: Document) -> int:
    """1 where the control account is debited: sales invoices and purchase credits."""
    return 1 if document.sells == isinstance(document, Invoice) else -1


def _control(books: Books, document: Document) -> str:
    return books.system_account("DEBTORS" if document.sells else "CREDITORS").id


def _gain_account(books: Books) -> str:
    return books.system_account("REALISEDCURRENCYGAIN").id


def _gain(books: Books, document: Document, day: date, amount: Decimal) -> list[Entry]:
    """Take a signed amount off the control account as a realised gain or loss."""
    if not amount:
        return []
    return [
        Entry(day, _control(books, document), -amount),
        Entry(day, _gain_account(books), amount),
    ]


def _of_lines(books: Books, document: Document, against: str, sign: int) -> Iterator[Entry]:
    """The total on the account `against` (an id), and lines, tax and what rounding leaves."""
    day, rate = document.issued_on, document.currency_rate
    left = in_base(document.totals.total, rate) * sign
    yield Entry(day, against, left)
    for line in document.lines:
        if not line.account_id:
            continue
        tax = line.tax_amount if document.kind == "Inclusive" else ZERO
        net = in_base(line.line_amount - tax, rate) * sign
        left -= net
        yield Entry(
            day,
            line.account_id,
            -net,
            tuple(entry["TrackingOptionID"] for entry in line.tracking),
            tax=-in_base(line.tax_amount, rate) * sign,
            tax_type=line.tax_type,
            description=line.description or "",
        )
    tax = in_base(document.totals.total_tax, rate) * sign
    left -= tax
    yield Entry(day, books.system_account("GST").id, -tax)
    yield Entry(day, books.system_account("ROUNDING").id, -left)
