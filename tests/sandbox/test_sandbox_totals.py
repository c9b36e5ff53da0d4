from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from books_client import connect, draft, line
from hypothesis import given
from hypothesis import strategies as st

from xero_sandbox.accounting.totals import document_totals, line_amount, line_tax
from xero_sandbox.organisations.demo import organisation_id


def amounts(invoice):
    return tuple(Decimal(str(invoice[name])) for name in ("SubTotal", "TotalTax", "Total"))


def test_tax_is_rounded_line_by_line_as_in_xeros_own_example(http):
    new_zealand = connect(http, organisation_id("NZ"))
    lines = [line(UnitAmount=amount) for amount in (25.06, 25.61, 25.63)]

    [invoice] = new_zealand.create(draft(LineItems=lines))

    assert [item["TaxAmount"] for item in invoice["LineItems"]] == [3.76, 3.84, 3.84]
    assert invoice["TotalTax"] == 11.44


def test_inclusive_tax_is_taken_out_of_the_amount_as_recorded(http):
    new_zealand = connect(http, organisation_id("NZ"))
    lines = [line(UnitAmount=541.25), line(UnitAmount=500)]

    [invoice] = new_zealand.create(draft(LineItems=lines, LineAmountTypes="Inclusive"))

    assert [item["TaxAmount"] for item in invoice["LineItems"]] == [70.60, 65.22]
    assert amounts(invoice) == (Decimal("905.43"), Decimal("135.82"), Decimal("1041.25"))


def test_without_tax_every_line_is_none(books):
    [invoice] = books.create(draft(LineAmountTypes="NoTax"))

    assert invoice["LineItems"][0]["TaxType"] == "NONE"
    assert amounts(invoice) == (10, 0, 10)


@pytest.mark.parametrize(
    ("query", "unit", "total"), [("", 1.24, "2.48"), ("?unitdp=4", 1.2355, "2.47")]
)
def test_unit_prices_have_two_places_unless_four_are_asked_for(books, query, unit, total):
    lines = [line(Quantity=2, UnitAmount=1.2355, TaxType="ZERORATEDOUTPUT")]

    [invoice] = books.put(f"Invoices{query}", draft(LineItems=lines)).json()["Invoices"]

    assert invoice["LineItems"][0]["UnitAmount"] == unit
    assert amounts(invoice)[2] == Decimal(total)


def test_a_read_without_unitdp_shows_two_places_and_keeps_the_totals(books):
    lines = [line(Quantity=2, UnitAmount=1.2355)]
    [made] = books.put("Invoices?unitdp=4", draft("U-1", LineItems=lines)).json()["Invoices"]

    reads = {
        path: books.get(path).json()["Invoices"][0]
        for path in ("Invoices/U-1", "Invoices/U-1?unitdp=4", "Invoices?page=1")
    }

    shown = {path: one["LineItems"][0]["UnitAmount"] for path, one in reads.items()}
    assert shown == {"Invoices/U-1": 1.24, "Invoices/U-1?unitdp=4": 1.2355, "Invoices?page=1": 1.24}
    assert {one["Total"] for one in reads.values()} == {made["Total"]}


def test_discounts_come_off_the_line(books):
    lines = [line(Quantity=3, UnitAmount=10, DiscountRate=15), line(DiscountAmount=2.5)]

    [invoice] = books.create(draft(LineItems=lines))

    assert [item["LineAmount"] for item in invoice["LineItems"]] == [25.5, 7.5]
    assert invoice["TotalDiscount"] == 7
    assert invoice["IsDiscounted"] is True


def test_a_tax_amount_that_is_sent_stands_until_the_line_changes(books):
    lines = [line(UnitAmount=1, TaxAmount=amount) for amount in (0.04, 0.03, 0.03)]
    [invoice] = books.create(draft("T-1", LineItems=lines))
    first, *others = ({"LineItemID": item["LineItemID"]} for item in invoice["LineItems"])

    sent = {"InvoiceID": invoice["InvoiceID"], "LineItems": [first | {"Quantity": 2}, *others]}
    [changed] = books.post("Invoices", sent).json()["Invoices"]

    assert invoice["TotalTax"] == 0.1
    assert [item["TaxAmount"] for item in changed["LineItems"]] == [0.4, 0.03, 0.03]


@pytest.mark.parametrize(
    "sent",
    [[(100, 100), (-99.99, -99.99)], [(5, 1)]],
    ids=["as large as its amount", "off the rate"],
)
def test_an_approved_document_keeps_the_tax_amounts_that_were_sent(books, sent):
    lines = [line(UnitAmount=amount, TaxAmount=tax) for amount, tax in sent]

    [invoice] = books.create(
        draft("T-2", Status="AUTHORISED", DueDate="2026-12-31", LineItems=lines)
    )

    assert [item["TaxAmount"] for item in invoice["LineItems"]] == [tax for _, tax in sent]
    assert amounts(invoice)[1] == sum(Decimal(str(tax)) for _, tax in sent)


def test_quantity_or_price_is_derived_from_the_line_amount(books):
    bare = line(LineAmount=30)
    lines = [
        {key: value for key, value in bare.items() if key != "UnitAmount"} | {"Quantity": 4},
        {key: value for key, value in bare.items() if key != "Quantity"},
    ]

    [invoice] = books.create(draft(LineItems=lines))

    found = [(item["Quantity"], item["UnitAmount"]) for item in invoice["LineItems"]]
    assert found == [(4, 7.5), (3, 10)]


def test_absurd_amounts_are_a_validation_error(books):
    lines = [line(Quantity=999_999_999_999, UnitAmount=999_999_999_999)]

    messages = books.errors("PUT", "Invoices", draft(LineItems=lines))

    assert messages == ["The line total must not exceed 9999999999.99."]


def half_up(exact: Fraction) -> Decimal:
    """To the cent by whole numbers only: another way than the code under test."""
    cents = abs(exact) * 100
    whole = cents.numerator // cents.denominator
    whole += 1 if (cents - whole) * 2 >= 1 else 0
    return Decimal(whole if exact >= 0 else -whole) / 100


numbers = st.decimals(-10_000, 10_000, places=4)
prices = st.decimals(-10_000, 10_000, places=2)
rates = st.sampled_from([Decimal(rate) for rate in ("0", "5", "8.25", "10", "12.5", "15", "20")])


@given(
    st.lists(st.tuples(numbers, prices, rates), min_size=1, max_size=8),
    st.sampled_from(["Exclusive", "Inclusive", "NoTax"]),
)
def test_totals_agree_with_exact_fractions(items, kind):
    lines = [(line_amount(quantity, price), rate) for quantity, price, rate in items]

    totals = document_totals(
        [(amount, line_tax(amount, rate, kind)) for amount, rate in lines], kind
    )

    expected_lines = [half_up(Fraction(quantity) * Fraction(price)) for quantity, price, _ in items]
    tax = Decimal(0)
    for amount, (_, _, rate) in zip(expected_lines, items, strict=True):
        part = {
            "Exclusive": Fraction(amount) * Fraction(rate) / 100,
            "Inclusive": Fraction(amount) - Fraction(amount) * 100 / (100 + Fraction(rate)),
            "NoTax": Fraction(0),
        }[kind]
        tax += half_up(part)
    gross = sum(expected_lines)
    assert [amount for amount, _ in lines] == expected_lines
    assert totals.total_tax == tax
    assert totals.total == (gross if kind == "Inclusive" else gross + tax)
    assert totals.sub_total == totals.total - tax
    assert totals.total == totals.total.quantize(Decimal("0.01"), ROUND_HALF_UP)
