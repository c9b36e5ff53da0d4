"""Files that were put together of several: one may hold a document that the other holds as well.

Where the header stands again, another file may begin, or another page of a report. A document whose
rows lie on both sides goes on from page to page only if no other stands between, and if it does not
say the same once more. Else its lines would count twice, or an order count with what it was before.
"""

from collections.abc import Sequence

from django.db import connection

_MARK = """
    UPDATE import_document AS one SET bad = coalesce(one.bad, format(
        'It has rows before and after the header that is repeated in line %%s, as if two files had '
        'been put together and each held it. Take its older rows out of the file; if all of them '
        'are its lines, take the repeated header out.', torn.header))
    FROM (
        SELECT row_kind, number, supplier, (%(headers)s::bigint[])[max(section)] AS header,
            count(*) > count(DISTINCT said) AS is_repeated
        FROM (
            SELECT row_kind, number, supplier,
                width_bucket(line, %(headers)s::bigint[]) AS section,
                string_agg(ROW(item_code, description, trim_scale(quantity),
                    trim_scale(unit_price), trim_scale(discount))::text,
                    E'\\n' ORDER BY line, place, item) AS said
            FROM import_row WHERE number <> '' GROUP BY 1, 2, 3, 4
        ) AS part
        GROUP BY row_kind, number, supplier HAVING count(*) > 1
    ) AS torn
    WHERE (one.row_kind, one.number, one.supplier)
            = (torn.row_kind, torn.number, torn.supplier)
        AND (one.is_scattered OR torn.is_repeated)
"""
# The first stays: it is one of them whether they are one or two.
_MARK_ENTRIES = """
    UPDATE import_entry AS one SET is_appended = true
    FROM (
        SELECT entry, min(width_bucket(line, %(headers)s::bigint[])) AS section
        FROM import_entry GROUP BY entry HAVING count(*) > 1
    ) AS first
    WHERE one.entry = first.entry AND width_bucket(one.line, %(headers)s::bigint[]) > first.section
"""
#: Said of a payment or an allocation that stands before a repeated header as well.
STANDS_TWICE = (
    "It stands before the repeated header too, as if two files had been put together. If it is "
    "another one, take the repeated header out of the file and import it again."
)


def mark_appended(headers: Sequence[int]) -> None:
    """Note with each document that it cannot be made, since it may stand twice in the file.

    `headers` are the lines on which the header stands again.
    """
    if headers:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, {"headers": list(headers)})


def mark_appended_entries(headers: Sequence[int]) -> None:
    """Note which payments and allocations say again what stands before a repeated header."""
    if headers:
        with connection.cursor() as cursor:
            cursor.execute(_MARK_ENTRIES, {"headers": list(headers)})
