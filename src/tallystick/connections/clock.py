"""The database's clock, by which all machines agree; for what is worked out of it outside a query."""

from datetime import datetime

from django.db import connection


def database_time() -> datetime:
    """Return the database's time: within a transaction that of its beginning; aware, UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        found: datetime = cursor.fetchone()[0]
    return found
