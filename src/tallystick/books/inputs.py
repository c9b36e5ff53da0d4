"""What a person or a program hands in to be kept; checked by the services that take it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tallystick.books.models import Charge, Kind, TaxBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInput:
    """One line; with neither quantity nor price it is a description only."""

    description: str = ""
    item_code: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    #: Percent off, 0 to 100.
    discount: Decimal | None = None
    #: Code of one of the workspace's tax codes; empty where the line names none.
    tax_code: str = ""
    #: The line's tax where the source states it, at most two decimals; None: by the code's rate.
    tax: Decimal | None = None
    account_code: str = ""
    charge: Charge = Charge.GOODS
    #: At most two pairs of tracking category and option, such as ("Region", "North").
    tracking: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInput:
    """A document with its lines in order."""

    kind: Kind = Kind.SALES_INVOICE
    #: The number of the party it is for.
    party_number: str
    issued_on: date
    due_on: date
    lines: tuple[LineInput, ...]
    #: Left empty, the next of the kind's series is taken.
    number: str = ""
    reference: str = ""
    #: ISO 4217; left empty, the workspace's.
    currency: str = ""
    tax_basis: TaxBasis = TaxBasis.EXCLUSIVE
    #: Units of `currency` for one of the books' own, at most six decimals; None: the books' rate.
    currency_rate: Decimal | None = None
    #: What the source says it comes to, tax included; up to 0.10 off becomes the rounding.
    total: Decimal | None = None
    #: Name of one of the workspace's document templates.
    template: str = ""
    #: Kept here and not handed on to other books.
    do_not_sync: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyInput:
    """A customer and/or supplier; left empty, the number is made from the name."""

    name: str
    number: str = ""
    email: str = ""
    phone: str = ""
    tax_number: str = ""
    address: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    is_customer: bool = True
    is_supplier: bool = False
    #: Nothing of this party's is handed on to other books.
    do_not_sync: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInput:
    """A product or service."""

    code: str
    name: str = ""
    #: What stands on lines that sell it.
    description: str = ""
    unit_price: Decimal | None = None
    purchase_price: Decimal | None = None
    #: Code of one of the workspace's tax codes.
    tax_code: str = ""
    #: Ledger accounts of lines that sell and that buy it.
    account_code: str = ""
    purchase_account_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCodeInput:
    """A tax code with its rate in percent."""

    code: str
    name: str
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateInput:
    """A document template."""

    name: str
    #: Code of the tax code of its lines, one of the workspace's.
    tax_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentInput:
    """Money for a submitted document, named by kind and number."""

    kind: Kind = Kind.SALES_INVOICE
    number: str
    #: Needed for bills and supplier credit notes, whose numbers several suppliers may use.
    party_number: str = ""
    #: Above zero, in the document's currency.
    amount: Decimal
    paid_on: date
    #: How it was paid, such as `card`.
    method: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationInput:
    """A part of a credit note, set against an invoice (or bill) of the same party."""

    #: That of the credit note.
    kind: Kind = Kind.SALES_CREDIT_NOTE
    #: The numbers of the two documents.
    credit_note: str
    document: str
    #: Needed for supplier credit notes, whose numbers several suppliers may use.
    party_number: str = ""
    #: Above zero, in the currency of both.
    amount: Decimal
    allocated_on: date
