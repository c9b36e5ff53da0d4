"""Print how long the embedded PostgreSQL takes: `python tests/postgres/measure.py`.

Each figure is the median of seven runs, in seconds, as JSON.
"""

import json
import os
import shutil
import signal
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from postgres_processes import eventually, kill_keeper, processes_of

from tallystick import postgres

_RUNS = 7


def main() -> None:
    """Measure on a folder of our own, which is removed."""
    folder = Path(tempfile.mkdtemp(prefix="pg-measure-", dir="/tmp"))
    folder.chmod(0o755)
    figures: dict[str, list[float]] = {}
    try:
        for run in range(_RUNS):
            for name, seconds in measure(folder / str(run)).items():
                figures.setdefault(name, []).append(seconds)
    finally:
        shutil.rmtree(folder)
    print(json.dumps({name: round(statistics.median(all), 4) for name, all in figures.items()}))


def measure(data_dir: Path) -> dict[str, float]:
    """Return the seconds of one run by name."""

    def start() -> None:
        with postgres.running(data_dir):
            pass

    def has_stopped() -> None:
        eventually(lambda: not processes_of(data_dir))

    figures = {"first start, initdb included": timed(start), "stop": timed(has_stopped)}
    figures["later start"] = timed(start)
    has_stopped()
    with postgres.running(data_dir):
        figures["while it runs"] = timed(start)
        kill_keeper(data_dir)
        figures["after kill -9 of the keeper"] = timed(start)
        for pid in processes_of(data_dir):
            os.kill(pid, signal.SIGKILL)
        has_stopped()
        figures["after kill -9 of everything"] = timed(start)
    has_stopped()
    return figures


def timed(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
