"""Which status may follow which on invoices and credit notes (facts 6.1)."""

from __future__ import annotations

NOT_MODIFIABLE = "Invoice not of valid status for modification"

#: A new document, and then each status a stored one may have.
NEW = ("DRAFT", "SUBMITTED", "AUTHORISED")
NEXT = {
    "DRAFT": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
    "SUBMITTED": ("SUBMITTED", "DRAFT", "AUTHORISED", "DELETED"),
    "AUTHORISED": ("AUTHORISED", "VOIDED"),
    "PAID": (),
    "VOIDED": (),
    "DELETED": (),
}
ENDS = ("VOIDED", "DELETED")
#: With these, nothing may be missing that a draft may lack.
COMPLETE = ("SUBMITTED", "AUTHORISED", "PAID", "BILLED")


def refusal(before: str | None, after: str, *, settled: bool = False) -> str | None:
    """Return why `before` cannot become `after`, or None if it can.

    `before` None is a new document; `settled` says that payments or credits are applied.
    """
    if before is None:
        return None if after in NEW else "Invoice not of valid status for creation"
    if settled:
        return None if after == before else _settled_refusal(after)
    return None if after in NEXT[before] else NOT_MODIFIABLE


def _settled_refusal(after: str) -> str:
    if after in ("DELETED", "PAID"):
        return NOT_MODIFIABLE
    return (
        f"The status {after} cannot be applied to the invoice because it has payments or "
        "credit notes allocated to it."
    )
