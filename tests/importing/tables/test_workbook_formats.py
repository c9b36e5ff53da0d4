"""What a workbook shows beside its figures is read with them: currencies and percent signs."""

import datetime as dt
from decimal import Decimal

import pytest
from workbook_files import ods, ods_row, shown, xlsx

from tallystick.importing.tables.cell_formats import with_shown

HEADER = ["number", "party_name", "issued_on", "description", "quantity", "unit_price", "discount"]
FIRST = ("A", "Ada", dt.date(2026, 11, 2), "Tea", 1)


def book(code, price, discount=None):
    return xlsx({"Sales": [HEADER, [*FIRST, price, discount]]}, code=code)


def cell(kind, more):
    return f'<table:table-cell office:value-type="{kind}" {more}/>'


def sheet(*cells):
    row = ods_row(*FIRST).replace("</table:table-row>", f"{''.join(cells)}</table:table-row>")
    return ods(ods_row(*HEADER) + row)


@pytest.mark.parametrize(
    "code",
    [
        *(
            "[$€-407] #,##0.00",
            '"€"#,##0.00',
            "#,##0.00 \\€",
            "€0.00",
            '#,##0.00 "EUR"',
            "[$EUR] 0",
        ),
    ],
)
def test_another_currency_than_that_of_the_document_is_refused(run, code):
    report = run(book(code, shown(5)))

    assert report.documents == 0
    assert "is not NZD" in report.bad_rows[0].reason


@pytest.mark.parametrize(
    "code",
    [
        *("[$$-1409]#,##0.00", '"NZ$"0.00', "[$-409]0.00", '0.00" kg"', "[Red]-0.00"),
        *("#,##0.00;[Red]-€0", "0.00", "General", '"Sum:" 0'),
    ],
)
def test_a_format_that_shows_no_other_currency_is_taken(run, document, code):
    run(book(code, shown(5)))

    assert document("A").total == 5


@pytest.mark.parametrize(
    ("code", "value", "total"), [("0%", 0.1, "90"), ("0.00 %", 1, "0"), ("0.0%", 0.125, "87.50")]
)
def test_percent_is_percent_and_not_asked_about(run, document, code, value, total):
    report = run(book(code, 100, shown(value)), answers={"zero": "take"})

    assert report.questions == []
    assert document("A").total == Decimal(total)


def test_open_document_says_both_too(run, document):
    refused = run(sheet(cell("currency", 'office:value="5" office:currency="EUR"')))
    run(
        sheet(
            cell("currency", 'office:value="100" office:currency="NZD"'),
            cell("percentage", 'office:value="0.1"'),
        )
    )

    assert "is not NZD" in refused.bad_rows[0].reason
    assert document("A").total == 90


def test_an_error_in_an_open_document_is_no_empty_cell(run):
    error = cell("string", 'office:string-value="" calcext:value-type="error"')

    report = run(sheet(cell("float", 'office:value="100"'), error))

    assert report.documents == 0
    assert report.bad_rows[0].value == "#ERROR"
    assert any("Row 2 has cells with an error" in told for told in report.told)


def test_cells_and_rows_that_stand_for_several_are_counted(run):
    blank = '<table:table-row table:number-rows-repeated="7"><table:table-cell/></table:table-row>'
    two = '<table:table-cell table:number-columns-repeated="2" office:value-type="float" '
    error = cell("string", 'calcext:value-type="error"')
    row = ods_row(*FIRST[:4]).replace(
        "</table:table-row>",
        f'{two} office:value="1"/>{error}</table:table-row>',
    )

    report = run(ods(ods_row(*HEADER) + blank + row))

    assert [(bad.line, bad.column) for bad in report.bad_rows] == [(9, "discount")]


@pytest.mark.parametrize(
    ("text", "beside", "read"),
    [("0.1", "%", "10%"), ("1", "%", "100%"), ("-5", "€", "-5 €"), ("0", "%", "0%")],
)
def test_figures_are_written_as_they_are_shown(text, beside, read):
    assert with_shown(text, beside) == read
