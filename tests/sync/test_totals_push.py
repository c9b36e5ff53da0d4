"""Whatever a document holds, what Xero makes of it equals ours to the cent: random ones, pushed."""

import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from factories import make_document, make_party, make_tax_code
from tallystick.books.inputs import LineInput
from tallystick.books.models import Charge, Document, Kind, TaxBasis
from tallystick.mapping.models import Direction, Rounding
from tallystick.mapping.services import choose_account, choose_rounding, choose_tax_type
from tallystick.sync.models import LinkState
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

#: Ours by code: rate, and the tax types on sales and purchases.
RATES = {
    "T20": ("20", "OUTPUT2", "INPUT2"),
    "T5": ("5", "RROUTPUT", "RRINPUT"),
    "T0": ("0", "ZERORATEDOUTPUT", "ZERORATEDINPUT"),
}
STATUSES = ["DRAFT", "SUBMITTED", "AUTHORISED"]


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=low, max_value=high, places=places)


lines = st.builds(
    LineInput,
    description=st.sampled_from(["Tea", "Thé à la menthe", "🧾"]),
    quantity=st.integers(0, 4).flatmap(lambda places: decimals("-3", "500", places)),
    unit_price=st.integers(0, 4).flatmap(lambda places: decimals("-5", "400", places)),
    discount=st.none()
    | decimals("0", "100", 4)
    | st.sampled_from(list(map(Decimal, ("10", "33.3333")))),
    tax_code=st.sampled_from(list(RATES)),
    charge=st.sampled_from(Charge),
)
texts = st.builds(LineInput, description=st.just("As agreed on Monday"))
documents = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(Kind),
        "tax_basis": st.sampled_from(TaxBasis),
        "currency": st.sampled_from(["GBP", "EUR", "USD"]),
        "lines": st.lists(st.one_of(lines, lines, texts), max_size=7),
        # Xero approves no document of mere texts.
        "last": lines,
        "cents": st.just(0) | st.integers(-10, 10),
        "rate": decimals("0.000100", "9", 6),
    }
)


@pytest.fixture
def make(books: Books) -> Callable[[dict[str, Any]], Document]:
    """Everything is mapped; makes and submits a document of those values."""
    chosen = {"organisation": books.organisation, "actor": books.owner}
    for code, (rate, *types) in RATES.items():
        tax_code = make_tax_code(books.workspace, code, rate)
        for direction, tax_type in zip(Direction, types, strict=True):
            choose_tax_type(tax_code=tax_code, tax_type=tax_type, direction=direction, **chosen)
    for direction in Direction:
        choose_account(direction=direction, charge=Charge.ROUNDING, code="860", **chosen)
    choose_rounding(rounding=Rounding.LINE, **chosen)
    party = make_party(books.workspace, number="C1")
    numbers = itertools.count(1)

    def make(values: dict[str, Any]) -> Document:
        given = {**values, "party": party, "number": f"N-{next(numbers)}"}
        given["lines"] = [*given["lines"], given.pop("last")]
        cents, rate = Decimal(given.pop("cents")) / 100, given.pop("rate")
        if given["currency"] != "GBP":
            given["currency_rate"] = str(rate)
        if cents:
            total = make_document(books.workspace, **given).total
            given |= {"total": str(total + cents), "number": f"R-{next(numbers)}"}
        return make_document(books.workspace, submitted=True, **given)

    return make


@pytest.mark.parametrize("status", STATUSES)
@given(batch=st.lists(documents, min_size=10, max_size=10))
@settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_totals_in_xero_equal_ours(books: Books, make, status: str, batch: list[dict[str, Any]]):
    for kind in Kind:
        books.policy(kind, sent_as=status)

    made = [make(values) for values in batch]
    books.work()

    copies = {copy["number"]: copy for copy in books.copies()}
    for document in made:
        link = books.link(document)
        if document.total < 0:
            assert (link.state, link.problem["code"]) == (LinkState.FAILED, "below_zero")
            continue
        assert link.state == LinkState.SYNCED, link.problem
        copy = copies[document.number]
        assert Decimal(copy["total"]) == document.total
        assert Decimal(copy["total_tax"]) == document.tax
        assert Decimal(copy["sub_total"]) == document.subtotal + document.rounding
        assert copy["currency"] == document.currency
        assert copy["lines"] == document.lines.count() + bool(document.rounding)
