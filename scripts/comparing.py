"""What stands in the stand-in Xero, seen from outside, beside what was expected of it."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from expectation import (
    BILL,
    SALES_CREDIT_NOTE,
    SALES_INVOICE,
    SUPPLIER_CREDIT_NOTE,
    Document,
    Expectation,
    Key,
)
from settling import Allocation, Payment

PAYMENT, ALLOCATION = "payment", "allocation"
_KINDS = {
    "ACCREC": SALES_INVOICE,
    "ACCPAY": BILL,
    "ACCRECCREDIT": SALES_CREDIT_NOTE,
    "ACCPAYCREDIT": SUPPLIER_CREDIT_NOTE,
}
_PAID_KINDS = {"ACCRECPAYMENT": SALES_INVOICE, "ARCREDITPAYMENT": SALES_CREDIT_NOTE}
_GONE = {"DELETED", "VOIDED"}

Row = Mapping[str, Any]
Wanted = TypeVar("Wanted", Document, Payment, Allocation)


@dataclass
class Compared:
    """One kind, expected against found."""

    expected: int
    found: int = 0
    missing: int = 0
    #: Whatever stands there beside the first copy of something expected.
    doubled: int = 0
    #: Cents by which totals or amounts are off, all together.
    cents_off: int = 0
    #: Those whose status, credits, payments, rest, day or account are not as expected.
    wrong_state: int = 0
    #: Some of what is wrong, in words.
    told: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return not (self.missing or self.doubled or self.cents_off or self.wrong_state)


def compare(
    dump: Callable[[str], Iterable[Row]],
    expected: Expectation,
    allocations: Sequence[Allocation],
    payments: Sequence[Payment],
    accounts: Mapping[str, str],
) -> dict[str, Compared]:
    """Compare every record, by kind; `accounts` are the codes that payment methods lie on.

    `dump` gives the stand-in's rows of a sort, such as "invoices".
    """
    rows = [row for sort in ("invoices", "credit_notes") for row in dump(sort)]
    found = {}
    for kind in _KINDS.values():
        wanted = {each.key: each for each in expected.of_kind(kind)}
        of_kind = [row for row in rows if _KINDS[row["type"]] == kind]
        if wanted or of_kind:
            found[kind] = _compared(wanted, of_kind, _document_key, _total, _as_document)
    found[ALLOCATION] = _compared(
        {(each.credit_note.number, each.invoice.number): each for each in allocations},
        list(dump("allocations")),
        lambda row: (row["credit"], row["invoice"]),
        lambda allocation: allocation.amount,
        lambda allocation: {"date": allocation.day.isoformat()},
    )
    found[PAYMENT] = _compared(
        {(each.document.kind, each.reference): each for each in payments},
        list(dump("payments")),
        # Tallystick's own number of the payment stands behind our reference.
        lambda row: (_PAID_KINDS.get(row["type"], ""), row["reference"].partition(" ")[0]),
        lambda payment: payment.amount,
        lambda payment: _as_payment(payment, accounts),
    )
    return found


def _compared(
    wanted: Mapping[Any, Wanted],
    rows: Sequence[Row],
    key: Callable[[Row], Hashable],
    amount: Callable[[Wanted], Decimal],
    state: Callable[[Wanted], Mapping[str, Any]],
) -> Compared:
    live = [row for row in rows if row.get("status") not in _GONE]
    copies = Counter(key(row) for row in live)
    missing = wanted.keys() - copies.keys()
    result = Compared(
        expected=len(wanted),
        found=len(wanted) - len(missing),
        missing=len(missing),
        doubled=len(live) - (len(wanted) - len(missing)),
        told=[f"missing: {each}" for each in missing],
    )
    for row in live:
        one = wanted.get(key(row))
        if one is None or copies[key(row)] > 1:
            result.told.append(f"{'doubled' if one else 'not expected'}: {row}")
        if one is None:
            continue
        off = abs(Decimal(row["total"] if "total" in row else row["amount"]) - amount(one)) * 100
        should = {name: value for name, value in state(one).items() if row[name] != value}
        result.cents_off += int(off)
        result.wrong_state += bool(should)
        if off or should:
            result.told.append(f"{off} cents off, should have {should}: {row}")
    return result


def _document_key(row: Row) -> Key:
    kind = _KINDS[row["type"]]
    is_bought = kind in (BILL, SUPPLIER_CREDIT_NOTE)
    return Key(kind, row["number"], row["contact_number"] or "" if is_bought else "")


def _total(document: Document) -> Decimal:
    return document.total


def _as_document(document: Document) -> dict[str, Any]:
    """Return what the document's row must show."""
    shown: dict[str, Any] = {
        "status": document.status,
        "date": document.day.isoformat(),
        "currency": document.currency,
        "lines": document.lines,
    }
    if document.party:
        shown["contact_number"] = document.party
    if document.kind in (SALES_INVOICE, BILL):
        return shown | {
            "amount_credited": f"{document.credited:.2f}",
            "amount_paid": f"{document.paid:.2f}",
            "amount_due": f"{document.outstanding:.2f}",
        }
    return shown | {"remaining": f"{document.outstanding:.2f}"}


def _as_payment(payment: Payment, accounts: Mapping[str, str]) -> dict[str, Any]:
    return {
        "document": payment.document.number,
        "date": payment.day.isoformat(),
        "currency": payment.document.currency,
        "account": accounts[payment.method],
    }
