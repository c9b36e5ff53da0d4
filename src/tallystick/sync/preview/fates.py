"""What would become of records in a push, as far as that can be told without asking Xero."""

from dataclasses import dataclass
from enum import StrEnum

from tallystick.sync.links.transitions import LinkVerdict
from tallystick.sync.models import Link


class Fate(StrEnum):
    """What would become of a record."""

    CREATED = "created"
    WRITTEN_ANEW = "written anew"
    KNOWN = "known"
    APPROVED = "approved"
    REMOVED = "removed"
    STOPPED = "stopped"
    #: It waits for its document, which does not get there now.
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class RecordFate:
    """What would become of one link's record, and why where it stops."""

    link: Link
    fate: Fate
    verdict: LinkVerdict | None = None
