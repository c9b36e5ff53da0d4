"""Temporary tables in which the rows of a file are brought together by document.

A document's rows may lie anywhere in the file; the database groups them, on disk, so memory stays
constant. The tables belong to the one connection and vanish with it: a killed import leaves none.
"""

import contextlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from django.db import DatabaseError, connection, transaction

from tallystick.importing.rows import StagedRow
from tallystick.workspaces.models import Workspace

#: Documents are judged and written in chunks of about so many lines.
CHUNK_LINES = 5_000
#: A document of more lines, or more payments on one document, are left out: no chunk would hold
#: them, and no document of ours or Xero's does.
MOST_LINES = 5_000

_CREATE = """
    CREATE TEMPORARY TABLE import_row (
        line bigint, row_kind text, number text COLLATE "C", supplier text COLLATE "C", head text,
        is_bad boolean, item_code text COLLATE "C", description text, quantity numeric,
        unit_price numeric, discount numeric, tax_code text, tax_level text, account_code text,
        charge text, tracking text, amount numeric, tax numeric
    );
    CREATE TEMPORARY TABLE import_party (number text PRIMARY KEY);
    CREATE TEMPORARY TABLE import_entry (line bigint, key text COLLATE "C", entry text)
"""
_DROP = """
    DROP TABLE IF EXISTS pg_temp.import_row, pg_temp.import_document, pg_temp.import_party,
        pg_temp.import_entry, pg_temp.import_entry_chunk, pg_temp.import_crowd
"""
_CROWDS = """
    CREATE TEMPORARY TABLE import_crowd AS
    SELECT row_kind, number, supplier, min(line) AS first_line, count(*) AS lines
    FROM import_row GROUP BY row_kind, number, supplier HAVING count(*) > %s
"""
_WITHOUT_CROWDS = """
    DELETE FROM import_row AS here USING import_crowd AS crowd
    WHERE here.row_kind = crowd.row_kind AND here.number = crowd.number
        AND here.supplier = crowd.supplier
"""
_CROWDS_OF_ENTRIES = """
    CREATE TEMPORARY TABLE import_crowd AS
    SELECT key AS number, min(line) AS first_line, count(*) AS lines
    FROM import_entry GROUP BY key HAVING count(*) > %s
"""
_ENTRIES_WITHOUT_CROWDS = "DELETE FROM import_entry USING import_crowd WHERE key = number"
# The digest covers what the file says of the lines, with 2.5 and 2.50 the same; not the tax code
# that a template or an item gives them. What the files of earlier versions could not say counts
# only where it is said: theirs stay as they were.
_GROUP = """
    CREATE TEMPORARY TABLE import_document AS
    SELECT
        *,
        CASE
            WHEN %s AND highest <= 0 AND lowest < 0 AND row_kind = 'sales_invoice'
            THEN 'sales_credit_note'
            WHEN %s AND highest <= 0 AND lowest < 0 AND row_kind = 'bill'
            THEN 'supplier_credit_note'
            ELSE row_kind
        END AS kind,
        (sum(lines) OVER (ORDER BY first_line) / %s)::bigint AS chunk
    FROM (
        SELECT
            row_kind, number, supplier, min(line) AS first_line, count(*) AS lines,
            bool_or(is_bad) AS is_bad, min(amount) AS lowest, max(amount) AS highest,
            sum(amount) AS amount, sum(tax) AS tax,
            coalesce(sum(tax) FILTER (WHERE tax_level = 'default'), 0) AS default_tax,
            array_agg(head ORDER BY line) FILTER (WHERE head IS NOT NULL) AS heads,
            sha256(convert_to(string_agg(
                ROW(item_code, description, trim_scale(quantity), trim_scale(unit_price),
                    trim_scale(discount), CASE WHEN tax_level IS NULL THEN tax_code END,
                    account_code)::text
                || CASE WHEN charge IS NULL AND tracking IS NULL THEN ''
                    ELSE ROW(charge, tracking)::text END,
                E'\\n' ORDER BY line
            ), 'UTF8')) AS digest
        FROM import_row
        GROUP BY row_kind, number, supplier
    ) AS grouped
"""
# Two look-ups with the kinds spelled out, for the unique indexes of the numbers are partial, and
# in the collation of the indexes.
_CHUNK = """
    SELECT staged.row_kind, staged.kind, staged.number, staged.supplier, staged.first_line,
        staged.lines, staged.is_bad, staged.lowest, staged.highest, staged.amount, staged.tax,
        staged.default_tax, staged.heads, staged.digest, coalesce(sold.id, bought.id) IS NOT NULL,
        coalesce(sold.import_digest, bought.import_digest)
    FROM import_document AS staged
    LEFT JOIN books_document AS sold
        ON sold.workspace_id = %(workspace)s AND sold.kind = staged.kind
        AND sold.kind IN ('sales_invoice', 'sales_credit_note')
        AND sold.number = staged.number COLLATE "default"
    LEFT JOIN LATERAL (
        SELECT here.id, here.import_digest
        FROM books_document AS here JOIN books_party AS party ON party.id = here.party_id
        WHERE here.workspace_id = %(workspace)s AND here.kind = staged.kind
            AND here.kind IN ('bill', 'supplier_credit_note')
            AND here.number = staged.number COLLATE "default"
            AND staged.supplier IN (party.number, party.name)
        ORDER BY here.id LIMIT 1
    ) AS bought ON true
    WHERE staged.chunk = %(chunk)s
    ORDER BY staged.first_line
"""


# Whatever bears the same key stays together, and the chunks begin in the order of the file.
_CHUNK_ENTRIES = """
    CREATE TEMPORARY TABLE import_entry_chunk AS
    SELECT key, (sum(rows) OVER (ORDER BY first_line) / %s)::bigint AS chunk
    FROM (
        SELECT key, min(line) AS first_line, count(*) AS rows FROM import_entry GROUP BY key
    ) AS grouped
"""
_ENTRIES = """
    SELECT line, entry FROM import_entry JOIN import_entry_chunk USING (key)
    WHERE chunk = %s
    ORDER BY line
"""


class Crowd(NamedTuple):
    """Rows taken out again since far too many bear one number."""

    first_line: int
    number: str
    lines: int


class StagedEntry(NamedTuple):
    """A payment or allocation on its way into the database."""

    line: int
    #: Rows that must be judged together bear the same.
    key: str
    #: JSON of what is to be recorded.
    entry: str


class StagedDocument(NamedTuple):
    """All rows of the file that make one document, summed up."""

    #: The kind that its rows name; with `number` and `supplier` the key of its rows.
    row_kind: str
    kind: str
    number: str
    #: Number or else name of who sold; empty where we sell.
    supplier: str
    first_line: int
    lines: int
    is_bad: bool
    #: The smallest and the largest line amount; None where every row is bad.
    lowest: Decimal | None
    highest: Decimal | None
    #: Sums of the lines' amounts and taxes.
    amount: Decimal | None
    tax: Decimal | None
    #: What of the tax comes from the workspace's default tax code.
    default_tax: Decimal
    #: JSON of its Heads in the order of the file; more than one where rows differ.
    heads: list[str] | None
    #: SHA-256 of the lines' contents.
    digest: bytes
    #: Whether the books have a document with kind, number and supplier, and its import digest.
    is_here: bool
    import_digest: bytes | None


@contextlib.contextmanager
def tables() -> Iterator[None]:
    """Have the empty tables, on this connection, until the end."""
    _execute(_DROP)
    _execute(_CREATE)
    try:
        yield
    except BaseException:
        # A broken connection or transaction has dropped them already.
        with contextlib.suppress(DatabaseError):
            _execute(_DROP)
        raise
    _execute(_DROP)


def fill(rows: Iterable[StagedRow]) -> int:
    """Copy the lines in and return their number; nothing is kept of them here."""
    return _copy("COPY import_row FROM STDIN", rows)


def fill_entries(entries: Iterable[StagedEntry]) -> int:
    """Copy the payments or allocations in and return their number."""
    return _copy("COPY import_entry FROM STDIN", entries)


def take_out_crowds() -> list[Crowd]:
    """Take out the documents with more than MOST_LINES lines, and return what was taken."""
    return _take_out(_CROWDS, _WITHOUT_CROWDS)


def take_out_crowds_of_entries() -> list[Crowd]:
    """Take out more than MOST_LINES payments or allocations of one key, and return what was taken."""
    return _take_out(_CROWDS_OF_ENTRIES, _ENTRIES_WITHOUT_CROWDS)


def _take_out(find: str, remove: str) -> list[Crowd]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(find, [MOST_LINES])
        cursor.execute("SELECT first_line, number, lines FROM import_crowd ORDER BY first_line")
        crowds = [Crowd(*row) for row in cursor.fetchall()]
        if crowds:
            cursor.execute(remove)
    return crowds


def group_entries() -> tuple[int, int]:
    """Part the entries into chunks; return the number of entries and of chunks."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE import_entry")
        cursor.execute(_CHUNK_ENTRIES, [CHUNK_LINES])
        cursor.execute("CREATE INDEX ON import_entry (key)")
        cursor.execute("CREATE INDEX ON import_entry_chunk (chunk)")
        cursor.execute("ANALYZE import_entry_chunk")
        cursor.execute("SELECT count(*) FROM import_entry")
        [entries] = cursor.fetchone()
        cursor.execute("SELECT coalesce(max(chunk) + 1, 0) FROM import_entry_chunk")
        [chunks] = cursor.fetchone()
    return entries, chunks


def entries_of_chunk(place: int) -> list[tuple[int, str]]:
    """Return line and JSON of the entries of a chunk, in the order of the file."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [place])
        return cursor.fetchall()


def group(*, negative_is_credit: bool) -> tuple[int, int]:
    """Bring the rows together; return the number of documents and of chunks."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("ANALYZE import_row")
        cursor.execute(_GROUP, [negative_is_credit, negative_is_credit, CHUNK_LINES])
        cursor.execute("CREATE INDEX ON import_document (chunk)")
        cursor.execute("CREATE INDEX ON import_row (number, row_kind)")
        cursor.execute("ANALYZE import_document")
        cursor.execute("SELECT count(*), coalesce(max(chunk) + 1, 0) FROM import_document")
        documents, chunks = cursor.fetchone()
    return documents, chunks


def chunk(workspace: Workspace, place: int) -> list[StagedDocument]:
    """Return the documents of a chunk, with what the books have of them by now."""
    with connection.cursor() as cursor:
        cursor.execute(_CHUNK, {"workspace": workspace.pk, "chunk": place})
        return [StagedDocument(*row) for row in cursor.fetchall()]


def note_parties(numbers: Iterable[str]) -> int:
    """Remember the numbers of new parties; return how many were not noted before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO import_party SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
            [list(numbers)],
        )
        return cursor.rowcount


def _copy(statement: str, rows: Iterable[tuple[object, ...]]) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
