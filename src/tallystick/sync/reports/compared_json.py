"""A comparison as data: the same for the page, the command and whoever asks."""

from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Any

from tallystick.connections.models import Organisation
from tallystick.sync.reconcile.period.comparison import compare_period, rows_of
from tallystick.sync.reconcile.period.words import VERDICTS, Verdict

#: So many rows of each kind are told, the newest; the file of the page has all.
LISTED = 1_000


def comparison_json(
    organisation: Organisation,
    first: date,
    last: date,
    kinds: Sequence[str],
    *,
    listed: int = LISTED,
) -> dict[str, Any]:
    """Return the sums of every verdict, and the rows that do not agree, up to so many a kind."""
    found = compare_period(organisation, first, last, kinds)
    differing = [verdict for verdict in Verdict if VERDICTS[verdict].is_difference]
    told = found.to_json()
    for part in told["kinds"]:
        rows = rows_of(organisation, part["kind"], first, last, verdicts=differing)
        part["rows"] = [row.to_json() for row in islice(rows, listed)]
    return told
