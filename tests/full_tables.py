"""Tables that lie on a small disk, so that the real PostgreSQL finds it full."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper

from disks import Disk


@contextmanager
def tables_on(disk: Disk, *tables: str) -> Iterator[None]:
    """Have these tables, which are empty, and all temporary ones, on the disk for the block."""
    place, database = disk.path / "tables", connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        account = os.stat(cursor.fetchone()[0])
        place.mkdir()
        os.chown(place, account.st_uid, account.st_gid)
        cursor.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{database}" SET temp_tablespaces = small')
            for table in tables:
                _leave_no_room(cursor, table)
                cursor.execute(f"ALTER TABLE {table} SET TABLESPACE small")
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{database}" RESET temp_tablespaces')
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
            cursor.execute("DROP TABLESPACE small")


def _leave_no_room(cursor: CursorWrapper, table: str) -> None:
    """Take the empty table's last page away: what tests before have deleted leaves room in it.

    VACUUM would keep a deleted row for as long as anybody, such as autovacuum, may still see it.
    TRUNCATE does not, but takes along what refers to the table: that must be empty too.
    """
    cursor.execute(
        """
        WITH RECURSIVE going AS (
            SELECT %s::regclass::oid AS oid
            UNION SELECT conrelid FROM pg_constraint JOIN going ON confrelid = going.oid
        )
        SELECT oid::regclass::text FROM going
        """,
        [table],
    )
    names = [name for (name,) in cursor.fetchall()]
    for name in names:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {name})")  # noqa: S608
        assert cursor.fetchone() == (False,), f"{name} is not empty"
    cursor.execute(f"TRUNCATE {', '.join(names)}")
