"""Lines: what they lack, their accounts, tax rates, items, discounts and tracking."""

from tallystick.xero.catalogue.codes import RefusalCode
from tallystick.xero.catalogue.known import known

_CHOOSE_ACCOUNT = (
    "Choose a live account where it is named: on the line, on its item or under Settings, Accounts; or "
    "mend it in Xero. Then press Retry."
)
_CHOOSE_TAX = "Choose another tax rate for it under Settings, Tax mapping, then press Retry."
_CORRECT_LINE = "Correct the line, then press Retry."

LINES = (
    known(
        RefusalCode.LINES_MISSING,
        "The {noun} has no lines.",
        "Add at least one line, then press Retry.",
        "One or more line items must be specified",
    ),
    known(
        RefusalCode.LINE_INCOMPLETE,
        "{line} lacks what Xero wants of every line: text, quantity, price, account or tax rate.",
        "Complete the line, then press Retry; its account may stand on its item or under Settings, "
        "Accounts, its tax rate under Settings, Tax mapping.",
        "A line item must have a",
    ),
    known(
        RefusalCode.TOTAL_DIFFERS,
        "{line}'s amount is not its quantity times its price as Xero rounds them.",
        "Check the line for a price with more than four decimals, then press Retry.",
        "line total ... does not match the expected line total",
    ),
    known(
        RefusalCode.ACCOUNT_ARCHIVED,
        "{line} uses an account that is archived or deleted in Xero.",
        _CHOOSE_ACCOUNT,
        "Account code ... has been archived, or has been deleted",
    ),
    known(
        RefusalCode.ACCOUNT_UNKNOWN,
        "{line} uses an account that Xero does not have or does not allow on this {noun}.",
        _CHOOSE_ACCOUNT,
        "Account code ... is not a valid code for this document",
    ),
    known(
        RefusalCode.ACCOUNT_DROPPED,
        "Xero does not know the account of {line} and left the line without one.",
        "Choose an account for the line on the draft in Xero, and a live one here under Settings, "
        "Accounts.",
        "Account code ... has been removed as it does not match",
    ),
    known(
        RefusalCode.ACCOUNT_UNKNOWN,
        "Xero does not accept the account of {line}; very small prices can cause this too.",
        _CHOOSE_ACCOUNT,
        "Account must be valid",
    ),
    known(
        RefusalCode.TAX_NOT_WITH_ACCOUNT,
        "Xero does not allow this tax rate together with this account.",
        "Choose another tax rate under Settings, Tax mapping, or another account on the line, on "
        "its item or under Settings, Accounts, then press Retry.",
        "TaxType code ... cannot be used with account code",
        "tax ... cannot be used with account",
        "account ... cannot be used with tax",
        "account ... does not allow tax",
        "combination of account ... tax",
        "combination of tax ... account",
        "tax type ... not available for account",
        "tax type ... not valid for the account",
    ),
    known(
        RefusalCode.TAX_UNKNOWN,
        "Xero does not have this tax rate, or not for this {noun}.",
        _CHOOSE_TAX,
        "TaxType code ... does not exist or cannot be used",
    ),
    known(
        RefusalCode.TAX_UNKNOWN,
        "Xero does not accept the tax rate of {line}; very small prices can cause this too.",
        _CHOOSE_TAX,
        "Tax rate must be valid",
    ),
    known(
        RefusalCode.ITEM_UNKNOWN,
        "Xero has no item with the code of {line}.",
        "Add the item in Xero, or take the code off the line, then press Retry.",
        "Item code ... is not valid",
    ),
    known(
        RefusalCode.DISCOUNT_NOT_TAKEN,
        "Xero takes discounts on the lines of sales invoices only.",
        "Lower the price of the line instead, then press Retry.",
        "Discounts can only be applied to",
        "Discounts may not be applied to",
    ),
    known(
        RefusalCode.DISCOUNT_INVALID,
        "The discount of {line} is larger than what it is taken off.",
        "Lower the discount; a line whose price is zero or below takes none. Then press Retry.",
        "discount must not be greater than the line total",
    ),
    known(
        RefusalCode.DISCOUNT_INVALID,
        "Xero takes discounts from 0 to 100 percent only.",
        _CORRECT_LINE,
        "DiscountRate must be from 0 to 100",
    ),
    known(
        RefusalCode.QUANTITY_INVALID,
        "Xero has less of the item in stock than {line} takes.",
        "Correct the quantity, or the stock in Xero, then press Retry.",
        "quantity on hand",
        "stock on hand",
        "insufficient stock",
        "not enough stock",
    ),
    known(
        RefusalCode.TRACKING_DROPPED,
        "Xero does not know the tracking of {line}, or has archived it, and left the line without.",
        "Choose the tracking on the draft in Xero, or add the option there under Settings, "
        "Tracking categories.",
        "tracking option ... has been removed as it does not match",
    ),
    known(
        RefusalCode.TRACKING_UNKNOWN,
        "Xero does not know the tracking of {line}, or has archived it.",
        "Correct it on the line, or add it in Xero under Settings, Tracking categories, then press "
        "Retry.",
        "tracking option ... does not exist or is not active",
    ),
    known(
        RefusalCode.TRACKING_TOO_MANY,
        "{line} bears more tracking than Xero takes: two categories, each once.",
        _CORRECT_LINE,
        "at most 2 tracking categories",
        "tracking category ... is on a line twice",
    ),
)
