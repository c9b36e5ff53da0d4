"""Numbers as reports, shops and ledgers write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.books.checking import LIMIT
from tallystick.importing.meaning.values import BadValue, number, truth


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"),
        (" -2.55 ", "-2.55"),
        ("+5", "5"),
        (".001", "0.001"),
        ("5.", "5"),
        ("-0.00", "0"),
        ("1.2345678901", "1.2345678901"),
        ("9999999999999." + "9" * 60, "9999999999999." + "9" * 60),
        # Signs of currencies, in front and behind.
        ("£5", "5"),
        ("5 €", "5"),
        ("US$5.00", "5"),
        ("$5.00 USD", "5"),
        ("GBP 5.00", "5"),
        ("R 1 234.50", "1234.5"),
        ("Rs.5", "5"),
        ("kr 5", "5"),
        ("5 kr.", "5"),
        # Minus in every place, and every character that is one.
        ("(5.00)", "-5"),
        ("(£5.00)", "-5"),
        ("£(5.00)", "-5"),
        ("-£5", "-5"),
        ("£-5", "-5"),
        ("5.00-", "-5"),
        ("5.00 -", "-5"),
        ("'-5.00", "-5"),
        ("\u2212 5", "-5"),
        ("\u2013£5", "-5"),
        # Thousands.
        ("1,234,567.5", "1234567.5"),
        ("1 234.50", "1234.5"),
        ("1\u00a0234.50", "1234.5"),
        ("1\u202f234.50", "1234.5"),
        ("1\u2009234.50", "1234.5"),
        ("1'234.50", "1234.5"),
        ("1\u2019234.50", "1234.5"),
        ("1,23,45,678.00", "12345678"),
        # Powers of ten, and figures in another width.
        ("1.5e2", "150"),
        ("1.5E+02", "150"),
        ("1E-3", "0.001"),
        ("\uff15\uff0e\uff15", "5.5"),
    ],
)
def test_what_has_one_meaning_is_read(text, value):
    assert number(text, ".") == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"),
        ("2,5", "2.5"),
        ("1.234", "1234"),
        ("12 345,60 €", "12345.6"),
        ("-1,5E+02", "-150"),
        ("EUR 1'000,00", "1000"),
    ],
)
def test_a_decimal_comma_turns_the_marks_round(text, value):
    assert number(text, ",") == Decimal(value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "figures 0 to 9"),
        ("abc", "figures 0 to 9"),
        ("-", "figures 0 to 9"),
        ("NaN", "figures 0 to 9"),
        ("\u0663", "figures 0 to 9"),
        ("1_000", "no words or unit"),
        ("5 kg", "no words or unit"),
        ("10-20", "no words or unit"),
        ("5.00 \u2013", "no words or unit"),
        ("1e999", "no words or unit"),
        ("5%", "percent"),
        ("5.00 CR", "whose account"),
        ("5.00DR", "whose account"),
        ("1,5", "as the decimal mark"),
        ("1,2,3", "as the decimal mark"),
        ("12,34.5", "as the decimal mark"),
        ("1.2.3", "as the decimal mark"),
        ("1,234 567", "as the decimal mark"),
        ("1,234.567,8", "as the decimal mark"),
        ("1 23", "as the decimal mark"),
        ("1,234,56", "as the decimal mark"),
        ("0,500", "as the decimal mark"),
        ("1,234e2", "as the decimal mark"),
        ("--5", "several signs"),
        ("-5-", "several signs"),
        ("(\u22125)", "several signs"),
        ("-(5)", "several signs"),
        ("(5", "both brackets"),
        ("5)", "both brackets"),
        (")5(", "both brackets"),
        ("5.-", "minus in front"),
        ("£5 EUR", "one currency"),
        ("9" * 14, "below"),
        ("1e13", "below"),
        ("1" * 101, "at most 100"),
    ],
)
def test_what_could_be_read_twice_or_not_at_all_is_refused_by_its_fault(text, says):
    with pytest.raises(BadValue, match=says) as refused:
        number(text, ".")

    assert str(refused.value).startswith("Write ")


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("$5", "NZD"),
        ("A$5", "AUD"),
        ("5 kr", "DKK"),
        ("¥5", "CNY"),
        ("¥5", "JPY"),
        ("$5 USD", "USD"),
        ("5", "XAF"),
        ("XAF 5", "XAF"),
    ],
)
def test_a_sign_of_the_currency_is_read(text, currency):
    assert number(text, ".", currency) == 5


@pytest.mark.parametrize(
    ("text", "currency"),
    [("£5", "EUR"), ("$5", "GBP"), ("US$5", "NZD"), ("EUR 5", "GBP"), ("5 kr", "EUR")],
)
def test_a_sign_of_another_currency_is_refused_naming_both(text, currency):
    sign = text.replace("5", "").strip()

    with pytest.raises(BadValue) as refused:
        number(text, ".", currency)

    assert sign in str(refused.value)
    assert currency in str(refused.value)


amounts = st.decimals(
    min_value=-LIMIT + 1, max_value=LIMIT - 1, allow_nan=False, allow_infinity=False, places=None
).filter(lambda value: -40 < value.as_tuple().exponent <= 0)
marks = st.sampled_from([(".", ","), (".", " "), (".", "'"), (".", "\u202f"), (".", "")]) | (
    st.sampled_from([(",", "."), (",", "\u00a0"), (",", "\u2019"), (",", "")])
)
styles = st.sampled_from(
    [
        ("{}", "-{}"),
        ("£{}", "-£{}"),
        ("{} €", "({} €)"),
        ("GBP {}", "GBP ({})"),
        ("+{}", "{}-"),
        ("US${}", "\u2212US${}"),
        (" {} ", "- {}"),
        ("kr {}", "(kr {})"),
    ]
)


@given(value=amounts, mark=marks, style=styles)
def test_a_number_written_in_any_style_reads_back_exactly(value, mark, style):
    decimal_mark, thousands = mark
    written = f"{value.copy_abs():,f}".replace(",", "T").replace(".", decimal_mark)
    text = style[value < 0].format(written.replace("T", thousands))

    assert number(text, decimal_mark) == value


@given(text=st.text("0123456789.,' -+()e£$", max_size=12), mark=st.sampled_from(".,"))
def test_whatever_is_read_keeps_its_figures(text, mark):
    try:
        value = number(text, mark)
    except BadValue:
        return
    if "e" in text:
        return
    written = [char for char in text if char.isdigit()]
    read = [char for char in f"{value:f}" if char.isdigit()]
    assert "".join(written).lstrip("0") == "".join(read).lstrip("0")


def test_a_refusal_is_the_same_the_second_time():
    for _ in range(2):
        with pytest.raises(BadValue):
            number("1,2,3", ".")


def test_yes_and_no_are_read():
    assert [truth(text) for text in ["Yes", " true ", "1", "n", "FALSE"]] == [True] * 3 + [
        False
    ] * 2
    with pytest.raises(BadValue, match="yes or no"):
        truth("perhaps")
