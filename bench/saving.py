"""Measure saving while many people save: `python bench/saving.py [--quick]`.

Each session is a person's: a process of its own that submits one draft after the other, in a workspace
that is connected to Xero, while a real worker sends what is submitted. With 1, 16 and 64 sessions at
once. The baseline is the bare save, measured by turns in the same run: the same statements without the
wake that follows the commit. What the worker does is left out of neither. Prints one JSON line a
measure as `bench/push.py` does, and ends with 1 if a budget is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from math import ceil
from pathlib import Path

from report import Report
from workshop import Disturbance, Workshop

#: Sessions at once, and how many documents each of them submits in a round.
_SESSIONS = {1: 100, 16: 25, 64: 10}
_ROUNDS, _QUICK_ROUNDS = 4, 2
#: More than any of the rounds takes.
_PATIENCE_SECONDS = 300


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    wanted = parser.parse_args()
    report = Report()
    with Workshop() as workshop:
        workshop.set_up()
        _measure(workshop, report, _QUICK_ROUNDS if wanted.quick else _ROUNDS)
    return 0 if report.kept else 1


def _measure(shop: Workshop, report: Report, rounds: int) -> None:
    # Only now are there settings, without which models cannot be imported.
    from engine_way import Books, bring_in, drafts_of
    from papers import papers

    books = Books.connected(shop, "Saving")
    shop.start_ready_worker()
    for sessions, each in _SESSIONS.items():
        some = papers(f"S{sessions}", 2 * rounds * sessions * each, customers=200)
        bring_in(books.workspace, some)
        ids = drafts_of(books.workspace, some)
        disturbed, taken = Disturbance(), {"wake": [], "bare": []}
        for way in [*taken] * rounds:
            now, ids = ids[: sessions * each], ids[sessions * each :]
            taken[way] += _save(shop, way, now, sessions)
        _tell(report, sessions, taken, disturbed.share())


def _tell(report: Report, sessions: int, taken: dict[str, list[float]], disturbance: float) -> None:
    for name, share in (("median", 0.5), ("p99", 0.99)):
        bare, waking = (_at(share, taken[way]) for way in ("bare", "wake"))
        budget = None
        if sessions == 1 and name == "p99":
            budget = bare + 5
        if sessions == 16 and name == "median":
            budget = 2 * bare
        report.tell(
            f"time to submit while {sessions} save, {name}",
            waking,
            "ms",
            baseline=bare,
            at_most=budget,
            disturbance=disturbance,
        )


def _save(shop: Workshop, way: str, ids: list[int], sessions: int) -> list[float]:
    """Let so many sessions submit the documents at once; return the milliseconds of each save."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tallystick.settings"}
    people = [
        subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, str(Path(__file__).with_name("saver.py")), way],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(sessions)
    ]
    for place, person in enumerate(people):
        assert person.stdin  # noqa: S101 - asked for above
        assert person.stdout  # noqa: S101 - asked for above
        person.stdin.write(json.dumps(ids[place::sessions]) + "\n")
        person.stdin.flush()
        person.stdout.readline()  # ready
    for person in people:
        assert person.stdin  # noqa: S101 - asked for above
        person.stdin.write("now\n")
        person.stdin.flush()
    told = [person.communicate(timeout=_PATIENCE_SECONDS)[0] for person in people]
    shop.assert_alive()
    return [each for text in told for each in json.loads(text)]


def _at(share: float, values: list[float]) -> float:
    return sorted(values)[ceil(share * len(values)) - 1]


if __name__ == "__main__":
    sys.exit(main())
