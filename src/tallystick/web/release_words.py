"""Telling what an act has set going."""

from tallystick.books.amount_text import money_text
from tallystick.english import counted, is_or_are
from tallystick.sync.reports.outlook import NOTHING_TO_RETRY, why_not_now
from tallystick.sync.reports.waiting_sums import WaitingSum
from tallystick.workspaces.models import Workspace


def released_words(released: WaitingSum, workspace: Workspace) -> str:
    """Return such as ` 36 documents for 8,430.20 NZD go out now.`; empty where nothing waited."""
    if released.count <= 0:
        return ""
    counts = ((released.documents, "document"), (released.payments, "payment"))
    what = " and ".join(counted(count, noun) for count, noun in counts if count > 0)
    sums = [f"{money_text(total, code)} {code}" for code, total in released.totals.items()]
    of = f" {what} for {' and '.join(sums)}"
    if held_up := why_not_now(workspace):
        return f"{of} {is_or_are(released.count)} queued.{held_up}"
    return f"{of} {'goes' if released.count == 1 else 'go'} out now."


def retried_words(count: int, workspace: Workspace) -> str:
    """Return what a Retry has queued again."""
    return f"{count:,} queued again.{why_not_now(workspace)}" if count else NOTHING_TO_RETRY
