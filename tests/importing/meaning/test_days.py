"""Days as people, shops and spreadsheets write them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.importing.meaning import day_words
from tallystick.importing.meaning.values import BadValue, day, zone_named

NOVEMBER_21 = date(2026, 11, 21)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21",
        "2026/11/21",
        "2026.11.21",
        "2026. 11. 21.",
        "20261121",
        "20261121T095026",
        "2026-11-21 09:50:26",
        "2026-11-21T09:50:26.123456",
        "21/11/2026",
        "21-11-26",
        "21. 11. 2026",
        "21/11/2026 9:50 PM",
        "21/11/2026 12:00:00 am",
        "21/11/2026, 09.50",
        "21-Nov-26",
        "21/Nov/2026",
        "21NOV2026",
        "Nov 21, 2026",
        "Nov. 21, 2026 at 9:50 p.m.",
        "21 November 2026",
        "21st of November, 2026",
        "November 21st, 2026",
        "2026 Nov 21",
        "21. Nov. 2026",
        "Sat, 21 Nov 2026",
        "Saturday 21 November 2026",
        "samedi 21 novembre 2026",
        "Sa., 21.11.2026",
        "21 de noviembre de 2026",
        "sábado, 21 de novembro de 2026",
        "46347",
        "46347.75",
        "46347,75",
        "'2026-11-21",
    ],
)
def test_what_has_one_meaning_is_read(text):
    assert day(text, "dmy") == NOVEMBER_21


@pytest.mark.parametrize(
    ("text", "order", "value"),
    [
        ("2/11/2026", "dmy", date(2026, 11, 2)),
        ("2/11/2026", "mdy", date(2026, 2, 11)),
        ("12/31/26", "mdy", date(2026, 12, 31)),
        ("2026-11-02", "mdy", date(2026, 11, 2)),
        ("01/02/99", "dmy", date(1999, 2, 1)),
        ("01/02/79", "dmy", date(2079, 2, 1)),
        ("Mar 3, 2026", "dmy", date(2026, 3, 3)),
        ("mar 3 nov 2026", "dmy", date(2026, 11, 3)),
        ("1er août 2026", "dmy", date(2026, 8, 1)),
        ("29 Feb 2028", "dmy", date(2028, 2, 29)),
    ],
)
def test_the_order_counts_for_figures_only(text, order, value):
    assert day(text, order) == value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tomorrow", "Write the day like"),
        ("1/2", "Write the day like"),
        ("Nov 2026", "Write the day like"),
        ("21 Nov", "Write the day like"),
        ("Jui 3, 2026", "Write the day like"),
        ("21/11-2026", "Write the day like"),
        ("1/2/202", "Write the day like"),
        ("1760000000", "seconds since 1970"),
        ("1760000000000", "seconds since 1970"),
        ("21126", "no number that spreadsheets have"),
        ("99999", "no number that spreadsheets have"),
        ("2026-02-30", "that the calendar has"),
        ("31/31/2026", "read as day, month, year"),
        ("12/31/2026", "read as day, month, year"),
        ("0001-01-01", "1900 to 2199"),
        ("2200-01-01", "1900 to 2199"),
        ("Sun, 21 Nov 2026", "weekday"),
        ("2026-11-21 paid", "no time of day"),
        ("2026-11-21 9", "no time of day"),
        ("2026-11-21 0950", "no time of day"),
        ("2026-11-21 25:00", "no time of day"),
        ("2026-11-21 13:00 PM", "no time of day"),
        ("2026-11-21 - 2026-12-21", "no time of day"),
        ("2026-11-21 09:50 QST", "time zone"),
        ("2026-11-21 09:50 IST", "time zone"),
        ("2026-11-21 09:50 +15:00", "14 hours"),
        ("2" * 101, "nothing else"),
    ],
)
def test_what_is_no_day_is_refused_by_its_fault(text, says):
    with pytest.raises(BadValue, match=says):
        day(text, "dmy")


@pytest.mark.parametrize(
    ("text", "to_zone", "value"),
    [
        ("2026-11-02T23:30:00Z", "Pacific/Auckland", date(2026, 11, 3)),
        ("2026-11-02T23:30:00Z", "UTC", date(2026, 11, 2)),
        ("2026-10-07 23:50:26 -0400", "Europe/London", date(2026, 10, 8)),
        ("2026-10-07 00:10:26 +01:00", "UTC", date(2026, 10, 6)),
        ("2026-10-07 00:10:26 \u221201:00", "UTC", date(2026, 10, 7)),
        ("Sep 4, 2026 11:05:07 PM PDT", "America/New_York", date(2026, 9, 5)),
        ("04/09/2026 23:05 UTC", "Europe/Paris", date(2026, 9, 5)),
        ("04/09/2026 00:05 BST", "Europe/London", date(2026, 9, 4)),
        ("1 Sep 2026 11:12:17 pm GMT-7", "Europe/London", date(2026, 9, 2)),
        ("01.09.2026 23:12:17 UTC", "Europe/Berlin", date(2026, 9, 2)),
        ("1 sept. 2026 03:11:08 UTC", "Europe/Paris", date(2026, 9, 1)),
        ("2026/09/01 0:15:04 JST", "UTC", date(2026, 8, 31)),
        ("2026-09-01 22:00:00 Pacific Time (US & Canada)", "UTC", date(2026, 9, 2)),
        ("2026-09-01 22:00:00 (GMT-05:00) Bogota", "UTC", date(2026, 9, 2)),
        ("04/09/2026 23:05 (Europe/Paris)", "Asia/Tokyo", date(2026, 9, 5)),
    ],
)
def test_a_stamp_with_a_zone_becomes_a_day_of_the_organisation(text, to_zone, value):
    assert day(text, "dmy", "Pacific/Kiritimati", to_zone) == value


@pytest.mark.parametrize(
    ("text", "zone", "value"),
    [
        ("2026-11-02 23:30", "", date(2026, 11, 2)),
        ("2026-11-02 23:30", "UTC", date(2026, 11, 3)),
        ("2026-11-02 23:30", "+13:00", date(2026, 11, 2)),
        ("2026-11-02 00:30", "+14:00", date(2026, 11, 1)),
        ("2026-11-02", "UTC", date(2026, 11, 2)),
        ("46347.9", "UTC", date(2026, 11, 22)),
        ("46347.0", "Pacific/Kiritimati", date(2026, 11, 21)),
    ],
)
def test_a_time_without_a_zone_is_taken_in_the_zone_of_the_file(text, zone, value):
    assert day(text, "dmy", zone, "Pacific/Auckland") == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("Samoa", "Pacific/Apia"),
        ("UTC", "UTC"),
        ("Z", "UTC"),
        ("+0530", "+05:30"),
        ("UTC+1", "+01:00"),
        ("ACST", "+09:30"),
        ("PST", "-08:00"),
    ],
)
def test_zones_are_found_by_the_names_that_files_give_them(text, name):
    assert zone_named(text) == name


@pytest.mark.parametrize(
    ("text", "to_zone"),
    [
        ("Mars/Olympus", "UTC"),
        ("", "UTC"),
        ("Pacific", "UTC"),
        ("IST", "UTC"),
        ("BST", "Asia/Dhaka"),
        ("CST", "Asia/Shanghai"),
        ("EST", "Australia/Sydney"),
        ("../etc/passwd", "UTC"),
    ],
)
def test_a_zone_of_several_meanings_is_refused(text, to_zone):
    with pytest.raises(BadValue, match="time zone"):
        zone_named(text, to_zone)


def test_each_name_of_a_month_or_weekday_means_one():
    for table in (day_words._MONTHS, day_words._WEEKDAYS):
        names = [name for row in table for name in row.split()]
        assert len(names) == len(set(names))
        assert all(name == day_words.folded(name) for name in names)


days = st.dates(date(1980, 1, 1), date(2079, 12, 31))
WRITTEN = [
    "{:%Y-%m-%d}",
    "{:%Y%m%d}",
    "{:%d-%b-%y}",
    "{:%b %d, %Y}",
    "{:%A %d %B %Y}",
    "{:%a, %d %b %Y 23:59:59}",
    "{:%d %B %Y}",
    "{:%Y-%m-%dT23:59:59}",
]


@given(value=days, style=st.sampled_from(WRITTEN), order=st.sampled_from(["dmy", "mdy"]))
def test_a_day_in_words_or_iso_reads_back_whatever_the_order(value, style, order):
    assert day(style.format(value), order) == value


@given(
    stamp=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    to_zone=st.sampled_from(["Pacific/Auckland", "America/New_York", "UTC", "Asia/Kolkata"]),
    offset=st.integers(-14 * 4, 14 * 4).map(lambda quarters: timedelta(minutes=15 * quarters)),
)
def test_a_stamp_becomes_the_day_that_the_zone_database_says(stamp, to_zone, offset):
    sign, minutes = ("-" if offset < timedelta() else "+"), abs(offset).total_seconds() // 60
    written = f"{stamp + offset:%Y-%m-%d %H:%M:%S} {sign}{minutes // 60:02.0f}{minutes % 60:02.0f}"

    assert day(written, "dmy", "", to_zone) == stamp.astimezone(ZoneInfo(to_zone)).date()


@given(text=st.text("0123456789/-. :TZNovpm,", max_size=20))
def test_no_text_ends_in_anything_but_a_day_or_a_refusal(text):
    try:
        day(text, "dmy")
    except BadValue as refused:
        assert str(refused).endswith(".")  # noqa: PT017
