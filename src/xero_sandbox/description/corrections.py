"""Where the description (16.1.0) is wrong about what a client may send, and what holds instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Correction:
    """`place` is `Schema.Field`, with `*` for every schema that has the field, or
    `METHOD path?parameter`; what it `holds` replaces the description's words on it."""

    place: str
    holds: Mapping[str, Any]
    reason: str


_NUMBER = {"type": "number"}
_FLAG = {"type": "boolean"}
_GIVEN = {"readOnly": True}
_TAKEN = {"readOnly": False}
_ROUNDED = "goes with a RoundingAmount, which counts only where all totals are sent (facts 6.1)"

CORRECTIONS = (
    *(
        Correction(f"Invoice.{name}", _NUMBER, "newer than 16.1.0: xero-python 15.2 has it")
        for name in ("RoundingAmount", "EnteredTotal")
    ),
    *(
        Correction(f"{operation}?allowBackorders", _FLAG, "newer than 16.1.0: so has xero-python")
        for operation in (
            "PUT /api.xro/2.0/Invoices",
            "POST /api.xro/2.0/Invoices",
            "POST /api.xro/2.0/Invoices/{InvoiceID}",
        )
    ),
    *(
        Correction(f"Invoice.{name}", _TAKEN, _ROUNDED)
        for name in ("SubTotal", "TotalTax", "Total")
    ),
    Correction("CreditNote.SentToContact", _TAKEN, "its own words say when it can be set"),
    *(
        Correction(f"Contact.{name}", _GIVEN, 'its own words: "Cannot be set via PUT or POST"')
        for name in ("IsCustomer", "IsSupplier")
    ),
    *(
        Correction(f"*.{name}", _GIVEN, "its own words: what the API shows or returns")
        for name in (
            "Attachments",
            "HasAccount",
            "HasAttachments",
            "HasErrors",
            "HasValidationErrors",
            "StatusAttributeString",
            "ValidationErrors",
            "Warnings",
            "pagination",
        )
    ),
)
#: Written otherwise by all who call them (facts 1.1).
PATHS = {"/Connections": "/connections", "/Connections/{id}": "/connections/{id}"}
