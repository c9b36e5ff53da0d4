"""Measure how what Xero has comes home: `python bench/pulling.py [--invoices N] [--contacts N]`.

1. A first import: calls, memory of the worker, and rows a second against a bare COPY of the same rows.
2. A day in which nothing changes, with webhooks on: calls an hour. The clock is moved, not waited for.
3. A storm of webhook events, each about another record: fetches.
4. Many organisations that are all due in the same minute: how long each waits, and how their next turns
   are spread.

Works beside the stand-in Xero without limits, on a fresh PostgreSQL. Prints one JSON line a
measure, `{"measure": ..., "value": ..., "unit": ..., "baseline": ..., "ratio": ...}`, and ends with 1 if
a budget is not kept; which one stands on standard error.
"""

from __future__ import annotations

import argparse
import sys

from report import Report
from workshop import Workshop

#: Xero signs deliveries with it.
SIGNING_KEY = "a-signing-key-for-the-bench-" + "x" * 60


class PullWorkshop(Workshop):
    """A workshop whose installation takes webhooks."""

    def _environment(self) -> dict[str, str]:
        more = {"XERO_WEBHOOK_KEYS": SIGNING_KEY, "XERO_TIMEOUT_SECONDS": "60"}
        return super()._environment() | more


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=100_000)
    parser.add_argument("--contacts", type=int, default=20_000)
    parser.add_argument(
        "--events", type=int, default=10_000, help="of webhooks, at most --invoices"
    )
    parser.add_argument("--organisations", type=int, default=1_000)
    wanted = parser.parse_args()
    report = Report()
    with PullWorkshop() as workshop:
        workshop.set_up()
        # Only now are there settings, without which models cannot be imported.
        from pull_measures import Sizes, measure

        sizes = Sizes(wanted.invoices, wanted.contacts, wanted.events, wanted.organisations)
        measure(workshop, report, sizes, SIGNING_KEY)
    return 0 if report.kept else 1


if __name__ == "__main__":
    sys.exit(main())
