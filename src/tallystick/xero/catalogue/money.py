"""Payments, refunds, allocations and attached files, and last what is simply not there."""

from tallystick.xero.catalogue.codes import RefusalCode
from tallystick.xero.catalogue.known import known

_CHOOSE_ACCOUNT = "Choose another account under Settings, Payment methods, then press Retry."
_COMPARE = "Compare both in Xero; remove what is too much there or here, then press Retry."
_DELETE_THERE = "Undo that in Xero and press Retry, or leave the payment as it stands there."

MONEY = (
    known(
        RefusalCode.PAYMENT_NOT_AUTHORISED,
        "What is to be paid is not approved in Xero, or is paid there already.",
        "Approve it in Xero and press Retry; if it is paid there, delete the payment here.",
        "Payments can only be made against Authorised documents",
    ),
    known(
        RefusalCode.PAYMENT_TOO_LARGE,
        "The payment is larger than what is still due on the document in Xero.",
        "Compare the payments on both sides; if somebody entered it in Xero, delete one of the two.",
        "Payment amount exceeds the amount outstanding",
    ),
    known(
        RefusalCode.PAYMENT_ACCOUNT_INVALID,
        "Xero takes no payments to or from this account.",
        "Choose a bank account, or one that takes payments in Xero, under Settings, Payment "
        "methods, then press Retry.",
        "Account type is invalid for making a payment",
        "payments are not enabled",
    ),
    known(
        RefusalCode.PAYMENT_ACCOUNT_CURRENCY,
        "The account is kept in a currency that Xero does not let this payment be made in.",
        _CHOOSE_ACCOUNT,
        "currency of the account does not fit the document",
    ),
    known(
        RefusalCode.PAYMENT_UNAPPLIED,
        "Xero was not told which document the payment is for.",
        "Delete it here and record it anew on the document that it pays.",
        "payment is not applied",
    ),
    known(
        RefusalCode.PAYMENT_APPLIED_TWICE,
        "The payment names more than one document.",
        "Delete it here and record one payment for each document.",
        "Payment is applied to more than one document",
    ),
    known(
        RefusalCode.PAYMENT_GONE,
        "The payment is deleted in Xero already.",
        "Nothing is left to do in Xero; press Retry and it is recorded here.",
        "payment has been deleted already",
        "payment has already been deleted",
        "payment is already deleted",
    ),
    known(
        RefusalCode.PAYMENT_RECONCILED,
        "The payment is matched with the bank statement in Xero and cannot be deleted.",
        _DELETE_THERE,
        "payment that is reconciled cannot be deleted",
    ),
    known(
        RefusalCode.PAYMENT_IN_BATCH,
        "The payment is part of a batch payment in Xero and cannot be deleted alone.",
        _DELETE_THERE,
        "can only be deleted with the batch",
        "belonging to a batch",
        "part of a batch payment",
    ),
    known(
        RefusalCode.AMOUNT_NOT_POSITIVE,
        "Xero takes no {noun} of zero or less.",
        "{correct}",
        "The Amount of a payment must be greater than zero",
        "The Amount of an allocation must be greater than zero",
    ),
    known(
        RefusalCode.ALLOCATION_DOCUMENT_PAID,
        "The document that the credit note is for is paid in Xero already.",
        _COMPARE,
        "trying to allocate to has already been paid off",
    ),
    known(
        RefusalCode.ALLOCATION_NOT_AUTHORISED,
        "The credit note or the document that it is for is not approved in Xero.",
        "Approve both in Xero, then press Retry.",
        "cannot be allocated as it is not of status",
        "can only be allocated to Authorised documents",
    ),
    known(
        RefusalCode.ALLOCATION_TOO_LARGE,
        "The allocation is larger than what is left of the credit note, or due on the document.",
        _COMPARE,
        "cannot be allocated as amount is greater than amount outstanding",
    ),
    known(
        RefusalCode.ALLOCATION_WRONG_KIND,
        "Xero allocates sales credit notes to invoices and supplier credit notes to bills only.",
        "Remove the allocation here and choose another document.",
        "cannot be allocated to an incorrect invoice type",
    ),
    known(
        RefusalCode.ALLOCATION_OTHER_CONTACT,
        "The credit note and the document belong to different contacts in Xero.",
        "Give both the same contact in Xero and press Retry, or remove the allocation here.",
        "cannot be allocated to an invoice of another contact",
    ),
    known(
        RefusalCode.ALLOCATION_OTHER_CURRENCY,
        "The credit note and the document are in different currencies.",
        "Remove the allocation here and choose another document.",
        "cannot be allocated to an invoice in another currency",
    ),
    known(
        RefusalCode.FILE_REFUSED,
        "Xero does not take the file: its name or its content is not to its liking.",
        "Attach the file in Xero by hand; the {noun} itself is there.",
        "file name must not contain",
        "attachment has no content",
        "IncludeOnline is for",
    ),
    known(
        RefusalCode.TOO_MANY_FILES,
        "The {noun} in Xero has as many files as Xero takes.",
        "Remove one of them in Xero, then press Retry.",
        "can have at most ... attachments",
    ),
    known(
        RefusalCode.NOT_IN_XERO,
        "Xero does not have the record that this refers to.",
        "Look whether it was deleted in Xero, then press Retry.",
        "existing invoice ... could not be found",
        "existing bill ... could not be found",
        "existing credit note ... could not be found",
        "existing payment ... could not be found",
        "was not found for this endpoint",
    ),
)
