"""What causes are called, and what a person is told to do about all that one holds up."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tallystick.mapping.taxes import UNTAXED_CODE
from tallystick.sync.attention import Cause, Trouble

#: By the problem's code.
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "no_account": "No account is chosen",
        "account": "The account cannot be used",
        "no_tax_code": "Lines without a tax code",
        UNTAXED_CODE: "Entered without tax",
        "tax_not_mapped": "A tax code has no tax mapping",
        "tax_type": "A tax rate does not fit",
        "totals": "Totals would differ in Xero",
        "currency": "The currency is not kept in Xero",
        "locked": "Dated before the lock date",
        "no_lines": "No lines",
        "number_taken": "The number is taken in Xero",
        "no_clear_answer": "Xero gave no clear answer",
        "differs": "Somebody changed it in Xero",
        "gone_in_xero": "Somebody removed it in Xero",
        "document_gone": "What it is for was removed in Xero",
        "has_payments": "Payments or credits stand on it",
        "doubled": "It stands in Xero twice",
        "not_approved": "What it is for is not approved in Xero",
        "payment_exists": "Xero has such a payment already",
        "too_much": "More than is outstanding in Xero",
        "claim_differs": "It is another one in Xero",
        "claim_missing": "Xero has none of that number",
        "account_unknown": "Xero does not know the account",
        "account_archived": "The account is archived in Xero",
        "contact_name_taken": "Is it the same customer?",
        "contact_number_taken": "The customer's number is taken in Xero",
        "contact_archived": "The customer is archived in Xero",
        "contact_missing": "The customer is not in Xero",
        "record_taken": "Linked to another record",
        "email_invalid": "Xero does not take the e-mail address",
        "refused": "Xero refused it",
        "internal": "Stopped by an error of ours",
    }
)
_OF_STUCK = MappingProxyType(
    {
        "queued": "Queued, and not taken up",
        "sending": "Sent, and no answer known",
        "paused": "Xero breaks off each time",
    }
)


def title_of(cause: Cause) -> str:
    """Return what stands above the records of the cause."""
    if cause.trouble == Trouble.STUCK:
        return _OF_STUCK.get(cause.code, "Stuck")
    return _TITLES.get(cause.code, Trouble(cause.trouble).label)


def lead_of(cause: Cause, problem: Mapping[str, Any]) -> str:
    """Return what to do, in a sentence; that of the newest record stands for all."""
    if cause.code == "paused":
        return (
            "Nothing is lost or doubled, and it is tried again by itself within the hour; Retry tries "
            "at once. If the others go through, look at the texts and amounts of these."
        )
    if cause.trouble == Trouble.STUCK:
        return (
            "Nothing is lost. See that a worker is running, then press Retry: Xero is asked what it "
            "has before anything is sent again."
        )
    return str(problem.get("remedy", ""))
