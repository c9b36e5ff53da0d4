"""What Xero had outstanding when a day ended, contact by contact: as its aged reports add it up."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from tallystick.connections.models import Organisation

#: Xero's words for what is owed, and for what stands against it.
_SALES = ("ACCREC", ("ACCRECCREDIT", "RECEIVE-OVERPAYMENT", "RECEIVE-PREPAYMENT"))
_PURCHASES = ("ACCPAY", ("ACCPAYCREDIT", "SPEND-OVERPAYMENT", "SPEND-PREPAYMENT"))
#: Drafts owe nothing yet. Each document is turned into the books' currency by its own rate.
_OPEN = """
    WITH dated AS (
        SELECT id, xero_id, contact_id, total, currency_rate,
               CASE WHEN type = %(owed)s THEN 1 ELSE -1 END AS sign
        FROM mirror_mirroreddocument
        WHERE organisation_id = %(organisation)s AND (type = %(owed)s OR type = ANY(%(credit)s))
          AND status IN ('AUTHORISED', 'PAID') AND issued_on <= %(day)s
    ),
    settled AS (
        SELECT xero_id, sum(amount) AS amount FROM (
            SELECT dated.xero_id, paid.amount FROM dated
            JOIN mirror_mirroredpayment paid ON paid.organisation_id = %(organisation)s
                AND paid.document_id = dated.xero_id
            WHERE paid.status = 'AUTHORISED' AND paid.paid_on <= %(day)s
            UNION ALL
            SELECT dated.xero_id, placed.amount FROM dated
            JOIN mirror_mirroredallocation placed ON placed.invoice_id = dated.xero_id
            JOIN mirror_mirroreddocument credit ON credit.id = placed.document_id
            WHERE credit.organisation_id = %(organisation)s AND placed.allocated_on <= %(day)s
            UNION ALL
            SELECT dated.xero_id, placed.amount FROM dated
            JOIN mirror_mirroredallocation placed ON placed.document_id = dated.id
            WHERE placed.allocated_on <= %(day)s
        ) AS one GROUP BY xero_id
    )
    SELECT contact_id, sum(sign * round((total - coalesce(settled.amount, 0))
                                        / coalesce(currency_rate, 1), 2)) AS due
    FROM dated LEFT JOIN settled USING (xero_id)
    GROUP BY contact_id HAVING count(*) FILTER (WHERE total <> coalesce(settled.amount, 0)) > 0"""


def open_in_xero(
    organisation: Organisation, day: date, *, sales: bool
) -> Mapping[UUID | None, Decimal]:
    """Return what was outstanding in Xero at the day's end by contact, in the books' currency.

    By what was read: receivables, or payables with `sales` False; credit counts below zero.
    """
    owed, credit = _SALES if sales else _PURCHASES
    given: dict[str, Any] = {
        "organisation": organisation.pk,
        "day": day,
        "owed": owed,
        "credit": list(credit),
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, given)
        return dict(cursor.fetchall())
