"""Any number of invoices that wait for Sync now, copied within the database from one that does."""

from django.db import connection

from tallystick.books.models import Line
from tallystick.sync.links.pushed_records import PushedDocument
from tallystick.sync.models import Link

#: Columns that each copy has a value of its own in.
_OWN = {
    "books_document": {"number": "'MANY-' || n", "uid": "gen_random_uuid()"},
    "books_party": {
        "number": "'MANY-' || n",
        "name": "'Customer ' || n",
        "uid": "gen_random_uuid()",
    },
}


def multiply(link: Link, count: int, *, customers: int) -> None:
    """Copy the link's invoice so often, dealt out among as many copies of its customer."""
    document = PushedDocument.of(link).document
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM books_party")
        [parties] = cursor.fetchone()
        cursor.execute(_copies("books_party", {}, customers), [document.party_id])
        cursor.execute("SELECT coalesce(max(id), 0) FROM books_document")
        [documents] = cursor.fetchone()
        first = f"SELECT id FROM books_party WHERE id > {parties} ORDER BY id LIMIT 1"  # noqa: S608
        party = f"({first}) + mod(n, {customers})"
        cursor.execute(_copies("books_document", {"party_id": party}, count), [document.pk])
        copies = f"SELECT id FROM books_document WHERE id > {documents}"  # noqa: S608
        for model, key in ((Line, "document_id"), (Link, "document_id")):
            cursor.execute(_each(model._meta.db_table, key, copies), [document.pk])
        cursor.execute("ANALYZE")


def _copies(table: str, own: dict[str, str], count: int) -> str:
    own = _OWN.get(table, {}) | own
    columns = _columns(table)
    values = [own.get(column, f"one.{column}") for column in columns]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "  # noqa: S608 - our own words
        f"FROM {table} AS one, generate_series(1, {count}) AS n WHERE one.id = %s ORDER BY n"
    )


def _each(table: str, key: str, copies: str) -> str:
    columns = _columns(table)
    values = ["copy.id" if column == key else f"one.{column}" for column in columns]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "  # noqa: S608 - our own words
        f"FROM {table} AS one, ({copies}) AS copy WHERE one.{key} = %s"
    )


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
            "AND column_name <> 'id' AND is_generated = 'NEVER'",
            [table],
        )
        return [row[0] for row in cursor.fetchall()]
