"""Budgets in storage and on the wire."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from xero_sandbox import wire
from xero_sandbox.accounting.shapes import AnswerKind, FieldShape, Presence, shaped
from xero_sandbox.organisations.records import Account

#: Keys and their order as in the examples of the description.
BUDGET = (
    FieldShape("BudgetID"),
    FieldShape("Status"),
    FieldShape("Description"),
    FieldShape("Type"),
    FieldShape("UpdatedDateUTC"),
    FieldShape("BudgetLines"),
    FieldShape("Tracking"),
)
BUDGET_LINE = (
    FieldShape("AccountID"),
    FieldShape("AccountCode", Presence.ABSENT),
    FieldShape("BudgetBalances"),
)
BUDGET_BALANCE = (FieldShape("Period"), FieldShape("Amount"), FieldShape("Notes"))

BudgetType = Literal["OVERALL", "TRACKING"]


@dataclass(frozen=True)
class Balance:
    month: date  #: its first day
    amount: Decimal  #: income and expenses are both positive
    notes: str = ""


@dataclass
class Budget:
    id: str
    organisation: str
    type: BudgetType
    description: str
    tracking: list[dict[str, str]] = field(default_factory=list)  #: as on the wire
    lines: dict[str, list[Balance]] = field(default_factory=dict)  #: by account id
    updated_ms: int = 0
    seq: int | None = None  #: None until it is stored

    def wire(
        self,
        accounts: dict[str, Account],
        answer: AnswerKind,
        keep: Callable[[date], bool] = lambda month: True,
    ) -> dict[str, Any]:
        """Lists have neither lines nor tracking; of lines, only the months to `keep` are shown."""
        whole = answer is not AnswerKind.LIST
        lines = self.lines.items() if whole else ()
        values = {
            "BudgetID": self.id,
            "Status": "APPROVED",
            "Description": self.description,
            "Type": self.type,
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "BudgetLines": [
                _line(accounts[ident], [one for one in balances if keep(one.month)], answer)
                for ident, balances in lines
            ],
            "Tracking": self.tracking if whole else [],
        }
        return shaped(BUDGET, values, answer)


def all_of(db: sqlite3.Connection, organisation: str) -> list[Budget]:
    """The budgets of an organisation in the order in which they were made."""
    sql = "SELECT * FROM budget WHERE organisation = ? ORDER BY seq"
    return [_load(row) for row in db.execute(sql, (organisation,))]


def overall(db: sqlite3.Connection, organisation: str) -> Budget | None:
    """The one budget of the whole organisation, if it has any."""
    return next((one for one in all_of(db, organisation) if one.type == "OVERALL"), None)


def save(db: sqlite3.Connection, budget: Budget, *, now_ms: int) -> None:
    """Insert or update; sets UpdatedDateUTC."""
    budget.updated_ms = now_ms
    data = {
        "description": budget.description,
        "tracking": budget.tracking,
        "lines": {
            ident: [[one.month.isoformat(), str(one.amount), one.notes] for one in balances]
            for ident, balances in budget.lines.items()
        },
    }
    db.execute(
        "INSERT OR REPLACE INTO budget VALUES (?, ?, ?, ?, ?, ?)",
        (budget.seq, budget.id, budget.organisation, budget.type, now_ms, wire.dumps(data)),
    )


def _load(row: sqlite3.Row) -> Budget:
    data = wire.loads(row["data"])
    return Budget(
        id=row["id"],
        organisation=row["organisation"],
        type=row["type"],
        description=data["description"],
        tracking=data["tracking"],
        lines={
            ident: [
                Balance(date.fromisoformat(month), Decimal(amount), notes)
                for month, amount, notes in balances
            ]
            for ident, balances in data["lines"].items()
        },
        updated_ms=row["updated"],
        seq=row["seq"],
    )


def _line(account: Account, balances: list[Balance], answer: AnswerKind) -> dict[str, Any]:
    """Periods are dates, as Xero's own clients read them, though the examples write `2019-08`."""
    shown = [
        {"Period": wire.day_instant(one.month), "Amount": one.amount, "Notes": one.notes}
        for one in balances
    ]
    values = {
        "AccountID": account.id,
        "AccountCode": account.code or None,
        "BudgetBalances": [shaped(BUDGET_BALANCE, one, answer) for one in shown],
    }
    return shaped(BUDGET_LINE, values, answer)
