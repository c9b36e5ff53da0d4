"""What happened to a record, from our own audit and from the Sync log, as one timeline."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db.models import Q

from tallystick.books.models import Allocation, Document, Item, Party, Payment
from tallystick.connections.models import Organisation
from tallystick.sync.links.attempt_actions import words_of_action
from tallystick.sync.models import Attempt, AttemptOutcome, Link
from tallystick.workspaces.models import AuditEntry

Record: TypeAlias = Document | Party | Payment | Allocation | Item

_SHOWN = 100
#: Who does what nobody asked for.
_MACHINE = "Tallystick"


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """One thing that happened to a record."""

    message: str
    #: Who did it.
    by: str
    at: datetime
    #: How an attempt in Xero ended; None for what was done here.
    outcome: AttemptOutcome | None = None
    #: What was done here, such as `submitted`; empty for attempts.
    act: str = ""


def history_of(records: Sequence[Record], organisation: Organisation | None) -> list[RecordEvent]:
    """Return the newest events of a record and of what stands on it, newest first."""
    events = [*_audited(records), *_attempted(records, organisation)]
    return sorted(events, key=lambda event: event.at, reverse=True)[:_SHOWN]


def _audited(records: Sequence[Record]) -> Iterator[RecordEvent]:
    about = Q()
    for kind, keys in _by_kind(records).items():
        about |= Q(subject=kind, subject_id__in=[str(key) for key in keys])
    entries = AuditEntry.objects.filter(about, workspace=records[0].workspace_id)
    for entry in entries.select_related("actor").order_by("-pk")[:_SHOWN]:
        by, act = str(entry.actor or _MACHINE), entry.action.rpartition(".")[2]
        yield RecordEvent(entry.message, by, entry.at, act=act)


def _attempted(
    records: Sequence[Record], organisation: Organisation | None
) -> Iterator[RecordEvent]:
    if organisation is None:
        return
    about = Q()
    for kind, keys in _by_kind(records).items():
        about |= Q(**{f"{kind}__in": keys})
    links = Link.objects.filter(about, organisation=organisation)
    # By their keys, so that the index on the link is used however long the log is.
    attempts = Attempt.objects.filter(link__in=list(links.values_list("pk", flat=True)))
    for attempt in attempts.select_related("actor").order_by("-pk")[:_SHOWN]:
        by, at = str(attempt.actor or _MACHINE), attempt.finished_at or attempt.started_at
        outcome = AttemptOutcome(attempt.outcome)
        yield RecordEvent(message_of(attempt), by, at, outcome=outcome)


def _by_kind(records: Sequence[Record]) -> dict[str, list[int]]:
    """Return the records' keys by the name of their table, which links and the audit call them by."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for record in records:
        found[record._meta.model_name or ""].append(record.pk)
    return found


def message_of(attempt: Attempt) -> str:
    """Return what happened in a sentence; one still under way has written none yet."""
    words = words_of_action(attempt.action)
    return attempt.message or f"{words}: {attempt.get_outcome_display().lower()}."
