"""Overpayments, prepayments and bank transactions as Xero answers them: money that went by a bank account.

Like documents, but without a number of their own. Source: Xero's OpenAPI description 16.1.0.
"""

from decimal import Decimal

from msgspec import field

from tallystick.xero.documents import AccountRef, Allocation, Document


class Advance(Document, frozen=True, kw_only=True):
    """Money taken or given in advance: what is left of it is set against documents."""

    remaining_credit: Decimal | None = None
    allocations: tuple[Allocation, ...] = ()

    @property
    def outstanding(self) -> Decimal:
        """What is still to be allocated or refunded."""
        return self.remaining_credit or Decimal(0)

    @property
    def applied(self) -> Decimal:
        if self.total is None or self.remaining_credit is None:
            return Decimal(0)
        return self.total - self.remaining_credit


class Overpayment(Advance, frozen=True, kw_only=True):
    """More was paid than was due: RECEIVE-OVERPAYMENT or SPEND-OVERPAYMENT."""

    overpayment_id: str = field(default="", name="OverpaymentID")

    @property
    def record_id(self) -> str:
        return self.overpayment_id

    @property
    def number(self) -> str | None:
        return None


class Prepayment(Advance, frozen=True, kw_only=True):
    """Paid before there was a document: RECEIVE-PREPAYMENT or SPEND-PREPAYMENT."""

    prepayment_id: str = field(default="", name="PrepaymentID")
    invoice_number: str | None = None

    @property
    def record_id(self) -> str:
        return self.prepayment_id

    @property
    def number(self) -> str | None:
        return self.invoice_number


class BankTransaction(Document, frozen=True, kw_only=True):
    """Money spent or received without a document: SPEND, RECEIVE, and those of transfers and advances."""

    bank_transaction_id: str = field(default="", name="BankTransactionID")
    bank_account: AccountRef | None = None
    is_reconciled: bool | None = None

    @property
    def record_id(self) -> str:
        return self.bank_transaction_id

    @property
    def number(self) -> str | None:
        return None

    @property
    def outstanding(self) -> Decimal:
        """Nothing: it is money that has gone already."""
        return Decimal(0)

    @property
    def applied(self) -> Decimal:
        return self.total or Decimal(0)
