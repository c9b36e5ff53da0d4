"""The orders that Shopify exports, a row for each line.

Source: headers of exported files (field notes 8). What concerns the order stands in its first row
only. `Subtotal` is what the lines come to with all discounts off, `Total` that with shipping, duties
and, where prices are without it, tax. Nothing says whether they are: shops with several markets
write both kinds into one file.
"""

from tallystick.importing.meaning.mapping import Mapping, OrderColumn, RowMeaning, StatusColumn

_CANCELLED, _REFUNDED, _SEVERAL_TAXES = "cancelled", "partially_refunded", "several taxes"
_ADDRESS = (
    *("Name", "Street", "Address1", "Address2", "Company", "City", "Zip", "Province"),
    *("Province Name", "Country", "Phone"),
)
ORDERS = Mapping(
    name="shopify-orders",
    title="Shopify's export of orders",
    columns={
        "number": "Name",
        "status": "Financial Status",
        "issued_on": "Created at",
        "due_on": "Next Payment Due At",
        "currency": "Currency",
        "order_tax_code": "Tax 1 Name",
        "party_name": "Billing Name",
        "email": "Email",
        "address_1": "Billing Address1",
        "address_2": "Billing Address2",
        "city": "Billing City",
        "region": "Billing Province",
        "postal_code": "Billing Zip",
        "country": "Billing Country",
        "item_code": "Lineitem sku",
        "description": "Lineitem name",
        "quantity": "Lineitem quantity",
        "unit_price": "Lineitem price",
        "discount_amount": "Lineitem discount",
        "tax_code": "Lineitem taxable",
        "tax_total": "Taxes",
        "total": "Total",
    },
    texts={"party_name": "{Shipping Name}"},
    order_columns=(
        OrderColumn(column="Shipping", description="Shipping", charge="shipping"),
        OrderColumn(column="Duties", description="Duties", tax_code="No tax"),
        # Spread, for a discount takes tax off with each line at the rate of that line.
        OrderColumn(
            column="Discount Amount",
            description="Discount",
            is_discount=True,
            is_spread=True,
            after_column="Subtotal",
        ),
    ),
    tax_words={"true": "", "false": "No tax"},
    tax_names_end_in_rate=True,
    basis_by_sums=True,
    # Two lines of 20.00 with tax inside bear 6.67 there, and 3.33 each line by line.
    tax_amounts="close",
    # Paid on the spot; orders on terms say when they are due.
    terms_days=0,
    party_by="email",
    # Of a sale at the till.
    nobody="walk_in",
    statuses={
        "paid": RowMeaning.TAKE,
        "pending": RowMeaning.TAKE,
        "authorized": RowMeaning.TAKE,
        "partially_paid": RowMeaning.TAKE,
        "unpaid": RowMeaning.TAKE,
        "refunded": RowMeaning.LEAVE_OUT,
        _REFUNDED: RowMeaning.LEAVE_OUT,
        "voided": RowMeaning.LEAVE_OUT,
        "expired": RowMeaning.LEAVE_OUT,
        _CANCELLED: RowMeaning.LEAVE_OUT,
        _SEVERAL_TAXES: RowMeaning.LEAVE_OUT,
    },
    status_columns=(
        StatusColumn(column="Cancelled at", status=_CANCELLED, reason="it was cancelled"),
        StatusColumn(column="Canceled at", status=_CANCELLED, reason="it was cancelled"),
        StatusColumn(
            column="Refunded Amount",
            status=_REFUNDED,
            reason="money of it was refunded, and the file does not say for which lines",
            unless=("refunded", _REFUNDED, "voided"),
        ),
        StatusColumn(
            column="Tax 2 Name",
            status=_SEVERAL_TAXES,
            reason="it bears more than one tax, and the file does not say which line bears which",
        ),
    ),
    not_taken={"Outstanding Balance": "payments come in by a file of their own (format payments)."},
    unused=(
        *("Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing", "Discount Code"),
        *("Shipping Method", "Lineitem compare at price", "Lineitem compare-at price"),
        *("Lineitem requires shipping", "Lineitem fulfillment status", "Notes", "Note Attributes"),
        *("Payment Method", "Payment Reference", "Payment References", "Vendor", "Employee"),
        *("Location", "Device ID", "Id", "Tags", "Risk Level", "Source", "Phone"),
        *("Receipt Number", "Payment ID", "Payment Terms Name", "Tax 1 Value"),
        *(f"Tax {place} {what}" for place in range(2, 6) for what in ("Name", "Value")),
        *(f"{whose} {part}" for whose in ("Billing", "Shipping") for part in _ADDRESS),
    ),
)
