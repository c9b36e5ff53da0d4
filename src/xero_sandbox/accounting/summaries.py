"""What cannot be asked of invoices together with `summaryOnly=true` (facts 12.2)."""

from __future__ import annotations

from xero_sandbox.accounting.volume import filtered_by, ordered_by
from xero_sandbox.problems import QueryParse

_FLAG = "is unavailable on this endpoint when using the summaryOnly flag"
_FILTERS = {"date", "duedate", "fullypaidondate", "status"}


def refuse_in_summary(asked: dict[str, str]) -> None:
    """Raise QueryParse for a `where` on days or status, for ids of both kinds, for DueDate."""
    both_ids = bool(asked.get("ids", "").strip() and asked.get("contactids", "").strip())
    if both_ids or filtered_by(asked) & _FILTERS:
        raise QueryParse(f"The supplied filter {_FLAG}")
    if "duedate" in ordered_by(asked):
        raise QueryParse(f"Ordering by DueDate {_FLAG}")
