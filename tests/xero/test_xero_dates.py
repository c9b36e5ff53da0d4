from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.xero import parse_day, parse_instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("/Date(1476389616437+0000)/", datetime(2016, 10, 13, 20, 13, 36, 437000, UTC)),
        ("/Date(1476389616437)/", datetime(2016, 10, 13, 20, 13, 36, 437000, UTC)),
        ("/Date(1476389616437+1300)/", datetime(2016, 10, 13, 20, 13, 36, 437000, UTC)),
        ("/Date(-80006400000+0000)/", datetime(1967, 6, 20, tzinfo=UTC)),
        ("2019-12-07T18:46:19.5165400", datetime(2019, 12, 7, 18, 46, 19, 516540, UTC)),
        ("2019-12-07T18:46:19Z", datetime(2019, 12, 7, 18, 46, 19, tzinfo=UTC)),
        ("2019-12-07T18:46:19+13:00", datetime(2019, 12, 7, 5, 46, 19, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_as_aware_utc(text, instant):
    assert parse_instant(text) == instant
    assert parse_instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["", "/Date()/", "/Date(12)", "x/Date(12)/", "today", "/Date(99999999999999999999)/"],
)
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the texts of Python and ours differ
        parse_instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "/Date(1789344000000+0000)/",
        "2026-09-14",
        "2026-09-14T00:00:00",
        "2026-09-14T23:59:59Z",
        "2026-09-14T00:00:00+13:00",
    ],
)
def test_a_calendar_day_stays_the_day_it_is(text):
    assert parse_day(text) == date(2026, 9, 14)


@given(st.dates())
def test_every_day_that_xero_can_write_is_read_back(day):
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    milliseconds = round((midnight - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)

    assert parse_day(f"/Date({milliseconds}+0000)/") == day
    assert parse_day(day.isoformat()) == day
