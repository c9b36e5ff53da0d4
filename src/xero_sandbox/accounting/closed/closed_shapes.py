"""Elements of the resources that Xero has closed, after the interface description and its examples.

Employees are in its schemas only; older clients still read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xero_sandbox.accounting.shapes import FieldShape, Presence

_ZERO = Decimal("0.00")


@dataclass(frozen=True)
class ClosedResource:
    plural: str
    type_name: str
    scope: str
    first_status: str  #: of a record that was loaded without one
    shape: tuple[FieldShape, ...]
    days: tuple[str, ...] = ()  #: its fields that are calendar days
    amounts: tuple[str, ...] = ()  #: and those that are money

    @property
    def id_name(self) -> str:
        return f"{self.type_name}ID"

    @property
    def table(self) -> str:
        return f"(SELECT * FROM closed_record WHERE resource = '{self.plural}')"  # noqa: S608 - ours


def _absent(*names: str) -> tuple[FieldShape, ...]:
    return tuple(FieldShape(name, Presence.ABSENT) for name in names)


def _empty(empty: object, *names: str) -> tuple[FieldShape, ...]:
    return tuple(FieldShape(name, Presence.EMPTY, empty) for name in names)


RECEIPTS = ClosedResource(
    "Receipts",
    "Receipt",
    "accounting.classicexpenses",
    "DRAFT",
    (
        FieldShape("ReceiptID"),
        *_absent("ReceiptNumber"),
        FieldShape("Status"),
        *_absent("User", "Contact", "Date"),
        FieldShape("UpdatedDateUTC"),
        *_empty("", "Reference"),
        *_empty("Exclusive", "LineAmountTypes"),
        *_empty([], "LineItems"),
        *_empty(_ZERO, "SubTotal", "TotalTax", "Total"),
        *_absent("Url"),
        *_empty(False, "HasAttachments"),
    ),
    days=("Date",),
    amounts=("SubTotal", "TotalTax", "Total"),
)
CLAIMS = ClosedResource(
    "ExpenseClaims",
    "ExpenseClaim",
    "accounting.classicexpenses",
    "SUBMITTED",
    (
        FieldShape("ExpenseClaimID"),
        FieldShape("Status"),
        FieldShape("UpdatedDateUTC"),
        *_absent("User"),
        *_empty([], "Receipts", "Payments"),
        *_empty(_ZERO, "Total", "AmountDue", "AmountPaid"),
        *_absent("PaymentDueDate", "ReportingDate"),
    ),
    days=("PaymentDueDate", "ReportingDate"),
    amounts=("Total", "AmountDue", "AmountPaid"),
)
EMPLOYEES = ClosedResource(
    "Employees",
    "Employee",
    "accounting.settings",
    "ACTIVE",
    (
        FieldShape("EmployeeID"),
        FieldShape("Status"),
        *_absent("FirstName", "LastName", "ExternalLink"),
        FieldShape("UpdatedDateUTC"),
    ),
)
CLOSED = (RECEIPTS, CLAIMS, EMPLOYEES)
