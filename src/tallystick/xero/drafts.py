"""What we write to Xero. Here, in `records` and in `documents` alone stand Xero's key names.

None is never written: Xero would take it for "empty this field". Amounts are Decimal and travel
as plain JSON numbers, never through a float.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from msgspec import Struct, field
from msgspec.json import Encoder

from tallystick.money import Basis
from tallystick.xero.records import Address, Phone

Endpoint = Literal["Invoices", "CreditNotes"]
CreditNoteType = Literal["ACCRECCREDIT", "ACCPAYCREDIT"]
LineAmountTypes = Literal["Exclusive", "Inclusive", "NoTax"]

#: Xero's word for each of our bases.
LINE_AMOUNT_TYPES: Mapping[Basis, LineAmountTypes] = MappingProxyType(
    {"exclusive": "Exclusive", "inclusive": "Inclusive", "none": "NoTax"}
)

#: Under which key a document bears its id.
ID_KEYS: Mapping[Endpoint, str] = MappingProxyType(
    {"Invoices": "InvoiceID", "CreditNotes": "CreditNoteID"}
)

_encoder = Encoder(decimal_format="number")


class _Draft(Struct, kw_only=True, omit_defaults=True, rename="pascal"):
    pass


class ContactDraft(_Draft, kw_only=True):
    """A contact to be made. `name` must be unique among Xero's active contacts, up to 255 long."""

    name: str
    contact_number: str | None = None  #: Our own key for it, unique, up to 50 long.
    account_number: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email_address: str | None = None
    tax_number: str | None = None
    company_number: str | None = None
    default_currency: str | None = None
    addresses: tuple[Address, ...] = ()
    phones: tuple[Phone, ...] = ()


class ContactChange(_Draft, kw_only=True):
    """What is to be different of a contact; what is left out stays, an empty text empties.

    Of addresses and phones each stands in its place by its type; those of other types stay. It has
    no name: that would rename the contact.
    """

    contact_id: str = field(name="ContactID")
    email_address: str | None = None
    tax_number: str | None = None
    addresses: tuple[Address, ...] = ()
    phones: tuple[Phone, ...] = ()


class ItemPriceDraft(_Draft, kw_only=True):
    """How an item is sold, or bought; raises ValueError for a price of more than 4 decimals."""

    unit_price: Decimal | None = None
    account_code: str | None = None
    tax_type: str | None = None

    def __post_init__(self) -> None:
        self.unit_price = _plain(self.unit_price)


class ItemDraft(_Draft, kw_only=True):
    """An item to be made, or changed where it has an id; what is left out of a change stays.

    `code` is unique, up to 30 long, `name` up to 50, the descriptions up to 4,000.
    """

    item_id: str | None = field(default=None, name="ItemID")
    code: str
    name: str | None = None
    description: str | None = None
    purchase_description: str | None = None
    sales: ItemPriceDraft | None = field(default=None, name="SalesDetails")
    purchase: ItemPriceDraft | None = field(default=None, name="PurchaseDetails")


class ContactRef(_Draft, kw_only=True):
    """A contact named by its id alone; a name beside it would rename the contact in Xero."""

    contact_id: str = field(name="ContactID")


class TrackingRef(_Draft, kw_only=True):
    """The option that a line is to bear of one tracking category; both by name."""

    name: str
    option: str


class LineDraft(_Draft, kw_only=True):
    """A line to be written. Amounts have up to 4 decimals; raises ValueError for more.

    A line without quantity, unit amount and account is a mere text line. Leave `line_amount` out,
    and `tax_amount` unless a source states it: Xero works them out, by the rules that
    `tallystick.money` follows, and asks apps not to send tax of their own computing. Lines have no
    ids here: an update that brings lines replaces all that Xero has.
    """

    description: str
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    item_code: str | None = None
    account_code: str | None = None
    tax_type: str | None = None
    discount_rate: Decimal | None = None  #: In percent; sales invoices only.
    line_amount: Decimal | None = None
    tax_amount: Decimal | None = None
    tracking: tuple[TrackingRef, ...] = ()  #: At most two.

    def __post_init__(self) -> None:
        self.quantity = _plain(self.quantity)
        self.unit_amount = _plain(self.unit_amount)
        self.discount_rate = _plain(self.discount_rate)
        self.line_amount = _plain(self.line_amount)
        self.tax_amount = _plain(self.tax_amount)


class DocumentDraft(_Draft, kw_only=True):
    """What drafts of invoices, bills and credit notes have in common."""

    type: str
    status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"]
    contact: ContactRef
    reference: str | None = None  #: Of sales; left out of purchases, for Xero drops it there.
    issued_on: date = field(name="Date")
    currency_code: str | None = None
    currency_rate: Decimal | None = None  #: Up to 6 decimals; None takes Xero's rate of the day.
    line_amount_types: LineAmountTypes
    line_items: Sequence[LineDraft]

    def __post_init__(self) -> None:
        self.currency_rate = _plain(self.currency_rate, places=6)
        if self.type.startswith("ACCPAY"):
            self.reference = None


class InvoiceDraft(DocumentDraft, kw_only=True):
    """A sales invoice (ACCREC) or bill (ACCPAY) to be made in Xero, or changed where it has an id.

    A change without a number keeps the one in Xero. Raises ValueError without the due date that
    Xero wants of all but drafts.
    """

    type: Literal["ACCREC", "ACCPAY"]
    invoice_id: str | None = field(default=None, name="InvoiceID")
    invoice_number: str | None = None  #: Of a bill free text, which need not be unique.
    url: str | None = None  #: Our marker, the document's address here; must not contain "xero".
    due_on: date | None = field(default=None, name="DueDate")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.status != "DRAFT" and self.due_on is None:
            raise ValueError(f"{self.invoice_number or self.type}: {self.status} without due date.")


class CreditNoteDraft(DocumentDraft, kw_only=True):
    """A sales (ACCRECCREDIT) or supplier credit note (ACCPAYCREDIT) to be made, or changed by id.

    It has no marker, for Xero keeps none, and its lines no discounts: those are for sales invoices.
    """

    type: CreditNoteType
    credit_note_id: str | None = field(default=None, name="CreditNoteID")
    credit_note_number: str | None = None  #: Of a supplier's free text, which need not be unique.


class PaymentDraft(Struct, kw_only=True):
    """A payment of an invoice or bill, or the refund of a credit note.

    `amount` is in the document's currency, above zero, with up to 2 decimals. Raises ValueError
    unless it names one document and one account.
    """

    paid_on: date
    amount: Decimal
    invoice_id: str | None = None
    credit_note_id: str | None = None
    account_id: str | None = None
    account_code: str | None = None
    reference: str | None = None
    currency_rate: Decimal | None = None  #: Up to 6 decimals; None takes Xero's rate of the day.

    def __post_init__(self) -> None:
        self.amount = _positive(self.amount)
        self.currency_rate = _plain(self.currency_rate, places=6)
        if bool(self.invoice_id) == bool(self.credit_note_id):
            raise ValueError("A payment is for one invoice or one credit note.")
        if bool(self.account_id) == bool(self.account_code):
            raise ValueError("A payment lies on one account, named by its id or by its code.")

    def as_written(self) -> dict[str, object]:
        """Return the payment under Xero's keys."""
        by_id = self.account_id is not None
        values = {
            "Invoice": {"InvoiceID": self.invoice_id} if self.invoice_id else None,
            "CreditNote": {"CreditNoteID": self.credit_note_id} if self.credit_note_id else None,
            "Account": {"AccountID": self.account_id} if by_id else {"Code": self.account_code},
            "Date": self.paid_on,
            "Amount": self.amount,
            "Reference": self.reference or None,
            "CurrencyRate": self.currency_rate,
        }
        return {key: value for key, value in values.items() if value is not None}


class AllocationDraft(Struct, kw_only=True):
    """A part of a credit note to be set against an invoice or bill; `amount` as for payments."""

    invoice_id: str
    amount: Decimal
    allocated_on: date

    def __post_init__(self) -> None:
        self.amount = _positive(self.amount)

    def as_written(self) -> dict[str, object]:
        """Return the allocation under Xero's keys."""
        return {
            "Invoice": {"InvoiceID": self.invoice_id},
            "Amount": self.amount,
            "Date": self.allocated_on,
        }


def to_body(plural: str, elements: Sequence[object]) -> bytes:
    """Return the JSON body {"<plural>": [...]}; equal elements give equal bytes."""
    return _encoder.encode({plural: elements})


def _plain(amount: Decimal | None, *, places: int = 4) -> Decimal | None:
    """Return the amount in a form that is written without an exponent."""
    return None if amount is None else _exact(amount, places)


def _positive(amount: Decimal) -> Decimal:
    if amount <= 0:
        raise ValueError(f"{amount} is not above zero.")
    return _exact(amount, 2)


def _exact(amount: Decimal, places: int) -> Decimal:
    if not amount.is_finite():
        raise ValueError(f"{amount} is not an amount.")
    exponent = int(amount.as_tuple().exponent)
    if exponent < -places:
        shorter = amount.quantize(Decimal(1).scaleb(-places))
        if shorter != amount:
            raise ValueError(f"{amount} has more than the {places} decimals that Xero keeps.")
        return shorter
    return amount if exponent <= 0 else amount.quantize(Decimal(1))
