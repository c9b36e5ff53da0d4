"""Two exports in one file, header and all: what both hold is not made of both."""

import pytest

from tallystick.books.models import Document, Payment

HEADER = "number,party_name,issued_on,description,quantity,unit_price"
ONE = ["A-1,Cafe,2026-11-02,Tea,1,5", "A-1,Cafe,2026-11-02,Rice,1,7"]
TWO = ["A-2,Cafe,2026-11-03,Tea,2,5"]
THREE = ["A-3,Cafe,2026-11-04,Tea,3,5"]


def made() -> dict[str, str]:
    return {one.number: f"{one.total:.2f}" for one in Document.objects.order_by("number")}


@pytest.mark.parametrize(
    "again",
    [
        pytest.param([*ONE, *THREE], id="the same"),
        pytest.param(["A-1,Cafe,2026-11-02,Tea,9,5", *THREE], id="as it was before"),
    ],
)
def test_an_order_that_both_hold_is_left_out_by_name(simple, again):
    report = simple(*ONE, *TWO, HEADER, *again, header=HEADER)

    [left] = report.not_made
    assert left.document == "A-1"
    assert "before and after the header that is repeated in line 5" in left.reason
    assert "Take its older rows out" in left.reason
    assert made() == {"A-2": "10.00", "A-3": "15.00"}


def test_a_file_appended_to_itself_makes_nothing(simple):
    report = simple(*ONE, *TWO, HEADER, *ONE, *TWO, header=HEADER)
    alone = simple(*ONE, HEADER, *ONE, header=HEADER)

    assert (report.documents, report.not_made_count) == (0, 2)
    assert (alone.documents, alone.not_made_count) == (0, 1)
    assert made() == {}


def test_a_document_goes_on_after_a_header_that_a_report_repeats_on_each_page(simple):
    simple(ONE[0], HEADER, ONE[1], *TWO, HEADER, *THREE, header=HEADER)

    assert made() == {"A-1": "12.00", "A-2": "10.00", "A-3": "15.00"}


def test_both_ways_out_that_are_told_end_it(simple):
    simple(*ONE, *TWO, HEADER, *ONE, *THREE, header=HEADER)
    assert "A-1" not in made()

    simple(*TWO, HEADER, *ONE, *THREE, header=HEADER)
    assert made()["A-1"] == "12.00"
    simple("B-1,Cafe,2026-11-02,Tea,1,5", *TWO, "B-1,Cafe,2026-11-02,Rice,1,7", header=HEADER)
    assert made()["B-1"] == "12.00"


def test_a_payment_that_both_hold_is_recorded_once_and_named(simple):
    simple(*ONE, *TWO, header=HEADER, submit=True)
    header = "number,amount,paid_on,reference"
    rows = ["A-1,4,2026-11-05,R1", "A-1,1,2026-11-06,R2", "A-1,1,2026-11-06,R2"]

    report = simple(*rows, header, rows[0], "A-2,3,2026-11-07,R3", header=header)

    [left] = report.not_made
    assert (left.document, left.line, left.amount) == ("A-1", 6, "4.00")
    assert "It stands before the repeated header too" in left.reason
    # Twice before it counts as two, as ever.
    amounts = Payment.objects.order_by("pk").values_list("document__number", "amount")
    assert [(number, int(amount)) for number, amount in amounts] == [
        *(("A-1", 4), ("A-1", 1), ("A-1", 1)),
        ("A-2", 3),
    ]
