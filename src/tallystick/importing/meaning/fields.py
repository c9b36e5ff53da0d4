"""The table of all that a column of a file can hold, and which of it there must be."""

from collections.abc import Container
from enum import StrEnum
from typing import Literal, NamedTuple

#: What the rows of a file are: lines of documents, or each one payment or allocation.
Holds = Literal["documents", "payments", "allocations"]


class Group(StrEnum):
    """Where a field stands on the page of a mapping; the values are the headings there."""

    DOCUMENT = "The document"
    PARTY = "Customer or supplier"
    LINE = "The line"
    MONEY = "Sums that the file states"
    BOOKS = "For the books"


class Field(NamedTuple):
    """One thing that a column can hold."""

    label: str
    group: Group
    #: Whether each row has its own; else it is the document's, and may stand in its first row only.
    of_line: bool = False
    hint: str = ""


_D, _P, _L, _M, _B = Group
FIELDS: dict[str, Field] = {
    "number": Field("Document number", _D),
    "kind": Field("Kind of document", _D, hint="Invoice, bill, credit note: said value by value"),
    "status": Field("Status", _D, hint="Which rows count: said value by value"),
    "issued_on": Field("Date", _D),
    "due_on": Field("Due date", _D),
    "time_zone": Field("Time zone of the times", _D),
    "reference": Field("Reference", _D),
    "currency": Field("Currency", _D),
    "currency_rate": Field("Exchange rate", _D),
    "tax_basis": Field("Amounts (exclusive, inclusive or none)", _D),
    "order_tax_code": Field("Tax code of the whole document", _D),
    "party_number": Field("Customer or supplier number", _P),
    "party_name": Field("Customer or supplier name", _P),
    "email": Field("E-mail address", _P),
    "address_1": Field("Address, line 1", _P),
    "address_2": Field("Address, line 2", _P),
    "address_3": Field("Address, line 3", _P),
    "address_4": Field("Address, line 4", _P),
    "city": Field("Town or city", _P),
    "region": Field("Region", _P),
    "postal_code": Field("Postal code", _P),
    "country": Field("Country", _P),
    "item_code": Field("Item code", _L, of_line=True),
    "description": Field("Description", _L, of_line=True),
    "quantity": Field("Quantity", _L, of_line=True, hint="Left out: one"),
    "unit_price": Field("Unit price", _L, of_line=True),
    "discount": Field("Discount in percent", _L, of_line=True),
    "discount_amount": Field("Discount in money", _L, of_line=True),
    "line_amount": Field(
        "Amount of the line", _L, of_line=True, hint="Without a unit price it makes the line"
    ),
    "line_tax": Field("Tax of the line", _L, of_line=True),
    "tax_code": Field("Tax code", _L, of_line=True),
    "subtotal": Field("Total without tax", _M),
    "tax_total": Field("Tax of the document", _M),
    "total": Field("Total of the document", _M),
    "account_code": Field("Account code", _B, of_line=True),
    "charge": Field("Charge (freight, shipping, discount or rounding)", _B, of_line=True),
    "tracking": Field("Tracking (Region: North)", _B, of_line=True),
    "tracking_name_1": Field("Tracking category 1", _B, of_line=True),
    "tracking_option_1": Field("Tracking option 1", _B, of_line=True),
    "tracking_name_2": Field("Tracking category 2", _B, of_line=True),
    "tracking_option_2": Field("Tracking option 2", _B, of_line=True),
    "template": Field("Document template", _B),
    "do_not_sync": Field("Keep out of Xero (yes or no)", _B),
}
HEAD_FIELDS = tuple(name for name, field in FIELDS.items() if not field.of_line)
LINE_FIELDS = tuple(name for name, field in FIELDS.items() if field.of_line)
#: The fields of files that hold no documents.
ENTRY_FIELDS: dict[Holds, tuple[str, ...]] = {
    "payments": ("kind", "number", "party_number", "paid_on", "amount", "method", "reference"),
    "allocations": (
        *("kind", "credit_note", "document", "party_number", "amount", "allocated_on"),
    ),
}
#: What there must be; of fields in one tuple, one.
_ESSENTIAL: dict[Holds, tuple[tuple[str, ...], ...]] = {
    "documents": (
        *(("number",), ("issued_on",), ("unit_price", "line_amount")),
        ("description", "item_code"),
    ),
    "payments": (("number",), ("paid_on",), ("amount",)),
    "allocations": (("credit_note",), ("document",), ("amount",), ("allocated_on",)),
}
DAY_FIELDS = ("issued_on", "due_on", "paid_on", "allocated_on")
NUMBER_FIELDS = (
    *("quantity", "unit_price", "discount", "discount_amount", "line_amount", "line_tax"),
    *("subtotal", "tax_total", "total", "currency_rate", "amount"),
)
#: Texts in which a spreadsheet that took them for numbers has lost zeros in front.
CODE_FIELDS = (
    *("number", "party_number", "item_code", "account_code", "postal_code"),
    *("credit_note", "document"),
)


def fields_of(holds: Holds) -> tuple[str, ...]:
    """Return the fields of the columns that such a file can have."""
    return tuple(FIELDS) if holds == "documents" else ENTRY_FIELDS[holds]


def lacking(holds: Holds, given: Container[str]) -> list[str]:
    """Return the fields without which nothing can be made and which are not among the given."""
    return [
        either[0] for either in _ESSENTIAL[holds] if not any(field in given for field in either)
    ]


def label_of(field: str) -> str:
    return FIELDS[field].label if field in FIELDS else field.replace("_", " ").capitalize()
