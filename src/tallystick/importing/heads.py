"""Reads what a row says of its whole document: number, kind, party, days, currency."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeVar, cast

import msgspec

from tallystick.books.models import Kind, TaxBasis
from tallystick.importing.mappings import FIELDS, Mapping
from tallystick.importing.values import BadValue, day, number
from tallystick.money import Basis, minor_units

Value = TypeVar("Value")

LINE_FIELDS = (
    "item_code",
    "description",
    "quantity",
    "unit_price",
    "discount",
    "tax_code",
    "account_code",
)
HEAD_FIELDS = tuple(field for field in FIELDS if field not in LINE_FIELDS)
#: The characters our columns take.
_WIDTHS = {
    "number": 255,
    "party_number": 50,
    "party_name": 255,
    "email": 255,
    "address_1": 120,
    "address_2": 120,
    "address_3": 120,
    "address_4": 120,
    "city": 255,
    "region": 255,
    "postal_code": 50,
    "country": 50,
    "reference": 255,
}
_BILLS = (Kind.BILL, Kind.SUPPLIER_CREDIT_NOTE)


class Head(msgspec.Struct, array_like=True, frozen=True):
    """What is staged of a document besides its lines."""

    #: The row it was read from.
    line: int
    party_number: str
    party_name: str
    email: str
    address: str
    city: str
    region: str
    postal_code: str
    country: str
    issued_on: date
    due_on: date
    reference: str
    currency: str
    tax_basis: str
    #: What the file says the document adds up to, as text; empty where it does not.
    total: str
    #: Why the document is left out on purpose; empty where it is not.
    left_out: str


class Opened(NamedTuple):
    """The document that rows belong to until the next one begins."""

    #: Empty where the rows name none.
    number: str = ""
    kind: str = ""
    basis: Basis = "none"
    #: None where something in it is bad.
    head: Head | None = None


class HeadParser:
    """Reads the head cells of a row, in the order of HEAD_FIELDS."""

    def __init__(
        self,
        mapping: Mapping,
        *,
        currency: str,
        refuse: Callable[[int, str, str, str], None],
    ) -> None:
        """`refuse` is told line, field, value and reason of whatever is bad."""
        self._mapping = mapping
        self._currency = mapping.currency or currency
        self._refuse = refuse

    def parse(self, line: int, cells: Sequence[str]) -> Opened:
        """Return the document that the row belongs to; what is bad has been reported."""
        texts = {
            field: " ".join(text.split()) for field, text in zip(HEAD_FIELDS, cells, strict=True)
        }
        checked = _Checked(line, texts, self._refuse)
        for field, width in _WIDTHS.items():
            if len(texts[field]) > width:
                checked.bad(field, f"Shorten it to {width} characters.")
        kind, left_out = self._kind(texts["number"], checked)
        basis = checked.read("tax_basis", _basis) or self._mapping.tax_basis
        head = self._head(checked, kind, basis, left_out)
        return Opened(texts["number"][:255], kind, cast(Basis, basis), head)

    def _head(self, checked: "_Checked", kind: str, basis: str, left_out: str) -> Head | None:
        texts, mapping = checked.texts, self._mapping
        if kind in _BILLS and not (texts["party_number"] or texts["party_name"]):
            checked.bad("party_name", "A bill needs its supplier; enter one.")
        issued_on = checked.read("issued_on", lambda text: day(text, mapping.day_order))
        due_on = checked.read("due_on", lambda text: day(text, mapping.day_order))
        total = checked.read("total", lambda text: number(text, mapping.decimal_mark))
        currency = checked.read("currency", _currency) or self._currency
        if issued_on is None and "issued_on" not in checked.refused:
            checked.bad("issued_on", "Enter the day of the document.")
        if checked.refused or issued_on is None:
            return None
        address = [texts[f"address_{part}"] for part in range(1, 5)]
        return Head(
            line=checked.line,
            party_number=texts["party_number"],
            party_name=texts["party_name"],
            email=texts["email"],
            address="\n".join(filter(None, address)),
            city=texts["city"],
            region=texts["region"],
            postal_code=texts["postal_code"],
            country=texts["country"],
            issued_on=issued_on,
            due_on=due_on or issued_on + timedelta(days=mapping.terms_days),
            reference=texts["reference"],
            currency=currency,
            tax_basis=basis,
            total="" if total is None else f"{total:f}",
            left_out=left_out,
        )

    def _kind(self, document_number: str, checked: "_Checked") -> tuple[str, str]:
        """Return the kind and why the document is left out, if it is."""
        for prefix in self._mapping.prefixes:
            if document_number.startswith(prefix.text):
                return prefix.kind or Kind.SALES_INVOICE, prefix.left_out
        return checked.read("kind", _kind) or Kind.SALES_INVOICE, ""


class _Checked:
    """The texts of one head, and which of them were refused."""

    def __init__(
        self, line: int, texts: dict[str, str], refuse: Callable[[int, str, str, str], None]
    ) -> None:
        self.line = line
        self.texts = texts
        self.refused: set[str] = set()
        self._refuse = refuse

    def bad(self, field: str, reason: str) -> None:
        self.refused.add(field)
        self._refuse(self.line, field, self.texts[field], reason)

    def read(self, field: str, parse: Callable[[str], Value]) -> Value | None:
        """Return what the text says; None where there is none or it was refused."""
        text = self.texts[field]
        if not text:
            return None
        try:
            return parse(text)
        except BadValue as error:
            self.bad(field, str(error))
            return None


def _kind(text: str) -> str:
    wanted = text.casefold().replace(" ", "_")
    if wanted not in Kind.values:
        raise BadValue(f"Write one of {', '.join(Kind.values)}.")
    return wanted


def _basis(text: str) -> str:
    if text.casefold() not in TaxBasis.values:
        raise BadValue(f"Write one of {', '.join(TaxBasis.values)}.")
    return text.casefold()


def _currency(text: str) -> str:
    try:
        minor_units(text.upper())
    except ValueError as error:
        raise BadValue(str(error)) from None
    return text.upper()
