"""Xero's own sentences, and what a bookkeeper should read and do instead.

Xero's messages are English prose that may change: they are compared without regard to case, dots
and blanks, by their telling parts only. Sources: Xero's OpenAPI examples, recordings of a demo
company and the messages that other integrations report.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is wrong and what to do, for a person, and a name for it that programs may compare."""

    code: str  #: Ours and stable, such as "number_taken"; "other" for a message we do not know.
    words: str  #: What is wrong.
    remedy: str  #: What to do now.


def explain(xero_message: str, noun: str = "document") -> Explanation:
    """Return what a message of Xero means; one that we do not know is passed on as Xero wrote it.

    Names in the message (an account code, a tax type) are not repeated in the words: show Xero's
    message beside them.
    """
    said = _comparable(xero_message)
    for known in _KNOWN:
        if any(all(part in said for part in parts) for parts in known.seen):
            return known.explanation
    return Explanation(
        code="other",
        words=f"Xero says: {xero_message.strip()}",
        remedy="Mend this here or in Xero, then retry. Retrying is safe: nothing is doubled.",
    )


def _comparable(text: str) -> str:
    return " ".join(text.lower().replace(".", "").split())


@dataclass(frozen=True, slots=True)
class _Known:
    explanation: Explanation
    seen: tuple[tuple[str, ...], ...]  #: For each sentence its telling parts, comparable.


def _known(code: str, *, words: str, remedy: str, seen: tuple[str, ...]) -> _Known:
    """`seen` are Xero's sentences, shortened; "..." stands for a part that changes."""
    parts = tuple(tuple(map(_comparable, sentence.split("..."))) for sentence in seen)
    return _Known(Explanation(code, words, remedy), parts)


_ASK_FOR_UNARCHIVING = "Restore the contact in Xero under Contacts, Archived, then retry."
_CHOOSE_CONTACT = "Choose the customer or supplier for this document, then retry."
_CHOOSE_ACCOUNT = (
    "Choose a live account under Settings, Tax mapping, or mend it in Xero, then retry."
)
_CHOOSE_TAX = "Choose another tax rate for it under Settings, Tax mapping, then retry."
_REMOVE_PAYMENTS = "Remove the payments and credit notes from it in Xero first, then retry."
_LOOK_IN_XERO = "Open the document in Xero and compare; change it there if it must change."

# The first that fits is taken.
_KNOWN = (
    _known(
        "number_taken",
        words="Xero already has a sales invoice with this number.",
        remedy="Compare the two. Give the one in Xero another number and retry, or cancel this one and enter it under another.",
        seen=("Invoice # must be unique",),
    ),
    _known(
        "item_code_taken",
        words="Xero already has an item with this code.",
        remedy="Link this item to the one in Xero, or give it another code.",
        seen=("Price List Item with Code ... already exists",),
    ),
    _known(
        "contact_name_taken",
        words="Xero already has an active contact with this name.",
        remedy="Give one of the two another name, here or in Xero, then retry.",
        seen=("contact name ... is already assigned to another contact",),
    ),
    _known(
        "contact_number_taken",
        words="Another contact in Xero has this contact number.",
        remedy="Give one of the two another number, here or in Xero, then retry.",
        seen=("Another contact has this contact number",),
    ),
    _known(
        "contact_account_number_taken",
        words="Another contact in Xero, perhaps an archived one, has this account number.",
        remedy="Give this customer or supplier another account number, or none, then retry.",
        seen=("Account Number already exists",),
    ),
    _known(
        "contact_archived",
        words="The contact is archived in Xero, and archived contacts cannot be changed.",
        remedy=_ASK_FOR_UNARCHIVING,
        seen=("matched an archived contact",),
    ),
    _known(
        "contact_archived",
        words="The contact is archived in Xero, so it cannot get new documents.",
        remedy=_ASK_FOR_UNARCHIVING,
        seen=(
            "contact must be un-archived",
            "Unable to assign an Archived contact",
        ),
    ),
    _known(
        "contact_missing",
        words="Xero was not told whose document this is.",
        remedy=_CHOOSE_CONTACT,
        seen=(
            "Contact must contain at least 1 of the following",
            "A Contact must be specified",
            "Contact cannot be empty",
            "Paid to name cannot be empty",
        ),
    ),
    _known(
        "email_invalid",
        words="Xero does not accept the e-mail address.",
        remedy="Correct or empty the e-mail address of this customer or supplier, then retry.",
        seen=("Email address must be valid",),
    ),
    _known(
        "has_payments",
        words="The document in Xero has a payment or credit note on it and can no longer change.",
        remedy=_LOOK_IN_XERO,
        seen=("cannot be edited as it has a payment or credit note allocated",),
    ),
    _known(
        "has_payments",
        words="The document in Xero has payments or credit notes on it, so it keeps its status.",
        remedy=_REMOVE_PAYMENTS,
        seen=("cannot be applied to the invoice because it has payments or credit notes",),
    ),
    _known(
        "has_payments",
        words="The invoice in Xero is paid and its lines can no longer be replaced.",
        remedy=_LOOK_IN_XERO,
        seen=("To update fields on a paid invoice line item",),
    ),
    _known(
        "status_fixed",
        words="The document in Xero has a status (approved, paid, voided or deleted) that does not allow this.",
        remedy=_LOOK_IN_XERO,
        seen=("not of valid status for modification",),
    ),
    _known(
        "type_invalid",
        words="Xero does not create this kind of document this way.",
        remedy="Check whether it is an invoice, a bill or a credit note, then retry.",
        seen=("not of valid type for creation",),
    ),
    _known(
        "payment_not_authorised",
        words="The document is not approved in Xero, or is already paid there.",
        remedy="Approve the document in Xero, or remove the payment here if it is paid there.",
        seen=("Payments can only be made against Authorised documents",),
    ),
    _known(
        "payment_too_large",
        words="The payment is larger than what is still due on the document in Xero.",
        remedy="Compare the payments on both sides; perhaps it was already entered in Xero.",
        seen=("Payment amount exceeds the amount outstanding",),
    ),
    _known(
        "payment_account_invalid",
        words="Xero takes no payments to or from this account.",
        remedy="Choose a bank account, or one that allows payments in Xero, then retry.",
        seen=("Account type is invalid for making a payment",),
    ),
    _known(
        "account_unknown",
        words="Xero has no such account.",
        remedy=_CHOOSE_ACCOUNT,
        seen=("Account could not be found",),
    ),
    _known(
        "payment_unapplied",
        words="Xero was not told which document the payment is for.",
        remedy="Choose the document that it pays, then retry.",
        seen=("payment is not applied",),
    ),
    _known(
        "payment_applied_twice",
        words="The payment names more than one document.",
        remedy="Split it into one payment for each document, then retry.",
        seen=("Payment is applied to more than one document",),
    ),
    _known(
        "account_archived",
        words="A line uses an account that is archived or deleted in Xero.",
        remedy=_CHOOSE_ACCOUNT,
        seen=("Account code ... has been archived, or has been deleted",),
    ),
    _known(
        "account_unknown",
        words="A line uses an account that Xero does not have or does not allow on this document.",
        remedy=_CHOOSE_ACCOUNT,
        seen=("Account code ... is not a valid code for this document",),
    ),
    _known(
        "account_dropped",
        words="Xero does not know the account of a line and left the line without one.",
        remedy="Choose an account for the line on the draft in Xero, and a live one here under Settings, Tax mapping.",
        seen=("Account code ... has been removed as it does not match",),
    ),
    _known(
        "account_unknown",
        words="Xero does not accept the account of a line; very small prices can cause this too.",
        remedy=_CHOOSE_ACCOUNT,
        seen=("Account must be valid",),
    ),
    _known(
        "tax_not_with_account",
        words="Xero does not allow this tax rate together with this account.",
        remedy="Choose another tax rate or another account for it under Settings, then retry.",
        seen=("TaxType code ... cannot be used with account code",),
    ),
    _known(
        "tax_unknown",
        words="Xero does not have this tax rate, or not for this kind of document.",
        remedy=_CHOOSE_TAX,
        seen=("TaxType code ... does not exist or cannot be used",),
    ),
    _known(
        "tax_unknown",
        words="Xero does not accept the tax rate of a line; very small prices can cause this too.",
        remedy=_CHOOSE_TAX,
        seen=("Tax rate must be valid",),
    ),
    _known(
        "lines_missing",
        words="The document has no lines.",
        remedy="Add at least one line, then retry.",
        seen=("One or more line items must be specified",),
    ),
    _known(
        "total_differs",
        words="The total does not equal the sum of the lines as Xero rounds them.",
        remedy="Check the lines for prices with more than four decimals, then retry.",
        seen=("invoice total does not equal the sum of the lines",),
    ),
    _known(
        "total_differs",
        words="A line's amount is not its quantity times its price as Xero rounds them.",
        remedy="Check the line for a price with more than four decimals, then retry.",
        seen=("line total ... does not match the expected line total",),
    ),
    _known(
        "total_negative",
        words="Xero takes no invoice or bill with a total below zero.",
        remedy="Enter it as a credit note instead.",
        seen=("total must be greater than or equal to zero",),
    ),
    _known(
        "currency_missing",
        words="This organisation does not use this currency in Xero.",
        remedy="Add the currency in Xero under Settings, Currencies, then retry.",
        seen=("not subscribed to currency",),
    ),
    _known(
        "period_locked",
        words="The document's date lies in a period that is locked in Xero.",
        remedy="Give it a later date, or have the lock date in Xero moved, then retry.",
        seen=("period lock date",),
    ),
    _known(
        "period_locked",
        words="The document's date lies in a year that is locked in Xero.",
        remedy="Give it a later date, or have an adviser move the lock date in Xero, then retry.",
        seen=("end of year lock date",),
    ),
    _known(
        "plan_limit",
        words="This organisation's Xero plan allows no more approved invoices this month.",
        remedy="Send it as a draft, raise the plan in Xero, or retry next month.",
        seen=("limit of invoices you can approve",),
    ),
    _known(
        "not_in_xero",
        words="Xero does not have the record that this refers to.",
        remedy="Look whether it was deleted in Xero, then link it anew or retry.",
        seen=(
            "could not be found",
            "was not found for this endpoint",
        ),
    ),
)
