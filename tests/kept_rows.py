"""The rows of all tables, put aside and brought back: what one test made, for the next to begin with."""

from django.db import connection, transaction

from emptying import tables_to_empty

#: By table, as COPY writes them.
KeptRows = dict[str, bytes]


def keep_rows() -> KeptRows:
    """Return the rows of every table that has some, apart from those of the migrations."""
    with connection.cursor() as cursor:
        kept = {name: _copied(cursor, f"COPY {name} TO STDOUT") for name in tables_to_empty()}
    return {name: rows for name, rows in kept.items() if rows}


def bring_back(kept: KeptRows) -> None:
    """Write the rows as they were, by their numbers, without what triggers make of new rows.

    They are numbered lower than all that is made from now on, so there must be none of them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name, rows in kept.items():
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                copy.write(rows)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def _copied(cursor, statement: str) -> bytes:
    with cursor.copy(statement) as copy:
        return b"".join(bytes(part) for part in copy)
