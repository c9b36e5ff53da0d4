"""Measure the push against the plain way, in one run: `python bench/push.py [--quick]`.

The plain way asks for each document and creates it, one by one (`plain_way.py`). Both work beside
the same stand-in Xero without limits, on a fresh PostgreSQL. Prints one JSON line a measure,
`{"measure": ..., "value": ..., "unit": ..., "baseline": ..., "ratio": ...}` (the ratio is value to
baseline), and ends with 1 if a budget is not kept; which one stands on standard error. Times on the
clock are not judged while other programs keep the processors busy.
"""

from __future__ import annotations

import argparse
import sys

from report import Report
from workshop import Workshop


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
