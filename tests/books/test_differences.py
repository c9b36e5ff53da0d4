"""What a document would change to, in words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from factories import line, make_document, make_party, make_tax_code
from tallystick.books.differences import difference, in_words
from tallystick.books.errors import InvalidRecord
from tallystick.books.inputs import DocumentInput
from tallystick.books.models import Document, Kind

TEA, POST = line("Tea", unit_price="10"), line("Post", unit_price="4")


@pytest.fixture
def document(workspace) -> Document:
    party = make_party(workspace, "Redo Co", number="R")
    return make_document(
        workspace, party=party, number="CR-1", lines=[TEA, POST], issued_on=date(2026, 11, 8)
    )


def given(document, **values) -> DocumentInput:
    same = DocumentInput(
        kind=Kind(document.kind),
        number=document.number,
        party_number=document.party.number,
        issued_on=document.issued_on,
        due_on=document.due_on,
        lines=(TEA, POST),
    )
    return replace(same, **values)


def test_the_same_content_is_no_difference(document):
    assert difference(document, given(document)) == []


def test_figures_written_otherwise_are_no_difference(document):
    lines = (line("Tea", quantity="1.00", unit_price="10.0000"), POST)

    assert difference(document, given(document, lines=lines)) == []


def test_a_price_and_a_day_are_told_with_what_they_come_to(document):
    lines = (line("Tea", unit_price="11"), POST)

    changes = difference(document, given(document, lines=lines, due_on=date(2026, 12, 15)))

    assert in_words(changes) == (
        "Total 14.00 becomes 15.00; due 8 Dec 2026 becomes 15 Dec 2026; "
        "line 1 price 10.00 becomes 11.00."
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"reference": "PO 8"}, "reference none becomes PO 8"),
        ({"currency": "USD"}, "currency NZD becomes USD"),
        ({"do_not_sync": True}, "kept out of other books no becomes yes"),
        ({"currency_rate": Decimal("0.61")}, "exchange rate none becomes 0.61"),
        ({"lines": (TEA,)}, "line 2 goes: Post, 1 at 4.00"),
        ({"lines": (line("New"), TEA, POST)}, "line 1 is new: New, 1 at 10.00"),
        ({"lines": (replace(TEA, item_code="T"), POST)}, "line 1 item none becomes T"),
        (
            {"lines": (replace(TEA, unit_price=Decimal("1234.5678")), POST)},
            "line 1 price 10.00 becomes 1,234.5678",
        ),
        (
            {"lines": (replace(TEA, tracking=(("Region", "North"),)), POST)},
            "line 1 tracking none becomes Region: North",
        ),
    ],
)
def test_each_value_is_told(document, values, told):
    assert told in difference(document, given(document, **values))


def test_tax_and_customer_are_told(workspace, document):
    make_tax_code(workspace)
    other = make_party(workspace, "Other Co", number="O")
    lines = (replace(TEA, tax_code="GST"), POST)

    changes = difference(document, given(document, party_number=other.number, lines=lines))

    assert changes == [
        "total 14.00 becomes 15.50",
        "tax 0.00 becomes 1.50",
        "customer Redo Co becomes Other Co",
        "number of the customer R becomes O",
        "line 1 tax code none becomes GST",
        "line 1 tax 0.00 becomes 1.50",
    ]


def test_of_many_changes_the_first_are_told_and_the_rest_counted(document):
    lines = tuple(line(f"New {n}") for n in range(20))

    changes = difference(document, given(document, lines=lines))

    assert len(changes) == 9
    assert changes[-1].startswith("and ")


def test_what_cannot_be_kept_is_said(document):
    with pytest.raises(InvalidRecord, match="NONE"):
        difference(document, given(document, lines=(replace(TEA, tax_code="NONE"),)))


def test_nothing_of_it_is_saved(document):
    difference(document, given(document, lines=(line("Tea", unit_price="11"),)))

    document.refresh_from_db()
    assert (document.total, document.lines.count(), document.revision) == (14, 2, 1)
