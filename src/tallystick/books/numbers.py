"""Gives documents their numbers, one series for each kind."""

from collections.abc import Collection
from itertools import count

from django.db import connection
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
    return next_in_families([document.pk])[document.pk]


def next_in_families(document_ids: Collection[int]) -> dict[int, str]:
    """Return the next free number of each document's family; no number twice."""
    waiting = {pk: (kind, base) for pk, kind, base in _roots(document_ids)}
    found: dict[int, str] = {}
    taken: set[tuple[str, str]] = set()
    workspace = Document.objects.filter(pk__in=document_ids).values("workspace")
    for tail in count(2):
        if not waiting:
            return found
        wanted = {pk: (kind, f"{base}-{tail}") for pk, (kind, base) in waiting.items()}
        here = Document.objects.filter(
            workspace__in=workspace,
            kind__in={kind for kind, _ in wanted.values()},
            number__in={number for _, number in wanted.values()},
        )
        taken.update(here.values_list("kind", "number"))
        for pk, name in wanted.items():
            if name not in taken:
                taken.add(name)
                found[pk] = name[1]
                del waiting[pk]
    raise AssertionError("There is always a free number.")


def _roots(document_ids: Collection[int]) -> list[tuple[int, str, str]]:
    """Return key, kind and the beginning of the family's numbers of each document."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE up (id, kind, number, amends_id) AS (
                SELECT id, kind, number, amends_id FROM books_document WHERE id = ANY(%s)
                UNION ALL
                SELECT up.id, up.kind, older.number, older.amends_id
                FROM up JOIN books_document AS older ON older.id = up.amends_id
            )
            SELECT id, kind, left(number, %s) FROM up WHERE amends_id IS NULL ORDER BY id
            """,
            [list(document_ids), _LONGEST_BASE],
        )
        return cursor.fetchall()


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
