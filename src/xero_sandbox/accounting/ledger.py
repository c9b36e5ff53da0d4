"""The general ledger: what documents post to accounts, in the organisation's base currency.

An approved document, a payment, an allocation, a bank transaction and a transfer keep their
postings in the table `posting`; those of one document sum to zero. Drafts have none; what is voided
or deleted loses its own (Xero reverses them on the same day, which adds up to the same). Reports
need nothing else:

    balances(db, organisation, first, last)    net amount by account: ProfitAndLoss between two
                                               days; TrialBalance, BalanceSheet with first None
    postings(db, organisation, first, last)    one by one, with document, contact and tracking
    open_documents(db, organisation, day, ..)  what was unpaid when a day ended: Aged reports

Debits are positive, credits negative: a sale of 100.00 is -100.00 on its revenue account. Days
are inclusive at both ends. Profit of earlier years stays on the accounts it arose on; a balance
sheet adds it up itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from xero_sandbox.accounting.totals import rounded

Source = Literal["invoice", "credit", "payment", "allocation", "bank_transaction", "bank_transfer"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount that a document posts to an account on its day."""

    day: date
    account_id: str
    amount: Decimal  #: base currency, debit positive
    tracking: tuple[str, ...] = ()  #: ids of the tracking options of its lines


@dataclass(frozen=True, slots=True)
class Posting:
    day: date
    account_id: str
    amount: Decimal  #: base currency, debit positive
    source: Source
    document_id: str  #: of what posts it: an invoice, a payment, a bank transfer ..
    contact_id: str
    tracking: tuple[str, ...]  #: ids of tracking options


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """An invoice, bill, credit note, prepayment or overpayment with something outstanding."""

    id: str
    type: str  #: such as ACCREC or ACCPAYCREDIT
    number: str
    reference: str
    contact_id: str
    day: date
    due_date: date | None
    currency: str
    total: Decimal  #: negative for credits
    due: Decimal  #: what was outstanding, in its currency; negative for credits
    due_in_base: Decimal  #: the same in the base currency, at the document's rate


def postings(
    db: sqlite3.Connection, organisation: str, first: date | None, last: date | None
) -> Iterator[Posting]:
    """Every posting from `first` to `last`, oldest first; None is an open end."""
    test, values = _between(organisation, first, last)
    for row in db.execute(f"SELECT * FROM posting WHERE {test} ORDER BY date, seq", values):  # noqa: S608
        yield Posting(
            day=date.fromisoformat(row["date"]),
            account_id=row["account_id"],
            amount=_money(row["amount"]),
            source=row["source"],
            document_id=row["document_id"],
            contact_id=row["contact_id"],
            tracking=tuple(row["tracking"].split()),
        )


def balances(
    db: sqlite3.Connection, organisation: str, first: date | None, last: date | None
) -> dict[str, Decimal]:
    """Account id to the net of its postings from `first` to `last`; all of them sum to zero."""
    test, values = _between(organisation, first, last)
    sql = f"SELECT account_id, sum(amount) FROM posting WHERE {test} GROUP BY account_id"  # noqa: S608
    return {account: _money(cents) for account, cents in db.execute(sql, values)}


def open_documents(
    db: sqlite3.Connection,
    organisation: str,
    day: date,
    *,
    sales: bool,
    contact_id: str | None = None,
) -> list[OpenDocument]:
    """What was outstanding of sales (or purchases) at the end of `day`, oldest first."""
    contact = "AND contact_id = :contact" if contact_id else ""
    sql = f"""
        SELECT * FROM (
            SELECT {_COLUMNS}, due_date, json_extract(head, '$.InvoiceNumber') AS number,
                   total, total - {_settled("invoice_id", "invoice.id")} AS due
            FROM invoice
            WHERE organisation = :organisation AND type = :invoice {contact}
              AND status IN ('AUTHORISED', 'PAID') AND date <= :day
            UNION ALL
            SELECT {_COLUMNS}, NULL, json_extract(head, '$.CreditNoteNumber'),
                   -total, {_settled("credit_id", "credit.id")} - total
            FROM credit
            WHERE organisation = :organisation AND side = :side {contact}
              AND status IN ('AUTHORISED', 'PAID') AND date <= :day
        ) WHERE due != 0 ORDER BY date, id
    """  # noqa: S608 - our own text
    side = "sales" if sales else "purchases"
    values = {"organisation": organisation, "day": day.isoformat(), "contact": contact_id}
    values |= {"invoice": "ACCREC" if sales else "ACCPAY", "side": side}
    return [_open_document(row) for row in db.execute(sql, values)]


def post(
    db: sqlite3.Connection,
    organisation: str,
    source: Source,
    document_id: str,
    contact_id: str,
    entries: Iterable[Entry],
) -> None:
    """Replace what a document posts; no entries for one that is a draft, voided or deleted."""
    db.execute("DELETE FROM posting WHERE document_id = ?", (document_id,))
    db.executemany(
        """
        INSERT INTO posting (organisation, date, account_id, amount, source, document_id,
                             contact_id, tracking) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (
                organisation,
                entry.day.isoformat(),
                entry.account_id,
                int(entry.amount * 100),
                source,
                document_id,
                contact_id,
                " ".join(entry.tracking),
            )
            for entry in entries
            if entry.amount
        ],
    )


_COLUMNS = """id, type, contact_id, date, currency,
    json_extract(head, '$.Reference') AS reference,
    json_extract(head, '$.CurrencyRate') AS rate"""


def _settled(allocated_by: str, ident: str) -> str:
    return f"""(
        (SELECT coalesce(sum(amount), 0) FROM payment
         WHERE document_id = {ident} AND status = 'AUTHORISED' AND date <= :day)
        + (SELECT coalesce(sum(amount), 0) FROM allocation
           WHERE {allocated_by} = {ident} AND date <= :day)
    )"""  # noqa: S608 - our own names


def _between(
    organisation: str, first: date | None, last: date | None
) -> tuple[str, tuple[str, ...]]:
    test, values = "organisation = ?", [organisation]
    for operator, day in ((">=", first), ("<=", last)):
        if day is not None:
            test += f" AND date {operator} ?"
            values.append(day.isoformat())
    return test, tuple(values)


def _open_document(row: sqlite3.Row) -> OpenDocument:
    due = _money(row["due"])
    return OpenDocument(
        id=row["id"],
        type=row["type"],
        number=row["number"] or "",
        reference=row["reference"] or "",
        contact_id=row["contact_id"],
        day=date.fromisoformat(row["date"]),
        due_date=date.fromisoformat(row["due_date"]) if row["due_date"] else None,
        currency=row["currency"],
        total=_money(row["total"]),
        due=due,
        due_in_base=rounded(due / Decimal(str(row["rate"]))),
    )


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
