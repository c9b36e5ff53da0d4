"""The stand-in's own records held against what the run knows; Tallystick is not asked."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx2
from chaos_memory import PURCHASES, XERO_TYPES, Memory, Offset, Paper, Payment

Row = dict[str, Any]
_GONE = {"DELETED", "VOIDED"}


def dump(sandbox: str, what: str, organisation: str) -> Iterator[Row]:
    """Yield all that the stand-in has of a sort in an organisation."""
    address, query = f"{sandbox}/_sandbox/{what}", {"organisation": organisation}
    with httpx2.stream("GET", address, params=query, timeout=300) as answer:
        answer.raise_for_status()
        yield from (json.loads(line) for line in answer.iter_lines())


@dataclass
class Difference:
    """What is not as it should be; each count comes with a sentence."""

    missing: int = 0
    doubled: int = 0
    ghosts: int = 0
    cents_off: int = 0
    wrong_state: int = 0
    said: list[str] = field(default_factory=list)

    def lacks(self, what: object) -> None:
        self.missing += 1
        self.said.append(f"missing: {what}")

    def double(self, what: object, rows: Iterable[Row]) -> None:
        self.doubled += 1
        self.said.append(f"doubled: {what}: {[row['id'] for row in rows]}")

    def ghost(self, what: object) -> None:
        self.ghosts += 1
        self.said.append(f"ghost: {what}")

    def compare(self, what: str, there: str, here: Decimal) -> None:
        off = abs(Decimal(there) - here)
        if off:
            self.cents_off += int(off * 100)
            self.said.append(f"cents off: {what}: {there} there, {here} here")

    def wrong(self, what: str) -> None:
        self.wrong_state += 1
        self.said.append(f"wrong state: {what}")


@dataclass
class Books:
    """What an organisation holds, and which of it belongs to which of ours."""

    documents: list[Row]
    payments: list[Row]
    allocations: list[Row]
    #: Ids by what they are the only live copy of, to be held against Tallystick's links.
    ids: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, sandbox: str, organisation: str) -> "Books":
        notes = dump(sandbox, "credit_notes", organisation)
        return cls(
            documents=[*dump(sandbox, "invoices", organisation), *notes],
            payments=list(dump(sandbox, "payments", organisation)),
            allocations=list(dump(sandbox, "allocations", organisation)),
        )

    def compare(self, memory: Memory, prefix: str, found: Difference) -> None:
        """Hold documents, payments and allocations against what should be there."""
        live = defaultdict(list)
        for row in self.documents:
            if row["status"] not in _GONE:
                live[_name_of_row(row)].append(row)
        for paper in memory.papers:
            rows, before = live.pop(_name(paper, prefix), []), len(found.said)
            self._document(memory, paper, rows, found)
            if len(found.said) > before:
                found.said.append(f"what was done to {paper}: {'; '.join(paper.history)}")
        for rows in live.values():
            for row in rows:
                found.ghost(f"{row['type']} {row['number']} of {row['contact_number']}")
        self._payments(memory, found)
        self._allocations(memory, found)

    def _document(self, memory: Memory, paper: Paper, rows: list[Row], found: Difference) -> None:
        if paper.cancelled:
            for row in rows:
                found.ghost(f"{paper}, {row['status']}")
            return
        if not rows:
            found.lacks(paper)
            return
        if len(rows) > 1:
            found.double(paper, rows)
        row = rows[0]
        self.ids[id(paper)] = row["id"]
        found.compare(str(paper), row["total"], paper.expected)
        settled = memory.settled(paper)
        left = row.get("amount_due", row.get("remaining"))
        found.compare(f"what is left of {paper}", left, paper.expected - settled)
        if row["status"] not in _statuses(paper, settled):
            found.wrong(f"{paper} is {row['status']} in Xero with {settled} settled")
        if row["contact_number"] != paper.party:
            found.wrong(f"{paper} stands under {row['contact_number']} in Xero")
        same_lines = paper.kept is not None or row["lines"] == len(paper.body)
        if not same_lines or row["date"] != paper.day.isoformat():
            found.wrong(f"{paper} has other lines or another day in Xero")

    def _payments(self, memory: Memory, found: Difference) -> None:
        live = defaultdict(list)
        for row in self.payments:
            if row["status"] != "DELETED":
                live[row["reference"]].append(row)
        for payment in memory.payments:
            rows = live.pop(f"{payment.reference} {payment.number}", [])
            self._entry(payment, rows, found)
        for reference, rows in live.items():
            found.ghost(f"payment {reference} of {[row['amount'] for row in rows]}")

    def _allocations(self, memory: Memory, found: Difference) -> None:
        live = defaultdict(list)
        for row in self.allocations:
            live[row["credit_id"], row["invoice_id"]].append(row)
        for offset in [one for one in memory.offsets if not one.deleted]:
            pair = tuple(self.ids.get(id(one), "") for one in (offset.note, offset.paper))
            self._entry(offset, live.pop(pair, []), found)
        for rows in live.values():
            found.ghost(f"allocation {rows[0]['credit']} to {rows[0]['invoice']}")

    def _entry(self, entry: Payment | Offset, rows: list[Row], found: Difference) -> None:
        what = f"{type(entry).__name__} {getattr(entry, 'reference', '')} of {entry.paper}"
        if entry.deleted:
            for _ in rows:
                found.ghost(what)
            return
        if not rows:
            found.lacks(what)
            return
        if len(rows) > 1:
            found.double(what, rows)
        self.ids[id(entry)] = rows[0]["id"]
        found.compare(what, rows[0]["amount"], entry.amount)
        if isinstance(entry, Payment) and rows[0]["document_id"] != self.ids.get(id(entry.paper)):
            found.wrong(f"{what} stands on {rows[0]['document']}")


def _name(paper: Paper, prefix: str) -> tuple[str, str, str]:
    whose = paper.party if paper.kind in PURCHASES else ""
    return XERO_TYPES[paper.kind], prefix + paper.number, whose


def _name_of_row(row: Row) -> tuple[str, str, str]:
    whose = row["contact_number"] if row["type"].startswith("ACCPAY") else ""
    return row["type"], row["number"], whose


def _statuses(paper: Paper, settled: Decimal) -> set[str]:
    if not settled:
        return {"DRAFT", "SUBMITTED", "AUTHORISED"}
    return {"AUTHORISED"} if paper.expected - settled else {"PAID"}
