"""A period with something on each side, in a real stand-in Xero, read home by the pull."""

from datetime import date

from tallystick.sync.models import PulledKind, Reading
from tallystick.sync.pull.schedule import make_due
from tallystick.sync.reconcile.period.comparison import (
    ComparedPart,
    ComparedRow,
    compare_period,
    page_of_rows,
)
from xero_books import Books

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
READ = (
    PulledKind.CONTACTS,
    PulledKind.INVOICES,
    PulledKind.CREDIT_NOTES,
    PulledKind.PAYMENTS,
)


def read_home(books: Books) -> None:
    """Let all that Xero has of what is compared be read to the end."""
    make_due(books.organisation, READ, why="test")
    Reading.objects.filter(organisation=books.organisation).update(is_by_hand=False)
    books.work()
    Reading.objects.filter(organisation=books.organisation).update(is_by_hand=True, due_at=None)


def compared(books: Books, kind: str = "sales_invoice") -> ComparedPart:
    """Compare November."""
    [part] = compare_period(books.organisation, FIRST, LAST, [kind]).parts
    return part


def verdicts(books: Books, kind: str = "sales_invoice") -> dict[str, int]:
    """How many records have each verdict."""
    return {one.verdict.value: one.count for one in compared(books, kind).sums}


def rows(books: Books, kind: str = "sales_invoice") -> list[ComparedRow]:
    return list(page_of_rows(books.organisation, kind, FIRST, LAST, {}).rows)


def row(books: Books, number: str, kind: str = "sales_invoice") -> ComparedRow:
    """The row of the number, on whichever side it stands."""
    [found] = [one for one in rows(books, kind) if number in (one.number_here, one.number_there)]
    return found
