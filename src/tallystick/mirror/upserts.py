"""The one place that writes mirrored records: a page at a time, in the caller's transaction.

A row is only ever replaced by what Xero modified later, or modified at the same time and was read
later (some changes move no date). So a page that comes late, twice or out of order changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg import sql

from tallystick import xero
from tallystick.connections.clock import database_time
from tallystick.connections.models import Organisation
from tallystick.mirror.models import Mirrored, MirroredAllocation, MirroredDocument, MirroredLine
from tallystick.mirror.rows import ReadAt, allocations_of, lines_of, model_of, row_of
from tallystick.mirror.unread import forget_unread, keep_unread


@dataclass(slots=True)
class KeptPage:
    """What came of a page."""

    #: Xero's ids of what is new here or says something else than it did.
    news: set[UUID] = field(default_factory=set)
    #: Elements that could not be read, or that a row could not hold.
    unread: list[xero.UnreadRecord] = field(default_factory=list)


def keep_page(
    which: xero.ChangedList[Any], organisation: Organisation, page: xero.ChangedPage[Any]
) -> KeptPage:
    """Mirror what a page holds; inside a transaction.

    1. Each record becomes a row; what cannot is kept raw, with the reason.
    2. The rows are written where they are news.
    3. Lines and allocations of what was news are replaced.
    """
    kept = KeptPage(unread=list(page.unread))
    at = ReadAt(theirs=page.asked_at, ours=database_time())
    rows: dict[UUID, Mirrored] = {}
    records: dict[UUID, Any] = {}
    for one in page.records:
        try:
            row = row_of(which, organisation, one, at)
            parts = _parts(one.record, 0)
        except ValueError as error:
            kept.unread.append(xero.UnreadRecord(one.record.record_id, one.raw, str(error)))
            continue
        # Twice in one page: the one modified later counts.
        if row.xero_id not in rows or _is_newer(row, rows[row.xero_id]):
            rows[row.xero_id], records[row.xero_id] = row, parts
    written = _upsert(model_of(which), list(rows.values()))
    kept.news = set(written)
    if model_of(which) is MirroredDocument:
        _replace_parts(written, records)
    forget_unread(organisation, which.endpoint, rows)
    keep_unread(organisation, which.endpoint, kept.unread, at.ours)
    return kept


def count_since(
    which: xero.ChangedList[Any], organisation: Organisation, since: datetime | None, **more: Any
) -> int:
    """Return how many mirrored records of the list Xero modified since, or how many there are.

    Those whose date Xero does not tell are counted always; `more` are further conditions.
    """
    model = model_of(which)
    if model is MirroredDocument:
        more["endpoint"] = which.endpoint
    rows = model._default_manager.filter(organisation=organisation, **more)
    if since:
        rows = rows.filter(models.Q(updated_at__gte=since) | models.Q(updated_at=None))
    return rows.count()


def _parts(record: Any, document_id: int) -> tuple[list[MirroredLine], list[MirroredAllocation]]:
    if not isinstance(record, xero.Document):
        return [], []
    return list(lines_of(record, document_id)), list(allocations_of(record, document_id))


def _is_newer(one: Mirrored, other: Mirrored) -> bool:
    return bool(one.updated_at and (not other.updated_at or one.updated_at > other.updated_at))


def _upsert(model: type[Mirrored], rows: Sequence[Mirrored]) -> dict[UUID, tuple[int, bool]]:
    """Write what is news; returns by Xero's id the key of each row written, and whether it is new."""
    if not rows:
        return {}
    fields = [one for one in model._meta.concrete_fields if not one.primary_key]
    names = [one.column for one in fields]
    kept = {"organisation_id", "xero_id"}
    query = sql.SQL(
        """
        INSERT INTO {table} AS kept ({columns})
        SELECT * FROM unnest({arrays})
        ON CONFLICT (organisation_id, xero_id) DO UPDATE SET {sets}
        WHERE kept.digest <> excluded.digest
          AND coalesce(excluded.updated_at, kept.updated_at, '-infinity')
              >= coalesce(kept.updated_at, '-infinity')
          AND (excluded.read_at >= kept.read_at
               OR coalesce(excluded.updated_at, '-infinity')
                  > coalesce(kept.updated_at, '-infinity'))
        RETURNING xero_id, id, (xmax = 0)
        """
    ).format(
        table=sql.Identifier(model._meta.db_table),
        columns=sql.SQL(", ").join(map(sql.Identifier, names)),
        arrays=sql.SQL(", ").join(
            sql.SQL("%s::") + sql.SQL(f"{one.db_type(connection)}[]") for one in fields
        ),
        sets=sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name))
            for name in names
            if name not in kept
        ),
    )
    columns = [[_prepared(one, row) for row in rows] for one in fields]
    with connection.cursor() as cursor:
        cursor.execute(query, columns)
        return {xero_id: (pk, is_new) for xero_id, pk, is_new in cursor.fetchall()}


def _replace_parts(
    written: dict[UUID, tuple[int, bool]],
    parts: dict[UUID, tuple[list[MirroredLine], list[MirroredAllocation]]],
) -> None:
    had = [pk for pk, is_new in written.values() if not is_new]
    for model, place in ((MirroredLine, 0), (MirroredAllocation, 1)):
        if had:
            model._default_manager.filter(document_id__in=had)._raw_delete("default")
        rows = []
        for xero_id, (pk, _) in written.items():
            for row in parts[xero_id][place]:
                row.document_id = pk
                rows.append(row)
        _copy_in(model, rows)


def _copy_in(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Write new rows by COPY: there are twenty lines and more to a document."""
    fields = [one for one in model._meta.concrete_fields if not one.primary_key]
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(one.column) for one in fields),
    )
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row([_prepared(one, row) for one in fields])


def _prepared(one: "models.Field[Any, Any]", row: models.Model) -> Any:
    """Return the field's value ready for PostgreSQL."""
    value = getattr(row, one.attname)
    if isinstance(one, models.DecimalField):
        return value  # as Xero wrote it: PostgreSQL rounds to the column's places
    return one.get_db_prep_save(value, connection)
