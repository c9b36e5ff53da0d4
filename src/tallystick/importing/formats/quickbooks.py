"""QuickBooks Online: the file by which invoices are brought in, and the reports of sales in detail.

Source: Intuit's sample file for importing invoices and headers of programs that write it; those
of the editions for the United States, Australia and the United Kingdom differ in their tax columns.
Of the reports, published exports, in the layout of old and of the "modern view".
"""

import msgspec

from tallystick.books.models import Kind
from tallystick.importing.meaning.mapping import HEADING, Mapping, RowMeaning

INVOICES = Mapping(
    name="quickbooks-invoices",
    title="QuickBooks' invoice import file",
    columns={
        "number": "*InvoiceNo",
        "party_name": "*Customer",
        "issued_on": "*InvoiceDate",
        "due_on": "*DueDate",
        "reference": "Memo",
        "currency": "Currency",
        "description": "ItemDescription",
        "quantity": "ItemQuantity",
        "unit_price": "ItemRate",
        "line_amount": "*ItemAmount",
        "tax_code": "ItemTaxCode",
        "line_tax": "ItemTaxAmount",
    },
    synonyms={
        # Taxable (of the United States) says of a line that it bears the rate beside it, or none.
        "tax_code": ("Item Tax Code", "TaxCode", "Taxable"),
        "line_tax": ("Item Tax Amount", "TaxAmount"),
    },
    # Products are known by name there, with that of their category in front of it.
    texts={"description": "{Item(Product/Service)}", "tax_code": "{TaxRate}%"},
    tax_words={"y": "", "yes": "", "true": "", "n": "No tax", "no": "No tax", "false": "No tax"},
    needed=("InvoiceNo", "ItemAmount"),
    unused=(
        "Terms",
        "Shipping address",
        "Ship via",
        "Shipping date",
        "Tracking no",
        "Tracking no.",
    ),
)
BY_CUSTOMER = Mapping(
    name="quickbooks-sales-by-customer",
    title="QuickBooks' report Sales by Customer Detail",
    columns={
        "kind": "Transaction Type",
        "number": "Num",
        "issued_on": "Date",
        "due_on": "Due Date",
        "party_name": HEADING,
        "description": "Memo/Description",
        "quantity": "Qty",
        "unit_price": "Sales Price",
        "line_amount": "Amount",
    },
    synonyms={
        "number": ("No.",),
        "issued_on": ("Transaction Date",),
        "description": ("Description", "Line description"),
        "quantity": ("Quantity",),
        "unit_price": ("Rate",),
    },
    texts={"description": "{Product/Service} {Product/Service full name}"},
    # Forms of different kinds may bear one number.
    numbers={
        "sales receipt": "{Num}{No.}-SR",
        "refund": "{Num}{No.}-RR",
        "refund receipt": "{Num}{No.}-RR",
        "estimate": "{Num}{No.}-Estimate",
    },
    needed=("Transaction Type",),
    has_headings=True,
    # It goes on from row to row.
    unused=("Balance",),
    kinds={
        "invoice": Kind.SALES_INVOICE,
        "sales receipt": Kind.SALES_INVOICE,
        "credit memo": Kind.SALES_CREDIT_NOTE,
        "refund": Kind.SALES_CREDIT_NOTE,
        "refund receipt": Kind.SALES_CREDIT_NOTE,
        "estimate": RowMeaning.LEAVE_OUT,
    },
    price_is_rounded=True,
)
BY_PRODUCT = msgspec.structs.replace(
    BY_CUSTOMER,
    name="quickbooks-sales-by-product",
    title="QuickBooks' report Sales by Product/Service Detail",
    columns={**BY_CUSTOMER.columns, "party_name": "Customer"},
    synonyms={**BY_CUSTOMER.synonyms, "party_name": ("Customer full name", "Name")},
    texts={"description": f"{{{HEADING}}}"},
)
