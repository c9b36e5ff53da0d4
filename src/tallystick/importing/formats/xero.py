"""Xero's own files: the templates that it offers under Import, and what it exports.

Source: the headers of SalesInvoiceTemplate.csv and BillTemplate.csv as Xero hands them out; of the
export of invoices, published examples (field notes 8).
"""

from tallystick.books.models import Kind
from tallystick.importing.meaning.mapping import Mapping, RowMeaning

_LINE = {
    "item_code": "InventoryItemCode",
    "description": "*Description",
    "quantity": "*Quantity",
    "unit_price": "*UnitAmount",
    "discount": "Discount",
    "account_code": "*AccountCode",
    "tax_code": "*TaxType",
    "line_tax": "TaxAmount",
    "tracking_name_1": "TrackingName1",
    "tracking_option_1": "TrackingOption1",
    "tracking_name_2": "TrackingName2",
    "tracking_option_2": "TrackingOption2",
}
_HEAD = {
    "party_name": "*ContactName",
    "email": "EmailAddress",
    "address_1": "POAddressLine1",
    "address_2": "POAddressLine2",
    "address_3": "POAddressLine3",
    "address_4": "POAddressLine4",
    "city": "POCity",
    "region": "PORegion",
    "postal_code": "POPostalCode",
    "country": "POCountry",
    "number": "*InvoiceNumber",
    "issued_on": "*InvoiceDate",
    "due_on": "*DueDate",
    "total": "Total",
    "currency": "Currency",
}
SALES_TEMPLATE = Mapping(
    name="xero-sales-invoices",
    title="Xero's sales invoice template",
    columns={**_HEAD, "reference": "Reference", **_LINE},
)
EXPORT = Mapping(
    name="xero-export",
    title="Xero's export of invoices",
    columns={
        **_HEAD,
        "reference": "Reference",
        **_LINE,
        "line_amount": "LineAmount",
        "tax_total": "TaxTotal",
        "kind": "Type",
        "status": "Status",
    },
    # What was paid of it stands in the books of its own; payments come by their own file.
    unused=("InvoiceAmountPaid", "InvoiceAmountDue", "Sent"),
    statuses={
        "draft": RowMeaning.TAKE,
        "awaiting approval": RowMeaning.TAKE,
        "submitted": RowMeaning.TAKE,
        "awaiting payment": RowMeaning.TAKE,
        "authorised": RowMeaning.TAKE,
        "paid": RowMeaning.TAKE,
        "voided": RowMeaning.LEAVE_OUT,
        "deleted": RowMeaning.LEAVE_OUT,
    },
    kinds={
        "sales invoice": Kind.SALES_INVOICE,
        "invoice": Kind.SALES_INVOICE,
        "accrec": Kind.SALES_INVOICE,
        "sales credit note": Kind.SALES_CREDIT_NOTE,
        "credit note": Kind.SALES_CREDIT_NOTE,
        "accreccredit": Kind.SALES_CREDIT_NOTE,
        "bill": Kind.BILL,
        "accpay": Kind.BILL,
        "bill credit note": Kind.SUPPLIER_CREDIT_NOTE,
        "supplier credit note": Kind.SUPPLIER_CREDIT_NOTE,
        "accpaycredit": Kind.SUPPLIER_CREDIT_NOTE,
        # Money without goods: not what this file brings in.
        "sales overpayment": RowMeaning.LEAVE_OUT,
        "sales prepayment": RowMeaning.LEAVE_OUT,
        "bill overpayment": RowMeaning.LEAVE_OUT,
        "bill prepayment": RowMeaning.LEAVE_OUT,
    },
)
