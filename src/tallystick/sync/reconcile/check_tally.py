"""What a check has found so far, and where it stands; kept, so that it goes on after a break."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Min

from tallystick import xero
from tallystick.sync.models import Check, Lane, Link

_TOLD = 100
#: What is counted once more where a page is read twice.
_OF_PAGES = ("looked_at", "compared", "differing", "kept", "gone", "uncompared")


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
    since: datetime
    #: Place among what is read, and the page to be read next.
    sort: int = 0
    page: int = 1
    looked_at: int = 0
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
    newest: datetime | None = None
    #: What was counted before the last page.
    before: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, lane: Lane) -> "CheckTally | None":
        """Return that of the check begun, else of a new one; None while nothing was ever linked."""
        if lane.check_state is None:
            begins = check_since(lane)
            return cls(begins) if begins else None
        names = {one.name for one in fields(cls)}
        kept: dict[str, Any] = {
            name: datetime.fromisoformat(value) if name in ("since", "newest") and value else value
            for name, value in lane.check_state.items()
            if name in names
        }
        # The last page once more: what changed meanwhile has moved, and others have moved up.
        if kept["page"] > 1:
            kept |= kept.get("before", {}) | {"page": kept["page"] - 1}
        return cls(**kept)

    def kept_text(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        newest = self.newest.isoformat() if self.newest else None
        return asdict(self) | {"since": self.since.isoformat(), "newest": newest}

    def begin_page(self) -> None:
        self.before = {name: getattr(self, name) for name in _OF_PAGES}
        self.uncompared = dict(self.uncompared)

    def saw(self, records: Iterable[xero.Document | xero.Payment]) -> None:
        for record in records:
            self.looked_at += 1
            if record.updated_at and (self.newest is None or record.updated_at > self.newest):
                self.newest = record.updated_at

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


def check_since(lane: Lane) -> datetime | None:
    """Return from when on to look; None while nothing was ever linked."""
    if lane.checked_until:
        return lane.checked_until
    first = Link.objects.filter(organisation=lane.organisation_id).aggregate(at=Min("changed_at"))
    begun: datetime | None = first["at"]
    return begun
