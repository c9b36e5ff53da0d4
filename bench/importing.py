"""Measure an import from the file to the books: `python bench/importing.py [--lines N]`.

Prints one JSON line a measure, `{"measure": ..., "value": ..., "unit": ..., "budget": ...}`, and
ends with 1 if a budget is not kept. Each is taken in a process of its own with a PostgreSQL of its
own: lines a second of processor time, this process's and its database connection's together, and
the most memory it had, for the whole file and for a fifth of it. Beside it stands the least that
could be done with the file: its cells copied as they are into a table.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tallystick import postgres

FEWEST_A_SECOND = 20_000
#: Memory of the whole file is at most so many times that of a fifth of it.
MOST_TIMES = 1.3
LINES_OF_DOCUMENT = 20
HEADER = "number,party_name,issued_on,item_code,description,quantity,unit_price"


def write(path: Path, lines: int) -> None:
    with path.open("w", newline="") as out:
        out.write(f"{HEADER}\n")
        rows = csv.writer(out)
        for place in range(lines):
            document = place // LINES_OF_DOCUMENT
            rows.writerow(
                [
                    *(f"INV-{document}", f"Customer {document % 999}", "2026-11-02"),
                    *(f"TEA-{place % 3_000}", f"Tea number {place % 3_000}"),
                    *(place % 9 + 1, f"{place % 1_000 / 100 + 0.01:.2f}"),
                ]
            )


def measure(way: str, path: Path) -> None:
    """Work through the file in the way named, and print seconds and megabytes."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres.running(Path(folder), throwaway=True) as url,
    ):
        os.environ.update(
            DATABASE_URL=url,
            DJANGO_SETTINGS_MODULE="tallystick.settings",
            TALLYSTICK_DATA_DIR=folder,
            TALLYSTICK_SECRET_KEY="only-for-benchmarks-" + "x" * 40,
            TALLYSTICK_ENCRYPTION_KEYS="b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtbG9uZy1rZXk=",
        )
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        process = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
        before = _seconds(process)
        _copied(path) if way == "copied" else _imported(path)
        seconds = _seconds(process) - before
        connection.close()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    print(json.dumps([seconds, megabytes]))


def _seconds(backend: Path) -> float:
    """Return the processor time of this process and of its connection's."""
    fields = backend.read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _copied(path: Path) -> None:
    from django.db import connection

    with path.open(newline="") as file, connection.cursor() as cursor:
        rows = csv.reader(file)
        names = ", ".join(f"{name} text" for name in next(rows))
        cursor.execute(f"CREATE TABLE copied ({names})")
        with cursor.copy("COPY copied FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _imported(path: Path) -> None:
    from tallystick.importing.run import import_file
    from tallystick.workspaces.models import Workspace

    workspace = Workspace.objects.create(
        slug="bench", name="Bench", currency="GBP", timezone="Europe/London"
    )
    report = import_file(workspace=workspace, actor=None, source=path, dry_run=False)
    if report.needs_person:
        raise SystemExit(f"Not all was imported: {report.left_out}")


def run(way: str, path: Path) -> tuple[float, float]:
    done = subprocess.run(  # noqa: S603 # this very file
        [sys.executable, __file__, "--way", way, str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, megabytes = json.loads(done.stdout.splitlines()[-1])
    return seconds, megabytes


def tell(measure: str, value: float, unit: str, budget: float | None = None) -> None:
    print(json.dumps({"measure": measure, "value": value, "unit": unit, "budget": budget}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500_000)
    parser.add_argument("--way", choices=["copied", "imported"])
    parser.add_argument("file", nargs="?", type=Path)
    given = parser.parse_args()
    if given.way:
        measure(given.way, given.file)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        whole, fifth = Path(folder) / "whole.csv", Path(folder) / "fifth.csv"
        write(whole, given.lines)
        write(fifth, given.lines // 5)
        copied, _ = run("copied", whole)
        seconds, megabytes = run("imported", whole)
        _, fewer = run("imported", fifth)
    rate = given.lines / seconds
    tell("lines of a file imported", round(rate), "a core-second", FEWEST_A_SECOND)
    tell("its cells copied as they are", round(given.lines / copied), "a core-second")
    tell("of the plain way", round(copied / seconds, 3), "times as fast")
    tell("most memory", round(megabytes), "MB")
    tell("of that of a fifth of the file", round(megabytes / fewer, 2), "times", MOST_TIMES)
    return int(rate < FEWEST_A_SECOND or megabytes > MOST_TIMES * fewer)


if __name__ == "__main__":
    sys.exit(main())
