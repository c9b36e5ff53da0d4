"""Documents, payments and allocations as Xero answers them.

Like `records`: keys that we do not know are ignored, amounts are Decimal exactly as written, None
or () stands for what Xero left out. Amounts are in the document's currency.
"""

from datetime import date, datetime
from decimal import Decimal

from msgspec import field

from tallystick.xero.records import (
    Contact,
    Record,
    Remarked,
    Written,
    day_of,
    instant_of,
    is_real,
)


class LineTracking(Record, frozen=True, kw_only=True):
    """The option that a line bears of one tracking category; both by name."""

    name: str = ""
    option: str = ""
    tracking_category_id: str | None = field(default=None, name="TrackingCategoryID")
    tracking_option_id: str | None = field(default=None, name="TrackingOptionID")


class LineItem(Remarked, frozen=True, kw_only=True):
    """A line; one with a description only has neither amounts nor tax."""

    line_item_id: str | None = field(default=None, name="LineItemID")
    description: str | None = None
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    item_code: str | None = None
    account_code: str | None = None
    account_id: str | None = field(default=None, name="AccountID")
    tax_type: str | None = None
    tax_amount: Decimal | None = None
    line_amount: Decimal | None = None
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    tracking: tuple[LineTracking, ...] = ()


class InvoiceRef(Remarked, frozen=True, kw_only=True):
    """An invoice or bill as a payment or an allocation names it.

    Lists name it by id and number only. Xero names a refunded credit note in this form too.
    """

    invoice_id: str = field(default="", name="InvoiceID")
    invoice_number: str | None = None
    type: str = ""  #: ACCREC, ACCPAY, ACCRECCREDIT, ACCPAYCREDIT
    status: str | None = None
    currency_code: str | None = None
    amount_due: Decimal | None = None


class CreditNoteRef(Remarked, frozen=True, kw_only=True):
    """A credit note as a payment or an allocation names it."""

    credit_note_id: str = field(default="", name="CreditNoteID")
    credit_note_number: str | None = None


class AccountRef(Remarked, frozen=True, kw_only=True):
    """An account as a payment names it; bank accounts may have no code."""

    account_id: str = field(default="", name="AccountID")
    code: str | None = None
    name: str | None = None


class AppliedPayment(Record, frozen=True, kw_only=True):
    """A payment as its document shows it. Deleted ones are not shown there."""

    payment_id: str = field(default="", name="PaymentID")
    date_text: str | None = field(default=None, name="Date")
    amount: Decimal = Decimal(0)
    reference: str | None = None

    @property
    def paid_on(self) -> date | None:
        return day_of(self.date_text)


class AppliedCreditNote(Record, frozen=True, kw_only=True):
    """What an invoice shows of a credit note that is allocated to it."""

    credit_note_id: str = field(default="", name="CreditNoteID")
    credit_note_number: str | None = None
    date_text: str | None = field(default=None, name="Date")
    applied_amount: Decimal = Decimal(0)

    @property
    def allocated_on(self) -> date | None:
        return day_of(self.date_text)


class Allocation(Written, frozen=True, kw_only=True):
    """A part of a credit note that is set against an invoice or bill.

    Xero may leave the id out of the answer that makes it; the credit note itself shows it.
    """

    allocation_id: str = field(default="", name="AllocationID")
    amount: Decimal = Decimal(0)
    date_text: str | None = field(default=None, name="Date")
    invoice: InvoiceRef | None = None
    credit_note: CreditNoteRef | None = None
    is_deleted: bool = False

    @property
    def exists_in_xero(self) -> bool:
        """False for the echo of a new allocation that Xero refused under the id of zeros."""
        return not self.allocation_id or is_real(self.allocation_id)

    @property
    def allocated_on(self) -> date | None:
        return day_of(self.date_text)


class Document(Written, frozen=True, kw_only=True):
    """What invoices, bills and credit notes have in common."""

    type: str = ""  #: ACCREC, ACCPAY, ACCRECCREDIT, ACCPAYCREDIT
    reference: str | None = None  #: Sales only; empty on bills.
    url: str | None = None  #: Our marker: the document's own address with us; not on credit notes.
    status: str = ""  #: DRAFT, SUBMITTED, AUTHORISED, PAID, VOIDED, DELETED
    contact: Contact | None = None
    date_text: str | None = field(default=None, name="Date")
    due_date_text: str | None = field(default=None, name="DueDate")
    fully_paid_on_text: str | None = field(default=None, name="FullyPaidOnDate")
    updated_text: str | None = field(default=None, name="UpdatedDateUTC")
    currency_code: str = ""
    currency_rate: Decimal | None = None  #: Of the document's currency for one of the base.
    line_amount_types: str | None = None  #: Exclusive, Inclusive, NoTax
    line_items: tuple[LineItem, ...] = ()
    sub_total: Decimal | None = None
    total_tax: Decimal | None = None
    total: Decimal | None = None
    sent_to_contact: bool | None = None
    has_attachments: bool | None = None
    payments: tuple[AppliedPayment, ...] = ()  #: Not told of invoices in answers to writes.

    @property
    def record_id(self) -> str:
        """The document's id in Xero."""
        raise NotImplementedError

    @property
    def number(self) -> str | None:
        """Its number in Xero."""
        raise NotImplementedError

    @property
    def outstanding(self) -> Decimal:
        """What is still to be paid, or still to be allocated or refunded."""
        raise NotImplementedError

    @property
    def applied(self) -> Decimal:
        """What is paid, credited, allocated or refunded already."""
        raise NotImplementedError

    @property
    def exists_in_xero(self) -> bool:
        """False for the echo of a new document that Xero refused."""
        return is_real(self.record_id)

    @property
    def issued_on(self) -> date | None:
        return day_of(self.date_text)

    @property
    def due_on(self) -> date | None:
        return day_of(self.due_date_text)

    @property
    def fully_paid_on(self) -> date | None:
        return day_of(self.fully_paid_on_text)

    @property
    def updated_at(self) -> datetime | None:
        return instant_of(self.updated_text)


class Invoice(Document, frozen=True, kw_only=True):
    """A sales invoice (ACCREC) or bill (ACCPAY)."""

    invoice_id: str = field(default="", name="InvoiceID")
    invoice_number: str | None = None  #: Unique for sales invoices only.
    amount_due: Decimal | None = None
    amount_paid: Decimal | None = None
    amount_credited: Decimal | None = None  #: None in answers to writes.
    credit_notes: tuple[AppliedCreditNote, ...] = ()

    @property
    def record_id(self) -> str:
        return self.invoice_id

    @property
    def number(self) -> str | None:
        return self.invoice_number

    @property
    def outstanding(self) -> Decimal:
        """What is still to be paid; a voided one keeps its amount."""
        return self.amount_due or Decimal(0)

    @property
    def applied(self) -> Decimal:
        """What is paid and credited, also where the answer to a write leaves out the credit."""
        if self.amount_credited is None and self.total is not None and self.amount_due is not None:
            return self.total - self.amount_due
        return (self.amount_paid or Decimal(0)) + (self.amount_credited or Decimal(0))


class CreditNote(Document, frozen=True, kw_only=True):
    """A sales credit note (ACCRECCREDIT) or supplier credit note (ACCPAYCREDIT)."""

    credit_note_id: str = field(default="", name="CreditNoteID")
    credit_note_number: str | None = None  #: Unique for sales credit notes only.
    remaining_credit: Decimal | None = None
    allocations: tuple[Allocation, ...] = ()

    @property
    def record_id(self) -> str:
        return self.credit_note_id

    @property
    def number(self) -> str | None:
        return self.credit_note_number

    @property
    def outstanding(self) -> Decimal:
        """What is still to be allocated or refunded."""
        return self.remaining_credit or Decimal(0)

    @property
    def applied(self) -> Decimal:
        if self.total is None or self.remaining_credit is None:
            return Decimal(0)
        return self.total - self.remaining_credit


class Payment(Written, frozen=True, kw_only=True):
    """A payment of an invoice or bill, or the refund of a credit note."""

    payment_id: str = field(default="", name="PaymentID")
    batch_payment_id: str | None = field(default=None, name="BatchPaymentID")
    type: str = field(default="", name="PaymentType")  #: ACCRECPAYMENT, ARCREDITPAYMENT, ...
    status: str = ""  #: AUTHORISED, DELETED
    date_text: str | None = field(default=None, name="Date")
    amount: Decimal = Decimal(0)
    bank_amount: Decimal | None = None  #: In the account's currency.
    currency_rate: Decimal | None = None
    reference: str | None = None
    is_reconciled: bool | None = None
    account: AccountRef | None = None
    invoice: InvoiceRef | None = None
    credit_note: CreditNoteRef | None = None
    updated_text: str | None = field(default=None, name="UpdatedDateUTC")

    @property
    def record_id(self) -> str:
        return self.payment_id

    @property
    def exists_in_xero(self) -> bool:
        """False for the echo of a new payment that Xero refused."""
        return is_real(self.payment_id)

    @property
    def document_id(self) -> str:
        """Id of the invoice, bill or credit note, wherever Xero put it; empty where it did not."""
        if self.credit_note:
            return self.credit_note.credit_note_id
        return self.invoice.invoice_id if self.invoice else ""

    @property
    def paid_on(self) -> date | None:
        return day_of(self.date_text)

    @property
    def updated_at(self) -> datetime | None:
        return instant_of(self.updated_text)


class Attachment(Record, frozen=True, kw_only=True):
    """A file on a document."""

    attachment_id: str = field(default="", name="AttachmentID")
    file_name: str = ""
