import pytest

from tallystick.xero import explain

# Xero's sentences as they have been seen, and what we take them for.
SEEN = {
    "Invoice # must be unique.": "number_taken",
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
    "The status VOIDED cannot be applied to the invoice because it has payments or credit notes "
    "allocated to it.": "has_payments",
    "To update fields on a paid invoice line item, you must supply a LineItemID": "has_payments",
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
    "Account must be valid.": "account_unknown",
    "The TaxType code 'INPUT2' cannot be used with account code '200'.": "tax_not_with_account",
    "The TaxType code NOPE does not exist or cannot be used for this type of transaction": (
        "tax_unknown"
    ),
    "Tax rate must be valid.": "tax_unknown",
    "One or more line items must be specified": "lines_missing",
    "The invoice total does not equal the sum of the lines.": "total_differs",
    "The line total 1.23 does not match the expected line total 1.24": "total_differs",
    "The document total must be greater than or equal to zero": "total_negative",
    "Organisation is not subscribed to currency EUR": "currency_missing",
    "The document date cannot be before the period lock date, currently set at 31 Mar 2026": (
        "period_locked"
    ),
    "The document date cannot be before the end of year lock date, currently set at 31 Mar": (
        "period_locked"
    ),
    "You have reached the limit of invoices you can approve": "plan_limit",
    "An existing Credit Note with the specified CreditNoteID could not be found": "not_in_xero",
    "The document with the supplied id was not found for this endpoint.": "not_in_xero",
}


@pytest.mark.parametrize(("message", "code"), SEEN.items())
def test_a_message_seen_from_xero_is_put_into_our_words(message, code):
    explanation = explain(message)

    assert explanation.code == code
    assert explanation.words.endswith(".")
    assert explanation.remedy.endswith(".")


@pytest.mark.parametrize(("message", "code"), SEEN.items())
def test_case_dots_blanks_and_the_line_before_it_do_not_matter(message, code):
    altered = "Line 3:  " + message.upper().rstrip(".").replace(" ", "  ")

    assert explain(altered).code == code


def test_an_unknown_message_is_passed_on_as_xero_wrote_it():
    explanation = explain("The moon is in the wrong quarter.")

    assert explanation.code == "other"
    assert "The moon is in the wrong quarter." in explanation.words
    assert "Retry" in explanation.remedy
