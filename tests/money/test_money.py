from decimal import Decimal, getcontext, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.money import (
    Money,
    document_totals,
    line_amount,
    line_tax,
    minor_units,
    round_money,
    round_quantity,
    round_unit_price,
)

CENT = Decimal("0.01")
amounts = st.decimals(min_value=-(10**10), max_value=10**10, places=2)
prices = st.decimals(min_value=-(10**8), max_value=10**8, places=4)
rates = st.decimals(min_value=0, max_value=100, places=4)
currencies = st.sampled_from(["GBP", "NZD", "JPY", "KWD"])


@pytest.mark.parametrize(
    ("currency", "amount", "rounded"),
    [
        ("NZD", "2.165", "2.17"),
        ("NZD", "2.164", "2.16"),
        ("NZD", "-2.165", "-2.17"),
        ("JPY", "0.5", "1"),
        ("JPY", "1234.4999", "1234"),
        ("KWD", "1.0005", "1.001"),
        ("GBP", "7", "7.00"),
    ],
)
def test_money_is_rounded_half_up_to_what_its_currency_can_be_paid_in(currency, amount, rounded):
    assert str(round_money(Decimal(amount), currency)) == rounded


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6), currencies)
def test_rounding_twice_changes_nothing_and_moves_by_at_most_half_a_unit(amount, currency):
    rounded = round_money(amount, currency)

    assert round_money(rounded, currency) == rounded
    assert abs(rounded - amount) * 2 <= Decimal(1).scaleb(-minor_units(currency))
    assert round_money(-amount, currency) == -rounded


@pytest.mark.parametrize("currency", ["", "nzd", "NZ", "NZD1", "N D", "ÑZD", "IF "])
def test_what_is_no_currency_code_is_refused(currency):
    with pytest.raises(ValueError, match="not a currency code"):
        minor_units(currency)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(ValueError, match="not an amount"):
        round_money(Decimal(amount), "NZD")


def test_a_float_is_refused():
    with pytest.raises(TypeError, match="not float"):
        Money(1.1, "NZD")


def test_money_adds_and_subtracts_within_one_currency():
    price, postage = Money(Decimal("10.005"), "NZD"), Money(Decimal("4.50"), "NZD")

    assert price + postage == Money(Decimal("14.51"), "NZD")
    assert price - postage == Money(Decimal("5.51"), "NZD")
    assert -price == Money(Decimal("-10.01"), "NZD")
    assert str(Money(Decimal("1234567.5"), "NZD")) == "1,234,567.50 NZD"


def test_money_of_two_currencies_is_never_added():
    with pytest.raises(ValueError, match="USD and NZD"):
        Money(Decimal(1), "NZD") + Money(Decimal(1), "USD")


@pytest.mark.parametrize(
    ("quantity", "unit_price", "discount_percent", "amount"),
    [
        ("3", "1.6667", None, "5.00"),
        ("1", "0.001", None, "0.00"),
        ("5", "0.001", None, "0.01"),
        ("2", "10.00", "12.5", "17.50"),
        ("1", "0.01", "50", "0.01"),
        ("1", "99.99", "100", "0.00"),
        ("-2", "4.125", None, "-8.25"),
        ("1", "1.00005", None, "1.00"),
        ("10000", "1.00005", None, "10001.00"),
    ],
)
def test_a_lines_amount_is_what_xero_makes_of_it(quantity, unit_price, discount_percent, amount):
    discount = Decimal(discount_percent) if discount_percent else None

    assert str(line_amount(Decimal(quantity), Decimal(unit_price), discount)) == amount


@given(prices, prices)
def test_a_lines_amount_is_within_half_a_cent_of_the_exact_product(quantity, unit_price):
    amount = line_amount(quantity, unit_price)

    with localcontext(prec=60):
        exact = round_quantity(quantity) * round_unit_price(unit_price)
        assert abs(amount - exact) <= CENT / 2


def test_a_callers_coarse_decimal_context_changes_nothing():
    with localcontext(prec=3):
        assert line_amount(Decimal(3), Decimal("33333.33")) == Decimal("99999.99")
        assert line_tax(Decimal("99999.99"), Decimal(15), "exclusive") == Decimal("15000.00")
        lines = [(Decimal("99999.99"), Decimal("15000.00"))]
        assert document_totals(lines, "exclusive").total == Decimal("114999.99")
    assert getcontext().prec == 28


@pytest.mark.parametrize("discount_percent", ["-1", "100.01"])
def test_a_discount_beyond_the_price_is_refused(discount_percent):
    with pytest.raises(ValueError, match="between 0 and 100"):
        line_amount(Decimal(1), Decimal(1), Decimal(discount_percent))


def taxed(lines, basis):
    """Return the lines, each (amount, rate in percent), with the tax on them."""
    return [(amount, line_tax(amount, rate, basis)) for amount, rate in lines]


def test_tax_is_rounded_on_each_line_and_then_added_up():
    lines = [(Decimal(amount), Decimal(15)) for amount in ("25.06", "25.61", "25.63")]

    totals = document_totals(taxed(lines, "exclusive"), "exclusive")

    assert totals == (Decimal("76.30"), Decimal("11.44"), Decimal("87.74"))


def test_tax_inside_the_amounts_is_taken_out_as_xero_does():
    lines = [(Decimal("541.25"), Decimal(15)), (Decimal("500.00"), Decimal(15))]

    totals = document_totals(taxed(lines, "inclusive"), "inclusive")

    assert totals == (Decimal("905.43"), Decimal("135.82"), Decimal("1041.25"))


def test_without_tax_the_total_is_the_sum():
    totals = document_totals(taxed([(Decimal("10.00"), Decimal(15))], "none"), "none")

    assert totals == (Decimal("10.00"), Decimal("0.00"), Decimal("10.00"))


def test_a_document_without_lines_is_worth_nothing():
    assert document_totals([], "exclusive") == (Decimal(0), Decimal(0), Decimal(0))


def test_a_negative_tax_rate_is_refused():
    with pytest.raises(ValueError, match="below 0"):
        line_tax(Decimal(1), Decimal(-1), "exclusive")


@given(
    st.lists(st.tuples(amounts, rates), max_size=30),
    st.sampled_from(["exclusive", "inclusive", "none"]),
)
def test_subtotal_and_tax_always_make_the_total(lines, basis):
    totals = document_totals(taxed(lines, basis), basis)

    assert totals.subtotal + totals.tax == totals.total
    assert all(amount == amount.quantize(CENT) for amount in totals)
    gross = totals.total if basis == "inclusive" else totals.subtotal
    assert gross == sum((amount for amount, _ in lines), Decimal(0))


@given(st.decimals(min_value=0, max_value=10**8, places=2), rates)
def test_tax_added_and_tax_taken_out_differ_by_at_most_a_cent(amount, rate):
    added = line_tax(amount, rate, "exclusive")

    taken_out = line_tax(amount + added, rate, "inclusive")

    assert abs(added - taken_out) <= CENT
