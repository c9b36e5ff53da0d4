"""Public data sets that people try software with; what is peculiar to one stands in its mapping."""

from tallystick.books.models import Kind
from tallystick.importing.meaning.mapping import Mapping, Prefix

#: Chen, D. (2015), UCI Machine Learning Repository.
ONLINE_RETAIL = Mapping(
    name="online-retail",
    title="Online Retail (UCI)",
    columns={
        "number": "InvoiceNo",
        "item_code": "StockCode",
        "description": "Description",
        "quantity": "Quantity",
        "issued_on": "InvoiceDate",
        "unit_price": "UnitPrice",
        "party_number": "CustomerID",
        "country": "Country",
    },
    day_order="dmy",
    decimal_mark=".",
    tax_basis="none",
    currency="GBP",
    party_name="Customer {number}",
    nobody="walk_in",
    prefixes=(
        Prefix("C", kind=Kind.SALES_CREDIT_NOTE),
        Prefix("A", left_out="bad debt adjustment"),
    ),
    negative_is_credit=False,
    zero="leave_out",
    zero_reason="no line has a value (stock adjustment)",
)
CHINOOK = Mapping(
    name="chinook",
    title="Chinook invoice lines",
    columns={
        "number": "InvoiceId",
        "party_number": "CustomerId",
        "issued_on": "InvoiceDate",
        "item_code": "TrackId",
        "description": "TrackName",
        "unit_price": "UnitPrice",
        "quantity": "Quantity",
        "total": "InvoiceTotal",
    },
    decimal_mark=".",
    tax_basis="none",
    currency="USD",
    party_name="Customer {number}",
)
