"""What the run itself knows of its documents and their money; shares no code with Tallystick.

By this, and by nothing that Tallystick says, the stand-in's books are judged in the end. What the
acts are chosen by is what was planned: how far the engine has come does not change the history.
"""

import csv
import gzip
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby, islice
from pathlib import Path

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
_MOST_LINES = 25
_FIRST_DAY = date(2026, 9, 1)


@dataclass(frozen=True)
class Row:
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


Body = tuple[Row, ...]


@dataclass
class Paper:
    """A submitted document as it should stand on both sides."""

    kind: str
    number: str
    party: str
    day: date
    body: Body
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

    def note(self, what: str) -> None:
        self.history.append(f"{what} ({self.total} here)")

    @property
    def total(self) -> Decimal:
        return sum((row.total for row in self.body), Decimal(0))

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
    """Money on a paper, known by its reference."""

    paper: Paper
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
class Offset:
    """A part of a credit note, set against an invoice or bill."""

    note: Paper
    paper: Paper
    amount: Decimal
    day: date
    pk: int = 0
    deleted: bool = False
    taken_back: bool = False


Entry = Payment | Offset


@dataclass
class Memory:
    """Everything of one set of books."""

    papers: list[Paper] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    offsets: list[Offset] = field(default_factory=list)

    def live(self) -> list[Paper]:
        return [paper for paper in self.papers if not paper.cancelled]

    def settled(self, paper: Paper) -> Decimal:
        """How much of it is paid and credited."""
        return _sum(one for one in self._entries_on(paper) if not one.deleted)

    def planned(self, paper: Paper) -> Decimal:
        """How much the clerk has paid and credited, also where that was taken back."""
        return _sum(one for one in self._entries_on(paper) if is_planned(one))

    def outstanding(self, paper: Paper) -> Decimal:
        """How much the clerk may still pay or credit."""
        return paper.total - self.planned(paper)

    def fingerprint(self) -> str:
        """Return all that the clerk did, as text: what the same seed makes the same."""
        papers = [(one.kind, one.number, one.party, one.day, one.body) for one in self.papers]
        entries = [
            (one.amount, one.day, is_planned(one)) for one in (*self.payments, *self.offsets)
        ]
        return f"{papers} {entries}"

    def _entries_on(self, paper: Paper) -> list[Entry]:
        offsets = [one for one in self.offsets if one.note is paper or one.paper is paper]
        return [*(one for one in self.payments if one.paper is paper), *offsets]


def is_planned(entry: Entry) -> bool:
    """Tell whether it stands, as far as the clerk decided."""
    return entry.taken_back or not entry.deleted


def _sum(entries: Iterable[Entry]) -> Decimal:
    return sum((one.amount for one in entries), Decimal(0))


def cents(amount: Decimal) -> Decimal:
    """Round half up, as Xero does on each line."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def bodies(source: Path, draw: random.Random) -> Iterator[Body]:
    """Yield the lines of real documents, from a place on that `draw` decides; made up without a file."""
    found = _real(source, draw) if source.is_file() else _made_up(draw)
    for lines in found:
        taxed = draw.random() < 0.7
        yield tuple(Row(text, quantity, price, taxed) for text, quantity, price in lines)


def day(draw: random.Random) -> date:
    return _FIRST_DAY + timedelta(days=draw.randrange(60))


def _real(source: Path, draw: random.Random) -> Iterator[list[tuple[str, Decimal, Decimal]]]:
    while True:
        with gzip.open(source, "rt", encoding="utf-8-sig", newline="") as text:
            documents = groupby(csv.DictReader(text), key=lambda row: row["InvoiceNo"])
            for _, rows in islice(documents, draw.randrange(2000), None):
                lines = [
                    (row["Description"].strip() or row["StockCode"], quantity, price)
                    for row in rows
                    if (quantity := abs(Decimal(row["Quantity"]))) > 0
                    if (price := Decimal(row["UnitPrice"])) > 0
                ][:_MOST_LINES]
                if lines:
                    yield lines


def _made_up(draw: random.Random) -> Iterator[list[tuple[str, Decimal, Decimal]]]:
    while True:
        yield [
            (
                f"Goods {draw.randrange(1000)}",
                Decimal(draw.randint(1, 48)),
                Decimal(draw.randint(1, 5000)) / 100,
            )
            for _ in range(draw.randint(1, _MOST_LINES))
        ]
