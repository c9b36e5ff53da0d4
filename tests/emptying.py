"""Empties the tables after a test that commits, in a small part of the time that Django takes.

Django truncates, for which PostgreSQL makes the files of every table and index anew, and then writes
all content types and permissions again. To delete the few rows of a test is some ten times quicker.
Where a table has grown, they are truncated all the same; it rids us of what was deleted before.
"""

from functools import cache

from django.db import connection, transaction

#: As the migrations made them; no test of ours changes them.
_LEFT_ALONE = {"django_migrations", "django_content_type", "auth_permission"}


def empty_tables(*, grown_bytes: int = 500_000) -> None:
    """Leave every table as it was after the migrations; waits for whoever is still writing."""
    names = tables_to_empty()
    with transaction.atomic(), connection.cursor() as cursor:
        if _largest(names) > grown_bytes:
            cursor.execute(f"TRUNCATE {', '.join(names)}")
            return
        # As TRUNCATE does: else what is committed a moment later would stay for the next test.
        cursor.execute(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE")
        # Foreign keys are looked at when all is gone.
        cursor.execute("; ".join(f"DELETE FROM {name}" for name in names))  # noqa: S608


@cache
def tables_to_empty() -> list[str]:
    """Return the names of all tables but those of the migrations, quoted."""
    names = sorted(set(connection.introspection.table_names()) - _LEFT_ALONE)
    return [connection.ops.quote_name(name) for name in names]


def _largest(names: list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(pg_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name", [names]
        )
        return int(cursor.fetchone()[0])
