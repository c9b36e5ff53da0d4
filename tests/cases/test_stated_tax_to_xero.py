"""Tax as the file states it, to its end in Xero: none at all, beside money off, and too much of it."""

from decimal import Decimal
from io import BytesIO

import pytest
from shared_cases import in_xero

from tallystick.books.models import Document
from tallystick.books.tax_codes import set_default_tax_code
from tallystick.importing.meaning.mapping import Mapping, OrderColumn
from tallystick.importing.report import Cause
from tallystick.importing.run import import_file
from tallystick.mapping.services import choose_tax_type

COLUMNS = {
    "number": "No",
    "party_name": "Who",
    "issued_on": "Day",
    "description": "What",
    "unit_price": "Price",
    "total": "Total",
}


@pytest.fixture
def bring_in(books):
    """Import and submit rows by a mapping that takes the tax of `column` as it stands; VAT20 is the
    default, and `fixed` the code that the mapping gives.
    """
    set_default_tax_code(
        workspace=books.workspace, tax_code=books.workspace.tax_codes.get(code="VAT20")
    )

    def bring_in(*rows, column="tax_total", fixed="", **more):
        mapping = Mapping(
            name="shop",
            title="Shop",
            is_own=True,
            columns=COLUMNS | {column: "Tax"},
            texts={"tax_code": fixed} if fixed else {},
            tax_amounts="stated",
            order_columns=(
                OrderColumn(column="Off", description="Off", is_discount=True, is_spread=True),
            ),
            **more,
        )
        text = "\n".join(["No,Who,Day,What,Price,Tax,Off,Total", *rows])
        return import_file(
            workspace=books.workspace,
            actor=None,
            source=BytesIO(text.encode()),
            tried=mapping,
            dry_run=False,
            submit=True,
        )

    return bring_in


@pytest.mark.parametrize("column", ["tax_total", "line_tax"])
@pytest.mark.parametrize("fixed", ["", "VAT20"])
def test_an_order_without_tax_among_others_goes_out_by_one_choice(books, bring_in, column, fixed):
    """A sale to abroad in a shop that else bears the default or a fixed code."""
    report = bring_in(
        "A,Ann,2026-11-01,Mug,100,0,,100",
        "B,Bob,2026-11-01,Mug,100,20.01,,120.01",
        "C,Bob,2026-11-01,Pin,0.10,0,,0.10",
        column=column,
        fixed=fixed,
    )

    assert (report.documents, report.not_made) == (3, [])
    untaxed = books.workspace.tax_codes.get(code="No tax")
    assert Document.objects.get(number="A").lines.get().tax_code == untaxed
    # The rate itself makes as good as nothing of it.
    assert Document.objects.get(number="C").lines.get().tax_code.code == "VAT20"
    choose_tax_type(
        organisation=books.organisation, tax_code=untaxed, tax_type="NONE", actor=books.owner
    )
    sums = {"A": Decimal("100.00"), "B": Decimal("120.01"), "C": Decimal("0.10")}
    assert in_xero(books) == sums


def test_the_tax_of_a_line_stands_beside_money_off_the_order(books, bring_in):
    bring_in("A,Ann,2026-11-01,Mug,100,18.01,10,108.01", column="line_tax")

    assert in_xero(books) == {"A": Decimal("108.01")}


@pytest.mark.parametrize("off", ["", "90"])
def test_more_tax_than_there_is_to_bear_it_is_refused(books, bring_in, off):
    total = "600" if not off else "30"
    tax = "500" if not off else "20"

    report = bring_in(f"A,Ann,2026-11-01,Mug,100,{tax},{off},{total}")

    assert [each.cause for each in report.not_made] == [Cause.UNREADABLE]
    assert "cannot be that of lines of" in report.not_made[0].reason
