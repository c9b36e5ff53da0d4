"""What a person or a program hands in to be kept; checked by the services that take it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tallystick.books.models import Kind, TaxBasis


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
    account_code: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInput:
    """A product or service."""

    code: str
    name: str = ""
    unit_price: Decimal | None = None
    #: Code of one of the workspace's tax codes.
    tax_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCodeInput:
    """A tax code with its rate in percent."""

    code: str
    name: str
    rate: Decimal
