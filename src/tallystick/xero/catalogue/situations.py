"""What stands in the way whatever the sentence says besides: locks, payments, roles and plans.

These are few words that tell enough. They come after the sentences that are known as a whole and
before what is inferred from nouns.
"""

from collections.abc import Sequence

from tallystick.xero.catalogue.codes import RefusalCode
from tallystick.xero.catalogue.known import KnownMessage, known

_UNDO = "Undo that in Xero and press Retry, or leave it as it stands there."

SITUATIONS: Sequence[KnownMessage] = (
    known(
        RefusalCode.MADE_BY_EXPENSES,
        "The {noun} was made by Xero Expenses, and no other program may change it.",
        "Change it in Xero if it must change.",
        "Xero Expenses",
    ),
    known(
        RefusalCode.PERIOD_LOCKED,
        "The date of the {noun} lies in a period that is locked in Xero.",
        "Have the lock date in Xero moved and press Retry, or {later}.",
        "lock date",
        "lock dates",
        "locked period",
        "locked periods",
        "closed period",
        "closed year",
        "books ... locked",
        "books ... closed",
        "locked by your adviser",
        "locked by your advisor",
        "period ... is locked",
        "period ... has been locked",
        "period ... is closed",
        "period ... has been closed",
        "period ... finalised",
        "year ... is locked",
        "year ... is closed",
        "year ... has been closed",
    ),
    known(
        RefusalCode.PAYMENT_RECONCILED,
        "The payment is matched with the bank statement in Xero and can no longer change.",
        _UNDO,
        "payment ... reconciled",
    ),
    known(
        RefusalCode.RECONCILED,
        "The {noun} in Xero is matched with the bank statement and can no longer change.",
        _UNDO,
        "been reconciled",
        "is reconciled",
    ),
    known(
        RefusalCode.HAS_PAYMENTS,
        "The {noun} in Xero has a payment or credit note on it and can no longer change.",
        "Open it in Xero and compare; change it there if it must change.",
        "payment ... credit note ... allocated",
        "has an allocation",
        "has allocations",
        "has a credit note",
        "has credit notes",
        "has payments",
        "has a payment",
        "payments have been",
        "payment has been made",
        "payment has been applied",
        "payments allocated",
        "payments applied",
        "payment ... has been allocated",
        "prepayments allocated",
        "overpayments allocated",
        "remove the payment",
        "remove all payments",
        "remove allocations",
    ),
    known(
        RefusalCode.STATUS_FIXED,
        "The status in Xero (paid, voided or deleted) does not allow this.",
        "Open it in Xero and compare; change it there if it must change.",
        "has been voided",
        "is voided",
        "already voided",
        "already been voided",
        "already paid",
        "already fully paid",
        "already been paid",
        "has been paid",
    ),
    known(
        RefusalCode.NOT_PERMITTED,
        "The person who connected Xero may not do this there.",
        "Have someone with a higher role in Xero connect it again under Settings, Integrations, "
        "then press Retry.",
        "permission",
        "not authorised to",
        "not authorized to",
        "permissions",
        "privileges",
        "user role",
        "access denied",
        "access is denied",
    ),
    known(
        RefusalCode.PLAN_LIMIT,
        "This organisation's Xero plan does not allow this, or no more of it for now.",
        "Raise the plan in Xero, then press Retry.",
        "pricing plan",
        "Xero plan",
        "your plan",
        "current plan",
        "your subscription",
        "plan allows",
        "upgrade your plan",
        "upgrade your subscription",
        "you can approve",
        "trial period",
        "trial has expired",
        "trial organisation",
    ),
)
