"""What happened to a record, from our own audit and from the Sync log, as one timeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tallystick.books.models import Document, Party
from tallystick.sync.models import Attempt, Link, Outcome
from tallystick.workspaces.models import AuditEntry

_SHOWN = 100

#: Icon, colour and word of each outcome of an attempt.
OUTCOME_LOOKS = {
    Outcome.OPEN: ("arrow-right", "info"),
    Outcome.DONE: ("tick", "success"),
    Outcome.FAILED: ("cross", "danger"),
    Outcome.HELD: ("hand", "warning"),
    Outcome.UNKNOWN: ("question", "info"),
    Outcome.DROPPED: ("slash", "neutral"),
}
#: What an action of an attempt is called.
ACTION_WORDS = {
    "resolve": "Check",
    "ask": "Ask Xero",
    "create": "Create",
    "retract": "Remove",
    "queue": "Queue",
    "retry": "Retry",
    "cancel": "Cancel",
}
_AUDIT_ICONS = {"created": "plus", "edited": "edit", "submitted": "send", "cancelled": "slash"}


@dataclass(frozen=True, slots=True)
class Event:
    """One step of the timeline."""

    icon: str
    tone: str
    message: str
    #: Who did it; empty for the machine.
    by: str
    at: datetime


def history_of(record: Document | Party, link: Link | None) -> list[Event]:
    """Return the newest events of the record, newest first."""
    events = [*_audited(record), *(_attempted(link) if link else ())]
    return sorted(events, key=lambda event: event.at, reverse=True)[:_SHOWN]


def _audited(record: Document | Party) -> Iterator[Event]:
    entries = AuditEntry.objects.filter(
        workspace=record.workspace_id,
        subject=record._meta.model_name,
        subject_id=str(record.pk),
    )
    for entry in entries.select_related("actor").order_by("-pk")[:_SHOWN]:
        icon = _AUDIT_ICONS.get(entry.action.rpartition(".")[2], "circle")
        yield Event(icon, "neutral", entry.message, str(entry.actor or "Tallystick"), entry.at)


def _attempted(link: Link) -> Iterator[Event]:
    attempts = Attempt.objects.filter(link=link).select_related("actor").order_by("-pk")
    for attempt in attempts[:_SHOWN]:
        icon, tone = OUTCOME_LOOKS[Outcome(attempt.outcome)]
        at = attempt.finished_at or attempt.started_at
        yield Event(icon, tone, message_of(attempt), str(attempt.actor or "Tallystick"), at)


def message_of(attempt: Attempt) -> str:
    """Return what happened in a sentence; one still under way has written none yet."""
    words = ACTION_WORDS.get(attempt.action, attempt.action.capitalize())
    return attempt.message or f"{words}: {attempt.get_outcome_display().lower()}."
