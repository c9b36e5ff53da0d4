"""Discounts where Xero takes none, and tracking in Xero's own spelling."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import line
from tallystick.books.models import Document, Kind, Line
from tallystick.mapping.known import Place
from tallystick.mapping.lines import parts_of, priced
from tallystick.mapping.models import Direction
from tallystick.money import line_amount

TIMES = "\N{MULTIPLICATION SIGN}"


def test_a_sales_invoice_shows_its_discount(mapped):
    document = mapped.document(line(tax_code="VAT20", quantity="3", discount="12.5"))

    (draft,) = mapped.resolve(document).lines

    assert (draft.quantity, draft.unit_amount) == (Decimal(3), Decimal(10))
    assert draft.discount_rate == Decimal("12.5")


@pytest.mark.parametrize("kind", [Kind.BILL, Kind.SALES_CREDIT_NOTE, Kind.SUPPLIER_CREDIT_NOTE])
def test_elsewhere_the_discount_goes_into_the_price(mapped, kind):
    document = mapped.document(
        line("Tea", tax_code="VAT20", quantity="3", discount="10"), kind=kind
    )

    (draft,) = mapped.resolve(document).lines

    assert (draft.quantity, draft.unit_amount) == (Decimal(3), Decimal(9))
    assert (draft.discount_rate, draft.description) == (None, "Tea")


def test_a_discount_that_xero_would_shorten_goes_into_the_price(mapped):
    longer = {"quantity": "30", "unit_price": "10", "discount": "33.3333"}
    document = mapped.document(
        line("Tea", tax_code="VAT20", **longer),
        line("Ink", tax_code="VAT20", quantity="1", discount="33.3333"),
    )

    tea, ink = mapped.resolve(document).lines

    assert (tea.unit_amount, tea.discount_rate) == (Decimal("6.6667"), None)
    assert (ink.unit_amount, ink.discount_rate) == (Decimal(10), Decimal("33.33"))


def test_where_no_price_makes_our_amount_the_amount_is_the_price_of_one(mapped):
    document = mapped.document(
        line("Screws", tax_code="VAT20", quantity="9999", unit_price="0.0150", discount="33.3"),
        kind=Kind.BILL,
    )

    (draft,) = mapped.resolve(document).lines

    assert (draft.quantity, draft.unit_amount) == (Decimal(1), Decimal("100.04"))
    assert draft.description == f"Screws (9999 {TIMES} 0.015 less 33.3 %)"


def test_a_price_is_told_with_its_cents():
    place = _place("9999", "10.005", "33.3331", "Tea")

    price = priced(place, place.line.quantity, place.line.unit_price)

    assert price.description == f"Tea (9999 {TIMES} 10.005 less 33.3331 %)"
    place = _place("7777.7", "30", "33.3331", "Tea")
    price = priced(place, place.line.quantity, place.line.unit_price)
    assert price.description == f"Tea (7777.7 {TIMES} 30.00 less 33.3331 %)"


def test_a_sum_told_after_a_long_text_cuts_nothing_of_it(mapped):
    figures = {"quantity": "9999", "unit_price": "0.0150", "discount": "33.3"}
    document = mapped.document(line("x" * 4000, tax_code="VAT20", **figures), kind=Kind.BILL)

    sold, told = mapped.resolve(document).lines

    assert (sold.description, sold.unit_amount) == ("x" * 4000, Decimal("100.04"))
    assert (told.description, told.quantity) == (f"(9999 {TIMES} 0.015 less 33.3 %)", None)


def test_a_text_longer_than_xero_takes_goes_on_in_mere_texts_below(mapped):
    words = " ".join(f"word{n}" for n in range(2000))
    document = mapped.document(line(words, tax_code="VAT20"), line("Tea", tax_code="VAT20"))

    resolved = mapped.resolve(document)

    texts = [one.description for one in resolved.lines]
    assert " ".join(texts) == f"{words} Tea"
    assert [len(text) <= 4000 for text in texts] == [True] * 6
    assert [one.quantity for one in resolved.lines] == [1, None, None, None, None, 1]
    assert [one["position"] for one in resolved.why] == [1, 2, 3, 4, 5, 6]


@given(st.text(alphabet="ab \n", max_size=60).map(lambda text: text * 300))
def test_parts_hold_every_letter_of_the_text_in_order_and_none_is_empty(text):
    parts = list(parts_of(text))

    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < len(part) <= 4000 for part in parts) or parts == [""]


@given(
    st.decimals(min_value=-(10**6), max_value=10**6, places=4),
    st.decimals(min_value=-(10**6), max_value=10**6, places=4),
    st.decimals(min_value=0, max_value=100, places=4),
    st.sampled_from(Kind),
)
def test_what_is_sent_always_comes_to_our_amount(quantity, unit_price, discount, kind):
    place = _place(str(quantity), str(unit_price), str(discount), "Tea", kind)

    price = priced(place, quantity, unit_price)

    assert line_amount(price.quantity, price.unit_amount, price.discount_rate) == place.line.amount
    assert all(-one.as_tuple().exponent <= 4 for one in (price.quantity, price.unit_amount))
    assert price.discount_rate is None or kind == Kind.SALES_INVOICE
    assert price.discount_rate is None or -price.discount_rate.as_tuple().exponent <= 2


def test_tracking_is_found_whatever_its_letter_case_and_sent_as_xero_spells_it(mapped):
    mapped.tracking("Region", "North", "Süd")
    mapped.tracking("Season", "Summer")
    document = mapped.document(
        line(tax_code="VAT20", tracking=[("REGION", "süd"), ("season", "SUMMER")])
    )

    (draft,) = mapped.resolve(document).lines

    assert [(one.name, one.option) for one in draft.tracking] == [
        ("Region", "Süd"),
        ("Season", "Summer"),
    ]


@pytest.mark.parametrize(
    ("tracking", "told"),
    [
        (
            [("Area", "North")],
            "names the tracking category Area, which is not active in Demo Company (UK).",
        ),
        (
            [("Old", "North")],
            "names the tracking category Old, which is not active in Demo Company (UK).",
        ),
        (
            [("Region", "West")],
            "names West in Region, which is no active option in Demo Company (UK).",
        ),
        ([("Region", "North"), ("region", "north")], "names the tracking category Region twice."),
    ],
)
def test_tracking_that_xero_does_not_have_is_named(mapped, tracking, told):
    mapped.tracking("Region", "North")
    mapped.tracking("Old", "North", status="ARCHIVED")
    document = mapped.document(line(tax_code="VAT20", item_code="TEA", tracking=tracking))

    problem = mapped.problem(document)

    assert problem.message == f"INV-1 was not sent: line 1 (TEA) {told}"
    assert "correct the line's tracking" in problem.remedy
    assert "in Xero under Settings, Tracking categories" in problem.remedy
    assert (problem.screen, problem.waits_for) == ("xero", "xero:tracking")


def _place(
    quantity: str, unit_price: str, discount: str, text: str, kind: Kind = Kind.BILL
) -> Place:
    figures = Decimal(quantity), Decimal(unit_price), Decimal(discount)
    made = Line(
        position=1,
        description=text,
        quantity=figures[0],
        unit_price=figures[1],
        discount=figures[2],
        amount=line_amount(*figures),
    )
    return Place(Document(kind=kind, number="B-1"), made, Direction.of(kind), None)
