"""The general ledger: what documents post to accounts, in the organisation's base currency.

An approved document, a payment, an allocation, a bank transaction and a transfer keep their
postings in the table `posting`; those of one document sum to zero. Drafts have none; what is voided
or deleted loses its own. The table `journal` keeps what was ever posted, one journal for each time:
what a document posts anew is reversed on its own day and entered again. Both add up to the same.
Reports need nothing else than:

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
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from xero_sandbox import wire
from xero_sandbox.accounting.totals import ZERO, rounded

Source = Literal[
    "invoice",
    "credit",
    "payment",
    "allocation",
    "bank_transaction",
    "bank_transfer",
    "manual_journal",
    "stock",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount that a document posts to an account on its day, the same for all of them."""

    day: date
    account_id: str
    amount: Decimal  #: base currency, debit positive
    tracking: tuple[str, ...] = ()  #: ids of the tracking options of its lines
    tax: Decimal = ZERO  #: on top of the amount, which the tax account has of its own
    tax_type: str | None = None
    description: str = ""


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
    *,
    now_ms: int,
) -> None:
    """Replace what a document posts; no entries for one that is a draft, voided or deleted."""
    moved = [entry for entry in entries if entry.amount]
    standing = db.execute(
        "SELECT * FROM journal WHERE document_id = ? AND source = ? AND standing",
        (document_id, source),
    ).fetchone()
    if standing is None and not moved:
        return
    origin = (organisation, source, document_id, now_ms)
    if not _enter_journals(db, origin, standing, moved):
        db.execute(
            "UPDATE posting SET contact_id = ? WHERE document_id = ? AND source = ?",
            (contact_id, document_id, source),
        )
        return
    db.execute("DELETE FROM posting WHERE document_id = ? AND source = ?", (document_id, source))
    nets: dict[tuple[date, str, tuple[str, ...]], Decimal] = defaultdict(lambda: ZERO)
    for entry in moved:
        nets[entry.day, entry.account_id, entry.tracking] += entry.amount
    db.executemany(
        """
        INSERT INTO posting (organisation, date, account_id, amount, source, document_id,
                             contact_id, tracking) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (
                organisation,
                day.isoformat(),
                account,
                int(net * 100),
                source,
                document_id,
                contact_id,
                " ".join(tracking),
            )
            for (day, account, tracking), net in nets.items()
            if net
        ],
    )


def unpost(db: sqlite3.Connection, organisation: str, document_id: str, *, now_ms: int) -> None:
    """Reverse all that a document posts."""
    sql = "SELECT source FROM journal WHERE document_id = ? AND standing"
    for row in db.execute(sql, (document_id,)).fetchall():
        post(db, organisation, row["source"], document_id, "", [], now_ms=now_ms)


#: One line of a journal as it is stored: account, net and tax in cents, tax type, text, options.
JournalLine = tuple[str, int, int, str | None, str, list[str]]


def _enter_journals(
    db: sqlite3.Connection,
    origin: tuple[str, Source, str, int],
    standing: sqlite3.Row | None,
    entries: list[Entry],
) -> bool:
    """Reverse what stands of a document and enter what it posts now; False if that is the same.

    `origin` is organisation, source, document, time.
    """
    day = entries[0].day.isoformat() if entries else ""
    lines = wire.dumps([_journal_line(entry) for entry in entries]) if entries else ""
    if standing is not None:
        if (standing["date"], standing["lines"]) == (day, lines):
            return False
        back = [
            (account, -net, -tax, *rest)
            for account, net, tax, *rest in wire.loads(standing["lines"])
        ]
        db.execute("UPDATE journal SET standing = 0 WHERE seq = ?", (standing["seq"],))
        _enter(db, origin, standing["date"], wire.dumps(back), stands=False)
    if entries:
        _enter(db, origin, day, lines, stands=True)
    return True


def _journal_line(entry: Entry) -> JournalLine:
    return (
        entry.account_id,
        int(entry.amount * 100),
        int(entry.tax * 100),
        entry.tax_type,
        entry.description,
        list(entry.tracking),
    )


def _enter(
    db: sqlite3.Connection,
    origin: tuple[str, Source, str, int],
    day: str,
    lines: str,
    *,
    stands: bool,
) -> None:
    """Number and keep one journal."""
    db.execute(
        """
        INSERT INTO journal (id, number, organisation, source, document_id, created, date,
                             standing, lines)
        VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM journal WHERE organisation = ?),
                ?, ?, ?, ?, ?, ?, ?)
        """,
        (str(uuid.uuid4()), origin[0], *origin, day, stands, lines),
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
