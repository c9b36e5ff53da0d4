"""Northwind's orders: names and addresses with accents, discounts on lines, freight; in dollars."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest

from real_data.conftest import rows_of
from tallystick.books.models import Charge
from tallystick.mapping.models import Direction

pytestmark = pytest.mark.django_db(transaction=True)
FREIGHT_ACCOUNT = "425"


def test_every_order_lands_with_discounts_freight_and_accents(open_books):
    customers = {row["CustomerID"]: row for row in rows_of("northwind-customers.csv")}
    orders = {row["OrderID"]: row for row in rows_of("northwind-orders.csv")}
    goods = defaultdict(list)
    for row in rows_of("northwind-order-lines.csv"):
        goods[row["OrderID"]].append(row)
    books = open_books("Global", currency="USD")
    books.choose(Direction.SALES, Charge.FREIGHT, FREIGHT_ACCOUNT)

    books.bring_in(
        [
            {**_head(order, customers[order["CustomerID"]]), **line}
            for number, order in orders.items()
            for line in [*map(_goods, goods[number]), _freight(order)]
        ]
    )

    assert set(books.found) == set(orders)
    contacts = {contact["ContactID"]: contact for contact in books.read("Contacts")}
    for number, order in orders.items():
        copy = books.found[number]
        discounted = [
            (*_figures(row), 100 * Decimal(row["Discount"]), _amount(row), "200")
            for row in goods[number]
        ]
        freight = Decimal(order["Freight"])
        lines = [*discounted, (Decimal(1), freight, Decimal(0), freight, FREIGHT_ACCOUNT)]
        assert [_as_found(line) for line in copy["LineItems"]] == lines, number
        assert copy["Total"] == copy["AmountDue"] == sum(line[3] for line in lines), number
        assert (copy["CurrencyCode"], copy["TotalTax"]) == ("USD", 0)
        assert copy["DateString"] == f"{order['OrderDate']}T00:00:00"
        customer, contact = customers[order["CustomerID"]], contacts[copy["Contact"]["ContactID"]]
        assert _as_customer(contact) == {
            name: " ".join(text.split())
            for name, text in customer.items()
            if name in ("CustomerID", "CompanyName", "Address", "City", "PostalCode", "Country")
        }


def _head(order, customer):
    return {
        "number": order["OrderID"],
        "issued_on": order["OrderDate"],
        "currency": "USD",
        "tax_basis": "none",
        "party_number": customer["CustomerID"],
        "party_name": customer["CompanyName"],
        "address": customer["Address"],
        "city": customer["City"],
        "region": customer["Region"],
        "postal_code": customer["PostalCode"],
        "country": customer["Country"],
    }


def _goods(row):
    return {
        "item_code": row["ProductID"],
        "description": row["ProductName"],
        "quantity": row["Quantity"],
        "unit_price": row["UnitPrice"],
        "discount": 100 * Decimal(row["Discount"]),
    }


def _freight(order):
    return {
        "description": "Freight",
        "quantity": 1,
        "unit_price": order["Freight"],
        "charge": "freight",
    }


def _figures(row):
    return Decimal(row["Quantity"]), Decimal(row["UnitPrice"])


def _amount(row):
    quantity, price = _figures(row)
    exact = quantity * price * (1 - Decimal(row["Discount"]))
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _as_found(line):
    return (
        line["Quantity"],
        line["UnitAmount"],
        line.get("DiscountRate", Decimal(0)),
        line["LineAmount"],
        line["AccountCode"],
    )


def _as_customer(contact):
    [address] = [one for one in contact["Addresses"] if one["AddressType"] == "POBOX"]
    return {
        "CustomerID": contact["ContactNumber"],
        "CompanyName": contact["Name"],
        "Address": address["AddressLine1"],
        "City": address["City"],
        "PostalCode": address.get("PostalCode", ""),
        "Country": address["Country"],
    }
