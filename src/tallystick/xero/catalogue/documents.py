"""Documents as a whole: number, status, dates, currency, total."""

from tallystick.xero.catalogue.codes import RefusalCode
from tallystick.xero.catalogue.known import known

_LOOK_IN_XERO = "Open it in Xero and compare; change it there if it must change."
_REMOVE_PAYMENTS = "Remove the payments and credit notes from it in Xero first, then press Retry."

DOCUMENTS = (
    known(
        RefusalCode.NUMBER_TAKEN,
        "Another {noun} in Xero already has this number.",
        "Compare the two. Renumber this one, or give the one in Xero another number, then press "
        "Retry.",
        "Invoice # must be unique",
        "Credit Note # must be unique",
    ),
    known(
        RefusalCode.ITEM_CODE_TAKEN,
        "Xero already has an item with this code.",
        "Link this item to the one in Xero, or give it another code.",
        "Price List Item with Code ... already exists",
    ),
    known(
        RefusalCode.HAS_PAYMENTS,
        "The {noun} in Xero has a payment or credit note on it and can no longer change.",
        _LOOK_IN_XERO,
        "cannot be edited as it has a payment or credit note allocated",
    ),
    known(
        RefusalCode.HAS_PAYMENTS,
        "The {noun} in Xero has payments or credit notes on it, so it keeps its status.",
        _REMOVE_PAYMENTS,
        "cannot be applied to the invoice because it has payments or credit notes",
    ),
    known(
        RefusalCode.HAS_PAYMENTS,
        "The {noun} in Xero has a payment or credit note on it, so its date can no longer change.",
        _LOOK_IN_XERO,
        "Date cannot be changed on ... that has payment or credit notes allocated",
    ),
    known(
        RefusalCode.HAS_PAYMENTS,
        "The {noun} in Xero is paid and its lines can no longer be replaced.",
        _LOOK_IN_XERO,
        "To update fields on a paid invoice line item",
    ),
    known(
        RefusalCode.STATUS_FIXED,
        "The {noun} in Xero has a status (approved, paid, voided or deleted) that does not allow "
        "this.",
        _LOOK_IN_XERO,
        "not of valid status for modification",
        "not of valid status for creation",
    ),
    known(
        RefusalCode.TYPE_INVALID,
        "Xero does not create this kind of document this way, nor turn one kind into another.",
        "Check whether it is an invoice, a bill or a credit note; cancel it and enter it anew.",
        "not of valid type for creation",
        "The Type of an invoice cannot be changed",
        "The Type of a credit note cannot be changed",
    ),
    known(
        RefusalCode.DUE_DATE_MISSING,
        "Xero wants a due date of every {noun} that is more than a draft.",
        "Give it a due date, then press Retry.",
        "DueDate must be specified",
        "DueDate field must be specified",
        "DueDate cannot be empty",
        "Due Date cannot be empty",
    ),
    known(
        RefusalCode.TOTAL_DIFFERS,
        "The total of the {noun} does not equal the sum of its lines as Xero rounds them.",
        "Check the lines for prices with more than four decimals, then press Retry.",
        "total does not equal the sum of the lines",
    ),
    known(
        RefusalCode.TOTAL_NEGATIVE,
        "Xero takes no {noun} with a total below zero.",
        "Cancel it and enter it the other way round: a credit note instead of an invoice or bill, "
        "or an invoice or bill instead of a credit note.",
        "total ... must be greater than or equal to zero",
    ),
    known(
        RefusalCode.AMOUNT_TOO_LARGE,
        "An amount of the {noun} is larger than Xero can keep.",
        "Correct it, or part it into several documents, then press Retry.",
        "The total is too large",
        "line total must not exceed",
        "TaxAmount must not exceed",
        "payment is too large in the currency",
    ),
    known(
        RefusalCode.CURRENCY_MISSING,
        "This organisation does not use this currency in Xero.",
        "Add the currency in Xero under Settings, Currencies, then press Retry.",
        "not subscribed to currency",
    ),
    known(
        RefusalCode.RATE_INVALID,
        "Xero does not take the exchange rate.",
        "Correct the rate, or empty it so that Xero takes the day's, then press Retry.",
        "CurrencyRate must be greater than zero",
        "CurrencyRate and BankAmount must be greater than zero",
    ),
    known(
        RefusalCode.PERIOD_LOCKED,
        "The date of the {noun} lies in a period that is locked in Xero.",
        "Have the lock date in Xero moved and press Retry, or {later}.",
        "period lock date",
    ),
    known(
        RefusalCode.PERIOD_LOCKED,
        "The date of the {noun} lies in a year that is locked in Xero.",
        "Have an adviser move the lock date in Xero and press Retry, or {later}.",
        "end of year lock date",
        "end of the year lock date",
        "year end lock date",
    ),
    known(
        RefusalCode.PLAN_LIMIT,
        "This organisation's Xero plan allows no more approved invoices and bills this month.",
        "Send it as a draft, raise the plan in Xero, or press Retry next month.",
        "limit of invoices you can approve",
    ),
    known(
        RefusalCode.ADDRESS_REFUSED,
        "Xero does not take the address of this installation as the way back to the {noun}.",
        "Have this installation given a full http or https address without the word xero in it, "
        "then press Retry.",
        "Url must be an absolute",
        "Url must not contain",
    ),
    known(
        RefusalCode.TOO_MANY_RECORDS,
        "This organisation has so many records in Xero that it does not search all of them.",
        "Press Retry later; a number without quotation marks and backslashes is found at once.",
        "is not filtering ... efficiently",
    ),
)
