"""What holds for every import: nothing twice, nothing lost, bad rows stop nothing."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import (
    make_document,
    make_item,
    make_member,
    make_party,
    make_tax_code,
    make_template,
)
from tallystick.books.models import Document, Item, Line, Party, TaxLevel
from tallystick.importing.documents import staging
from tallystick.importing.report import Cause, Progress
from tallystick.importing.run import Lists
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import AuditEntry, Role

SIMPLE = "number,party_number,party_name,issued_on,item_code,description,quantity,unit_price"
TEA = "C1,Cafe,2026-11-02,TEA,Tea,1,5.00"


def test_a_dry_run_says_what_the_run_then_does_and_writes_nothing(simple, workspace):
    rows = ["1," + TEA, "2," + TEA, "2,C1,Cafe,2026-11-02,,Bad,x,1", "3,,,2026-11-03,,Free,1,0"]

    planned = simple(*rows, dry_run=True)
    assert not Document.objects.exists()
    assert not Party.objects.exists()
    done = simple(*rows)

    assert planned.dry_run
    assert not done.dry_run
    ignored = {"dry_run": None, "seconds": None}
    assert planned.as_json() | ignored == done.as_json() | ignored
    assert (done.documents, done.not_made_count, done.of_nothing) == (2, 1, 1)
    assert (done.total, done.new_parties) == ({"NZD": Decimal("5.00")}, 1)
    assert (done.first_day, done.last_day) == ("2026-11-02", "2026-11-03")


def test_the_same_file_twice_makes_nothing_twice(simple):
    rows = ["1," + TEA, "2," + TEA, "1,C1,Cafe,2026-11-02,,More,2,2.50"]
    simple(*rows)

    again = simple(*rows)

    assert (again.documents, again.already_here, again.count(Cause.CHANGED)) == (0, 2, 0)
    assert (Document.objects.count(), Line.objects.count()) == (2, 3)
    assert (Party.objects.count(), Item.objects.count()) == (1, 1)


def test_figures_written_otherwise_are_the_same_document(simple):
    simple("1," + TEA)

    again = simple("1,C1,Cafe,2/11/2026,TEA, Tea ,1.0,5")

    assert again.already_here == 1


@pytest.mark.parametrize(
    "row",
    [
        "1,C1,Cafe,2026-11-02,TEA,Tea,1,5.01",
        "1,C2,Cafe,2026-11-02,TEA,Tea,1,5.00",
        "1,C1,Cafe,2026-11-03,TEA,Tea,1,5.00",
        "1,C1,Cafe,2026-11-02,TEA,Green tea,1,5.00",
    ],
)
def test_the_same_number_with_other_content_is_a_conflict_and_stays_as_it_was(simple, row):
    simple("1," + TEA)

    report = simple(row)

    assert (report.documents, report.count(Cause.CHANGED), report.bad_row_count) == (0, 1, 0)
    assert report.not_made[0][:3] == ("1", 2, Cause.CHANGED)
    assert "1 is here with other content. " in report.not_made[0].reason
    assert Line.objects.get().unit_price == 5


def test_a_document_made_by_hand_is_never_overwritten(simple, workspace):
    make_document(workspace, number="1")

    assert simple("1," + TEA).count(Cause.CHANGED) == 1


def test_a_line_without_a_tax_code_bears_its_items_or_its_templates(simple, workspace, document):
    make_tax_code(workspace, "GST", "15")
    make_tax_code(workspace, "ZERO", "0")
    make_item(workspace, "TEA", tax_code="GST")
    make_template(workspace, "Exports", tax_code="ZERO")

    simple(f"1,{TEA},", f"2,{TEA},Exports", header=f"{SIMPLE},template")

    assert (document("1").tax, document("2").tax) == (Decimal("0.75"), Decimal("0.00"))
    levels = Line.objects.order_by("document__number").values_list("tax_code__code", "tax_level")
    assert list(levels) == [("GST", TaxLevel.ITEM), ("ZERO", TaxLevel.TEMPLATE)]


def test_rows_of_a_document_may_lie_anywhere(simple, document):
    rows = [
        f"{number},C1,Cafe,2026-11-02,,Tea {part},1,{number}" for part in "abc" for number in (1, 2)
    ]

    report = simple(*rows)

    assert (report.documents, report.lines) == (2, 6)
    assert [line.description for line in document("2").lines.order_by("position")] == [
        "Tea a",
        "Tea b",
        "Tea c",
    ]
    assert document("2").total == 6


def test_many_chunks_are_as_good_as_one(simple, monkeypatch):
    monkeypatch.setattr(staging, "CHUNK_LINES", 3)
    told = []

    report = simple(
        *(f"{number}," + TEA for number in range(10)), on_progress=told.append, submit=True
    )

    assert (report.documents, report.submitted, Document.objects.count()) == (10, 10, 10)
    assert told[-1] == Progress("writing", 10, 10)
    assert AuditEntry.objects.filter(action="document.imported").count() == 10


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ("1,C1,Cafe,2026-13-02,,Tea,1,5", "issued_on", "2026-13-02", "a day that the calendar has"),
        ("1,C1,Cafe,,,Tea,1,5", "issued_on", "", "Enter the day"),
        ("1,C1,Cafe,2026-11-02,,Tea,x,5", "quantity", "x", "Write a number"),
        ("1,C1,Cafe,2026-11-02,,Tea,1,£5", "unit_price", "£5", "the cell says £, which is not NZD"),
        ("1,C1,Cafe,2026-11-02,,Tea,1,", "unit_price", "", "or neither"),
        ("1,C1,Cafe,2026-11-02,,Tea,9999999999,99999", "quantity", "9999999999", "too large"),
        ("1,C1,Cafe,2026-11-02,,,1,5", "description", "", "description or an item code"),
        (f"1,C1,Cafe,2026-11-02,{'x' * 256},,1,5", "item_code", "x" * 200, "255 characters"),
        (f"1,C1,Cafe,2026-11-02,,{'x' * 20001},1,5", "description", "x" * 200, "20,000"),
        (f"1,{'9' * 51},Cafe,2026-11-02,,Tea,1,5", "party_number", "9" * 51, "50 characters"),
        ("1,C1,Cafe,2026-11-02,,Tea,1,5,6", "", "", "9 cells where the header has 8"),
        (",C1,Cafe,2026-11-02,,Tea,1,5", "number", "", "names no document"),
        ("1,C1,Ca\0fe,2026-11-02,,Tea,1,5", "", "", "NUL"),
    ],
)
def test_a_bad_row_is_listed_with_its_place_and_stops_no_good_document(
    simple, row, column, value, reason
):
    report = simple("8," + TEA, "8a,," + TEA[3:], row, "9a,," + TEA[3:], "9," + TEA)

    assert {"8", "9"} <= set(Document.objects.values_list("number", flat=True))
    assert not Document.objects.filter(number="1").exists()
    bad = report.bad_rows[0]
    assert (bad.line, bad.column, bad.value) == (4, column, value)
    assert reason in bad.reason
    assert report.bad_row_count == 1


def test_a_document_with_one_bad_row_is_left_out_whole(simple):
    report = simple("1," + TEA, "1,C1,Cafe,2026-11-02,,Tea,?,5", "2," + TEA)

    assert (report.documents, report.not_made_count) == (1, 1)
    assert Document.objects.get().number == "2"


def test_a_row_that_names_no_document_keeps_its_neighbours_out_too(simple):
    report = simple("1," + TEA, "2," + TEA, ',"' + TEA, "3," + TEA, "4," + TEA)

    assert report.not_made_count >= 1
    assert "2" not in Document.objects.values_list("number", flat=True)
    assert "1" in Document.objects.values_list("number", flat=True)


def test_windows_1252_is_read_and_told(run, document):
    text = "\n".join([SIMPLE, "1," + TEA, "2,C2,Café “Zum Löwen”,2026-11-02,,Tea,1,5"])

    report = run(text.encode("cp1252"))

    assert document("2").party.name == "Café “Zum Löwen”"
    assert any("Windows-1252" in said for said in report.told)


@pytest.mark.parametrize("day", ["1926-11-21", "1970-01-01", "01/01/1900"])
def test_a_day_decades_back_is_doubted_even_where_all_days_of_the_file_are(simple, day):
    report = simple(*(f"{n},C1,Cafe,{day},,Tea,2,5" for n in "123"))

    assert (report.documents, report.left_out[Cause.ODD].count) == (0, 3)


def test_rows_of_one_document_that_contradict_each_other_keep_it_out(simple):
    report = simple("1," + TEA, "1,C2,Bar,2026-11-02,,Tea,1,5")

    assert report.documents == 0
    assert (
        "Line 3 gives party number “C2”, line 2 of the same document gives party number “C1”"
        in (report.not_made[0].reason)
    )


def test_every_bad_row_goes_to_the_list_and_no_spreadsheet_runs_it(simple):
    out = io.StringIO()

    report = simple(
        *(f"{number},C1,Cafe,2026-11-02,,Tea,=cmd|x,5" for number in range(120)), lists=Lists(out)
    )

    listed = out.getvalue().splitlines()
    assert (report.bad_row_count, len(report.bad_rows), len(listed)) == (120, 100, 121)
    assert listed[0] == "line,column,value,reason,document"
    assert listed[1].startswith("2,quantity,'=cmd|x,")


def test_texts_that_look_like_formulas_or_markup_are_kept_as_they_are(simple, document):
    text = "=HYPERLINK(1) <b>\\N 'x' %s \\"

    simple(f'1,C1,Cafe,2026-11-02,,"{text}",1,5')

    assert document("1").lines.get().description == text


def test_a_long_name_still_makes_one_party(simple):
    name = "Very long " * 20

    simple(f"1,,{name},2026-11-02,,Tea,1,5", f"2,,{name},2026-11-02,,Tea,1,5")

    party = Party.objects.get()
    assert len(party.number) == 50
    assert party.name == name.strip()


def test_a_file_brings_no_second_party_for_a_number_that_is_here(simple, workspace, document):
    ours = make_party(workspace, "Harbour Cafe", number="C1")

    simple("1," + TEA)

    assert document("1").party == ours
    assert Party.objects.get().name == "Harbour Cafe"


def test_only_people_who_may_change_the_books_import(simple, workspace):
    viewer = make_member(workspace, Role.VIEWER)

    with pytest.raises(NotAllowed):
        simple("1," + TEA, actor=viewer)


def test_no_table_is_left_behind(simple):
    simple("1," + TEA)

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.import_row')")
        assert cursor.fetchone() == (None,)


_text = st.text(max_size=12)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cells=st.lists(st.lists(_text, min_size=8, max_size=8), max_size=5))
def test_no_text_whatsoever_breaks_an_import(run, cells):
    quoted = (",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in cells)
    content = "\n".join([SIMPLE, *quoted]).encode("utf-8", "surrogatepass")

    report = run(content)

    assert report.documents == 0 or Document.objects.exists()


def test_cells_that_we_quoted_are_read_as_they_were(simple, document):
    """What a spreadsheet must not run has a quote in front in every file of ours."""
    simple(
        "INV-1,C1,Cafe,2026-11-02,TEA,'=1+1,1,5.00", "INV-1,C1,Cafe,2026-11-02,'-T,'s tea,1,5.00"
    )

    lines = document("INV-1").lines.order_by("position")
    assert [one.description for one in lines] == ["=1+1", "'s tea"]
    assert lines[1].item_code == "-T"


def test_the_list_of_bad_rows_runs_nothing_and_keeps_numbers(simple):
    listed = io.StringIO()

    simple('"=2+5",C1,Cafe,2026-11-02,TEA,Tea,"=cmd()",-5.00', lists=Lists(listed))
    simple("INV-2,C1,Cafe,2026-11-02,TEA,Tea,1,-5.x", lists=Lists(listed))

    values = [row[2] for row in csv.reader(listed.getvalue().splitlines())]
    assert "'=cmd()" in values
    assert "'-5.x" in values
