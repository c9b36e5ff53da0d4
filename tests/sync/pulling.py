"""Pulling as tests do it: at once, whatever the hour."""

from typing import Any

from tallystick.sync.models import PulledKind, Reading
from tallystick.sync.pull.schedule import make_due, start_readings
from xero_books import Books

#: What is read page by page, as far as the consent of a test covers it.
PAGED = (
    PulledKind.CONTACTS,
    PulledKind.INVOICES,
    PulledKind.CREDIT_NOTES,
    PulledKind.PAYMENTS,
    PulledKind.OVERPAYMENTS,
    PulledKind.PREPAYMENTS,
)


def pull(books: Books, *kinds: PulledKind) -> None:
    """Read these kinds to the end, the first time all that Xero has."""
    ask_for(books, *kinds)
    books.work()


def ask_for(books: Books, *kinds: PulledKind) -> None:
    make_due(books.organisation, kinds, why="a test")


def reading(books: Books, kind: PulledKind) -> Reading:
    return Reading.objects.get(organisation=books.organisation, kind=kind)


def on_schedule(books: Books, *kinds: PulledKind) -> None:
    """Let the kinds be read on a schedule, as they are outside of tests; nothing is due by that."""
    start_readings(books.organisation, kinds)
    wanted = Reading.objects.filter(organisation=books.organisation, kind__in=kinds)
    wanted.update(is_by_hand=False, due_at=None, slice_due_at=None)


def touch(books: Books, resource: str, ids: list[str], at: str = "") -> None:
    """Let Xero say that the records were modified, all in one moment."""
    wanted: dict[str, Any] = {"resource": resource, "ids": ids} | ({"at": at} if at else {})
    books.sandbox.post(f"/_sandbox/organisations/{books.organisation.tenant_id}/touch", wanted)


def change_quietly(books: Books, resource: str, **element: Any) -> None:
    """Change a record as no date and no webhook tells."""
    wanted = {"resource": resource, "element": element}
    books.sandbox.post(
        f"/_sandbox/organisations/{books.organisation.tenant_id}/change_quietly", wanted
    )
