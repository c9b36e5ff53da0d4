"""The mirror held against the stand-in's own records, field by field, and our links against both."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from chaos.xero_records import Row, dump
from django.db.models import Model, QuerySet

from tallystick.connections.models import Organisation
from tallystick.mirror.models import (
    MirroredAllocation,
    MirroredContact,
    MirroredDocument,
    MirroredItem,
    MirroredLine,
    MirroredPayment,
    UnreadElement,
)
from tallystick.sync.models import Link

_AT_ONCE = 1000
T = TypeVar("T")
#: What a record says, by the name that both sides are compared under.
Told = Mapping[str, Any]


@dataclass
class Compared:
    """One sort of records: what the stand-in has, and what of it is here."""

    expected: int = 0
    found: int = 0
    missing: int = 0
    #: Here, and not there.
    extra: int = 0
    differing: int = 0
    #: Some of what is wrong, in words.
    told: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return not (self.missing or self.extra or self.differing)

    def hold(self, what: str, there: Told, here: Told | None) -> None:
        """Hold one record against its mirror."""
        self.expected += 1
        if here is None:
            self.missing += 1
            self.told.append(f"missing: {what}")
            return
        self.found += 1
        off = {name: (there[name], here[name]) for name in there if there[name] != here[name]}
        if off:
            self.differing += 1
            self.told.append(f"differs: {what}: {str(off)[:400]}")


def compare_mirror(sandbox: str, organisation: Organisation) -> dict[str, Compared]:
    """Compare every record, by sort; in parts, so that no book is too large."""

    def rows(sort: str, **query: str) -> Iterator[Row]:
        return dump(sandbox, sort, str(organisation.tenant_id), **query)

    found = {
        "contacts": _compare(
            rows("contacts"), MirroredContact.objects.all(), organisation, _contact, _contact_here
        ),
        "items": _compare(
            rows("items"),
            MirroredItem.objects.filter(gone_at=None),
            organisation,
            _item,
            _item_here,
        ),
        "payments": _compare(
            rows("payments"), MirroredPayment.objects.all(), organisation, _payment, _payment_here
        ),
        "allocations": _compare_allocations(rows("allocations"), organisation),
        "unread": Compared(extra=UnreadElement.objects.filter(organisation=organisation).count()),
    }
    for sort, endpoint in (
        ("invoices", "Invoices"),
        ("credit_notes", "CreditNotes"),
        ("overpayments", "Overpayments"),
        ("prepayments", "Prepayments"),
    ):
        documents = MirroredDocument.objects.filter(endpoint=endpoint)
        found[sort] = _compare(
            rows(sort, lines="true"),
            documents,
            organisation,
            _document,
            _document_here,
            _lines_here,
        )
    return found


def stale_links(sandbox: str, organisation: Organisation) -> list[str]:
    """Return, in words, the linked records whose state here is not what Xero has."""
    there = {
        row["id"]: row
        for sort in ("invoices", "credit_notes", "payments")
        for row in dump(sandbox, sort, str(organisation.tenant_id))
    }
    links = Link.objects.filter(organisation=organisation, xero_id__isnull=False, party=None)
    told = []
    for link in links.filter(allocation=None).iterator():
        row = there.get(str(link.xero_id))
        if row is None:
            told.append(f"{link} names {link.xero_id}, which Xero does not have")
        elif row["status"] != link.xero_status:
            told.append(f"{link} is {row['status']} in Xero, and {link.xero_status} here")
    return told


def _compare(
    rows: Iterable[Row],
    mirrored: "QuerySet[Any]",
    organisation: Organisation,
    there: Callable[[Row], Told],
    here: Callable[[Any], Told],
    parts: Callable[[Sequence[Any]], Mapping[int, Any]] | None = None,
) -> Compared:
    compared, ids = Compared(), set()
    mirrored = mirrored.filter(organisation=organisation).defer("raw")
    for some in _in_parts(rows):
        found = {
            str(one.xero_id): one for one in mirrored.filter(xero_id__in=[r["id"] for r in some])
        }
        lines = parts(list(found.values())) if parts else {}
        for row in some:
            one = found.get(row["id"])
            told = here(one) if one else None
            if told is not None and one is not None and parts:
                told = {**told, "line_items": lines.get(one.pk, [])}
            compared.hold(
                f"{row.get('type', '')} {row.get('number') or row['id']}", there(row), told
            )
        ids |= set(found)
    compared.extra = mirrored.count() - len(ids)
    return compared


def _compare_allocations(rows: Iterable[Row], organisation: Organisation) -> Compared:
    """Allocations are known by both their documents, the day and the amount."""
    there = sorted(
        (row["credit_id"], row["invoice_id"], Decimal(row["amount"]), row["date"]) for row in rows
    )
    mirrored = MirroredAllocation.objects.filter(document__organisation=organisation)
    here = sorted(
        (str(credit), str(invoice), amount, day.isoformat())
        for credit, invoice, amount, day in mirrored.values_list(
            "document__xero_id", "invoice_id", "amount", "allocated_on"
        )
    )
    missing, extra = set(there) - set(here), set(here) - set(there)
    told = [f"missing: {one}" for one in sorted(missing)] + [f"extra: {one}" for one in extra]
    return Compared(len(there), len(there) - len(missing), len(missing), len(extra), 0, told)


def _contact(row: Row) -> Told:
    names = ("name", "status", "merged_to", "number", "account_number", "email")
    return {name: row[name] or "" for name in names} | {
        "is_customer": row["is_customer"],
        "is_supplier": row["is_supplier"],
        "updated": row["updated"],
    }


def _contact_here(one: MirroredContact) -> Told:
    return {
        "name": one.name,
        "status": one.status,
        "merged_to": str(one.merged_to_id or ""),
        "number": one.contact_number,
        "account_number": one.account_number,
        "email": one.email,
        "is_customer": one.is_customer,
        "is_supplier": one.is_supplier,
        "updated": _second(one.updated_at),
    }


def _item(row: Row) -> Told:
    texts = {name: row[name] or "" for name in ("code", "name", "description", "updated")}
    return texts | {name: _amount(row[name]) for name in ("sales_price", "purchase_price")}


def _item_here(one: MirroredItem) -> Told:
    return {
        "code": one.code,
        "name": one.name,
        "description": one.description,
        "updated": _second(one.updated_at),
        "sales_price": one.sales_price,
        "purchase_price": one.purchase_price,
    }


def _payment(row: Row) -> Told:
    texts = ("type", "status", "date", "reference", "account", "document_id", "updated")
    return {name: row[name] or "" for name in texts} | {
        "amount": _amount(row["amount"]),
        "reconciled": row["reconciled"],
    }


def _payment_here(one: MirroredPayment) -> Told:
    return {
        "type": one.type,
        "status": one.status,
        "date": _day(one.paid_on),
        "reference": one.reference,
        "account": one.account_code,
        "document_id": str(one.document_id),
        "updated": _second(one.updated_at),
        "amount": one.amount,
        "reconciled": one.is_reconciled,
    }


def _document(row: Row) -> Told:
    texts = ("type", "status", "number", "reference", "contact_id", "date", "currency", "updated")
    return {name: row[name] or "" for name in texts} | {
        "due_date": row.get("due_date") or "",
        "sub_total": _amount(row["sub_total"]),
        "tax": _amount(row["total_tax"]),
        "total": _amount(row["total"]),
        "outstanding": _amount(row.get("amount_due", row.get("remaining"))),
        "line_items": [
            (
                *(
                    line[name] or ""
                    for name in ("Description", "ItemCode", "AccountCode", "TaxType")
                ),
                *map(_amount, (line[name] for name in _LINE_NUMBERS)),
            )
            for line in row["line_items"]
        ],
    }


_LINE_NUMBERS = ("Quantity", "UnitAmount", "TaxAmount", "LineAmount")


def _document_here(one: MirroredDocument) -> Told:
    return {
        "type": one.type,
        "status": one.status,
        "number": one.number,
        "reference": one.reference,
        "contact_id": str(one.contact_id),
        "date": _day(one.issued_on),
        "currency": one.currency,
        "updated": _second(one.updated_at),
        "due_date": _day(one.due_on),
        "sub_total": one.subtotal,
        "tax": one.tax,
        "total": one.total,
        "outstanding": one.outstanding,
    }


def _lines_here(documents: Sequence[Model]) -> Mapping[int, Any]:
    found: dict[int, list[Any]] = {}
    lines = MirroredLine.objects.filter(document__in=[one.pk for one in documents])
    for line in lines.order_by("document", "position").iterator():
        texts = (line.description, line.item_code, line.account_code, line.tax_type)
        numbers = (line.quantity, line.unit_price, line.tax, line.amount)
        found.setdefault(line.document_id, []).append((*texts, *numbers))
    return found


def _in_parts(rows: Iterable[T]) -> Iterator[list[T]]:
    rows = iter(rows)
    while some := list(islice(rows, _AT_ONCE)):
        yield some


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


def _second(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""
