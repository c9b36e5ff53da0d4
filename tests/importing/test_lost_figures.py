"""Figures that stand by themselves, or do not stand where they should: never passed over in silence."""

import pytest

from importing.conftest import SIMPLE
from tallystick.importing.meaning.mapping import Mapping, OrderColumn
from tallystick.importing.report import Cause

FEES = ["No", "Day", "What", "Sum", "Fee", "Fee tax"]


def test_a_document_of_text_alone_has_lost_its_figures(simple, document):
    report = simple("A,,Ann,2026-11-01,,Mug,,", "B,,Ann,2026-11-01,,Mug,1,0", header=SIMPLE)

    assert [(each.document, each.cause) for each in report.not_made] == [("A", Cause.UNREADABLE)]
    assert document("B").total == 0


@pytest.mark.parametrize("discount", ["discount", "discount_amount"])
def test_a_discount_beside_an_amount_without_price_may_be_off_already(simple, discount):
    header = f"number,party_name,issued_on,description,line_amount,{discount}"

    report = simple("A,Ann,2026-11-01,Mug,100,5", "B,Ann,2026-11-01,Mug,100,0", header=header)

    assert [(each.document, each.cause) for each in report.not_made] == [("A", Cause.UNREADABLE)]
    assert "before or after the discount" in report.not_made[0].reason
    assert report.bad_rows[0].column == discount


@pytest.mark.parametrize("of_row", [False, True])
@pytest.mark.parametrize("fee", ["", "0.00", "-"])
def test_a_tax_of_nothing_is_refused(run, document, of_row, fee):
    fields = ("number", "issued_on", "description", "line_amount")
    mapping = Mapping(
        name="fees",
        title="Fees",
        is_own=True,
        columns=dict(zip(fields, FEES, strict=False)),
        order_columns=(
            OrderColumn(column="Fee", description="Fee", tax_column="Fee tax", of_row=of_row),
        ),
        nobody="walk_in",
    )
    rows = [f"A,2026-11-01,Mug,10,{fee},3.00", "B,2026-11-01,Mug,10,,0.00", "C,2026-11-01,Mug,10,,"]

    report = run("\n".join([",".join(FEES), *rows]), tried=mapping)

    assert [(each.document, each.cause) for each in report.not_made] == [("A", Cause.UNREADABLE)]
    assert "a tax of 3.00" in report.not_made[0].reason
    assert (document("B").total, document("C").total) == (10, 10)


@pytest.mark.parametrize(
    ("column", "remedy"),
    [("total", "map it as the amount of the line"), ("tax_total", "the tax of each line, map it")],
)
def test_a_sum_of_each_line_taken_for_that_of_the_document_is_told_with_all_its_money(
    simple, column, remedy
):
    rows = ["A,,Ann,2026-11-01,,Mug,1,100,100", "A,,Ann,2026-11-01,,Bowl,1,50,50"]

    report = simple(*rows, header=f"{SIMPLE},{column}")

    [left] = report.not_made
    assert (left.cause, left.amount) == (Cause.CONTRADICTION, "150.00")
    assert remedy in left.reason
