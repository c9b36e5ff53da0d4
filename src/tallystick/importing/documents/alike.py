"""Documents of the file that may be one: their rows are told apart by less than makes a difference.

The rows of a document share its number, its kind and, where we buy, the supplier. A file that says
kind or supplier in a document's first row only, or writes the number in two ways, would have its rows
fall into two documents, each of them partial. None of these is made.
"""

import re

from django.db import connection

from tallystick.books.names import comparable_name
from tallystick.importing.documents.heads import Opened

#: Dashes that look like a hyphen.
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_MARK = """
    UPDATE import_document AS one SET bad = coalesce(one.bad, CASE
        WHEN one.number <> other.number THEN format(
            'The number on line %s, “%s”, is nearly the same. Write it alike where it is the same '
            'document, else give one of them another number.', other.first_line, other.number)
        WHEN one.row_kind <> other.row_kind THEN format(
            'Line %s bears its number too, and not every row says of which kind of document it is: '
            'it may belong to it. Say the kind in each row, and one kind where it is one document.',
            other.first_line)
        ELSE format(
            'Line %s bears its number too, and there the supplier is missing or written otherwise: '
            'it may belong to it. Write the supplier alike in all rows.', other.first_line)
        END)
    FROM import_document AS other
    WHERE one.alike = other.alike
        AND (one.row_kind, one.number, one.supplier)
            <> (other.row_kind, other.number, other.supplier)
        AND CASE WHEN one.row_kind <> other.row_kind THEN one.is_kind_open OR other.is_kind_open
            ELSE one.supplier = other.supplier OR one.seller = other.seller
                OR '' IN (one.supplier, other.supplier) END
"""


def marks_of(document: Opened) -> dict[str, str | bool]:
    """Return what a document is compared by, as the row is staged that opens it."""
    return {
        "alike": comparable_number(document.number),
        "seller": document.seller,
        "is_kind_open": document.is_kind_open,
    }


def comparable_number(number: str) -> str:
    """Return the number without what nobody sees or tells apart: case, invisible marks, dashes."""
    return comparable_name(_DASHES.sub("-", number.lstrip("'")))


def mark_alike() -> None:
    """Note with each document that it cannot be made, since rows of another may belong to it."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
