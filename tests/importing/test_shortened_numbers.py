"""Numbers that a spreadsheet has shortened (2.02611E+11) are refused: several would be one."""

import pytest

from tallystick.books.models import Document, Party, Payment

HEADER = "number,party_number,party_name,issued_on,description,quantity,unit_price"
GOOD = "1,C1,Ada,2026-11-02,Tea,1,5.00"


@pytest.mark.parametrize("shortened", ["2.02611E+11", "2E+11", '"2,02611E+11"', "INV-2E+11-R"])
def test_documents_are_not_made_into_one(simple, shortened):
    rows = [f"{shortened},C2,Ben,2026-11-02,Tea,1,{price}" for price in (100, 50)]

    report = simple(GOOD, *rows, header=HEADER)

    assert Document.objects.get().number == "1"
    assert [each.column for each in report.bad_rows] == ["number"]
    assert "last figures are lost" in report.bad_rows[0].reason
    assert report.not_made_count == 1


def test_customers_are_not_made_into_one(simple):
    report = simple(GOOD, "2,4.5E+11,Ben,2026-11-02,Tea,1,5.00", header=HEADER)

    assert Party.objects.get().number == "C1"
    assert report.bad_rows[0].column == "party_number"


def test_nothing_is_paid_on_them(simple, run):
    simple(GOOD.replace("1,", "2E+11,", 1), header=HEADER)

    report = run("number,paid_on,amount\n2E+11,2026-11-03,5.00\n")

    assert "last figures are lost" in report.bad_rows[0].reason
    assert not Payment.objects.exists()


def test_other_codes_with_an_e_are_themselves(simple):
    report = simple(
        *(f"{number},,Ada,2026-11-02,Tea,1,5" for number in ("2E11", "E+11", "12E+11")),
        header=HEADER,
    )

    assert report.documents == 3
