import csv
import gzip
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tallystick.importing.errors import NotATable
from tallystick.importing.read import LONGEST_LINE, Table
from tallystick.spreadsheets import as_written


def table(content):
    return Table(io.BytesIO(content if isinstance(content, bytes) else content.encode()))


def rows(content):
    return list(table(content).rows())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_whatever_delimiter_line_end_and_byte_order_mark_is_understood(
    delimiter, encoding, line_end
):
    text = line_end.join([delimiter.join(["Nr", "Name"]), delimiter.join(["1", "Café"]), ""])

    read = table(text.encode(encoding))

    assert read.header == ["Nr", "Name"]
    assert [row.cells for row in read.rows()] == [["1", "Café"]]


def test_gzip_is_unpacked_on_the_way():
    assert rows(gzip.compress(b"a,b\n1,2\n"))[0].cells == ["1", "2"]


def test_a_row_knows_the_line_it_begins_on():
    content = '\n\na,b\n1,2\n\n"x\ny","z"\n,\n3,4\n'

    assert [(row.line, row.cells) for row in rows(content)] == [
        (4, ["1", "2"]),
        (6, ["x\ny", "z"]),
        (9, ["3", "4"]),
    ]


def test_empty_cells_too_many_are_cut_off_but_others_are_a_problem():
    short, long, padded = rows("a,b\n1\n1,2,3\n1,2,,\n")

    assert "1 cells where the header has 2" in short.problem
    assert "3 cells where the header has 2" in long.problem
    assert padded.cells == ["1", "2"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"PK\x03\x04rest of it", "Excel workbook or a ZIP.*Save as, CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0rest of it", "old Excel workbook"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        ("a,b\n1,2\n".encode("utf-16-le"), "no text"),
        (bytes(range(32)) * 9 + bytes(99), "no text"),
        (gzip.compress(b"PK\x03\x04rest of it", mtime=0), "Excel workbook or a ZIP"),
        (gzip.compress(b"a,b\n" * 9, mtime=0)[:20], "breaks off"),
        (b"a,b,a\n1,2,3\n", "has a more than once"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(content, said):
    with pytest.raises(NotATable, match=said):
        table(content)


def test_a_compressed_file_that_breaks_off_later_is_refused():
    whole = gzip.compress(b"a,b\n" + bytes(range(48, 58)) * 9999, compresslevel=0)
    read = table(whole[:-5000])

    with pytest.raises(NotATable, match="breaks off"):
        list(read.rows())


def test_a_quotation_mark_never_closed_costs_its_lines_and_no_more():
    many = "1,2\n" * 40_000

    found = rows(f'a,b\n1,2\n"x,2\n{many}5,6\n')

    assert found[0].cells == ["1", "2"]
    assert "never closed" in found[1].problem
    assert found[1].problem.startswith("Lines 3 to ")
    assert found[-1].cells == ["5", "6"]


def test_a_quotation_mark_never_closed_at_the_end_is_a_problem_not_a_cell():
    assert "never closed" in rows('a,b\n1,"2\n')[0].problem


def test_a_quotation_mark_within_a_cell_is_a_problem_only_in_a_quoted_one():
    loose, strict = rows('a,b\n7" single,1\n"7" single",1\n')

    assert loose.cells == ['7" single', "1"]
    assert "Line 3 cannot be read" in strict.problem


def test_an_endless_line_is_cut_and_costs_only_its_own_row():
    found = rows(b"a,b\n1," + b"x" * (LONGEST_LINE * 10) + b"\n3,4\n")

    assert "too long" in found[0].problem
    assert found[1] == (3, ["3", "4"], None)


def test_bytes_that_are_not_utf_8_are_left_for_the_cells_check():
    cells = rows("a,b\nCafé,1\n".encode("latin-1"))[0].cells

    assert cells == ["Caf\udce9", "1"]


_cell = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=20
)


@settings(max_examples=200, deadline=None)
@example(records=[("", "", "'\n")], compressed=False, delimiter=",")
@given(
    records=st.lists(st.tuples(_cell, _cell, _cell).filter(any), max_size=8),
    compressed=st.booleans(),
    delimiter=st.sampled_from(",;\t"),
)
def test_whatever_a_csv_writer_writes_is_read_back(records, compressed, delimiter):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["first", "second", "third"])
    writer.writerows(records)
    content = out.getvalue().encode()

    read = table(gzip.compress(content) if compressed else content)

    # The quote that keeps a spreadsheet from running a cell is no part of it.
    assert [row.cells for row in read.rows()] == [as_written(record) for record in records]


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=300))
def test_no_bytes_whatsoever_make_the_reader_fail_otherwise_than_in_words(content):
    try:
        found = list(table(content).rows())
    except NotATable:
        return

    assert all(row.problem or row.cells for row in found)
