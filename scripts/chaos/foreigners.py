"""What stands in Xero beside ours: books of others, and a bookkeeper who goes on changing them.

Nothing of ours is touched. All of it must come home; the mirror is held against it in the end.
"""

import random
import re
from dataclasses import dataclass

from inbound.given_books import Sizes, give_books
from inbound.hands import Hands

from chaos.xero_records import Row, dump

_SIZES = Sizes(documents=30, contacts=12, goods=12, drafts=12, bills=12, advances=2)
#: Parties of ours, as the clerks number them.
_OURS = re.compile(r"[CS]\d+")


@dataclass
class Foreigner:
    """Works at Xero in one organisation, on what is not ours."""

    organisation: str
    hands: Hands

    @classmethod
    def settled(cls, sandbox: str, organisation: str, seed: int) -> "Foreigner":
        """Give the organisation books of others, before anything of ours is there."""
        give_books(sandbox, organisation, None, seed, _SIZES)
        draw = random.Random(f"{seed} foreigners")  # noqa: S311 - no secret
        return cls(organisation, Hands(sandbox, organisation, draw, ()))

    def act(self, draw: random.Random) -> bool:
        """Do one thing; tell whether there was anything to do it to."""
        return self.hands.act(draw)


def first_invoices(sandbox: str, organisation: str) -> list[str]:
    """Return the ids of a few invoices of others, for pages that shift while they are read."""
    rows = [row["id"] for row in dump(sandbox, "invoices", organisation) if not is_ours(row)]
    return rows[:3]


def is_ours(row: Row) -> bool:
    """Tell whether a document stands under one of our parties."""
    return bool(_OURS.fullmatch(row["contact_number"] or ""))
