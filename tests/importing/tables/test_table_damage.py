"""Damage costs the rows it is in, and says so; what can be told apart is never read wrongly."""

import csv
import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.importing.errors import NotATable
from tallystick.importing.tables.lines import LONGEST_LINE
from tallystick.importing.tables.table import open_table


def table(content):
    return open_table(io.BytesIO(content if isinstance(content, bytes) else content.encode()))


def rows(content):
    return list(table(content).rows())


def test_a_longer_row_is_damaged_unless_most_rows_have_the_same_empty_cells_at_their_end():
    long, padded = rows("a,b\n1,2,3\n1,2,\n")
    [*all_padded] = rows("a,b\n1,2,,\n3,4,,\n5,6\n")

    assert "3 cells where the header has 2" in long.problem
    assert "3 cells where the header has 2" in padded.problem
    assert [row.cells for row in all_padded] == [["1", "2"], ["3", "4"], ["5", "6"]]


def test_the_halves_of_a_record_that_lost_a_quotation_mark_are_not_both_filled_up():
    first, second, _ = rows('a,b,c\n1,High St\nLondon",5\n2,x,3\n')

    assert "2 cells where the header has 3" in second.problem
    assert first.cells == ["1", "High St", ""]


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_last_row_that_is_cut_off_is_a_problem_where_it_shows(cut):
    whole = "a,b,c\n1,Cafe,5\n2,Mug,6"

    *_, last = rows(whole[:-cut])

    is_short = whole[:-cut].splitlines()[-1].count(",") < 2
    assert bool(last.problem) == is_short
    if is_short:
        assert "The file ends within line 3" in last.problem


def test_a_short_last_row_is_filled_where_others_are_as_short_or_the_line_ends():
    assert not any(row.problem for row in rows("a,b,c\n1,2\n3,4"))
    assert not any(row.problem for row in rows("a,b,c\n1,2,3\n3,4\n"))


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


@pytest.mark.parametrize(
    "swallowing",
    [
        '1,"Tea,5\n2,Mug,6\n3,Pipe 7",8\n',
        '1,"Tea,5\n2,Pipe 7",6\n',
        '"1,Tea,5\n2",Mug,6\n',
        '1,Tea,"5\n2,Mug,6"\n',
        '1,"Tea\n2,Mug,6\n7",5\n',
    ],
)
def test_rows_that_a_stray_quotation_mark_joins_to_one_cell_are_a_problem(swallowing):
    found = rows(f"a,b,c\n0,x,y\n{swallowing}9,x,y\n")

    assert [row.line for row in found if row.problem] == [3]
    assert "looks like whole rows" in found[1].problem
    assert found[1].problem.startswith("Lines 3 to ")
    assert found[-1].cells == ["9", "x", "y"]


def test_an_address_of_several_lines_is_a_cell_and_no_damage():
    [row] = rows('a,b,c\n1,"9 Fore Street, Looe\nPL99\nCornwall, UK",5\n')

    assert row.problem is None
    assert row.cells[1].count("\n") == 2


def test_an_endless_line_is_cut_and_costs_only_its_own_row():
    found = rows(b"a,b\n1," + b"x" * (LONGEST_LINE * 10) + b"\n3,4\n")

    assert "too long" in found[0].problem
    assert found[1] == (3, ["3", "4"], None, (), "", 0)


def test_a_line_that_is_cut_is_a_problem_even_where_its_cells_are_short():
    found = rows("a,b\n" + ",".join(["x" * 60_000] * 2) + "\n" + ("y," * 800_000) + "\r\n3,4\r\n")

    assert found[0].problem is None
    assert "Line 3 is too long" in found[1].problem
    assert found[2] == (4, ["3", "4"], None, (), "", 0)


def test_a_nul_costs_its_row_and_is_told_with_the_line():
    found = rows("a,b\n" + "1,2\n" * 30_000 + "3,4\0\n5,6\n")

    assert [row.line for row in found if row.problem] == [30_002]
    assert found[-2].problem == (
        "Line 30002 holds NUL characters, so it is damaged. Correct it and import again."
    )


def test_a_compressed_file_that_breaks_off_later_is_refused():
    whole = gzip.compress(b"a,b\n" + bytes(range(48, 58)) * 9999, compresslevel=0)

    with pytest.raises(NotATable, match="breaks off"):
        rows(whole[:-5000])


_word = st.text("abcxyz0123456789 .-'", min_size=1, max_size=6).filter(
    lambda text: text.strip() and not text.startswith("'")
)
_records = st.lists(
    st.lists(_word, min_size=4, max_size=4), min_size=1, max_size=8, unique_by=tuple
)


def _written(records, quoting):
    out = io.StringIO()
    csv.writer(out, quoting=quoting).writerows([["Number", "Name", "Day", "Price"], *records])
    return out.getvalue()


def _read_unmarked(content):
    try:
        return [row.cells for row in rows(content) if not row.problem]
    except NotATable:
        return []


@settings(max_examples=150, deadline=None)
@given(records=_records, data=st.data())
def test_a_delimiter_too_many_never_makes_a_row(records, data):
    text = _written(records, csv.QUOTE_MINIMAL)
    place = data.draw(st.integers(text.index("\n") + 1, len(text) - 3))

    found = _read_unmarked(f"{text[:place]},{text[place:]}")

    # Only where the header's own line is the longest can it be taken for padding.
    assert all(cells in records for cells in found)


@settings(max_examples=150, deadline=None)
@given(records=_records, data=st.data())
def test_a_closing_quotation_mark_that_is_lost_never_makes_a_row(records, data):
    text = _written(records, csv.QUOTE_ALL)
    closing = [place for place, sign in enumerate(text) if sign == '"'][9::2]
    place = data.draw(st.sampled_from(closing))

    found = _read_unmarked(text[:place] + text[place + 1 :])

    assert all(cells in records for cells in found)


@settings(max_examples=150, deadline=None)
@given(records=_records, data=st.data())
def test_an_end_that_is_cut_off_makes_a_row_only_within_its_last_cell(records, data):
    text = _written(records, csv.QUOTE_MINIMAL)
    cut = data.draw(st.integers(text.index("\n") + 1, len(text)))

    found = _read_unmarked(text[:cut])

    assert all(cells in records for cells in found[:-1])
    assert not found or found[-1][:3] in [record[:3] for record in records]


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=300))
def test_no_bytes_whatsoever_make_the_reader_fail_otherwise_than_in_words(content):
    try:
        found = rows(content)
    except NotATable:
        return

    assert all(row.problem or row.cells for row in found)
