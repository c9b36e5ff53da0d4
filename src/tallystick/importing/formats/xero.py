"""Xero's own files: the templates that it offers under Import, and what it exports.

Sources: the headers of SalesInvoiceTemplate.csv and BillTemplate.csv as Xero hands them out, and of
the exports of invoices and bills as published by those who read them (field notes 8). The template
of bills has no Reference, Discount and BrandingTheme, and no star at Description.
"""

from tallystick.books.models import Kind
from tallystick.importing.meaning.mapping import Mapping, RowMeaning

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
_LINE = {
    "item_code": "InventoryItemCode",
    "description": "*Description",
    "quantity": "*Quantity",
    "unit_price": "*UnitAmount",
    "account_code": "*AccountCode",
    "tax_code": "*TaxType",
    "line_tax": "TaxAmount",
    "tracking_name_1": "TrackingName1",
    "tracking_option_1": "TrackingOption1",
    "tracking_name_2": "TrackingName2",
    "tracking_option_2": "TrackingOption2",
}
_ONLY_IN_SALES = {"reference": "Reference", "discount": "Discount"}
_BRANDING = {
    "BrandingTheme": "which theme a document bears is set here by its document template, or in Xero."
}
SALES_TEMPLATE = Mapping(
    name="xero-sales-invoices",
    title="Xero's sales invoice template",
    columns={**_HEAD, **_LINE, **_ONLY_IN_SALES},
    not_taken=_BRANDING,
    told_by=(("Reference",), ("Discount",), ("BrandingTheme",), ("*Description",)),
)
BILL_TEMPLATE = Mapping(
    name="xero-bills",
    title="Xero's bill template",
    columns={**_HEAD, **_LINE, "description": "Description"},
    texts={"kind": Kind.BILL},
    told_by=(("*Quantity", "Description"),),
)
EXPORT = Mapping(
    name="xero-export",
    title="Xero's export of invoices or bills",
    columns={
        **_HEAD,
        **_LINE,
        **_ONLY_IN_SALES,
        "line_amount": "LineAmount",
        "tax_total": "TaxTotal",
        "kind": "Type",
        "status": "Status",
    },
    unused=(
        # Where goods are delivered, and when money is expected.
        *("SAAddressLine1", "SAAddressLine2", "SAAddressLine3", "SAAddressLine4", "SACity"),
        *("SARegion", "SAPostalCode", "SACountry", "PlannedDate", "Planned Date", "ExpectedDate"),
        *("Expected Date", "Sent", "InvoiceAmountDue"),
    ),
    not_taken=_BRANDING
    | {"InvoiceAmountPaid": "payments come in by a file of their own (format payments)."},
    told_by=(("Type",),),
    # Invoices are exported as they were entered, and nothing says with or without tax.
    basis_by_sums=True,
    # What stands in Xero is right to the cent, whoever rounded it or changed it by hand.
    tax_amounts="stated",
    statuses={
        "draft": RowMeaning.TAKE,
        "awaiting approval": RowMeaning.TAKE,
        "submitted": RowMeaning.TAKE,
        "awaiting payment": RowMeaning.TAKE,
        "authorised": RowMeaning.TAKE,
        "approved": RowMeaning.TAKE,
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
        "overpayment": RowMeaning.LEAVE_OUT,
        "prepayment": RowMeaning.LEAVE_OUT,
    },
)
