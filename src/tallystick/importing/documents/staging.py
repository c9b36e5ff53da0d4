"""Temporary tables in which the rows of a file are brought together by document.

A document's rows may lie anywhere in the file; the database groups them, on disk, so memory stays
constant. The tables belong to the one connection and vanish with it: a killed import leaves none.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import DatabaseError, connection, transaction

from tallystick.importing.documents.rows import StagedRow
from tallystick.workspaces.models import Workspace

#: Documents are judged and written in chunks of about so many lines.
CHUNK_LINES = 5_000
#: A document of more lines, or more payments on one document, are left out: no chunk would hold
#: them, and no document of ours or Xero's does.
MOST_LINES = 5_000

_CREATE = """
    CREATE TEMPORARY TABLE import_row (
        line bigint, place smallint, row_kind text, number text COLLATE "C",
        supplier text COLLATE "C", stretch int, head text, bad text, item_code text COLLATE "C",
        description text, quantity numeric, unit_price numeric, discount numeric, tax_code text,
        tax_level text, account_code text, charge text, tracking text, amount numeric, tax numeric,
        other_tax numeric, stated_tax numeric, tax_is_stated boolean, rounding text,
        tie smallint, item int, alike text COLLATE "C", seller text COLLATE "C",
        is_kind_open boolean
    );
    CREATE TEMPORARY TABLE import_party (number text PRIMARY KEY, name text, email text);
    CREATE TEMPORARY TABLE import_entry (
        line bigint, key text COLLATE "C", entry text, is_appended boolean DEFAULT false
    );
    CREATE TEMPORARY TABLE import_failed (line bigint, reason text)
"""
_DROP = """
    DROP TABLE IF EXISTS pg_temp.import_row, pg_temp.import_document, pg_temp.import_party,
        pg_temp.import_entry, pg_temp.import_entry_chunk, pg_temp.import_crowd,
        pg_temp.import_failed, pg_temp.import_arranged
"""
_CROWDS = """
    CREATE TEMPORARY TABLE import_crowd AS
    SELECT row_kind, number, supplier, min(line) AS first_line, count(*) AS lines
    FROM import_row WHERE number <> '' GROUP BY row_kind, number, supplier HAVING count(*) > %s
"""
_CROWDS_FAILED = """
    INSERT INTO import_failed SELECT line, 'Far too many lines bear this number.'
    FROM import_row JOIN import_crowd USING (row_kind, number, supplier) WHERE place = 0
"""
_WITHOUT_CROWDS = """
    DELETE FROM import_row AS here USING import_crowd AS crowd
    WHERE here.row_kind = crowd.row_kind AND here.number = crowd.number
        AND here.supplier = crowd.supplier
"""
# Of a document whose rows lie scattered, what the columns of the order say is told more than once.
_TOLD_AGAIN = """
    DELETE FROM import_row AS again USING import_row AS first
    WHERE (again.place BETWEEN 1 AND 49 OR again.place >= 100)
        AND first.place = again.place AND first.row_kind = again.row_kind
        AND first.number = again.number AND first.supplier = again.supplier
        AND first.line < again.line
"""
_CROWDS_OF_ENTRIES = """
    CREATE TEMPORARY TABLE import_crowd AS
    SELECT key AS number, min(line) AS first_line, count(*) AS lines
    FROM import_entry GROUP BY key HAVING count(*) > %s
"""
_ENTRIES_FAILED = """
    INSERT INTO import_failed SELECT line, 'Far too many rows bear this number.'
    FROM import_entry JOIN import_crowd ON key = number
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
            WHEN %s AND amount < 0 AND row_kind = 'sales_invoice' THEN 'sales_credit_note'
            WHEN %s AND amount < 0 AND row_kind = 'bill' THEN 'supplier_credit_note'
            ELSE row_kind
        END AS kind,
        (sum(lines) OVER (ORDER BY first_line) / %s)::bigint AS chunk
    FROM (
        SELECT
            row_kind, number, supplier, min(line) AS first_line,
            count(*) FILTER (WHERE place >= 0) AS lines,
            coalesce(bool_or(quantity IS NOT NULL) FILTER (WHERE place = 0), false) AS has_figures,
            (array_agg(bad ORDER BY place, line, item) FILTER (WHERE bad IS NOT NULL))[1] AS bad,
            min(stretch) <> max(stretch) AS is_scattered,
            min(alike) AS alike, min(seller) AS seller, bool_or(is_kind_open) AS is_kind_open,
            sum(amount) AS amount, sum(tax) AS tax,
            coalesce(sum(tax) FILTER (WHERE tax_level = 'default'), 0) AS default_tax,
            coalesce(bool_or(stated_tax <> 0) FILTER (WHERE tax_level = 'default'), false)
                AS states_default_tax,
            sum(other_tax) AS other_tax,
            sum(coalesce(stated_tax, tax)) AS taken_tax,
            coalesce(bool_and(stated_tax IS NOT NULL) FILTER (WHERE quantity IS NOT NULL), false)
                AS states_all_taxes,
            min(line) FILTER (WHERE stated_tax <> tax) AS tax_off,
            coalesce(bool_or(stated_tax <> other_tax), false) AS is_other_tax_off,
            count(*) FILTER (WHERE rounding = 'rounded') AS rounded,
            count(*) FILTER (WHERE rounding = 'one_piece') AS one_piece,
            array_agg(head ORDER BY place, line, item) FILTER (WHERE head IS NOT NULL) AS heads,
            sha256(convert_to(string_agg(
                ROW(item_code, description, trim_scale(quantity), trim_scale(unit_price),
                    trim_scale(discount), CASE WHEN tax_level IS NULL THEN tax_code END,
                    account_code)::text
                || CASE WHEN charge IS NULL AND tracking IS NULL THEN ''
                    ELSE ROW(charge, tracking)::text END
                || CASE WHEN tax_is_stated THEN ROW('tax', trim_scale(tax))::text ELSE '' END,
                E'\\n' ORDER BY place, line, item
            ) FILTER (WHERE place >= 0), 'UTF8')) AS digest
        FROM import_row
        WHERE number <> ''
        GROUP BY row_kind, number, supplier
    ) AS grouped
"""
# Two look-ups with the kinds spelled out, for the unique indexes of the numbers are partial, and
# in the collation of the indexes.
_CHUNK = """
    SELECT staged.row_kind, staged.kind, staged.number, staged.supplier, staged.first_line,
        staged.lines, staged.has_figures, staged.bad, staged.amount, staged.tax, staged.default_tax,
        staged.states_default_tax, staged.other_tax, staged.taken_tax, staged.states_all_taxes,
        staged.tax_off, staged.is_other_tax_off, staged.rounded, staged.one_piece, staged.heads,
        staged.digest, coalesce(sold.id, bought.id)
    FROM import_document AS staged
    LEFT JOIN books_document AS sold
        ON sold.workspace_id = %(workspace)s AND sold.kind = staged.kind
        AND sold.kind IN ('sales_invoice', 'sales_credit_note')
        AND sold.number = staged.number COLLATE "default"
    LEFT JOIN LATERAL (
        SELECT here.id
        FROM books_document AS here JOIN books_party AS party ON party.id = here.party_id
        WHERE here.workspace_id = %(workspace)s AND here.kind = staged.kind
            AND here.kind IN ('bill', 'supplier_credit_note')
            AND here.number = staged.number COLLATE "default"
            AND staged.supplier IN (party.number, party.comparable_name)
        ORDER BY here.id LIMIT 1
    ) AS bought ON true
    WHERE staged.chunk = %(chunk)s
    ORDER BY staged.first_line
"""


_FAILED = """
    INSERT INTO import_failed
    SELECT staged.line, failed.reason
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
        AS failed (row_kind, number, supplier, reason)
    JOIN import_row AS staged USING (row_kind, number, supplier)
    WHERE staged.place = 0
"""
_FAILED_LINES = """
    SELECT line, min(reason) FROM (
        SELECT line, reason FROM import_failed
        UNION ALL SELECT line, bad FROM import_row WHERE number = ''
    ) AS failed
    GROUP BY line ORDER BY line LIMIT %s
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
    SELECT line, entry, is_appended FROM import_entry JOIN import_entry_chunk USING (key)
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
    #: Number, or else comparable name, of who sold; empty where we sell.
    supplier: str
    first_line: int
    lines: int
    #: Whether some row of it has a quantity and a price; else all are text alone.
    has_figures: bool
    #: Why it cannot be made, in whole sentences; None where its rows are good.
    bad: str | None
    #: Sums of the lines' amounts and taxes; None where no row could be read.
    amount: Decimal | None
    tax: Decimal | None
    #: What of the tax comes from the workspace's default tax code.
    default_tax: Decimal
    #: Whether the file itself states a tax on some of those lines.
    states_default_tax: bool
    #: What the tax would be if prices stood to it the other way; None where nothing speaks of it.
    other_tax: Decimal | None
    #: What the tax would be if each line bore what the file states of it, and whether it states it
    #: of all lines.
    taken_tax: Decimal | None
    states_all_taxes: bool
    #: The first line on which the file states another tax than ours; None where none does.
    tax_off: int | None
    #: The same, for the other way.
    is_other_tax_off: bool
    #: Lines with rounded figures, and lines made one piece.
    rounded: int
    one_piece: int
    #: JSON of its Heads in the order of the file; more than one where rows differ.
    heads: list[str] | None
    #: SHA-256 of the lines' contents.
    digest: bytes | None
    #: The key of the document that the books have with kind, number and supplier.
    here: int | None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.row_kind, self.number, self.supplier


class Signs(NamedTuple):
    """How many credit notes the file writes above and below zero."""

    above: int
    below: int


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
    return _copy("COPY import_entry (line, key, entry) FROM STDIN", entries)


def take_out_crowds() -> list[Crowd]:
    """Take out the documents with more than MOST_LINES lines, and return what was taken."""
    return _take_out(_CROWDS, _CROWDS_FAILED, _WITHOUT_CROWDS)


def forget_told_again() -> None:
    """Keep what columns of the order say only where it is said first."""
    _execute(_TOLD_AGAIN)


def take_out_crowds_of_entries() -> list[Crowd]:
    """Take out more than MOST_LINES payments or allocations of one key, and return what was taken."""
    return _take_out(_CROWDS_OF_ENTRIES, _ENTRIES_FAILED, _ENTRIES_WITHOUT_CROWDS)


def _take_out(find: str, *then: str) -> list[Crowd]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(find, [MOST_LINES])
        cursor.execute("SELECT first_line, number, lines FROM import_crowd ORDER BY first_line")
        crowds = [Crowd(*row) for row in cursor.fetchall()]
        for statement in then if crowds else ():
            cursor.execute(statement)
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


def entries_of_chunk(place: int) -> list[tuple[int, str, bool]]:
    """Return line and JSON of the entries of a chunk, in the order of the file.

    And whether it says again what stands before a repeated header.
    """
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


def is_scattered() -> bool:
    """Return whether rows of one document lie apart, with those of others between them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(bool_or(is_scattered), false) FROM import_document")
        return bool(cursor.fetchone()[0])


def credit_signs() -> Signs:
    """Count the documents that the file calls credit notes by the sign of their sum."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE amount > 0), count(*) FILTER (WHERE amount < 0) "
            "FROM import_document WHERE row_kind IN ('sales_credit_note', 'supplier_credit_note')"
        )
        return Signs(*cursor.fetchone())


def chunk(workspace: Workspace, place: int) -> list[StagedDocument]:
    """Return the documents of a chunk, with what the books have of them by now."""
    with connection.cursor() as cursor:
        cursor.execute(_CHUNK, {"workspace": workspace.pk, "chunk": place})
        return [StagedDocument(*row) for row in cursor.fetchall()]


def note_failed(documents: Sequence[tuple[StagedDocument, str]]) -> None:
    """Remember the rows of documents that were left out, each with the reason."""
    if not documents:
        return
    keys = zip(*((*each.key, reason) for each, reason in documents), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, [list(column) for column in keys])


def note_failed_lines(lines: Sequence[tuple[int, str]]) -> None:
    """Remember lines that were left out by themselves, each with the reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO import_failed SELECT * FROM unnest(%s::bigint[], %s::text[])",
            [[line for line, _ in lines], [reason for _, reason in lines]],
        )


def failed_lines(*, at_most: int) -> list[tuple[int, str]]:
    """Return so many of the lines that were left out, in the order of the file, with the reason.

    Those that belong to nobody knows which document are among them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FAILED_LINES, [at_most])
        return cursor.fetchall()


class NotedParty(NamedTuple):
    """What the file says first of a party; the e-mail address is the first that is not empty."""

    number: str
    name: str
    email: str


def note_parties(parties: Sequence[NotedParty]) -> int:
    """Remember parties of the file; return how many were not noted before."""
    columns = [list(column) for column in zip(*parties, strict=True)] or [[], [], []]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO import_party SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) "
            "ON CONFLICT DO NOTHING",
            columns,
        )
        noted = cursor.rowcount
        cursor.execute(
            "UPDATE import_party AS known SET email = said.email "
            "FROM unnest(%s::text[], %s::text[], %s::text[]) AS said (number, name, email) "
            "WHERE known.number = said.number AND known.email = ''",
            columns,
        )
    return noted


def noted_parties(numbers: Sequence[str]) -> dict[str, NotedParty]:
    """Return by number the parties that were noted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, name, email FROM import_party WHERE number = ANY(%s)", [list(numbers)]
        )
        return {row[0]: NotedParty(*row) for row in cursor.fetchall()}


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
