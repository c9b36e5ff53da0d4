"""What must be right with a document as a whole before its lines are looked at."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from urllib.parse import quote

from tallystick.books.models import Document, Kind, Line
from tallystick.mapping.known import Known
from tallystick.mapping.problems import XERO, Causes, MappingCode, Problem, Unresolved
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.money import Totals

#: Of a number as it stands in a URL: Xero answers 404 to a query of about 2 KB (facts 5.3).
_LONGEST_NUMBER = 1500


def check_document(known: Known, document: Document, lines: Sequence[Line]) -> None:
    """Check number, lines, sign of the total, currency and day. Raises Unresolved with all amiss."""
    causes = Causes()
    causes.problems += _own_problems(known, document, lines)
    dated = f"it is dated {document.issued_on:%d %b %Y}"
    causes.of(partial(check_day, known, str(document), dated, document.issued_on))
    causes.raise_any()


def _own_problems(known: Known, document: Document, lines: Sequence[Line]) -> Iterator[Problem]:
    if not _can_be_found_again(document.number):
        name = document.number.strip() or "The document without a number"
        yield Problem(
            MappingCode.NUMBER,
            f"{name} was not sent: its number is empty, too long, or holds doubled blanks or "
            "invisible characters, by which it could not be found again in Xero.",
            "Edit it and give it a plain number.",
        )
    if not lines:
        yield Problem(
            MappingCode.NO_LINES,
            f"{document} was not sent: it has no lines.",
            "Edit it and add at least one line, or cancel it.",
        )
    if document.total < 0:
        yield _below_zero(document)
    if not known.takes_currency(document.currency):
        yield _currency_missing(known, document)


def check_day(known: Known, subject: str, dated: str, day: date) -> None:
    """Raise Unresolved where the day is locked; `dated` tells what has that day."""
    locked = known.locked_until
    if not locked or day > locked:
        return
    problem = Problem(
        MappingCode.LOCKED,
        f"{subject} was not sent: {dated}, and {known.organisation} is locked up to "
        f"{locked:%d %b %Y}.",
        "Move the lock date in Xero and press Retry, or enter it with a later date.",
        XERO,
        wait_key(WaitSort.XERO_LOCK),
    )
    raise Unresolved([problem])


def check_totals(document: Document, totals: Totals) -> None:
    """Raise Unresolved where Xero would come to other totals than ours."""
    if totals.total == document.total and totals.tax == document.tax:
        return
    problem = Problem(
        MappingCode.TOTALS,
        f"{document} was not sent: here it is {document.total:,} {document.currency} "
        f"with {document.tax:,} tax, but with the tax rates chosen Xero would make it "
        f"{totals.total:,} with {totals.tax:,} tax.",
        "Open the document, press Edit and save it: that computes its totals anew.",
    )
    raise Unresolved([problem])


def _below_zero(document: Document) -> Problem:
    kind = Kind(document.kind)
    other = "an invoice or bill" if kind.is_credit else "a credit note"
    return Problem(
        MappingCode.BELOW_ZERO,
        f"{document} was not sent: it comes to {document.total:,} {document.currency}, and Xero "
        f"approves no {kind.label.lower()} below zero.",
        f"Cancel it and enter it as {other} with the amounts the other way round.",
    )


def _currency_missing(known: Known, document: Document) -> Problem:
    currency, organisation = document.currency, known.organisation
    return Problem(
        MappingCode.CURRENCY,
        f"{document} was not sent: it is in {currency}, but {organisation} keeps its books in "
        f"{organisation.currency or 'other currencies'} and has not added {currency}.",
        f"Add {currency} in Xero under Settings, Currencies, then press Retry.",
        XERO,
        wait_key(WaitSort.XERO_CURRENCY, currency),
    )


def _can_be_found_again(number: str) -> bool:
    """Tell whether Xero keeps the number letter by letter, and a question may hold it.

    Whoever does not find a copy again makes a second one.
    """
    is_plain = number == " ".join(number.split()) and number.isprintable()
    return bool(number) and is_plain and len(quote(number)) <= _LONGEST_NUMBER
