"""Rows that may be of one document make no two partial ones, however they are told apart."""

from decimal import Decimal

import pytest

from tallystick.books.models import Document
from tallystick.importing.meaning.mapping import Mapping, RowMeaning
from tallystick.importing.report import Cause

HEADER = "kind,number,party_number,party_name,issued_on,description,quantity,unit_price"
DAY = "2026-11-01,Mug,1"


@pytest.fixture
def take(simple):
    return lambda *rows, **options: simple(*rows, header=HEADER, **options)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (",CA-1,,Ann", ",ca-1,,Ann"),
        (",ZW-1,,Ann", ",ZW-1\u200b,,Ann"),
        (",HY-1,,Ann", ",HY\u20111,,Ann"),
        (",2001,,Ann", ",'2001,,Ann"),
        ("bill,B-1,,Sue", "bill,b-1,,Sue"),
        ("bill,B-1,,Sue", "bill,B-1,,"),
        ("bill,B-1,S1,Sue", "bill,B-1,,SUE"),
        ("sales_credit_note,C-1,,Ann", ",C-1,,Ann"),
        ("supplier_credit_note,C-1,,Sue", "supplier_credit_note,C-1,,"),
    ],
)
@pytest.mark.parametrize("lies", ["grouped", "scattered", "turned"])
def test_rows_told_apart_by_too_little_are_left_out_together_and_named(take, first, second, lies):
    rows = [f"{first},{DAY},10", f"{second},{DAY},5"]
    if lies != "grouped":
        rows.insert(1, f"bill,OTHER,,Sam,{DAY},7")
    if lies == "turned":
        rows.reverse()
    one = rows[0].split(",")[1]

    report = take(*rows)

    made = Document.objects.exclude(number="OTHER")
    # Side by side a row without kind or supplier is a further one of the document above.
    whole = [Decimal(15)] if lies == "grouped" and not report.not_made else []
    assert [each.total for each in made] == whole
    assert whole or (report.needs_person and {each.document for each in report.not_made} >= {one})


def test_the_reason_names_the_other_line_and_what_is_written_otherwise(take):
    report = take(f",CA-1,,Ann,{DAY},10", f",ca-1,,Ann,{DAY},5")

    assert [each.cause for each in report.not_made] == [Cause.UNREADABLE] * 2
    assert "The number on line 3, “ca-1”, is nearly the same" in report.not_made[0].reason
    assert report.left_out[Cause.UNREADABLE].total == {"NZD": Decimal(15)}


def test_two_suppliers_may_still_use_one_number_and_a_credit_note_that_of_its_invoice(take):
    report = take(
        f"bill,1001,,Sue,{DAY},10",
        f"bill,1001,,Sam,{DAY},5",
        f"sales_invoice,1001,,Ann,{DAY},7",
        f"sales_credit_note,1001,,Ann,{DAY},7",
    )

    assert (report.documents, report.not_made) == (4, [])


def test_a_status_that_makes_some_rows_a_credit_keeps_the_document_out(run):
    mapping = Mapping(
        name="till",
        title="Till",
        is_own=True,
        columns={
            "number": "No",
            "issued_on": "Day",
            "description": "What",
            "line_amount": "Sum",
            "status": "Status",
        },
        statuses={"paid": RowMeaning.TAKE, "refunded": RowMeaning.CREDIT},
    )
    rows = ("T-1,2026-11-01,Mug,10,paid", "T-1,2026-11-01,Cap,5,refunded")

    report = run("\n".join(["No,Day,What,Sum,Status", *rows]), tried=mapping)

    assert (report.documents, {each.document for each in report.not_made}) == (0, {"T-1"})


def test_what_is_bad_is_told_of_its_own_document_not_of_the_one_before(take):
    report = take(f",A-1,,Ann,{DAY},10", ",A-2,,Ann,gestern,Mug,1,5", f",,,Ann,{DAY},5")

    assert [(bad.line, bad.document) for bad in report.bad_rows] == [(3, "A-2"), (4, "")]


def test_a_kind_that_a_mapping_knows_by_its_words_is_not_guessed_at_where_it_is_empty(run):
    mapping = Mapping(
        name="kinds",
        title="Kinds",
        is_own=True,
        columns={
            "number": "No",
            "issued_on": "Day",
            "description": "What",
            "line_amount": "Sum",
            "kind": "Type",
        },
        kinds={"invoice": "sales_invoice", "credit": "sales_credit_note"},
        nobody="walk_in",
    )
    rows = ("T-1,2026-11-01,Mug,10,Invoice", "T-1,2026-11-01,Cap,5,", "T-2,2026-11-01,Cap,5,")

    report = run("\n".join(["No,Day,What,Sum,Type", *rows]), tried=mapping)

    assert [each.document for each in report.not_made] == ["T-2"]
    assert Document.objects.get().total == Decimal(15)


@pytest.mark.parametrize("answer", ["amount", "leave"])
def test_what_was_said_of_credit_notes_below_zero_is_not_asked_again(take, answer):
    rows = (f"sales_credit_note,C-1,,Ann,{DAY},-10", f"sales_credit_note,C-2,,Ann,{DAY},10")

    [question] = take(*rows).questions
    assert question.key == "credit_sign"
    assert [tuple(sample) for sample in question.samples] == [
        (2, "C-1 -10.00 NZD", ["credit note of 10.00 NZD", "left out"])
    ]

    assert take(*rows, answers={"credit_sign": answer}).questions == []


def test_what_was_said_of_rows_without_a_number_is_not_asked_again(take):
    rows = (f",A-1,,Ann,{DAY},10", f",,,Ann,{DAY},10")

    assert [question.key for question in take(*rows).questions] == ["unnumbered"]

    assert take(*rows, answers={"unnumbered": "leave"}).questions == []
