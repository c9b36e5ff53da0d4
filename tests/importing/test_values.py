from datetime import date
from decimal import Decimal

import pytest

from tallystick.importing.values import BadValue, day, number


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("12", ".", "12"),
        (" -2.55 ", ".", "-2.55"),
        ("1,234,567.5", ".", "1234567.5"),
        (".001", ".", "0.001"),
        ("2.50000", ".", "2.5"),
        ("1.234,56", ",", "1234.56"),
        ("2,5", ",", "2.5"),
    ],
)
def test_numbers_are_read_as_people_write_them(text, mark, value):
    assert number(text, mark) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["abc", "£5", "1e5", "NaN", "1_000", "1,5", "12,34.5", ".", "-", "٣", "1.23456", "9" * 14],
)
def test_what_is_no_plain_number_is_refused(text):
    with pytest.raises(BadValue):
        number(text, ".")


@pytest.mark.parametrize(
    ("text", "order", "value"),
    [
        ("2010-12-01 08:26:00", "dmy", date(2010, 12, 1)),
        ("2026-11-02T23:30:00Z", "mdy", date(2026, 11, 2)),
        ("2/11/2026", "dmy", date(2026, 11, 2)),
        ("2/11/2026", "mdy", date(2026, 2, 11)),
        ("31.12.26", "dmy", date(2026, 12, 31)),
    ],
)
def test_days_are_read_in_the_order_the_mapping_names(text, order, value):
    assert day(text, order) == value


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "31/31/2026", "0001-01-01", "1/2"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(BadValue):
        day(text, "dmy")
