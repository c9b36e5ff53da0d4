"""What a journal came from, as Xero names it: its document, the document's type and reference."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

#: What documents are called as the source of a journal, where that is not their own type.
_CALLED = {
    "RECEIVE": "CASHREC",
    "SPEND": "CASHPAID",
    "RECEIVE-PREPAYMENT": "ARPREPAYMENT",
    "SPEND-PREPAYMENT": "APPREPAYMENT",
    "RECEIVE-OVERPAYMENT": "AROVERPAYMENT",
    "SPEND-OVERPAYMENT": "APOVERPAYMENT",
    "ARPREPAYMENTPAYMENT": "ARPREPAYMENT",
    "APPREPAYMENTPAYMENT": "APPREPAYMENT",
    "AROVERPAYMENTPAYMENT": "AROVERPAYMENT",
    "APOVERPAYMENTPAYMENT": "APOVERPAYMENT",
}
_DOCUMENT = """
    SELECT type, json_extract(head, '$.Reference') AS reference FROM invoice WHERE id = :id
    UNION ALL
    SELECT type, json_extract(head, '$.Reference') FROM credit WHERE id = :id
    UNION ALL
    SELECT type, json_extract(head, '$.Reference') FROM bank_transaction WHERE id = :id
"""
#: By the ledger's word for a source. An allocation is none of Xero's source types.
_SOURCES = {
    "invoice": _DOCUMENT,
    "credit": _DOCUMENT,
    "stock": _DOCUMENT,
    "payment": """
        SELECT type, json_extract(data, '$.Reference') AS reference FROM payment WHERE id = :id
    """,
    "bank_transaction": _DOCUMENT,
    "bank_transfer": """
        SELECT 'TRANSFER' AS type, json_extract(data, '$.Reference') AS reference
        FROM bank_transfer WHERE id = :id
    """,
    "manual_journal": """
        SELECT 'MANJOURNAL' AS type, json_extract(data, '$.Narration') AS reference
        FROM manual_journal WHERE id = :id
    """,
}
#: Sources that move money, or that a person has entered.
CASH = ("payment", "bank_transaction", "bank_transfer", "manual_journal")


@dataclass(frozen=True)
class Origin:
    """SourceID, SourceType and Reference of a journal; None for what it has not."""

    ident: str | None = None
    type: str | None = None
    reference: str | None = None


def origin_of(db: sqlite3.Connection, source: str, document_id: str) -> Origin:
    sql = _SOURCES.get(source)
    row = db.execute(sql, {"id": document_id}).fetchone() if sql else None
    if row is None:
        return Origin()
    return Origin(document_id, _CALLED.get(row["type"], row["type"]), row["reference"])
