"""What must be right with a document as a whole before its lines are looked at."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from tallystick.books.models import Document, Kind, Line
from tallystick.mapping.known import Known
from tallystick.mapping.problems import XERO, Problem
from tallystick.money import Totals

#: Of a number as it stands in a URL: Xero answers 404 to a query of about 2 KB (facts 5.3).
_LONGEST_NUMBER = 1500


def document_problems(known: Known, document: Document, lines: Sequence[Line]) -> list[Problem]:
    """Return what is wrong with number, lines, sign of the total, currency and day."""
    problems = []
    if not _can_be_found_again(document.number):
        name = document.number.strip() or "The document without a number"
        problems.append(
            Problem(
                "number",
                f"{name} was not sent: its number is empty, too long, or holds doubled blanks or "
                "invisible characters, by which it could not be found again in Xero.",
                "Edit it and give it a plain number.",
            )
        )
    if not lines:
        problems.append(
            Problem(
                "no_lines",
                f"{document} was not sent: it has no lines.",
                "Edit it and add at least one line, or cancel it.",
            )
        )
    if document.total < 0:
        problems.append(_below_zero(document))
    if not known.takes_currency(document.currency):
        problems.append(_currency_missing(known, document))
    dated = f"it is dated {document.issued_on:%d %b %Y}"
    problems += lock_problems(known, str(document), dated, document.issued_on)
    return problems


def lock_problems(known: Known, subject: str, dated: str, day: date) -> list[Problem]:
    """Return the problem that the day is locked, if it is; `dated` tells what has that day."""
    locked = known.locked_until
    if not locked or day > locked:
        return []
    return [
        Problem(
            "locked",
            f"{subject} was not sent: {dated}, "
            f"and {known.organisation} is locked up to {locked:%d %b %Y}.",
            "Move the lock date in Xero and press Retry, or enter it with a later date.",
            XERO,
            "xero:lock",
        )
    ]


def total_problems(document: Document, totals: Totals) -> list[Problem]:
    """Return the problem that Xero would come to other totals than ours, if it would."""
    if totals.total == document.total and totals.tax == document.tax:
        return []
    return [
        Problem(
            "totals",
            f"{document} was not sent: here it is {document.total:,} {document.currency} "
            f"with {document.tax:,} tax, but with the tax rates chosen Xero would make it "
            f"{totals.total:,} with {totals.tax:,} tax.",
            "Open the document, press Edit and save it: that computes its totals anew.",
        )
    ]


def _below_zero(document: Document) -> Problem:
    kind = Kind(document.kind)
    other = "an invoice or bill" if kind.is_credit else "a credit note"
    return Problem(
        "below_zero",
        f"{document} was not sent: it comes to {document.total:,} {document.currency}, and Xero "
        f"approves no {kind.label.lower()} below zero.",
        f"Cancel it and enter it as {other} with the amounts the other way round.",
    )


def _currency_missing(known: Known, document: Document) -> Problem:
    currency, organisation = document.currency, known.organisation
    return Problem(
        "currency",
        f"{document} was not sent: it is in {currency}, but {organisation} keeps its books in "
        f"{organisation.currency or 'other currencies'} and has not added {currency}.",
        f"Add {currency} in Xero under Settings, Currencies, then press Retry.",
        XERO,
        f"xero:currency:{currency}",
    )


def _can_be_found_again(number: str) -> bool:
    """Tell whether Xero keeps the number letter by letter, and a question may hold it.

    Whoever does not find a copy again makes a second one.
    """
    is_plain = number == " ".join(number.split()) and number.isprintable()
    return bool(number) and is_plain and len(quote(number)) <= _LONGEST_NUMBER
