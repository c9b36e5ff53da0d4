"""How each kind of document stands in Xero: the engine is one, and the kinds are these rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from tallystick import xero
from tallystick.books.models import Document, Kind
from tallystick.sync.models import Link

Endpoint: TypeAlias = Literal["Invoices", "CreditNotes"]
ENDPOINTS: tuple[Endpoint, ...] = ("Invoices", "CreditNotes")
#: The endpoints' names in `steps.PURPOSES`.
RECORDS: Mapping[Endpoint, str] = MappingProxyType(
    {"Invoices": "invoices", "CreditNotes": "credit_notes"}
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind's row."""

    #: Xero's own word for the kind.
    xero_type: str
    endpoint: Endpoint
    #: What people call it.
    noun: str
    #: Xero takes each number once, whoever bears it; else suppliers number as they like.
    has_unique_number: bool
    #: Xero keeps our marker with it.
    has_marker: bool
    #: Path of its page in Xero's own screens (facts 6.12), before the id.
    page: str


_RECEIVABLE, _PAYABLE = "/AccountsReceivable/", "/AccountsPayable/"
_SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        Kind.SALES_INVOICE: Shape(
            "ACCREC", "Invoices", "invoice", True, True, f"{_RECEIVABLE}View.aspx?InvoiceID="
        ),
        Kind.BILL: Shape(
            "ACCPAY", "Invoices", "bill", False, True, f"{_PAYABLE}Edit.aspx?InvoiceID="
        ),
        Kind.SALES_CREDIT_NOTE: Shape(
            "ACCRECCREDIT",
            "CreditNotes",
            "credit note",
            True,
            False,
            f"{_RECEIVABLE}ViewCreditNote.aspx?creditNoteID=",
        ),
        Kind.SUPPLIER_CREDIT_NOTE: Shape(
            "ACCPAYCREDIT",
            "CreditNotes",
            "supplier credit note",
            False,
            False,
            f"{_PAYABLE}ViewCreditNote.aspx?creditNoteID=",
        ),
    }
)


def shape_of(document: Document) -> Shape:
    """Return the row of the document's kind."""
    return _SHAPES[document.kind]


def kinds_at(endpoint: Endpoint) -> list[str]:
    """Return the kinds of document that are written there."""
    return [kind for kind, shape in _SHAPES.items() if shape.endpoint == endpoint]


def kinds_of_unique_number() -> list[str]:
    """Return the kinds of document whose numbers Xero takes once."""
    return [kind for kind, shape in _SHAPES.items() if shape.has_unique_number]


def page_of_type(xero_type: str) -> str:
    """Return the path of the page of Xero's type of document, before the id."""
    kind = _KINDS.get(xero_type, Kind.SALES_INVOICE)
    return _SHAPES[kind].page


def noun_of(sort: str) -> str:
    """Return what people call one record of a kind of document, or of `party`, `payment` …"""
    return _SHAPES[sort].noun if sort in _SHAPES else _NOUNS.get(sort, sort)


_NOUNS: Mapping[str, str] = MappingProxyType({"party": "customer"})
_KINDS = {shape.xero_type: Kind(kind) for kind, shape in _SHAPES.items()}


def kind_of(copy: xero.Document) -> Kind | None:
    """Return which of our kinds Xero's record is; None for others."""
    return _KINDS.get(copy.type)


def document_of(link: Link) -> Document:
    """Return the link's document. Raises ValueError for a link of another record."""
    if link.document is None:
        raise ValueError(f"Link {link.pk} is not a document's.")
    return link.document


def endpoint_of(link: Link) -> Endpoint:
    return endpoint_of_kind(document_of(link).kind)


def endpoint_of_kind(kind: str) -> Endpoint:
    return _SHAPES[kind].endpoint


def by_id(client: xero.XeroClient, links: Iterable[Link]) -> dict[str, xero.Document]:
    """Return Xero's records of the documents' links that have one, by their id in small letters."""
    ids: dict[Endpoint, list[str]] = {endpoint: [] for endpoint in ENDPOINTS}
    for link in links:
        if link.xero_id:
            ids[endpoint_of(link)].append(str(link.xero_id))
    found: list[xero.Document] = []
    if ids["Invoices"]:
        found += client.invoices_by_id(ids["Invoices"])
    if ids["CreditNotes"]:
        found += client.credit_notes_by_id(ids["CreditNotes"])
    return {copy.record_id.lower(): copy for copy in found}
