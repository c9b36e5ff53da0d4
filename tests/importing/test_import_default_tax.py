"""Files without a tax column: lines bear the workspace's default where it is made."""

from decimal import Decimal

import pytest

from factories import make_tax_code
from importing.conftest import SIMPLE
from tallystick.books.models import Line, TaxLevel
from tallystick.books.tax_codes import set_default_tax_code
from tallystick.importing.report import Cause

#: ../shared/cases/12-default-tax-code-with-a-rate.csv, in the simple template's columns.
DEF_CO = "V-1,,Def Co,2026-11-05,,Tea,1,10"


@pytest.fixture
def default(workspace):
    make_tax_code(workspace, "VAT20", "20")
    set_default_tax_code(workspace=workspace, tax_code=workspace.tax_codes.get(code="VAT20"))


def test_what_names_no_tax_bears_the_default(default, simple, document):
    report = simple(DEF_CO, dry_run=True)
    assert report.total == {"NZD": Decimal("12.00")}

    simple(DEF_CO)

    assert (document("V-1").tax, document("V-1").total) == (Decimal("2.00"), Decimal("12.00"))
    assert Line.objects.get().tax_level == TaxLevel.DEFAULT


@pytest.mark.parametrize(
    ("stated", "tax"), [("10.00", "0.00"), ("12.00", "2.00"), ("12.05", "2.00")]
)
def test_the_files_own_total_tells_whether_there_is_room_for_it(
    default, simple, document, stated, tax
):
    header = f"{SIMPLE},total"

    simple(f"{DEF_CO},{stated}", header=header)

    made, line = document("V-1"), Line.objects.get()
    assert (made.tax, made.total, line.tax) == (Decimal(tax), Decimal(stated), Decimal(tax))
    assert line.tax_level == (TaxLevel.DEFAULT if line.tax_code else TaxLevel.LINE)
    assert bool(line.tax_code) == bool(line.tax)
    again = simple(f"{DEF_CO},{stated}", header=header)
    assert (again.already_here, again.count(Cause.CHANGED)) == (1, 0)


def test_a_total_that_neither_makes_is_refused(default, simple):
    header = f"{SIMPLE},total"

    report = simple(f"{DEF_CO},11.00", header=header)

    assert (report.not_made_count, report.created) == (1, {})


@pytest.mark.parametrize(("price", "total"), [("120", "120.00"), ("100", "100.00")])
@pytest.mark.parametrize("answers", [{}, {"tax_amounts": "stated"}])
def test_where_the_file_states_the_tax_of_a_line_there_must_be_room_for_it(
    default, simple, price, total, answers
):
    """Made without the tax that stands in the file, it would fit the total and be wrong."""
    row = f"V-1,,Def Co,2026-11-05,,Tea,1,{price},20.00,{total}"

    report = simple(row, header=f"{SIMPLE},line_tax,total", answers=answers)

    assert (report.documents, [each.cause for each in report.not_made]) == (0, [Cause.SUMS])


def test_with_tax_inside_is_offered_where_total_and_tax_of_the_lines_fit_so(default, simple):
    row, header = "V-1,,Def Co,2026-11-05,,Tea,1,120,20.00,120.00", f"{SIMPLE},line_tax,total"

    [question] = simple(row, header=header).questions

    assert (question.key, [each.value for each in question.choices]) == ("tax_basis", ["inclusive"])
    made = simple(row, header=header, answers={"tax_basis": "inclusive"})
    assert (made.documents, Line.objects.get().tax) == (1, Decimal("20.00"))


@pytest.mark.parametrize(
    ("sums", "offered"),
    [
        # Line tax, tax in all, total, without tax.
        (("20.01", "20.01", "120.01", "100.00"), ["tax_amounts"]),
        (("", "20.01", "120.01", ""), ["tax_amounts"]),
        (("20.01", "", "", ""), ["tax_amounts"]),
        # Neither tax would make these fit.
        (("20.00", "20.00", "120.00", "101.00"), []),
        (("20.01", "21.00", "121.00", "100.00"), []),
        (("", "20.01", "130.00", ""), []),
    ],
)
def test_the_files_own_tax_is_offered_where_all_fits_with_it_and_then_does(
    default, simple, sums, offered
):
    row = "V-1,,Def Co,2026-11-05,,Tea,1,100," + ",".join(sums)
    header = f"{SIMPLE},line_tax,tax_total,total,subtotal"

    report = simple(row, header=header)

    assert [each.cause for each in report.not_made] == [Cause.SUMS]
    assert [each.key for each in report.questions] == offered
    if offered:
        assert simple(row, header=header, answers={"tax_amounts": "stated"}).documents == 1
