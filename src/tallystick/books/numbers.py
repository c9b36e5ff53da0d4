"""Gives documents their numbers, one series for each kind."""

from itertools import count

from django.db.models import BigIntegerField, Case, Max, When
from django.db.models.functions import Cast, Substr

from tallystick.books.models import Document, Kind, NumberSeries
from tallystick.workspaces.models import Workspace

_PREFIXES = {
    Kind.SALES_INVOICE: "INV-",
    Kind.BILL: "BILL-",
    Kind.SALES_CREDIT_NOTE: "CN-",
    Kind.SUPPLIER_CREDIT_NOTE: "SCN-",
}
#: Leaves room for the tail of an amendment.
_LONGEST_BASE = 245


def next_number(workspace: Workspace, kind: Kind) -> str:
    """Take the next free number; must run in the transaction that uses it.

    The series stays locked until that ends, so nobody takes the same one and none is skipped.
    """
    NumberSeries.objects.get_or_create(
        workspace=workspace, kind=kind, defaults={"prefix": _PREFIXES[kind]}
    )
    series = NumberSeries.objects.select_for_update().get(workspace=workspace, kind=kind)
    if Document.objects.filter(workspace=workspace, kind=kind, number=str(series)).exists():
        series.next = _highest_taken(series) + 1
    number = str(series)
    series.next += 1
    series.save(update_fields=["next"])
    return number


def next_in_family(document: Document) -> str:
    """Return the next free number of the document's family: INV-0042-2, then INV-0042-3."""
    root = document
    while root.amends is not None:
        root = root.amends
    base = root.number[:_LONGEST_BASE]
    taken = set(
        Document.objects.filter(
            workspace=root.workspace_id, kind=root.kind, number__startswith=f"{base}-"
        ).values_list("number", flat=True)
    )
    return next(number for tail in count(2) if (number := f"{base}-{tail}") not in taken)


def _highest_taken(series: NumberSeries) -> int:
    # Imported documents may hold thousands of numbers of the series: find the end in one query.
    tail = Substr("number", len(series.prefix) + 1)
    counted = Case(
        When(
            number__regex=rf"^.{{{len(series.prefix)}}}\d{{1,15}}$",
            then=Cast(tail, BigIntegerField()),
        )
    )
    taken = Document.objects.filter(
        workspace=series.workspace_id, kind=series.kind, number__startswith=series.prefix
    ).aggregate(highest=Max(counted))
    return int(taken["highest"])
