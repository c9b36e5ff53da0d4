"""Every kind of record that a link stands for, as a row: the engine is one, and the kinds are rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from django.db.models import Model

from tallystick import xero
from tallystick.books.models import Kind, SettlementStatus, Status
from tallystick.connections.modules import Module
from tallystick.sync.models import Link

Endpoint: TypeAlias = Literal["Invoices", "CreditNotes"]
ENDPOINTS: tuple[Endpoint, ...] = ("Invoices", "CreditNotes")
#: The endpoints' names in `steps.PURPOSES`.
ENDPOINT_WORDS: Mapping[Endpoint, str] = MappingProxyType(
    {"Invoices": "invoices", "CreditNotes": "credit_notes"}
)
#: The kind of payments' links; and the rule, of the same name, by which payments and allocations alike
#: go to Xero: documents have one for each kind.
PARTY, ITEM = "party", "item"
PAYMENTS = "payment"
PAYMENT_RULE = "payment"


@dataclass(frozen=True, slots=True)
class DocumentShape:
    """How a kind of document stands in Xero."""

    #: Xero's own word for the kind.
    xero_type: str
    endpoint: Endpoint
    #: Xero takes each number once, whoever bears it; else suppliers number as they like.
    has_unique_number: bool
    #: Xero keeps our marker with it.
    has_marker: bool
    #: Path of its page in Xero's own screens (facts 6.12), before the id.
    page: str

    @property
    def drafts_page(self) -> str:
        """The path of the list of drafts in Xero's own screens.

        It is what people and their scripts open there; Xero's documentation does not name it.
        """
        folder, _, _ = self.page.rpartition("/")
        return f"{folder}/Search.aspx?invoiceStatus=INVOICESTATUS/DRAFT"


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of record of ours that goes to Xero."""

    #: As `Link.kind` has it.
    name: str
    #: Of a link, for its record.
    field: str
    #: What people call one.
    noun: str
    #: Status of those that are to be in Xero; none of what only goes along.
    live_status: str = ""
    #: Fields of the record: the day by which a start date judges, its money, and the path to its
    #: currency. A party has none.
    day: str = ""
    amount: str = ""
    currency: str = ""
    #: The kind of sync rule that holds for it.
    sync_rule: str = ""
    #: The module that it belongs to; without one it always goes.
    module: Module | None = None
    #: Records are locked in this order, before their links; 0: they are not locked.
    lock_order: int = 0
    #: Its fields for the documents that it stands on: with these it stays out of other books.
    stands_on: tuple[str, ...] = ()
    shape: DocumentShape | None = None

    @property
    def model(self) -> type[Model]:
        related = Link._meta.get_field(self.field).related_model
        if not isinstance(related, type):
            raise TypeError(f"Link.{self.field} is no record.")
        return related


def _document(kind: Kind, noun: str, module: Module, shape: DocumentShape) -> RecordKind:
    return RecordKind(
        name=kind.value,
        field="document",
        noun=noun,
        live_status=Status.SUBMITTED,
        day="issued_on",
        amount="total",
        currency="currency",
        sync_rule=kind.value,
        module=module,
        lock_order=1,
        shape=shape,
    )


_RECEIVABLE, _PAYABLE = "/AccountsReceivable/", "/AccountsPayable/"
_ROWS = (
    _document(
        Kind.SALES_INVOICE,
        "invoice",
        Module.INVOICES,
        DocumentShape("ACCREC", "Invoices", True, True, f"{_RECEIVABLE}View.aspx?InvoiceID="),
    ),
    _document(
        Kind.BILL,
        "bill",
        Module.BILLS,
        DocumentShape("ACCPAY", "Invoices", False, True, f"{_PAYABLE}Edit.aspx?InvoiceID="),
    ),
    _document(
        Kind.SALES_CREDIT_NOTE,
        "credit note",
        Module.CREDIT_NOTES,
        DocumentShape(
            *("ACCRECCREDIT", "CreditNotes", True, False),
            page=f"{_RECEIVABLE}ViewCreditNote.aspx?creditNoteID=",
        ),
    ),
    _document(
        Kind.SUPPLIER_CREDIT_NOTE,
        "supplier credit note",
        Module.CREDIT_NOTES,
        DocumentShape(
            *("ACCPAYCREDIT", "CreditNotes", False, False),
            page=f"{_PAYABLE}ViewCreditNote.aspx?creditNoteID=",
        ),
    ),
    RecordKind(PARTY, field="party", noun="customer", module=Module.CONTACTS),
    RecordKind(ITEM, field="item", noun="item", module=Module.ITEMS),
    RecordKind(
        PAYMENTS,
        field="payment",
        noun="payment",
        live_status=SettlementStatus.RECORDED,
        day="paid_on",
        amount="amount",
        currency="document__currency",
        sync_rule=PAYMENT_RULE,
        module=Module.PAYMENTS,
        lock_order=2,
        stands_on=("document",),
    ),
    RecordKind(
        "allocation",
        field="allocation",
        noun="allocation",
        live_status=SettlementStatus.RECORDED,
        day="allocated_on",
        amount="amount",
        currency="document__currency",
        sync_rule=PAYMENT_RULE,
        module=Module.PAYMENTS,
        lock_order=3,
        stands_on=("document", "credit_note"),
    ),
)
#: By their names; the tests add one to see that it takes no more than its row and its writer.
RECORD_KINDS: dict[str, RecordKind] = {row.name: row for row in _ROWS}


def record_fields() -> dict[str, list[RecordKind]]:
    """Return the kinds by the field that stands for them, in the order of their locks."""
    found: dict[str, list[RecordKind]] = {}
    for row in sorted(RECORD_KINDS.values(), key=lambda row: row.lock_order):
        found.setdefault(row.field, []).append(row)
    return found


def kinds_under(sync_rule: str) -> list[str]:
    """Return the kinds of record that go by the rule."""
    return [row.name for row in RECORD_KINDS.values() if row.sync_rule == sync_rule]


def settlement_kinds() -> list[str]:
    """Return the kinds that settle documents: payments and allocations."""
    return kinds_under(PAYMENT_RULE)


def shape_of_kind(kind: str) -> DocumentShape:
    """Return how the kind of document stands in Xero. Raises ValueError for another record."""
    shape = RECORD_KINDS[kind].shape
    if shape is None:
        raise ValueError(f"{kind} is no document.")
    return shape


def kinds_at(endpoint: Endpoint) -> list[str]:
    """Return the kinds of document that are written there."""
    return [row.name for row, shape in _shaped() if shape.endpoint == endpoint]


def kinds_of_unique_number() -> list[str]:
    """Return the kinds of document whose numbers Xero takes once."""
    return [row.name for row, shape in _shaped() if shape.has_unique_number]


def page_of_type(xero_type: str) -> str:
    """Return the path of the page of Xero's type of document, before the id."""
    kind = kind_of_type(xero_type) or Kind.SALES_INVOICE
    return shape_of_kind(kind).page


def noun_of(kind: str) -> str:
    """Return what people call one record of the kind."""
    return RECORD_KINDS[kind].noun if kind in RECORD_KINDS else kind


def kind_of(copy: xero.Document) -> Kind | None:
    """Return which of our kinds Xero's record is; None for others."""
    return kind_of_type(copy.type)


def kind_of_type(xero_type: str) -> Kind | None:
    """Return our kind for Xero's word for it; None for others."""
    kinds = (row.name for row, shape in _shaped() if shape.xero_type == xero_type)
    return next(map(Kind, kinds), None)


def _shaped() -> list[tuple[RecordKind, DocumentShape]]:
    return [(row, row.shape) for row in RECORD_KINDS.values() if row.shape]


def module_under(sync_rule: str) -> Module | None:
    """Return the module of the records that go by the rule."""
    return next((RECORD_KINDS[name].module for name in kinds_under(sync_rule)), None)
