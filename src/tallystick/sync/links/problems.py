"""What can be wrong with a record on its way: one row a code, with all that is said and done of it.

What happened to which record, and what to do about that one, is said where the problem is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.db import models

from tallystick.mapping.problems import MappingCode
from tallystick.xero.catalogue.codes import RefusalCode


class Trouble(models.TextChoices):
    """The kinds of trouble, in the order in which a person should see to them."""

    ORPHANED = "orphaned", "Should be gone, still in Xero"
    DOUBLED = "doubled", "Twice in Xero"
    NUMBER_TAKEN = "number_taken", "Number taken in Xero"
    DRIFTED = "drifted", "Changed or removed in Xero"
    HELD = "held", "Questions only you can answer"
    FAILED = "failed", "Could not be sent"
    STUCK = "stuck", "On the way for too long"


class DecisionName(StrEnum):
    """What a person may decide about a record that waits for them; forms and tests name it so."""

    REMOVE = "remove"
    LEAVE = "leave"
    MARK = "mark"
    ADD_TAX = "add_tax"
    APPROVE = "approve"
    FOLLOW = "follow"
    TAKE_BOTH = "take_both"
    KEEP_THEIRS = "keep_theirs"
    SEND_OURS = "send_ours"
    SEND_RENUMBERED = "send_renumbered"
    CANCEL = "cancel"
    RETRY = "retry"
    MARK_DONE = "mark_done"
    CLEAR_XERO_ID = "clear_xero_id"


class ProblemCode(StrEnum):
    """What the engine itself finds; what mapping finds and what Xero refuses have their own."""

    NO_CLEAR_ANSWER = "no_clear_answer"
    DIFFERS = "differs"
    SETTLED = "settled"
    GONE_IN_XERO = "gone_in_xero"
    DOCUMENT_GONE = "document_gone"
    DOUBLED = "doubled"
    NOT_APPROVED = "not_approved"
    PAYMENT_EXISTS = "payment_exists"
    TOO_MUCH = "too_much"
    CLAIM_DIFFERS = "claim_differs"
    CLAIM_MISSING = "claim_missing"
    RECORD_TAKEN = "record_taken"
    NOT_ATTACHED = "not_attached"
    VALUES_DIFFER = "values_differ"
    REFUSED = "refused"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """What is said and offered wherever a record has the problem."""

    title: str
    #: Which trouble it is, whatever the link's state; None: the state tells.
    trouble: Trouble | None = None
    #: What is offered beside what is always: Retry, Mark done and clearing the Xero ID.
    decisions: tuple[DecisionName, ...] = ()
    #: Its record's page shows above all else what was sent, what Xero has and what is here.
    shows_sides: bool = False
    #: Said of all together, where each record has remedies of its own.
    remedy_of_many: str = ""


_COMPARE = (
    "Compare the sides on the page of each, then choose. What a press would bring about there is "
    "asked before, and what cannot work is not offered."
)
_KEEP = (
    "Keep what Xero has, or leave both as they are. Where payments or credits stand on it there, ours can be sent after they "
    "are removed in Xero."
)
#: Of what was deleted and what was voided together: Xero keeps some numbers of the latter.
_OF_GONE = (
    "Send those again as new ones whose number Xero has free, cancel them here, or leave them out of "
    "Xero. What Xero keeps the number of, as of a voided invoice, can be sent again once it is "
    "renumbered here."
)

PROBLEMS: Mapping[str, ProblemRow] = MappingProxyType(
    {
        MappingCode.NO_ACCOUNT: ProblemRow("No account is chosen"),
        MappingCode.ACCOUNT: ProblemRow("The account cannot be used"),
        RefusalCode.ACCOUNT_UNKNOWN: ProblemRow("Xero does not know the account"),
        RefusalCode.ACCOUNT_ARCHIVED: ProblemRow("The account is archived in Xero"),
        RefusalCode.ACCOUNT_DROPPED: ProblemRow("Xero left out the account of a line"),
        MappingCode.NO_TAX_CODE: ProblemRow("Lines without a tax code"),
        MappingCode.MADE_UNTAXED: ProblemRow(
            "Entered without tax", decisions=(DecisionName.ADD_TAX,)
        ),
        MappingCode.TAX_NOT_MAPPED: ProblemRow("A tax code has no tax mapping"),
        MappingCode.TAX_TYPE: ProblemRow("A tax rate does not fit"),
        MappingCode.STATED_TAX: ProblemRow("The tax of the source does not go with the tax code"),
        RefusalCode.TAX_UNKNOWN: ProblemRow("Xero does not have the tax rate"),
        RefusalCode.TAX_NOT_WITH_ACCOUNT: ProblemRow("Tax rate and account do not go together"),
        MappingCode.TRACKING: ProblemRow("The tracking of a line is not in Xero"),
        RefusalCode.TRACKING_UNKNOWN: ProblemRow("The tracking of a line is not in Xero"),
        RefusalCode.TRACKING_DROPPED: ProblemRow("Xero left out the tracking of a line"),
        RefusalCode.TRACKING_TOO_MANY: ProblemRow("A line bears too much tracking"),
        MappingCode.TOTALS: ProblemRow("Totals would differ in Xero"),
        RefusalCode.TOTAL_DIFFERS: ProblemRow("The total is not the sum of the lines"),
        RefusalCode.TOTAL_NEGATIVE: ProblemRow("The total is below zero"),
        MappingCode.BELOW_ZERO: ProblemRow("The total is below zero"),
        MappingCode.ROUNDING: ProblemRow("The total is not the sum of the lines"),
        MappingCode.ROUNDING_ACCOUNT: ProblemRow("No account is chosen for rounding"),
        MappingCode.CURRENCY: ProblemRow("The currency is not kept in Xero"),
        RefusalCode.CURRENCY_MISSING: ProblemRow("The currency is not kept in Xero"),
        RefusalCode.RATE_INVALID: ProblemRow("Xero does not take the exchange rate"),
        MappingCode.LOCKED: ProblemRow("Dated before the lock date"),
        RefusalCode.PERIOD_LOCKED: ProblemRow("The period is locked in Xero"),
        MappingCode.NO_LINES: ProblemRow("No lines"),
        RefusalCode.LINES_MISSING: ProblemRow("No lines"),
        RefusalCode.LINE_INCOMPLETE: ProblemRow("A line is incomplete"),
        RefusalCode.ITEM_UNKNOWN: ProblemRow("Xero does not have the item"),
        RefusalCode.ITEM_CODE_TAKEN: ProblemRow("The item's code is taken in Xero"),
        RefusalCode.QUANTITY_INVALID: ProblemRow("Xero does not take the quantity"),
        RefusalCode.PRICE_INVALID: ProblemRow("Xero does not take the price"),
        RefusalCode.DESCRIPTION_INVALID: ProblemRow("Xero does not take the text of a line"),
        RefusalCode.LINE_INVALID: ProblemRow("Xero does not take a line"),
        RefusalCode.DISCOUNT_NOT_TAKEN: ProblemRow("Xero takes no discount here"),
        RefusalCode.DISCOUNT_INVALID: ProblemRow("Xero does not take the discount"),
        RefusalCode.DUE_DATE_MISSING: ProblemRow("No due date"),
        RefusalCode.DUE_DATE_INVALID: ProblemRow("Xero does not take the due date"),
        RefusalCode.DATE_INVALID: ProblemRow("Xero does not take the date"),
        RefusalCode.AMOUNT_TOO_LARGE: ProblemRow("An amount is too large for Xero"),
        RefusalCode.AMOUNT_NOT_POSITIVE: ProblemRow("The amount is not above zero"),
        RefusalCode.AMOUNT_INVALID: ProblemRow("Xero does not take the amount"),
        RefusalCode.TEXT_TOO_LONG: ProblemRow("A text is too long for Xero"),
        MappingCode.NUMBER: ProblemRow("The number is not plain"),
        RefusalCode.NUMBER_TAKEN: ProblemRow(
            "The number is taken in Xero",
            trouble=Trouble.NUMBER_TAKEN,
            decisions=(DecisionName.MARK,),
            shows_sides=True,
        ),
        RefusalCode.TYPE_INVALID: ProblemRow("The kind does not fit"),
        RefusalCode.NUMBER_INVALID: ProblemRow("Xero does not take the number or reference"),
        RefusalCode.STATUS_FIXED: ProblemRow("Its status in Xero does not allow it"),
        RefusalCode.FIELD_FIXED: ProblemRow("It can no longer be changed in Xero"),
        RefusalCode.FIELD_DROPPED: ProblemRow("Xero left something out"),
        RefusalCode.MADE_BY_EXPENSES: ProblemRow("Xero Expenses made it"),
        RefusalCode.RECONCILED: ProblemRow("Matched with the bank statement in Xero"),
        RefusalCode.NOT_PERMITTED: ProblemRow("The role in Xero does not allow it"),
        RefusalCode.PLAN_LIMIT: ProblemRow("The Xero plan does not allow it"),
        RefusalCode.ADDRESS_REFUSED: ProblemRow("Xero does not take our address"),
        RefusalCode.TOO_MANY_RECORDS: ProblemRow("Xero has too many records to search"),
        ProblemCode.NO_CLEAR_ANSWER: ProblemRow("Xero gave no clear answer"),
        ProblemCode.DIFFERS: ProblemRow(
            "Somebody changed it in Xero",
            trouble=Trouble.DRIFTED,
            decisions=(
                DecisionName.FOLLOW,
                DecisionName.TAKE_BOTH,
                DecisionName.KEEP_THEIRS,
                DecisionName.SEND_OURS,
                DecisionName.CANCEL,
            ),
            shows_sides=True,
            remedy_of_many=_COMPARE,
        ),
        ProblemCode.SETTLED: ProblemRow(
            "Somebody changed it in Xero, and ours cannot go over it",
            trouble=Trouble.DRIFTED,
            decisions=(DecisionName.FOLLOW, DecisionName.KEEP_THEIRS, DecisionName.CANCEL),
            shows_sides=True,
            remedy_of_many=_KEEP,
        ),
        ProblemCode.GONE_IN_XERO: ProblemRow(
            "Somebody removed it in Xero",
            trouble=Trouble.DRIFTED,
            decisions=(
                DecisionName.SEND_OURS,
                DecisionName.SEND_RENUMBERED,
                DecisionName.CANCEL,
            ),
            remedy_of_many=_OF_GONE,
        ),
        ProblemCode.DOCUMENT_GONE: ProblemRow("What it is for was removed in Xero"),
        RefusalCode.HAS_PAYMENTS: ProblemRow(
            "Payments or credits stand on it", decisions=(DecisionName.LEAVE,)
        ),
        ProblemCode.DOUBLED: ProblemRow(
            "It stands in Xero twice", trouble=Trouble.DOUBLED, decisions=(DecisionName.MARK_DONE,)
        ),
        ProblemCode.NOT_APPROVED: ProblemRow(
            "What it is for is not approved in Xero", decisions=(DecisionName.APPROVE,)
        ),
        ProblemCode.PAYMENT_EXISTS: ProblemRow(
            "Xero has such a payment already",
            decisions=(DecisionName.KEEP_THEIRS, DecisionName.SEND_OURS),
        ),
        ProblemCode.TOO_MUCH: ProblemRow(
            "More than is outstanding in Xero", decisions=(DecisionName.CANCEL,)
        ),
        RefusalCode.PAYMENT_TOO_LARGE: ProblemRow(
            "More than is outstanding in Xero", decisions=(DecisionName.CANCEL,)
        ),
        RefusalCode.PAYMENT_NOT_AUTHORISED: ProblemRow("What it is for is not approved in Xero"),
        MappingCode.NO_PAYMENT_ACCOUNT: ProblemRow("No account is chosen for payments"),
        MappingCode.PAYMENT_ACCOUNT: ProblemRow("The account for payments cannot be used"),
        RefusalCode.PAYMENT_ACCOUNT_INVALID: ProblemRow("The account takes no payments"),
        RefusalCode.PAYMENT_ACCOUNT_CURRENCY: ProblemRow("The account's currency does not fit"),
        RefusalCode.PAYMENT_UNAPPLIED: ProblemRow("Xero does not know what the payment is for"),
        RefusalCode.PAYMENT_APPLIED_TWICE: ProblemRow("The payment is for more than one document"),
        RefusalCode.PAYMENT_GONE: ProblemRow("The payment is deleted in Xero"),
        RefusalCode.PAYMENT_REFUSED: ProblemRow("Xero does not take the payment"),
        RefusalCode.PAYMENT_RECONCILED: ProblemRow("Reconciled in Xero"),
        RefusalCode.PAYMENT_IN_BATCH: ProblemRow("Part of a batch payment in Xero"),
        RefusalCode.ALLOCATION_DOCUMENT_PAID: ProblemRow("What the credit is for is paid in Xero"),
        RefusalCode.ALLOCATION_NOT_AUTHORISED: ProblemRow("Not both are approved in Xero"),
        RefusalCode.ALLOCATION_TOO_LARGE: ProblemRow("More than is left of the credit in Xero"),
        RefusalCode.ALLOCATION_WRONG_KIND: ProblemRow("The two do not go together"),
        RefusalCode.ALLOCATION_OTHER_CONTACT: ProblemRow(
            "The two are for different contacts in Xero"
        ),
        RefusalCode.ALLOCATION_OTHER_CURRENCY: ProblemRow("The two are in different currencies"),
        RefusalCode.ALLOCATION_REFUSED: ProblemRow("Xero does not take the allocation"),
        ProblemCode.CLAIM_DIFFERS: ProblemRow("It is another one in Xero", shows_sides=True),
        ProblemCode.CLAIM_MISSING: ProblemRow("Xero has none of that number"),
        RefusalCode.CONTACT_NAME_TAKEN: ProblemRow("Is it the same customer?"),
        RefusalCode.CONTACT_NAME_INVALID: ProblemRow("Xero does not take the name"),
        RefusalCode.CONTACT_NUMBER_TAKEN: ProblemRow("The customer's number is taken in Xero"),
        RefusalCode.CONTACT_ACCOUNT_NUMBER_TAKEN: ProblemRow("The account number is taken in Xero"),
        RefusalCode.CONTACT_ARCHIVED: ProblemRow("The customer is archived in Xero"),
        RefusalCode.CONTACT_MISSING: ProblemRow("The customer is not in Xero"),
        RefusalCode.CONTACT_NOT_IN_XERO: ProblemRow("The customer is not in Xero any more"),
        RefusalCode.EMAIL_INVALID: ProblemRow("Xero does not take the e-mail address"),
        RefusalCode.CONTACT_INVALID: ProblemRow("Xero does not take the customer's details"),
        ProblemCode.RECORD_TAKEN: ProblemRow("Linked to another record"),
        ProblemCode.VALUES_DIFFER: ProblemRow("Somebody changed it in Xero, too"),
        ProblemCode.NOT_ATTACHED: ProblemRow("The PDF is not attached"),
        RefusalCode.FILE_REFUSED: ProblemRow("Xero does not take the file"),
        RefusalCode.TOO_MANY_FILES: ProblemRow("Xero takes no more files on it"),
        RefusalCode.NOT_IN_XERO: ProblemRow("Xero does not have what it refers to"),
        ProblemCode.REFUSED: ProblemRow("Xero refused it"),
        RefusalCode.OTHER: ProblemRow("Xero refused it"),
        ProblemCode.INTERNAL: ProblemRow("Stopped by an error of ours"),
    }
)
#: Codes of the questions about what Xero's record says, or that it is gone: asking Xero again, which
#: Retry does, is no answer to them.
ABOUT_CONTENT = frozenset(code for code, row in PROBLEMS.items() if row.trouble == Trouble.DRIFTED)


def title_of_code(code: str) -> str:
    """Return what a problem is called by its code alone; older versions wrote others."""
    return PROBLEMS.get(code, PROBLEMS[RefusalCode.OTHER]).title


def shows_sides(code: str) -> bool:
    """Tell whether the page of a record with this problem shows the sides at once."""
    return code in PROBLEMS and PROBLEMS[code].shows_sides


def codes_offering(decision: DecisionName) -> list[str]:
    """Return the codes of the problems that the decision is offered for."""
    return [code for code, row in PROBLEMS.items() if decision in row.decisions]
