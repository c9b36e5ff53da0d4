"""However a CSV is written, and wherever in it the table begins, its rows come out the same."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tallystick.importing.errors import NotATable
from tallystick.importing.tables.encodings import Encoding
from tallystick.importing.tables.lines import BLOCK
from tallystick.importing.tables.table import Beginning, Layout, open_table
from tallystick.spreadsheets import as_written

CASES = Path(__file__).parents[4] / "shared" / "cases"
NAMES = ["number", "party_name", "price"]


def table(content, layout=Layout(), is_header=lambda cells: False):  # noqa: B008 - never changed
    data = content if isinstance(content, bytes) else content.encode()
    return open_table(io.BytesIO(data), layout, is_header=is_header)


def rows_of(content):
    return list(table(content).rows())


def cells(content, **choices):
    return [row.cells for row in table(content, **choices).rows()]


def is_known(names):
    return set(NAMES) <= set(names)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_whatever_delimiter_line_end_and_encoding_is_understood(delimiter, encoding, line_end):
    text = line_end.join([delimiter.join(["Nr", "Name"]), delimiter.join(["1", "Café"]), ""])

    read = table(text.encode(encoding))

    assert read.header == ["Nr", "Name"]
    assert read.delimiter == delimiter
    assert [row.cells for row in read.rows()] == [["1", "Café"]]


def test_utf_16_of_the_other_byte_order_has_its_mark_too():
    assert cells(b"\xfe\xff" + "Nr,Name\n1,Café\n".encode("utf-16-be")) == [["1", "Café"]]


@pytest.mark.parametrize("encoding", list(Encoding))
def test_each_encoding_that_is_offered_can_be_chosen_and_has_a_label(encoding):
    text = "Nr,Name\n1,Cafe\n2,Tea\n"

    read = table(text.encode(encoding), Layout(encoding=encoding))

    assert [row.cells for row in read.rows()] == [["1", "Cafe"], ["2", "Tea"]]
    assert encoding.label
    assert read.notes == []


def test_what_is_not_utf_8_is_read_as_windows_1252_and_shown():
    read = table("Nr,Name\n1,Tea\n2,Café “£5”\n".encode("cp1252"))

    assert list(read.rows())[1].cells == ["2", "Café “£5”"]
    assert read.encoding == "cp1252"
    [note] = read.notes
    assert note == (
        "Read as Windows-1252, for it is not UTF-8: “Café” in line 3. If a sign in that is wrong, "
        "choose the encoding."
    )


@pytest.mark.parametrize("ending", ["", "\n"])
def test_one_word_in_windows_1252_is_enough_wherever_it_stands(ending):
    filling = "1,Tea\n" * 30_000

    read = table(f"Nr,Name\n{filling}2,Café{ending}".encode("cp1252"))

    assert list(read.rows())[-1].cells == ["2", "Café"]
    assert "“Café” in line 30002" in read.notes[0]


def test_a_file_in_utf_8_with_one_broken_byte_keeps_its_encoding_and_loses_a_row():
    good = "1,Café\n" * 10_000

    read = table(f"Nr,Name\n{good}".encode() + b"2,Caf\xe9\n" + b"3,Tea\n")
    found = list(read.rows())

    assert read.encoding == "utf-8"
    assert [row.line for row in found if row.problem] == [10_002]
    assert found[-2].problem == (
        "Line 10002 holds bytes that are not UTF-8. Correct them and import again, or choose the "
        "encoding if the whole file is in another."
    )
    assert found[-2].cells == ["2", "Caf\ufffd"]
    assert found[-1].cells == ["3", "Tea"]


def test_a_broken_byte_far_before_the_first_sign_of_utf_8_changes_nothing():
    filling = "1,Tea\n" * 30_000

    read = table(b"Nr,Name\n2,Caf\xe9\n" + f"{filling}3,Café\n".encode())

    assert read.encoding == "utf-8"
    assert next(read.rows()).problem


def test_a_text_cut_off_within_its_only_sign_of_utf_8_is_not_taken_for_windows_1252():
    *_, last = table("Nr,Name\n1,Tea\n2,Café".encode()[:-1]).rows()

    assert "not UTF-8" in last.problem


def test_what_is_neither_utf_8_nor_windows_1252_is_refused_until_the_encoding_is_chosen():
    content = "Nr,Name\n1,Größe üì\n".encode("cp437")

    with pytest.raises(NotATable, match="Choose the encoding"):
        table(content)

    assert cells(content, layout=Layout(encoding="cp437")) == [["1", "Größe üì"]]
    [row] = table(content, Layout(encoding="cp1252")).rows()
    assert "holds bytes that are not Windows-1252" in row.problem


def test_a_header_with_a_broken_byte_is_refused_until_the_encoding_is_chosen():
    content = "Größe,Name\n1,é\n".encode("cp1252") + "é".encode()

    with pytest.raises(NotATable, match="choose the encoding"):
        table(content)

    assert table(content, Layout(encoding="cp1252")).header == ["Größe", "Name"]


@pytest.mark.parametrize(
    "layout",
    [Layout(encoding="klingon"), Layout(delimiter=",,"), Layout(delimiter='"')],
)
def test_a_choice_that_can_be_none_is_refused_in_words(layout):
    with pytest.raises(NotATable, match="Choose"):
        table("a,b\n1,2\n", layout)


def test_the_delimiter_is_the_one_of_the_rows_not_of_a_name_with_commas():
    content = 'Amount, net, of all, in EUR, rounded;Name\n5,00;"Tea; black"\n6,50;Mug\n'

    assert cells(content) == [["5,00", "Tea; black"], ["6,50", "Mug"]]


def test_a_delimiter_by_which_a_known_header_appears_goes_before_all():
    content = "number;party_name;price\n1,2,3;a,b,c;x,y\n1,2,3;a,b,c;x,y\n"

    assert table(content, is_header=is_known).header == NAMES


def test_a_delimiter_that_was_chosen_is_taken():
    assert cells("a,b;c\n1,2;3\n", layout=Layout(delimiter=";")) == [["1,2", "3"]]


@pytest.mark.parametrize("said", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_first_line_that_says_the_delimiter_is_obeyed(said):
    read = table(f"{said}\r\na,b;c\r\n1,2;3\r\n".encode("utf-8-sig"))

    assert read.header == ["a,b", "c"]
    assert (read.header_line, next(read.rows()).line) == (2, 3)
    assert read.notes == ["The line “sep=;” says what parts the cells, and was obeyed."]


def test_lines_before_the_header_are_passed_over_and_told():
    content = f"Sales report\nMay, all\n\n{','.join(NAMES)}\n1,Cafe,5\n"

    read = table(content, is_header=is_known)

    assert (read.header, read.header_line) == (NAMES, 4)
    assert list(read.rows()) == [(5, ["1", "Cafe", "5"], None, (), "", 0)]
    assert read.notes == ["Not read before the header, 2 lines: “Sales report”, “May all”"]


def test_the_first_header_that_is_known_counts_even_if_others_have_more_names():
    content = f"a,b,c,d,e\n{','.join(NAMES)}\n1,Cafe,5\n"

    assert table(content, is_header=is_known).header == NAMES
    assert table(content).header == ["a", "b", "c", "d", "e"]


def test_without_a_known_one_the_header_is_the_row_most_like_names():
    content = "Report,2026\nPrinted 2026-11-02\nNr,Name,Day\n1,Cafe,2026-11-02\n2,a@b.c,x\n"

    assert table(content).header == ["Nr", "Name", "Day"]


def test_a_header_line_that_was_chosen_is_taken_and_one_that_is_none_refused():
    content = 'a "quote,\n\nx,y\n1,2\n'

    assert table(content, Layout(header_line=3)).header == ["x", "y"]
    for line in (2, 9):
        with pytest.raises(NotATable, match=f"Line {line} is blank or not in the file. Choose"):
            table(content, Layout(header_line=line))


def test_the_first_records_are_shown_to_choose_from_whatever_they_hold():
    content = b"Report\n\nNr,Name\n1,Caf\xe9 \xc3\xa9\0\n" + b"2,%s\n" % (b"x" * 999)

    seen = []
    open_table(io.BytesIO(content + b"3,c\n" * 40), look=seen.append)

    records = [
        (1, ["Report"]),
        (3, ["Nr", "Name"]),
        (4, ["1", "Caf\ufffd é\ufffd"]),
        (5, ["2", "x" * 60]),
        *((line, ["3", "c"]) for line in range(6, 32)),
    ]
    assert seen == [Beginning(records, "utf-8", ",", "", [], 3)]


def test_names_lose_blanks_and_may_be_empty_or_twice():
    read = table("\ufeff Nr , Invoice\u00a0  No ,,Nr\n1,2,3,4\n".encode("utf-8-sig"))

    assert read.header == ["Nr", "Invoice No", "", "Nr"]


def test_a_header_that_is_repeated_is_no_row_and_told():
    read = table("a,b\n1,2\na,b\n3,4\na,b\n")

    assert [row.cells for row in read.rows()] == [["1", "2"], ["3", "4"]]
    assert read.notes == ["The header stands again in line 3 and 1 more; it is not read as a row."]


@pytest.mark.parametrize("blank", ["", " , ", ",", "\u00a0,\t", "   "])
def test_a_row_of_nothing_but_blanks_is_blank(blank):
    assert cells(f"a,b\n1,2\n{blank}\n3,4\n") == [["1", "2"], ["3", "4"]]


def test_a_short_row_is_filled_up_and_told():
    read = table("a,b,c\n1,2\n3\n4,5,6\n")

    assert [row.cells for row in read.rows()] == [["1", "2", ""], ["3", "", ""], ["4", "5", "6"]]
    assert read.notes == [
        "Fewer cells than the header has in line 2 and 1 more; the missing ones are read as empty."
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_rows_can_be_asked_for_again_even_halfway(pack):
    text = "a,b\n" + "".join(f"{n},x\n" for n in range(50_000)) + "a,b\n7\n"
    read = table(pack(text.encode()))
    walk = read.rows()
    beginning = [next(walk) for _ in range(20_000)]

    first, second = list(read.rows()), list(read.rows())

    assert first == second
    assert first[:20_000] == beginning
    assert len(first) == 50_001
    assert read.notes == [
        "The header stands again in line 50002; it is not read as a row.",
        "Fewer cells than the header has in line 50003; the missing ones are read as empty.",
    ]


def test_a_row_knows_the_line_it_begins_on_and_the_table_how_far_it_is():
    content = '\n\na,b\n1,2\n\n"x\ny","z"\n,\n3,4\n'
    read = table(content)

    assert [(row.line, row.cells) for row in read.rows()] == [
        (4, ["1", "2"]),
        (6, ["x\ny", "z"]),
        (9, ["3", "4"]),
    ]
    assert read.position() == read.size == len(content)


def test_a_file_that_is_named_is_opened_and_closed(tmp_path):
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))

    with open_table(path) as read:
        assert next(read.rows()).cells == ["1", "2"]
        assert read.size == path.stat().st_size

    with pytest.raises(ValueError, match="closed"):
        list(read.rows())


def test_line_ends_of_two_signs_on_the_edge_of_a_block_count_once():
    rest = "1,2\r\n" * 3
    first = "x" * (BLOCK - len("a,b\r\n" + ",1\r"))

    found = rows_of(f"a,b\r\n{first},1\r\n{rest}")

    assert [row.line for row in found] == [2, 3, 4, 5]


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the project")
@pytest.mark.parametrize(
    ("name", "line", "width"),
    [("preamble.csv", 4, 7), ("sep.csv", 2, 7), ("ledger.txt", 2, 7), ("pipe.csv", 1, 7), ("twice.csv", 1, 9)],
)  # fmt: skip
def test_the_shared_cases_are_read(name, line, width):
    with open_table(CASES / f"19-before-and-beside-the-header-{name}") as read:
        assert (read.header_line, len(read.header)) == (line, width)
        assert [row.problem for row in read.rows()] == [None]


_cell = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r\n", exclude_categories=["Cs"]),
    max_size=20,
)
_record = st.tuples(_cell, _cell, _cell).filter(lambda record: "".join(record).strip())


@settings(max_examples=200, deadline=None)
@example(records=[("", "", "'\n")], compressed=False, delimiter=",", encoding="utf-8")
@given(
    records=st.lists(_record, max_size=8),
    compressed=st.booleans(),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
)
def test_whatever_a_csv_writer_writes_is_read_back(records, compressed, delimiter, encoding):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(NAMES)
    writer.writerows(records)
    content = out.getvalue().encode(encoding)
    layout = Layout(encoding=encoding.removesuffix("-sig"))

    read = table(gzip.compress(content) if compressed else content, layout, is_known)

    # The quote that keeps a spreadsheet from running a cell is no part of it.
    assert [row.cells for row in read.rows()] == [as_written(record) for record in records]


@settings(max_examples=100, deadline=None)
@given(
    records=st.lists(
        st.lists(st.text("abc £éß€«,;\t|\"'7", max_size=8), min_size=3, max_size=3).filter(
            lambda record: "".join(record).strip()
        ),
        max_size=8,
    ),
    delimiter=st.sampled_from(",;\t|"),
)
def test_whatever_is_written_in_windows_1252_is_read_back(records, delimiter):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([NAMES, ["£", "£", "£"], *records])

    read = table(out.getvalue().encode("cp1252"), Layout(encoding="cp1252"), is_known)

    assert [row.cells for row in read.rows()][1:] == [as_written(record) for record in records]
