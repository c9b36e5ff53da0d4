"""Columns of the simple template beyond the lines' figures."""

from decimal import Decimal

import pytest

from factories import make_document, make_party, make_tax_code, make_template, make_workspace
from tallystick.books.models import Document, Item, Kind
from tallystick.importing.report import Cause

BASICS = "number,party_number,issued_on,description,quantity,unit_price"
TEA = "1,C1,2026-11-02,Tea,1,5.00"


@pytest.fixture
def columns(simple):
    """Import rows under the basic columns and further ones."""
    return lambda names, *rows, **options: simple(*rows, header=f"{BASICS},{names}", **options)


def test_lines_bear_charge_and_tracking(columns, document):
    report = columns(
        "charge,tracking",
        f"{TEA},,",
        "1,,,Post,1,2,Freight, Region : North ;Cost centre: Shop ;",
    )

    assert report.bad_rows == []
    goods, post = document("1").lines.order_by("position")
    assert (goods.charge, goods.tracking) == ("", [])
    assert (post.charge, post.tracking) == (
        "freight",
        [["Region", "North"], ["Cost centre", "Shop"]],
    )


def test_documents_bear_rate_template_and_whether_they_are_handed_on(columns, workspace, document):
    exports = make_template(workspace, "Exports")

    report = columns(
        "currency,currency_rate,template,do_not_sync",
        f"{TEA},USD,0.591234,Exports,yes",
        "2,C1,2026-11-02,Tea,1,5,,,,no",
    )

    assert report.bad_rows == []
    first, second = document("1"), document("2")
    assert (first.currency_rate, first.template) == (Decimal("0.591234"), exports)
    assert (first.do_not_sync, second.do_not_sync) == (True, False)
    assert (second.currency_rate, second.template) == (None, None)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("charge", "postage", "Write one of freight, shipping, discount, rounding"),
        ("tracking", "North", "Write it like Region: North"),
        ("tracking", "Region:", "Enter both"),
        ("tracking", "A: 1; B: 2; C: 3", "at most 2"),
        ("tracking", "A: 1; A: 2", "each category once"),
        ("currency_rate", "0", "above 0"),
        ("template", "Imports", "no document template of this name"),
        ("do_not_sync", "perhaps", "Write yes or no"),
    ],
)
def test_a_bad_value_is_listed_with_its_column(columns, column, value, reason):
    make_template(make_workspace(), "Imports")

    report = columns(column, f"{TEA},{value}")

    assert (report.documents, report.not_made_count) == (0, 1)
    bad = report.bad_rows[0]
    assert (bad.line, bad.column, bad.value) == (2, column, value)
    assert reason in bad.reason


@pytest.mark.parametrize(("total", "rounding"), [("5", "0"), ("5.10", "0.10"), ("4.9", "-0.10")])
def test_a_total_a_little_off_becomes_the_rounding_and_is_counted(
    columns, document, total, rounding
):
    report = columns("total", f"{TEA},{total}")

    assert (document("1").rounding, document("1").total) == (Decimal(rounding), Decimal(total))
    assert document("1").subtotal == 5
    assert report.rounded == (rounding != "0")
    assert report.total == {"NZD": Decimal(total)}


def test_a_tenth_of_a_small_document_is_no_rounding(columns):
    """Such as the tax that is missing, or counted twice."""
    report = columns("total", "1,C1,2026-11-02,Tea,1,0.50,0.60", "2,C1,2026-11-02,Tea,1,0.60,0.61")

    assert [each.document for each in report.not_made] == ["1"]
    assert report.rounded == 1


def test_a_total_further_off_keeps_the_document_out(columns):
    report = columns("total", f"{TEA},5.11", "2,C1,2026-11-02,Tea,1,5.00,4.89")

    assert (report.documents, report.not_made_count, report.rounded) == (0, 2, 0)
    assert report.not_made[0].reason == (
        "The file says it comes to 5.11, but its lines add up to 5.00; at most 0.10 of difference, "
        "and a twentieth of it, is taken as rounding. Look for missing or repeated rows."
    )


def test_a_credit_note_in_negative_figures_rounds_in_positive_ones(columns, document):
    columns(
        "kind,total",
        "1,C1,2026-11-02,Tea,-2,5.00,sales_credit_note,-8.05",
        "1,C1,2026-11-02,Handling,1,2.00,sales_credit_note,-8.05",
    )

    credit = document("1")
    assert (credit.kind, credit.total) == (Kind.SALES_CREDIT_NOTE, Decimal("8.05"))
    assert credit.rounding == Decimal("0.05")
    assert [line.amount for line in credit.lines.order_by("position")] == [10, -2]


@pytest.mark.parametrize(
    "changed",
    ["freight,,,,,5", ",A: 1,,,,5", ",,2,,,5", ",,,Exports,,5", ",,,,yes,5", ",,,,,5.01"],
)
def test_the_new_columns_tell_documents_apart(columns, workspace, changed):
    make_template(workspace, "Exports")
    names = "charge,tracking,currency_rate,template,do_not_sync,total"
    columns(names, f"{TEA},,,,,,5")

    same = columns(names, f"{TEA},,,,,,5.00")
    other = columns(names, f"{TEA},{changed}")

    assert (same.already_here, same.count(Cause.CHANGED)) == (1, 0)
    assert (other.already_here, other.count(Cause.CHANGED)) == (0, 1)


def test_files_imported_by_earlier_versions_are_still_recognised(simple, document):
    simple("1,C1,Cafe,2026-11-02,TEA,Tea,1,5.00", "2,C1,Cafe,2026-11-02,,Tea,2,2.50")

    digests = {number: bytes(document(number).import_digest).hex() for number in "12"}
    assert digests == {
        "1": "a54763a5cb384d537ae9f464cda3a314",
        "2": "cf1f5f14bdcef2ff583f5aa684b18018",
    }


def test_a_tax_code_that_an_item_was_given_since_makes_no_other_document_of_a_file(
    simple, workspace, document
):
    row = "1,C1,Cafe,2026-11-02,TEA,Tea,1,5.00"
    simple(row)
    gst = make_tax_code(workspace)
    Item.objects.update(tax_code=gst)

    report = simple(row)

    assert (report.already_here, report.count(Cause.CHANGED)) == (1, 0)
    assert document("1").tax == 0


def test_bills_of_two_suppliers_may_bear_one_number(columns, workspace):
    paper, ink = make_party(workspace, "Paper", number="S1"), make_party(workspace, "Ink")
    make_document(workspace, kind=Kind.BILL, number="1", party=make_party(workspace))
    rows = (
        "1,S1,2026-11-02,Paper,1,5,bill,",
        "1,,2026-11-03,Ink,1,7,bill,Ink",
        "1,S1,2026-11-02,More paper,1,2,bill,",
        "1,,2026-11-03,More ink,1,3,bill,Ink",
    )

    report = columns("kind,party_name", *rows)
    again = columns("kind,party_name", *rows)

    assert (report.bad_rows, report.documents) == ([], 2)
    assert Document.objects.get(party=paper, number="1").total == 7
    assert Document.objects.get(party=ink, number="1").total == 10
    assert (again.documents, again.already_here, again.count(Cause.CHANGED)) == (0, 2, 0)


def test_one_bill_under_two_names_of_its_supplier_is_made_once_and_the_rest_listed(
    columns, workspace
):
    make_party(workspace, "Paper Ltd", number="S1")
    rows = (
        "1,S1,2026-11-02,Paper,1,5,bill,",
        "2,S1,2026-11-02,Paper,1,5,bill,",
        "1,,2026-11-02,Ink,1,5,bill,Paper Ltd",
    )

    report = columns("kind,party_name", *rows)
    again = columns("kind,party_name", *rows)

    assert (report.documents, report.already_here, report.count(Cause.CHANGED)) == (2, 0, 1)
    assert report.not_made[0][:3] == ("1", 4, Cause.CHANGED)
    assert (again.documents, again.already_here, again.count(Cause.CHANGED)) == (0, 2, 1)


def test_every_kind_is_submitted_if_asked_for(columns):
    report = columns(
        "kind",
        *(f"{place},C1,2026-11-02,Tea,1,5,{kind}" for place, kind in enumerate(Kind.values)),
        submit=True,
    )

    assert (report.documents, report.submitted) == (4, 4)
    assert set(Document.objects.values_list("status", flat=True)) == {"submitted"}


def test_how_days_that_are_plain_numbers_are_read_is_told(simple, document):
    report = simple("1,C1,Cafe,46328,TEA,Tea,1,5.00")

    assert document("1").issued_on.isoformat() == "2026-11-02"
    assert "46328 in line 2 is 2 November 2026." in " ".join(report.told)
