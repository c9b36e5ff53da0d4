"""What happened to a record as a timeline: each event with its icon and colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tallystick.connections.models import Organisation
from tallystick.sync.models import AttemptOutcome
from tallystick.sync.reports.record_history import Record, history_of

#: Icon and colour of each outcome of an attempt.
OUTCOME_LOOKS = {
    AttemptOutcome.OPEN: ("arrow-right", "info"),
    AttemptOutcome.DONE: ("tick", "success"),
    AttemptOutcome.FAILED: ("cross", "danger"),
    AttemptOutcome.HELD: ("hand", "warning"),
    AttemptOutcome.UNKNOWN: ("question", "info"),
    AttemptOutcome.WAITING: ("clock", "neutral"),
    AttemptOutcome.DROPPED: ("slash", "neutral"),
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
    "restored": "undo",
    "moved": "edit",
}


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One step of the timeline."""

    icon: str
    tone: str
    message: str
    by: str
    at: datetime


def timeline_of(
    records: Sequence[Record], organisation: Organisation | None
) -> list[TimelineEvent]:
    """Return the newest events of a record and of what stands on it, newest first."""
    return [
        TimelineEvent(*_looks(one.outcome, one.act), one.message, one.by, one.at)
        for one in history_of(records, organisation)
    ]


def _looks(outcome: AttemptOutcome | None, act: str) -> tuple[str, str]:
    if outcome is not None:
        return OUTCOME_LOOKS[outcome]
    return _AUDIT_ICONS.get(act, "circle"), "neutral"
