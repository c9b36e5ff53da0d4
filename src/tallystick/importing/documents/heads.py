"""Reads what a row says of its whole document: number, kind, party, days, sums."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple, cast

import msgspec

from tallystick.books.models import Kind, TaxBasis
from tallystick.books.names import comparable_name
from tallystick.importing.documents.cells import Cells, Refuse
from tallystick.importing.documents.plausible import Plausible
from tallystick.importing.home import Home
from tallystick.importing.meaning.fields import HEAD_FIELDS
from tallystick.importing.meaning.mapping import Mapping, RowMeaning, StatusColumn
from tallystick.importing.meaning.precision import rounded
from tallystick.importing.meaning.values import BadValue, day, number, truth, zone_named
from tallystick.money import Basis, minor_units

#: The characters our columns take.
_WIDTHS = {
    "number": 255,
    "party_number": 50,
    "party_name": 255,
    "email": 255,
    "address_1": 500,
    "address_2": 500,
    "address_3": 500,
    "address_4": 500,
    "city": 255,
    "region": 255,
    "postal_code": 50,
    "country": 50,
    "reference": 255,
}
_LARGEST_RATE = Decimal(10) ** 11
_RATE_DECIMALS = 6
_CREDIT_OF = {
    Kind.SALES_INVOICE: Kind.SALES_CREDIT_NOTE,
    Kind.BILL: Kind.SUPPLIER_CREDIT_NOTE,
}


class Head(msgspec.Struct, array_like=True, frozen=True):
    """What is staged of a document besides its lines; sums are text, empty where there is none."""

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
    #: What the file says the document adds up to, without tax, in tax, and in all.
    subtotal: str
    tax_total: str
    total: str
    #: Units of `currency` for one of the books' own; empty for the books' own rate.
    currency_rate: str
    #: The tax code of lines that name none, as the file calls it.
    order_tax: str
    #: Name of a template of the workspace; empty where the file names none.
    template: str
    do_not_sync: bool
    #: Why the document is left out on purpose; empty where it is not.
    left_out: str
    #: The file says that what is here of it is cancelled.
    cancels: bool
    #: Why its values look wrong together or in time; empty where they do not.
    odd: str
    #: The figures of the mapping's order columns, as the file writes them.
    order_figures: list[str]
    #: What the lines come to with the money off that is spread over them; empty where nothing says.
    after_discount: str


class OfOrder(NamedTuple):
    """What a mapping's columns of the whole order say."""

    #: The texts of all of them.
    figures: tuple[str, ...] = ()
    #: What the lines come to with money off, as the file writes it.
    after_discount: str = ""
    #: Those that by being filled say the status.
    statuses: Sequence[StatusColumn] = ()


class Opened(NamedTuple):
    """The document that rows belong to until the next one begins."""

    #: Empty where the rows name none.
    number: str = ""
    kind: str = ""
    #: What tells a bill from others of its number; empty for what is sold.
    supplier: str = ""
    basis: Basis = "none"
    currency: str = ""
    order_tax: str = ""
    template: str = ""
    #: Comparable name of who sold; empty for what is sold.
    seller: str = ""
    #: Whether a column of the kind leaves it open here, or the status makes it another.
    is_kind_open: bool = False
    #: None where something in it is bad.
    head: Head | None = None


class HeadParser:
    """Reads the head cells of a row, in the order of HEAD_FIELDS."""

    def __init__(
        self,
        mapping: Mapping,
        *,
        home: Home,
        has: Collection[str],
        templates: Collection[str],
        plausible: Plausible,
        refuse: Refuse,
    ) -> None:
        """`has` are the fields with a column. `templates` are the workspace's."""
        self._has_kind, self._has_status = "kind" in has, "status" in has
        #: Documents whose status is empty in a file that has a column of it.
        self.without_status = 0
        self._mapping = mapping
        self._home = home
        self._currency = mapping.currency or home.currency
        self._templates = templates
        self._plausible = plausible
        self._refuse = refuse

    def parse(self, line: int, cells: Sequence[str], order: OfOrder) -> Opened:
        """Return the document that the row belongs to; what is bad has been reported."""
        texts = {
            field: " ".join(text.split()) for field, text in zip(HEAD_FIELDS, cells, strict=True)
        }
        texts["after_discount"] = order.after_discount
        checked = Cells(line, texts, self._refuse)
        checked.fit(_WIDTHS)
        checked.refuse_shortened(("number", "party_number"))
        kind, left_out = self._kind(texts["number"], checked)
        meaning, reason = self._meaning(checked, order.statuses)
        if meaning is RowMeaning.CREDIT:
            kind = _CREDIT_OF.get(Kind(kind), Kind(kind))
        elif meaning is RowMeaning.LEAVE_OUT:
            left_out = left_out or reason
        supplier = seller = ""
        if Kind(kind).is_purchase:
            seller = comparable_name(texts["party_name"])
            supplier = texts["party_number"] or seller
        basis = checked.read("tax_basis", _basis) or self._mapping.tax_basis
        currency = checked.read("currency", _currency) or self._currency
        head = self._head(
            checked,
            kind,
            basis=basis,
            currency=currency,
            left_out=left_out,
            cancels=meaning is RowMeaning.CANCEL,
            order=order,
        )
        return Opened(
            number=texts["number"][:255],
            kind=kind,
            supplier=supplier[:255],
            basis=cast(Basis, basis),
            currency=currency,
            order_tax=texts["order_tax_code"],
            template=head.template if head else "",
            seller=seller,
            is_kind_open=meaning is RowMeaning.CREDIT or (self._has_kind and not texts["kind"]),
            head=head,
        )

    def _head(
        self,
        checked: Cells,
        kind: str,
        *,
        basis: str,
        currency: str,
        left_out: str,
        cancels: bool,
        order: OfOrder,
    ) -> Head | None:
        texts = checked.texts
        if Kind(kind).is_purchase and not (texts["party_number"] or texts["party_name"]):
            checked.bad("party_name", "A bill needs its supplier; enter one.")
        zone = checked.read("time_zone", zone_named) or self._mapping.time_zone
        issued_on, due_on = self._days(checked, zone)
        money = self._money(currency)
        sums = [checked.read(field, money) or "" for field in ("subtotal", "tax_total", "total")]
        after_discount = checked.read("after_discount", money)
        rate = checked.read("currency_rate", self._rate)
        template = checked.read("template", self._template) or ""
        do_not_sync = checked.read("do_not_sync", truth) or False
        if checked.refused or issued_on is None:
            return None
        address = [texts[f"address_{part}"] for part in range(1, 5)]
        due = due_on or issued_on + timedelta(days=self._mapping.terms_days)
        return Head(
            line=checked.line,
            party_number=texts["party_number"],
            party_name=texts["party_name"],
            email=texts["email"],
            address="\n".join(filter(None, address)),
            city=texts["city"],
            region=texts["region"],
            # Some put in front what tells a spreadsheet that it is no number.
            postal_code=texts["postal_code"].removeprefix("'"),
            country=texts["country"],
            issued_on=issued_on,
            due_on=due,
            reference=texts["reference"],
            currency=currency,
            tax_basis=basis,
            subtotal=sums[0],
            tax_total=sums[1],
            total=sums[2],
            currency_rate="" if rate is None else f"{rate.normalize():f}",
            order_tax=texts["order_tax_code"],
            template=template,
            do_not_sync=do_not_sync,
            left_out=left_out,
            cancels=cancels,
            odd=self._plausible.doubt(issued_on, due),
            order_figures=[*order.figures],
            after_discount=after_discount or "",
        )

    def _days(self, checked: Cells, zone: str) -> tuple[date | None, date | None]:
        def read(text: str) -> date:
            return day(text, self._mapping.day_order, zone, self._home.zone)

        issued_on = checked.need("issued_on", read, "Enter the day of the document.")
        return issued_on, checked.read("due_on", read)

    def _money(self, currency: str) -> Callable[[str], str]:
        """Return what reads a sum that the file states, to the cent, as text."""
        mark = self._mapping.decimal_mark
        return lambda text: f"{rounded(number(text, mark, currency), 2):f}"

    def _rate(self, text: str) -> Decimal:
        rate = rounded(number(text, self._mapping.decimal_mark), _RATE_DECIMALS)
        if not 0 < rate <= _LARGEST_RATE:
            raise BadValue("Enter the rate as a number above 0.")
        return rate

    def _template(self, text: str) -> str:
        if text not in self._templates:
            raise BadValue("There is no document template of this name. Add it first.")
        return text

    def _kind(self, document_number: str, checked: Cells) -> tuple[Kind, str]:
        """Return the kind and why the document is left out, if it is."""
        for prefix in self._mapping.prefixes:
            if document_number.startswith(prefix.text):
                return Kind(prefix.kind or Kind.SALES_INVOICE), prefix.left_out
        text = checked.texts["kind"]
        if not text and self._has_kind and self._mapping.kinds:
            checked.bad("kind", "Say in the file of which kind the document is: it names none.")
        said = self._mapping.kinds.get(text.casefold(), "")
        if said == RowMeaning.LEAVE_OUT:
            return Kind.SALES_INVOICE, f"its kind is {text}"
        if said:
            return Kind(said), ""
        return checked.read("kind", kind_named) or Kind.SALES_INVOICE, ""

    def _meaning(self, checked: Cells, columns: Sequence[StatusColumn]) -> tuple[RowMeaning, str]:
        """Return what the status makes of the document, and the reason where it leaves it out."""
        text, known = checked.texts["status"], self._mapping.statuses
        for column in columns:
            if text.casefold() not in column.unless:
                return known[column.status], column.reason
        if not self._has_status:
            return RowMeaning.TAKE, ""
        found = known.get(text.casefold())
        if found is None:
            self.without_status += not text
            checked.bad("status", "It is not said what this status means. Say it for the file.")
        return found or RowMeaning.TAKE, f"its status is {text}"


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
