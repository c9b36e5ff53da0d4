"""MYOB AccountRight: what File, Export, Sales writes, tab or comma between; first line `{}`.

Source: MYOB's list of import and export fields, and headers of programs that write such files.
Blank lines part the invoices; figures that concern the whole invoice stand in each of its rows.
"""

from tallystick.importing.meaning.mapping import Mapping, OrderColumn, RowMeaning

SALES = Mapping(
    name="myob-sales",
    title="MYOB AccountRight's sales",
    columns={
        "number": "Invoice #",
        "status": "Sale Status",
        "issued_on": "Date",
        "reference": "Customer PO",
        "currency": "Currency Code",
        "address_1": "Addr 1 - Line 1",
        "address_2": "- Line 2",
        "address_3": "- Line 3",
        "address_4": "- Line 4",
        "item_code": "Item Number",
        "description": "Description",
        "quantity": "Quantity",
        # Of both kinds of prices and amounts those without tax, whatever Inclusive says.
        "unit_price": "Price",
        "discount": "Discount",
        "line_amount": "Total",
        "line_tax": "GST Amount",
        "tax_code": "Tax Code",
    },
    synonyms={
        "number": ("Invoice No.", "Invoice Number"),
        # Of services, which have neither a quantity nor a price.
        "line_amount": ("Amount",),
        "line_tax": ("Tax Amount", "VAT Amount"),
        "tax_code": ("GST Code", "VAT Code"),
    },
    texts={"party_name": "{First Name} {Co./Last Name}"},
    needed=("Co./Last Name",),
    row_total="Inc-Tax Total",
    price_is_rounded=True,
    order_columns=(
        OrderColumn(
            column="Freight Amount",
            description="Freight",
            charge="freight",
            tax_column="Freight GST Amount",
            tax_synonyms=("Freight Tax Amount", "Freight VAT Amount"),
            tax_code_column="Freight Tax Code",
        ),
    ),
    unused=(
        *("Inclusive", "Inc-Tax Price", "Inc-Tax Amount", "Inc-Tax Freight Amount"),
        # In the line's amount already, or nothing: the row's total is compared.
        *("Non-GST Amount", "LCT Amount", "Freight Non-GST Amount", "Freight LCT Amount"),
        # Payments come by a file of their own; terms are codes of MYOB's.
        *("Amount Paid", "Terms - Payment is Due", "- Discount Days", "- Balance Due Days"),
        *("- % Discount", "- % Monthly Charge", "Exchange Rate", "Delivery Status"),
        *("Delivery Date", "Shipping Date", "Ship Via", "Card Number"),
    ),
    statuses={
        "i": RowMeaning.TAKE,
        "q": RowMeaning.LEAVE_OUT,
        "o": RowMeaning.LEAVE_OUT,
    },
    status_is_optional=True,
    tax_amounts="stated",
)
