"""All that Xero has, ours and others', held against its mirror here, and links against their copies."""

from collections import Counter
from dataclasses import dataclass, field

from inbound.mirror_comparison import compare_mirror, stale_links
from inbound.pull_state import is_at_rest, let_night_come, refresh
from machine import wait_until

from chaos.engine_state import cut_back_offs_short
from chaos.shaken_machine import ShakenMachine
from tallystick.connections.models import Organisation

_PATIENCE_SECONDS = 300


@dataclass
class Mirrors:
    """What the mirrors of all organisations lack, and what they say that is not so."""

    counts: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    def compare(self, sandbox: str, organisation: Organisation) -> None:
        """Compare one organisation's; it must be at rest."""
        for sort, one in compare_mirror(sandbox, organisation).items():
            self.counts["mirrored"] += one.expected
            self.counts["mirror_missing"] += one.missing
            self.counts["mirror_extra"] += one.extra
            self.counts["mirror_differing"] += one.differing
            self.said += [f"{organisation}: {sort} {text}" for text in one.told]
        stale = stale_links(sandbox, organisation)
        self.counts["stale"] += len(stale)
        self.said += stale

    def figures(self) -> dict[str, int]:
        names = ("mirrored", "mirror_missing", "mirror_extra", "mirror_differing", "stale")
        return {name: self.counts[name] for name in names}


def catch_up(machine: ShakenMachine, organisation: Organisation) -> None:
    """Read all that has changed once more, and let as many nights pass as the nightly part needs."""

    def rests() -> bool:
        machine.measure()
        machine.look_after()
        cut_back_offs_short()
        return is_at_rest(organisation)

    refresh(organisation)
    wait_until(rests, "the last changes", seconds=_PATIENCE_SECONDS)
    first = True
    while let_night_come(organisation, first=first):
        first = False
        wait_until(rests, "the night", seconds=_PATIENCE_SECONDS)
