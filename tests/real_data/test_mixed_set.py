"""A set written by hand: what real books mix, with every figure worked out beforehand.

The figures are Xero's way of rounding: each line half up to the cent, its tax half up of that, the
document their sum. Whoever rounds only the sum of several of these is a cent off.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pytest

from tallystick.books.models import Kind

pytestmark = pytest.mark.django_db(transaction=True)
#: Own currency, tax type on sales and purchases, rate in percent.
COUNTRIES = {
    "AU": ("AUD", "OUTPUT", "INPUT", "10"),
    "NZ": ("NZD", "OUTPUT2", "INPUT2", "15"),
    "UK": ("GBP", "OUTPUT2", "INPUT2", "20"),
}
#: Units for one US dollar, as told to the stand-in for documents that bring no rate.
PER_DOLLAR = {"AUD": "1.5", "NZD": "1.6", "GBP": "0.8", "EUR": "0.9"}
#: Xero's own rate of the euro in each books, from these.
EURO_RATES = {"AU": Decimal("0.6"), "NZ": Decimal("0.5625"), "UK": Decimal("1.125")}

THIRDS = [("5", "0.333", "")] * 3
#: The last one's discount fits into no price of four decimals: its amount stands as that of one.
DISCOUNTED = [("3", "19.99", "12.5"), ("7", "0.15", "10"), ("1000", "0.0333", "33")]


@dataclass(frozen=True)
class Case:
    """A document: quantity, price and discount of its lines, what each comes to, and the taxes."""

    number: str
    kind: Kind
    basis: str
    lines: list[tuple[str, str, str]]
    amounts: list[str]
    #: Taxes of the lines, by country.
    taxes: dict[str, list[str]]


CASES = (
    Case(
        "EXCLUSIVE", Kind.SALES_INVOICE, "exclusive", THIRDS, ["1.67"] * 3,
        {"AU": ["0.17"] * 3, "NZ": ["0.25"] * 3, "UK": ["0.33"] * 3},
    ),
    Case(
        "INCLUSIVE", Kind.SALES_INVOICE, "inclusive", THIRDS, ["1.67"] * 3,
        {"AU": ["0.15"] * 3, "NZ": ["0.22"] * 3, "UK": ["0.28"] * 3},
    ),
    Case(
        "FOUR-DECIMALS", Kind.SALES_INVOICE, "exclusive",
        [("12.5", "3.1416", ""), ("1000", "0.0125", ""), ("7", "9.9999", "33.3333")],
        ["39.27", "12.50", "46.67"],
        {
            "AU": ["3.93", "1.25", "4.67"],
            "NZ": ["5.89", "1.88", "7.00"],
            "UK": ["7.85", "2.50", "9.33"],
        },
    ),
    Case(
        "NO-TAX", Kind.SALES_INVOICE, "none", [("3", "33.3333", "")], ["100.00"],
        {"AU": ["0"], "NZ": ["0"], "UK": ["0"]},
    ),
    Case(
        "BILL", Kind.BILL, "exclusive", DISCOUNTED, ["52.47", "0.95", "22.31"],
        {
            "AU": ["5.25", "0.10", "2.23"],
            "NZ": ["7.87", "0.14", "3.35"],
            "UK": ["10.49", "0.19", "4.46"],
        },
    ),
    Case(
        "CREDIT", Kind.SALES_CREDIT_NOTE, "inclusive", DISCOUNTED, ["52.47", "0.95", "22.31"],
        {
            "AU": ["4.77", "0.09", "2.03"],
            "NZ": ["6.84", "0.12", "2.91"],
            "UK": ["8.75", "0.16", "3.72"],
        },
    ),
    Case(
        "SUPPLIER-CREDIT", Kind.SUPPLIER_CREDIT_NOTE, "exclusive",
        [("3", "33.3333", ""), ("2", "-4.5555", "")], ["100.00", "-9.11"],
        {
            "AU": ["10.00", "-0.91"],
            "NZ": ["15.00", "-1.37"],
            "UK": ["20.00", "-1.82"],
        },
    ),
)  # fmt: skip


@pytest.mark.parametrize("country", COUNTRIES)
def test_documents_of_every_kind_and_basis_land_equal_to_the_cent(open_books, country: str):
    books = opened(open_books, country)

    books.bring_in([row for case in CASES for row in rows(case)])

    for case in CASES:
        copy, lines = books.found[case.number], books.found[case.number]["LineItems"]
        amounts, taxes = [*map(Decimal, case.amounts)], [*map(Decimal, case.taxes[country])]
        assert [line["LineAmount"] for line in lines] == amounts, case.number
        assert [line["TaxAmount"] for line in lines] == taxes, case.number
        tax, whole = sum(taxes), total(case, country)
        assert (copy["SubTotal"], copy["TotalTax"], copy["Total"]) == (whole - tax, tax, whole)
        account = "300" if case.kind.is_purchase else "200"
        assert {line["AccountCode"] for line in lines} == {account}


def test_the_set_holds_totals_that_naive_rounding_misses_by_a_cent():
    missed = {
        (case.number, country)
        for case in CASES
        for country, (*_, rate) in COUNTRIES.items()
        if naive_total(case, Decimal(rate)) != total(case, country)
    }

    assert missed == {
        *(("EXCLUSIVE", country) for country in COUNTRIES),
        *(("INCLUSIVE", country) for country in COUNTRIES),
        *(("FOUR-DECIMALS", country) for country in ("AU", "NZ")),
        *(("BILL", country) for country in ("AU", "UK")),
    }


@pytest.mark.parametrize("country", COUNTRIES)
def test_texts_and_tracking_stand_on_their_lines(open_books, country: str):
    books = opened(open_books, country)
    line = {"description": "Rope", "quantity": 2, "unit_price": "4.5555", "tax_code": "STANDARD"}

    books.bring_in(
        [
            head("T-1") | {"description": "As agreed on the phone:"},
            head("T-1") | line | {"tracking": "Region: north"},
            head("T-1") | line,
            head("T-2", kind=Kind.BILL) | line | {"tracking": "Region: South"},
        ]
    )

    text, tracked, plain = books.found["T-1"]["LineItems"]
    assert text["Description"] == "As agreed on the phone:"
    assert (text.get("Quantity"), text.get("LineAmount", 0)) == (None, 0)
    assert tracking(tracked) == [("Region", "North")]
    assert tracking(plain) == []
    assert tracking(books.found["T-2"]["LineItems"][0]) == [("Region", "South")]
    assert tracked["LineAmount"] == plain["LineAmount"] == Decimal("9.11")


@pytest.mark.parametrize("country", COUNTRIES)
def test_three_currencies_go_at_our_rate_and_at_xeros(open_books, country: str):
    books = opened(open_books, country)
    books.sandbox.post("/_sandbox/rates", {"day": "2026-01-01", "per_dollar": PER_DOLLAR})
    own = COUNTRIES[country][0]
    goods = {"description": "Rope", "quantity": 3, "unit_price": "33.3333", "tax_code": "STANDARD"}
    in_euros = {"currency": "EUR", "currency_rate": "0.512345"}

    books.bring_in(
        [
            head("OWN") | {"currency": own} | goods,
            head("OUR-RATE") | in_euros | goods,
            head("THEIR-RATE") | {"currency": "EUR"} | goods,
            head("OUR-RATE-BILL", kind=Kind.BILL)
            | {"currency": "USD", "currency_rate": "0.7"}
            | goods,
            head("OUR-RATE-CREDIT", kind=Kind.SALES_CREDIT_NOTE) | in_euros | goods,
        ]
    )

    found = {
        number: (copy["CurrencyCode"], Decimal(copy["CurrencyRate"]))
        for number, copy in books.found.items()
    }
    assert found == {
        "OWN": (own, 1),
        "OUR-RATE": ("EUR", Decimal("0.512345")),
        "THEIR-RATE": ("EUR", EURO_RATES[country]),
        "OUR-RATE-BILL": ("USD", Decimal("0.7")),
        "OUR-RATE-CREDIT": ("EUR", Decimal("0.512345")),
    }
    percent = Decimal(COUNTRIES[country][3])
    assert {copy["Total"] for copy in books.found.values()} == {100 + percent}


def opened(open_books, country):
    currency, sales, purchases, rate = COUNTRIES[country]
    books = open_books(country, currency=currency, currencies=["EUR", "USD"])
    books.map_tax_code("STANDARD", rate, sales=sales, purchases=purchases)
    return books


def head(number, *, kind=Kind.SALES_INVOICE, basis="exclusive"):
    party = "Ropery" if kind.is_purchase else "Café Zoë"
    return {
        "kind": kind.value,
        "number": number,
        "party_number": party[:3],
        "party_name": party,
        "issued_on": "2026-11-02",
        "tax_basis": basis,
    }


def rows(case):
    for quantity, price, discount in case.lines:
        yield head(case.number, kind=case.kind, basis=case.basis) | {
            "description": "Rope",
            "quantity": quantity,
            "unit_price": price,
            "discount": discount,
            "tax_code": "" if case.basis == "none" else "STANDARD",
        }


def total(case, country):
    on_top = case.taxes[country] if case.basis == "exclusive" else []
    return sum(map(Decimal, [*case.amounts, *on_top]))


def naive_total(case, rate):
    """Round but once, at the end."""
    exact = sum(
        Decimal(quantity) * Decimal(price) * (100 - Decimal(discount or 0)) / 100
        for quantity, price, discount in case.lines
    )
    on_top = exact * rate / 100 if case.basis == "exclusive" else 0
    return (exact + on_top).quantize(Decimal("0.01"), ROUND_HALF_UP)


def tracking(line):
    return [(one["Name"], one["Option"]) for one in line.get("Tracking", ())]
