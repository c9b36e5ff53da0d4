"""QuickBooks Online: the file by which invoices are brought in, as programs beside it write it.

Source: Intuit's sample file for importing invoices and headers of programs that write it; those
of the editions for the United States, Australia and the United Kingdom differ in their tax columns.
"""

from tallystick.importing.meaning.mapping import Mapping

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
        "tax_code": ("Item Tax Code", "TaxCode"),
        "line_tax": ("Item Tax Amount", "TaxAmount"),
    },
    # Products are known by name there, with that of their category in front of it.
    texts={"description": "{Item(Product/Service)}"},
    needed=("InvoiceNo", "ItemAmount"),
    unused=("Terms",),
)
