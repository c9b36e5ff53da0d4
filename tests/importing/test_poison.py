"""Files that are made to hurt, or damaged: refused in words, in time and memory that are bounded."""

import io

import pytest

from tallystick.books.models import Document, Party, Payment
from tallystick.importing import tally
from tallystick.importing.documents import staging
from tallystick.importing.errors import ImportRefused
from tallystick.importing.run import Lists

SIMPLE = "number,party_name,issued_on,item_code,description,quantity,unit_price"
GOOD = "1,Cafe,2026-11-02,TEA,Tea,1,5.00"


def test_a_nul_in_the_middle_of_a_cell_in_row_100_000_is_told_with_its_line(simple):
    rows = [f"{n // 500},Cafe,2026-11-02,TEA,Tea,1,5.00" for n in range(100_000)]
    rows[99_998] = rows[99_998].replace("Tea", "T\0a")

    report = simple(*rows, header=SIMPLE, dry_run=True)

    [bad] = report.bad_rows
    assert (bad.line, report.documents) == (100_000, 199)
    assert "NUL" in bad.reason


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("unit_price", "9" * 100_000, "too long"),
        ("quantity", " " * 100_000 + "1", "too long"),
        ("issued_on", "2026-11-02 " + "x" * 100_000, "nothing else into the cell"),
        ("tracking", "A: B" + " " * 100_000, "Shorten it to 1000"),
        ("number", "n" * 100_000, "Shorten it to 255"),
        ("description", "d" * 100_000, "Shorten it to"),
        ("tax_code", "5% " + "t" * 100_000, "rate is not known"),
        ("currency_rate", "1e1000000", "rite"),
        ("quantity", "1e1000000", "rite"),
    ],
)
def test_a_cell_that_is_far_too_long_or_large_costs_its_row_only(simple, column, value, said):
    header = f"{SIMPLE},tax_code,tracking,currency_rate"
    cells = dict(zip(header.split(","), [*GOOD.split(","), "", "", ""], strict=True))
    bad = ",".join((cells | {"number": "2", column: value}).values())

    report = simple(f"{GOOD},,,", bad, header=header)

    assert Document.objects.get().number == "1"
    assert any(said in row.reason for row in report.bad_rows)


def test_payments_on_a_number_that_is_far_too_long_are_told(run, workspace):
    report = run("number,paid_on,amount\n" + "n" * 100_000 + ",2026-11-02,5\n")

    assert "Shorten it to 255" in report.bad_rows[0].reason
    assert not Payment.objects.exists()


def test_far_too_many_lines_of_one_document_leave_it_out_and_say_so(simple, run, monkeypatch):
    monkeypatch.setattr(staging, "MOST_LINES", 3)

    report = simple(GOOD, *[GOOD.replace("1,", "2,", 1)] * 4, header=SIMPLE)
    payments = run("\n".join(["number,paid_on,amount", *["1,2026-11-02,1"] * 4]))

    assert Document.objects.get().number == "1"
    assert report.not_made_count == 1
    assert report.bad_rows[0].line == 3
    assert "4 lines bear this number" in report.bad_rows[0].reason
    assert "4 payments bear this number" in payments.bad_rows[0].reason


def test_as_many_customers_as_documents_are_told_apart(simple):
    rows = [f"{n},Customer {n},2026-11-02,TEA,Tea,1,5.00" for n in range(20_000)]

    report = simple(*rows, header=SIMPLE, dry_run=True)

    assert (report.documents, report.new_parties) == (20_000, 20_000)
    assert not Party.objects.exists()


def test_the_list_of_bad_rows_ends_somewhere_and_says_so(simple, monkeypatch):
    monkeypatch.setattr(tally, "LISTED", 3)
    listed = io.StringIO()

    report = simple(*["x"] * 9, header=SIMPLE, lists=Lists(listed))

    assert report.bad_row_count == 9
    assert listed.getvalue().splitlines()[-1].endswith("More follow. Correct these first.,")
    assert len(listed.getvalue().splitlines()) == 4


@pytest.mark.django_db(transaction=True)
def test_a_refused_file_leaves_the_database_as_it_was(run):
    with pytest.raises(ImportRefused):
        run(f"{SIMPLE}\n{GOOD}\n2,{'x' * 17_000_000}")

    assert not Document.objects.exists()
