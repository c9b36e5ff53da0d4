"""What a file says of one document, as the services of the books take it."""

import json
from decimal import Decimal

from django.db import connection

from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.books.models import Charge, Kind, TaxBasis
from tallystick.importing.documents.judging import Accepted

_LINES = """
    SELECT item_code, description, quantity, unit_price, discount,
        CASE WHEN tax_level IS NULL THEN tax_code END, account_code, charge, tracking,
        CASE WHEN tax_is_stated THEN CASE WHEN %s THEN other_tax ELSE tax END END
    FROM import_row
    WHERE row_kind = %s AND number = %s AND supplier = %s AND place BETWEEN 0 AND 99
    ORDER BY place, line, item
"""


def given_in(document: Accepted, *, party_number: str) -> DocumentInput:
    """Return the document as it would be written, without a number of its own.

    Tax codes that a level below the line gives are left to `books.filling`, which goes by the same
    levels and, where the file states the total, by the same rule for the default.
    """
    head, totals = document.head, document.totals
    return DocumentInput(
        kind=Kind(document.staged.kind),
        party_number=party_number,
        issued_on=head.issued_on,
        due_on=head.due_on,
        lines=_lines(document),
        reference=head.reference,
        currency=head.currency,
        tax_basis=TaxBasis(head.tax_basis),
        currency_rate=Decimal(head.currency_rate) if head.currency_rate else None,
        total=totals.total + document.rounding if head.total else None,
        template=head.template,
        do_not_sync=head.do_not_sync,
    )


def _lines(document: Accepted) -> tuple[LineInput, ...]:
    sign = document.sign
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [document.is_turned, *document.staged.key])
        return tuple(
            LineInput(
                item_code=item_code or "",
                description=description or "",
                quantity=None if quantity is None else sign * quantity,
                unit_price=unit_price,
                discount=discount,
                tax_code=tax_code or "",
                account_code=account_code or "",
                charge=Charge(charge or ""),
                tracking=tuple((pair[0], pair[1]) for pair in json.loads(tracking or "[]")),
                tax=None if tax is None else sign * tax,
            )
            for (
                item_code, description, quantity, unit_price, discount, tax_code, account_code,
                charge, tracking, tax,
            ) in cursor.fetchall()
        )  # fmt: skip
