"""What a sentence means that nobody has seen: by what it is about, and what it says of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tallystick.xero.catalogue.codes import RefusalCode
from tallystick.xero.catalogue.fields import Field
from tallystick.xero.catalogue.sayings import Saying

_ACCOUNT = (
    "Choose a live account where it is named: on the line, on its item or under Settings, Accounts; or "
    "mend it in Xero. Then press Retry."
)
_ACCOUNT_HERE = (
    "Choose its account on the line, on its item or under Settings, Accounts, then press Retry."
)
_TAX = "Choose another tax rate for it under Settings, Tax mapping, then press Retry."
_TAX_HERE = (
    "Choose a tax code on the line, and its tax rate under Settings, Tax mapping, then press Retry."
)
_TAX_SUM = (
    "Compare the tax code of the line and its tax rate under Settings, Tax mapping with the rate in "
    "Xero, then press Retry."
)
_LINES_SUM = "Correct the quantities and prices of the lines, then press Retry."
_LINE_SUM = "Correct the quantity or the price of the line, then press Retry."
_PAID_TO = (
    "Choose a bank account, or one that takes payments in Xero, under Settings, Payment methods, then "
    "press Retry."
)
_PARTY = "Correct it at the customer or supplier here, then press Retry."
_PARTY_THERE = "Mend it at the contact in Xero, then press Retry."
_OTHER_DOCUMENT = "Remove the allocation here and choose another document."
_CORRECT = "{correct}"
_COMPLETE = "{enter}"
_LOOK_IN_XERO = "Open it in Xero and compare; change it there if it must change."
_RESTORE = "Restore the contact in Xero under Contacts, Archived, then press Retry."
_LOOK_ANEW = "On the page of the customer or supplier here press Look for its contact anew, then press Retry."
_OTHER_NAME = "Give one of the two another one, here or in Xero, then press Retry."
_RENAME = "Give one of the two another name, here or in Xero, then press Retry."
_COMPARE = "{compare}"
_COMPARE_PAYMENTS = (
    "Compare the payments on both sides; if somebody entered it in Xero, delete one of the two."
)
_COMPARE_NUMBERS = (
    "Compare the two. Renumber this one, or give the one in Xero another number, then press Retry."
)
_SAME_PAYMENT = (
    "Compare the payments on both sides; where it is in Xero already, delete one of the two."
)
_SAME_ALLOCATION = "Compare both sides; where it is in Xero already, remove it here."
_LOOK_AT_BOTH = (
    "Look at the credit note and its document in Xero and mend what does not fit, then press Retry."
)
_BY_HAND = "Attach the file in Xero by hand; the {noun} itself is there."


@dataclass(frozen=True, slots=True)
class Inferred:
    """What is meant where the field is so spoken of; `sayings` are empty for all others."""

    code: RefusalCode
    field: Field | None  #: None: whichever.
    remedy: str
    sayings: tuple[Saying, ...]
    words: str  #: What is wrong, where the words of the saying do not fit; else empty.
    nouns: tuple[str, ...]  #: Of what was sent, where it is not meant of all.


def inferred(
    code: RefusalCode,
    field: Field | None,
    remedy: str,
    *sayings: Saying,
    words: str = "",
    nouns: tuple[str, ...] = (),
) -> Inferred:
    return Inferred(code, field, remedy, sayings, words, nouns)


ROWS = (
    inferred(RefusalCode.DUE_DATE_MISSING, Field.DUE_DATE, _COMPLETE, Saying.MISSING),
    inferred(RefusalCode.DUE_DATE_INVALID, Field.DUE_DATE, _CORRECT),
    inferred(RefusalCode.DATE_INVALID, Field.DATE, _CORRECT),
    inferred(RefusalCode.NUMBER_TAKEN, Field.NUMBER, _COMPARE_NUMBERS, Saying.TAKEN),
    inferred(
        RefusalCode.NUMBER_TAKEN,
        Field.REFERENCE,
        _COMPARE_NUMBERS,
        Saying.TAKEN,
        nouns=("bill", "supplier credit note"),
    ),
    inferred(RefusalCode.NUMBER_INVALID, Field.NUMBER, _CORRECT),
    inferred(RefusalCode.NUMBER_INVALID, Field.REFERENCE, _CORRECT),
    inferred(RefusalCode.STATUS_FIXED, Field.STATUS, _LOOK_IN_XERO, Saying.FIXED),
    inferred(RefusalCode.STATUS_FIXED, Field.STATUS, _LOOK_IN_XERO),
    inferred(
        RefusalCode.PAYMENT_NOT_AUTHORISED,
        Field.STATUS,
        "Approve it in Xero and press Retry; if it is paid there, delete the payment here.",
        nouns=("payment",),
    ),
    inferred(
        RefusalCode.ALLOCATION_NOT_AUTHORISED,
        Field.STATUS,
        "Approve both in Xero, then press Retry.",
        nouns=("allocation",),
    ),
    inferred(
        RefusalCode.TYPE_INVALID,
        Field.TYPE,
        "Check whether it is an invoice, a bill or a credit note; cancel it and enter it anew.",
    ),
    inferred(
        RefusalCode.CURRENCY_MISSING,
        Field.CURRENCY,
        "Add the currency in Xero under Settings, Currencies, {currency}",
    ),
    inferred(
        RefusalCode.PAYMENT_ACCOUNT_CURRENCY,
        Field.CURRENCY,
        "Choose another account under Settings, Payment methods, then press Retry.",
        Saying.DIFFERS,
        nouns=("payment",),
    ),
    inferred(
        RefusalCode.ALLOCATION_OTHER_CURRENCY,
        Field.CURRENCY,
        _OTHER_DOCUMENT,
        Saying.DIFFERS,
        nouns=("allocation",),
    ),
    inferred(RefusalCode.RATE_INVALID, Field.RATE, _CORRECT),
    inferred(RefusalCode.TOTAL_DIFFERS, Field.TOTAL, _LINES_SUM, Saying.DIFFERS),
    inferred(
        RefusalCode.TOTAL_NEGATIVE,
        Field.TOTAL,
        "Cancel it and enter it the other way round: a credit note instead of an invoice or bill, or "
        "an invoice or bill instead of a credit note.",
        Saying.TOO_SMALL,
    ),
    inferred(RefusalCode.AMOUNT_TOO_LARGE, Field.TOTAL, _LINES_SUM, Saying.TOO_LARGE),
    inferred(RefusalCode.AMOUNT_INVALID, Field.TOTAL, _CORRECT),
    inferred(RefusalCode.TOTAL_DIFFERS, Field.AMOUNT, _CORRECT, Saying.DIFFERS),
    inferred(RefusalCode.AMOUNT_NOT_POSITIVE, Field.AMOUNT, _CORRECT, Saying.TOO_SMALL),
    inferred(RefusalCode.AMOUNT_TOO_LARGE, Field.AMOUNT, _COMPARE, Saying.TOO_LARGE),
    inferred(RefusalCode.AMOUNT_INVALID, Field.AMOUNT, _CORRECT),
    inferred(
        RefusalCode.ADDRESS_REFUSED,
        Field.URL,
        "Have this installation given a full http or https address without the word xero in it, then "
        "press Retry.",
    ),
    inferred(RefusalCode.LINE_INCOMPLETE, Field.ACCOUNT, _ACCOUNT_HERE, Saying.MISSING),
    inferred(RefusalCode.ACCOUNT_ARCHIVED, Field.ACCOUNT, _ACCOUNT, Saying.ARCHIVED),
    inferred(
        RefusalCode.ACCOUNT_DROPPED,
        Field.ACCOUNT,
        "Choose an account for the line on the draft in Xero, and a live one here under Settings, "
        "Accounts.",
        Saying.DROPPED,
    ),
    inferred(RefusalCode.ACCOUNT_UNKNOWN, Field.ACCOUNT, _ACCOUNT),
    inferred(RefusalCode.LINE_INCOMPLETE, Field.TAX, _TAX_HERE, Saying.MISSING),
    inferred(RefusalCode.TAX_UNKNOWN, Field.TAX, _TAX),
    inferred(RefusalCode.LINE_INCOMPLETE, Field.TAX_AMOUNT, _TAX_SUM, Saying.MISSING),
    inferred(RefusalCode.TOTAL_DIFFERS, Field.TAX_AMOUNT, _TAX_SUM, Saying.DIFFERS),
    inferred(RefusalCode.AMOUNT_TOO_LARGE, Field.TAX_AMOUNT, _TAX_SUM, Saying.TOO_LARGE),
    inferred(RefusalCode.AMOUNT_INVALID, Field.TAX_AMOUNT, _TAX_SUM),
    inferred(RefusalCode.ITEM_CODE_TAKEN, Field.ITEM_CODE, _OTHER_NAME, Saying.TAKEN),
    inferred(
        RefusalCode.ITEM_UNKNOWN,
        Field.ITEM_CODE,
        "Add the item in Xero, or take the code off the line, then press Retry.",
    ),
    inferred(RefusalCode.ITEM_CODE_TAKEN, Field.ITEM, _OTHER_NAME, Saying.TAKEN),
    inferred(
        RefusalCode.ITEM_UNKNOWN,
        Field.ITEM,
        "Mend the item in Xero, or take its code off the line, then press Retry.",
    ),
    inferred(RefusalCode.LINE_INCOMPLETE, Field.DESCRIPTION, _COMPLETE, Saying.MISSING),
    inferred(RefusalCode.DESCRIPTION_INVALID, Field.DESCRIPTION, _CORRECT),
    inferred(RefusalCode.LINE_INCOMPLETE, Field.QUANTITY, _COMPLETE, Saying.MISSING),
    inferred(
        RefusalCode.QUANTITY_INVALID,
        Field.QUANTITY,
        "Give the line a quantity above zero and, where it takes something off, a price below zero, "
        "then press Retry.",
        Saying.TOO_SMALL,
    ),
    inferred(RefusalCode.QUANTITY_INVALID, Field.QUANTITY, _CORRECT),
    inferred(RefusalCode.LINE_INCOMPLETE, Field.PRICE, _COMPLETE, Saying.MISSING),
    inferred(RefusalCode.PRICE_INVALID, Field.PRICE, _CORRECT),
    inferred(
        RefusalCode.DISCOUNT_NOT_TAKEN,
        Field.DISCOUNT,
        "Lower the price of the line instead, then press Retry.",
        Saying.NOT_ALLOWED,
    ),
    inferred(RefusalCode.DISCOUNT_INVALID, Field.DISCOUNT, _CORRECT),
    inferred(RefusalCode.LINE_INCOMPLETE, Field.LINE_AMOUNT, _LINE_SUM, Saying.MISSING),
    inferred(RefusalCode.TOTAL_DIFFERS, Field.LINE_AMOUNT, _LINE_SUM, Saying.DIFFERS),
    inferred(RefusalCode.AMOUNT_TOO_LARGE, Field.LINE_AMOUNT, _LINE_SUM, Saying.TOO_LARGE),
    inferred(RefusalCode.AMOUNT_INVALID, Field.LINE_AMOUNT, _LINE_SUM),
    inferred(
        RefusalCode.TRACKING_DROPPED,
        Field.TRACKING,
        "Choose the tracking on the draft in Xero, or add the option there under Settings, Tracking "
        "categories.",
        Saying.DROPPED,
    ),
    inferred(
        RefusalCode.TRACKING_TOO_MANY,
        Field.TRACKING,
        "Correct the line, then press Retry.",
        Saying.TOO_LARGE,
        words="{line} bears more tracking than Xero takes: two categories, each once.",
    ),
    inferred(
        RefusalCode.TRACKING_UNKNOWN,
        Field.TRACKING,
        "Correct it on the line, or mend it in Xero under Settings, Tracking categories, then press "
        "Retry.",
    ),
    inferred(
        RefusalCode.LINES_MISSING,
        Field.LINE,
        "Add what is missing of its lines, then press Retry.",
        Saying.MISSING,
    ),
    inferred(RefusalCode.LINE_INVALID, Field.LINE, "Correct the line, then press Retry."),
    inferred(RefusalCode.CONTACT_NAME_TAKEN, Field.CONTACT_NAME, _RENAME, Saying.TAKEN),
    inferred(RefusalCode.CONTACT_NAME_INVALID, Field.CONTACT_NAME, _PARTY),
    inferred(RefusalCode.CONTACT_NUMBER_TAKEN, Field.CONTACT_NUMBER, _OTHER_NAME, Saying.TAKEN),
    inferred(RefusalCode.CONTACT_INVALID, Field.CONTACT_NUMBER, _PARTY),
    inferred(
        RefusalCode.CONTACT_ACCOUNT_NUMBER_TAKEN, Field.ACCOUNT_NUMBER, _OTHER_NAME, Saying.TAKEN
    ),
    inferred(RefusalCode.CONTACT_INVALID, Field.ACCOUNT_NUMBER, _PARTY),
    inferred(RefusalCode.CONTACT_INVALID, Field.TAX_NUMBER, _PARTY),
    inferred(RefusalCode.EMAIL_INVALID, Field.EMAIL, _PARTY),
    inferred(RefusalCode.CONTACT_INVALID, Field.PHONE, _PARTY),
    inferred(RefusalCode.CONTACT_INVALID, Field.POSTAL, _PARTY),
    inferred(RefusalCode.CONTACT_NAME_TAKEN, Field.CONTACT, _RENAME, Saying.TAKEN),
    inferred(
        RefusalCode.CONTACT_MISSING,
        Field.CONTACT,
        "{party}",
        Saying.MISSING,
    ),
    inferred(
        RefusalCode.CONTACT_ARCHIVED,
        Field.CONTACT,
        _RESTORE,
        Saying.ARCHIVED,
    ),
    inferred(RefusalCode.CONTACT_ARCHIVED, Field.CONTACT_NAME, _RESTORE, Saying.ARCHIVED),
    inferred(RefusalCode.CONTACT_NOT_IN_XERO, Field.CONTACT, _LOOK_ANEW, Saying.UNKNOWN),
    inferred(RefusalCode.CONTACT_NOT_IN_XERO, Field.CONTACT_NAME, _LOOK_ANEW, Saying.UNKNOWN),
    inferred(RefusalCode.CONTACT_NOT_IN_XERO, Field.CONTACT_NUMBER, _LOOK_ANEW, Saying.UNKNOWN),
    inferred(
        RefusalCode.ALLOCATION_OTHER_CONTACT,
        Field.CONTACT,
        _OTHER_DOCUMENT,
        Saying.DIFFERS,
        nouns=("allocation",),
    ),
    inferred(RefusalCode.CONTACT_INVALID, Field.CONTACT, _PARTY),
    inferred(RefusalCode.CONTACT_INVALID, Field.PAYMENT_ACCOUNT, _PARTY_THERE, nouns=("contact",)),
    inferred(RefusalCode.CONTACT_INVALID, Field.URL, _PARTY_THERE, nouns=("contact",)),
    inferred(RefusalCode.ACCOUNT_UNKNOWN, Field.PAYMENT_ACCOUNT, _PAID_TO, Saying.UNKNOWN),
    inferred(RefusalCode.ACCOUNT_ARCHIVED, Field.PAYMENT_ACCOUNT, _PAID_TO, Saying.ARCHIVED),
    inferred(RefusalCode.PAYMENT_ACCOUNT_INVALID, Field.PAYMENT_ACCOUNT, _PAID_TO),
    inferred(RefusalCode.PAYMENT_TOO_LARGE, Field.PAYMENT, _COMPARE_PAYMENTS, Saying.TOO_LARGE),
    inferred(RefusalCode.AMOUNT_NOT_POSITIVE, Field.PAYMENT, _CORRECT, Saying.TOO_SMALL),
    inferred(
        RefusalCode.PAYMENT_REFUSED,
        Field.PAYMENT,
        "Look at it and at its document in Xero and mend what does not fit, then press Retry.",
    ),
    inferred(RefusalCode.PAYMENT_REFUSED, Field.PAYMENT, _SAME_PAYMENT, Saying.TAKEN),
    inferred(RefusalCode.ALLOCATION_REFUSED, Field.ALLOCATION, _SAME_ALLOCATION, Saying.TAKEN),
    inferred(RefusalCode.ALLOCATION_TOO_LARGE, Field.ALLOCATION, _COMPARE, Saying.TOO_LARGE),
    inferred(RefusalCode.ALLOCATION_REFUSED, Field.ALLOCATION, _LOOK_AT_BOTH),
    inferred(RefusalCode.ALLOCATION_TOO_LARGE, Field.CREDIT_NOTE, _COMPARE, Saying.TOO_LARGE),
    inferred(RefusalCode.ALLOCATION_REFUSED, Field.CREDIT_NOTE, _LOOK_AT_BOTH),
    inferred(RefusalCode.FILE_REFUSED, Field.FILE, _BY_HAND, Saying.TOO_LONG),
    inferred(RefusalCode.FILE_REFUSED, Field.FILE, _BY_HAND),
    inferred(
        RefusalCode.NOT_IN_XERO,
        Field.RECORD,
        "Look whether it was deleted in Xero, then press Retry.",
        Saying.UNKNOWN,
        words="Xero does not have the record that this refers to.",
    ),
    inferred(RefusalCode.STATUS_FIXED, Field.RECORD, _LOOK_IN_XERO, Saying.ARCHIVED),
    # Of whatever field has no row of its own for it, and of the record.
    inferred(RefusalCode.TEXT_TOO_LONG, None, "{shorten}", Saying.TOO_LONG),
    inferred(RefusalCode.FIELD_FIXED, None, _LOOK_IN_XERO, Saying.FIXED),
    inferred(
        RefusalCode.FIELD_DROPPED,
        None,
        "Compare it with what stands in Xero, and set it there.",
        Saying.DROPPED,
    ),
)
_BY_NOUN: Mapping[tuple[str, Field | None, Saying | None], Inferred] = MappingProxyType(
    {
        (noun, row.field, saying): row
        for row in ROWS
        for saying in row.sayings or (None,)
        for noun in row.nouns or ("",)
    }
)


def meaning_of(field: Field, saying: Saying | None, noun: str) -> Inferred | None:
    """Return the row of a field so spoken of, the most specific there is; None if there is none."""
    ways = (
        *((noun, field, saying), ("", field, saying), ("", None, saying)),
        *((noun, field, None), ("", field, None)),
    )
    return next((_BY_NOUN[way] for way in ways if way in _BY_NOUN), None)
