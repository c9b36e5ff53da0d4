"""Tables that lie on a small disk, so that the real PostgreSQL finds it full."""

import os
import time
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
        cursor.execute(f'ALTER DATABASE "{database}" SET temp_tablespaces = small')
        for table in tables:
            _leave_no_room(cursor, table)
            cursor.execute(f"ALTER TABLE {table} SET TABLESPACE small")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{database}" RESET temp_tablespaces')
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
            cursor.execute("DROP TABLESPACE small")


def _leave_no_room(cursor: CursorWrapper, table: str, seconds: float = 20) -> None:
    """Take the empty table's last page away: what tests before have deleted leaves room in it.

    VACUUM keeps a deleted row for as long as anybody, such as autovacuum, may still see it: it is
    repeated until nobody does.
    """
    end = time.monotonic() + seconds
    while True:
        cursor.execute(f"VACUUM (FULL) {table}")
        cursor.execute(
            f"SELECT pg_relation_size('{table}'), (SELECT count(*) FROM {table})"  # noqa: S608
        )
        [[size, rows]] = cursor.fetchall()
        assert not rows, f"{table} is not empty, so its last page may take another row"
        if not size:
            return
        assert time.monotonic() < end, f"somebody still sees deleted rows of {table}"
        time.sleep(0.02)
