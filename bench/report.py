"""What a benchmark tells: one JSON line a measure, and which budget was not kept."""

from __future__ import annotations

import json
import sys

#: More than this, and a time on the clock tells of other programs rather than of ours.
_DISTURBED = 0.3


class Report:
    """Prints measures as they come, and remembers whether all budgets were kept."""

    def __init__(self) -> None:
        self.kept = True

    def tell(
        self,
        measure: str,
        value: float,
        unit: str,
        *,
        baseline: float | None = None,
        at_most: float | None = None,
        at_least: float | None = None,
        disturbance: float = 0.0,
    ) -> None:
        """Print one measure; the bounds are its budget.

        `disturbance` is the share of the time in which other programs kept the processors busy.
        """
        entry = {
            "measure": measure,
            "value": round(value, 3),
            "unit": unit,
            "baseline": None if baseline is None else round(baseline, 3),
            "ratio": round(value / baseline, 4) if baseline else None,
        }
        print(json.dumps(entry), flush=True)
        too_much = at_most is not None and value > at_most
        too_little = at_least is not None and value < at_least
        if not (too_much or too_little):
            return
        budget = at_least if at_most is None else at_most
        why = f"{measure}: the budget is {budget:.3f} {unit}"
        if disturbance > _DISTURBED:
            why += f", not judged: other programs were in the way for {disturbance:.0%} of the time"
        else:
            self.kept = False
        print(f"Not kept: {why}.", file=sys.stderr, flush=True)
