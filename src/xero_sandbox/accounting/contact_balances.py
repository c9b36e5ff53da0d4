"""What a contact owes and is owed, worked out anew for each read (facts 5.5, 6.6).

It is no field of the contact, so that nothing that changes it moves an UpdatedDateUTC.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox.accounting.contact_records import Contact

#: Raw amounts of documents, whatever their currency, as the interface description says. Its
#: examples show less outstanding than overdue, and less than nothing: open credit is taken off
#: what is outstanding and leaves what is overdue as it is.
_OPEN = """
    SELECT contact_id, type = 'ACCREC' AS sells, sum(due) AS outstanding,
           sum(CASE WHEN due_date < ? THEN due ELSE 0 END) AS overdue
    FROM invoice WHERE organisation = ? AND contact_id IN ({marks}) AND status = 'AUTHORISED'
    GROUP BY 1, 2
    UNION ALL
    SELECT contact_id, side = 'sales', -sum(remaining), 0
    FROM credit WHERE organisation = ? AND contact_id IN ({marks}) AND status = 'AUTHORISED'
    GROUP BY 1, 2
"""
_SIDES = {True: "AccountsReceivable", False: "AccountsPayable"}


def fill_balances(db: sqlite3.Connection, contacts: Sequence[Contact], *, today: date) -> None:
    """Give each of one organisation's contacts its balances; none where nothing is open."""
    if not contacts:
        return
    organisation, ids = contacts[0].organisation, [contact.id for contact in contacts]
    sql = _OPEN.format(marks=", ".join("?" * len(ids)))
    values = (today.isoformat(), organisation, *ids, organisation, *ids)
    cents: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for row in db.execute(sql, values):
        sums = cents[row["contact_id"], bool(row["sells"])]
        sums[0] += row["outstanding"]
        sums[1] += row["overdue"]
    for contact in contacts:
        sides = {name: cents.get((contact.id, sells), [0, 0]) for sells, name in _SIDES.items()}
        if any(amount for sums in sides.values() for amount in sums):
            contact.balances = {name: _shown(*sums) for name, sums in sides.items()}


def _shown(outstanding: int, overdue: int) -> dict[str, Any]:
    return {
        "Outstanding": Decimal(outstanding).scaleb(-2),
        "Overdue": Decimal(overdue).scaleb(-2),
    }
