"""Links, attempts, batches and lanes: what there is to do, what was done, and who is at it."""

from tallystick.sync.models.batches import (
    Attempt,
    AttemptOutcome,
    Batch,
)
from tallystick.sync.models.lanes import (
    Check,
    Lane,
    Pulse,
)
from tallystick.sync.models.links import (
    DRAFTS,
    GONE,
    IN_XERO,
    OPEN_STATES,
    PAUSED,
    RECORD_FIELDS,
    STOPPED_STATES,
    WITH_RECORDS,
    Intent,
    Link,
    LinkQuerySet,
    LinkState,
    Run,
    Snapshot,
    is_long_queued,
    is_stuck,
)
from tallystick.sync.models.policies import (
    KindPolicy,
    SentAs,
    Trigger,
    WhenDraft,
    WhenVoided,
)
from tallystick.sync.models.pulling import PulledKind, Reading, is_due, is_slice_due

__all__ = [
    "DRAFTS",
    "GONE",
    "IN_XERO",
    "OPEN_STATES",
    "PAUSED",
    "RECORD_FIELDS",
    "STOPPED_STATES",
    "WITH_RECORDS",
    "Attempt",
    "AttemptOutcome",
    "Batch",
    "Check",
    "Intent",
    "KindPolicy",
    "Lane",
    "Link",
    "LinkQuerySet",
    "LinkState",
    "PulledKind",
    "Pulse",
    "Reading",
    "Run",
    "SentAs",
    "Snapshot",
    "Trigger",
    "WhenDraft",
    "WhenVoided",
    "is_due",
    "is_long_queued",
    "is_slice_due",
    "is_stuck",
]
