"""What we resolve is taken by the stand-in Xero as it is, and comes to our totals there too."""

import random
from decimal import Decimal
from uuid import UUID

import pytest

from factories import line, make_document, owner_of
from mapping.conftest import Mapped
from tallystick import xero
from tallystick.books.inputs import LineInput
from tallystick.books.models import Charge, Document, Kind, TaxBasis
from tallystick.connections.client import client_for
from tallystick.mapping.drafting import document_draft
from tallystick.mapping.models import Direction, Rounding
from tallystick.mapping.resolve import Resolved, Resolver
from tallystick.mirror import xero_lists

TYPES = {
    "T20": ("20", "OUTPUT2", "INPUT2"),
    "T5": ("5", "RROUTPUT", "RRINPUT"),
    "T0": ("0", "ZERORATEDOUTPUT", "ZERORATEDINPUT"),
}


@pytest.fixture
def chosen(connected) -> Mapped:
    """The connected organisation with its lists read and everything chosen."""
    xero_lists.keep(connected, xero_lists.read(client_for(connected)))
    chosen = Mapped(connected.workspace, owner_of(connected.workspace), connected)
    for code, (rate, sales, purchases) in TYPES.items():
        chosen.tax_code(code, rate, sales=sales, purchases=purchases)
    for direction, account in ((Direction.SALES, "200"), (Direction.PURCHASES, "300")):
        chosen.choose(direction, Charge.GOODS, account)
        chosen.choose(direction, Charge.ROUNDING, "860")
    chosen.round_by(Rounding.LINE)
    return chosen


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED", "AUTHORISED"])
def test_documents_of_every_kind_land_with_our_totals(chosen, status):
    chance = random.Random(f"documents {status}")  # noqa: S311 - repeatable on purpose
    documents = [_random_document(chosen, chance, index) for index in range(80)]
    client = client_for(chosen.organisation)
    contact_id = _contact(client)
    resolver = Resolver.of(chosen.organisation, documents)
    resolved = {
        document.number: resolver.check(document, list(document.lines.all()))
        for document in documents
    }

    landed = {}
    for is_credit, seal in (
        (False, xero.seal_create_invoices),
        (True, xero.seal_create_credit_notes),
    ):
        drafts = [
            _draft(document, resolved[document.number], contact_id, status)
            for document in documents
            if Kind(document.kind).is_credit == is_credit
        ]
        for element in client.send(seal(drafts), f"{status}-{is_credit}").documents:
            assert (element.errors, element.warnings) == ((), ())
            landed[element.record.number] = element.record

    copies = {number: _money_of_copy(copy) for number, copy in landed.items()}
    assert copies == {document.number: _money_of(document) for document in documents}


def _random_document(chosen: Mapped, chance: random.Random, index: int) -> Document:
    currency = chance.choice(["GBP", "EUR", "USD"])
    given = {
        "number": f"D-{index}",
        "kind": list(Kind)[index % 4],
        "tax_basis": chance.choice(list(TaxBasis)),
        "currency": currency,
        "currency_rate": "" if currency == "GBP" else f"{chance.uniform(0.5, 2):.6f}",
        "lines": [_random_line(chance) for _ in range(chance.randint(1, 6))] + [_large_line()],
    }
    document = make_document(chosen.workspace, **given)
    if chance.random() < 0.5:
        return document
    cents = Decimal(chance.randint(-10, 10)) / 100
    stated = given | {"number": f"R-{index}", "total": str(document.total + cents)}
    return make_document(chosen.workspace, **stated)


def _random_line(chance: random.Random) -> LineInput:
    if chance.random() < 0.1:
        return LineInput(description="A text alone")
    return line(
        quantity=f"{chance.uniform(-5, 500):.{chance.randint(0, 4)}f}",
        unit_price=f"{chance.uniform(0.0001, 90):.{chance.randint(0, 4)}f}",
        discount=chance.choice(["", "10", "33.3333", f"{chance.uniform(0, 100):.4f}"]),
        tax_code=chance.choice(list(TYPES)),
        charge=chance.choice(list(Charge)),
        tracking=chance.choice([(), [("region", "NORTH")]]),
    )


def _large_line() -> LineInput:
    """Keeps the total above zero."""
    return line(quantity="3", unit_price="999.9999", tax_code="T20")


def _contact(client: xero.XeroClient) -> UUID:
    (made,) = client.create_contacts([xero.ContactDraft(name="Harbour Cafe")], key="contact")
    return UUID(made.record.contact_id)


def _draft(document: Document, resolved: Resolved, contact_id: UUID, status):
    return document_draft(
        document,
        resolved,
        contact_id=contact_id,
        marker=f"https://books.example.com/d/{document.uid}",
        number=document.number,
        status=status,
    )


def _money_of(document: Document):
    """Subtotal, tax, total and rate; a rounding line counts into Xero's subtotal."""
    subtotal = document.subtotal + document.rounding
    return subtotal, document.tax, document.total, document.currency_rate


def _money_of_copy(copy: xero.Document):
    rate = copy.currency_rate if copy.currency_code != "GBP" else None
    return copy.sub_total, copy.total_tax, copy.total, rate
