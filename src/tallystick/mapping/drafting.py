"""A resolved document as the record that makes it in Xero, or overwrites its copy there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from msgspec.structs import replace

from tallystick import xero
from tallystick.books.models import Document, Kind
from tallystick.mapping.taxes import basis_of

#: Xero's types of document. Bills and their credit notes have no reference there.
_INVOICE_TYPES: Mapping[str, Literal["ACCREC", "ACCPAY"]] = MappingProxyType(
    {Kind.SALES_INVOICE: "ACCREC", Kind.BILL: "ACCPAY"}
)
_CREDIT_NOTE_TYPES: Mapping[str, Literal["ACCRECCREDIT", "ACCPAYCREDIT"]] = MappingProxyType(
    {Kind.SALES_CREDIT_NOTE: "ACCRECCREDIT", Kind.SUPPLIER_CREDIT_NOTE: "ACCPAYCREDIT"}
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A document as Xero will take it.

    `why` has one entry for each of `lines`, plain JSON: {"position", "account": {"code", "name",
    "level"}, "tax": {"type", "name", "rate", "level", "passed_over"}}; the latter two are None for
    a mere text. Levels are in words, such as "the item"; rates in percent, as text.
    """

    lines: tuple[xero.LineDraft, ...]
    why: list[dict[str, Any]]
    #: Ours, of a document in another currency than the books' own; None: Xero takes the day's.
    currency_rate: Decimal | None = None


def document_draft(
    document: Document,
    resolved: Resolved,
    *,
    contact_id: UUID,
    marker: str,
    number: str | None,
    status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"],
    xero_id: UUID | None = None,
) -> xero.InvoiceDraft | xero.CreditNoteDraft:
    """Return what makes the document in Xero, or with `xero_id` what overwrites its copy.

    `number` is the one in Xero; None in an update keeps what is there. `marker` is our address of
    the document; credit notes have no place for it.
    """
    common: dict[str, Any] = {
        "status": status,
        "contact": xero.ContactRef(contact_id=str(contact_id)),
        "issued_on": document.issued_on,
        "currency_code": document.currency,
        "currency_rate": resolved.currency_rate,
        "line_amount_types": xero.LINE_AMOUNT_TYPES[basis_of(document)],
        "line_items": resolved.lines if status == "DRAFT" else _complete(resolved.lines),
    }
    kind = Kind(document.kind)
    if not kind.is_purchase:
        common["reference"] = document.reference or None
    if kind.is_credit:
        return xero.CreditNoteDraft(
            type=_CREDIT_NOTE_TYPES[kind],
            credit_note_id=str(xero_id) if xero_id else None,
            credit_note_number=number,
            **common,
        )
    return xero.InvoiceDraft(
        type=_INVOICE_TYPES[kind],
        invoice_id=str(xero_id) if xero_id else None,
        invoice_number=number,
        url=marker,
        due_on=document.due_on,
        **common,
    )


def _complete(lines: Sequence[xero.LineDraft]) -> Sequence[xero.LineDraft]:
    """Give mere texts what Xero wants of every line of an approved document, worth nothing.

    Account and tax type are those of the first line that has them.
    """
    whole = next((line for line in lines if line.account_code), None)
    if whole is None:
        return lines
    return tuple(
        line
        if line.account_code
        else replace(
            line,
            quantity=Decimal(0),
            unit_amount=Decimal(0),
            account_code=whole.account_code,
            tax_type=whole.tax_type,
        )
        for line in lines
    )
