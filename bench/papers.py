"""The documents of a run, the same every time: for the engine as a file, for the plain way as drafts."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tallystick import xero

_FIRST_DAY = date(2026, 3, 2)
_TERMS = timedelta(days=30)
_COLUMNS = (
    *("number", "kind", "party_number", "party_name", "email", "city", "postal_code"),
    *("issued_on", "due_on", "description", "quantity", "unit_price", "tax_code"),
)


@dataclass(frozen=True, slots=True)
class Line:
    description: str
    quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice or credit note of three to five lines."""

    kind: str
    number: str
    customer: str
    issued_on: date
    lines: tuple[Line, ...]

    @property
    def due_on(self) -> date:
        return self.issued_on + _TERMS


def papers(prefix: str, count: int, *, customers: int, kind: str = "sales_invoice") -> list[Paper]:
    """Return so many, dealt out among the customers."""
    return [_paper(prefix, n, customers, kind) for n in range(count)]


def as_file(some: Sequence[Paper]) -> io.BytesIO:
    """Return them in our simple template."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for paper in some:
        contact = contact_draft(paper)
        head = (paper.number, paper.kind, paper.customer, contact.name, contact.email_address)
        place = ("Bristol", "BS1 5TR", paper.issued_on, paper.due_on)
        for line in paper.lines:
            row = (line.description, line.quantity, line.unit_price, "VAT20")
            writer.writerow((*head, *place, *row))
    return io.BytesIO(text.getvalue().encode())


def contact_draft(paper: Paper) -> xero.ContactDraft:
    """Return what makes the paper's customer in Xero."""
    return xero.ContactDraft(
        name=f"Customer {paper.customer}",
        contact_number=paper.customer,
        email_address=f"accounts@{paper.customer.lower()}.example",
        addresses=(xero.Address(type="POBOX", city="Bristol", postal_code="BS1 5TR"),),
    )


def invoice_draft(paper: Paper, contact_id: str) -> xero.InvoiceDraft:
    """Return what makes the invoice in Xero, approved."""
    return xero.InvoiceDraft(
        type="ACCREC",
        status="AUTHORISED",
        contact=xero.ContactRef(contact_id=contact_id),
        invoice_number=paper.number,
        url=f"http://localhost:8000/d/{paper.number}",
        issued_on=paper.issued_on,
        due_on=paper.due_on,
        currency_code="GBP",
        line_amount_types="Exclusive",
        line_items=_line_drafts(paper),
    )


def credit_note_draft(paper: Paper, contact_id: str) -> xero.CreditNoteDraft:
    """Return what makes the credit note in Xero, approved."""
    return xero.CreditNoteDraft(
        type="ACCRECCREDIT",
        status="AUTHORISED",
        contact=xero.ContactRef(contact_id=contact_id),
        credit_note_number=paper.number,
        issued_on=paper.issued_on,
        currency_code="GBP",
        line_amount_types="Exclusive",
        line_items=_line_drafts(paper),
    )


def _paper(prefix: str, n: int, customers: int, kind: str) -> Paper:
    draw = random.Random(f"{kind} {n}")  # noqa: S311 - the same documents every time
    lines = tuple(
        Line(
            description=f"{draw.choice(('Rope', 'Paint', 'Lamp', 'Anchor'))} no. {position} of {n}",
            quantity=Decimal(draw.randint(1, 24)),
            unit_price=Decimal(draw.randint(99, 25_000)) / 100,
        )
        for position in range(1, draw.randint(3, 5) + 1)
    )
    return Paper(
        kind=kind,
        number=f"{prefix}-{n:05d}",
        customer=f"C{n % customers:04d}",
        issued_on=_FIRST_DAY + timedelta(days=n % 28),
        lines=lines,
    )


def _line_drafts(paper: Paper) -> tuple[xero.LineDraft, ...]:
    return tuple(
        xero.LineDraft(
            description=line.description,
            quantity=line.quantity,
            unit_amount=line.unit_price,
            account_code="200",
            tax_type="OUTPUT2",
        )
        for line in paper.lines
    )
