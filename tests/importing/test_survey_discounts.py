"""Discounts of which none is above one may be percent or parts of one: asked once for the file."""

from decimal import Decimal

import pytest

HEADER = "number,party_name,issued_on,description,quantity,unit_price,discount"


def row(number: int, discount: str) -> str:
    return f"{number},Ada,2026-11-02,Tea,1,100.00,{discount}"


@pytest.mark.parametrize(("answer", "total"), [("percent", "99.90"), ("fraction", "90.00")])
def test_discounts_that_are_all_below_one_are_asked_about(simple, document, answer, total):
    rows = [row(1, "0.1"), row(2, "0"), row(3, "0.25"), row(4, "")]

    asked = simple(*rows, header=HEADER)

    [question] = asked.questions
    assert (question.key, question.blocks, asked.documents) == ("discount", True, 0)
    assert [tuple(sample) for sample in question.samples] == [
        (2, "0.1", ["0.1 %", "10.0 %"]),
        (4, "0.25", ["0.25 %", "25.00 %"]),
    ]

    simple(*rows, header=HEADER, answers={"discount": answer})
    assert document("1").total == Decimal(total)
    assert document("2").total == document("4").total == 100


@pytest.mark.parametrize("discounts", [["0.5", "10"], ["0.5%"], ["0"], [""]])
def test_discounts_that_say_what_they_are_are_not(simple, discounts):
    rows = [row(place, text) for place, text in enumerate(discounts, start=1)]

    assert simple(*rows, header=HEADER).questions == []


@pytest.mark.parametrize("discounts", [["0.1", "1"], ["1"], ["0.2", "10%"], ["0.1", "-0.1"]])
def test_all_of_the_price_is_one_of_the_parts_of_one(simple, discounts):
    rows = [row(place, text) for place, text in enumerate(discounts, start=1)]

    report = simple(*rows, header=HEADER)

    assert [question.key for question in report.questions] == ["discount"]
    assert report.documents == 0


def test_a_percent_sign_says_percent_whatever_was_answered(simple, document):
    simple(row(1, "0.5%"), row(2, "0.5"), header=HEADER, answers={"discount": "fraction"})

    assert (document("1").total, document("2").total) == (Decimal("99.50"), Decimal("50.00"))
