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
    """Have these tables, and all temporary ones, on the disk for the block."""
    place, database = disk.path / "tables", connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        account = os.stat(cursor.fetchone()[0])
        place.mkdir()
        os.chown(place, account.st_uid, account.st_gid)
        cursor.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        cursor.execute(f'ALTER DATABASE "{database}" SET temp_tablespaces = small')
        _wait_for_older_snapshots(cursor)
        for table in tables:
            # What tests before have deleted leaves room in the table's own pages.
            cursor.execute(f"VACUUM (FULL) {table}")
            cursor.execute(f"ALTER TABLE {table} SET TABLESPACE small")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{database}" RESET temp_tablespaces')
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
            cursor.execute("DROP TABLESPACE small")


def _wait_for_older_snapshots(cursor: CursorWrapper, seconds: float = 20) -> None:
    """Wait until nobody, such as autovacuum, looks at rows as they were before they were deleted.

    VACUUM keeps those rows, and what it keeps turns into room a moment later.
    """
    end = time.monotonic() + seconds
    while True:
        cursor.execute(
            "SELECT array_agg(query) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL"
        )
        [[looking]] = cursor.fetchall()
        if not looking:
            return
        assert time.monotonic() < end, looking
        time.sleep(0.02)
