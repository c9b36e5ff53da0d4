"""Workbooks are read exactly, one sheet of them, in a process that may die without harm."""

import datetime as dt
import io
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbook_files import Raw, compound, ods, ods_row, xls, xlsx, zipped

from tallystick.importing.errors import NotATable
from tallystick.importing.tables import workbooks
from tallystick.importing.tables.cell_texts import text_of
from tallystick.importing.tables.table import Layout, open_table

NAMES = ["number", "party_name", "price"]


def table(content, layout=Layout(), is_header=lambda cells: False):  # noqa: B008 - never changed
    return open_table(io.BytesIO(content), layout, is_header=is_header)


def rows(content, **choices):
    with table(content, **choices) as read:
        return list(read.rows())


def test_an_xlsx_is_read_cell_by_cell_with_the_places_of_its_numbers():
    day, moment = dt.date(2026, 11, 21), dt.datetime(2026, 11, 21, 10, 30)
    content = xlsx(
        {
            "Orders": [
                ["Sales report"],
                None,
                [*NAMES, "day", "moment", "paid"],
                ["007", 'Café, "Co"\nLooe', 19.99, day, moment, True],
                None,
                [8.0, " ", 0.1 + 0.2, None, None, False],
                ["9"],
            ]
        }
    )

    with table(content, is_header=lambda names: "price" in names) as read:
        assert read.header == [*NAMES, "day", "moment", "paid"]
        assert (read.header_line, read.sheet, read.sheets) == (3, "Orders", ["Orders"])
        assert (read.delimiter, read.encoding, read.size) == ("", "", len(content))
        found = [
            (4, ["007", 'Café, "Co"\nLooe', "19.99", "2026-11-21", "2026-11-21 10:30:00", "yes"],
             None, (2,), "", 0),
            (6, ["8", " ", "0.3", "", "", "no"], None, (0, 2), "", 0),
            (7, ["9", "", "", "", "", ""], None, (), "", 0),
        ]  # fmt: skip
        assert list(read.rows()) == found
        assert list(read.rows()) == found
        assert read.notes == ["Not read before the header, 1 line: “Sales report”"]
        assert read.position() == read.size


def test_hidden_rows_are_read_and_told():
    content = xlsx({"Sales": [NAMES, ["1", "Ada", 5.0], ["2", "Ben", 6.0]]})
    parts = zipfile.ZipFile(io.BytesIO(content))
    name = "xl/worksheets/sheet1.xml"
    hidden = parts.read(name).replace(b'<row r="3"', b'<row r="3" hidden="1"')
    content = zipped({each: parts.read(each) for each in parts.namelist()} | {name: hidden})

    with table(content) as read:
        assert [row.cells[0] for row in read.rows()] == ["1", "2"]
        [note] = read.notes
    assert note.startswith("Rows that are hidden in the sheet, by a filter or by hand: 1. They are")


def test_an_ods_is_read():
    content = ods(
        ods_row(*NAMES)
        + ods_row("007", "Café", 19.99)
        + ods_row(repeated=100_000)
        + ods_row(8, dt.date(2026, 11, 21), 5)
        + ods_row("", repeated=40_000)
    )

    assert rows(content) == [
        (2, ["007", "Café", "19.99"], None, (2,), "", 0),
        (100_003, ["8", "2026-11-21", "5"], None, (0, 2), "", 0),
    ]


def test_an_old_workbook_is_read():
    assert rows(xls([NAMES, ["007", "Cafe", 19.99], [8.0, "Tea", 5.0]])) == [
        (2, ["007", "Cafe", "19.99"], None, (2,), "", 0),
        (3, ["8", "Tea", "5"], None, (0, 2), "", 0),
    ]


def test_a_file_that_is_named_is_read_and_nothing_is_left_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = tmp_path / "book.xlsx"
    path.write_bytes(xlsx({"A": [NAMES, ["1", "Cafe", 5]]}))

    with open_table(path) as read:
        assert [row.cells for row in read.rows()] == [["1", "Cafe", "5"]]
        assert list(tmp_path.iterdir()) == [path]

    with pytest.raises(ValueError, match="closed"):
        list(read.rows())


def test_the_first_sheet_with_anything_in_it_is_read_and_the_others_are_told():
    content = xlsx(
        {"Notes": [], "Old": [["x"]], "May": [["a"], ["1"]], "June": [["b"], ["2"]]}, ["Old"]
    )

    with table(content) as read:
        assert (read.sheet, read.header) == ("May", ["a"])
        assert read.sheets == ["Notes", "Old", "May", "June"]
        [note] = read.notes
        assert note == (
            "Several sheets are not empty: “May”, “June”. “May” is read; choose another if that is "
            "not the one."
        )
    with table(content, Layout(sheet="June")) as read:
        assert (read.header, read.notes) == (["b"], [])
    with pytest.raises(NotATable, match="no sheet of that name"):
        table(content, Layout(sheet="July"))


def test_a_hidden_sheet_is_read_only_where_no_other_has_anything_and_told():
    with table(xlsx({"Shown": [], "Old": [["a"], ["1"]]}, hidden=["Old"])) as read:
        assert read.header == ["a"]
        assert read.notes == ["The sheet “Old”, which is read, is hidden in the workbook."]


def test_errors_and_formulas_without_a_result_are_seen_and_told():
    content = xlsx(
        {
            "Cover": [["x"], ["1"]],
            "Data": [
                None,
                [None, *NAMES],
                [
                    None,
                    Raw('<c r="{place}" t="e"><v>#REF!</v></c>'),
                    Raw('<c r="{place}" s="0" t="e"><f>A1/0</f><v>#DIV/0!</v></c>'),
                    Raw('<c r="{place}"><f>B2*C2</f><v></v></c>'),
                ],
                [
                    None,
                    Raw('<c r="{place}"><f>B2*C2</f></c>'),
                    Raw('<c r="{place}"><f t="shared" si="0"/><v/></c>'),
                    Raw('<c r="{place}"><f>2+3</f><v>5</v></c>'),
                ],
                [None, "1", Raw('<c r="{place}" t="str"><f>""</f><v></v></c>'), 5],
            ],
        }
    )

    with table(content, Layout(sheet="Data")) as read:
        assert [row.cells for row in read.rows()] == [
            ["#REF!", "#DIV/0!", "#NOT CALCULATED"],
            ["#NOT CALCULATED", "#NOT CALCULATED", "5"],
            ["1", "", "5"],
        ]
        [note] = read.notes
    assert note.startswith("2 rows, the first of them 3, have cells with an error, or with a formu")


def test_numbers_that_lost_digits_are_told():
    with table(xlsx({"A": [["a", "b"], [12345678901234567, 1], [123456789012345, 2]]})) as read:
        assert [row.cells[0] for row in read.rows()] == ["1.23456789012346E+16", "123456789012345"]
        assert "Row 2 has numbers of more than 15 digits." in read.notes[0]


def test_cells_beside_the_table_are_a_problem_and_a_header_again_is_none():
    longer, fine = rows(xlsx({"A": [["a", "b"], ["1", "2", "seen"], ["a", "b"], ["3", "4"]]}))

    assert "right of the last column" in longer.problem
    assert fine == (4, ["3", "4"], None, (), "", 0)


def test_the_row_of_the_header_can_be_chosen():
    content = xlsx({"A": [["Report"], None, ["x", "y"], ["1", "2"]]})

    assert rows(content, layout=Layout(header_line=3)) == [(4, ["1", "2"], None, (), "", 0)]
    seen = []
    open_table(io.BytesIO(content), look=seen.append).close()
    assert seen[0].records == [(1, ["Report"]), (3, ["x", "y"]), (4, ["1", "2"])]
    assert (seen[0].sheet, seen[0].sheets, seen[0].header_line) == ("A", ["A"], 3)
    with pytest.raises(NotATable, match="Line 2 is blank or not in the file"):
        table(content, Layout(header_line=2))


_ENCRYPTED = "<manifest:encryption-data><manifest:algorithm/></manifest:encryption-data>"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (compound("EncryptedPackage", b"x" * 5000), "protected by a password. Open it, remove"),
        (xls([NAMES], encrypted=True), "protected by a password"),
        (ods("", encryption=_ENCRYPTED), "protected by a password"),
        (compound("WordDocument", b"x" * 5000), "damaged, or of a kind that cannot be read"),
        (zipped({"word/document.xml": ""}), "document or presentation"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "document or presentat"),
        (zipped({"Index/Document.iwa": ""}), "Apple Numbers. Open it, choose File, Export to"),
        (zipped({"rows.csv": "a,b\n1,2\n"}), "ZIP archive, not a workbook. Unpack it"),
        (xlsx({"A": [], "B": []}), "workbook is empty"),
        (xlsx({"A": [NAMES]})[:-30], "damaged"),
        (b"PK\x03\x04rest of it", "damaged"),
        (b"\xd0\xcf\x11\xe0rest of it", "damaged"),
        (zipped({"xl/workbook.xml": "<workbook"}), "damaged"),
    ],
)
def test_what_is_no_workbook_that_can_be_read_is_refused_in_words(content, said):
    with pytest.raises(NotATable, match=said):
        table(content)


def test_a_workbook_made_to_burst_is_refused_even_where_it_lies_about_its_size(monkeypatch):
    content = xlsx({"A": [NAMES, ["1", "x" * 1_000_000, 5]]})
    honest = struct.pack("<I", len(_sheet_of(content)))
    lying = content.replace(honest, struct.pack("<I", 99))
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 500_000)

    assert lying != content
    for burst in (content, lying):
        with pytest.raises(NotATable, match="MB when it is unpacked"):
            table(burst)


def _sheet_of(content):
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def test_a_sheet_that_takes_all_memory_ends_its_own_process_only():
    # Two cells, but a table of three gigabytes.
    far = Raw('<c r="XFD8000"><v>1</v></c>')

    with pytest.raises(NotATable, match="more memory or time than a table needs"):
        table(xlsx({"A": [NAMES, [far]]}))


def test_a_row_repeated_a_thousand_million_times_is_given_up_after_some_time(monkeypatch):
    monkeypatch.setattr(workbooks, "SECONDS", 1)

    with pytest.raises(NotATable, match="more memory or time than a table needs"):
        table(ods(ods_row(*NAMES) + ods_row("1", "Cafe", 5, repeated=1_000_000_000)))


def test_more_rows_than_a_sheet_may_have_are_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)

    assert len(rows(xlsx({"A": [NAMES, ["1"], ["2"]]}))) == 2
    with pytest.raises(NotATable, match="more than 1,048,576 rows"):
        table(xlsx({"A": [NAMES, ["1"], ["2"], ["3"]]}))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.3"),
        (1234.5, "1234.5"),
        (1e-7, "0.0000001"),
        (1e20, "1E+20"),
        (1234567890123456789.0, "1.23456789012346E+18"),
        (2.675, "2.675"),
        (1.1 * 3, "3.3"),
        (True, "yes"),
        (dt.datetime(2026, 11, 21, 10, 29, 59, 999_999), "2026-11-21 10:30:00"),
        (dt.datetime(2026, 11, 20, 23, 59, 59, 999_999), "2026-11-21"),
        (dt.time(9, 5), "09:05:00"),
        (dt.time(0, 0), "00:00:00"),
        (dt.timedelta(hours=30, minutes=5), "30:05:00"),
    ],
)
def test_each_kind_of_cell_has_one_notation(value, text):
    assert text_of(value) == text


@settings(max_examples=300)
@given(st.decimals(-(10**9), 10**9, places=5, allow_nan=False))
def test_an_amount_in_a_workbook_is_read_to_its_last_decimal(amount):
    assert float(text_of(float(amount))) == float(amount)
    assert "e" not in text_of(float(amount))


_cell = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_characters="'"), max_size=8),
    st.integers(-(10**9), 10**9),
)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(_cell, _cell, _cell), max_size=6))
def test_whatever_is_in_a_workbook_is_read_back(records):
    found = rows(xlsx({"A": [NAMES, *records]}), layout=Layout(header_line=1))

    texts = [["" if cell is None else str(cell) for cell in record] for record in records]
    expected = [(n, t) for n, t in enumerate(texts, start=2) if "".join(t).strip()]
    assert [(row.line, row.cells) for row in found] == expected


def test_what_is_left_of_a_workbook_cut_anywhere_is_refused_in_words(tmp_path):
    content = xlsx({"A": [NAMES, ["1", "Cafe", 5]]})
    path = Path(tmp_path / "cut.xlsx")

    for length in range(4, len(content), 301):
        path.write_bytes(content[:length])
        with pytest.raises(NotATable, match="damaged"):
            open_table(path)
