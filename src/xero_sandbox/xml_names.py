"""What the keys of Xero's JSON are in its XML: names of elements in lists, and kinds of values.

XML writes a list as an element of its own around elements in the singular, and all values as
text. So whoever reads it must know which elements are lists, numbers and truth values; what is
not in the tables goes by the regular form of English, or is text. The names are those of the
interface description, the irregular ones as in recorded XML answers (facts 12.2).
"""

from __future__ import annotations

#: Lists by their name, and the name of each element in them.
LIST_ITEMS = {
    "Accounts": "Account",
    "Actions": "Action",
    "Addresses": "Address",
    "Allocations": "Allocation",
    "Attachments": "Attachment",
    "Attributes": "Attribute",
    "BankTransactions": "BankTransaction",
    "BankTransfers": "BankTransfer",
    "BrandingThemes": "BrandingTheme",
    "BudgetBalances": "BudgetBalance",
    "BudgetLines": "BudgetLine",
    "Cells": "Cell",
    "ContactGroups": "ContactGroup",
    "ContactPersons": "ContactPerson",
    "Contacts": "Contact",
    "CreditNotes": "CreditNote",
    "Currencies": "Currency",
    "Elements": "DataContractBase",
    "Employees": "Employee",
    "ExternalLinks": "ExternalLink",
    "Fields": "Field",
    "FromTracking": "TrackingCategory",
    "History": "HistoryRecord",  # as a path has it
    "HistoryRecords": "HistoryRecord",
    "InvoiceAddresses": "InvoiceAddress",
    "InvoicePaymentServices": "InvoicePaymentService",
    "Invoices": "Invoice",
    "Items": "Item",
    "JournalLines": "JournalLine",
    "Journals": "Journal",
    "LineItems": "LineItem",
    "LinkedTransactions": "LinkedTransaction",
    "ManualJournals": "ManualJournal",
    "OnlineInvoices": "OnlineInvoice",
    "Options": "Option",
    "Organisations": "Organisation",
    "Overpayments": "Overpayment",
    "PaymentServices": "PaymentService",
    "Payments": "Payment",
    "Phones": "Phone",
    "Prepayments": "Prepayment",
    "PurchaseOrders": "PurchaseOrder",
    "PurchasesTrackingCategories": "PurchasesTrackingCategory",
    "Quotes": "Quote",
    "RepeatingInvoices": "RepeatingInvoice",
    "ReportTitles": "ReportTitle",
    "Reports": "Report",
    "Rows": "Row",
    "SalesTrackingCategories": "SalesTrackingCategory",
    "TaxBreakdown": "TaxBreakdownComponent",
    "TaxComponents": "TaxComponent",
    "TaxRates": "TaxRate",
    "ToTracking": "TrackingCategory",
    "Tracking": "TrackingCategory",
    "TrackingCategories": "TrackingCategory",
    "Users": "User",
    "ValidationErrors": "ValidationError",
    "Warnings": "Warning",
}
#: What holds fields of its own, also where none was sent. A contact's BatchPayments is one.
OBJECTS = frozenset(
    [
        "Account",
        "AccountsPayable",
        "AccountsReceivable",
        "Balances",
        "BankAccount",
        "BatchPayment",
        "BatchPayments",
        "Bills",
        "Contact",
        "CreditNote",
        "FromBankAccount",
        "Invoice",
        "Item",
        "Overpayment",
        "PaymentTerms",
        "Prepayment",
        "PurchaseDetails",
        "Sales",
        "SalesDetails",
        "Schedule",
        "ToBankAccount",
        "User",
    ]
)
NUMBERS = frozenset(
    [
        "Amount",
        "AmountCredited",
        "AmountDue",
        "AmountPaid",
        "AppliedAmount",
        "BankAmount",
        "CISDeduction",
        "CISRate",
        "CurrencyRate",
        "Day",
        "Discount",
        "DiscountAmount",
        "DiscountRate",
        "DisplayTaxRate",
        "EffectiveRate",
        "ErrorNumber",
        "GrossAmount",
        "JournalNumber",
        "LineAmount",
        "NetAmount",
        "Outstanding",
        "Overdue",
        "Period",
        "Quantity",
        "QuantityOnHand",
        "Rate",
        "RemainingCredit",
        "SortOrder",
        "SubTotal",
        "TaxAmount",
        "Total",
        "TotalAmount",
        "TotalCostPool",
        "TotalDiscount",
        "TotalTax",
        "UnitAmount",
        "UnitPrice",
        "RoundingAmount",
        "EnteredTotal",
    ]
)
FLAGS = frozenset(
    [
        "AddToWatchlist",
        "ApprovedForSending",
        "CanApplyToAssets",
        "CanApplyToEquity",
        "CanApplyToExpenses",
        "CanApplyToLiabilities",
        "CanApplyToRevenue",
        "EnablePaymentsToAccount",
        "FromIsReconciled",
        "HasAccount",
        "HasAttachments",
        "HasErrors",
        "HasValidationErrors",
        "IncludeInEmails",
        "IncludeOnline",
        "IncludePDF",
        "IsCompound",
        "IsCustomer",
        "IsDeleted",
        "IsDiscounted",
        "IsNonRecoverable",
        "IsPurchased",
        "IsReconciled",
        "IsSold",
        "IsSubscriber",
        "IsSupplier",
        "IsTrackedAsInventory",
        "MarkAsSent",
        "SendCopy",
        "SentToContact",
        "ShowInExpenseClaims",
        "ShowOnCashBasisReports",
        "ToIsReconciled",
    ]
)


def singular(plural: str) -> str:
    """Return the name of the elements in a list."""
    known = LIST_ITEMS.get(plural)
    if known:
        return known
    if plural.endswith("ies"):
        return f"{plural[:-3]}y"
    if plural.endswith("sses"):
        return plural[:-2]
    return plural.removesuffix("s")
