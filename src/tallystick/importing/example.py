"""Our simple template as a file: every column, and two example invoices that can be imported."""

import csv
import io
from datetime import date, timedelta

from tallystick.importing.formats.plain import SIMPLE

_LINES = (
    ("EXAMPLE-1", "Example Cafe", "TEA", "Breakfast tea, a box of 80", "2", "6.50"),
    ("EXAMPLE-1", "Example Cafe", "POST", "Postage", "1", "4.00"),
    ("EXAMPLE-2", "Example Bakery", "COFFEE", "Filter coffee, a bag", "3", "9.20"),
)


def example(*, tax_code: str, today: date) -> str:
    """Return the template as CSV; without a tax code its invoices are without tax."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(SIMPLE.columns.values()), lineterminator="\r\n")
    writer.writeheader()
    for number, customer, item, description, quantity, price in _LINES:
        writer.writerow(
            {
                "number": number,
                "kind": "sales_invoice",
                "party_name": customer,
                "issued_on": today.isoformat(),
                "due_on": (today + timedelta(days=30)).isoformat(),
                "tax_basis": "exclusive" if tax_code else "none",
                "item_code": item,
                "description": description,
                "quantity": quantity,
                "unit_price": price,
                "tax_code": tax_code,
            }
        )
    return file.getvalue()
