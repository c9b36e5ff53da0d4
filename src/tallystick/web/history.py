"""What happened to a record, from our own audit and from the Sync log, as one timeline."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db.models import Q

from tallystick.books.models import Allocation, Document, Party, Payment
from tallystick.connections.models import Organisation
from tallystick.sync.models import Attempt, Link, Outcome
from tallystick.workspaces.models import AuditEntry

Record: TypeAlias = Document | Party | Payment | Allocation

_SHOWN = 100

#: Icon, colour and word of each outcome of an attempt.
OUTCOME_LOOKS = {
    Outcome.OPEN: ("arrow-right", "info"),
    Outcome.DONE: ("tick", "success"),
    Outcome.FAILED: ("cross", "danger"),
    Outcome.HELD: ("hand", "warning"),
    Outcome.UNKNOWN: ("question", "info"),
    Outcome.WAITING: ("clock", "neutral"),
    Outcome.DROPPED: ("slash", "neutral"),
}
#: What an action of an attempt is called.
ACTION_WORDS = {
    "resolve": "Check",
    "ask": "Ask Xero",
    "create": "Create",
    "update": "Write anew",
    "approve": "Approve",
    "attach": "Attach the PDF",
    "retract": "Remove",
    "queue": "Queue",
    "retry": "Retry",
    "choose": "Decide",
    "cancel": "Cancel",
}
_AUDIT_ICONS = {
    "created": "plus",
    "edited": "edit",
    "submitted": "send",
    "cancelled": "slash",
    "recorded": "coins",
    "made": "undo",
    "deleted": "trash",
    "removed": "trash",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One step of the timeline."""

    icon: str
    tone: str
    message: str
    #: Who did it; empty for the machine.
    by: str
    at: datetime


def history_of(records: Sequence[Record], organisation: Organisation | None) -> list[Event]:
    """Return the newest events of a record and of what stands on it, newest first."""
    events = [*_audited(records), *_attempted(records, organisation)]
    return sorted(events, key=lambda event: event.at, reverse=True)[:_SHOWN]


def _audited(records: Sequence[Record]) -> Iterator[Event]:
    about = Q()
    for sort, keys in _by_sort(records).items():
        about |= Q(subject=sort, subject_id__in=[str(key) for key in keys])
    entries = AuditEntry.objects.filter(about, workspace=records[0].workspace_id)
    for entry in entries.select_related("actor").order_by("-pk")[:_SHOWN]:
        icon = _AUDIT_ICONS.get(entry.action.rpartition(".")[2], "circle")
        yield Event(icon, "neutral", entry.message, str(entry.actor or "Tallystick"), entry.at)


def _attempted(records: Sequence[Record], organisation: Organisation | None) -> Iterator[Event]:
    if organisation is None:
        return
    about = Q()
    for sort, keys in _by_sort(records).items():
        about |= Q(**{f"{sort}__in": keys})
    links = Link.objects.filter(about, organisation=organisation)
    # By their keys, so that the index on the link is used however long the log is.
    attempts = Attempt.objects.filter(link__in=list(links.values_list("pk", flat=True)))
    for attempt in attempts.select_related("actor").order_by("-pk")[:_SHOWN]:
        icon, tone = OUTCOME_LOOKS[Outcome(attempt.outcome)]
        at = attempt.finished_at or attempt.started_at
        yield Event(icon, tone, message_of(attempt), str(attempt.actor or "Tallystick"), at)


def _by_sort(records: Sequence[Record]) -> dict[str, list[int]]:
    """Return the records' keys by the name of their table, which links and the audit call them by."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for record in records:
        found[record._meta.model_name or ""].append(record.pk)
    return found


def message_of(attempt: Attempt) -> str:
    """Return what happened in a sentence; one still under way has written none yet."""
    words = ACTION_WORDS.get(attempt.action, attempt.action.capitalize())
    return attempt.message or f"{words}: {attempt.get_outcome_display().lower()}."
