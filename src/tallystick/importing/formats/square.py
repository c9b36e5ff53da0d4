"""Square: the items detail that the dashboard exports under Sales, one row for each thing sold.

Source: headers and values of published exports of 2017 to 2026 (field notes 8). They have grown
from 24 columns to 35; none of the later ones changes what was sold or for how much.
"""

from tallystick.books.models import Kind
from tallystick.importing.meaning.mapping import Mapping

ITEMS = Mapping(
    name="square-items",
    title="Square's items detail",
    columns={
        "kind": "Event Type",
        "time_zone": "Time Zone",
        "party_number": "Customer ID",
        "party_name": "Customer Name",
        "item_code": "SKU",
        "quantity": "Qty",
        # What was paid for the goods, after Discounts and before Tax.
        "line_amount": "Net Sales",
        "line_tax": "Tax",
    },
    texts={
        "number": "{Transaction ID}",
        "issued_on": "{Date} {Time}",
        "description": "{Item} {Price Point Name} {Modifiers Applied}",
    },
    # A refund bears the number of the sale in some years and one of its own in others.
    numbers={"refund": "{Transaction ID}-R"},
    needed=("Transaction ID", "Event Type", "Date", "Item"),
    # All three are in Net Sales, or it in them. Tips and card fees do not stand in this file.
    unused=(
        "Gross Sales",
        "Product Sales",
        "Discounts",
        "Itemization Type",
        "Card Brand",
        "Commission",
    ),
    kinds={"payment": Kind.SALES_INVOICE, "refund": Kind.SALES_CREDIT_NOTE},
    party_name="Customer {number}",
    nobody="walk_in",
    tax_amounts="stated",
    terms_days=0,
)
