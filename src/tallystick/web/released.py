"""Telling what an act has set going."""

from tallystick.sync.outlook import going
from tallystick.sync.waiting import Waiting
from tallystick.web.templatetags.tallystick import money_text
from tallystick.workspaces.models import Workspace


def released_words(released: Waiting, workspace: Workspace) -> str:
    """Return such as ` 36 documents for 8,430.20 NZD go out now.`; empty where nothing waited."""
    if released.count <= 0:
        return ""
    counts = ((released.documents, "document"), (released.payments, "payment"))
    what = " and ".join(_counted(count, noun) for count, noun in counts if count > 0)
    sums = [f"{money_text(total, code)} {code}" for code, total in released.totals.items()]
    of = f" {what} for {' and '.join(sums)}"
    if held_up := going(workspace):
        return f"{of} {'is' if released.count == 1 else 'are'} queued.{held_up}"
    return f"{of} {'goes' if released.count == 1 else 'go'} out now."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
