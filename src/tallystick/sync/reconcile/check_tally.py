"""What a check has found so far; kept with each page, so that it goes on after a break."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum

from tallystick.connections.models import Organisation
from tallystick.sync.models import Check, Lane

_TOLD = 100


class WhyUncompared(StrEnum):
    """Why a record that Xero has changed was not compared."""

    ON_THE_WAY = "on_the_way"
    ASKED_ABOUT = "asked_about"
    LEFT_OUT = "left_out"
    WITHDRAWN = "withdrawn"
    NO_LINES = "no_lines"
    UNLINKED = "unlinked"
    OLDER = "older"
    REPLACED = "replaced"


@dataclass(slots=True)
class CheckTally:
    looked_at: int = 0
    #: Of these, new here or saying something else than before.
    news: int = 0
    relinked: int = 0
    orphans: int = 0
    strays: int = 0
    compared: int = 0
    differing: int = 0
    kept: int = 0
    gone: int = 0
    #: How many by the reason.
    uncompared: dict[str, int] = field(default_factory=dict)
    unknown: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, organisation: Organisation) -> "CheckTally":
        """Return that of the look under way, else of a new one."""
        lane = Lane.objects.filter(organisation=organisation).first()
        return cls(**(lane.check_state or {})) if lane else cls()

    def keep(self, organisation: Organisation) -> None:
        """Keep it, in the transaction of the page that it has counted."""
        Lane.objects.filter(organisation=organisation).update(check_state=asdict(self))

    @property
    def has_begun(self) -> bool:
        return self.looked_at > 0

    def saw(self, records: int, news: int) -> None:
        """Count the records of a page."""
        self.looked_at += records
        self.news += news

    def leave(self, why: WhyUncompared, count: int = 1) -> None:
        """Count records that were not compared."""
        if count:
            self.uncompared[why] = self.uncompared.get(why, 0) + count

    def note_unknown(self, one: dict[str, str]) -> None:
        if one not in self.unknown:
            self.unknown.append(one)

    def report(self, lane: Lane) -> Check:
        """Return the check's report, not saved yet."""
        return Check(
            organisation_id=lane.organisation_id,
            reason=lane.check_reason,
            looked_at=self.looked_at,
            relinked=self.relinked,
            orphans=self.orphans,
            strays=self.strays,
            unknown=self.unknown[:_TOLD],
            compared=self.compared,
            differing=self.differing,
            kept=self.kept,
            gone=self.gone,
            uncompared=self.uncompared,
        )
