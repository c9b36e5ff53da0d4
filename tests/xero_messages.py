"""The sentences of Xero that are known, and what we take each for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NeverMet:
    """Why no push of ours can meet a message."""

    why: str


_PURCHASE_ORDERS = NeverMet("nothing that we send is a purchase order")

# The whole table 7.4 of our facts about Xero, sentence by sentence, and what we take each for.
TABLE = {
    "Invoice # must be unique.": "number_taken",
    "Order number must be unique": _PURCHASE_ORDERS,
    "Please enter a unique Name.": NeverMet("we make no accounts and no tracking categories"),
    "Price List Item with Code 'abc' already exists": "item_code_taken",
    "The contact name Ann is already assigned to another contact. The contact name must be "
    "unique across all active contacts.": "contact_name_taken",
    "The specified contact details matched an archived contact. Archived contacts cannot "
    "currently be edited via the API.": "contact_archived",
    "The contact with the specified contact details has been archived. The contact must be "
    "un-archived before creating new invoices or credit notes.": "contact_archived",
    "Another contact has this contact number. Please enter a different contact number.": (
        "contact_number_taken"
    ),
    "The Account Number already exists. Please enter a different Account Number.": (
        "contact_account_number_taken"
    ),
    "Unable to assign an Archived contact.": "contact_archived",
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber": "contact_missing",
    "A Contact must be specified for this type of transaction": "contact_missing",
    "Contact cannot be empty.": "contact_missing",
    "Paid to name cannot be empty.": "contact_missing",
    "Email address must be valid.": "email_invalid",
    "Invoice not of valid status for modification": "status_fixed",
    "Invoice not of valid type for creation": "type_invalid",
    "This document cannot be edited as it has a payment or credit note allocated to it.": (
        "has_payments"
    ),
    "The status DRAFT cannot be applied to the invoice because it has payments or credit notes "
    "allocated to it.": "has_payments",
    "The status SUBMITTED cannot be applied to the invoice because it has payments or credit notes "
    "allocated to it.": "has_payments",
    "The status AUTHORISED cannot be applied to the invoice because it has payments or credit "
    "notes allocated to it.": "has_payments",
    "Payments can only be made against Authorised documents": "payment_not_authorised",
    "Payment amount exceeds the amount outstanding on this document": "payment_too_large",
    "Account type is invalid for making a payment to/from": "payment_account_invalid",
    "Account could not be found.": "account_unknown",
    "This payment is not applied.": "payment_unapplied",
    "Payment is applied to more than one document.": "payment_applied_twice",
    "Account code '999' is not a valid code for this document.": "account_unknown",
    "Account code '476' has been archived, or has been deleted. Each line item must reference "
    "a valid account.": "account_archived",
    "Account code '476' has been removed as it does not match a recognised account.": (
        "account_dropped"
    ),
    "The TaxType code 'INPUT2' cannot be used with account code '200'.": "tax_not_with_account",
    "The TaxType code NOPE does not exist or cannot be used for this type of transaction": (
        "tax_unknown"
    ),
    "To update fields on a paid invoice line item, you must supply a LineItemID": "has_payments",
    "The status VOIDED cannot be applied to the invoice because it has payments or credit notes "
    "allocated to it.": "has_payments",
    "One or more line items must be specified": "lines_missing",
    "The invoice total does not equal the sum of the lines.": "total_differs",
    "Organisation is not subscribed to currency EUR": "currency_missing",
    "The document date cannot be before the period lock date, currently set at 31 Mar 2026": (
        "period_locked"
    ),
    "Only AUTHORISED and BILLED purchase orders may have SentToContact updated.": _PURCHASE_ORDERS,
    "Deleted PurchaseOrders cannot be updated": _PURCHASE_ORDERS,
    "An existing Credit Note with the specified CreditNoteID could not be found": "not_in_xero",
    "The document with the supplied id was not found for this endpoint.": "not_in_xero",
    "You've reached the limit of 100 contact groups.": NeverMet("we make no contact groups"),
    "You have reached the limit of invoices you can approve": "plan_limit",
    "Idempotency Key: k is used with a different request.": NeverMet(
        "it refuses the request, not an element: the client raises IdempotencyKeyReused"
    ),
    "Your request is not filtering Invoices efficiently, given the extremely high volume for this "
    "organisation.": "too_many_records",
}
EXPLAINED = {said: code for said, code in TABLE.items() if isinstance(code, str)}
NEVER_MET = {said: reason for said, reason in TABLE.items() if isinstance(reason, NeverMet)}

# What others and the stand-in report besides: where nobody knows Xero's words, they are alike.
BESIDES = {
    "Credit Note # must be unique.": "number_taken",
    "Credit note not of valid type for creation": "type_invalid",
    "Account must be valid.": "account_unknown",
    "Tax rate must be valid.": "tax_unknown",
    "The line total 1.23 does not match the expected line total 1.24": "total_differs",
    "The document total must be greater than or equal to zero": "total_negative",
    "The document date cannot be before the end of year lock date, currently set at 31 Mar": (
        "period_locked"
    ),
    "The contact with the specified ContactID or ContactNumber could not be found.": (
        "contact_not_in_xero"
    ),
    "An existing Invoice with the specified InvoiceID could not be found": "not_in_xero",
}
