"""What causes are called, and what a person is told to do about all that one holds up."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from tallystick.connections.models import Organisation
from tallystick.sync.links.problems import PROBLEMS, Trouble
from tallystick.sync.links.record_sums import RecordSum
from tallystick.sync.reports.attention import CauseGroup, TroubleCause, groups_of

#: Of a cause so many records are told one by one.
SHOWN = 20


_OF_STUCK = MappingProxyType(
    {
        "queued": "Queued, and not taken up",
        "sending": "Sent, and no answer known",
        "paused": "Xero breaks off each time",
    }
)


def title_of(cause: TroubleCause) -> str:
    """Return what stands above the records of the cause."""
    if cause.trouble == Trouble.STUCK:
        return _OF_STUCK.get(cause.code, "Stuck")
    if cause.code in PROBLEMS:
        return PROBLEMS[cause.code].title
    return Trouble(cause.trouble).label


def lead_of(group: CauseGroup) -> str:
    """Return what to do, in a sentence; that of the newest record stands for all."""
    cause, problem = group.cause, group.newest.problem or {}
    if cause.code == "paused":
        return (
            "Nothing is lost or doubled, and it is tried again by itself within the hour; Retry tries "
            "at once. If the others go through, look at the texts and amounts of these."
        )
    if cause.trouble == Trouble.STUCK:
        return (
            "Nothing is lost. See that a worker is running, then press Retry: Xero is asked what it "
            "has before anything is sent again."
        )
    row = PROBLEMS.get(cause.code)
    if row and row.remedy_of_many:
        is_meant = "theirs" in problem.get("details", {}) if row.shows_sides else _may_differ(group)
        if is_meant:
            return row.remedy_of_many
    return str(problem.get("remedy", ""))


def _may_differ(group: CauseGroup) -> bool:
    """Tell whether other records of the group may have other remedies than the newest one."""
    remedies = {(link.problem or {}).get("remedy") for link in group.links}
    return len(remedies) > 1 or group.part.is_capped or group.part.count > len(group.links)


@dataclass(frozen=True, slots=True)
class CauseTold:
    """One cause under Needs attention, in words."""

    cause: TroubleCause
    title: str
    part: RecordSum
    #: What happened to each of the newest few, the newest first, and what to do about all.
    messages: list[str]
    remedy: str
    #: The same few records by their names.
    records: list[str]

    @property
    def untold(self) -> int:
        """How many more records it holds up."""
        return max(0, self.part.count - len(self.records))


def causes_told(organisation: Organisation) -> Iterator[CauseTold]:
    """Yield every cause that something waits for a person for, as Needs attention shows them."""
    for group in groups_of(organisation, shown=SHOWN, at_most=10_000).shown:
        yield CauseTold(
            cause=group.cause,
            title=title_of(group.cause),
            part=group.part,
            messages=[str((link.problem or {}).get("message", "")) for link in group.links],
            remedy=lead_of(group),
            records=[str(link.record) for link in group.links],
        )
