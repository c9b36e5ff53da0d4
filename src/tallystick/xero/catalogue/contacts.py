"""Customers and suppliers, as contacts of their own and on documents."""

from tallystick.xero.catalogue.codes import RefusalCode
from tallystick.xero.catalogue.known import known

_UNARCHIVE = (
    "Restore the contact in Xero under Contacts, Archived, then press Retry. Where another contact bears "
    "its name now, give that one another name first."
)
_CHOOSE = "{party}"
_CORRECT = "Correct it at the customer or supplier here, then press Retry."

CONTACTS = (
    known(
        RefusalCode.CONTACT_NAME_TAKEN,
        "Xero already has an active contact with this name.",
        "Give one of the two another name, here or in Xero, then press Retry.",
        "contact name ... is already assigned to another contact",
        "contact name already exists",
    ),
    known(
        RefusalCode.CONTACT_NUMBER_TAKEN,
        "Another contact in Xero has this contact number.",
        "Give one of the two another number, here or in Xero, then press Retry.",
        "Another contact has this contact number",
    ),
    known(
        RefusalCode.CONTACT_ACCOUNT_NUMBER_TAKEN,
        "Another contact in Xero, perhaps an archived one, has this account number.",
        "Give this customer or supplier another account number, or none, then press Retry.",
        "Account Number already exists",
    ),
    known(
        RefusalCode.CONTACT_ARCHIVED,
        "The contact is archived in Xero, and archived contacts cannot be changed.",
        _UNARCHIVE,
        "matched an archived contact",
    ),
    known(
        RefusalCode.CONTACT_ARCHIVED,
        "The contact is archived in Xero, so it cannot get new documents.",
        _UNARCHIVE,
        "contact must be un-archived",
        "Unable to assign an Archived contact",
    ),
    known(
        RefusalCode.CONTACT_NOT_IN_XERO,
        "Xero no longer has the contact that the customer or supplier is linked to.",
        "On the page of the customer or supplier here press Look for its contact anew, then press Retry.",
        "contact with the specified ... could not be found",
    ),
    known(
        RefusalCode.CONTACT_NAME_INVALID,
        "Xero does not take this name: it is empty, holds < or >, or blanks too many.",
        _CORRECT,
        "Contact name cannot be empty",
        "contact name cannot contain",
        "contact name cannot begin or end with a blank",
    ),
    known(
        RefusalCode.CONTACT_MISSING,
        "Xero was not told who the customer or supplier is.",
        _CHOOSE,
        "Contact must contain at least 1 of the following",
        "A Contact must be specified",
        "Contact cannot be empty",
        "Paid to name cannot be empty",
    ),
    known(
        RefusalCode.EMAIL_INVALID,
        "Xero does not accept the e-mail address.",
        "Correct or empty the e-mail address of this customer or supplier, then press Retry.",
        "Email address must be valid",
    ),
)
