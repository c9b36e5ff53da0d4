"""Measure the push against the plain way, in one run: `python bench/push.py [--quick]`.

The plain way asks for each document and creates it, one by one (`plain_way.py`). Both work beside
the same stand-in Xero without limits, on a fresh PostgreSQL. Prints one JSON line a measure,
`{"measure": ..., "value": ..., "unit": ..., "baseline": ..., "ratio": ...}` (the ratio is value to
baseline), and ends with 1 if a budget is not kept; which one stands on standard error. Times on the
clock are not judged while other programs keep the processors busy.
"""

from __future__ import annotations

import argparse
import json
import sys

from workshop import Workshop

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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer documents, in a minute")
    wanted = parser.parse_args()
    report = Report()
    with Workshop() as workshop:
        workshop.set_up()
        # Only now are there settings, without which models cannot be imported.
        from push_measures import FULL, QUICK, measure

        measure(workshop, report, QUICK if wanted.quick else FULL)
    return 0 if report.kept else 1


if __name__ == "__main__":
    sys.exit(main())
