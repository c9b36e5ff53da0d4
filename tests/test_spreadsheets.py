"""Cells of the CSV files we write: never run by a spreadsheet, and read back as they were."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.spreadsheets import as_written, spreadsheet_safe
from tallystick.web.spreadsheets import csv_lines

_FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "+7",
    "+64 21 555 010",
    "-1-1",
    "-x",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
]


@pytest.mark.parametrize("text", _FORMULAS)
def test_what_a_spreadsheet_would_run_is_quoted(text):
    assert spreadsheet_safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.50", "-1,234.50", "", "a=b", "O'Neill", "'s Winkel", "1-2"])
def test_numbers_and_plain_texts_stay(text):
    assert spreadsheet_safe(text) == text


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet="'=+-@\t\r\n1.,ab\uff1d", max_size=8))
def test_every_cell_comes_back_as_it_was(text):
    assert as_written([spreadsheet_safe(text)]) == [text]


def test_no_export_needs_to_remember_it():
    file = "".join(csv_lines(["Number"], [["=1+1", -5], ["-5", None]]))

    assert list(csv.reader(file.lstrip("\ufeff").splitlines())) == [
        ["Number"],
        ["'=1+1", "-5"],
        ["-5", ""],
    ]
