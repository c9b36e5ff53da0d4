"""What causes are called, and what a person is told to do about all that one holds up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tallystick.connections.models import Organisation
from tallystick.mapping.taxes import UNTAXED_CODE
from tallystick.sync.attention import Cause, Group, Trouble, groups_of
from tallystick.sync.sums import Part

#: Of a cause so many records are told one by one.
SHOWN = 20

#: By the problem's code.
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "no_account": "No account is chosen",
        "account": "The account cannot be used",
        "account_unknown": "Xero does not know the account",
        "account_archived": "The account is archived in Xero",
        "account_dropped": "Xero left out the account of a line",
        "no_tax_code": "Lines without a tax code",
        UNTAXED_CODE: "Entered without tax",
        "tax_not_mapped": "A tax code has no tax mapping",
        "tax_type": "A tax rate does not fit",
        "stated_tax": "The tax of the source does not go with the tax code",
        "tax_unknown": "Xero does not have the tax rate",
        "tax_not_with_account": "Tax rate and account do not go together",
        "tracking": "The tracking of a line is not in Xero",
        "tracking_unknown": "The tracking of a line is not in Xero",
        "tracking_dropped": "Xero left out the tracking of a line",
        "tracking_too_many": "A line bears too much tracking",
        "totals": "Totals would differ in Xero",
        "total_differs": "The total is not the sum of the lines",
        "total_negative": "The total is below zero",
        "below_zero": "The total is below zero",
        "rounding": "The total is not the sum of the lines",
        "rounding_account": "No account is chosen for rounding",
        "currency": "The currency is not kept in Xero",
        "currency_missing": "The currency is not kept in Xero",
        "rate_invalid": "Xero does not take the exchange rate",
        "locked": "Dated before the lock date",
        "period_locked": "The period is locked in Xero",
        "no_lines": "No lines",
        "lines_missing": "No lines",
        "line_incomplete": "A line is incomplete",
        "item_unknown": "Xero does not have the item",
        "item_code_taken": "The item's code is taken in Xero",
        "discount_not_taken": "Xero takes no discount here",
        "discount_invalid": "Xero does not take the discount",
        "due_date_missing": "No due date",
        "amount_too_large": "An amount is too large for Xero",
        "amount_not_positive": "The amount is not above zero",
        "text_too_long": "A text is too long for Xero",
        "number": "The number is not plain",
        "number_taken": "The number is taken in Xero",
        "type_invalid": "The kind does not fit",
        "status_fixed": "Its status in Xero does not allow it",
        "plan_limit": "The Xero plan allows no more this month",
        "address_refused": "Xero does not take our address",
        "too_many_records": "Xero has too many records to search",
        "no_clear_answer": "Xero gave no clear answer",
        "differs": "Somebody changed it in Xero",
        "settled": "Somebody changed it in Xero, and ours cannot go over it",
        "gone_in_xero": "Somebody removed it in Xero",
        "document_gone": "What it is for was removed in Xero",
        "has_payments": "Payments or credits stand on it",
        "doubled": "It stands in Xero twice",
        "not_approved": "What it is for is not approved in Xero",
        "payment_exists": "Xero has such a payment already",
        "too_much": "More than is outstanding in Xero",
        "payment_too_large": "More than is outstanding in Xero",
        "payment_not_authorised": "What it is for is not approved in Xero",
        "no_payment_account": "No account is chosen for payments",
        "payment_account": "The account for payments cannot be used",
        "payment_account_invalid": "The account takes no payments",
        "payment_account_currency": "The account's currency does not fit",
        "payment_unapplied": "Xero does not know what the payment is for",
        "payment_applied_twice": "The payment is for more than one document",
        "payment_gone": "The payment is deleted in Xero",
        "payment_reconciled": "Reconciled in Xero",
        "payment_in_batch": "Part of a batch payment in Xero",
        "allocation_document_paid": "What the credit is for is paid in Xero",
        "allocation_not_authorised": "Not both are approved in Xero",
        "allocation_too_large": "More than is left of the credit in Xero",
        "allocation_wrong_kind": "The two do not go together",
        "allocation_other_contact": "The two are for different contacts in Xero",
        "allocation_other_currency": "The two are in different currencies",
        "claim_differs": "It is another one in Xero",
        "claim_missing": "Xero has none of that number",
        "contact_name_taken": "Is it the same customer?",
        "contact_name_invalid": "Xero does not take the name",
        "contact_number_taken": "The customer's number is taken in Xero",
        "contact_account_number_taken": "The account number is taken in Xero",
        "contact_archived": "The customer is archived in Xero",
        "contact_missing": "The customer is not in Xero",
        "contact_not_in_xero": "The customer is not in Xero any more",
        "email_invalid": "Xero does not take the e-mail address",
        "record_taken": "Linked to another record",
        "not_attached": "The PDF is not attached",
        "file_refused": "Xero does not take the file",
        "too_many_files": "Xero takes no more files on it",
        "not_in_xero": "Xero does not have what it refers to",
        "refused": "Xero refused it",
        "other": "Xero refused it",
        "internal": "Stopped by an error of ours",
    }
)
#: What is said of all together, where each record has remedies of its own.
_OF_MANY: Mapping[str, str] = MappingProxyType(
    {
        "differs": "Compare the sides on the page of each, then choose. What a press would bring "
        "about there is asked before, and what cannot work is not offered.",
        "settled": "Keep what Xero has. Where payments or credits stand on it there, ours can be sent "
        "after they are removed in Xero.",
    }
)
#: Of what was deleted and what was voided together: Xero keeps some numbers of the latter.
_OF_GONE = (
    "Send those again as new ones whose number Xero has free, cancel them here, or leave them out of "
    "Xero. What Xero keeps the number of, as of a voided invoice, can be sent again once it is "
    "renumbered here."
)
_OF_STUCK = MappingProxyType(
    {
        "queued": "Queued, and not taken up",
        "sending": "Sent, and no answer known",
        "paused": "Xero breaks off each time",
    }
)


def words_of_code(code: str) -> str:
    """Return what a problem is called by its code alone."""
    return _TITLES.get(code, "Xero refused it")


def title_of(cause: Cause) -> str:
    """Return what stands above the records of the cause."""
    if cause.trouble == Trouble.STUCK:
        return _OF_STUCK.get(cause.code, "Stuck")
    return _TITLES.get(cause.code, Trouble(cause.trouble).label)


def lead_of(group: Group) -> str:
    """Return what to do, in a sentence; that of the newest record stands for all."""
    cause, problem = group.cause, group.newest.problem or {}
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
    if cause.code == "gone_in_xero" and _may_differ(group):
        return _OF_GONE
    if "theirs" in problem.get("details", {}) and cause.code in _OF_MANY:
        return _OF_MANY[cause.code]
    return str(problem.get("remedy", ""))


def _may_differ(group: Group) -> bool:
    """Tell whether other records of the group may have other remedies than the newest one."""
    remedies = {(link.problem or {}).get("remedy") for link in group.links}
    return len(remedies) > 1 or group.part.is_capped or group.part.count > len(group.links)


@dataclass(frozen=True, slots=True)
class Told:
    """One cause under Needs attention, in words."""

    cause: Cause
    title: str
    part: Part
    #: What happened to each of the newest few, the newest first, and what to do about all.
    messages: list[str]
    remedy: str
    #: The same few records by their names.
    records: list[str]

    @property
    def untold(self) -> int:
        """How many more records it holds up."""
        return max(0, self.part.count - len(self.records))


def causes_told(organisation: Organisation) -> Iterator[Told]:
    """Yield every cause that something waits for a person for, as Needs attention shows them."""
    for group in groups_of(organisation, shown=SHOWN, at_most=10_000).shown:
        yield Told(
            cause=group.cause,
            title=title_of(group.cause),
            part=group.part,
            messages=[str((link.problem or {}).get("message", "")) for link in group.links],
            remedy=lead_of(group),
            records=[str(link.record) for link in group.links],
        )
