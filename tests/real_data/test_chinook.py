"""Chinook's invoices: customers of 24 countries with whole addresses, and totals stated by the file."""

from decimal import Decimal

import pytest

from real_data.conftest import rows_of

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = {
    "AddressLine1": "Address",
    "City": "City",
    "Region": "State",
    "PostalCode": "PostalCode",
    "Country": "Country",
}


def test_every_invoice_lands_with_its_customer_and_the_total_that_the_file_states(open_books):
    customers = {row["CustomerId"]: row for row in rows_of("chinook-customers.csv")}
    lines = rows_of("chinook-invoice-lines.csv")
    books = open_books("Global", currency="USD")

    books.bring_in([_row(line, customers[line["CustomerId"]]) for line in lines])

    totals = {line["InvoiceId"]: Decimal(line["InvoiceTotal"]) for line in lines}
    assert {number: copy["Total"] for number, copy in books.found.items()} == totals
    assert sum(copy["Total"] for copy in books.found.values()) == Decimal("2328.60")
    for number, copy in books.found.items():
        tracks = [line for line in lines if line["InvoiceId"] == number]
        assert [(one["Description"], one["LineAmount"]) for one in copy["LineItems"]] == [
            (" ".join(line["TrackName"].split()), Decimal(line["UnitPrice"])) for line in tracks
        ]
    contacts = {contact["ContactNumber"]: contact for contact in books.read("Contacts")}
    bought = {line["CustomerId"] for line in lines}
    assert {number: _told(contacts[number]) for number in bought} == {
        number: _expected(customers[number]) for number in bought
    }
    assert len({customers[number]["Country"] for number in bought}) == 24


def _row(line, customer):
    return {
        "number": line["InvoiceId"],
        "issued_on": line["InvoiceDate"],
        "currency": "USD",
        "tax_basis": "none",
        "total": line["InvoiceTotal"],
        "party_number": customer["CustomerId"],
        "party_name": _name(customer),
        "email": customer["Email"],
        "address": customer["Address"],
        "city": customer["City"],
        "region": customer["State"],
        "postal_code": customer["PostalCode"],
        "country": customer["Country"],
        "item_code": line["TrackId"],
        "description": line["TrackName"],
        "quantity": line["Quantity"],
        "unit_price": line["UnitPrice"],
    }


def _name(customer):
    person = f"{customer['FirstName']} {customer['LastName']}"
    return f"{customer['Company']} ({person})" if customer["Company"] else person


def _expected(customer):
    address = {name: customer[column].strip() for name, column in ADDRESS.items()}
    address = {name: text for name, text in address.items() if text}
    return (_name(customer), customer["Email"], address)


def _told(contact):
    [address] = [one for one in contact["Addresses"] if one["AddressType"] == "POBOX"]
    shown = {name: address[name] for name in ADDRESS if address.get(name)}
    return (contact["Name"], contact["EmailAddress"], shown)
