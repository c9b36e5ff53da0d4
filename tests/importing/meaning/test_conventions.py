"""How days and numbers are written is decided for the file, or asked."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.importing.meaning.conventions import (
    DayEvidence,
    NumberEvidence,
    country_of_zone,
    zone_in_header,
)
from tallystick.importing.meaning.values import day, number


def days(*texts):
    evidence = DayEvidence()
    for line, text in enumerate(texts, 2):
        if isinstance(text, tuple):
            evidence.pair(*text, line)
        else:
            evidence.add(text, line)
    return evidence


def numbers(**columns):
    evidence = NumberEvidence()
    for column, texts in columns.items():
        for line, text in enumerate(texts, 2):
            evidence.add(text, line, column)
    return evidence


@pytest.mark.parametrize(
    ("texts", "country", "order"),
    [
        # The file's own texts, where the country agrees or is unknown.
        (["03/04/2026", "12/31/2026"], "US", "mdy"),
        (["03/04/2026", "12/31/2026"], "", "mdy"),
        (["03/04/2026", "12/31/2026"], "CA", "mdy"),
        (["03/04/2026", "31/12/2026"], "GB", "dmy"),
        (["03/04/2026", "31/12/2026 10:00"], "", "dmy"),
        (["03.04.2026", "Fr 03.04.2026"], "", "dmy"),
        # Nobody has another reading to offer.
        (["12/31/2026"], "GB", "mdy"),
        (["05/05/2026", "12/31/2026"], "GB", "mdy"),
        # The country alone.
        (["03/04/2026"], "US", "mdy"),
        (["03/04/2026"], "PR", "mdy"),
        (["03/04/2026"], "GB", "dmy"),
        (["03/04/2026"], "NZ", "dmy"),
        (["03/04/2026"], "ZA", "dmy"),
        # Due dates, alone from three on.
        ([("03/04/2026", "04/03/2026")], "US", "mdy"),
        ([(f"03/0{n}/2026", f"0{n}/01/2026") for n in (5, 6, 7)], "", "mdy"),
        ([("03/04/2026", "04/03/2026"), "12/31/2026"], "", "mdy"),
    ],
)
def test_the_order_is_decided_where_all_that_speaks_says_the_same(texts, country, order):
    decision = days(*texts).decide(country)

    assert decision.value == order
    assert decision.reason.endswith(".")
    assert decision.samples == ()


@pytest.mark.parametrize(
    ("texts", "country"),
    [
        (["03/04/2026"], ""),
        (["03/04/2026"], "CA"),
        (["03/04/2026"], "PH"),
        (["03/04/2026"], "JP"),
        (["03/04/2026", "12/31/2026"], "GB"),
        (["03/04/2026", "31/12/2026"], "US"),
        (["31/12/2026", "12/31/2026"], "GB"),
        ([("03/04/2026", "04/03/2026")], "GB"),
        ([("03/04/2026", "04/03/2026")], ""),
        ([("03/04/2026", "04/03/2026"), "31/12/2026"], "GB"),
        ([("03/04/2026", "04/03/2026"), ("04/03/2026", "03/04/2026")], "US"),
    ],
)
def test_the_order_is_asked_where_something_contradicts_or_nothing_speaks(texts, country):
    decision = days(*texts).decide(country)

    assert decision.value is None
    assert 1 <= len(decision.samples) <= 3
    assert all(set(sample.readings) == {"dmy", "mdy"} for sample in decision.samples)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["2026-03-04", "21 Nov 2026", "Mar 4, 2026", "46347", "20261121"],
        ["05/05/2026"],
        ["tomorrow", "99/99/2026", ""],
        [("2026-12-01", "2026-11-01")],
    ],
)
@pytest.mark.parametrize("country", ["US", "GB", ""])
def test_a_file_in_which_nothing_hangs_on_the_order_is_not_asked_about(texts, country):
    decision = days(*texts).decide(country)

    assert (decision.value is not None, decision.reason, decision.samples) == (True, "", ())


@pytest.mark.parametrize("country", ["US", "GB", ""])
@pytest.mark.parametrize("text", ["12/31/2026", "31/12/2026", "31/12/26 10:00"])
def test_dates_beside_texts_that_a_spreadsheet_could_not_read_are_asked_about(text, country):
    decision = days("2026-04-03", "2026-12-01 08:00:00", text).decide(country)

    assert decision.value is None
    assert "with day and month swapped" in decision.reason
    assert "dates such as 2026-04-03" in decision.reason
    assert [sample.text for sample in decision.samples] == [text.partition(" ")[0]]


@pytest.mark.parametrize(
    "texts",
    [
        ["2026-04-03", "2026-04-13", "31/12/2026"],
        ["2026-04-03", "31/12/2026", "01/12/2026"],
        ["2026-04-03", "31 Dec 2026"],
        ["2026-04-03", "99/99/2026"],
    ],
)
def test_days_in_two_notations_that_no_spreadsheet_has_swapped_are_read(texts):
    assert days(*texts).decide("GB").value == "dmy"


def test_two_columns_may_have_two_notations():
    evidence = DayEvidence()
    evidence.add("2026-04-03", 2, "issued_on")
    evidence.add("31/12/2026", 2, "due_on")

    assert evidence.decide("GB").value == "dmy"


TODAY = date(2026, 11, 30)


@pytest.mark.parametrize("country", ["SE", "GB", "JP", ""])
@pytest.mark.parametrize("texts", [["26-11-21"], ["26/11/02", "26/11/22"], ["25.12.31", "26.1.05"]])
def test_a_year_of_two_digits_that_may_stand_in_front_is_asked_about(texts, country):
    decision = days(*texts).decide(country, TODAY)

    assert decision.value is None
    assert decision.reason.startswith(f"{texts[0]} in line 2 may have its year in front.")
    assert [sample.text for sample in decision.samples] == texts


@pytest.mark.parametrize(
    "texts",
    [
        # Of our time at the end, too old in front, no day in front, not of two digits.
        ["21/11/26"],
        ["26/11/26"],
        ["26/11/21", "14/11/21"],
        ["26/11/21", "05/11/26"],
        ["26/11/32"],
        ["26/11/2021"],
        ["26-11-21", "31-12-99"],
    ],
)
def test_a_year_of_two_digits_stands_at_the_end_where_one_of_the_file_only_can(texts):
    assert days(*texts).decide("GB", TODAY).value == "dmy"


def test_a_file_of_us_days_for_books_in_the_us_is_read_month_first():
    evidence = days(("03/04/2026", "04/03/2026"), ("12/31/2026", "01/30/2027"))

    assert evidence.decide("US").value == "mdy"
    assert evidence.decide("US").reason == "12/31/2026 in line 3 only makes sense month first."


def test_the_same_file_for_books_in_the_uk_is_asked_about_with_its_own_rows_both_ways():
    decision = days(("03/04/2026", "04/03/2026"), ("12/31/2026", "01/30/2027")).decide("GB")

    assert decision.reason == (
        "12/31/2026 in line 3 only makes sense month first. "
        "Days in the organisation's country (GB) are written day first."
    )
    assert [(sample.line, sample.text) for sample in decision.samples] == [
        (3, "12/31/2026"),
        (2, "03/04/2026, due 04/03/2026"),
        (2, "03/04/2026"),
    ]
    assert decision.samples[0].readings == {"dmy": "no day", "mdy": "31 December 2026"}
    assert decision.samples[2].readings == {"dmy": "3 April 2026", "mdy": "4 March 2026"}


def test_a_due_date_that_a_zone_has_shifted_behind_its_date_is_no_evidence():
    pairs = [(f"2026-0{n}-06T23:50-05:00", f"06/0{n}/2026") for n in (3, 4, 5)]

    assert days(*pairs).decide("GB").value == "dmy"


@pytest.mark.parametrize(
    ("texts", "stamps"),
    [
        (["2026-11-21 09:50"], True),
        (["21/11/2026 9:50 PM"], True),
        (["46347.0", "46347.5"], True),
        (["2026-11-21 25:00", "2026-11-21 23:00"], True),
        (["2026-11-21", "2026-11-21 00:00:00", "46347", "46347.0"], False),
        (["2026-11-21T09:50:26Z", "2026-11-21 09:50 +0100", "Nov 21, 2026 9:50 PM PST"], False),
        (["tomorrow", "2026-11-21 soon"], False),
    ],
)
def test_times_without_a_zone_are_noticed(texts, stamps):
    assert days(*texts).stamps is stamps


@pytest.mark.parametrize(
    ("columns", "country", "mark"),
    [
        ({"price": ["10,50", "1.234"]}, "DE", ","),
        ({"price": ["10,50", "1.234"]}, "", ","),
        ({"price": ["1.234,50"]}, "", ","),
        ({"price": ["1,234.50"]}, "", "."),
        ({"price": ["0,50"]}, "GB", ","),
        ({"price": ["0,500", "1,500"]}, "", ","),
        ({"price": ["1,5e13", "1,5e11"]}, "", ","),
        ({"price": ["1.234.567", "1.234"]}, "", ","),
        ({"price": ["1,23,456", "1,234"]}, "", "."),
        ({"price": ["£1,234", "£5"]}, "GB", "."),
        ({"price": ["1.234 €", "5 €"]}, "DE", ","),
        ({"price": ["1,234"], "quantity": ["2.5"]}, "GB", "."),
    ],
)
def test_the_decimal_mark_is_decided_where_all_that_speaks_says_the_same(columns, country, mark):
    decision = numbers(**columns).decide(country)

    assert decision.value == mark
    assert decision.reason.endswith(".")


@pytest.mark.parametrize(
    ("columns", "country"),
    [
        ({"price": ["1,234", "5"]}, ""),
        ({"price": ["1,234", "5"]}, "CH"),
        ({"price": ["10,50", "1.234"]}, "GB"),
        ({"price": ["10.50", "1,234"]}, "DE"),
        ({"price": ["10.50"], "quantity": ["2,5"]}, "GB"),
    ],
)
def test_the_decimal_mark_is_asked_where_something_contradicts_or_nothing_speaks(columns, country):
    decision = numbers(**columns).decide(country)

    assert decision.value is None
    assert 1 <= len(decision.samples) <= 3


@pytest.mark.parametrize("texts", [[], ["5", "1 234", "-3", "£7", "1e3"], ["n/a", "5 kg"]])
@pytest.mark.parametrize("country", ["DE", "GB", ""])
def test_a_file_without_marks_is_not_asked_about(texts, country):
    decision = numbers(price=texts).decide(country)

    assert (decision.value is not None, decision.reason, decision.samples) == (True, "", ())


@pytest.mark.parametrize("country", ["GB", "DE", ""])
@pytest.mark.parametrize("texts", [["1,000", "2,000", "12,000"], ["1.000", "0"], ["1,000"]])
def test_a_column_that_may_be_a_thousand_times_too_large_is_asked_about(texts, country):
    decision = numbers(Quantity=texts, price=["5"]).decide(country)

    assert decision.value is None
    assert f"Every number in Quantity is written like {texts[0]} in line 2" in decision.reason
    assert set(decision.samples[0].readings.values()) == {"1000", "1.000"}


def test_a_column_of_thousands_is_told_where_the_rest_of_the_file_decides():
    decision = numbers(Quantity=["1,000"], price=["10.50"]).decide("GB")

    assert decision.value == "."
    assert decision.reason == (
        "10.50 in line 2 only makes sense with a decimal point. "
        "So every number in Quantity is a thousand or more, such as 1,000 in line 2."
    )


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/London", "GB"),
        ("America/New_York", "US"),
        ("US/Eastern", "US"),
        ("Pacific/Auckland", "NZ"),
        ("Asia/Calcutta", "IN"),
        ("UTC", ""),
        ("Etc/GMT+5", ""),
        ("Mars/Olympus", ""),
        ("", ""),
    ],
)
def test_a_zone_tells_the_country(zone, country):
    assert country_of_zone(zone) == country


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Date (UTC)", "UTC"),
        ("created_utc", "UTC"),
        ("available_on_utc", "UTC"),
        ("createdAtUTC", "UTC"),
        ("Time GMT", "UTC"),
        ("Time (GMT+1)", "+01:00"),
        ("paid (-05:00)", "-05:00"),
        ("Paid (Europe/Paris)", "Europe/Paris"),
        ("Date", ""),
        ("Outcutc", ""),
        ("Date (EST)", ""),
        ("Net/Gross (Debit/Credit)", ""),
    ],
)
def test_a_header_may_name_the_zone_of_its_times(name, zone):
    assert zone_in_header(name) == zone


FORMATS = {"dmy": "{:%d/%m/%Y}", "mdy": "{:%m/%d/%Y}"}
orders = st.sampled_from(list(FORMATS))
written_days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
agreeing = {"dmy": ["", "GB", "CA"], "mdy": ["", "US", "CA"]}


@given(order=orders, found=st.lists(written_days, max_size=20), late=written_days, data=st.data())
def test_a_file_with_one_day_after_the_twelfth_is_decided_right(order, found, late, data):
    texts = [FORMATS[order].format(item) for item in [*found, late.replace(day=28)]]
    country = data.draw(st.sampled_from(agreeing[order]))

    assert days(*texts).decide(country).value == order


@given(
    order=orders,
    found=st.lists(st.tuples(written_days, st.integers(0, 90)), min_size=1, max_size=20),
    data=st.data(),
)
def test_the_order_is_never_decided_wrongly(order, found, data):
    pairs = [(first, first + timedelta(days=later)) for first, later in found]
    texts = [tuple(FORMATS[order].format(item) for item in pair) for pair in pairs]
    country = data.draw(st.sampled_from(agreeing[order]))

    value = days(*texts).decide(country).value

    if value is not None:
        read = [tuple(day(text, value) for text in pair) for pair in texts]
        assert read == pairs


@given(
    mark=st.sampled_from(".,"),
    amounts=st.lists(st.decimals(0, 10**7, places=3), min_size=1, max_size=10),
    places=st.integers(0, 3),
    grouped=st.booleans(),
    data=st.data(),
)
def test_the_decimal_mark_is_never_decided_wrongly(mark, amounts, places, grouped, data):
    amounts = [round(amount, places) for amount in amounts]
    turned = str.maketrans(",.", ".,") if mark == "," else {}
    texts = [f"{amount:{',' if grouped else ''}f}".translate(turned) for amount in amounts]
    country = data.draw(st.sampled_from({".": ["", "GB", "CH"], ",": ["", "DE", "CH"]}[mark]))

    value = numbers(price=texts).decide(country).value

    if value is not None:
        assert [number(text, value) for text in texts] == amounts
