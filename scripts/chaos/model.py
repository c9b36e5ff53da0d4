"""What the run itself knows of its documents and their money; shares no code with Tallystick.

By this, and by nothing that Tallystick says, the stand-in's books are judged in the end. What the
acts are chosen by is what was planned: how far the engine has come does not change the history.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

SALES_INVOICE, SALES_CREDIT_NOTE = "sales_invoice", "sales_credit_note"
BILL, SUPPLIER_CREDIT_NOTE = "bill", "supplier_credit_note"
#: As Xero calls them.
XERO_TYPES = {
    SALES_INVOICE: "ACCREC",
    BILL: "ACCPAY",
    SALES_CREDIT_NOTE: "ACCRECCREDIT",
    SUPPLIER_CREDIT_NOTE: "ACCPAYCREDIT",
}
#: What a credit note counts against.
CREDITED = {SALES_CREDIT_NOTE: SALES_INVOICE, SUPPLIER_CREDIT_NOTE: BILL}
PURCHASES = (BILL, SUPPLIER_CREDIT_NOTE)
VAT = Decimal("0.20")


@dataclass(frozen=True)
class Line:
    """A line as it is entered: with VAT or without."""

    text: str
    quantity: Decimal
    price: Decimal
    taxed: bool

    @property
    def amount(self) -> Decimal:
        return cents(self.quantity * self.price)

    @property
    def total(self) -> Decimal:
        return self.amount + (cents(self.amount * VAT) if self.taxed else Decimal(0))


Lines = tuple[Line, ...]


@dataclass
class Document:
    """A submitted document as it should stand on both sides."""

    kind: str
    number: str
    party: str
    day: date
    lines: Lines
    pk: int = 0
    cancelled: bool = False
    revision: int = 1
    #: A person changed, approved or removed its copy in Xero.
    touched: bool = False
    removed: bool = False
    #: A person was to remove its copy, had there been one: the clerk does nothing with it any more.
    left_alone: bool = False
    #: What a person let stand in Xero instead of ours.
    kept: Decimal | None = None
    amended: bool = False
    #: What was done to it, in order; told where it is not as it should be in the end.
    history: list[str] = field(default_factory=list)

    def log(self, what: str) -> None:
        self.history.append(f"{what} ({self.total} here)")

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), Decimal(0))

    @property
    def expected(self) -> Decimal:
        """Its total in Xero."""
        return self.total if self.kept is None else self.kept

    @property
    def explains_drift(self) -> bool:
        """Whether its history allows for the question which side is right."""
        return self.revision > 1 or self.touched or self.kept is not None

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.party}"


@dataclass
class Payment:
    """Money on a document, known by its reference."""

    document: Document
    amount: Decimal
    day: date
    reference: str
    pk: int = 0
    #: What Tallystick puts behind the reference in Xero.
    number: str = ""
    deleted: bool = False
    #: It was deleted because Xero had no place for it, not because the clerk was to.
    taken_back: bool = False


@dataclass
class Allocation:
    """A part of a credit note, set against an invoice or bill."""

    credit_note: Document
    document: Document
    amount: Decimal
    day: date
    pk: int = 0
    deleted: bool = False
    taken_back: bool = False


Entry = Payment | Allocation
Record = Document | Entry


@dataclass
class Model:
    """Everything of one set of books."""

    documents: list[Document] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)

    def live(self) -> list[Document]:
        return [document for document in self.documents if not document.cancelled]

    def settled(self, document: Document) -> Decimal:
        """How much of it is paid and credited."""
        return _sum(one for one in self._entries_on(document) if not one.deleted)

    def planned(self, document: Document) -> Decimal:
        """How much the clerk has paid and credited, also where that was taken back."""
        return _sum(one for one in self._entries_on(document) if is_planned(one))

    def outstanding(self, document: Document) -> Decimal:
        """How much the clerk may still pay or credit."""
        return document.total - self.planned(document)

    def fingerprint(self) -> str:
        """Return all that the clerk did, as text: what the same seed makes the same."""
        documents = [
            (one.kind, one.number, one.party, one.day, one.lines) for one in self.documents
        ]
        entries = [
            (one.amount, one.day, is_planned(one)) for one in (*self.payments, *self.allocations)
        ]
        return f"{documents} {entries}"

    def _entries_on(self, document: Document) -> list[Entry]:
        allocations = [
            one
            for one in self.allocations
            if one.credit_note is document or one.document is document
        ]
        return [*(one for one in self.payments if one.document is document), *allocations]


def is_planned(entry: Entry) -> bool:
    """Tell whether it stands, as far as the clerk decided."""
    return entry.taken_back or not entry.deleted


def _sum(entries: Iterable[Entry]) -> Decimal:
    return sum((one.amount for one in entries), Decimal(0))


def cents(amount: Decimal) -> Decimal:
    """Round half up, as Xero does on each line."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
