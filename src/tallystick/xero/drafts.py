"""What we write to Xero. Here and in `records` alone stand Xero's key names.

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

LineAmountTypes = Literal["Exclusive", "Inclusive", "NoTax"]

#: Xero's word for each of our bases.
LINE_AMOUNT_TYPES: Mapping[Basis, LineAmountTypes] = MappingProxyType(
    {"exclusive": "Exclusive", "inclusive": "Inclusive", "none": "NoTax"}
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


class ContactRef(_Draft, kw_only=True):
    """A contact named by its id alone; a name beside it would rename the contact in Xero."""

    contact_id: str = field(name="ContactID")


class LineDraft(_Draft, kw_only=True):
    """A line to be written. Amounts have up to 4 decimals; raises ValueError for more.

    A line without quantity, unit amount and account is a mere text line. Leave `line_amount` and
    `tax_amount` out: Xero works them out, by the rules that `tallystick.money` follows.
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

    def __post_init__(self) -> None:
        self.quantity = _plain(self.quantity)
        self.unit_amount = _plain(self.unit_amount)
        self.discount_rate = _plain(self.discount_rate)
        self.line_amount = _plain(self.line_amount)
        self.tax_amount = _plain(self.tax_amount)


class InvoiceDraft(_Draft, kw_only=True):
    """A sales invoice (ACCREC) or bill (ACCPAY) to be made in Xero."""

    type: Literal["ACCREC", "ACCPAY"]
    status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"]
    contact: ContactRef
    invoice_number: str | None = None
    reference: str | None = None  #: Sales invoices only.
    url: str | None = None  #: Our marker, the document's address here; must not contain "xero".
    issued_on: date = field(name="Date")
    due_on: date | None = field(default=None, name="DueDate")
    currency_code: str | None = None
    currency_rate: Decimal | None = None
    line_amount_types: LineAmountTypes
    line_items: Sequence[LineDraft]

    def __post_init__(self) -> None:
        self.currency_rate = _plain(self.currency_rate, places=6)


class StatusChange(_Draft, kw_only=True):
    """A new status for an invoice in Xero: DELETED for drafts, VOIDED for approved ones."""

    invoice_id: str = field(name="InvoiceID")
    status: str


def to_body(plural: str, elements: Sequence[Struct]) -> bytes:
    """Return the JSON body {"<plural>": [...]}; equal elements give equal bytes."""
    return _encoder.encode({plural: elements})


def _plain(amount: Decimal | None, *, places: int = 4) -> Decimal | None:
    """Return the amount in a form that is written without an exponent."""
    if amount is None:
        return None
    if not amount.is_finite():
        raise ValueError(f"{amount} is not an amount.")
    exponent = int(amount.as_tuple().exponent)
    if exponent < -places:
        raise ValueError(f"{amount} has more than the {places} decimals that Xero keeps.")
    return amount if exponent <= 0 else amount.quantize(Decimal(1))
