"""The stand-in's own records held against what the run knows; Tallystick is not asked."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from chaos.foreigners import is_ours
from chaos.model import PURCHASES, XERO_TYPES, Document, Entry, Model, Payment
from chaos.xero_records import Row, dump, is_live


@dataclass
class Difference:
    """What is not as it should be; each count comes with a sentence."""

    missing: int = 0
    doubled: int = 0
    ghosts: int = 0
    cents_off: int = 0
    wrong_state: int = 0
    invalid_requests: int = 0
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

    def invalid(self, request: str) -> None:
        """Xero's interface description does not have what was sent."""
        self.invalid_requests += 1
        self.said.append(f"invalid request: {request}")


@dataclass
class XeroBooks:
    """What an organisation holds, and which of it belongs to which of ours."""

    documents: list[Row]
    payments: list[Row]
    allocations: list[Row]
    #: Ids by what they are the only live copy of, to be held against Tallystick's links.
    ids: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, sandbox: str, organisation: str) -> "XeroBooks":
        """Read them; what others have there beside ours is left out."""
        notes = dump(sandbox, "credit_notes", organisation)
        invoices = dump(sandbox, "invoices", organisation)
        documents = [row for row in (*invoices, *notes) if is_ours(row)]
        ids = {row["id"] for row in documents}
        payments = dump(sandbox, "payments", organisation)
        allocations = dump(sandbox, "allocations", organisation)
        return cls(
            documents=documents,
            payments=[row for row in payments if row["document_id"] in ids],
            allocations=[row for row in allocations if row["invoice_id"] in ids],
        )

    def compare(self, model: Model, prefix: str, found: Difference) -> None:
        """Hold documents, payments and allocations against what should be there."""
        live = defaultdict(list)
        for row in self.documents:
            if is_live(row):
                live[_name_of_row(row)].append(row)
        for document in model.documents:
            rows, before = live.pop(_name(document, prefix), []), len(found.said)
            self._document(model, document, rows, found)
            if len(found.said) > before:
                found.said.append(f"what was done to {document}: {'; '.join(document.history)}")
        for rows in live.values():
            for row in rows:
                found.ghost(f"{row['type']} {row['number']} of {row['contact_number']}")
        self._payments(model, found)
        self._allocations(model, found)

    def _document(
        self, model: Model, document: Document, rows: list[Row], found: Difference
    ) -> None:
        if document.cancelled:
            for row in rows:
                found.ghost(f"{document}, {row['status']}")
            return
        if not rows:
            found.lacks(document)
            return
        if len(rows) > 1:
            found.double(document, rows)
        row = rows[0]
        self.ids[id(document)] = row["id"]
        found.compare(str(document), row["total"], document.expected)
        settled = model.settled(document)
        left = row.get("amount_due", row.get("remaining"))
        found.compare(f"what is left of {document}", left, document.expected - settled)
        if row["status"] not in _statuses(document, settled):
            found.wrong(f"{document} is {row['status']} in Xero with {settled} settled")
        if row["contact_number"] != document.party:
            found.wrong(f"{document} stands under {row['contact_number']} in Xero")
        same_lines = document.kept is not None or row["lines"] == len(document.lines)
        if not same_lines or row["date"] != document.day.isoformat():
            found.wrong(f"{document} has other lines or another day in Xero")

    def _payments(self, model: Model, found: Difference) -> None:
        live = defaultdict(list)
        for row in self.payments:
            if row["status"] != "DELETED":
                live[row["reference"]].append(row)
        for payment in model.payments:
            rows = live.pop(f"{payment.reference} {payment.number}", [])
            self._entry(payment, rows, found)
        for reference, rows in live.items():
            found.ghost(f"payment {reference} of {[row['amount'] for row in rows]}")

    def _allocations(self, model: Model, found: Difference) -> None:
        live = defaultdict(list)
        for row in self.allocations:
            live[row["credit_id"], row["invoice_id"]].append(row)
        for allocation in [one for one in model.allocations if not one.deleted]:
            pair = tuple(
                self.ids.get(id(one), "") for one in (allocation.credit_note, allocation.document)
            )
            self._entry(allocation, live.pop(pair, []), found)
        for rows in live.values():
            found.ghost(f"allocation {rows[0]['credit']} to {rows[0]['invoice']}")

    def _entry(self, entry: Entry, rows: list[Row], found: Difference) -> None:
        what = f"{type(entry).__name__} {getattr(entry, 'reference', '')} of {entry.document}"
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
        if isinstance(entry, Payment) and rows[0]["document_id"] != self.ids.get(
            id(entry.document)
        ):
            found.wrong(f"{what} stands on {rows[0]['document']}")


def _name(document: Document, prefix: str) -> tuple[str, str, str]:
    whose = document.party if document.kind in PURCHASES else ""
    return XERO_TYPES[document.kind], prefix + document.number, whose


def _name_of_row(row: Row) -> tuple[str, str, str]:
    whose = row["contact_number"] if row["type"].startswith("ACCPAY") else ""
    return row["type"], row["number"], whose


def _statuses(document: Document, settled: Decimal) -> set[str]:
    if not settled:
        return {"DRAFT", "SUBMITTED", "AUTHORISED"}
    return {"AUTHORISED"} if document.expected - settled else {"PAID"}
