"""What the columns of a file mean: the mappings that ship, and what any mapping can say."""

from collections.abc import Container, Iterable, Sequence
from typing import Annotated, Literal

import msgspec

from tallystick.books.models import Kind
from tallystick.importing.errors import UnknownFormat

#: Everything a column can hold, with its name on the mapping page.
FIELDS = {
    "number": "Document number",
    "kind": "Kind of document",
    "party_number": "Customer or supplier number",
    "party_name": "Customer or supplier name",
    "email": "E-mail address",
    "address_1": "Address, line 1",
    "address_2": "Address, line 2",
    "address_3": "Address, line 3",
    "address_4": "Address, line 4",
    "city": "Town or city",
    "region": "Region",
    "postal_code": "Postal code",
    "country": "Country",
    "issued_on": "Date",
    "due_on": "Due date",
    "reference": "Reference",
    "currency": "Currency",
    "currency_rate": "Exchange rate",
    "tax_basis": "Amounts (exclusive, inclusive or none)",
    "total": "Total of the document, to check against",
    "template": "Document template",
    "do_not_sync": "Keep out of Xero (yes or no)",
    "item_code": "Item code",
    "description": "Description",
    "quantity": "Quantity",
    "unit_price": "Unit price",
    "discount": "Discount",
    "tax_code": "Tax code",
    "account_code": "Account code",
    "charge": "Charge (freight, shipping, discount or rounding)",
    "tracking": "Tracking (Region: North)",
}
#: Without these there is no document. A description or an item code must be there as well.
ESSENTIAL = ("number", "issued_on", "quantity", "unit_price")
#: What the rows of a file are: lines of documents, or each one payment or allocation.
Holds = Literal["documents", "payments", "allocations"]
#: The fields of files that hold no documents, and those that must be there.
ENTRY_FIELDS: dict[Holds, tuple[str, ...]] = {
    "payments": ("kind", "number", "party_number", "paid_on", "amount", "method", "reference"),
    "allocations": (
        *("kind", "credit_note", "document", "party_number", "amount", "allocated_on"),
    ),
}
_ESSENTIAL_ENTRY_FIELDS: dict[Holds, tuple[str, ...]] = {
    "payments": ("number", "paid_on", "amount"),
    "allocations": ("credit_note", "document", "amount", "allocated_on"),
}


class Prefix(msgspec.Struct, frozen=True):
    """What documents are whose number begins with `text`: of another kind, or none at all."""

    text: str
    kind: str = ""
    #: Why they are left out; empty where they are not.
    left_out: str = ""


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The columns of a kind of file and how their values are to be read."""

    name: str
    title: str
    #: Field to header; headers are compared without letter case and without a leading star.
    columns: dict[str, str]
    holds: Holds = "documents"
    day_order: Literal["dmy", "mdy"] = "dmy"
    decimal_mark: Literal[".", ","] = "."
    #: Where the file has no column for it.
    tax_basis: Literal["exclusive", "inclusive", "none"] = "exclusive"
    #: ISO 4217, where the file has no column; empty for the workspace's.
    currency: str = ""
    #: Days from date to due date where the file has none.
    terms_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 30
    #: The name of a party that has only a number.
    party_name: str = "{number}"
    prefixes: tuple[Prefix, ...] = ()
    #: Invoices without a positive line but a negative one are credit notes.
    negative_is_credit: bool = True

    def places(self, header: Sequence[str]) -> dict[str, int]:
        """Return where in a row each field stands, for the columns that the file has."""
        found = {_plain(name): place for place, name in enumerate(header)}
        return {
            field: found[_plain(name)]
            for field, name in self.columns.items()
            if _plain(name) in found
        }

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the columns without which nothing can be made and which the file lacks."""
        lacking = _lacking(self.holds, self.places(header))
        return [self.columns.get(field) or FIELDS[field] for field in lacking]

    def unmapped(self) -> list[str]:
        """Return the fields without which nothing can be made and which have no column."""
        return _lacking(self.holds, self.columns)


def _own(*fields: str) -> dict[str, str]:
    return {field: field for field in fields}


SIMPLE = Mapping(
    name="tallystick",
    title="Tallystick's simple template",
    columns={
        **_own("kind", "number", "party_number", "party_name", "email"),
        "address_1": "address",
        **_own("city", "region", "postal_code", "country", "issued_on", "due_on", "reference"),
        **_own("currency", "tax_basis", "total", "item_code", "description", "quantity"),
        **_own("unit_price", "discount", "tax_code", "account_code", "charge", "tracking"),
        **_own("currency_rate", "template", "do_not_sync"),
    },
    negative_is_credit=False,
)
XERO_SALES_INVOICES = Mapping(
    name="xero-sales-invoices",
    title="Xero's sales invoice template",
    # Source: header of SalesInvoiceTemplate.csv as Xero hands it out; tracking, TaxAmount, Total
    # and BrandingTheme are computed or chosen anew and therefore not taken.
    columns={
        "party_name": "*ContactName",
        "email": "EmailAddress",
        "address_1": "POAddressLine1",
        "address_2": "POAddressLine2",
        "address_3": "POAddressLine3",
        "address_4": "POAddressLine4",
        "city": "POCity",
        "region": "PORegion",
        "postal_code": "POPostalCode",
        "country": "POCountry",
        "number": "*InvoiceNumber",
        "reference": "Reference",
        "issued_on": "*InvoiceDate",
        "due_on": "*DueDate",
        "item_code": "InventoryItemCode",
        "description": "*Description",
        "quantity": "*Quantity",
        "unit_price": "*UnitAmount",
        "discount": "Discount",
        "account_code": "*AccountCode",
        "tax_code": "*TaxType",
        "currency": "Currency",
    },
)
ONLINE_RETAIL = Mapping(
    name="online-retail",
    title="Online Retail (UCI)",
    columns={
        "number": "InvoiceNo",
        "item_code": "StockCode",
        "description": "Description",
        "quantity": "Quantity",
        "issued_on": "InvoiceDate",
        "unit_price": "UnitPrice",
        "party_number": "CustomerID",
        "country": "Country",
    },
    tax_basis="none",
    currency="GBP",
    party_name="Customer {number}",
    prefixes=(
        Prefix("C", kind=Kind.SALES_CREDIT_NOTE),
        Prefix("A", left_out="bad debt adjustment"),
    ),
    negative_is_credit=False,
)
CHINOOK = Mapping(
    name="chinook",
    title="Chinook invoice lines",
    columns={
        "number": "InvoiceId",
        "party_number": "CustomerId",
        "issued_on": "InvoiceDate",
        "item_code": "TrackId",
        "description": "TrackName",
        "unit_price": "UnitPrice",
        "quantity": "Quantity",
        "total": "InvoiceTotal",
    },
    tax_basis="none",
    currency="USD",
    party_name="Customer {number}",
)
PAYMENTS = Mapping(
    name="payments",
    title="Payments",
    holds="payments",
    columns=_own(*ENTRY_FIELDS["payments"]),
)
ALLOCATIONS = Mapping(
    name="allocations",
    title="Allocations of credit notes",
    holds="allocations",
    columns={
        "kind": "direction",
        "document": "invoice",
        **_own("credit_note", "party_number", "amount", "allocated_on"),
    },
)
SHIPPED = (SIMPLE, XERO_SALES_INVOICES, ONLINE_RETAIL, CHINOOK, PAYMENTS, ALLOCATIONS)


def recognise(header: Sequence[str], known: Iterable[Mapping]) -> Mapping:
    """Return the mapping that explains most columns of the header.

    Raises UnknownFormat, naming the nearest one and what it misses.
    """
    ranked = sorted(known, key=lambda mapping: len(mapping.places(header)), reverse=True)
    for mapping in ranked:
        if not mapping.missing(header):
            return mapping
    nearest = ranked[0]
    missing = nearest.missing(header)
    raise UnknownFormat(
        f"The columns of this file are not known ({', '.join(header)[:300]}). Nearest is "
        f"{nearest.title}, but {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} "
        "missing. Choose a column mapping, or make one for this file.",
        header=header,
        missing=missing,
    )


def named(name: str, header: Sequence[str], known: Iterable[Mapping]) -> Mapping:
    """Return the mapping of that name, if it fits the header. Raises UnknownFormat."""
    by_name = {mapping.name: mapping for mapping in known}
    if name not in by_name:
        raise UnknownFormat(
            f"There is no format {name!r}. Choose one of {', '.join(by_name)}.", header=header
        )
    mapping = by_name[name]
    if missing := mapping.missing(header):
        raise UnknownFormat(
            f"For {mapping.title} the file lacks {', '.join(missing)}. "
            "Add what is missing or choose another format; nothing was imported.",
            header=header,
            missing=missing,
        )
    return mapping


def _lacking(holds: Holds, fields: Container[str]) -> list[str]:
    if holds != "documents":
        return [field for field in _ESSENTIAL_ENTRY_FIELDS[holds] if field not in fields]
    lacking = [field for field in ESSENTIAL if field not in fields]
    if "description" not in fields and "item_code" not in fields:
        lacking.append("description")
    return lacking


def guess(header: Sequence[str]) -> dict[str, str]:
    """Return for each field the column that is probably meant, where one bears a known name."""
    columns = {_plain(name): name for name in header if name}
    guessed: dict[str, str] = {}
    for field, label in FIELDS.items():
        known = (mapping for mapping in SHIPPED if mapping.holds == "documents")
        names = [field, label, *(mapping.columns.get(field, "") for mapping in known)]
        for name in names:
            if name and _plain(name) in columns:
                guessed.setdefault(field, columns[_plain(name)])
    return guessed


def _plain(name: str) -> str:
    return name.strip().lstrip("*").strip().casefold()
