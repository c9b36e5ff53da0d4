"""Northwind's three files, joined into the simple template: discounts, freight and accents."""

import csv
import io
import os
from decimal import Decimal
from pathlib import Path

import pytest

from tallystick.books.models import Document, Line, Party

DATA = Path(os.environ.get("NORTHWIND", Path(__file__).parents[3] / "shared/data"))

COLUMNS = (
    *("number", "party_number", "party_name", "address", "city", "country", "issued_on"),
    *("tax_basis", "currency", "description", "quantity", "unit_price", "discount", "charge"),
)


def table(name):
    with (DATA / f"northwind-{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def joined():
    """Give the rows of the simple template: an order's lines, then its freight."""
    customers = {customer["CustomerID"]: customer for customer in table("customers")}
    lines = {}
    for row in table("order-lines"):
        lines.setdefault(row["OrderID"], []).append(row)
    for order in table("orders"):
        customer = customers[order["CustomerID"]]
        head = (
            *(order["OrderID"], order["CustomerID"], customer["CompanyName"]),
            *(customer["Address"], customer["City"], customer["Country"], order["OrderDate"]),
            *("none", "USD"),
        )
        for row in lines[order["OrderID"]]:
            percent = Decimal(row["Discount"]) * 100
            yield *head, row["ProductName"], row["Quantity"], row["UnitPrice"], f"{percent:f}", ""
        yield *head, "Freight", "1", order["Freight"], "", "freight"


@pytest.mark.skipif(not DATA.exists(), reason="needs northwind-*.csv (NORTHWIND=directory)")
def test_northwind_joined_into_the_simple_template_is_equal_to_the_cent(run):
    out = io.StringIO()
    rows = list(joined())
    csv.writer(out).writerows([COLUMNS, *rows])

    report = run(out.getvalue())
    again = run(out.getvalue())

    def amount(quantity, price, percent):
        gross = Decimal(quantity) * Decimal(price)
        whole = gross * (100 - Decimal(percent or 0)) / 100
        return whole.quantize(Decimal("0.01"), "ROUND_HALF_UP")

    assert (report.documents, report.bad_rows, report.new_parties) == (830, [], 89)
    assert report.total == {"USD": sum(amount(*row[10:13]) for row in rows)}
    assert Document.objects.count() == 830
    assert Line.objects.filter(charge="freight").count() == 830
    assert Party.objects.get(number="ANATR").city == "México D.F."
    assert (again.documents, again.already_here) == (0, 830)
