"""The sentences of Xero that are known, and what we take each for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Meant:
    """What we take a sentence for: the code, and the field that it is about."""

    code: str
    field: str = ""


@dataclass(frozen=True)
class NeverMet:
    """Why no sentence of the kind reaches a bookkeeper."""

    why: str


_PURCHASE_ORDERS = NeverMet("nothing that we send is a purchase order")
_HAS_PAYMENTS = Meant("has_payments", "status")

# The whole table 7.4 of our facts about Xero, sentence by sentence.
KNOWN_FOR_LONG: dict[str, Meant | NeverMet] = {
    "Invoice # must be unique.": Meant("number_taken", "number"),
    "Order number must be unique": _PURCHASE_ORDERS,
    "Please enter a unique Name.": NeverMet("we make no accounts and no tracking categories"),
    "Price List Item with Code 'abc' already exists": Meant("item_code_taken", "item"),
    "The contact name Ann is already assigned to another contact. The contact name must be "
    "unique across all active contacts.": Meant("contact_name_taken", "name"),
    "The specified contact details matched an archived contact. Archived contacts cannot "
    "currently be edited via the API.": Meant("contact_archived", "customer or supplier"),
    "The contact with the specified contact details has been archived. The contact must be "
    "un-archived before creating new invoices or credit notes.": Meant(
        "contact_archived", "customer or supplier"
    ),
    "Another contact has this contact number. Please enter a different contact number.": Meant(
        "contact_number_taken", "contact number"
    ),
    "The Account Number already exists. Please enter a different Account Number.": Meant(
        "contact_account_number_taken", "account number"
    ),
    "Unable to assign an Archived contact.": Meant("contact_archived", "customer or supplier"),
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber": Meant("contact_missing", "customer or supplier"),
    "A Contact must be specified for this type of transaction": Meant(
        "contact_missing", "customer or supplier"
    ),
    "Contact cannot be empty.": Meant("contact_missing", "customer or supplier"),
    "Paid to name cannot be empty.": Meant("contact_missing", "name"),
    "Email address must be valid.": Meant("email_invalid", "e-mail address"),
    "Invoice not of valid status for modification": Meant("status_fixed", "status"),
    "Invoice not of valid type for creation": Meant("type_invalid", "kind"),
    "This document cannot be edited as it has a payment or credit note allocated to it.": Meant(
        "has_payments", "payment"
    ),
    "The status DRAFT cannot be applied to the invoice because it has payments or credit notes "
    "allocated to it.": _HAS_PAYMENTS,
    "The status SUBMITTED cannot be applied to the invoice because it has payments or credit notes "
    "allocated to it.": _HAS_PAYMENTS,
    "The status AUTHORISED cannot be applied to the invoice because it has payments or credit "
    "notes allocated to it.": _HAS_PAYMENTS,
    "Payments can only be made against Authorised documents": Meant(
        "payment_not_authorised", "payment"
    ),
    "Payment amount exceeds the amount outstanding on this document": Meant(
        "payment_too_large", "amount"
    ),
    "Account type is invalid for making a payment to/from": Meant(
        "payment_account_invalid", "account"
    ),
    "Account could not be found.": Meant("account_unknown", "account"),
    "This payment is not applied.": Meant("payment_unapplied", "payment"),
    "Payment is applied to more than one document.": Meant("payment_applied_twice", "payment"),
    "Account code '999' is not a valid code for this document.": Meant(
        "account_unknown", "account"
    ),
    "Account code '476' has been archived, or has been deleted. Each line item must reference "
    "a valid account.": Meant("account_archived", "account"),
    "Account code '476' has been removed as it does not match a recognised account.": Meant(
        "account_dropped", "account"
    ),
    "The TaxType code 'INPUT2' cannot be used with account code '200'.": Meant(
        "tax_not_with_account", "tax rate"
    ),
    "The TaxType code NOPE does not exist or cannot be used for this type of transaction": Meant(
        "tax_unknown", "tax rate"
    ),
    "To update fields on a paid invoice line item, you must supply a LineItemID": Meant(
        "has_payments", "line"
    ),
    "The status VOIDED cannot be applied to the invoice because it has payments or credit notes "
    "allocated to it.": _HAS_PAYMENTS,
    "One or more line items must be specified": Meant("lines_missing", "line"),
    "The invoice total does not equal the sum of the lines.": Meant("total_differs", "total"),
    "Organisation is not subscribed to currency EUR": Meant("currency_missing", "currency"),
    "The document date cannot be before the period lock date, currently set at 31 Mar 2026": Meant(
        "period_locked", "date"
    ),
    "Only AUTHORISED and BILLED purchase orders may have SentToContact updated.": _PURCHASE_ORDERS,
    "Deleted PurchaseOrders cannot be updated": _PURCHASE_ORDERS,
    "An existing Credit Note with the specified CreditNoteID could not be found": Meant(
        "not_in_xero", "credit note"
    ),
    "The document with the supplied id was not found for this endpoint.": Meant("not_in_xero"),
    "You've reached the limit of 100 contact groups.": NeverMet("we make no contact groups"),
    "You have reached the limit of invoices you can approve": Meant("plan_limit"),
    "Idempotency Key: k is used with a different request.": NeverMet(
        "it refuses the request, not an element: the client raises IdempotencyKeyReused"
    ),
    "Your request is not filtering Invoices efficiently, given the extremely high volume for this "
    "organisation.": Meant("too_many_records"),
}
# Table 12.3: what others' code and threads report, none of it met before.
REPORTED: dict[str, Meant | NeverMet] = {
    "The document DueDate field must be specified": Meant("due_date_missing", "due date"),
    "The Total for this document must be greater than or equal to zero.": Meant(
        "total_negative", "total"
    ),
    "The description field is mandatory for each line item.": Meant(
        "line_incomplete", "description"
    ),
    "Account code must be specified": Meant("line_incomplete", "account"),
    "The account code or ID must be specified": Meant("line_incomplete", "account"),
    "The TaxType field is mandatory": Meant("line_incomplete", "tax rate"),
    "Discounts may not be applied to ACCPAY invoices.": Meant("discount_not_taken", "discount"),
    "Payment amounts must be positive amounts": Meant("amount_not_positive", "amount"),
    "Payment amount exceeds the amount outstanding on this document.": Meant(
        "payment_too_large", "amount"
    ),
    "The document cannot be edited as it is currently dated before the end of the year lock date": (
        Meant("period_locked", "date")
    ),
    "Date cannot be changed on an invoice that has payment or credit notes allocated to it.": Meant(
        "has_payments", "date"
    ),
    "The discount rate '0.00' is invalid. Discount must not be greater than the line total.": Meant(
        "discount_invalid", "discount"
    ),
    "The quantity value '-1.0000' is invalid. Quantity must not be less than zero.": Meant(
        "quantity_invalid", "quantity"
    ),
    "The contact name already exists. Please enter a different contact name": Meant(
        "contact_name_taken", "name"
    ),
    "Sorry this was created by Xero Expenses and can't be modified via the API": Meant(
        "made_by_expenses"
    ),
    "This document cannot be edited as it has been reconciled with a Bank Statement": Meant(
        "reconciled"
    ),
    "The TaxType code 'NOPE' cannot be used with account code '200'.": Meant(
        "tax_not_with_account", "tax rate"
    ),
}
TABLE = KNOWN_FOR_LONG | REPORTED
MEANT = {said: meant for said, meant in TABLE.items() if isinstance(meant, Meant)}
EXPLAINED = {said: meant.code for said, meant in MEANT.items()}
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
