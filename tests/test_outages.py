"""What is away is found in the error, whichever library it came from; mistakes of ours are none."""

from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.db.utils import OperationalError

from tallystick.outages import Outage, outage_of


def test_a_file_that_could_not_be_written_tells_of_a_full_disk_also_as_a_cause():
    with pytest.raises(OSError, match="No space left") as full:
        Path("/dev/full").write_bytes(b"x")
    above = ValueError("the upload failed")
    above.__cause__ = full.value

    assert outage_of(full.value) is Outage.DISK_FULL
    assert outage_of(above) is Outage.DISK_FULL


def test_a_server_that_is_not_there_and_a_session_that_was_ended_tell_of_a_database_away(db):
    with pytest.raises(psycopg.OperationalError) as nobody:
        psycopg.connect("postgresql://ada@127.0.0.1:1/books")
    with connection.cursor() as cursor, pytest.raises(OperationalError) as ended:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()

    assert outage_of(nobody.value) is Outage.DATABASE_AWAY
    assert outage_of(ended.value) is Outage.DATABASE_AWAY


@pytest.mark.parametrize(
    "statement",
    ["SELECT 1 / 0", "SELECT nothing", "SET statement_timeout = 1; SELECT pg_sleep(1)"],
)
def test_a_statement_that_failed_by_itself_is_no_outage(db, statement: str):
    with connection.cursor() as cursor, pytest.raises(DatabaseError) as failed:
        cursor.execute(statement)
    connection.close()

    assert outage_of(failed.value) is None
    assert outage_of(ZeroDivisionError()) is None
