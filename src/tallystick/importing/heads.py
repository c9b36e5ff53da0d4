"""Reads what a row says of its whole document: number, kind, party, days, currency."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple, cast

import msgspec

from tallystick.books.models import Kind, TaxBasis
from tallystick.importing.cells import Cells, Refuse
from tallystick.importing.lines import LINE_FIELDS
from tallystick.importing.mappings import FIELDS, Mapping
from tallystick.importing.values import BadValue, day, number, truth
from tallystick.money import Basis, minor_units

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
_LARGEST_RATE = Decimal(10) ** 11


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
    #: Units of `currency` for one of the books' own, as text; empty for the books' own rate.
    currency_rate: str
    #: Name of a template of the workspace; empty where the file names none.
    template: str
    do_not_sync: bool
    #: Why the document is left out on purpose; empty where it is not.
    left_out: str


class Opened(NamedTuple):
    """The document that rows belong to until the next one begins."""

    #: Empty where the rows name none.
    number: str = ""
    kind: str = ""
    #: What tells a bill from others of its number; empty for what is sold.
    supplier: str = ""
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
        templates: Collection[str],
        refuse: Refuse,
    ) -> None:
        """`currency` and `templates` are the workspace's."""
        self._mapping = mapping
        self._currency = mapping.currency or currency
        self._templates = templates
        self._refuse = refuse

    def parse(self, line: int, cells: Sequence[str]) -> Opened:
        """Return the document that the row belongs to; what is bad has been reported."""
        texts = {
            field: " ".join(text.split()) for field, text in zip(HEAD_FIELDS, cells, strict=True)
        }
        checked = Cells(line, texts, self._refuse)
        checked.fit(_WIDTHS)
        kind, left_out = self._kind(texts["number"], checked)
        supplier = texts["party_number"] or texts["party_name"] if Kind(kind).is_purchase else ""
        basis = checked.read("tax_basis", _basis) or self._mapping.tax_basis
        head = self._head(checked, kind, basis, left_out)
        return Opened(texts["number"][:255], kind, supplier[:255], cast(Basis, basis), head)

    def _head(self, checked: Cells, kind: str, basis: str, left_out: str) -> Head | None:
        texts, mapping = checked.texts, self._mapping
        if Kind(kind).is_purchase and not (texts["party_number"] or texts["party_name"]):
            checked.bad("party_name", "A bill needs its supplier; enter one.")
        issued_on = checked.need("issued_on", self._day, "Enter the day of the document.")
        due_on = checked.read("due_on", self._day)
        total = checked.read("total", lambda text: number(text, mapping.decimal_mark, 2))
        rate = checked.read("currency_rate", self._rate)
        template = checked.read("template", self._template) or ""
        do_not_sync = checked.read("do_not_sync", truth) or False
        currency = checked.read("currency", _currency) or self._currency
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
            currency_rate="" if rate is None else f"{rate.normalize():f}",
            template=template,
            do_not_sync=do_not_sync,
            left_out=left_out,
        )

    def _day(self, text: str) -> date:
        return day(text, self._mapping.day_order)

    def _rate(self, text: str) -> Decimal:
        rate = number(text, self._mapping.decimal_mark, 6)
        if not 0 < rate <= _LARGEST_RATE:
            raise BadValue("Enter the rate as a number above 0.")
        return rate

    def _template(self, text: str) -> str:
        if text not in self._templates:
            raise BadValue("There is no document template of this name. Add it first.")
        return text

    def _kind(self, document_number: str, checked: Cells) -> tuple[str, str]:
        """Return the kind and why the document is left out, if it is."""
        for prefix in self._mapping.prefixes:
            if document_number.startswith(prefix.text):
                return prefix.kind or Kind.SALES_INVOICE, prefix.left_out
        return checked.read("kind", kind_named) or Kind.SALES_INVOICE, ""


def kind_named(text: str) -> Kind:
    """Return the kind of document, such as that of "Sales invoice". Raises BadValue."""
    wanted = text.casefold().replace(" ", "_")
    if wanted not in Kind.values:
        raise BadValue(f"Write one of {', '.join(Kind.values)}.")
    return Kind(wanted)


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
