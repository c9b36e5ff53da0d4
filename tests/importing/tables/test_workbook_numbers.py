"""Cells of a workbook that are numbers are exact, however the texts beside them are written."""

import csv
import io
from datetime import date

import pytest
from workbook_files import xlsx

from tallystick.importing.run import Lists

HEADER = [
    *("number", "party_name", "issued_on", "description", "quantity", "unit_price"),
    "item_code",
]


def rows(*cells):
    return [
        HEADER,
        *(
            [number, "Ada", date(2026, 11, 2), "Tea", quantity, price, code]
            for number, quantity, price, code in cells
        ),
    ]


def book(*cells):
    return xlsx({"Sales": rows(*cells)})


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland"])
def test_three_decimals_are_no_thousands_beside_texts_with_a_comma(run, workspace, document, zone):
    workspace.timezone = zone
    workspace.save()

    report = run(book(("A", 1, 1.499, "1.5"), ("B", "2,5", "1.234,50", 1.5)))

    assert report.questions == []
    assert str(document("A").lines.get().unit_price) == "1.4990"
    assert str(document("B").total) == "3086.25"
    assert [document(number).lines.get().item_code for number in "AB"] == ["1.5", "1.5"]


def test_what_an_answer_says_of_the_texts_does_not_change_the_numbers(run, document):
    run(book(("A", 1, 1.499, ""), ("B", 2, 12.345, "")), answers={"decimal_mark": ","})

    assert (str(document("A").total), str(document("B").total)) == ("1.50", "24.69")


def test_nothing_is_asked_where_all_numbers_are_numbers(run, workspace, document):
    workspace.timezone = "Europe/Berlin"
    workspace.save()

    report = run(book(("A", 1, 1.499, ""), ("B", 2, 2.5, "")))

    assert report.questions == []
    assert str(document("B").total) == "5.00"


def test_the_list_of_what_was_left_out_is_read_alike(run, document):
    content = rows(("A", 1, 1.499, ""), ("B", "2,5", "1.234,50", ""))
    content[1][3] = ""
    failed = io.StringIO()
    run(xlsx({"Sales": content}), lists=Lists(failed=failed))
    [header, left_out] = csv.reader(io.StringIO(failed.getvalue()))
    left_out[3] = "Tea"

    again = io.StringIO()
    csv.writer(again).writerows([header, left_out])
    run(again.getvalue())

    assert str(document("A").total) == "1.50"


@pytest.mark.parametrize("value", [1234567890123456789, 1e22, 12345678901234567.0])
def test_numbers_of_documents_that_have_lost_figures_are_refused(run, value):
    content = rows((value, 1, 5, ""), ("B", 1, 5, ""))

    report = run(xlsx({"Sales": content}))

    assert report.documents == 1
    assert report.bad_rows[0].column == "number"
    assert "last figures are lost" in report.bad_rows[0].reason


def test_numbers_of_fifteen_digits_are_whole(run, document):
    run(book((123456789012345, 1, 5, "")))

    assert document("123456789012345").total == 5
